"""An item as rows of the workbook's sheets: what is written, and what a difference between two items is told in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from forms.item_document import Document
from forms.workbook.cells import written_cell
from forms.workbook.layout import Sheet, layout

Cells = tuple[str | int | float | None, ...]


class ItemRow(NamedTuple):
    """A row of a sheet. name: what tells it from the item's others there; by it a row is followed through changes."""

    name: tuple[str, ...]
    cells: Cells


def rows_of(sheet: Sheet, document: Document) -> Iterator[ItemRow]:
    """The item's rows in this sheet, with the item's code first."""
    code = document["code"]
    for n, row in enumerate(_plain_rows(sheet, document)):
        values = [written_cell(column, _value(row, column.key)) for column in sheet.columns]
        cells = tuple(values) if sheet.shape == "item" else (code, *values)
        yield ItemRow(_name(sheet, row, n), cells)


def _plain_rows(sheet: Sheet, document: Document) -> Iterator[Mapping[str, Any]]:
    part = document.get(sheet.part, [] if sheet.shape == "rows" else {})
    if sheet.shape == "item":
        yield document
    elif sheet.shape == "rows":
        yield from part
    elif sheet.shape == "map":
        [name] = sheet.keys
        for key in layout().words[sheet.column(name).words]:
            value = part.get(key)
            if value is None:
                continue
            yield {name: key, **(value if isinstance(value, dict) else {"": value})}
    elif sheet.shape == "texts":
        for key in layout().words[sheet.column(sheet.keys[0]).words]:
            for text in part.get(key, ()):
                yield {sheet.keys[0]: key, "": text}
    else:
        owner = sheet.columns[0].key
        for whole in document[sheet.under]:
            for row in whole.get(sheet.part, ()):
                yield {owner: whole["id"], **row}


def _value(row: Mapping[str, Any], key: str) -> Any:
    found: Any = row
    if not key:
        return row.get("")
    for step in key.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def _name(sheet: Sheet, row: Mapping[str, Any], n: int) -> tuple[str, ...]:
    if sheet.shape == "item":
        return ()
    owner = (str(row[sheet.columns[0].key]),) if sheet.shape == "under" else ()
    if sheet.shape == "texts" or not sheet.keys:
        return (*owner, str(n + 1))
    return (*owner, *(str(row[key]) for key in sheet.keys))
