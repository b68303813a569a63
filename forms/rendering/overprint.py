"""套打: sheets that were printed beforehand with all fixed words of a template, and what is set into them per case.

A notice flows: its lines stand where the ones above them end. A preprinted sheet cannot, so the template is laid out
once with a place of fixed size for everything that changes (`sheet_of`). Three pages come of it: the blank sheet for
the print shop, the data of one case for such a sheet, and a test page with rulers and the outlines of all places.
What is kept of a case is always its whole paper; none of these is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import product

from reportlab.pdfgen.canvas import Canvas

from counter_app.domain.errors import CounterError
from counter_app.domain.notice import NoticeKind
from forms.notice_templates import Listing, NoticeTemplates, Paragraph, Part, Rows, Template, conditions, placeholders
from forms.rendering.composition import Block, Fields, Paper, Prose, Table, blocks_by_place, compose
from forms.rendering.fonts import Typeface, typeface
from forms.rendering.line_breaking import Line, break_lines
from forms.rendering.notice_data import NoticeData
from forms.rendering.page import drawn
from forms.rendering.page_style import (
    LEFT,
    MM,
    ONE_PAGE_STYLES,
    PAGE_HEIGHT,
    QR_NOTE_SIZE,
    QR_QUIET,
    QR_SIDE,
    SEAL_CENTRE,
    SEAL_DIAMETER,
    TEXT_HEIGHT,
    TEXT_WIDTH,
    TITLE_SIZE,
    TOP,
    PageStyle,
)
from forms.rendering.pen import Pen
from forms.rendering.placement import Placement

_RIGHT = LEFT + TEXT_WIDTH
_LABEL_SHARE = 24
_COLUMN_GAP = 8.0
_SMALLEST = 7.0  # what does not fit into its place at this size is refused
_LEADING = 1.3
_SECOND_LINE = 7.5 * (_LEADING + 0.5)  # below the first one, for a line more in small type: in every cell if that fits
_PROSE_LEADING = 1.6
# Lines of a field, rows of a list, spare lines of a paragraph: the roomiest that fits on the page is taken.
_ROOM = ((2, 8, 1), (2, 5, 1), (1, 8, 1), (1, 5, 1), (1, 3, 0))
_STYLES = (*ONE_PAGE_STYLES, PageStyle(11), PageStyle(10.5))
# Five rows and more come before large type, and large type before a sheet that is crowded.
_TRIES = (*product((_SECOND_LINE,), _STYLES, _ROOM[:4]), *product((_SECOND_LINE, 0.0), _STYLES, _ROOM))


@dataclass(frozen=True, slots=True)
class Place:
    """A box on the sheet for something that changes. Points from the lower left corner of the page; top is its upper
    edge, first how far below it the middle of the first line lies. leading is in ems, indent that of the first line;
    align is `left`, `right` or `centre`."""

    name: str
    x: float
    top: float
    width: float
    height: float
    size: float
    first: float
    leading: float = _LEADING
    align: str = "left"
    indent: float = 0.0


@dataclass(frozen=True, slots=True)
class Sheet:
    """A template as a preprinted sheet: what stands on it, the places, and how to find the words for them.

    places are by a key: `number`, `block.2`, `field.1.申请人`, `cell.3.0.1` and so on. query is the corner of the code,
    None for sheets without one.
    """

    template: Template
    is_licence: bool
    fixed: tuple[Callable[[Pen], None], ...]
    places: Mapping[str, Place]
    query: tuple[float, float] | None


def sheet_of(kind: NoticeKind, version: int, is_licence: bool, templates: NoticeTemplates) -> Sheet:
    """The sheet of a template. CounterError `overprint_too_long` where it does not fit on one page."""
    from forms.rendering.render import sample_data

    template = templates.get(kind, version)
    data = replace(NoticeData.from_mapping(sample_data()), is_licence=is_licence)
    for second_line, style, (lines, rows, spare) in _TRIES:
        layout = _Layout(template, data, templates, style, lines, rows, spare, second_line)
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
    fixed = {key for key, parts in _fixed_blocks(sheet.template, sheet.is_licence, templates).items() if parts}
    for key in words.keys() - sheet.places.keys() - fixed:
        raise CounterError("overprint_no_room", field=_named(key))

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


class _Layout:
    """One try: so many lines to a field, rows to a list and spare lines to a paragraph, at one size of type."""

    def __init__(
        self,
        template: Template,
        data: NoticeData,
        templates: NoticeTemplates,
        style: PageStyle,
        lines: int,
        rows: int,
        spare: int,
        second_line: float,
    ) -> None:
        self._template, self._style = template, style
        self._lines, self._rows, self._spare = lines, rows, spare
        self._second_line = second_line
        self._paper = compose(template, data, templates)
        self._top = PAGE_HEIGHT - TOP
        self.fixed: list[Callable[[Pen], None]] = []
        self.places: dict[str, Place] = {}
        self.query: tuple[float, float] | None = None
        self._fixed_blocks = _fixed_blocks(template, data.is_licence, templates)
        self._opening()
        samples = blocks_by_place(template, data, templates)
        for n, (block, sample) in enumerate(zip(template.content, samples, strict=True)):
            self._block(n, block, sample)
        self._closing()

    @property
    def height(self) -> float:
        """Of everything, in points."""
        return PAGE_HEIGHT - TOP - self._top

    def _opening(self) -> None:
        middle = self._top - TITLE_SIZE / 2
        title = self._paper.title
        self.fixed.append(lambda pen: pen.centred(LEFT + TEXT_WIDTH / 2, middle, title, pen.head, TITLE_SIZE))
        self._top -= TITLE_SIZE * 1.8
        self._place("number", TEXT_WIDTH / 2, TEXT_WIDTH / 2, self._style.leading, self._style.field, align="right")
        if self._template.salutation:
            self._place("salutation", 0, TEXT_WIDTH, self._style.leading, self._style.body)

    def _block(self, n: int, block: Paragraph | Rows | Listing, sample: Block | None) -> None:
        if isinstance(block, Paragraph):
            self._paragraph(n, sample)
            return
        self._top -= self._style.gap
        if isinstance(block, Rows):
            self._fields(n, block, dict(sample.rows) if isinstance(sample, Fields) else {})
        else:
            self._list(n, block, sample if isinstance(sample, Table) else None)
        self._top -= self._style.gap

    def _paragraph(self, n: int, sample: Block | None) -> None:
        style, body = self._style, typeface("body")
        words = sample.text if isinstance(sample, Prose) else ""
        lines = break_lines(words, body, style.body, TEXT_WIDTH, 2 * style.body)
        if self._fixed_blocks[f"block.{n}"]:
            for line in lines:
                self.fixed.append(partial(_draw_line, line, self._top - style.leading / 2, style.body))
                self._top -= style.leading
            return
        self._place(
            f"block.{n}", 0, TEXT_WIDTH, (len(lines) + self._spare) * style.leading, style.body,
            leading=_PROSE_LEADING, indent=2 * style.body,
        )  # fmt: skip

    def _fields(self, n: int, block: Rows, sample: Mapping[str, str]) -> None:
        """A row for every label; one whose usual value is long has as many lines as that."""
        style, width = self._style, TEXT_WIDTH * _LABEL_SHARE / 100
        for label in dict.fromkeys(row.label for row in block.rows):
            usual = break_lines(sample.get(label, ""), typeface("body"), style.field, TEXT_WIDTH - width)
            first = style.cell_padding + style.field_leading / 2
            height = max(self._lines, len(usual)) * style.field_leading + 2 * style.cell_padding
            height = max(height, first + self._second_line)
            self.fixed.append(partial(_draw_label, label, self._top - first, self._top - height, style.field))
            self._place(
                f"field.{n}.{label}", width, TEXT_WIDTH - width, height, style.field, first=first, beside=True
            )
            self._top -= height

    def _list(self, n: int, block: Listing, sample: Table | None) -> None:
        """Rows for at least what the sample has, each as high as the sample's highest."""
        style, size = self._style, self._style.field - 1
        line = round(size * _LEADING, 1)
        shares = [column.width for column in block.columns]
        lefts = [TEXT_WIDTH * sum(shares[:at]) / sum(shares) for at in range(len(shares) + 1)]
        widths = {column.head: lefts[at + 1] - lefts[at] - _COLUMN_GAP / 2 for at, column in enumerate(block.columns)}
        lines = [
            len(break_lines(cell, typeface("body"), size, widths[head]))
            for row in (sample.rows if sample else ())
            for head, cell in zip(sample.heads if sample else (), row, strict=True)
        ]
        first = style.cell_padding + line / 2
        head, row = line + 2 * style.cell_padding, max(lines, default=1) * line + 2 * style.cell_padding
        row = max(row, first + self._second_line)
        count_of_rows = max(self._rows, len(sample.rows) if sample else 0)
        heads = [column.head for column in block.columns]
        self.fixed.append(partial(_draw_heads, heads, lefts, self._top - first, self._top - head, size))
        self._top -= head
        for count in range(count_of_rows):
            for at, name in enumerate(heads):
                self._place(f"cell.{n}.{count}.{name}", lefts[at], widths[name], row, size, first=first, beside=True)
            self._top -= row
            self.fixed.append(partial(_draw_rule, self._top))

    def _closing(self) -> None:
        style, paper = self._style, self._paper
        top = self._top
        room = TEXT_WIDTH - (QR_SIDE + 6 * MM if self._template.qr else 0)
        for n in range(len(self._template.contacts)):
            self._place(f"contact.{n}", 0, room, style.field_leading, style.field)
        if self._template.qr:
            self.query = (_RIGHT - QR_SIDE, top)
            self._top = min(self._top, top - QR_SIDE)
        self._seal()
        for line in paper.signature.split("\n") if paper.signature else []:
            middle = self._top - style.leading / 2
            self.fixed.append(partial(_draw_form_line, line, middle, style.field))
            self._top -= style.leading * 1.3
        if self._template.copies:
            self._place("copies", 0, TEXT_WIDTH, style.field_leading, style.field)

    def _seal(self) -> None:
        style, template = self._style, self._template
        if not (template.seal or template.agency):
            return
        height = SEAL_DIAMETER + 5 * MM if template.seal else style.leading * 3
        centre = self._top - height / 2
        if template.seal:
            self.fixed.append(partial(_draw_seal, template.seal, centre))
        if template.agency:
            width = 2 * (_RIGHT - SEAL_CENTRE)
            for key, top in (("agency", centre + style.leading), ("issued_on", centre)):
                self.places[key] = Place(
                    _named(key), SEAL_CENTRE - width / 2, top, width, style.leading, style.body, style.leading / 2,
                    align="centre",
                )  # fmt: skip
        self._top -= height

    def _place(
        self,
        key: str,
        left: float,
        width: float,
        height: float,
        size: float,
        *,
        first: float | None = None,
        leading: float = _LEADING,
        align: str = "left",
        indent: float = 0.0,
        beside: bool = False,
    ) -> None:
        """A place below what is there; beside: the next one begins at the same height."""
        middle = min(height, size * leading) / 2 if first is None else first
        top = self._top
        self.places[key] = Place(_named(key), LEFT + left, top, width, height, size, middle, leading, align, indent)
        if not beside:
            self._top -= height


