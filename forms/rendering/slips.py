"""A pad of blank receipt slips (N01 written by hand, specs domain 5.3.1): a slip an A4 sheet, its two copies one above
the other, to be cut apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.pdfgen.canvas import Canvas

from forms.notice_templates import bundled_templates
from forms.rendering.fonts import glyph_missing, typeface
from forms.rendering.line_breaking import break_lines, width_of
from forms.rendering.page import drawn
from forms.rendering.page_style import MM, PAGE_HEIGHT, PAGE_WIDTH
from forms.rendering.pen import Pen
from resources.texts import paper_text

_LEFT, _RIGHT = 18 * MM, 192 * MM
_HALF = PAGE_HEIGHT / 2
_TITLE_SIZE, _SIZE, _SMALL, _FOOT = 17.0, 10.5, 9.0, 8.5
_LINE = 8.0 * MM
_ROW, _ROWS = 6.6 * MM, 6
_COLUMNS = (("no", 10), ("name", 62), ("form", 24), ("copies", 12), ("pages", 12), ("way", 24), ("note", 30))  # mm
_FIELDS = (  # in hundredths of the width
    (("applicant", 36), ("id_number", 64)),
    (("proxy", 36), ("phone", 64)),
    (("item", 56), ("agency", 44)),
)
_SIGNED = (
    (("received_at", 58), ("clerk", 42)),
    (("signed_by", 42), ("signed_at", 58)),
    (("agency_phone", 42), ("seal", 58)),
)
_COPIES = ("applicant", "file")


@dataclass(frozen=True, slots=True)
class SlipForm:
    """What is printed on every slip: whose it is. window is "" where the counter has no name."""

    station: str
    window: str = ""


def render_slips(form: SlipForm, numbers: Sequence[str]) -> bytes:
    """The pad as PDF, a page for each number. CounterError `glyph_missing` for a name that cannot be printed."""
    missing = typeface("body").missing(f"{form.station}{form.window}")
    if missing:
        raise glyph_missing(missing)

    def draw(canvas: Canvas) -> None:
        canvas.setTitle(paper_text("paper.slip.title"))
        pen = Pen(canvas)
        for number in numbers:
            for place, copy in enumerate(_COPIES):
                _draw_copy(pen, canvas, PAGE_HEIGHT - place * _HALF, form, number, copy)
            _draw_cut(pen, canvas)
            canvas.showPage()

    return drawn(draw)


def _draw_copy(pen: Pen, canvas: Canvas, top: float, form: SlipForm, number: str, copy: str) -> None:
    y = top - 15 * MM
    pen.centred(PAGE_WIDTH / 2, y, paper_text("paper.slip.title"), pen.head, _TITLE_SIZE)
    pen.text(_LEFT, y, paper_text(f"paper.slip.copy.{copy}"), pen.body, _SMALL)
    pen.flush_right(_RIGHT, y, paper_text("paper.slip.number", number=number), pen.head, _SIZE)
    y -= 9.5 * MM
    y = _draw_fields(pen, y, _FIELDS)
    y = _draw_materials(pen, canvas, y + 2.5 * MM)
    for line in break_lines(bundled_templates().lines["N-SJ"], pen.body, _SMALL, _RIGHT - _LEFT):
        y -= 1.5 * _SMALL
        pen.text(_LEFT, y, line.text, pen.body, _SMALL)
    y -= 8.5 * MM
    y = _draw_fields(pen, y, _SIGNED)
    where = "　".join(filter(None, (form.station, form.window)))
    pen.flush_right(_RIGHT, y + _LINE, where, pen.body, _SMALL)
    pen.text(_LEFT, y, paper_text("paper.slip.foot"), pen.body, _FOOT, grey=True)


def _draw_fields(pen: Pen, y: float, rows: Sequence[Sequence[tuple[str, int]]]) -> float:
    """Labels with a rule to write on, or with the blanks that the label itself has; the height below them."""
    for row in rows:
        x = _LEFT
        for name, share in row:
            label, end = paper_text(f"paper.slip.field.{name}"), x + (_RIGHT - _LEFT) * share / 100
            pen.form_line(x, y, label, pen.body, _SIZE)
            if label.endswith(("：", ":")):
                pen.rule(x + width_of(label, pen.body, _SIZE), end - 3 * MM, y - 0.5 * _SIZE)
            x = end
        y -= _LINE
    return y


def _draw_materials(pen: Pen, canvas: Canvas, top: float) -> float:
    """The empty list of materials; the height below it."""
    bottom = top - _ROW * (_ROWS + 1)
    x = _LEFT
    for name, width_mm in _COLUMNS:
        canvas.line(x, top, x, bottom)
        pen.centred(x + width_mm * MM / 2, top - _ROW / 2, paper_text(f"paper.slip.column.{name}"), pen.head, _SMALL)
        x += width_mm * MM
    canvas.line(x, top, x, bottom)
    for row in range(_ROWS + 2):
        pen.rule(_LEFT, x, top - row * _ROW)
    for row in range(1, _ROWS + 1):
        pen.centred(_LEFT + _COLUMNS[0][1] * MM / 2, top - (row + 0.5) * _ROW, str(row), pen.body, _SMALL)
    return bottom


def _draw_cut(pen: Pen, canvas: Canvas) -> None:
    canvas.saveState()
    canvas.setDash(4, 3)
    pen.rule(8 * MM, PAGE_WIDTH - 8 * MM, _HALF)
    canvas.restoreState()
