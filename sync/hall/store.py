"""The hall's store: one engine, transactions that lock at their beginning, and the refusal of a newer schema."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, insert, inspect, select, update
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    DataError,
    IntegrityError,
    NoSuchModuleError,
    OperationalError,
)

from counter_app.domain.errors import CounterError
from sync.hall.crossing import Crossed
from sync.hall.tables import PROJECTION_VERSION, SCHEMA_VERSION, hall_facts, metadata
from sync.journal_tables import create_triggers

_BUSY_S = 20
_READ = "hall_reads_only"
_SERIALISATION, _DEADLOCK, _UNIQUE = "40001", "40P01", "23505"  # SQLSTATE


class Unstorable(ValueError):
    """No store takes that value: text with NUL or too long for its column, a number beyond it. PostgreSQL says so."""


class HallStore:
    """The tables of `tables.py` behind one URL: SQLite (a file) or PostgreSQL."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction, durable when the block ends.

        CounterError `hall_store_busy` (`Crossed`), `disk_full`, `hall_store_unreadable`.
        """
        with _translated(), self._engine.begin() as conn:
            yield conn

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent look, which no writer waits for."""
        options: dict[str, Any] = {_READ: True}
        if self._engine.dialect.name == "postgresql":
            options["isolation_level"] = "REPEATABLE READ"
        with _translated(), self._engine.connect() as conn:
            yield conn.execution_options(**options)
            conn.rollback()

    @property
    def is_file(self) -> bool:
        """Whether it is SQLite."""
        return self._engine.dialect.name == "sqlite"

    def close(self) -> None:
        """Give all connections back."""
        self._engine.dispose()


def create_store(
    url: str, hall_id: str, facts: dict[str, str], fill: Callable[[Connection], None]
) -> HallStore:
    """The store of a new hall, or the one that is there already if it is this hall's.

    fill enters what the hall begins with, in the transaction that makes the tables.
    """
    store = HallStore(_engine(url))
    with store.write() as conn:
        if not _has_schema(conn):
            metadata.create_all(conn)
            create_triggers(conn)
            versions = {"schema": str(SCHEMA_VERSION), "projection": str(PROJECTION_VERSION), "generation": "1"}
            rows = {**versions, "hall": hall_id, **facts}
            conn.execute(insert(hall_facts), [{"name": name, "value": value} for name, value in rows.items()])
            fill(conn)
    return _checked(store, hall_id)


def open_store(url: str, hall_id: str) -> HallStore:
    """The store that was created there.

    CounterError `hall_store_missing`, `hall_store_newer` (written by a later program), `hall_store_of_other`.
    """
    store = HallStore(_engine(url))
    with store.read() as conn:
        if not _has_schema(conn):
            raise CounterError("hall_store_missing")
    return _checked(store, hall_id)


def fact(conn: Connection, name: str) -> str:
    """One of the hall's own facts; "" if it was never set."""
    return conn.scalar(select(hall_facts.c.value).where(hall_facts.c.name == name)) or ""


RESTORED = "restored"  # a fact: since when (ms UTC) the hall knows that it came out of a backup; "" or none: it did not


def recovery_waits(conn: Connection) -> bool:
    """Whether this hall came out of a backup and nobody has said `recovered` yet: then nothing is applied."""
    return bool(fact(conn, RESTORED))


def put_fact(conn: Connection, name: str, value: str) -> None:
    """Set one of the hall's own facts."""
    changed = conn.execute(update(hall_facts).where(hall_facts.c.name == name).values(value=value))
    if changed.rowcount == 0:
        conn.execute(insert(hall_facts).values(name=name, value=value))


def number_fact(conn: Connection, name: str) -> int:
    """One of the hall's facts that is a number; `hall_store_unreadable` if it is none any more."""
    value = fact(conn, name)
    if not value.isdecimal():
        raise CounterError("hall_store_unreadable")
    return int(value)


def _checked(store: HallStore, hall_id: str) -> HallStore:
    with store.read() as conn:
        schema, hall = number_fact(conn, "schema"), fact(conn, "hall")
        number_fact(conn, "generation")
    if schema > SCHEMA_VERSION:
        raise CounterError("hall_store_newer", found=schema, known=SCHEMA_VERSION)
    if hall != hall_id:
        raise CounterError("hall_store_of_other", found=hall)
    return store


def _has_schema(conn: Connection) -> bool:
    return inspect(conn).has_table(hall_facts.name)


def _engine(url: str) -> Engine:
    try:
        engine = create_engine(url, pool_size=8, max_overflow=32)
    except (ArgumentError, NoSuchModuleError, ImportError):
        raise CounterError("hall_store_url", dialect=url.split(":", 1)[0][:20]) from None
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, record: object) -> None:
    """The driver begins nothing by itself: DDL would escape the transaction (architecture, known traps)."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={_BUSY_S * 1000}", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(conn: Connection) -> None:
    """Writers lock at once: a transaction that read first could not be upgraded behind another's commit."""
    conn.exec_driver_sql("BEGIN" if conn.get_execution_options().get(_READ) else "BEGIN IMMEDIATE")


@contextmanager
def storable() -> Iterator[None]:
    """Unstorable for what is sent and no column takes: a fault of the value, not of the store."""
    try:
        yield
    except DataError as error:
        raise Unstorable(type(error.orig).__name__) from error


@contextmanager
def _translated() -> Iterator[None]:
    try:
        with storable():
            yield
    except (OperationalError, IntegrityError) as error:
        if getattr(error.orig, "sqlstate", None) in (_SERIALISATION, _DEADLOCK, _UNIQUE):
            raise Crossed from error
        if isinstance(error, IntegrityError):
            raise
        raise CounterError(_code_of(str(error.orig).lower())) from error
    except DatabaseError as error:
        if "not a database" in str(error.orig) or "malformed" in str(error.orig):
            raise CounterError("hall_store_unreadable") from error
        raise


def _code_of(message: str) -> str:
    if 'fatal:  database "' in message and message.rstrip().endswith("does not exist"):
        return "hall_store_missing"
    if "locked" in message or "deadlock" in message or "busy" in message:
        return "hall_store_busy"
    if "full" in message or "no space" in message:
        return "disk_full"
    return "hall_store_unreadable"
