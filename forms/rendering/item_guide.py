"""The guide of an item for the applicant to take home: who, how long, what it costs, what to bring, how it goes on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from reportlab.pdfgen.canvas import Canvas

from forms.rendering.flow import Slice, paginate
from forms.rendering.line_breaking import Line, break_lines
from forms.rendering.page import drawn
from forms.rendering.page_style import BOTTOM, LEFT, MM, PAGE_HEIGHT, PAGE_WIDTH, TEXT_HEIGHT, TEXT_WIDTH, TOP
from forms.rendering.pen import Pen
from resources.texts import paper_text

_TITLE_SIZE, _FOOT_SIZE = 20.0, 9.5
_SIZES = (12.0, 11.0, 10.5)  # the largest in which it fits one page, else the smallest on several
_LEADING = 1.5  # of the size
_GAP = 3 * MM  # above the name of a section
_INDENT = 6 * MM


@dataclass(frozen=True, slots=True)
class GuideSection:
    """A question of the applicant and its answers, a paragraph each."""

    name: str
    lines: tuple[str, ...]


def render_guide(item: str, sections: Sequence[GuideSection], foot: str) -> bytes:
    """The guide as PDF, as many A4 pages as it needs. CounterError `glyph_missing`."""
    title = paper_text("paper.guide.title", item=item)

    def draw(canvas: Canvas) -> None:
        canvas.setTitle(title)
        pen = Pen(canvas)
        for slices in _pages(title, sections, pen):
            top = PAGE_HEIGHT - TOP
            for each in slices:
                each.draw(pen, top)
                top -= each.height
            pen.text(LEFT, BOTTOM - 6 * MM, foot, pen.body, _FOOT_SIZE, grey=True)
            canvas.showPage()

    return drawn(draw)


def _pages(title: str, sections: Sequence[GuideSection], pen: Pen) -> list[list[Slice]]:
    for size in _SIZES:
        slices = [*_title(title, pen), *_sections(sections, pen, size)]
        if sum(each.height for each in slices) <= TEXT_HEIGHT:
            return [slices]
    return paginate(slices, TEXT_HEIGHT)


def _title(title: str, pen: Pen) -> Iterator[Slice]:
    height = _LEADING * _TITLE_SIZE
    for line in break_lines(title, pen.head, _TITLE_SIZE, TEXT_WIDTH):
        yield Slice(height, partial(_draw_title, line, height), with_next=True)


def _draw_title(line: Line, height: float, pen: Pen, top: float) -> None:
    pen.centred(PAGE_WIDTH / 2, top - height / 2, line.text, pen.head, _TITLE_SIZE)


def _sections(sections: Sequence[GuideSection], pen: Pen, size: float) -> Iterator[Slice]:
    height = _LEADING * size
    for section in sections:
        yield Slice(_GAP)
        yield Slice(height, partial(_draw_name, section.name, size), with_next=True)
        for text in section.lines:
            for line in break_lines(text, pen.body, size, TEXT_WIDTH - _INDENT):
                yield Slice(height, partial(_draw_line, line, size))


def _draw_name(name: str, size: float, pen: Pen, top: float) -> None:
    pen.text(LEFT, top - _LEADING * size / 2, name, pen.head, size)


def _draw_line(line: Line, size: float, pen: Pen, top: float) -> None:
    pen.line(LEFT + _INDENT, top - _LEADING * size / 2, line, pen.body, size, TEXT_WIDTH - _INDENT)
