"""Where the seal of a paper goes: known from its layout, in points from the lower left corner of the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from forms.rendering.flow import Slice
from forms.rendering.page_style import PAGE_HEIGHT, SEAL_CENTRE, SEAL_DIAMETER, TOP


@dataclass(frozen=True, slots=True)
class SealPlace:
    """page counts from 0; x and y are the middle of the seal."""

    page: int
    x: float
    y: float
    diameter: float

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Left, bottom, right and top, to the point; as wide as it is high."""
        side = round(self.diameter)
        left, bottom = round(self.x - side / 2), round(self.y - side / 2)
        return left, bottom, left + side, bottom + side


def seal_place(pages: Sequence[Sequence[Slice]]) -> SealPlace | None:
    """The place of the seal on these pages, None on a paper without one."""
    for page, slices in enumerate(pages):
        top = PAGE_HEIGHT - TOP
        for each in slices:
            if each.sealed is not None:
                return SealPlace(page, SEAL_CENTRE, top - each.sealed, SEAL_DIAMETER)
            top -= each.height
    return None
