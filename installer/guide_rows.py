"""Rows of tables on paper: the end of a page cuts none in two, and each piece of a table has the head again.

Qt ends a page after any line of a row. So tables are cut where a page ends, at rows that are counted through all tables
that have a head: `row7` is the eighth.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import count, pairwise
from typing import NamedTuple

from PySide6.QtGui import QTextBlock, QTextDocument, QTextTable

_TABLES = re.compile(r"(<table[^>]*>\s*<thead>.*?</thead>\s*<tbody>)(.*?</tbody>\s*</table>)", re.DOTALL)
_END = "</tbody></table>"
_BETWEEN = 30  # pixels: the empty line that Qt puts behind each piece, and the frames of cells


class Sheet(NamedTuple):
    """A page in pixels: its height, and where what is written on it begins and ends."""

    height: int
    top: int
    bottom: int


class _Row(NamedTuple):
    """Where its lines begin and end in the document, and their height without the end of a page between, in pixels.

    A row that says nothing in its last cell is a heading within the table.
    """

    top: float
    end: float
    lines: float
    is_heading: bool


def cut_tables(html: str, rows: Collection[str]) -> str:
    """The HTML with the rest of its table on a new page at each of the rows. Tables have a style attribute."""
    counted = count()

    def in_pieces(table: re.Match[str]) -> str:
        begun = table[1].replace('style="', 'style="page-break-before: always; ', 1)

        def row(_found: re.Match[str]) -> str:
            return f"{_END}{begun}<tr>" if f"row{next(counted)}" in rows else "<tr>"

        return (table[1] + re.sub(r"\s*<tr>", row, table[2])).removeprefix(table[1] + _END)

    return _TABLES.sub(in_pieces, html)


def rows_for_new_pages(document: QTextDocument, sheet: Sheet) -> Iterator[tuple[int, set[str]]]:
    """For each table with a row cut in two: its place in the document, and the rows that are to begin its pages."""
    counted = count()
    for table in document.rootFrame().childFrames():
        if not isinstance(table, QTextTable) or not table.format().headerRowCount():
            continue
        head, *rows = _rows(document, table)
        names = [f"row{next(counted)}" for _ in rows]
        if any(row.top // sheet.height != (row.end - 1) // sheet.height for row in rows):
            yield table.firstPosition(), {names[n] for n in _beginnings(head, rows, sheet)}


def _beginnings(head: _Row, rows: Sequence[_Row], sheet: Sheet) -> Iterator[int]:
    frame = min((below.top - row.end for row, below in pairwise(rows) if below.top >= row.end), default=0.0)
    place = rows[0].top % sheet.height
    for n, row in enumerate(rows):
        if place + row.lines > sheet.bottom - _BETWEEN:
            first = n - 1 if n and rows[n - 1].is_heading else n
            yield first
            place = sheet.top + head.lines + 2 * frame + sum(kept.lines + frame for kept in rows[first:n])
        place += row.lines + frame


def _rows(document: QTextDocument, table: QTextTable) -> Iterator[_Row]:
    """A cell is one block; walked through, for asking the table for a thousand cells takes half a second."""
    cell = document.findBlock(table.firstPosition())
    for _ in range(table.rows()):
        cells = []
        for _ in range(table.columns()):
            cells.append(cell)
            cell = cell.next()
        yield _row(document, cells)


def _row(document: QTextDocument, cells: Sequence[QTextBlock]) -> _Row:
    top = document.documentLayout().blockBoundingRect(cells[0]).top()
    layouts = [cell.layout() for cell in cells]
    lines = [[layout.lineAt(n) for n in range(layout.lineCount())] for layout in layouts]
    ends = [(line.y(), line.y() + line.height()) for of_cell in lines for line in of_cell]
    height = max(sum(line.height() for line in of_cell) for of_cell in lines)
    first, last = min(begin for begin, _ in ends), max(end for _, end in ends)
    return _Row(top + first, top + last, height, not cells[-1].text())
