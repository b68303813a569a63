"""A ledger on paper: A4 landscape, one application or one block of numbers a row, to be signed and kept.

35 columns do not fit side by side in a type that can be read, so related ones
stand below each other in one field, in the order that the repeated head names
them; a dash stands for what is empty. A register of few columns has a field for each.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from counter_app.domain.moments import local_time
from counter_app.services.ledger import Ledger, Row
from forms.rendering.fonts import Typeface, typeface
from forms.rendering.line_breaking import Line, break_lines
from forms.rendering.page import drawn
from forms.rendering.pen import Pen
from resources.pace import unhurried
from resources.texts import text

_MM = 72 / 25.4
_PAGE = (297 * _MM, 210 * _MM)
_LEFT, _RIGHT = 10 * _MM, 287 * _MM
_TOP, _BOTTOM = 196 * _MM, 14 * _MM
_SMALL, _LARGE = 6.5, 8.5  # type of ledgers whose columns stand below each other, and of those that have room
_LEADING = 1.3  # of the size
_PADDING = 0.8 * _MM
_TITLE_SIZE, _HEADING_SIZE, _FOOT_SIZE = 15, 9, 8
_HEAD_FILL = 0.93
_MISSING = "〓"  # U+3013, the usual sign for a character that cannot be set
_EMPTY = "—"
_NARROWEST, _WIDEST, _BY_HAND = 3, 30, 8  # of a field of a register, in ideographs
_HAND_WRITTEN = frozenset({"signed", "signed_at", "set_by"})


@dataclass(frozen=True, slots=True)
class _Field:
    """One field of a row: its width in mm and the columns that stand in it, from top to bottom."""

    width_mm: float
    codes: tuple[str, ...]


_FIELDS = (
    _Field(6, ("no",)),
    _Field(24, ("local_no", "day", "case_no")),
    _Field(24, ("applicant", "id_number", "window")),
    _Field(17, ("phone", "proxy")),
    _Field(23, ("item", "item_type", "kind")),
    _Field(12, ("channel", "received_at", "copies")),
    _Field(22, ("accepted_at", "acceptance_no")),
    _Field(22, ("corrections", "correction_at")),
    _Field(21, ("statutory_due", "promise_due", "stopped_days")),
    _Field(22, ("passed_to", "ended_at", "result")),
    _Field(15, ("licence_no", "fee", "receipt_no")),
    _Field(22, ("way", "delivered_at")),
    _Field(15, ("signature",)),
    _Field(12, ("satisfaction", "clerk", "overdue")),
    _Field(20, ("remarks",)),
)
_AGENT_FIELDS = (  # of the village agent's ledger
    _Field(6, ("n",)),
    _Field(24, ("entrustment_no", "entrusted_on")),
    _Field(26, ("villager", "id_number", "phone")),
    _Field(26, ("address",)),
    _Field(26, ("item",)),
    _Field(36, ("materials",)),
    _Field(28, ("submitted_at", "submitted_to")),
    _Field(20, ("back",)),
    _Field(22, ("ended_at", "result")),
    _Field(22, ("handed_at", "signature")),
    _Field(13, ("satisfaction", "fee")),
    _Field(13, ("agent", "paid")),
    _Field(15, ("remarks",)),
)
_NUMBER_FIELDS = (  # of the register of numbers
    _Field(8, ("no",)),
    _Field(36, ("agency",)),
    _Field(28, ("paper",)),
    _Field(12, ("year",)),
    _Field(22, ("device",)),
    _Field(12, ("first",)),
    _Field(12, ("last",)),
    _Field(28, ("used",)),
    _Field(24, ("returned",)),
    _Field(24, ("open",)),
    _Field(39, ("spoiled",)),
    _Field(32, ("doubts",)),
)
LAYOUTS = (_FIELDS, _AGENT_FIELDS, _NUMBER_FIELDS)


def render(ledger: Ledger) -> bytes:
    """The ledger as PDF with embedded fonts: the same ledger gives the same bytes."""
    body, head = typeface("body"), typeface("head")
    titles = {column.code: column.title for column in ledger.columns}
    fields = _fields_of(ledger)
    size = _SMALL if fields in LAYOUTS else _LARGE
    head_row = _cells(fields, [[titles[code] for code in field.codes] for field in fields], head, size)
    rows = [_cells(fields, _values(ledger, fields, row), body, size) for row in unhurried(ledger.rows)]
    pages = list(_pages(head_row, rows, _closing_height(ledger)))

    def draw(canvas: Any) -> None:
        canvas.setPageSize(_PAGE)
        canvas.setTitle(ledger.title)
        sheet = _Sheet(canvas, ledger, fields)
        for number, page in enumerate(unhurried(pages), start=1):
            sheet.draw(head_row, page, number, len(pages))

    return drawn(draw)


def _fields_of(ledger: Ledger) -> tuple[_Field, ...]:
    """How the columns of the ledger are laid out."""
    codes = sorted(column.code for column in ledger.columns)
    same = (layout for layout in LAYOUTS if sorted(code for field in layout for code in field.codes) == codes)
    return next(same, None) or _side_by_side(ledger)


def _side_by_side(ledger: Ledger) -> tuple[_Field, ...]:
    """A field for each column, as wide as its texts ask for: the widest get less than they ask for, and break."""
    least = [_BY_HAND if column.code in _HAND_WRITTEN else _NARROWEST for column in ledger.columns]
    wanted = [
        min(_WIDEST, max(least[n], len(column.title), *(_longest(str(row.cells[n])) for row in ledger.rows)))
        for n, column in enumerate(ledger.columns)
    ]
    whole = (_RIGHT - _LEFT) / _MM
    return tuple(
        _Field(whole * wide / sum(wanted), (column.code,))
        for column, wide in zip(ledger.columns, wanted, strict=True)
    )


def _longest(value: str) -> int:
    """Of the lines of a text, in ideographs; of a letter or figure two make one."""
    lines = (sum(1 if character > "\u2e7f" else 0.55 for character in line) for line in value.split("\n"))
    return math.ceil(max(lines, default=0))


@dataclass(frozen=True, slots=True)
class _Cells:
    """A row broken into lines, by field, in type of a size in points."""

    fields: tuple[tuple[Line, ...], ...]
    face: Typeface
    size: float

    @property
    def leading(self) -> float:
        """From line to line, in points."""
        return self.size * _LEADING

    @property
    def height(self) -> float:
        """In points; it holds at least three lines, room for a signature."""
        return max(3, *map(len, self.fields)) * self.leading + 2 * _PADDING

    def pieces(self, room: float) -> Iterator[_Cells]:
        """The row in parts that fit into so many points: mostly itself."""
        most = max(3, int((room - 2 * _PADDING) / self.leading))
        for begin in range(0, max(1, *map(len, self.fields)), most):
            yield replace(self, fields=tuple(lines[begin : begin + most] for lines in self.fields))


def _cells(fields: Sequence[_Field], values: Sequence[Sequence[str]], face: Typeface, size: float) -> _Cells:
    found = []
    for field, texts in zip(fields, values, strict=True):
        width = field.width_mm * _MM - 2 * _PADDING
        broken = (break_lines(_drawable(each, face), face, size, width) for each in texts)
        found.append(tuple(line for lines in broken for line in lines))
    return _Cells(tuple(found), face, size)


def _values(ledger: Ledger, fields: Sequence[_Field], row: Row) -> list[list[str]]:
    cells = {column.code: str(cell) for column, cell in zip(ledger.columns, row.cells, strict=True)}
    return [[cells[code] or (_EMPTY if len(field.codes) > 1 else "") for code in field.codes] for field in fields]


def _drawable(value: str, face: Typeface) -> str:
    """The text without characters that no font of ours draws: one such name must not stop the whole ledger."""
    missing = set(face.missing(value.replace("\n", ""))) - {"\n"}
    return "".join(_MISSING if character in missing else character for character in value)


def _pages(head: _Cells, rows: Sequence[_Cells], closing: float) -> Iterator[list[_Cells]]:
    """The rows of each page; the last page has room for totals and signatures."""
    room = _TOP - _BOTTOM - _caption_height() - head.height
    page: list[_Cells] = []
    used = 0.0
    for row in chain.from_iterable(whole.pieces(room) for whole in rows):
        if page and used + row.height > room:
            yield page
            page, used = [], 0.0
        page.append(row)
        used += row.height
    if used + closing > room:
        yield page
        page = []
    yield page


def _caption_height() -> float:
    return 2 * _TITLE_SIZE + 2 * _HEADING_SIZE


def _closing_height(ledger: Ledger) -> float:
    return (_total_lines(ledger) + 5) * 1.7 * _HEADING_SIZE


def _total_lines(ledger: Ledger) -> int:
    return len(break_lines(_totals(ledger), typeface("body"), _HEADING_SIZE, _RIGHT - _LEFT))


def _totals(ledger: Ledger) -> str:
    counts = "　".join(f"{each.title} {each.figure}" for each in ledger.totals)
    return "　".join(filter(None, (text("ledger.totals"), counts, _drawable(ledger.closing, typeface("body")))))


class _Sheet:
    """Draws the pages of one ledger."""

    def __init__(self, canvas: Any, ledger: Ledger, fields: Sequence[_Field]) -> None:
        self._fields = fields
        self._canvas = canvas
        self._pen = Pen(canvas)
        self._ledger = ledger

    def draw(self, head: _Cells, rows: Sequence[_Cells], number: int, pages: int) -> None:
        """One page; the last one carries totals and signatures."""
        y = self._caption()
        if rows:
            y = self._table(head, rows, y)
        if number == pages:
            self._closing(y)
        foot = text("ledger.page", page=number, pages=pages)
        self._pen.centred((_LEFT + _RIGHT) / 2, _BOTTOM - 5 * _MM, foot, self._pen.body, _FOOT_SIZE)
        self._canvas.showPage()

    def _caption(self) -> float:
        pen, y = self._pen, _TOP - _TITLE_SIZE
        pen.centred((_LEFT + _RIGHT) / 2, y, self._ledger.title, pen.head, _TITLE_SIZE)
        y -= 1.3 * _TITLE_SIZE
        moment = f"{local_time(self._ledger.made_at_ms):%Y-%m-%d %H:%M}"
        notes = "　".join((self._ledger.privacy, text("ledger.made_at", moment=moment)))
        pen.text(_LEFT, y, _drawable(self._ledger.heading, pen.body), pen.body, _HEADING_SIZE)
        pen.flush_right(_RIGHT, y, notes, pen.body, _HEADING_SIZE)
        return _TOP - _caption_height()

    def _table(self, head: _Cells, rows: Sequence[_Cells], top: float) -> float:
        self._canvas.setFillGray(_HEAD_FILL)
        self._canvas.rect(_LEFT, top - head.height, _RIGHT - _LEFT, head.height, stroke=0, fill=1)
        y = top
        self._pen.rule(_LEFT, _RIGHT, y)
        for cells in (head, *rows):
            self._row(cells, y)
            y -= cells.height
            self._pen.rule(_LEFT, _RIGHT, y)
        x = _LEFT
        for width_mm in (0, *(field.width_mm for field in self._fields)):
            x += width_mm * _MM
            self._canvas.line(x, top, x, y)
        return y

    def _row(self, cells: _Cells, top: float) -> None:
        x = _LEFT
        for field, lines in zip(self._fields, cells.fields, strict=True):
            for n, line in enumerate(lines):
                middle = top - _PADDING - (n + 0.5) * cells.leading
                self._pen.text(x + _PADDING, middle, line.text, cells.face, cells.size, grey=line.text == _EMPTY)
            x += field.width_mm * _MM

    def _closing(self, y: float) -> None:
        pen, step = self._pen, 1.7 * _HEADING_SIZE
        y -= step
        if not self._ledger.rows:
            pen.text(_LEFT, y, text("ledger.none"), pen.body, _HEADING_SIZE)
            y -= step
        for line in break_lines(_totals(self._ledger), pen.body, _HEADING_SIZE, _RIGHT - _LEFT):
            pen.text(_LEFT, y, line.text, pen.body, _HEADING_SIZE)
            y -= step
        if self._has_missing_glyphs():
            pen.text(_LEFT, y, text("ledger.glyph_missing"), pen.body, _HEADING_SIZE)
        y -= 1.5 * step
        for n, who in enumerate(("clerk_signature", "chief_signature")):
            line_of_hand = f"{text(f'ledger.{who}')}____________________　{text('ledger.signature_date')}____________"
            pen.form_line(_LEFT + n * (_RIGHT - _LEFT) / 2, y, line_of_hand, pen.body, _HEADING_SIZE + 2)

    def _has_missing_glyphs(self) -> bool:
        cells = (str(cell).replace("\n", "") for row in self._ledger.rows for cell in row.cells)
        return any(self._pen.body.missing(cell) for cell in cells)
