"""The encrypted database file: SQLCipher through SQLAlchemy (specs components 5).

A raw 32-byte key makes opening a connection cheap. Every transaction begins
explicitly, so that DDL and pragmas roll back with the rest (known traps of the
architecture).
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import Connection, Engine, QueuePool, create_engine, event
from sqlalchemy.exc import DatabaseError

from counter_app.domain.errors import CounterError

BUSY_TIMEOUT_MS = 10_000
LEAST_FREE_BYTES = 256 * 1024  # with less, SQLite's index of the log finds no room and says only "disk I/O error"


def open_engine(file: Path, key: bytes) -> Engine:
    """An engine over the file, made if it is not there.

    Raises CounterError `store_locked_out` if the key does not open it.
    """

    def connect() -> Any:
        connection = sqlcipher.connect(str(file), check_same_thread=False, isolation_level=None)
        for pragma in (
            f"PRAGMA key = \"x'{key.hex()}'\"",
            "PRAGMA cipher_log_level = NONE",
            "PRAGMA foreign_keys = ON",
            "PRAGMA journal_mode = WAL",
            "PRAGMA synchronous = FULL",
            "PRAGMA secure_delete = ON",
            f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}",
        ):
            connection.execute(pragma)
        return connection

    engine = create_engine(f"sqlite:///{file}", module=sqlcipher, creator=connect, poolclass=QueuePool, pool_size=4)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get("reading", False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One consistent look: all statements see the same state."""
    with translated_faults(engine), engine.connect().execution_options(reading=True) as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One durable transaction. A commit that failed is `commit_unknown`: it may have happened."""
    with translated_faults(engine), engine.connect() as connection:
        transaction = connection.begin()
        try:
            yield connection
        except BaseException:
            transaction.rollback()
            raise
        try:
            transaction.commit()
        except DatabaseError as fault:
            engine.dispose()
            raise _named(fault, "commit_unknown", engine) from fault


@contextmanager
def translated_faults(engine: Engine) -> Iterator[None]:
    """Database faults as errors that a person can act on."""
    try:
        yield
    except DatabaseError as fault:
        raise _named(fault, "store_fault", engine) from fault


# What SQLite says, and our code for it; the first that fits.
_FAULTS = (
    ("disk is full", "disk_full"),
    ("readonly database", "home_read_only"),
    ("unable to open database file", "home_read_only"),
    ("not a database", "store_locked_out"),
    ("malformed", "store_damaged"),
    ("database is locked", "store_busy"),
    ("journal: no", "journal_sealed"),
)


def _named(fault: DatabaseError, otherwise: str, engine: Engine) -> CounterError:
    said = str(fault.orig)
    if "disk I/O error" in said and _free_bytes(engine) < LEAST_FREE_BYTES:
        return CounterError("disk_full")
    code = next((code for words, code in _FAULTS if words in said), otherwise)
    return CounterError(code)


def _free_bytes(engine: Engine) -> int:
    return shutil.disk_usage(Path(engine.url.database or "").parent).free
