"""A ledger as a workbook: text stays text, whatever it looks like (specs components 13)."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from io import BytesIO
from itertools import chain
from typing import Any

from counter_app.domain.moments import local_time
from counter_app.services.ledger import Cell, Ledger
from resources.texts import text

FROZEN_COLUMNS = 3
_HEAD_ROW = 3  # title, heading and a free row stand above
_WIDEST = 46  # in characters; the official case number has 43
_A4, _A3 = 9, 8
_MANY = 16  # columns that do not fit onto one sheet of A4 in a type that can be read
_LINE = 15  # points
_FONT = {"font_name": "Noto Sans SC", "font_size": 10}
_ILLEGAL = dict.fromkeys(chain(range(9), (11, 12), range(14, 32), (0xFFFE, 0xFFFF)))  # not allowed in XML


def render(ledger: Ledger) -> bytes:
    """The workbook: one sheet, head frozen and repeated on paper, totals and signature lines below."""
    import xlsxwriter

    target = BytesIO()
    # in_memory: no page of it goes through the temp folder
    with xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False}) as book:
        book.set_properties({"title": ledger.title, "created": local_time(ledger.made_at_ms).replace(tzinfo=None)})
        sheet = book.add_worksheet(text("ledger.sheet"))
        _write_head(book, sheet, ledger)
        widths = _widths(ledger)
        after = _write_rows(book, sheet, ledger, widths)
        _write_foot(book, sheet, ledger, after + 1)
        _set_up_page(sheet, ledger, widths, after)
    vars(sheet).clear()  # it and the book hold each other: cells, texts and XML would wait for the collector
    return target.getvalue()


def _write_head(book: Any, sheet: Any, ledger: Ledger) -> None:
    sheet.write_string(0, 0, ledger.title, book.add_format({**_FONT, "bold": True, "font_size": 16}))
    made_at = text("ledger.made_at", moment=f"{local_time(ledger.made_at_ms):%Y-%m-%d %H:%M}")
    plain = book.add_format(_FONT)
    words = (ledger.heading, ledger.closing, made_at, ledger.privacy)
    sheet.write_string(1, 0, _legal("　".join(filter(None, words))), plain)
    head = book.add_format(
        {**_FONT, "bold": True, "border": 1, "bg_color": "#EAEFF5", "text_wrap": True, "valign": "vcenter"}
    )
    sheet.set_row(_HEAD_ROW, 30)
    for n, column in enumerate(ledger.columns):
        sheet.write_string(_HEAD_ROW, n, column.title, head)


def _write_rows(book: Any, sheet: Any, ledger: Ledger, widths: Sequence[int]) -> int:
    """Write the rows, each as high as its texts need, for not every program finds that out by itself; the number of
    the first row after them."""
    as_text = book.add_format({**_FONT, "num_format": "@", "border": 1, "valign": "top", "text_wrap": True})
    as_count = book.add_format({**_FONT, "num_format": "0", "border": 1, "valign": "top"})
    for down, row in enumerate(ledger.rows, start=_HEAD_ROW + 1):
        sheet.set_row(down, _LINE * max(_lines(cell, wide) for cell, wide in zip(row.cells, widths, strict=True)))
        for n, cell in enumerate(row.cells):
            if isinstance(cell, int):
                sheet.write_number(down, n, cell, as_count)
            else:
                sheet.write_string(down, n, _legal(cell), as_text)
    return _HEAD_ROW + 1 + len(ledger.rows)


def _write_foot(book: Any, sheet: Any, ledger: Ledger, down: int) -> None:
    plain, bold = book.add_format(_FONT), book.add_format({**_FONT, "bold": True})
    money = book.add_format({**_FONT, "num_format": "0.00"})
    sheet.write_string(down, 0, text("ledger.totals"), bold)
    for each in ledger.totals:
        down += 1
        sheet.write_string(down, 1, each.title, plain)
        if each.is_money:
            sheet.write_number(down, 2, each.count / 100, money)  # yuan, so that it can be added
        else:
            sheet.write_number(down, 2, each.count, plain)
    for signature in ("clerk_signature", "chief_signature"):
        down += 2
        sheet.write_string(down, 0, f"{text(f'ledger.{signature}')}：______________　", plain)
        sheet.write_string(down, 4, f"{text('ledger.signature_date')}：______________", plain)


def _set_up_page(sheet: Any, ledger: Ledger, widths: Sequence[int], after: int) -> None:
    for n, wide in enumerate(widths):
        sheet.set_column(n, n, wide)
    sheet.freeze_panes(_HEAD_ROW + 1, FROZEN_COLUMNS)
    sheet.autofilter(_HEAD_ROW, 0, max(after - 1, _HEAD_ROW), len(ledger.columns) - 1)
    sheet.set_landscape()
    is_wide = len(ledger.columns) > _MANY
    sheet.set_paper(_A3 if is_wide else _A4)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.repeat_rows(0, _HEAD_ROW)
    if is_wide:
        sheet.repeat_columns(0, FROZEN_COLUMNS - 1)
    sheet.fit_to_pages(2 if is_wide else 1, 0)
    sheet.set_footer("&C" + text("ledger.page", page="&P", pages="&N"))


def _widths(ledger: Ledger) -> list[int]:
    """Of each column, in characters: as its longest text asks for, within bounds."""
    return [
        min(_WIDEST, max(_width(column.title), *(_width(row.cells[n]) for row in ledger.rows), 4) + 3)
        for n, column in enumerate(ledger.columns)
    ]


def _lines(cell: Cell, wide: int) -> int:
    """How many lines the cell takes in a column so wide; Excel knows no row of more than 27."""
    parts = str(cell).split("\n")
    return min(27, sum(max(1, -(-_width(part) // max(1, wide - 2))) for part in parts))


def _legal(cell: str) -> str:
    return cell.translate(_ILLEGAL)


def _width(cell: Cell) -> int:
    """How many Latin characters wide the cell is; an ideograph counts two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in str(cell))
