"""A running deadline with its reason, never only a date (specs domain 5.2, 6.1, 6.6)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from counter_app.domain.periods import Period, Span, count, lengthen
from counter_app.domain.states import ClockCode
from counter_app.domain.working_calendar import WorkingCalendar


class Light(StrEnum):
    """Supervision lights (specs domain 6.6)."""

    NORMAL = "normal"
    WARNING = "warning"
    OVER_PROMISE = "over_promise"
    OVER_STATUTORY = "over_statutory"


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock of a case.

    start is not counted, first_day is; due is the last day; calendar is the
    version it was counted with; stopped holds the spans that do not count,
    stopped_since the first day of one that is not over; extended the extra
    working days granted; ended_on is None while the duty is open.
    """

    code: ClockCode
    period: Period
    start: date
    first_day: date
    due: date
    calendar: str
    provisional: bool
    stopped: tuple[Span, ...] = ()
    extended: Period | None = None
    ended_on: date | None = None
    stopped_since: date | None = None

    @property
    def is_open(self) -> bool:
        """Whether the duty behind it is still open, running or stopped."""
        return self.ended_on is None

    @property
    def runs(self) -> bool:
        """Whether its days are being counted now."""
        return self.is_open and self.stopped_since is None


def start_clock(code: ClockCode, period: Period, start: date, calendar: WorkingCalendar) -> Clock:
    """A clock that starts on this day, counted by this calendar."""
    counted = count(period, start, calendar)
    return Clock(
        code=code,
        period=period,
        start=start,
        first_day=counted.first_day,
        due=counted.due,
        calendar=calendar.version,
        provisional=counted.provisional,
    )


def recount(clock: Clock, calendar: WorkingCalendar) -> Clock:
    """The same clock counted again: by a newer calendar, or after a stop or an extension was added."""
    counted = count(clock.period, clock.start, calendar, clock.stopped)
    due, provisional = counted.due, counted.provisional
    if clock.extended is not None:
        longer = lengthen(due, clock.extended, calendar)
        due, provisional = longer.due, provisional or longer.provisional
    return replace(
        clock, first_day=counted.first_day, due=due, provisional=provisional, calendar=calendar.version
    )


def resumed(clock: Clock, last: date, calendar: WorkingCalendar) -> Clock:
    """A stopped clock going on: the days from its stop to the last one inclusive do not count (XKF 45)."""
    assert clock.stopped_since is not None, "only a stopped clock is resumed"
    spans = (*clock.stopped, (clock.stopped_since, last))
    return recount(replace(clock, stopped=spans, stopped_since=None), calendar)


def extended(clock: Clock, by: Period, calendar: WorkingCalendar) -> Clock:
    """A clock made longer, counted from its old last day (XKF 42, 26)."""
    return recount(replace(clock, extended=by), calendar)


def light(clock: Clock, today: date, calendar: WorkingCalendar) -> Light:
    """The light of a running clock on this day; a stopped duty is always normal."""
    if not clock.runs:
        return Light.NORMAL
    if today > clock.due:
        legal = clock.code in {ClockCode.STATUTORY, ClockCode.CHECK}
        return Light.OVER_STATUTORY if legal else Light.OVER_PROMISE
    return Light.WARNING if calendar.working_days_between(today, clock.due) <= 1 else Light.NORMAL
