"""The workbook written: the county's items, or the template with two examples."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from forms.item_document import Document
from forms.workbook.layout import Column, Sheet, layout
from forms.workbook.rows import rows_of

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

_A4 = 9
_PREPARED = 5000  # rows below the head that have lists to choose from
_TEXT, _WHOLE, _YUAN = "@", "0", "0.00"
_FORMATS = {"number": _WHOLE, "yuan": _YUAN}
_NEEDED, _FREE = "#F6D9A8", "#E3E7EC"
_LONGEST_HINT = 255  # of a list to choose from, and of what is said where something else was typed


def workbook_of(documents: Sequence[Document]) -> bytes:
    """The items as an .xlsx file; reading it gives the same items."""
    from xlsxwriter import Workbook

    file = io.BytesIO()
    book = Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    head = {needed: book.add_format(_head_look(needed=needed)) for needed in (True, False)}
    looks = {
        form: book.add_format({"num_format": form, "text_wrap": True, "valign": "top"})
        for form in (_TEXT, _WHOLE, _YUAN)
    }
    _guide(book.add_worksheet(layout().first), book.add_format({"text_wrap": True, "valign": "top"}))
    for sheet in layout().sheets:
        page = book.add_worksheet(sheet.name)
        _head(page, sheet, head, looks)
        rows = (row.cells for document in documents for row in rows_of(sheet, document))
        for at, cells in enumerate(rows, 1):
            for n, (column, value) in enumerate(zip(layout().columns_of(sheet), cells, strict=True)):
                _cell(page, at, n, value, looks[_form(column)])
        _choices(page, sheet)
    book.worksheets()[1].activate()
    book.close()
    return file.getvalue()


def _on_paper(page: Worksheet) -> None:
    """A4 across, as wide as the sheet, its head on every page."""
    page.set_landscape()
    page.set_paper(_A4)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)


def _guide(page: Worksheet, look: Format) -> None:
    _on_paper(page)
    page.set_column(0, 0, 110)
    for at, line in enumerate(layout().lines):
        page.write_string(at, 0, line, look)


def _head(page: Worksheet, sheet: Sheet, head: Mapping[bool, Format], looks: Mapping[str, Format]) -> None:
    columns = layout().columns_of(sheet)
    for n, column in enumerate(columns):
        page.set_column(n, n, column.width, looks[_form(column)])
        page.write_string(0, n, column.head, head[column.needed])
        page.write_comment(0, n, column.write, {"width": 320, "height": 110})
    page.freeze_panes(1, 2)
    _on_paper(page)
    page.autofilter(0, 0, 0, len(columns) - 1)


def _head_look(*, needed: bool) -> dict[str, Any]:
    colour = _NEEDED if needed else _FREE
    return {"bold": True, "bg_color": colour, "border": 1, "text_wrap": True, "valign": "vcenter"}


def _cell(page: Worksheet, at: int, n: int, value: str | int | float | None, look: Format) -> None:
    """A text stays a text, also one that begins with = or looks like a number."""
    if isinstance(value, str):
        page.write_string(at, n, value, look)
    elif value is not None:
        page.write_number(at, n, value, look)


def _form(column: Column) -> str:
    return _FORMATS.get(column.kind, _TEXT)


def _choices(page: Worksheet, sheet: Sheet) -> None:
    """Lists to choose from, where a cell has one of few words."""
    for n, column in enumerate(layout().columns_of(sheet)):
        words = layout().words.get("yes" if column.kind == "yes" else column.words if column.kind == "one" else "")
        if words is not None:
            listed = {"validate": "list", "source": list(words.values()), "error_message": column.write[:_LONGEST_HINT]}
            page.data_validation(1, n, _PREPARED, n, listed)
