from __future__ import annotations

import os
import socket
import stat
import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from counter_app.adapters.scan_files import MOST_BYTES, read_scan
from counter_app.domain.errors import InvalidInput


def picture(kind: str, size: tuple[int, int] = (300, 200)) -> bytes:
    into = BytesIO()
    Image.effect_noise(size, 60).save(into, kind)
    return into.getvalue()


def png_header(width: int, height: int) -> bytes:
    """The beginning of a PNG that claims this size, with an end and almost nothing between."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


def refusal(path: str | Path, home: Path) -> str:
    with pytest.raises(InvalidInput) as refused:
        read_scan(str(path), home, row=3)
    assert refused.value.params["row"] == 3
    assert not any("secret" in str(value) for value in refused.value.params.values())
    return refused.value.code


PDF = b"%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (picture("JPEG"), "image/jpeg"),
        (picture("PNG"), "image/png"),
        (picture("TIFF"), "image/tiff"),
        (picture("BMP"), "image/bmp"),
        (PDF, "application/pdf"),
    ],
)
def test_a_scan_is_known_by_its_content_not_by_its_name(tmp_path: Path, content: bytes, media_type: str) -> None:
    (tmp_path / "scan.txt").write_bytes(content)
    assert read_scan("scan.txt", tmp_path) == (content, media_type)


def test_a_relative_path_starts_at_the_home_and_an_absolute_one_stands_for_itself(tmp_path: Path) -> None:
    home, outside = tmp_path / "home", tmp_path / "outside.png"
    (home / "scans").mkdir(parents=True)
    (home / "scans" / "a.png").write_bytes(picture("PNG"))
    outside.write_bytes(PDF)
    assert read_scan("scans/a.png", home)[1] == "image/png"
    assert read_scan(str(outside), home)[1] == "application/pdf"


@pytest.mark.parametrize("path", ["secret.jpg", "secret/none.jpg", "secret\0.jpg", "secret\udc80.jpg", "s" * 5000])
def test_a_file_that_is_not_there(tmp_path: Path, path: str) -> None:
    assert refusal(path, tmp_path) == "scan_missing"


@pytest.mark.parametrize("path", ["../secret.png", "a/../secret.png", "..\\secret.png", "/tmp/../secret.png", ".."])
def test_a_path_may_not_step_back(tmp_path: Path, path: str) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "secret.png").write_bytes(picture("PNG"))
    assert refusal(path, tmp_path / "home") == "scan_dots"


def test_a_link_is_not_followed_nor_a_linked_folder_below_the_home(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/a.png").write_bytes(picture("PNG"))
    home = tmp_path / "home"
    home.mkdir()
    (home / "link.png").symlink_to(tmp_path / "outside/a.png")
    (home / "loop.png").symlink_to(home / "loop.png")
    (home / "folder").symlink_to(tmp_path / "outside")
    assert refusal("link.png", home) == "scan_symlink"
    assert refusal(home / "link.png", home) == "scan_symlink"
    assert refusal("loop.png", home) == "scan_symlink"
    assert refusal("folder/a.png", home) == "scan_symlink"


def make_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, make_socket], ids=["fifo", "folder", "socket"])
def test_what_is_no_file_is_refused_at_once(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "x")
    assert refusal("x", tmp_path) == "scan_not_a_file"


def test_a_device_is_refused(tmp_path: Path) -> None:
    assert stat.S_ISCHR(os.stat("/dev/zero").st_mode)
    assert refusal("/dev/zero", tmp_path) == "scan_not_a_file"


def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("becomes another user, which needs root")
    file = tmp_path / "a.png"
    file.write_bytes(picture("PNG"))
    file.chmod(0)
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    os.seteuid(65534)
    try:
        assert refusal(file, tmp_path) == "scan_unreadable"
    finally:
        os.seteuid(0)


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    assert refusal("a", tmp_path) == "scan_empty"


def test_twenty_megabytes_are_the_most(tmp_path: Path) -> None:
    for size, code in ((MOST_BYTES, "scan_not_an_image"), (MOST_BYTES + 1, "scan_too_big"), (80 << 20, "scan_too_big")):
        (tmp_path / "a").write_bytes(b"")
        os.truncate(tmp_path / "a", size)
        assert refusal("a", tmp_path) == code


@pytest.mark.parametrize("content", [b"hello", b"PK\3\4rest", b"GIF89a" + bytes(100), b"\0", b"RIFF\0\0\0\0WEBPVP8 "])
def test_what_is_neither_image_nor_pdf(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.jpg").write_bytes(content)
    assert refusal("a.jpg", tmp_path) == "scan_not_an_image"


@pytest.mark.parametrize("size", [(50_000, 50_000), (10_000, 6_001), (2**31 - 1, 2**31 - 1)])
def test_an_image_bomb_is_seen_in_its_header(tmp_path: Path, size: tuple[int, int]) -> None:
    (tmp_path / "a.png").write_bytes(png_header(*size))
    assert refusal("a.png", tmp_path) == "scan_too_many_pixels"


def test_a_bomb_on_a_later_page_is_seen(tmp_path: Path) -> None:
    into = BytesIO()
    pages = [Image.new("1", (100, 100)), Image.new("1", (10_000, 7_000))]
    pages[0].save(into, "TIFF", save_all=True, append_images=pages[1:], compression="group4")
    (tmp_path / "a.tif").write_bytes(into.getvalue())
    assert refusal("a.tif", tmp_path) == "scan_too_many_pixels"


def test_an_a4_page_at_600_dpi_is_taken(tmp_path: Path) -> None:
    into = BytesIO()
    Image.new("1", (4961, 7016)).save(into, "TIFF", compression="group4")
    (tmp_path / "a.tif").write_bytes(into.getvalue())
    assert read_scan("a.tif", tmp_path)[1] == "image/tiff"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "BMP"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_half_a_picture_is_refused(tmp_path: Path, kind: str, share: float) -> None:
    whole = picture(kind)
    (tmp_path / "a").write_bytes(whole[: int(len(whole) * share)])
    assert refusal("a", tmp_path) in {"scan_not_whole", "scan_not_an_image"}


def test_half_a_pdf_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(PDF[:30])
    assert refusal("a.pdf", tmp_path) == "scan_not_whole"
