"""The day's data for scans on a metered link (sync design section 5). Events are never held back by it."""

from __future__ import annotations

from dataclasses import dataclass

LEAST = 72 * 1024  # bytes; with less left there may be no room for one more piece of a scan
SCANS_A_DAY = "scans_a_day"  # the setting of a station: bytes, empty for no bound
MEGABYTE = 1_000_000  # as those count who sell data


@dataclass(frozen=True, slots=True)
class DataBudget:
    """Bytes of scans a day and those that left today; a_day None: as much as there is.

    Counted is what left this machine, the frames of scans on the wire: what a broken link makes travel again
    counts again, as it does on the bill. Headers of HTTP and of packets come on top, about a twentieth.
    """

    a_day: int | None = None
    spent: int = 0

    @property
    def left(self) -> int | None:
        """Bytes that may still go today; None: no bound."""
        return None if self.a_day is None else max(0, self.a_day - self.spent)

    @property
    def is_spent(self) -> bool:
        """Whether scans wait for tomorrow."""
        return self.left is not None and self.left < LEAST


UNBOUND = DataBudget()
