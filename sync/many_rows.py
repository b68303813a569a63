"""Many rows by one statement, compiled once and given to the driver as they are.

SQLAlchemy's own way walks each value of each row; of the thirty thousand events of a busy month that was a third of
all work to receive them. Only columns whose values every driver takes unchanged may be written so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import Boolean, Connection, Dialect, Insert, Integer, LargeBinary, String, Update
from sqlalchemy.sql.compiler import SQLCompiler

_TAKEN_AS_THEY_ARE = (Boolean, Integer, LargeBinary, String)

_Form = tuple[str, list[str] | None]
"""The text of a statement, and the order of its values; None where they are given by name."""

_forms: dict[tuple[Insert | Update, tuple[str, ...], str], _Form] = {}


def write_rows(conn: Connection, statement: Insert | Update, rows: Sequence[Mapping[str, Any]]) -> None:
    """Execute the statement for each of the rows, which all have the same names.

    The statement is one that the caller keeps, for its text is kept too. TypeError for a column of another type.
    """
    if not rows:
        return
    key = statement, tuple(rows[0]), conn.dialect.name
    if key not in _forms:
        _forms[key] = _compiled(statement, tuple(rows[0]), conn.dialect)
    text, order = _forms[key]
    if order is None:
        conn.exec_driver_sql(text, list(rows))
    elif len(order) == 1:
        conn.exec_driver_sql(text, [(row[order[0]],) for row in rows])
    else:
        conn.exec_driver_sql(text, list(map(itemgetter(*order), rows)))


def _compiled(statement: Insert | Update, names: tuple[str, ...], dialect: Dialect) -> _Form:
    compiled = statement.compile(dialect=dialect, column_keys=list(names))
    assert isinstance(compiled, SQLCompiler)
    for name, bound in compiled.binds.items():
        if not isinstance(bound.type, _TAKEN_AS_THEY_ARE):
            raise TypeError(f"{name} is {bound.type!r}")
    return str(compiled), list(compiled.positiontup or ()) if compiled.positional else None
