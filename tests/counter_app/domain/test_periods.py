"""The worked examples E1-E14 of the domain reference 6.3, and how a clock keeps its reason."""

from dataclasses import replace
from datetime import date

import pytest

from counter_app.domain.clocks import Light, light, recount, start_clock
from counter_app.domain.periods import Period, Unit, count, lengthen
from counter_app.domain.states import ClockCode
from resources.calendars import national_calendar

CALENDAR = national_calendar()


def working_days(n: int) -> Period:
    return Period(n, Unit.WORKING_DAY)


@pytest.mark.parametrize(
    ("example", "start", "length", "due"),
    [
        ("E1", date(2026, 2, 12), 5, date(2026, 2, 26)),
        ("E2", date(2026, 2, 12), 20, date(2026, 3, 18)),
        ("E4", date(2026, 2, 27), 20, date(2026, 3, 26)),
        ("E5", date(2026, 9, 18), 20, date(2026, 10, 22)),
        ("E6", date(2026, 9, 30), 5, date(2026, 10, 13)),
        ("E8", date(2026, 9, 29), 10, date(2026, 10, 19)),
        ("E9", date(2026, 8, 3), 45, date(2026, 10, 10)),
        ("E9 extended", date(2026, 8, 3), 60, date(2026, 10, 30)),
        ("E10", date(2026, 3, 14), 5, date(2026, 3, 20)),
        ("E11", date(2026, 10, 10), 2, date(2026, 10, 13)),
        ("E12", date(2026, 4, 30), 3, date(2026, 5, 8)),
    ],
)
def test_working_days_end_as_the_worked_examples_say(example: str, start: date, length: int, due: date) -> None:
    counted = count(working_days(length), start, CALENDAR)
    assert (counted.due, counted.provisional) == (due, False), example


def test_an_extension_is_counted_from_the_old_last_day() -> None:
    assert lengthen(date(2026, 3, 18), working_days(10), CALENDAR).due == date(2026, 4, 1)  # E3


def test_the_days_of_an_expert_review_do_not_count() -> None:
    stop = (date(2026, 4, 27), date(2026, 5, 12))
    assert count(working_days(20), date(2026, 4, 20), CALENDAR, [stop]).due == date(2026, 6, 3)  # E7
    assert count(working_days(20), date(2026, 4, 20), CALENDAR).due == date(2026, 5, 20)


def test_review_periods_run_in_calendar_days() -> None:
    assert count(Period(60, Unit.DAY), date(2026, 11, 23), CALENDAR).due == date(2027, 1, 22)  # E13


def test_a_deadline_in_a_year_without_a_published_calendar_is_provisional() -> None:
    counted = count(working_days(5), date(2026, 12, 28), CALENDAR)
    assert (counted.due, counted.provisional) == (date(2027, 1, 5), True)  # E14


def test_months_end_on_the_same_day_or_the_last_of_the_month() -> None:
    assert count(Period(1, Unit.MONTH), date(2026, 1, 31), CALENDAR).due == date(2026, 2, 28)
    assert count(Period(6, Unit.MONTH), date(2026, 3, 15), CALENDAR).due == date(2026, 9, 15)


def test_hours_round_up_to_whole_days() -> None:
    assert count(Period(25, Unit.HOUR), date(2026, 3, 2), CALENDAR).due == date(2026, 3, 4)


def test_a_stop_that_reaches_beyond_the_old_end_moves_it_by_every_day_that_did_not_count() -> None:
    stop = (date(2026, 3, 9), date(2026, 3, 20))
    counted = count(Period(10, Unit.DAY), date(2026, 3, 1), CALENDAR, [stop])
    assert counted.due == date(2026, 3, 23)  # seven days before the stop, three from the 21st
    from_start = count(Period(10, Unit.DAY), date(2026, 3, 1), CALENDAR, [(date(2026, 2, 20), date(2026, 3, 3))])
    assert (from_start.first_day, from_start.due) == (date(2026, 3, 4), date(2026, 3, 13))


def test_the_year_2026_has_its_248_working_days() -> None:
    assert CALENDAR.working_days_between(date(2025, 12, 31), date(2026, 12, 31)) == 248


def test_a_clock_counted_again_with_an_extension_moves_only_its_end() -> None:
    clock = start_clock(ClockCode.STATUTORY, working_days(20), date(2026, 2, 12), CALENDAR)
    longer = recount(replace(clock, extended=working_days(10)), CALENDAR)
    assert (longer.first_day, longer.due) == (clock.first_day, date(2026, 4, 1))


@pytest.mark.parametrize(
    ("today", "code", "expected"),
    [
        (date(2026, 2, 24), ClockCode.CHECK, Light.NORMAL),
        (date(2026, 2, 25), ClockCode.CHECK, Light.WARNING),
        (date(2026, 2, 26), ClockCode.CHECK, Light.WARNING),
        (date(2026, 2, 27), ClockCode.CHECK, Light.OVER_STATUTORY),
        (date(2026, 2, 27), ClockCode.PROMISE, Light.OVER_PROMISE),
    ],
)
def test_the_light_warns_one_working_day_before_and_tells_the_legal_breach_apart(
    today: date, code: ClockCode, expected: Light
) -> None:
    clock = start_clock(code, working_days(5), date(2026, 2, 12), CALENDAR)
    assert light(clock, today, CALENDAR) is expected


def test_an_ended_clock_shows_no_light() -> None:
    running = start_clock(ClockCode.CHECK, working_days(5), date(2026, 2, 12), CALENDAR)
    clock = replace(running, ended_on=date(2026, 2, 13))
    assert light(clock, date(2026, 12, 1), CALENDAR) is Light.NORMAL