def _fixed_blocks(template: Template, is_licence: bool, templates: NoticeTemplates) -> dict[str, bool]:
    """By the key of each paragraph: whether its words are the same on every paper of such a sheet."""
    return {
        f"block.{n}": all(_is_fixed(part, is_licence, templates.lines) for part in block.parts)
        for n, block in enumerate(template.content)
        if isinstance(block, Paragraph)
    }


def _is_fixed(part: Part, is_licence: bool, lines: Mapping[str, str]) -> bool:
    """I-lines give way to an item's own words and are never fixed; a part that never holds here does not count."""
    demands = dict(conditions(part.when))
    of_sheet = demands.pop("licence", is_licence)
    if of_sheet != is_licence:
        return True
    words = lines[part.line] if part.line else part.text
    return not demands and not placeholders(words) and not part.line.startswith("I-")


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


_NAMES = {
    "number": "文号",
    "salutation": "称谓",
    "block": "正文",
    "contact": "查询与电话",
    "agency": "机关",
    "issued_on": "日期",
    "copies": "份数",
}


def _named(key: str) -> str:
    """The place in words: a field's label, a column's head, or what it is for."""
    last = key.rpartition(".")[2]
    return last if key.startswith(("field", "cell")) else _NAMES[key.partition(".")[0]]


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
    middle = top - QR_SIDE - QR_QUIET - QR_NOTE_SIZE * _LEADING / 2
    for line in note.split("\n") if note else ():
        pen.flush_right(x + QR_SIDE, middle, line, pen.body, QR_NOTE_SIZE)
        middle -= QR_NOTE_SIZE * _LEADING


