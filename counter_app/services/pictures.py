"""Pictures of paper as values: what a camera shows, what a device took, and the page that became of it.

A page goes three ways: taken by a device (`Picture`), made straight and light (`ScannedPage`), kept in the vault
(`scans.py`). Nothing here knows how pictures are worked.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

Corner = tuple[float, float]
"""A place in a picture: parts of its width and height, from the top left."""

Corners = tuple[Corner, Corner, Corner, Corner]
"""Of a sheet: top left, top right, bottom right, bottom left."""

LEGIBLE_DPI = 120  # below it small print (10.5 pt) has less than 18 dots a character
STILL_LOOKS = 4  # so many looks in a row without a move: the hand is gone
_MOVED = 0.012  # of the frame's side


@dataclass(frozen=True, slots=True)
class Frame:
    """One look through a camera: rows of RGB, three bytes a dot, without gaps; where the sheet lies, if one is seen."""

    rgb: bytes
    width: int
    height: int
    sheet: Corners | None


@dataclass(frozen=True, slots=True)
class Picture:
    """What a device took, as a file (PNM, JPEG, PNG ...). dpi is 0 where the device does not know it.

    flat: from a glass or a feeder, seen straight from above; else from a camera, at a slant.
    """

    content: bytes
    dpi: int = 0
    flat: bool = False


class Ink(StrEnum):
    """What a page is kept in: black and white, shades of grey, or colour (a red seal stays red)."""

    LINE = "line"
    GREY = "grey"
    COLOUR = "colour"


@dataclass(frozen=True, slots=True)
class ScannedPage:
    """A page made straight, cut to the sheet and put on its diet.

    taken is the picture it was made of, a JPEG; content the light file, with its media type; preview a small JPEG of
    it for the screen. width and height are in dots of content; dpi is 0 where nobody can tell. cut: the edges of the
    sheet were found. turned: quarter turns to the right that a person asked for.
    """

    taken: Picture
    content: bytes
    media_type: str
    preview: bytes
    width: int
    height: int
    dpi: int
    ink: Ink
    cut: bool
    turned: int = 0

    @property
    def before(self) -> int:
        """Bytes before the diet."""
        return len(self.taken.content)

    @property
    def after(self) -> int:
        """Bytes after it."""
        return len(self.content)

    @property
    def is_legible(self) -> bool:
        """Whether small print can be read, as far as the dots an inch tell."""
        return self.dpi == 0 or self.dpi >= LEGIBLE_DPI


@dataclass(frozen=True, slots=True)
class SheetWatch:
    """Whether a sheet lies still before the camera: pressed then, the picture is sharp and whole."""

    sheet: Corners | None = None
    looks: int = 0

    @property
    def is_still(self) -> bool:
        """A sheet is there and has not moved for `STILL_LOOKS` looks."""
        return self.sheet is not None and self.looks >= STILL_LOOKS

    def after(self, sheet: Corners | None) -> SheetWatch:
        """The watch after one more look."""
        if sheet is None or self.sheet is None or _far(sheet, self.sheet):
            return SheetWatch(sheet)
        return replace(self, looks=self.looks + 1)  # the first place stays: a slow slide adds up


def _far(one: Corners, other: Corners) -> bool:
    pairs = zip(one, other, strict=True)
    return any(max(abs(a[0] - b[0]), abs(a[1] - b[1])) > _MOVED for a, b in pairs)
