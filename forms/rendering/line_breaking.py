"""Breaking Chinese text into lines, with a font for each character.

Between ideographs a line may break anywhere; closing marks never begin a line and
opening marks never end one (GB/T 15834 and the usual 避头尾); figures and Latin
words stay whole where they fit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from forms.rendering.fonts import Typeface, glyph_missing

_OPENING = "（《〈「『【〔“‘"
_CLOSING = "，。、；：？！）》〉」』】〕”’…"
_UNIT = re.compile(rf"[{_OPENING}]*(?:[!-~]+|.)[{_CLOSING}]*")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text: its natural width and indent in points, and whether its paragraph ends with it."""

    text: str
    width: float
    indent: float
    ends: bool


@lru_cache(maxsize=256)  # of a paper that does not fit in one type size most cells are broken as in the one before
def break_lines(text: str, face: Typeface, size: float, width: float, first_indent: float = 0) -> Sequence[Line]:
    """The text in lines of at most width points at that size; "\\n" begins a new paragraph.

    CounterError("glyph_missing") if a character has no glyph in the typeface.
    """
    lines: list[Line] = []
    for paragraph in text.split("\n"):
        lines += _break_paragraph(paragraph, face, size, width, first_indent)
    return tuple(lines)


def font_runs(text: str, face: Typeface) -> Iterator[tuple[str, str]]:
    """The text in runs of one font each: (font name, characters). Every character must have a font."""
    for font, group in groupby(text, key=face.font_for):
        characters = "".join(group)
        if font is None:
            raise glyph_missing(characters)
        yield font, characters


def width_of(text: str, face: Typeface, size: float) -> float:
    """The natural width of the text in points."""
    return sum(map(face.width, text)) * size


def _break_paragraph(text: str, face: Typeface, size: float, width: float, first_indent: float) -> Iterator[Line]:
    indent, line, used = first_indent, "", 0.0
    for unit, ems in _units(text, face, width / size):
        extent = ems * size
        if line and indent + used + extent > width:
            yield Line(line.rstrip(), width_of(line.rstrip(), face, size), indent, ends=False)
            indent, line, used = 0.0, "", 0.0
            if unit.isspace():
                continue
        line += unit
        used += extent
    yield Line(line, used, indent, ends=True)


def _units(text: str, face: Typeface, most_ems: float) -> Iterator[tuple[str, float]]:
    """Pieces that are not broken, with their widths; one that is wider than a whole line is given by characters."""
    for unit, ems in _measured(text, face):
        if ems <= most_ems:
            yield unit, ems
        else:
            yield from ((character, face.width(character)) for character in unit)


@lru_cache(maxsize=256)  # a notice is broken once for every type size that is tried
def _measured(text: str, face: Typeface) -> tuple[tuple[str, float], ...]:
    missing = face.missing(text)
    if missing:
        raise glyph_missing(missing)
    return tuple((unit, sum(map(face.width, unit))) for unit in _UNIT.findall(text))