def _drawn_fixed(canvas: Canvas, sheet: Sheet) -> None:
    pen = Pen(canvas)
    for draw in sheet.fixed:
        draw(pen)
    canvas.showPage()


def _draw_line(line: Line, middle: float, size: float, pen: Pen) -> None:
    pen.line(LEFT, middle, line, pen.body, size, TEXT_WIDTH)


def _draw_label(label: str, middle: float, bottom: float, size: float, pen: Pen) -> None:
    pen.text(LEFT, middle, label, pen.head, size)
    pen.rule(LEFT, _RIGHT, bottom)


def _draw_heads(
    heads: Sequence[str], lefts: Sequence[float], middle: float, bottom: float, size: float, pen: Pen
) -> None:
    for head, left in zip(heads, lefts, strict=False):
        pen.text(LEFT + left, middle, head, pen.head, size)
    pen.rule(LEFT, _RIGHT, bottom)


def _draw_rule(y: float, pen: Pen) -> None:
    pen.rule(LEFT, _RIGHT, y)


def _draw_form_line(line: str, middle: float, size: float, pen: Pen) -> None:
    pen.form_line(LEFT, middle, line, pen.body, size)


def _draw_seal(words: str, centre: float, pen: Pen) -> None:
    pen.dashed_circle(SEAL_CENTRE, centre, SEAL_DIAMETER)
    pen.centred(SEAL_CENTRE, centre + SEAL_DIAMETER * 0.36, words, pen.body, 9, grey=True)


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
