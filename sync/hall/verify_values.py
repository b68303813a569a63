"""Whether the file of the store is sound and each value still of the type of its column.

SQLite takes text where bytes belong; PostgreSQL watches over types and pages itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Integer,
    LargeBinary,
    Table,
    func,
    null,
    or_,
    select,
    text,
)

from sync.hall.report import Problem
from sync.hall.tables import metadata

MOST_NAMED = 100  # of one table; more say nothing new


def problems(conn: Connection) -> Iterator[Problem]:
    """A damaged file first, then each row with a value of a foreign type, named by its event where it has one."""
    if conn.dialect.name != "sqlite":
        return
    if conn.scalars(text("PRAGMA integrity_check(1)")).all() != ["ok"]:
        yield Problem("file_damaged")
    for table in metadata.sorted_tables:
        yield from _foreign_values(conn, table)


def _foreign_values(conn: Connection, table: Table) -> Iterator[Problem]:
    device, seq = (table.c.get(name, null()) for name in ("device", "seq"))
    wrong = or_(*(func.typeof(column).not_in([_type_of(column), "null"]) for column in table.columns))
    for row in conn.execute(select(_text(device), _text(seq)).where(wrong).limit(MOST_NAMED)):
        named, place = row[0] or "", row[1] or ""
        yield Problem(f"foreign_value:{table.name}", named, int(place) if place.isdecimal() else 0)


def _text(value: ColumnElement[Any]) -> ColumnElement[str]:
    """Whatever it is now, as text: it must be readable to be named."""
    return func.printf("%s", value)


def _type_of(column: Column[Any]) -> str:
    """SQLite's word for what the column holds."""
    if isinstance(column.type, LargeBinary):
        return "blob"
    return "integer" if isinstance(column.type, (Integer, Boolean)) else "text"
