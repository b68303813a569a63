"""Rows written and read many at once: a statement is made once for a table, not once for a row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, Table
from sqlalchemy.dialects.sqlite import Insert, insert

from counter_app.domain.identifiers import CaseId, counts_by_device
from sync.many_rows import write_rows

MOST_WORDS = 500  # in one IN


def put(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write the rows, all with the same columns; one that is there under the same key takes the new values."""
    if rows:
        write_rows(connection, _upsert(table, tuple(rows[0])), rows)


def add(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write those of the rows that are not there."""
    write_rows(connection, _insert(table), rows)


def of_cases(connection: Connection, query: Select[Any], columns: Any, cases: Iterable[CaseId]) -> Iterator[Any]:
    """The rows of a query whose case, by these columns of it, is one of these."""
    for device, counts in counts_by_device(cases).items():
        for start in range(0, len(counts), MOST_WORDS):
            some = columns.case_n.in_(counts[start : start + MOST_WORDS])
            yield from connection.execute(query.where(columns.case_device == device, some))


@cache
def _upsert(table: Table, names: tuple[str, ...]) -> Insert:
    keys = [column.name for column in table.primary_key]
    statement = insert(table)
    rest = {name: statement.excluded[name] for name in names if name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=rest)


@cache
def _insert(table: Table) -> Insert:
    return insert(table).on_conflict_do_nothing()
