"""Stores to write journals into: plain SQLite and SQLCipher, opened as the products open them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlcipher3.dbapi2
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.pool import QueuePool

from sync import journal_tables


@pytest.fixture(params=["sqlite", "sqlcipher"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An empty store with the tables of the journal, on both engines."""
    opened = open_store(tmp_path / "store.db", request.param)
    with opened.begin() as conn:
        journal_tables.metadata.create_all(conn)
        journal_tables.create_triggers(conn)
    yield opened
    opened.dispose()


@pytest.fixture
def make_engine(tmp_path: Path) -> Iterator[Callable[[str], Engine]]:
    """Makes further stores (plain SQLite, not waiting for the disk) by name."""
    made: list[Engine] = []

    def make(name: str) -> Engine:
        made.append(open_store(tmp_path / f"{name}.db", "sqlite", "OFF"))
        with made[-1].begin() as conn:
            journal_tables.metadata.create_all(conn)
            journal_tables.create_triggers(conn)
        return made[-1]

    yield make
    for opened in made:
        opened.dispose()


def open_store(path: Path, kind: str, synchronous: str = "FULL") -> Engine:
    module: Any = sqlcipher3.dbapi2 if kind == "sqlcipher" else sqlite3

    def connect() -> Any:
        opened = module.connect(str(path), check_same_thread=False, isolation_level=None)
        if kind == "sqlcipher":
            opened.execute("PRAGMA key = \"x'" + "5c" * 32 + "'\"")
        for pragma in ("foreign_keys=ON", "journal_mode=WAL", f"synchronous={synchronous}"):
            opened.execute(f"PRAGMA {pragma}")
        return opened

    engine = create_engine("sqlite://", module=module, creator=connect, poolclass=QueuePool)
    event.listen(engine, "begin", lambda conn: conn.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine
