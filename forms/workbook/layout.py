"""The sheets and columns of the workbook, and the words that stand for codes (`sheets.toml`)."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Column:
    """One column. key: its place in the row's map, with dots between; "" the row is the text itself.

    kind: how a cell is read (`cells.READERS`); default: what an empty cell stands for and is written as.
    """

    key: str
    head: str
    kind: str
    width: int
    write: str
    words: str = ""
    needed: bool = False
    default: object = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet, a row a thing of the item whose code stands first. shape: `item`, `rows`, `map`, `texts`, `under`.

    under: the list in whose members (named by the second column) the rows stand. optional: workbooks made before
    there was this sheet are whole without it.
    """

    name: str
    part: str
    shape: str
    columns: tuple[Column, ...]
    keys: tuple[str, ...] = ()
    under: str = ""
    optional: bool = False

    def column(self, key: str) -> Column:
        """The column of that key; KeyError if there is none."""
        return {column.key: column for column in self.columns}[key]


@dataclass(frozen=True, slots=True)
class Layout:
    """The whole workbook. first: a sheet for people, with these lines; item: the column that names the item."""

    first: str
    lines: tuple[str, ...]
    sheets: tuple[Sheet, ...]
    item: Column
    words: Mapping[str, Mapping[str, str]]
    condition: Mapping[str, str]

    @property
    def items(self) -> Sheet:
        """The sheet with a row for each item."""
        return self.sheets[0]

    def sheet(self, part: str) -> Sheet:
        """The sheet of that part; KeyError if there is none."""
        return {sheet.part: sheet for sheet in self.sheets}[part]

    def columns_of(self, sheet: Sheet) -> tuple[Column, ...]:
        """All columns, that of the item first."""
        return sheet.columns if sheet.shape == "item" else (self.item, *sheet.columns)


@cache
def layout() -> Layout:
    """The layout, read once."""
    plain = tomllib.loads((files("forms.workbook") / "sheets.toml").read_text(encoding="utf-8"))
    sheets = tuple(_sheet(row) for row in plain["sheet"])
    item = Column("item", kind="code", needed=True, width=24, **plain["item"])
    return Layout(plain["first"], tuple(plain["lines"]), sheets, item, plain["words"], plain["condition"])


def folded(text: str) -> str:
    """Text as codes and words are compared: full-width signs made plain, no blanks around."""
    return unicodedata.normalize("NFKC", text).strip()


def _sheet(row: Mapping[str, Any]) -> Sheet:
    columns = tuple(Column(**column) for column in row["columns"])
    return Sheet(
        row["name"], row["part"], row["as"], columns, tuple(row.get("keys", ())), row.get("under", ""),
        row.get("optional", False),
    )
