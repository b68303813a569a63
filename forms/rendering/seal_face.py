"""The picture of a round seal: ring, star, the agency along the arc, and the words of a special seal below the star.

The measures follow the usual round seal of an agency (国发〔1999〕25号: the name from left to right along the arc,
a star in the middle); the diameter is that of the place on the paper. The picture is a mask of ink and no ink, the
star is hatched: the text of the paper shows through it, without transparency in the file (PDF/A-1 knows none).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import cos, pi, radians, sin

from PIL import Image, ImageDraw, ImageFont

from forms.rendering.fonts import file_of, glyph_missing, typeface

SIDE = 1000  # points of the picture across: 600 to the inch at 42 mm
_FINER = 2  # drawn so many times finer, so that rotated characters have clean edges
_HATCH, _GAP = 9, 4  # points from one line of the star to the next, and between them
_RING, _STAR = 0.05, 0.27  # all measures in radii of the seal
_ARC_RADIUS, _ARC_SIZE = 0.755, 0.30
_ARC_WITH_WORDS, _ARC_ALONE, _STEP = 214.0, 270.0, 26.0  # degrees: the whole arc, and from one character to the next
_WORDS_BELOW, _WORDS_WIDTH, _WORDS_SIZE = 0.56, 1.06, 0.2


@dataclass(frozen=True, slots=True)
class SealFace:
    """What can be read on a seal: the agency; below the star the words of a special seal, "" on an agency's own."""

    agency: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class SealMask:
    """The picture: side points across and high, a bit a point, rows from the top filled up to bytes, 1 where ink is."""

    side: int
    bits: bytes


@lru_cache(maxsize=8)
def seal_mask(face: SealFace) -> SealMask:
    """The picture of the seal. CounterError `glyph_missing` for a name that no font draws."""
    missing = typeface("head").missing(face.agency + face.words)
    if missing:
        raise glyph_missing(missing)
    side = SIDE * _FINER
    picture = Image.new("L", (side, side), 0)
    pen = ImageDraw.Draw(picture)
    radius = side / 2
    pen.ellipse((8, 8, side - 9, side - 9), outline=255, width=round(_RING * radius))
    _write_arc(picture, face.agency, _ARC_WITH_WORDS if face.words else _ARC_ALONE)
    _write_words(picture, face.words)
    small = picture.resize((SIDE, SIDE), Image.Resampling.LANCZOS).point([0] * 128 + [255] * 128)
    small.paste(255, (0, 0), _hatched_star())
    return SealMask(SIDE, small.convert("1", dither=Image.Dither.NONE).tobytes())


def _hatched_star() -> Image.Image:
    star = Image.new("L", (SIDE, SIDE), 0)
    pen = ImageDraw.Draw(star)
    pen.polygon(_star(SIDE / 2), fill=255)
    for start in range(-SIDE, SIDE, _HATCH):
        pen.line((start, 0, start + SIDE, SIDE), fill=0, width=_GAP)
    return star


def _star(radius: float) -> list[tuple[float, float]]:
    inner = _STAR * sin(pi / 10) / sin(3 * pi / 10)
    corners = []
    for n in range(10):
        out, turn = (inner if n % 2 else _STAR) * radius, n * pi / 5
        corners.append((radius + out * sin(turn), radius - out * cos(turn)))
    return corners


def _write_arc(picture: Image.Image, name: str, arc: float) -> None:
    radius = picture.width / 2
    step = min(_STEP, arc / max(1, len(name) - 1))
    size = round(min(_ARC_SIZE, _ARC_RADIUS * radians(step) * 0.92) * radius)
    for n, character in enumerate(name):
        turn = (n - (len(name) - 1) / 2) * step
        glyph = _glyph(character, size).rotate(-turn, resample=Image.Resampling.BICUBIC, expand=True)
        x = radius + _ARC_RADIUS * radius * sin(radians(turn)) - glyph.width / 2
        y = radius - _ARC_RADIUS * radius * cos(radians(turn)) - glyph.height / 2
        picture.paste(255, (round(x), round(y)), glyph)


def _write_words(picture: Image.Image, words: str) -> None:
    if not words:
        return
    radius = picture.width / 2
    size = round(min(_WORDS_SIZE, _WORDS_WIDTH / len(words)) * radius)
    left = radius - size * len(words) / 2
    for n, character in enumerate(words):
        at = (round(left + n * size), round(radius + _WORDS_BELOW * radius - size / 2))
        glyph = _glyph(character, size)
        picture.paste(255, at, glyph)


def _glyph(character: str, size: int) -> Image.Image:
    """The character in the middle of a square."""
    name = typeface("head").font_for(character)
    path = None if name is None else file_of(name)
    assert path is not None, "what no font draws was refused before"
    square = Image.new("L", (size, size), 0)
    font = ImageFont.truetype(str(path), size)
    ImageDraw.Draw(square).text((size / 2, size * 0.88), character, fill=255, font=font, anchor="ms")
    return square
