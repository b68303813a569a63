"""Until when a refused applicant may ask for review or sue (specs domain 1(3), 6.3 E13)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from counter_app.domain.events import Event
from counter_app.domain.moments import local_date
from counter_app.domain.periods import Period, Unit, count
from counter_app.domain.working_calendar import ONE_DAY, WorkingCalendar

REVIEW = Period(60, Unit.DAY, "行政复议法第二十条")
LAWSUIT = Period(6, Unit.MONTH, "行政诉讼法第四十六条")


@dataclass(frozen=True, slots=True)
class Rights:
    """Last days, both inclusive; provisional: one of them was moved over rest days of a year not published yet."""

    served_on: date
    review_until: date
    lawsuit_until: date
    provisional: bool


def rights_of(events: Sequence[Event], calendar: WorkingCalendar) -> Rights | None:
    """The rights that run since a refusal was served; None where none was.

    A refusal of acceptance (T06) is served as it is given; a denial when it is delivered (T27).
    Calendar days and months; a last day without work moves behind the rest days (民法典 201-203).
    """
    served_on = _served_on(events)
    if served_on is None:
        return None
    review, lawsuit = (_last_day(period, served_on, calendar) for period in (REVIEW, LAWSUIT))
    return Rights(served_on, review, lawsuit, calendar.is_provisional(review) or calendar.is_provisional(lawsuit))


def _served_on(events: Sequence[Event]) -> date | None:
    served, denied = None, False
    for event in events:
        if event.kind in {"denied", "granted", "reopened"}:
            denied, served = event.kind == "denied", None
        elif event.kind == "refused" or (event.kind == "delivered" and denied):
            served = local_date(event.at_ms)
    return served


def _last_day(period: Period, served_on: date, calendar: WorkingCalendar) -> date:
    day = count(period, served_on, calendar).due
    return day if calendar.is_working_day(day) else calendar.next_working_day(day - ONE_DAY)
