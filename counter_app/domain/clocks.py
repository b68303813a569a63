"""A running deadline with its reason, never only a date (specs domain 5.2, 6.1, 6.6)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import date
from enum import StrEnum

from counter_app.domain.periods import Counted, Period, Span, Unit, count, lengthen
from counter_app.domain.states import ClockCode
from counter_app.domain.working_calendar import WorkingCalendar

ASK_FOR_HEARING = Period(5, Unit.WORKING_DAY, "行政许可法第四十七条第一款：被告知之日起五日内提出")
TELL_HEARING = Period(7, Unit.WORKING_DAY, "行政许可法第四十八条第一款第一项：举行听证的七日前通知时间、地点")
HOLD_HEARING = Period(20, Unit.WORKING_DAY, "行政许可法第四十七条第一款：二十日内组织听证")


class Light(StrEnum):
    """Supervision lights (specs domain 6.6)."""

    NORMAL = "normal"
    WARNING = "warning"
    OVER_PROMISE = "over_promise"
    OVER_STATUTORY = "over_statutory"


@dataclass(frozen=True, slots=True)
class FirstCount:
    """What a clock said when it was started: what the paper of that act says."""

    first_day: date
    due: date
    provisional: bool
    calendar: str


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock of a case.

    start is not counted, first_day is; due is the last day; calendar is the
    version it was counted with; stopped holds the spans that do not count,
    stopped_since the first day of one that is not over; extended the extra
    working days granted; ended_on is None while the duty is open. told is how it
    was first counted, None while no later calendar says otherwise. other_start is the day by the hall's clock, where
    the machine's said another and nobody has settled it: the earlier of both last days is due (sync design section 9).
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
    told: FirstCount | None = None
    other_start: date | None = None

    @property
    def is_open(self) -> bool:
        """Whether the duty behind it is still open, running or stopped."""
        return self.ended_on is None

    @property
    def runs(self) -> bool:
        """Whether its days are being counted now."""
        return self.is_open and self.stopped_since is None

    @property
    def lapses(self) -> bool:
        """Whether these are days to ask for a hearing: when they are over the right is gone and nobody is late."""
        return self.code is ClockCode.HEARING and self.period == ASK_FOR_HEARING

    @property
    def told_too_late(self) -> bool:
        """Whether the date on the paper has become later than the law allows, and the duty is still open."""
        printed = self.is_open and self.code in _PRINTED
        return printed and self.told is not None and self.told.due > self.due


_PRINTED = frozenset({ClockCode.STATUTORY, ClockCode.PROMISE})  # N02, N05, N06 and N07 name their last days

# Where a later calendar gives another day than the paper: what was promised to the applicant early stays promised,
# and the days that the applicant was given are not taken back. Everything else is as the law counts (specs domain 6.4).
_STANDS: dict[ClockCode, Callable[[date, date], date]] = {
    ClockCode.PROMISE: min,
    ClockCode.FIX: max,
    ClockCode.TOLERATED: max,
}


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
    counted = counted_by(clock, calendar)
    return replace(
        clock, first_day=counted.first_day, due=counted.due, provisional=counted.provisional,
        calendar=calendar.version, told=None,
    )


def counted_by(clock: Clock, calendar: WorkingCalendar) -> Counted:
    """What this calendar says of the clock's days, with its stops and its extension."""
    counted = count(clock.period, clock.start, calendar, clock.stopped)
    if clock.extended is None:
        return counted
    longer = lengthen(counted.due, clock.extended, calendar)
    return Counted(counted.first_day, longer.due, counted.provisional or longer.provisional)


def renewed(clock: Clock, calendar: WorkingCalendar) -> Clock:
    """The clock as it stands by the newest calendar: it depends on its first count and the calendar, on no other one.

    So it does not matter which calendars came in between. Ended clocks are counted again as well.
    """
    told = clock.told or FirstCount(clock.first_day, clock.due, clock.provisional, clock.calendar)
    first = Counted(told.first_day, told.due, told.provisional)
    counted = first if told.calendar == calendar.version else counted_by(clock, calendar)
    if counted == first:
        return replace(clock, **asdict(told), told=None) if clock.told else clock
    stands = max if clock.lapses else _STANDS.get(clock.code)
    return replace(
        clock, first_day=counted.first_day, due=stands(told.due, counted.due) if stands else counted.due,
        provisional=counted.provisional, calendar=calendar.version, told=told,
    )


def doubted(clock: Clock, calendar: WorkingCalendar) -> Clock:
    """The clock with the earlier of both last days, where it is not sure on which day it began."""
    if clock.other_start is None:
        return clock
    other = counted_by(replace(clock, start=clock.other_start), calendar)
    if other.due >= clock.due:
        return clock
    told = clock.told or FirstCount(clock.first_day, clock.due, clock.provisional, clock.calendar)
    return replace(clock, due=other.due, told=told)


def resumed(clock: Clock, last: date, calendar: WorkingCalendar) -> Clock:
    """A stopped clock going on: the days from its stop to the last one inclusive do not count (XKF 45)."""
    assert clock.stopped_since is not None, "only a stopped clock is resumed"
    spans = (*clock.stopped, (clock.stopped_since, last))
    return recount(replace(clock, stopped=spans, stopped_since=None), calendar)


def extended(clock: Clock, by: Period, calendar: WorkingCalendar) -> Clock:
    """A clock made longer, counted from its old last day (XKF 42, 26)."""
    return recount(replace(clock, extended=by), calendar)


def light(clock: Clock, today: date, calendar: WorkingCalendar) -> Light:
    """The light of a running clock on this day; a stopped duty, and what only lapses, is always normal."""
    if not clock.runs or clock.lapses:
        return Light.NORMAL
    if today > clock.due:
        legal = clock.code in {ClockCode.STATUTORY, ClockCode.CHECK, ClockCode.HEARING}
        return Light.OVER_STATUTORY if legal else Light.OVER_PROMISE
    return Light.WARNING if calendar.working_days_between(today, clock.due) <= 1 else Light.NORMAL
