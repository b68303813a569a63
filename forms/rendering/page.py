"""Laying a paper out on A4 pages and writing them as PDF."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from io import BytesIO

from reportlab import rl_config
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from forms.rendering import blocks
from forms.rendering.archival import VERSION, end_streams_on_a_line, make_archival
from forms.rendering.composition import Fields, Paper, Prose
from forms.rendering.flow import Slice, paginate
from forms.rendering.fonts import registered
from forms.rendering.page_style import (
    BOTTOM,
    LEFT,
    MM,
    MORE_PAGES_STYLE,
    ONE_PAGE_STYLES,
    PAGE_HEIGHT,
    TEXT_HEIGHT,
    TEXT_WIDTH,
    TOP,
    PageStyle,
)
from forms.rendering.pen import Pen

_FOOT_SIZE = 10.5
_FIRST_FONT = "kai"  # reportlab would otherwise name Helvetica, which is not embedded
_drawing = threading.Lock()
end_streams_on_a_line()
rl_config.useA85 = False  # streams as bytes: a fifth smaller, and a tenth of the time is saved


def lay_out(paper: Paper) -> list[list[Slice]]:
    """The pages of the paper: one if it fits in one of the type sizes, else several."""
    for style in ONE_PAGE_STYLES:
        slices = _slices(paper, style)
        if sum(each.height for each in slices) <= TEXT_HEIGHT:
            return [slices]
    return paginate(_slices(paper, MORE_PAGES_STYLE), TEXT_HEIGHT)


def to_pdf(paper: Paper, pages: Sequence[Sequence[Slice]]) -> bytes:
    """The pages as PDF. The same pages give the same bytes: no clock and no chance goes in."""

    def draw(canvas: Canvas) -> None:
        canvas.setTitle(paper.title)
        canvas.setSubject(paper.template)
        pen = Pen(canvas)
        for number, slices in enumerate(pages, start=1):
            _draw_page(pen, slices)
            if len(pages) > 1:
                foot = paper.page_phrase.format(number=paper.number, page=number, pages=len(pages))
                pen.centred(LEFT + TEXT_WIDTH / 2, BOTTOM - 12 * MM, foot, pen.body, _FOOT_SIZE)
            canvas.showPage()

    return drawn(draw)


def drawn(draw: Callable[[Canvas], None]) -> bytes:
    """What draw puts on an A4 canvas, as PDF/A-1b without time or random id.

    One drawing at a time: the fonts of reportlab keep a reading position.
    """
    with _drawing:
        registered(_FIRST_FONT)
        target = BytesIO()
        canvas = Canvas(
            target, pagesize=A4, invariant=True, lang="zh-CN", initialFontName=_FIRST_FONT, pdfVersion=VERSION
        )
        draw(canvas)
        make_archival(canvas)
        canvas.save()
        return target.getvalue()


def _draw_page(pen: Pen, slices: Sequence[Slice]) -> None:
    top = PAGE_HEIGHT - TOP
    for each in slices:
        each.draw(pen, top)
        top -= each.height


def _slices(paper: Paper, style: PageStyle) -> list[Slice]:
    gap = Slice(style.gap)
    slices = blocks.opening(paper, style)
    for block in paper.content:
        if isinstance(block, Prose):
            slices += blocks.prose(block, style)
        elif isinstance(block, Fields):
            slices += [gap, *blocks.fields(block, style), gap]
        else:
            slices += [gap, *blocks.table(block, style), gap]
    return [*_tied([*slices, gap]), *blocks.closing(paper, style)]


def _tied(slices: list[Slice]) -> list[Slice]:
    """The slices, of which the last with text stays with what follows: no seal on a page without text."""
    last = max(n for n, each in enumerate(slices) if not each.blank)
    return slices[:last] + [replace(each, with_next=True) for each in slices[last:]]
