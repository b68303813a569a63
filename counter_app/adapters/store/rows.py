"""Rows written many at once: a statement is made once for a table, not once for a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects.sqlite import Insert, insert


def put(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write the rows, all with the same columns; one that is there under the same key takes the new values."""
    if rows:
        connection.execute(_upsert(table, tuple(rows[0])), list(rows))


def add(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write those of the rows that are not there."""
    if rows:
        connection.execute(_insert(table, tuple(rows[0])), list(rows))


@cache
def _upsert(table: Table, names: tuple[str, ...]) -> Insert:
    keys = [column.name for column in table.primary_key]
    statement = insert(table)
    rest = {name: statement.excluded[name] for name in names if name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=rest)


@cache
def _insert(table: Table, names: tuple[str, ...]) -> Insert:
    return insert(table).on_conflict_do_nothing()
