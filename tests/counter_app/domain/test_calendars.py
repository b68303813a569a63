"""Calendars that arrive: what a file must look like, which of them holds, and what clocks make of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counter_app.domain.calendar_release import (
    CalendarRelease,
    first_difference,
    newest_calendar,
    release_from_plain,
    release_of,
    release_to_plain,
)
from counter_app.domain.clocks import Clock, Light, extended, light, recount, renewed, resumed, start_clock
from counter_app.domain.errors import InvalidInput
from counter_app.domain.events import ClockReading, Event
from counter_app.domain.identifiers import CaseId, EventId
from counter_app.domain.moments import CHINA, to_ms
from counter_app.domain.periods import Period, Span, Unit
from counter_app.domain.rights import rights_of
from counter_app.domain.states import ClockCode
from counter_app.domain.working_calendar import WorkingCalendar
from resources.calendars import national_calendar

GOOD = {
    "version": "CN-2027.1", "source": "通知", "published": [2027],
    "off": ["2027-01-01", "2027-02-08", "2028-01-03"], "worked": ["2027-01-09"],
}
SHIPPED = national_calendar()


def release(n: int, version: str, **changes: object) -> CalendarRelease:
    return release_of(GOOD | {"version": version} | changes, n)


@pytest.mark.parametrize(
    ("changes", "code", "place"),
    [
        ({"version": "two words"}, "calendar_value_wrong", "version"),
        ({"version": 2027}, "calendar_value_wrong", "version"),
        ({"source": ""}, "calendar_value_wrong", "source"),
        ({"published": []}, "calendar_value_wrong", "published"),
        ({"published": [2027, "2028"]}, "calendar_value_wrong", "published[1]"),
        ({"published": [2027, 2027]}, "calendar_value_wrong", "published[1]"),
        ({"published": [True]}, "calendar_value_wrong", "published[0]"),
        ({"off": "2027-01-01"}, "calendar_value_wrong", "off"),
        ({"off": ["2027-01-01", "2027-02-30"]}, "calendar_day_wrong", "off[1]"),
        ({"off": ["2027-01-01", "20270104"]}, "calendar_day_wrong", "off[1]"),
        ({"off": ["2027-01-01", None]}, "calendar_day_wrong", "off[1]"),
        ({"off": ["2027-01-01", "2027-01-01"]}, "calendar_day_twice", "off[1]"),
        ({"off": ["2027-01-01", "2027-01-09"]}, "calendar_day_twice", "worked[0]"),
        ({"worked": ["2027-01-08"]}, "calendar_day_not_a_weekend", "worked[0]"),
        ({"worked": ["2026-01-10"]}, "calendar_day_out_of_year", "worked[0]"),
        ({"published": [2027, 2028], "off": ["2027-01-01"]}, "calendar_year_without_rest", 2028),
        ({"holidays": []}, "calendar_key_unknown", "holidays"),
    ],
)
def test_a_calendar_that_is_wrong_anywhere_is_refused_with_the_place(
    changes: dict[str, object], code: str, place: object
) -> None:
    with pytest.raises(InvalidInput) as refused:
        release_of(GOOD | changes, 1)
    assert refused.value.code == code
    assert place in refused.value.params.values()


@pytest.mark.parametrize("key", GOOD)
def test_a_calendar_needs_each_of_its_parts(key: str) -> None:
    with pytest.raises(InvalidInput, match="calendar_key_missing"):
        release_of({name: value for name, value in GOOD.items() if name != key}, 1)


def test_a_release_is_the_same_after_its_journey() -> None:
    made = release(3, "CN-2027.1")
    assert release_from_plain(release_to_plain(made)) == made


def test_the_later_release_holds_for_the_years_that_it_publishes_in_whatever_order_they_come() -> None:
    first = release(1, "A")
    changed = release(2, "B", off=["2027-01-04"], worked=[])
    early = release(3, "C", published=[2025], off=["2025-01-02"], worked=[])
    orders = [[first, changed, early], [early, changed, first]]
    both = [newest_calendar(SHIPPED, order) for order in orders]
    assert both[0] == both[1]
    calendar = both[0]
    assert (calendar.version, calendar.published) == ("C", frozenset({2025, 2026, 2027}))
    assert calendar.is_working_day(date(2027, 1, 1))  # the second notice for 2027 knows of no New Year
    assert not calendar.is_working_day(date(2027, 1, 4))
    assert calendar.is_working_day(date(2025, 1, 1))
    assert not calendar.is_working_day(date(2026, 10, 1))
    assert not calendar.is_working_day(date(2028, 1, 3))  # a foretaste of a year that nobody published
    assert calendar.is_provisional(date(2028, 1, 3))
    assert first_difference(SHIPPED, newest_calendar(SHIPPED, [first])) == date(2027, 1, 1)
    assert first_difference(newest_calendar(SHIPPED, [first]), newest_calendar(SHIPPED, [first, changed])) == date(
        2027, 1, 1
    )
    assert first_difference(SHIPPED, SHIPPED) is None


def clock(code: ClockCode, days: int, start: date) -> Clock:
    return start_clock(code, Period(days, Unit.WORKING_DAY, "r"), start, SHIPPED)


LATER = newest_calendar(SHIPPED, [release(1, "L", off=["2027-01-01", "2027-01-04"], worked=[])])
EARLIER = newest_calendar(SHIPPED, [release(1, "E", off=["2027-01-01"], worked=["2027-01-02"])])


@pytest.mark.parametrize(
    ("code", "by", "due", "too_late"),
    [
        (ClockCode.STATUTORY, LATER, date(2027, 1, 6), False),
        (ClockCode.STATUTORY, EARLIER, date(2027, 1, 4), True),
        (ClockCode.PROMISE, LATER, date(2027, 1, 5), False),  # an early promise stands
        (ClockCode.PROMISE, EARLIER, date(2027, 1, 4), True),
        (ClockCode.CHECK, EARLIER, date(2027, 1, 4), False),  # no paper names its day
        (ClockCode.FIX, LATER, date(2027, 1, 6), False),
        (ClockCode.FIX, EARLIER, date(2027, 1, 5), False),  # what the applicant was given is not taken back
    ],
)
def test_a_printed_day_that_is_too_late_is_an_alarm_and_an_early_one_stays_the_promise(
    code: ClockCode, by: WorkingCalendar, due: date, too_late: bool
) -> None:
    born = clock(code, 5, date(2026, 12, 28))
    now = renewed(born, by)
    assert (born.due, now.due, now.provisional, now.told_too_late) == (date(2027, 1, 5), due, False, too_late)
    assert now.told is not None
    assert now.told.due == born.due
    assert not replace(now, ended_on=date(2026, 12, 31)).told_too_late
    assert renewed(now, SHIPPED) == born
    assert recount(now, by).told is None  # an act that counts anew prints a paper of its own


def test_a_calendar_that_changes_nothing_for_a_clock_leaves_its_version() -> None:
    born = clock(ClockCode.STATUTORY, 20, date(2026, 3, 2))
    assert renewed(born, LATER) is born


DAYS = st.dates(date(2026, 1, 1), date(2028, 6, 30))


@st.composite
def calendars(draw: st.DrawFn, version: str = "X") -> WorkingCalendar:
    off = draw(st.lists(DAYS, max_size=40))
    worked = draw(st.lists(DAYS, max_size=12))
    changed = dict.fromkeys(off, False) | dict.fromkeys(worked, True)
    return WorkingCalendar(version, changed, frozenset(draw(st.sets(st.sampled_from([2026, 2027, 2028])))))


def counted_slowly(
    start: date, period: Period, stops: Collection[Span], extension: int, calendar: WorkingCalendar
) -> date:
    """Day by day, as a clerk counts on a wall calendar."""
    left = period.length + extension if period.unit is Unit.WORKING_DAY else period.length
    day, base = start, None
    while left:
        day += timedelta(days=1)
        stopped = any(first <= day <= last for first, last in stops) and base is None
        works = calendar.changed[day] if day in calendar.changed else day.isoweekday() not in (6, 7)
        if stopped or (period.unit is Unit.WORKING_DAY and not works):
            continue
        left -= 1
        if left == extension:
            base = day  # an extension is counted from the old last day, and no stop lies behind it
    return day


@settings(max_examples=100, deadline=None)
@given(
    st.dates(date(2026, 1, 1), date(2027, 12, 31)), st.integers(1, 60), st.sampled_from([Unit.WORKING_DAY, Unit.DAY]),
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 20)), max_size=2), st.sampled_from([0, 10, 15]),
    calendars("A"), calendars("B"), calendars("C"),
)
def test_every_clock_ends_where_a_slow_count_ends_by_whatever_calendars_came_in_between(
    start: date, length: int, unit: Unit, stops: list[tuple[int, int]], longer: int,
    first: WorkingCalendar, second: WorkingCalendar, third: WorkingCalendar,
) -> None:
    period = Period(length, unit, "r")
    spans = [(start + timedelta(days=at + 1), start + timedelta(days=at + 1 + span)) for at, span in stops]
    born = start_clock(ClockCode.STATUTORY, period, start, first)
    for begin, end in spans:
        born = resumed(replace(born, stopped_since=begin), end, first)
    extension = longer if unit is Unit.WORKING_DAY else 0
    if extension:
        born = extended(born, Period(extension, Unit.WORKING_DAY, "e"), first)
    assert born.due == counted_slowly(start, period, spans, extension, first)
    by_second = renewed(born, second)
    assert by_second.due == counted_slowly(start, period, spans, extension, second)
    assert renewed(by_second, third) == renewed(born, third)  # the way does not matter
    assert renewed(by_second, first) == born
    sure = all(year in second.published for year in range(start.year, by_second.due.year + 1))
    assert by_second.provisional == (unit is Unit.WORKING_DAY and not sure)


@pytest.mark.parametrize(
    ("code", "today", "expected"),
    [
        (ClockCode.PROMISE, date(2026, 10, 9), Light.NORMAL),  # due Tuesday the 13th; Saturday the 10th is worked
        (ClockCode.PROMISE, date(2026, 10, 10), Light.NORMAL),
        (ClockCode.PROMISE, date(2026, 10, 11), Light.NORMAL),
        (ClockCode.PROMISE, date(2026, 10, 12), Light.WARNING),
        (ClockCode.PROMISE, date(2026, 10, 13), Light.WARNING),
        (ClockCode.PROMISE, date(2026, 10, 14), Light.OVER_PROMISE),
        (ClockCode.STEP, date(2026, 10, 14), Light.OVER_PROMISE),
        (ClockCode.STATUTORY, date(2026, 10, 13), Light.WARNING),
        (ClockCode.STATUTORY, date(2026, 10, 14), Light.OVER_STATUTORY),
        (ClockCode.CHECK, date(2026, 10, 14), Light.OVER_STATUTORY),
    ],
)
def test_the_lights_are_those_of_the_table(code: ClockCode, today: date, expected: Light) -> None:
    running = clock(code, 5, date(2026, 9, 30))
    assert running.due == date(2026, 10, 13)
    assert light(running, today, SHIPPED) is expected
    assert light(replace(running, stopped_since=date(2026, 10, 8)), today, SHIPPED) is Light.NORMAL
    assert light(replace(running, ended_on=date(2026, 10, 9)), today, SHIPPED) is Light.NORMAL


def event(kind: str, day: str) -> Event:
    at = ClockReading(to_ms(datetime.fromisoformat(f"{day}T10:00").replace(tzinfo=CHINA)), "b", 0, None)
    return Event(EventId("D1", 1), kind, 1, CaseId("D1", 1), 0, at, "u", {}, {})


def test_rights_run_from_service_and_end_on_no_day_of_rest() -> None:
    told = rights_of([event("received", "2026-07-30"), event("refused", "2026-08-03")], SHIPPED)
    assert told is not None
    # day 60 is Friday 2 October, in the national holiday: the day after it ends, a Thursday
    assert (told.review.day, told.review.provisional) == (date(2026, 10, 8), False)
    assert (told.lawsuit.day, told.lawsuit.provisional) == (date(2027, 2, 3), True)


def test_a_denial_gives_rights_when_it_is_delivered_and_a_permit_gives_none() -> None:
    denied = [event("denied", "2026-03-02"), event("sent_out", "2026-03-03")]
    assert rights_of(denied, SHIPPED) is None
    served = rights_of([*denied, event("delivered", "2026-03-06")], SHIPPED)
    assert served is not None
    assert (served.review.day, served.lawsuit.day) == (date(2026, 5, 6), date(2026, 9, 7))
    assert rights_of([event("granted", "2026-03-02"), event("delivered", "2026-03-06")], SHIPPED) is None
