"""A ledger as a workbook: text stays text, whatever it looks like (specs components 13).

XlsxWriter makes the book with one pattern in place of the rows; they are written into its place one by one. Its own
cells wait for the end of the book: the 140,000 of three days would take 40 MiB, beside a window that may take 250.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from io import BytesIO
from itertools import chain
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from counter_app.domain.moments import local_time
from counter_app.services.ledger import Cell, Ledger
from resources.pace import unhurried
from resources.texts import text

FROZEN_COLUMNS = 3
_HEAD_ROW = 3  # title, heading and a free row stand above
_WIDEST = 46  # in characters; the official case number has 43
_A4, _A3 = 9, 8
_MANY = 16  # columns that do not fit onto one sheet of A4 in a type that can be read
_LINE = 15  # points
_FONT = {"font_name": "Noto Sans SC", "font_size": 10}
_ILLEGAL = dict.fromkeys(chain(range(9), (11, 12), range(14, 32), (0xFFFE, 0xFFFF)))  # not allowed in XML
_WRITTEN = _ILLEGAL | str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "_x000D_"})
_MISREAD = re.compile("(?=_x[0-9A-Fa-f]{4}_)")  # would be read as the character of that number
_SHEET = "xl/worksheets/sheet1.xml"
_PATTERN = re.compile(rb'<row r="%d"[^>]*><c [^>]*s="(\d+)"/><c [^>]*s="(\d+)"/></row>' % (_HEAD_ROW + 2))


def render(ledger: Ledger) -> bytes:
    """The workbook: one sheet, head frozen and repeated on paper, totals and signature lines below."""
    target, widths = BytesIO(), _widths(ledger)
    with ZipFile(_frame(ledger, widths)) as frame, ZipFile(target, "w", ZIP_DEFLATED) as book:
        for name in frame.namelist():
            part = ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            part.compress_type = ZIP_DEFLATED
            with book.open(part, "w") as out:
                for piece in _with_rows(frame.read(name), ledger, widths) if name == _SHEET else [frame.read(name)]:
                    out.write(piece)
    return target.getvalue()


def _frame(ledger: Ledger, widths: Sequence[int]) -> BytesIO:
    """The book with a pattern for its rows."""
    import xlsxwriter

    target = BytesIO()
    # in_memory: no page of it goes through the temp folder
    with xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False}) as book:
        book.set_properties({"title": ledger.title, "created": local_time(ledger.made_at_ms).replace(tzinfo=None)})
        sheet = book.add_worksheet(text("ledger.sheet"))
        _write_head(book, sheet, ledger)
        _write_pattern(book, sheet)
        after = _HEAD_ROW + 1 + len(ledger.rows)
        _write_foot(book, sheet, ledger, after + 1)
        _set_up_page(sheet, ledger, widths, after)
    return target


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


def _write_pattern(book: Any, sheet: Any) -> None:
    """Where the rows begin: a text and a count, empty, that tell how their looks are numbered."""
    look = {**_FONT, "border": 1, "valign": "top"}
    sheet.write_blank(_HEAD_ROW + 1, 0, None, book.add_format({**look, "num_format": "@", "text_wrap": True}))
    sheet.write_blank(_HEAD_ROW + 1, 1, None, book.add_format({**look, "num_format": "0"}))


def _with_rows(sheet: bytes, ledger: Ledger, widths: Sequence[int]) -> Iterator[bytes]:
    """The sheet piece by piece, with the rows in place of their pattern."""
    from xlsxwriter.utility import xl_col_to_name

    pattern = _PATTERN.search(sheet)
    assert pattern is not None, "XlsxWriter writes cells as it did"
    as_text, as_count = (look.decode() for look in pattern.groups())
    names = [xl_col_to_name(n) for n in range(len(ledger.columns))]
    yield sheet[: pattern.start()]
    for down, row in enumerate(unhurried(ledger.rows), start=_HEAD_ROW + 2):
        cells = "".join(
            f'<c r="{name}{down}" s="{as_count}"><v>{cell}</v></c>'
            if isinstance(cell, int)
            else f'<c r="{name}{down}" s="{as_text}"{_inside(cell)}'
            for name, cell in zip(names, row.cells, strict=True)
        )
        yield f'<row r="{down}"{_height(row.cells, widths)}>{cells}</row>'.encode()
    yield sheet[pattern.end() :]


def _height(cells: Sequence[Cell], widths: Sequence[int]) -> str:
    """Each row as high as its texts need, for not every program finds that out by itself."""
    lines = max(_lines(cell, wide) for cell, wide in zip(cells, widths, strict=True))
    return f' ht="{_LINE * lines}" customHeight="1"' if lines > 1 else ""


def _inside(cell: str) -> str:
    written = _MISREAD.sub("_x005F", cell).translate(_WRITTEN)
    return f' t="inlineStr"><is><t xml:space="preserve">{written}</t></is></c>' if written else "/>"


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
        min(_WIDEST, max(_width(column.title), *(_width(row.cells[n]) for row in unhurried(ledger.rows)), 4) + 3)
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
    written = str(cell)
    if written.isascii():
        return len(written)
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in written)
