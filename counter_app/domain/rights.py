"""Until when a refused applicant may ask for review or sue (specs domain 1(3), 6.3 E13)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from counter_app.domain.events import Event
from counter_app.domain.moments import local_date
from counter_app.domain.periods import Period, Unit, count
from counter_app.domain.working_calendar import WorkingCalendar

REVIEW = Period(60, Unit.DAY, "行政复议法第二十条")
LAWSUIT = Period(6, Unit.MONTH, "行政诉讼法第四十六条")


@dataclass(frozen=True, slots=True)
class LastDay:
    """Inclusive; provisional: whether it is a day of rest, and so moves on, is not published yet."""

    day: date
    provisional: bool


@dataclass(frozen=True, slots=True)
class Rights:
    """What runs since a refusal was served."""

    served_on: date
    review: LastDay
    lawsuit: LastDay


def rights_of(events: Sequence[Event], calendar: WorkingCalendar) -> Rights | None:
    """The rights that run since a refusal was served; None where none was.

    A refusal of acceptance (T06) is served as it is given; a denial when it is delivered (T27).
    Calendar days and months; a last day without work moves behind the rest days (民法典 201-203).
    """
    served_on = _served_on(events)
    if served_on is None:
        return None
    return Rights(served_on, _last_day(REVIEW, served_on, calendar), _last_day(LAWSUIT, served_on, calendar))


def _served_on(events: Sequence[Event]) -> date | None:
    served, denied = None, False
    for event in events:
        if event.kind in {"denied", "granted", "reopened"}:
            denied, served = event.kind == "denied", None
        elif event.kind == "refused" or (event.kind == "delivered" and denied):
            served = local_date(event.at_ms)
    return served


def _last_day(period: Period, served_on: date, calendar: WorkingCalendar) -> LastDay:
    day = count(period, served_on, calendar).due
    last = day if calendar.is_working_day(day) else calendar.next_working_day(day)
    return LastDay(last, calendar.is_provisional(day) or calendar.is_provisional(last))
