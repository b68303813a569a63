"""A material's file as a command line names it: read once, judged by its content, never waited for.

The path may hold a person's name, so errors give only the row of the file.
"""

from __future__ import annotations

import errno
import os
import stat
import struct
import warnings
import zlib
from io import BytesIO
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from counter_app.domain.errors import InvalidInput

if TYPE_CHECKING:
    from PIL import Image

MOST_BYTES = 20 * 1024 * 1024
MOST_PIXELS = 60_000_000
MOST_PAGES = 200

# Formats that Pillow may open here, and their media types.
_MEDIA_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "TIFF": "image/tiff", "BMP": "image/bmp"}
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, OverflowError, KeyError, struct.error, zlib.error)
_OPEN_CODES = {
    errno.ENOENT: "scan_missing",
    errno.ENOTDIR: "scan_missing",
    errno.ENAMETOOLONG: "scan_missing",
    errno.ELOOP: "scan_symlink",
}


def read_scan(path: str, home: Path, row: int = 1) -> tuple[bytes, str]:
    """The bytes of a scan and the media type found in them. A relative path starts at the home.

    row counts the files of the material from 1 and is all that an error says of the path.
    Raises InvalidInput `scan_missing`, `scan_dots`, `scan_symlink`, `scan_not_a_file`, `scan_unreadable`,
    `scan_empty`, `scan_too_big`, `scan_too_many_pixels`, `scan_too_many_pages`, `scan_not_whole`, `scan_not_an_image`.
    """
    try:
        content = _read(path, home)
        return content, media_type(content)
    except InvalidInput as refusal:
        raise InvalidInput(refusal.code, row=row, **refusal.params) from refusal.__cause__


def media_type(content: bytes) -> str:
    """`application/pdf` or an image type. Raises InvalidInput as `read_scan` does."""
    if b"%PDF-" in content[:1024]:
        if b"%%EOF" not in content[-2048:]:
            raise InvalidInput("scan_not_whole")
        return "application/pdf"
    return _image_type(content)


def _read(path: str, home: Path) -> bytes:
    if ".." in path.replace("\\", "/").split("/"):
        raise InvalidInput("scan_dots")
    try:
        content = _read_file(home / path, _without_links(path, home))
    except ValueError:  # a NUL or half a character in the path
        raise InvalidInput("scan_missing") from None
    except OSError as refusal:
        raise InvalidInput(_OPEN_CODES.get(refusal.errno or 0, "scan_unreadable")) from refusal
    if not content:
        raise InvalidInput("scan_empty")
    if len(content) > MOST_BYTES:
        raise InvalidInput("scan_too_big", limit_mib=MOST_BYTES >> 20)
    return content


def _without_links(path: str, home: Path) -> list[Path]:
    """What may not be a link: below the home every folder on the way; an absolute path is the caller's own choice."""
    file = home / path
    if PurePath(path).is_absolute():
        return [file]
    return [file, *file.parents][: len(PurePath(path).parts)]


def _read_file(file: Path, without_links: list[Path]) -> bytes:
    if any(part.is_symlink() for part in without_links):
        raise InvalidInput("scan_symlink")
    _check_file(file.lstat())  # before opening: to open a device may already do something
    flags = os.O_RDONLY | _flag("O_NONBLOCK") | _flag("O_NOFOLLOW") | _flag("O_CLOEXEC") | _flag("O_BINARY")
    with os.fdopen(os.open(file, flags), "rb") as opened:
        _check_file(os.fstat(opened.fileno()))
        return opened.read(MOST_BYTES + 1)


def _check_file(found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise InvalidInput("scan_not_a_file")
    if found.st_size > MOST_BYTES:
        raise InvalidInput("scan_too_big", limit_mib=MOST_BYTES >> 20)


def _image_type(content: bytes) -> str:
    from PIL import Image, UnidentifiedImageError  # imported here: most commands take in no scan

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of what is refused below
            with Image.open(BytesIO(content), formats=list(_MEDIA_TYPES)) as image:
                kind = str(image.format)
                _check_pixels(image.size)
                _decode(image)
    except Image.DecompressionBombError:
        raise InvalidInput("scan_too_many_pixels", limit=MOST_PIXELS // 1_000_000) from None
    except UnidentifiedImageError:
        raise InvalidInput("scan_not_an_image") from None
    except _BROKEN as broken:
        raise InvalidInput("scan_not_whole") from broken
    return _MEDIA_TYPES[kind]


def _check_pixels(size: tuple[int, int]) -> None:
    """From the header alone: a few bytes may claim thousands of megapixels."""
    if size[0] * size[1] > MOST_PIXELS:
        raise InvalidInput("scan_too_many_pixels", limit=MOST_PIXELS // 1_000_000)


def _decode(image: Image.Image) -> None:
    """Read as much of the image as shows that it is whole, in little memory."""
    if image.format == "PNG":
        image.verify()  # the checksum of every chunk, to the end mark
        return
    image.draft("L", (64, 64))  # a JPEG is decoded at an eighth of its size; others do not know drafts
    image.load()
    for page in range(1, MOST_PAGES + 1):
        try:
            image.seek(page)
        except EOFError:
            return
        _check_pixels(image.size)
    raise InvalidInput("scan_too_many_pages", limit=MOST_PAGES)


def _flag(name: str) -> int:
    """A flag of open that this system may not have."""
    return int(getattr(os, name, 0))
