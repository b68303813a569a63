"""How a preprinted sheet is laid out: what stands on it, and places of fixed size for what changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from forms.notice_templates import Listing, NoticeTemplates, Paragraph, Part, Rows, Template, conditions, placeholders
from forms.rendering.composition import Block, Fields, Prose, Table, blocks_by_place, compose
from forms.rendering.fonts import typeface
from forms.rendering.line_breaking import Line, break_lines
from forms.rendering.notice_data import NoticeData
from forms.rendering.page_style import (
    LEFT,
    MM,
    PAGE_HEIGHT,
    QR_SIDE,
    SEAL_CENTRE,
    SEAL_DIAMETER,
    TEXT_WIDTH,
    TITLE_SIZE,
    TOP,
    PageStyle,
)
from forms.rendering.pen import Pen

_RIGHT = LEFT + TEXT_WIDTH
_LABEL_SHARE = 24
_COLUMN_GAP = 8.0
LEADING = 1.3
_PROSE_LEADING = 1.6


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
    leading: float = LEADING
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


class SheetLayout:
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
        self.fixed_blocks = fixed_blocks(template, data.is_licence, templates)
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
        if self.fixed_blocks[f"block.{n}"]:
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
        line = round(size * LEADING, 1)
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
                    place_name(key), SEAL_CENTRE - width / 2, top, width, style.leading, style.body, style.leading / 2,
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
        leading: float = LEADING,
        align: str = "left",
        indent: float = 0.0,
        beside: bool = False,
    ) -> None:
        """A place below what is there; beside: the next one begins at the same height."""
        middle = min(height, size * leading) / 2 if first is None else first
        top = self._top
        self.places[key] = Place(place_name(key), LEFT + left, top, width, height, size, middle, leading, align, indent)
        if not beside:
            self._top -= height


def fixed_blocks(template: Template, is_licence: bool, templates: NoticeTemplates) -> dict[str, bool]:
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


_NAMES = {
    "number": "文号",
    "salutation": "称谓",
    "block": "正文",
    "contact": "查询与电话",
    "agency": "机关",
    "issued_on": "日期",
    "copies": "份数",
}


def place_name(key: str) -> str:
    """The place in words: a field's label, a column's head, or what it is for."""
    last = key.rpartition(".")[2]
    return last if key.startswith(("field", "cell")) else _NAMES[key.partition(".")[0]]


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
