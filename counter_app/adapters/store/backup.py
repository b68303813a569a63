"""A backup of a home: one file, encrypted like the store and under its key, checked before it gets its name.

It is a copy of the store at one moment (SQLite's VACUUM INTO, which keeps the
encryption) with one table more, `vault_files`: the sealed files as they lie in
the vault. Files come second: whatever an event of the copy names was sealed
before that event, so it is there.
"""

from __future__ import annotations

import os
import shutil
import struct
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import Engine, StaticPool, create_engine

from counter_app.adapters.durable_file import refusals_named, written_whole
from counter_app.adapters.home import DEVICE_KEYS
from counter_app.adapters.store.apart import KEYS
from counter_app.domain.errors import CounterError
from counter_app.services.backups import CopyWatch, unwatched
from resources.typed import unpacker
from sync import journal, journal_verify
from sync.out_place import check_place

VAULT_TABLE = "vault_files"
_MAGIC = b"ctkeys01"
_TAIL = struct.Struct(">Q8s")  # at the very end: how many bytes of the key file stand before it

GONE = "backup_medium_gone"
_TICK = 20_000  # instructions of SQLite between two looks at how far the copy is: some milliseconds

# What SQLite says, and our code for it; the first that fits.
_FAULTS = (
    ("disk is full", "disk_full"),
    ("disk I/O error", GONE),
    ("readonly", "out_not_writable"),
    ("unable to open", "out_not_writable"),
)


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup holds: events of this device, the head of their chain, sealed files; size in bytes.

    same_disk: it lies on the disk of the home, and goes with it.
    """

    events: int
    head: bytes
    files: int
    size: int
    same_disk: bool


def no_key_file(_device_keys: str) -> bytes:
    """Nothing goes with the store."""
    return b""


def backup(
    store: Engine,
    vault: Path,
    key: bytes,
    out: Path,
    watch: CopyWatch = unwatched,
    key_file: Callable[[str], bytes] = no_key_file,
) -> Backup:
    """Write the backup to out, or leave what was there. Others may go on writing into the store meanwhile.

    vault is the folder of the sealed files, key the store's key, key_file gives what goes behind the store when it is
    told the name of the copy's device keys. Raises CounterError `backup_damaged` if the copy does not stand its check,
    `disk_full`, `out_not_writable`, `backup_medium_gone`, those of `check_place`, and what watch and key_file raise.
    """
    check_place(out)
    store_bytes = Path(store.url.database or "").stat().st_size
    size = store_bytes + sum(file.stat().st_size for file in _sealed_files(vault))
    with _gone_if_not_named(), written_whole(out, "out_not_writable") as unfinished, _named_faults():
        unfinished.touch(mode=0o600)
        _copy_store(store, unfinished, lambda done: watch(min(done, store_bytes), size))
        with closing(_opened(unfinished, key)) as copy:
            files = _copy_files(copy, vault, lambda done: watch(min(store_bytes + done, size), size))
            watch(size, size)
            events, head = _checked(copy)
            device_keys = _state(copy, KEYS) or DEVICE_KEYS
        _append_keys(unfinished, key_file(device_keys))
        watch(size, size)
    same_disk = out.stat().st_dev == vault.parent.stat().st_dev
    return Backup(events, head, files, out.stat().st_size, same_disk)


def kept_keys(file: Path) -> bytes:
    """The key file as the backup keeps it behind the store: secrets in it are wrapped by the passphrase.

    CounterError `backup_missing`, `backup_damaged`.
    """
    if not file.is_file():
        raise CounterError("backup_missing")
    with file.open("rb") as opened:
        size = opened.seek(0, os.SEEK_END)
        opened.seek(max(0, size - _TAIL.size))
        length, magic = _TAIL.unpack(opened.read(_TAIL.size).rjust(_TAIL.size))
        if magic != _MAGIC or length > size - _TAIL.size:
            raise CounterError("backup_damaged")
        opened.seek(size - _TAIL.size - length)
        return opened.read(length)


def _append_keys(unfinished: Path, keys: bytes) -> None:
    with unfinished.open("ab") as opened:
        opened.write(keys + _TAIL.pack(len(keys), _MAGIC))


@dataclass(frozen=True, slots=True)
class Restored:
    """What a backup gave: events of the device that it was made of, the head of their chain, sealed files."""

    events: int
    head: bytes
    files: int


def unpack(file: Path, key: bytes, store: Path, home: Path) -> Restored:
    """Check the backup and write its store to `store`, and its sealed files under the home. The backup stays as it is.

    CounterError `backup_missing`, `backup_damaged` (also under another key), `disk_full`, `home_read_only`.
    """
    behind = len(kept_keys(file)) + _TAIL.size
    with _named_faults(), refusals_named("home_read_only"):
        shutil.copyfile(file, store)
        os.truncate(store, file.stat().st_size - behind)
        store.chmod(0o600)
        with closing(_opened(store, key)) as copy:
            events, head = _checked(copy)
            files = _write_files(copy, home)
            copy.execute(f"DROP TABLE {VAULT_TABLE}")
    return Restored(events, head, files)


def _write_files(copy: Any, home: Path) -> int:
    """The sealed files, each durable; those that are there already are the same ones."""
    count = 0
    for path, content in copy.execute(f"SELECT path, content FROM {VAULT_TABLE}"):
        target = home / path
        count += 1
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with written_whole(target, "home_read_only") as unfinished:
                unfinished.write_bytes(content)
    return count


def _copy_store(store: Engine, target: Path, told: Callable[[int], None]) -> None:
    """told: how many bytes stand there; what it raises ends the copy."""
    stopped: list[CounterError] = []

    def tick() -> int:
        try:
            told(target.stat().st_size)
        except CounterError as stop:
            stopped.append(stop)
        return len(stopped)

    with closing(store.raw_connection()) as connection:
        driver: Any = connection.driver_connection
        driver.set_progress_handler(tick, _TICK)
        try:
            connection.cursor().execute("VACUUM INTO ?", (str(target),))
        except sqlcipher.OperationalError:
            if stopped:
                raise stopped[0] from None
            raise
        finally:
            driver.set_progress_handler(None, 0)


def _opened(file: Path, key: bytes) -> Any:
    connection = sqlcipher.connect(str(file), check_same_thread=False, isolation_level=None)
    for pragma in (
        f"PRAGMA key = \"x'{key.hex()}'\"",
        "PRAGMA cipher_log_level = NONE",
        "PRAGMA journal_mode = DELETE",  # one file, nothing beside it
        "PRAGMA synchronous = OFF",  # synced as a whole before it gets its name
    ):
        connection.execute(pragma)
    return connection


def _sealed_files(vault: Path) -> list[Path]:
    return sorted(vault.glob("[0-9a-f][0-9a-f]/*"))


def _copy_files(copy: Any, vault: Path, told: Callable[[int], None]) -> int:
    """How many there are; told: how many bytes of them stand there."""
    copy.execute(f"CREATE TABLE {VAULT_TABLE} (path TEXT PRIMARY KEY, content BLOB NOT NULL) WITHOUT ROWID")
    copy.execute("BEGIN")
    count = done = 0
    for file in _sealed_files(vault):
        told(done)
        try:
            content = file.read_bytes()
        except FileNotFoundError:
            continue  # erased meanwhile
        except OSError as fault:  # it is the home's disk, not the one that is written to
            raise CounterError("file_unreadable", file=file.name[:8]) from fault
        copy.execute(f"INSERT INTO {VAULT_TABLE} VALUES (?, ?)", (file.relative_to(vault.parent).as_posix(), content))
        count, done = count + 1, done + len(content)
    copy.execute("COMMIT")
    return count


def _checked(copy: Any) -> tuple[int, bytes]:
    """Every page's seal, SQLite's own check and the chain of the journal; its seq and head."""
    broken = [*copy.execute("PRAGMA cipher_integrity_check"), *copy.execute("PRAGMA quick_check")]
    devices = [row[0] for row in copy.execute("SELECT device FROM journal_ratchet")]
    device = _state(copy, "device")
    engine = create_engine("sqlite://", module=sqlcipher, creator=lambda: copy, poolclass=StaticPool)
    with engine.connect() as connection:
        seq, head = journal.head(connection, device)
        problems = [problem for each in devices for problem in journal_verify.verify(connection, each)]
    if broken != [("ok",)] or problems:
        raise CounterError("backup_damaged")
    return seq, head


def _state(copy: Any, name: str) -> str:
    """A text among the states, "" if it was never put there."""
    packed = copy.execute("SELECT value FROM state WHERE name = ?", (name,)).fetchone()
    return unpacker(str).decode(packed[0]) if packed else ""


@contextmanager
def _gone_if_not_named() -> Iterator[None]:
    """A disk that is there no more says so in many ways."""
    try:
        yield
    except OSError as fault:
        raise CounterError(GONE) from fault


@contextmanager
def _named_faults() -> Iterator[None]:
    try:
        yield
    except sqlcipher.DatabaseError as fault:
        code = next((code for words, code in _FAULTS if words in str(fault)), "backup_damaged")
        raise CounterError(code) from fault
