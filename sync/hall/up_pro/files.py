"""The tables as files: CSV with a head for copying in, INSERTs and CREATEs for one kind of database.

Both kinds take a doubled quote for a quote; a backslash is a character in PostgreSQL and an escape in MySQL.
An empty value is NULL in both: an unquoted nothing in the CSV.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from itertools import islice

from resources.codes import Codes
from sync.hall.up_pro.tables import Column, ColumnType, Table, Value

ROWS_AN_INSERT = 200

Row = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one kind of database writes it."""

    name: str
    moment: str
    escapes_backslash: bool
    table_end: str
    begin: str


_MYSQL_BEGIN = "SET NAMES {charset};\nSTART TRANSACTION;\n"
_MYSQL_END = " ENGINE=InnoDB DEFAULT CHARSET={charset}"


def dialect(name: str, *, three_bytes: bool) -> Dialect:
    """`mysql` or `postgresql`; three_bytes: the character set that MySQL calls utf8."""
    charset = "utf8" if three_bytes else "utf8mb4"
    if name == "mysql":
        return Dialect(name, "datetime", True, _MYSQL_END.format(charset=charset), _MYSQL_BEGIN.format(charset=charset))
    return Dialect(name, "timestamp", False, "", "START TRANSACTION;\n")


DIALECTS = ("mysql", "postgresql")


def csv_of(table: Table, rows: Iterable[Row]) -> bytes:
    """UTF-8 without a mark, a head, a line a row: for a database, not for a spreadsheet."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(column.name for column in table.columns)
    writer.writerows([_plain(row.get(column.name)) for column in table.columns] for row in rows)
    return out.getvalue().encode()


def inserts(tables: Sequence[Table], rows: Mapping[str, Sequence[Row]], kind: Dialect) -> bytes:
    """All rows in one transaction, in the order of the tables."""
    parts = [kind.begin]
    for table in tables:
        names = ", ".join(column.name for column in table.columns)
        for some in _in_pieces(rows[table.name], ROWS_AN_INSERT):
            values = ",\n".join(f"({_values(table, row, kind)})" for row in some)
            parts.append(f"INSERT INTO {table.name} ({names}) VALUES\n{values};\n")
    parts.append("COMMIT;\n")
    return "".join(parts).encode()


def creates(tables: Sequence[Table], codes: Codes, kind: Dialect) -> bytes:
    """The tables themselves, for a trial: limits, what is needed, and which codes there are."""
    return "\n".join(_create(table, codes, kind) for table in tables).encode()


def _create(table: Table, codes: Codes, kind: Dialect) -> str:
    lines = [f"  {column.name} {_type(column, kind)}" for column in table.columns]
    lines += ["  is_sync char(1) DEFAULT '0' NOT NULL", "  PRIMARY KEY (row_guid)"]
    for column in table.columns:
        if column.codes:
            known = ", ".join(_quoted(code, kind) for code in codes.sets[column.codes])
            lines.append(f"  CONSTRAINT {table.name}_{column.name} CHECK ({column.name} IN ({known}))")
    body = ",\n".join(lines)
    return f"CREATE TABLE {table.name} (\n{body}\n){kind.table_end};\n"


def _type(column: Column, kind: Dialect) -> str:
    types = {
        ColumnType.TEXT: f"varchar({column.length})", ColumnType.NUMBER: "integer", ColumnType.MOMENT: kind.moment
    }  # fmt: skip
    return f"{types[column.type]}{' NOT NULL' if column.needed else ''}"


def _values(table: Table, row: Row, kind: Dialect) -> str:
    return ", ".join(_literal(row.get(column.name), kind) for column in table.columns)


def _literal(value: Value, kind: Dialect) -> str:
    if value is None or value == "":
        return "NULL"
    return str(value) if isinstance(value, int) else _quoted(_plain(value), kind)


def _quoted(value: str, kind: Dialect) -> str:
    doubled = value.replace("'", "''")
    return f"'{doubled.replace(chr(92), chr(92) * 2) if kind.escapes_backslash else doubled}'"


def _plain(value: Value) -> str:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    return "" if value is None else str(value)


def _in_pieces(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    waiting = iter(rows)
    while some := list(islice(waiting, size)):
        yield some
