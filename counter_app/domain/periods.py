"""A length of time as the law or a promise gives it, and the day on which it ends (specs domain 6.1)."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from counter_app.domain.working_calendar import ONE_DAY, WorkingCalendar

Span = tuple[date, date]  # first and last day, both inside


class Unit(StrEnum):
    """Units of a period. Bare days are calendar days; agency periods are working days (XKF 82)."""

    WORKING_DAY = "working_day"
    DAY = "day"
    MONTH = "month"
    HOUR = "hour"


@dataclass(frozen=True, slots=True)
class Period:
    """length units; rule names where it comes from (law and article, or the item's promise)."""

    length: int
    unit: Unit
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Counted:
    """A counted period: its first counted day, its last day, and whether either rests on an unpublished year."""

    first_day: date
    due: date
    provisional: bool


def count(period: Period, start: date, calendar: WorkingCalendar, skipped: Sequence[Span] = ()) -> Counted:
    """When the period ends. The starting day is not counted (民法典 201).

    Days inside the skipped spans (special procedures, XKF 45) are not counted,
    whatever the unit. Hours are rounded up to whole calendar days.
    """
    if period.unit is Unit.WORKING_DAY:
        first, last = _run(period.length, start, skipped, calendar.next_working_day)
        return Counted(first, last, _touches_unknown(start, last, calendar))
    if period.unit is Unit.MONTH:
        days = (_months_after(start, period.length) - start).days
    elif period.unit is Unit.HOUR:
        days = -(-period.length // 24)
    else:
        days = period.length
    return Counted(*_run(days, start, skipped, _next_day), provisional=False)


def lengthen(due: date, period: Period, calendar: WorkingCalendar) -> Counted:
    """An extension: counted from the old last day, which stays counted (specs domain 6.3 E3)."""
    return count(period, due, calendar)


def _run(
    length: int, start: date, skipped: Sequence[Span], following: Callable[[date, Sequence[Span]], date]
) -> tuple[date, date]:
    """First and last of so many counted days after the start."""
    first = day = following(start, skipped)
    for _ in range(length - 1):
        day = following(day, skipped)
    return first, day


def _next_day(after: date, skipped: Sequence[Span]) -> date:
    day = after + ONE_DAY
    while any(begin <= day <= end for begin, end in skipped):
        day += ONE_DAY
    return day


def _touches_unknown(start: date, due: date, calendar: WorkingCalendar) -> bool:
    return any(calendar.is_provisional(date(year, 1, 1)) for year in range(start.year, due.year + 1))


def _months_after(start: date, months: int) -> date:
    """The same day of the month, or the month's last day if it has none (民法典 202)."""
    index = start.year * 12 + start.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))
