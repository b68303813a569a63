"""A backup of a home: one file, encrypted like the store and under its key, checked before it gets its name.

It is a copy of the store at one moment (SQLite's VACUUM INTO, which keeps the
encryption) with one table more, `vault_files`: the sealed files as they lie in
the vault. Files come second: whatever an event of the copy names was sealed
before that event, so it is there.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import Engine, StaticPool, create_engine

from counter_app.adapters.durable_file import written_whole
from counter_app.domain.errors import CounterError
from sync import journal, journal_verify

VAULT_TABLE = "vault_files"

# What SQLite says, and our code for it; the first that fits.
_FAULTS = (
    ("disk is full", "disk_full"),
    ("disk I/O error", "out_not_writable"),
    ("readonly", "out_not_writable"),
    ("unable to open", "out_not_writable"),
)


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup holds: events of this device, the head of their chain, sealed files; size in bytes."""

    events: int
    head: bytes
    files: int
    size: int


def backup(store: Engine, vault: Path, key: bytes, out: Path) -> Backup:
    """Write the backup to out, or leave what was there. Others may go on writing into the store meanwhile.

    vault is the folder of the sealed files, key the store's key. Raises CounterError
    `backup_damaged` if the copy does not stand its check, `disk_full`, `out_not_writable`,
    `out_folder_missing`, `out_is_folder`.
    """
    if out.is_dir():
        raise CounterError("out_is_folder")
    if not out.parent.is_dir():
        raise CounterError("out_folder_missing")
    with written_whole(out, "out_not_writable") as unfinished, _named_faults():
        unfinished.touch(mode=0o600)
        _copy_store(store, unfinished)
        with closing(_opened(unfinished, key)) as copy:
            files = _copy_files(copy, vault)
            events, head = _checked(copy)
    return Backup(events, head, files, out.stat().st_size)


def _copy_store(store: Engine, target: Path) -> None:
    with closing(store.raw_connection()) as connection:
        connection.cursor().execute("VACUUM INTO ?", (str(target),))


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


def _copy_files(copy: Any, vault: Path) -> int:
    copy.execute(f"CREATE TABLE {VAULT_TABLE} (path TEXT PRIMARY KEY, content BLOB NOT NULL) WITHOUT ROWID")
    copy.execute("BEGIN")
    files = sorted(vault.glob("[0-9a-f][0-9a-f]/*"))
    for file in files:
        row = (file.relative_to(vault.parent).as_posix(), file.read_bytes())
        copy.execute(f"INSERT INTO {VAULT_TABLE} VALUES (?, ?)", row)
    copy.execute("COMMIT")
    return len(files)


def _checked(copy: Any) -> tuple[int, bytes]:
    """Every page's seal, SQLite's own check and the chain of the journal; its seq and head."""
    broken = [*copy.execute("PRAGMA cipher_integrity_check"), *copy.execute("PRAGMA quick_check")]
    [device] = [row[0] for row in copy.execute("SELECT device FROM journal_ratchet")]
    engine = create_engine("sqlite://", module=sqlcipher, creator=lambda: copy, poolclass=StaticPool)
    with engine.connect() as connection:
        seq, head = journal.head(connection, device)
        problems = list(journal_verify.verify(connection, device))
    if broken != [("ok",)] or problems:
        raise CounterError("backup_damaged")
    return seq, head


@contextmanager
def _named_faults() -> Iterator[None]:
    try:
        yield
    except sqlcipher.DatabaseError as fault:
        code = next((code for words, code in _FAULTS if words in str(fault)), "backup_damaged")
        raise CounterError(code) from fault
