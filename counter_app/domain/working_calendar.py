"""Working days: weekly rest, statutory holidays and the State Council's shifts (specs domain 6.2, 6.4)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)
_LONGEST_SEARCH = 4000  # calendar days; no period of the catalogue comes near


@dataclass(frozen=True)
class WorkingCalendar:
    """Which days count as working days, and how sure that is.

    version names the published data; changed maps a day to True (a weekend
    worked) or False (a weekday off); published lists the years whose notice is
    out. Days of any other year are provisional: they may still move.
    """

    version: str
    changed: Mapping[date, bool]
    published: frozenset[int]

    def is_working_day(self, day: date) -> bool:
        """Whether the agency works on this day, make-up days included."""
        return self.changed.get(day, day.weekday() < 5)

    def is_provisional(self, day: date) -> bool:
        """Whether the notice for this day's year is not out yet (暂定)."""
        return day.year not in self.published

    def next_working_day(self, after: date, skipped: Collection[tuple[date, date]] = ()) -> date:
        """The first working day after the given one that lies in none of the skipped spans (both ends inclusive)."""
        day = after
        for _ in range(_LONGEST_SEARCH):
            day += ONE_DAY
            if self.is_working_day(day) and not any(first <= day <= last for first, last in skipped):
                return day
        raise ValueError(f"no working day within {_LONGEST_SEARCH} days of {after}")

    def working_days_between(self, after: date, until: date) -> int:
        """How many working days lie after the first date, up to and including the second; negative if it is past."""
        if until < after:
            return -self.working_days_between(until, after)
        days = (after + ONE_DAY * step for step in range(1, (until - after).days + 1))
        return sum(1 for day in days if self.is_working_day(day))
