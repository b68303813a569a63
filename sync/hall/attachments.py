"""Scans at the hall: named by a received event first, then held in part, then whole (sync design section 5).

Parts and wholes lie under the hall's home, `attachments/ab/<sha256>`; a part
ends in `.part`. The count of held bytes is committed after the bytes are on disk.
"""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol, TypeGuard

from sqlalchemy import Connection, insert, select, update

from counter_app.domain.errors import CounterError
from counter_app.domain.events import Event
from sync.durable import sync_folder
from sync.envelope import PART, UNKNOWN, WHOLE
from sync.frames import AttachmentFrame
from sync.hall.tables import attachments

MOST_BYTES = 2**53  # a frame cannot say more
_CHUNK = 1024 * 1024


class Known(NamedTuple):
    """What is committed of a file that an event names: its size, the bytes held, and whether it is here to its end."""

    size: int
    held: int
    whole: bool


class Files(Protocol):
    """Where parts and wholes lie; what a call did is on the disk when it returns."""

    def is_whole(self, sha256: bytes) -> bool:
        """Whether the file is there to its end, with this content."""

    def add(self, sha256: bytes, offset: int, piece: bytes) -> None:
        """Put the piece into the part, which then ends behind it."""

    def finish(self, sha256: bytes) -> bool:
        """Make the part the file, if one of them has this content; whether it had."""


def note_named(conn: Connection, event: Event) -> None:
    """Remember the files that an event names: only these are taken in."""
    for sha256, size in files_in(event.data):
        if conn.scalar(select(attachments.c.size).where(attachments.c.sha256 == sha256)) is None:
            conn.execute(insert(attachments).values(sha256=sha256, size=size, held=0, whole=False))


def take(conn: Connection, home: Path, frame: AttachmentFrame) -> None:
    """Add a piece (`added`). CounterError `disk_full`, `hall_files_unwritable`."""
    a = attachments.c
    row = conn.execute(select(a.size, a.held, a.whole).where(a.sha256 == frame.sha256).with_for_update()).first()
    if row is None:
        return
    try:
        known = added(FolderFiles(home), Known(*row), frame)
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        raise CounterError("disk_full" if full else "hall_files_unwritable") from error
    if known is not None:
        conn.execute(update(attachments).where(a.sha256 == frame.sha256).values(held=known.held, whole=known.whole))


def added(files: Files, known: Known, frame: AttachmentFrame) -> Known | None:
    """What is to be committed once the piece is on the disk; None where it changes nothing: it leaves a hole or is
    here already, and the answer's `held` says what is wanted."""
    end = frame.offset + len(frame.piece)
    if known.whole or frame.size != known.size or frame.offset > known.held or end <= known.held:
        return None
    if not files.is_whole(frame.sha256):  # else something kept the transaction that made it whole from its end
        files.add(frame.sha256, frame.offset, frame.piece)
        if end < known.size:
            return known._replace(held=end)
    whole = files.finish(frame.sha256)
    return known._replace(held=known.size if whole else 0, whole=whole)  # else begun again from the first byte


def held(conn: Connection, asked: Iterable[bytes]) -> list[tuple[bytes, int, str]]:
    """What is here of each."""
    found = []
    for sha256 in asked:
        a = attachments.c
        row = conn.execute(select(a.held, a.whole).where(a.sha256 == sha256)).first()
        if row is None:
            found.append((sha256, 0, UNKNOWN))
        else:
            found.append((sha256, row.held, WHOLE if row.whole else PART))
    return found


def damaged(home: Path, conn: Connection) -> Iterator[bytes]:
    """Those that should be whole and are not, for verification."""
    for sha256 in conn.scalars(select(attachments.c.sha256).where(attachments.c.whole)):
        if not _is_whole(path_of(home, bytes(sha256)), bytes(sha256)):
            yield bytes(sha256)


def path_of(home: Path, sha256: bytes) -> Path:
    """Where the whole file lies."""
    name = sha256.hex()
    return home / "attachments" / name[:2] / name


@dataclass(frozen=True, slots=True)
class FolderFiles:
    """`Files` under the hall's home. OSError where they cannot be written."""

    home: Path

    def is_whole(self, sha256: bytes) -> bool:
        return _is_whole(path_of(self.home, sha256), sha256)

    def add(self, sha256: bytes, offset: int, piece: bytes) -> None:
        _write_at(self._part(sha256), offset, piece)

    def finish(self, sha256: bytes) -> bool:
        part, file = self._part(sha256), path_of(self.home, sha256)
        if not self.is_whole(sha256):
            if not _is_whole(part, sha256):
                return False
            part.replace(file)
        sync_folder(file.parent)
        return True

    def _part(self, sha256: bytes) -> Path:
        return path_of(self.home, sha256).with_suffix(".part")


def files_in(value: object) -> Iterator[tuple[bytes, int]]:
    """(sha256, size) of every file that an event's data names."""
    if isinstance(value, Mapping):
        sha256, size = value.get("sha256"), value.get("size")
        if isinstance(sha256, bytes) and len(sha256) == hashlib.sha256().digest_size and _is_size(size):
            yield sha256, size
        for inner in value.values():
            yield from files_in(inner)
    elif isinstance(value, Sequence) and not isinstance(value, str | bytes):
        for inner in value:
            yield from files_in(inner)


def _is_size(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= MOST_BYTES


def _write_at(path: Path, offset: int, piece: bytes) -> None:
    is_new = not path.exists()
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.seek(offset)
        file.write(piece)
        file.truncate()
        file.flush()
        os.fsync(file.fileno())
    if is_new:
        _keep_name(path)


def _keep_name(file: Path) -> None:
    """A synced file goes with a name or a folder that was not: both stay from now on."""
    for folder in (file.parent, *file.parent.parents[:2]):
        sync_folder(folder)


def _is_whole(path: Path, sha256: bytes) -> bool:
    if not path.exists():
        return False
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_CHUNK):
            digest.update(piece)
    return digest.digest() == sha256
