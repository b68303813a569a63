"""A copy of the hall's SQLite store in one file, and a hall made of such a copy again (sync design section 7).

In the copy stands a key file (`sync/key_vault.py`), so that passphrase and file bring the hall back on another machine:
stations send to nobody else. PostgreSQL has its own means for both. Scans lie beside the store under `attachments/`
and are copied with the folder; what is missing of them the stations send again.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, delete

from counter_app.domain.errors import CounterError
from counter_app.domain.identifiers import HALL
from sync import journal
from sync.durable import put_in_place
from sync.hall import home, went_back
from sync.hall.home import STORE, Hall
from sync.hall.store import HallStore, fact, open_store
from sync.hall.tables import hall_facts
from sync.key_vault import INDEX, is_wrapped, key_file_for_backup
from sync.keys import DeviceKeys
from sync.out_place import check_place

_KEY_FILE = "key_file"  # a fact that only copies have
_NO_STORE = frozenset({"hall_store_missing", "hall_store_unreadable"})


@dataclass(frozen=True, slots=True)
class Copied:
    """What a copy holds: events of the hall's own journal, and its size in bytes."""

    events: int
    size: int


def opens_elsewhere(hall: Hall, passphrase: str) -> bool:
    """Whether a copy made with this passphrase ("": none) is of use without this machine."""
    return bool(passphrase) or is_wrapped((hall.home / INDEX).read_bytes())


def backup(hall: Hall, out: Path, passphrase: str = "") -> Copied:
    """Write a checked copy to out, or leave what was there; others may go on writing.

    passphrase: for the keys of a hall that has them in the keyring; "": they stay there. CounterError
    `hall_backup_elsewhere` (PostgreSQL), `hall_backup_damaged`, those of `check_place`.
    """
    if not hall.store.is_file:
        raise CounterError("hall_backup_elsewhere")
    check_place(out)
    key_file = key_file_for_backup(hall.home, passphrase, lambda: hall.secrets)
    aside = out.with_name(f"{out.name}.new")
    aside.unlink(missing_ok=True)
    with closing(sqlite3.connect(hall.home / STORE)) as connection:
        connection.execute("VACUUM INTO ?", (str(aside),))
    with closing(sqlite3.connect(aside)) as connection, connection:
        connection.execute("INSERT INTO hall_facts (name, value) VALUES (?, ?)", (_KEY_FILE, key_file.decode()))
    _check_file(aside)
    with _opened(aside, hall.id) as store, store.read() as conn:
        events, _ = journal.head(conn, HALL)
    _make_one_file(aside)
    put_in_place(aside, out)
    return Copied(events, out.stat().st_size)


def restore(folder: Path, file: Path, allow: Callable[[Connection], object]) -> Copied:
    """Make the copy the store of the hall of this home, with the server stopped: it waits for `recovered` from then on.

    A folder without keys gets those of the copy, by HALL_PASSPHRASE or of the keyring of the machine that it was made
    on. allow is asked first and raises its refusal; it looks at the people of the store that is there, or at those of
    the copy where none is to be read. What is refused leaves everything as it was.

    CounterError `hall_file_missing`, `hall_backup_damaged`, `hall_backup_key_elsewhere`, `no_key`, `wrong_passphrase`,
    those of `home.check_takes` and `open_store`.
    """
    if not file.is_file():
        raise CounterError("hall_file_missing")
    with _aside(folder) as aside:
        shutil.copyfile(file, aside)
        _check_file(aside)
        keys, key_file = _keys_for(folder, aside)
        hall_id = home.id_of(keys)
        home.check_takes(folder, hall_id)
        with _opened(aside, hall_id) as store:
            _ask(allow, folder, hall_id, store)
            with store.write() as conn:
                conn.execute(delete(hall_facts).where(hall_facts.c.name == _KEY_FILE))
                went_back.note_restored(conn, home.machine_clock().wall_ms)
                events, _ = journal.head(conn, HALL)
                sample = bool(fact(conn, "county"))
        _make_one_file(aside)
        for leftover in folder.glob(f"{STORE}-*"):
            leftover.unlink()
        put_in_place(aside, folder / STORE)
        home.settle(folder, keys, key_file, sample)
    return Copied(events, file.stat().st_size)


@contextmanager
def _aside(folder: Path) -> Iterator[Path]:
    """Where the copy is made ready; after a refusal neither it nor a folder that was made for it is left."""
    is_new = not folder.exists()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = folder / f"{STORE}.new"
    try:
        yield aside
    except BaseException:
        for left in folder.glob(f"{aside.name}*"):
            left.unlink()
        if is_new:
            with suppress(OSError):
                folder.rmdir()
        raise


def _keys_for(folder: Path, copy: Path) -> tuple[DeviceKeys, bytes]:
    """The folder's own keys, or those that the copy brings and the key file which they stand in."""
    own = home.keys_at(folder)
    if own is not None:
        return own, b""
    try:
        with closing(sqlite3.connect(copy)) as connection:
            row = connection.execute("SELECT value FROM hall_facts WHERE name = ?", (_KEY_FILE,)).fetchone()
    except sqlite3.DatabaseError:
        raise CounterError("hall_backup_damaged") from None
    if row is None:  # of an earlier program
        raise CounterError("hall_backup_key_elsewhere")
    key_file = str(row[0]).encode()
    return home.keys_in(key_file), key_file


def _ask(allow: Callable[[Connection], object], folder: Path, hall_id: str, copy: HallStore) -> None:
    with ExitStack() as open_until_asked:
        store = copy
        if (folder / STORE).exists():
            with _unless_unreadable():
                store = open_until_asked.enter_context(_opened(folder / STORE, hall_id))
        with store.read() as conn:
            allow(conn)


@contextmanager
def _unless_unreadable() -> Iterator[None]:
    try:
        yield
    except CounterError as error:
        if error.code not in _NO_STORE:
            raise


@contextmanager
def _opened(file: Path, hall_id: str) -> Iterator[HallStore]:
    with closing(open_store(f"sqlite:///{file.absolute()}", hall_id)) as store:
        yield store


def _check_file(file: Path) -> None:
    try:
        with closing(sqlite3.connect(file)) as connection:
            found = connection.execute("PRAGMA integrity_check").fetchall()
    except sqlite3.DatabaseError:
        found = []
    if found != [("ok",)]:
        raise CounterError("hall_backup_damaged")


def _make_one_file(file: Path) -> None:
    """Nothing stays beside it, and a medium that cannot be written opens it too; durable when this returns."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    with file.open("rb") as opened:
        os.fsync(opened.fileno())
