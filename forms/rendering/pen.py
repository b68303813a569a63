"""Drawing on a reportlab canvas with our typefaces. Places are in points from the lower left corner of the page."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import groupby
from typing import Any

import segno

from forms.rendering.fonts import Typeface, typeface
from forms.rendering.line_breaking import Line, font_runs, width_of

GREY = 0.55
_RULE_WIDTH = 0.5
_IDEOGRAPH_CENTRE = 0.38  # height of the middle of an ideograph above the baseline, in ems
_BLANK = re.compile(r"(_+)")
_BLANK_EMS = 0.75  # length of one "_" of a place to write on


class Pen:
    """Sets text and rules on the page that the canvas is at."""

    def __init__(self, canvas: Any) -> None:
        self._canvas = canvas
        self.body: Typeface = typeface("body")
        self.head: Typeface = typeface("head")

    def text(
        self, x: float, middle: float, text: str, face: Typeface, size: float, *, spread: float = 0, grey: bool = False
    ) -> None:
        """Text that begins at x, its ideographs centred on the height middle; spread is added after each character."""
        out = self._canvas.beginText(x, middle - _IDEOGRAPH_CENTRE * size)
        out.setCharSpace(spread)
        out.setFillGray(GREY if grey else 0)
        for font, characters in font_runs(text, face):
            out.setFont(font, size)
            out.textOut(characters)
        self._canvas.drawText(out)

    def line(self, x: float, middle: float, line: Line, face: Typeface, size: float, width: float) -> None:
        """A line of a paragraph, spread to the width unless its paragraph ends with it."""
        slack = width - line.indent - line.width
        gaps = len(line.text) - 1
        spread = slack / gaps if gaps and not line.ends and 0 < slack < 2.5 * size else 0
        self.text(x + line.indent, middle, line.text, face, size, spread=spread)

    def centred(self, x: float, middle: float, text: str, face: Typeface, size: float, *, grey: bool = False) -> None:
        """Text around x."""
        self.text(x - width_of(text, face, size) / 2, middle, text, face, size, grey=grey)

    def flush_right(
        self, x: float, middle: float, text: str, face: Typeface, size: float, *, grey: bool = False
    ) -> None:
        """Text that ends at x."""
        self.text(x - width_of(text, face, size), middle, text, face, size, grey=grey)

    def form_line(self, x: float, middle: float, text: str, face: Typeface, size: float) -> None:
        """Text in which each run of "_" is a rule to write on."""
        for piece in filter(None, _BLANK.split(text)):
            if piece.startswith("_"):
                end = x + len(piece) * _BLANK_EMS * size
                self.rule(x, end, middle - 0.5 * size)
                x = end
            else:
                self.text(x, middle, piece, face, size)
                x += width_of(piece, face, size)

    def rule(self, start: float, end: float, y: float) -> None:
        """A thin horizontal line."""
        self._canvas.setLineWidth(_RULE_WIDTH)
        self._canvas.setStrokeGray(GREY)
        self._canvas.line(start, y, end, y)

    def framed(self, x: float, middle: float, text: str, face: Typeface, size: float) -> None:
        """Text in a frame that begins at x."""
        self._canvas.setLineWidth(_RULE_WIDTH)
        self._canvas.setStrokeGray(0)
        width = width_of(text, face, size)
        self._canvas.rect(x, middle - 0.9 * size, width + 1.4 * size, 1.8 * size)
        self.text(x + 0.7 * size, middle, text, face, size)

    def dashed_circle(self, x: float, y: float, diameter: float) -> None:
        """The place for a round seal."""
        self._canvas.saveState()
        self._canvas.setLineWidth(_RULE_WIDTH)
        self._canvas.setStrokeGray(GREY)
        self._canvas.setDash(3, 2)
        self._canvas.circle(x, y, diameter / 2)
        self._canvas.restoreState()

    def qr_code(self, x: float, top: float, side: float, content: str) -> None:
        """A QR code of the content in UTF-8, without its quiet zone: keep four modules around it free."""
        dark, size = _dark_modules(content)
        self._canvas.saveState()
        self._canvas.translate(x, top)
        self._canvas.scale(side / size, -side / size)  # one unit a module, so that the page's stream has short numbers
        self._canvas.setFillGray(0)
        self._canvas.addLiteral(dark)
        self._canvas.restoreState()


@lru_cache(maxsize=16)  # all notices of a case carry the same code, and finding its mask is slow
def _dark_modules(content: str) -> tuple[str, int]:
    """The dark modules as operators of a page, one rectangle a run, and how many modules a side has."""
    modules = segno.make(content, micro=False, error="m", encoding="utf-8").matrix
    drawn = []
    for row, cells in enumerate(modules):
        column = 0
        for dark, group in groupby(cells):
            length = len(list(group))
            if dark:
                drawn.append(f"{column} {row} {length} 1 re")
            column += length
    return " ".join([*drawn, "f"]), len(modules)
