"""Measures of the page in points.

Width and left margin are those of GB/T 9704-2012 (A4, text block 156 mm wide, left
28 mm). Top and foot are narrower than its 37 and 35 mm: notices are no official
documents in its sense, and one that fits a single sheet cannot lose the other.
"""

from __future__ import annotations

from dataclasses import dataclass

MM = 72 / 25.4
PAGE_WIDTH, PAGE_HEIGHT = 210 * MM, 297 * MM
LEFT, TOP = 28 * MM, 27 * MM
TEXT_WIDTH, TEXT_HEIGHT = 156 * MM, 248 * MM
BOTTOM = PAGE_HEIGHT - TOP - TEXT_HEIGHT  # height of the foot margin

TITLE_SIZE = 22.0  # 2号
QR_SIDE = 26 * MM  # up to 65 modules of 0.4 mm, what a plain scanner gun and a telephone read from paper
QR_QUIET = 2.5 * MM  # kept free around it: four modules and more
QR_NOTE_SIZE = 7.5
SEAL_DIAMETER = 42 * MM
SEAL_TOP = 3.5 * MM  # free above it
SEAL_CENTRE = LEFT + 117 * MM


@dataclass(frozen=True, slots=True)
class PageStyle:
    """Type sizes that go together. body is 3号 (16 pt) where the notice fits its page, else a little smaller."""

    body: float

    @property
    def leading(self) -> float:
        """From one line of running text to the next."""
        return round(self.body * 1.6, 1)

    @property
    def field(self) -> float:
        """Size in tables and in the lines about phones and signatures."""
        return self.body - 2

    @property
    def field_leading(self) -> float:
        """From one line of a table cell to the next."""
        return round(self.field * 1.3, 1)

    @property
    def cell_padding(self) -> float:
        """Above and below the text of a table cell."""
        return round(self.field * 0.32, 1)

    @property
    def gap(self) -> float:
        """Between blocks."""
        return round(self.body * 0.7, 1)


# Tried in this order for a notice of one page; a longer one has a size of its own.
ONE_PAGE_STYLES = (PageStyle(16), PageStyle(15), PageStyle(14), PageStyle(13), PageStyle(12))
MORE_PAGES_STYLE = PageStyle(14)
