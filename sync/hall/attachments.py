"""Scans at the hall: named by a received event first, then held in part, then whole (sync design section 5).

Parts and wholes lie under the hall's home, `attachments/ab/<sha256>`; a part
ends in `.part`. The count of held bytes is committed after the bytes are on disk.
"""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeGuard

from sqlalchemy import Connection, insert, select, update

from counter_app.domain.errors import CounterError
from counter_app.domain.events import Event
from sync.envelope import PART, UNKNOWN, WHOLE
from sync.frames import AttachmentFrame
from sync.hall.tables import attachments

MOST_BYTES = 2**53  # a frame cannot say more
_CHUNK = 1024 * 1024


def note_named(conn: Connection, event: Event) -> None:
    """Remember the files that an event names: only these are taken in."""
    for sha256, size in files_in(event.data):
        if conn.scalar(select(attachments.c.size).where(attachments.c.sha256 == sha256)) is None:
            conn.execute(insert(attachments).values(sha256=sha256, size=size, held=0, whole=False))


def take(conn: Connection, home: Path, frame: AttachmentFrame) -> None:
    """Add a piece. One that nothing named, that leaves a hole or that is here already changes nothing:
    the answer's `held` says what is wanted. CounterError `disk_full`, `hall_files_unwritable`.
    """
    a = attachments.c
    row = conn.execute(select(a.size, a.held, a.whole).where(a.sha256 == frame.sha256).with_for_update()).first()
    if row is None or row.whole or frame.size != row.size:
        return
    end = frame.offset + len(frame.piece)
    if frame.offset > row.held or end <= row.held:
        return
    held, whole = _stored(home, frame, end == row.size)
    conn.execute(update(attachments).where(a.sha256 == frame.sha256).values(held=held, whole=whole))


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


def _stored(home: Path, frame: AttachmentFrame, is_last: bool) -> tuple[int, bool]:
    """The piece on disk: how many bytes are held now, and whether the file is whole."""
    file = path_of(home, frame.sha256)
    part = file.with_suffix(".part")
    try:
        if _is_whole(file, frame.sha256):
            return frame.size, True  # renamed, and then something kept the transaction from its end
        _write_at(part, frame.offset, frame.piece)
        if not is_last:
            return frame.offset + len(frame.piece), False
        if not _is_whole(part, frame.sha256):
            return 0, False  # begun again from the first byte
        part.replace(file)
        _sync_folder(part.parent)
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        raise CounterError("disk_full" if full else "hall_files_unwritable") from error
    return frame.size, True


def _write_at(path: Path, offset: int, piece: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.seek(offset)
        file.write(piece)
        file.truncate()
        file.flush()
        os.fsync(file.fileno())


def _is_whole(path: Path, sha256: bytes) -> bool:
    if not path.exists():
        return False
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_CHUNK):
            digest.update(piece)
    return digest.digest() == sha256


def _sync_folder(folder: Path) -> None:
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
