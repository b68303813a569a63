"""The blocks of a notice as slices: title, running text, tables, and the closing part with its seal place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from forms.rendering.composition import Fields, Paper, Prose, Table
from forms.rendering.flow import Slice, keep_together
from forms.rendering.fonts import Typeface, typeface
from forms.rendering.line_breaking import Line, break_lines
from forms.rendering.page_style import (
    LEFT,
    MM,
    QR_NOTE_SIZE,
    QR_QUIET,
    QR_SIDE,
    SEAL_CENTRE,
    SEAL_DIAMETER,
    SEAL_TOP,
    TEXT_WIDTH,
    TITLE_SIZE,
    PageStyle,
)
from forms.rendering.pen import Pen

_RIGHT = LEFT + TEXT_WIDTH
_LABEL_SHARE = 24  # of a hundred, as the design draws it
_COLUMN_GAP = 8.0
_NOTE_LEADING = QR_NOTE_SIZE * 1.3
_LINES_KEPT = 8  # a table row of more lines may be cut by the end of a page


@dataclass(frozen=True, slots=True)
class _Cell:
    """The lines of one cell of a row and where they begin."""

    x: float
    face: Typeface
    lines: Sequence[Line]


def opening(paper: Paper, style: PageStyle) -> list[Slice]:
    """Title, number at the right, and the salutation; they stay with what follows."""
    salutation = break_lines(paper.salutation, typeface("body"), style.body, TEXT_WIDTH) if paper.salutation else []
    slices = [
        Slice(TITLE_SIZE * 1.8, partial(_draw_title, paper.title)),
        Slice(style.leading * 1.15, partial(_draw_number, paper.number, style)),
        *(Slice(style.leading, partial(_draw_line, line, style)) for line in salutation),
    ]
    return [replace(each, with_next=True) for each in slices]


def prose(block: Prose, style: PageStyle) -> list[Slice]:
    """A paragraph, indented by two characters; never one line of it alone on a page."""
    lines = break_lines(block.text, typeface("body"), style.body, TEXT_WIDTH, 2 * style.body)
    return _no_line_alone([Slice(style.leading, partial(_draw_line, line, style)) for line in lines])


def fields(block: Fields, style: PageStyle) -> list[Slice]:
    """Labels and values, a rule below each row."""
    label_width = TEXT_WIDTH * _LABEL_SHARE / 100
    slices: list[Slice] = []
    for label, value in block.rows:
        cells = [
            _cell(label, LEFT, label_width, typeface("head"), style.field),
            _cell(value, LEFT + label_width, TEXT_WIDTH - label_width, typeface("body"), style.field),
        ]
        slices += _row(cells, style.field, style)
    return slices


def table(block: Table, style: PageStyle) -> list[Slice]:
    """A list; its heads are repeated on every page that it reaches."""
    size = style.field - 1
    heading = replace(_row(_cells(block, block.heads, "head", size), size, style)[0], with_next=True)
    slices = [heading]
    for texts in block.rows:
        rows = _row(_cells(block, texts, "body", size), size, style)
        slices += [replace(each, heading=heading) for each in rows]
    return slices


def closing(paper: Paper, style: PageStyle) -> list[Slice]:
    """Phones and QR code, the place of the seal over agency and date, signature, copies: never parted."""
    body, width = typeface("body"), TEXT_WIDTH - (QR_SIDE + 6 * MM if paper.query else 0.0)
    contacts = [line for text in paper.contacts for line in break_lines(text, body, style.field, width)]
    agency = break_lines(paper.agency, body, style.body, TEXT_WIDTH)
    copies = break_lines(paper.copies, body, style.field, TEXT_WIDTH)
    signature = paper.signature.split("\n") if paper.signature else []
    top = QR_SIDE if paper.query else 0.0
    if paper.query_note and not paper.seal:  # else it stands beside the seal, where nothing else does
        top += QR_QUIET + len(paper.query_note.split("\n")) * _NOTE_LEADING
    place = SEAL_DIAMETER + 5 * MM if paper.seal else style.leading * (len(agency) + 2)
    middle = SEAL_TOP + SEAL_DIAMETER / 2 if paper.seal else None
    end = Slice(place, partial(_draw_seal, paper, agency, style), sealed=middle)
    seal = [end] if paper.seal or paper.agency else []
    return keep_together(
        [
            Slice(max(top, len(contacts) * style.field_leading), partial(_draw_contacts, contacts, paper, style)),
            *seal,
            *(Slice(style.leading * 1.3, partial(_draw_signature, line, style)) for line in signature),
            *(Slice(style.field_leading, partial(_draw_small_line, line, style)) for line in copies),
        ]
    )


def _no_line_alone(slices: list[Slice]) -> list[Slice]:
    if len(slices) <= 3:
        return keep_together(slices)
    return [*keep_together(slices[:2]), *slices[2:-2], *keep_together(slices[-2:])]


def _cells(block: Table, texts: Sequence[str], face: str, size: float) -> list[_Cell]:
    cells, x = [], LEFT
    for text, share in zip(texts, block.widths, strict=True):
        width = TEXT_WIDTH * share / sum(block.widths)
        cells.append(_cell(text, x, width, typeface(face), size))
        x += width
    return cells


def _cell(text: str, x: float, width: float, face: Typeface, size: float) -> _Cell:
    return _Cell(x, face, break_lines(text, face, size, width - _COLUMN_GAP))


def _row(cells: list[_Cell], size: float, style: PageStyle) -> list[Slice]:
    count = max(len(cell.lines) for cell in cells)
    leading = round(size * 1.3, 1)
    if count <= _LINES_KEPT:
        height = count * leading + 2 * style.cell_padding
        return [Slice(height, partial(_draw_row, cells, range(count), size=size, style=style, rule=True))]
    height = leading + style.cell_padding
    draw = partial(_draw_row, cells, size=size, style=style)
    lines = [Slice(height, partial(draw, range(n, n + 1), rule=n == count - 1)) for n in range(count)]
    return _no_line_alone(lines)


def _draw_row(
    cells: list[_Cell], lines: range, pen: Pen, top: float, *, size: float, style: PageStyle, rule: bool
) -> None:
    leading = round(size * 1.3, 1)
    middle = top - style.cell_padding - leading / 2
    for n in lines:
        for cell in cells:
            if n < len(cell.lines):
                pen.text(cell.x, middle, cell.lines[n].text, cell.face, size)
        middle -= leading
    if rule:
        pen.rule(LEFT, _RIGHT, middle + leading / 2 - style.cell_padding)


def _draw_title(title: str, pen: Pen, top: float) -> None:
    pen.centred(LEFT + TEXT_WIDTH / 2, top - TITLE_SIZE / 2, title, pen.head, TITLE_SIZE)


def _draw_number(number: str, style: PageStyle, pen: Pen, top: float) -> None:
    pen.flush_right(_RIGHT, top - style.leading / 2, number, pen.body, style.field)


def _draw_line(line: Line, style: PageStyle, pen: Pen, top: float) -> None:
    pen.line(LEFT, top - style.leading / 2, line, pen.body, style.body, TEXT_WIDTH)


def _draw_small_line(line: Line, style: PageStyle, pen: Pen, top: float) -> None:
    pen.text(LEFT, top - style.field_leading / 2, line.text, pen.body, style.field)


def _draw_contacts(contacts: Sequence[Line], paper: Paper, style: PageStyle, pen: Pen, top: float) -> None:
    if paper.query:
        pen.qr_code(_RIGHT - QR_SIDE, top, QR_SIDE, paper.query)
        middle = top - QR_SIDE - QR_QUIET - _NOTE_LEADING / 2
        for note in paper.query_note.split("\n"):
            pen.flush_right(_RIGHT, middle, note, pen.body, QR_NOTE_SIZE)
            middle -= _NOTE_LEADING
    for line in contacts:
        _draw_small_line(line, style, pen, top)
        top -= style.field_leading


def _draw_seal(paper: Paper, agency: Sequence[Line], style: PageStyle, pen: Pen, top: float) -> None:
    """The seal will stand over the agency's name and the date (骑年盖月); a paper without one has both alone.

    Where the electronic seal is about to be put on, its place is left to it and the words stand beside it.
    """
    if paper.seal:
        centre = top - SEAL_TOP - SEAL_DIAMETER / 2
        if paper.is_sealed:
            right = SEAL_CENTRE - SEAL_DIAMETER / 2 - 2 * MM
            pen.flush_right(right, centre - SEAL_DIAMETER / 2 + 3 * MM, paper.seal, pen.body, 9, grey=True)
        else:
            pen.dashed_circle(SEAL_CENTRE, centre, SEAL_DIAMETER)
            pen.centred(SEAL_CENTRE, centre + SEAL_DIAMETER * 0.31, paper.seal, pen.body, 9, grey=True)
    else:
        centre = top - style.leading * (len(agency) / 2 + 1)
    middle = centre + style.leading * (len(agency) / 2)
    for line in agency:
        x = min(SEAL_CENTRE, _RIGHT - line.width / 2)
        pen.centred(x, middle, line.text, pen.body, style.body)
        middle -= style.leading
    pen.centred(SEAL_CENTRE, middle, paper.issued_on, pen.body, style.body)


def _draw_signature(line: str, style: PageStyle, pen: Pen, top: float) -> None:
    """A line of the signature: its runs of "_" are rules to write on."""
    pen.form_line(LEFT, top - style.leading / 2, line, pen.body, style.field)
