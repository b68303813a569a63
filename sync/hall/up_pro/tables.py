"""Which tables and columns there are: `tables.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

Value = str | int | datetime | None  # a moment is that of China, without its zone, to the second


class ColumnType(StrEnum):
    """What a column holds."""

    TEXT = "text"
    NUMBER = "number"
    MOMENT = "moment"


@dataclass(frozen=True, slots=True)
class Column:
    """length counts characters (code points) of a text; codes names the set that its values are of, "" for none."""

    name: str
    type: ColumnType
    length: int
    needed: bool
    codes: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table with the common columns first."""

    name: str
    columns: tuple[Column, ...]


@cache
def tables() -> tuple[Table, ...]:
    """All five, in the order in which a case's rows must reach the hub (specs domain 9.9)."""
    given = tomllib.loads((files(__package__) / "tables.toml").read_text(encoding="utf-8"))
    common = [_column(row) for row in given["common"]["columns"]]
    return tuple(Table(row["name"], (*common, *map(_column, row["columns"]))) for row in given["table"])


def _column(row: Mapping[str, Any]) -> Column:
    kind = ColumnType(row.get("type", ColumnType.TEXT))
    return Column(row["name"], kind, row.get("length", 0), row.get("needed", False), row.get("codes", ""))
