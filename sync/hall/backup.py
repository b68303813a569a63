"""A copy of the hall's SQLite store in one file, and a hall made of such a copy again (sync design section 7).

PostgreSQL has its own means for both. Scans lie beside the store under `attachments/` and are copied with the folder;
what is missing of them the stations send again.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from counter_app.domain.errors import CounterError
from sync import journal
from sync.hall import home, went_back
from sync.hall.home import Hall
from sync.hall.store import open_store
from sync.out_place import check_place

_STORE = "hall.db"


@dataclass(frozen=True, slots=True)
class Copied:
    """What a copy holds: events of the hall's own journal, and its size in bytes."""

    events: int
    size: int


def backup(hall: Hall, out: Path) -> Copied:
    """Write a checked copy to out, or leave what was there; others may go on writing.

    CounterError `hall_backup_elsewhere` (PostgreSQL), `hall_backup_damaged`, those of `check_place`.
    """
    _check_sqlite(hall)
    check_place(out)
    aside = out.with_name(f"{out.name}.new")
    aside.unlink(missing_ok=True)
    with closing(sqlite3.connect(hall.home / _STORE)) as connection:
        connection.execute("VACUUM INTO ?", (str(aside),))
    _check_file(aside)
    _sync(aside)
    aside.replace(out)
    return Copied(_events(out, hall.id), out.stat().st_size)


def restore(folder: Path, file: Path) -> Copied:
    """Make the copy the store of the hall of this home, with the server stopped: it waits for `recovered` from then on.

    CounterError `not_initialised`, `hall_file_missing`, `hall_backup_damaged`, and those of `open_store`.
    """
    hall = home.open_hall(folder)
    _check_sqlite(hall)
    hall.store.close()
    if not file.is_file():
        raise CounterError("hall_file_missing")
    _check_file(file)
    events = _events(file, hall.id)
    aside = folder / f"{_STORE}.new"
    aside.write_bytes(file.read_bytes())
    _sync(aside)
    store = open_store(f"sqlite:///{aside}", hall.id)
    with store.write() as conn:
        went_back.note_restored(conn, hall.now_ms)
    store.close()
    with closing(sqlite3.connect(aside)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")  # one file, nothing beside it
    for leftover in folder.glob(f"{_STORE}-*"):
        leftover.unlink()
    aside.replace(folder / _STORE)
    return Copied(events, file.stat().st_size)


def _check_sqlite(hall: Hall) -> None:
    if not hall.store.is_file:
        raise CounterError("hall_backup_elsewhere")


def _check_file(file: Path) -> None:
    try:
        with closing(sqlite3.connect(file)) as connection:
            found = connection.execute("PRAGMA integrity_check").fetchall()
    except sqlite3.DatabaseError:
        found = []
    if found != [("ok",)]:
        raise CounterError("hall_backup_damaged")


def _events(file: Path, hall_id: str) -> int:
    store = open_store(f"sqlite:///{file.absolute()}", hall_id)
    try:
        with store.read() as conn:
            return journal.head(conn, "hall")[0]
    finally:
        store.close()


def _sync(file: Path) -> None:
    with file.open("rb") as opened:
        os.fsync(opened.fileno())
