"""套打: sheets that were printed beforehand with all fixed words of a template, and what is set into them per case.

A notice flows: its lines stand where the ones above them end. A preprinted sheet cannot, so the template is laid out
once with a place of fixed size for everything that changes (`sheet_of`). Three pages come of it: the blank sheet for
the print shop, the data of one case for such a sheet, and a test page with rulers and the outlines of all places.
What is kept of a case is always its whole paper; none of these is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product

from reportlab.pdfgen.canvas import Canvas

from counter_app.domain.errors import CounterError
from counter_app.domain.notice import NoticeKind
from forms.notice_templates import NoticeTemplates, Template
from forms.rendering.composition import Block, Fields, Paper, Prose, Table, blocks_by_place, compose
from forms.rendering.fonts import Typeface
from forms.rendering.line_breaking import Line, break_lines
from forms.rendering.notice_data import NoticeData
from forms.rendering.page import drawn
from forms.rendering.page_style import (
    MM,
    ONE_PAGE_STYLES,
    PAGE_HEIGHT,
    QR_NOTE_SIZE,
    QR_QUIET,
    QR_SIDE,
    TEXT_HEIGHT,
    PageStyle,
)
from forms.rendering.pen import Pen
from forms.rendering.placement import Placement
from forms.rendering.sheet_layout import LEADING, Place, Sheet, SheetLayout, fixed_blocks, place_name

_SMALLEST = 7.0  # what does not fit into its place at this size is refused
_SECOND_LINE = 7.5 * (LEADING + 0.5)  # below the first one, for a line more in small type: in every cell if that fits
# Lines of a field, rows of a list, spare lines of a paragraph: the roomiest that fits on the page is taken.
_ROOM = ((2, 8, 1), (2, 5, 1), (1, 8, 1), (1, 5, 1), (1, 3, 0))
_STYLES = (*ONE_PAGE_STYLES, PageStyle(11), PageStyle(10.5))
# Five rows and more come before large type, and large type before a sheet that is crowded.
_TRIES = (*product((_SECOND_LINE,), _STYLES, _ROOM[:4]), *product((_SECOND_LINE, 0.0), _STYLES, _ROOM))


def sheet_of(kind: NoticeKind, version: int, is_licence: bool, templates: NoticeTemplates) -> Sheet:
    """The sheet of a template. CounterError `overprint_too_long` where it does not fit on one page."""
    from forms.rendering.render import sample_data

    template = templates.get(kind, version)
    data = replace(NoticeData.from_mapping(sample_data()), is_licence=is_licence)
    for second_line, style, (lines, rows, spare) in _TRIES:
        layout = SheetLayout(template, data, templates, style, lines, rows, spare, second_line)
        if layout.height <= TEXT_HEIGHT:
            return Sheet(template, is_licence, tuple(layout.fixed), layout.places, layout.query)
    raise CounterError("overprint_too_long", kind=kind.value)


def blank_sheet(sheet: Sheet) -> bytes:
    """The sheet as it goes to the print shop: everything but what changes."""
    return drawn(lambda canvas: _drawn_fixed(canvas, sheet))


def overprinted(sheet: Sheet, data: Mapping[str, object], templates: NoticeTemplates, placement: Placement) -> bytes:
    """What changes, and nothing else, for one sheet. CounterError `overprint_no_room` names the place."""
    given = NoticeData.from_mapping(data)
    paper = compose(sheet.template, given, templates)
    words = dict(_words(sheet.template, paper, blocks_by_place(sheet.template, given, templates)))
    fixed = {key for key, parts in fixed_blocks(sheet.template, sheet.is_licence, templates).items() if parts}
    for key in words.keys() - sheet.places.keys() - fixed:
        raise CounterError("overprint_no_room", field=place_name(key))

    def draw(canvas: Canvas) -> None:
        placement.onto(canvas, PAGE_HEIGHT)
        pen = Pen(canvas)
        for key, text in words.items():
            if key in sheet.places:
                _set(pen, sheet.places[key], text)
        if sheet.query and paper.query:
            pen.qr_code(*sheet.query, QR_SIDE, paper.query)
            _note_below(pen, *sheet.query, paper.query_note)
        canvas.showPage()

    return drawn(draw)


def sheet_test_page(sheet: Sheet, placement: Placement, phrases: Sequence[str]) -> bytes:
    """Rulers along the edges, a grid of a centimetre, four crosses with their distances, and every place as a box.

    All of it under the corrections: with the right ones the crosses lie where they say. phrases stand at the foot.
    """

    def draw(canvas: Canvas) -> None:
        placement.onto(canvas, PAGE_HEIGHT)
        pen = Pen(canvas)
        _grid(canvas, pen)
        for place in sheet.places.values():
            canvas.setStrokeGray(0.35)
            canvas.setLineWidth(0.6)
            canvas.rect(place.x, place.top - place.height, place.width, place.height)
            pen.text(place.x + 2, place.top - min(place.height, 9) / 2, place.name, pen.body, 6.5, grey=True)
        if sheet.query:
            x, top = sheet.query
            canvas.rect(x, top - QR_SIDE, QR_SIDE, QR_SIDE)
        for n, phrase in enumerate(phrases):
            pen.text(50 * MM, 17.5 * MM - n * 12.5, phrase, pen.body, 9)
        canvas.showPage()

    return drawn(draw)


def _words(template: Template, paper: Paper, blocks: Sequence[Block | None]) -> Iterator[tuple[str, str]]:
    """What changes on this paper, by the keys of the places."""
    for n, block in enumerate(blocks):
        if isinstance(block, Prose):
            yield f"block.{n}", block.text
        elif isinstance(block, Fields):
            yield from ((f"field.{n}.{label}", value) for label, value in block.rows)
        elif isinstance(block, Table):
            for count, row in enumerate(block.rows):
                yield from ((f"cell.{n}.{count}.{head}", cell) for head, cell in zip(block.heads, row, strict=True))
    yield from ((f"contact.{n}", words) for n, words in enumerate(paper.contacts))
    for key in ("number", "salutation", "agency", "issued_on", "copies"):
        if words := getattr(paper, key):
            yield key, words


def _set(pen: Pen, place: Place, text: str) -> None:
    """The text in its place, smaller where it must be. CounterError `overprint_no_room`."""
    size, lines = _fitting(place, text, pen.body)
    middle = place.top - place.first
    for line in lines:
        if place.align == "right":
            pen.flush_right(place.x + place.width, middle, line.text, pen.body, size)
        elif place.align == "centre":
            pen.centred(place.x + place.width / 2, middle, line.text, pen.body, size)
        else:
            pen.text(place.x + line.indent, middle, line.text, pen.body, size)
        middle -= size * place.leading


def _fitting(place: Place, text: str, face: Typeface) -> tuple[float, Sequence[Line]]:
    size = place.size
    while size >= _SMALLEST:
        lines = break_lines(text, face, size, place.width, place.indent * size / place.size)
        last = place.first + (len(lines) - 1) * size * place.leading + size / 2
        if last <= place.height + 0.1:
            return size, lines
        size -= 0.5
    raise CounterError("overprint_no_room", field=place.name)


def _note_below(pen: Pen, x: float, top: float, note: str) -> None:
    """By whom the code is signed, as on the whole paper."""
    middle = top - QR_SIDE - QR_QUIET - QR_NOTE_SIZE * LEADING / 2
    for line in note.split("\n") if note else ():
        pen.flush_right(x + QR_SIDE, middle, line, pen.body, QR_NOTE_SIZE)
        middle -= QR_NOTE_SIZE * LEADING


def _drawn_fixed(canvas: Canvas, sheet: Sheet) -> None:
    pen = Pen(canvas)
    for draw in sheet.fixed:
        draw(pen)
    canvas.showPage()


_CROSSES = ((20, 20), (190, 20), (20, 277), (190, 277))  # millimetres from the left and the upper edge


def _grid(canvas: Canvas, pen: Pen) -> None:
    width, height = 210, 297
    canvas.setLineWidth(0.2)
    canvas.setStrokeGray(0.85)
    for x in range(0, width + 1, 10):
        canvas.line(x * MM, 0, x * MM, PAGE_HEIGHT)
    for y in range(0, height + 1, 10):
        canvas.line(0, PAGE_HEIGHT - y * MM, width * MM, PAGE_HEIGHT - y * MM)
    canvas.setStrokeGray(0)
    for mm in range(5, 206):
        canvas.line(mm * MM, PAGE_HEIGHT - 5 * MM, mm * MM, PAGE_HEIGHT - (5 + _tick(mm)) * MM)
    for mm in range(5, 293):
        canvas.line(5 * MM, PAGE_HEIGHT - mm * MM, (5 + _tick(mm)) * MM, PAGE_HEIGHT - mm * MM)
    for mm in range(10, 210, 10):
        pen.centred(mm * MM, PAGE_HEIGHT - 11 * MM, str(mm), pen.body, 6.5)
    for mm in range(20, 290, 10):
        pen.text(10 * MM, PAGE_HEIGHT - mm * MM, str(mm), pen.body, 6.5)
    canvas.setLineWidth(0.5)
    for x, y in _CROSSES:
        across, up = x * MM, PAGE_HEIGHT - y * MM
        canvas.line(across - 4 * MM, up, across + 4 * MM, up)
        canvas.line(across, up - 4 * MM, across, up + 4 * MM)
        pen.text(across + 1 * MM, up + 2 * MM, f"{x}, {y}", pen.body, 7)


def _tick(mm: int) -> float:
    return 4 if mm % 10 == 0 else 3 if mm % 5 == 0 else 1.5
