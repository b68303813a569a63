"""Where a printer really sets what it is sent: the correction for one printer and one kind of preprinted sheet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from counter_app.domain.errors import InvalidInput

MM = 72 / 25.4
MOST_SHIFT_MM = 30.0
SCALES = (90.0, 110.0)  # percent


@dataclass(frozen=True, slots=True)
class Placement:
    """Shift to the right and downwards in millimetres, size in percent about the upper left corner of the sheet.

    InvalidInput `placement_out_of_range` where somebody mistyped: more than 30 mm, less than 90 or more than 110 %.
    """

    x_mm: float = 0.0
    y_mm: float = 0.0
    scale: float = 100.0

    def __post_init__(self) -> None:
        is_near = abs(self.x_mm) <= MOST_SHIFT_MM and abs(self.y_mm) <= MOST_SHIFT_MM
        if not (is_near and SCALES[0] <= self.scale <= SCALES[1]):
            raise InvalidInput("placement_out_of_range", mm=MOST_SHIFT_MM, least=SCALES[0], most=SCALES[1])

    def onto(self, canvas: Any, page_height: float) -> None:
        """Let everything that is drawn from here on come out in its place."""
        factor = self.scale / 100
        canvas.translate(self.x_mm * MM, page_height * (1 - factor) - self.y_mm * MM)
        canvas.scale(factor, factor)


AS_IT_IS = Placement()
