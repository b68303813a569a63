"""The worked examples of the domain reference 6.3 through the services: what is done on which day, and what is due."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from counter_app.domain.case import Case
from counter_app.domain.errors import CounterError, MoveNotAllowed
from counter_app.domain.events import NewEvent
from counter_app.domain.identifiers import HALL
from counter_app.domain.moments import CHINA, to_ms
from counter_app.domain.moves import plan
from counter_app.domain.people import Person, Role
from counter_app.domain.scene import Scene
from counter_app.domain.states import Action, CaseState, ClockCode
from counter_app.services.case_views import Due
from counter_app.services.duties import Group
from counter_app.services.stored_facts import CaseQuery
from counter_app.station import Station
from forms.examples import example_line
from tests.support.homes import AGENT, CHIEF, EnrolledHome, bring

pytestmark = pytest.mark.usefixtures("papers_when_asked")

LICENCE, AID, CARD = "food_workshop", "temporary_aid", "employment_card"


@pytest.fixture
def station_level() -> str:
    return "town"  # where every item is taken in


def at(home: EnrolledHome, day: str) -> None:
    home.clock.now = datetime.fromisoformat(day).replace(tzinfo=CHINA)


def take_in(station: Station, item: str, outcome: str, n: int = 0, **changes: object) -> Case:
    whole = example_line(station.desk.catalogue.get(item), "accept" if outcome == "receive" else outcome, n)
    line = {**whole, "outcome": outcome, **changes}
    case = station.intake.take_in(CHIEF, line).case
    assert case is not None
    return case


def due(station: Station, case: Case) -> Due:
    return station.cases.view(str(case.id)).due


def by_hall(home: EnrolledHome, station: Station, case: Case, action: Action, **given: object) -> None:
    """What the hall would write now, brought by the feed."""
    known = station.cases.view(str(case.id)).case
    operator = Person("钱局", frozenset({Role.OPERATOR}))
    item, now_ms = station.desk.item_of(known), to_ms(home.clock.now)
    scene = Scene(operator, HALL, False, now_ms, station.desk.calendar, item, at_hall=True)
    planned = plan(known, action, given, scene)
    new = NewEvent(planned.row.event_kind, case.id, known.epoch, "钱局", planned.data, planned.private)
    bring(station, new, clock=home.clock)


def test_e1_the_check_over_spring_festival_ends_on_the_fifth_working_day(home: EnrolledHome, station: Station) -> None:
    at(home, "2026-02-12T10:00")
    assert due(station, take_in(station, LICENCE, "receive")).check == date(2026, 2, 26)


def test_e2_without_paper_the_law_accepts_back_to_the_receipt_before_anybody_confirms(
    home: EnrolledHome, station: Station
) -> None:
    at(home, "2026-02-12T10:00")
    case = take_in(station, LICENCE, "receive")
    at(home, "2026-02-26T23:59")
    assert due(station, case).statutory is None
    with pytest.raises(MoveNotAllowed, match="check_period_is_open"):
        station.acts.act(CHIEF, str(case.id), "deem_accepted", {})
    at(home, "2026-02-27T00:00")
    assert due(station, case).statutory == date(2026, 3, 18)  # runs, confirmed or not
    [duty] = station.duties.today().duties
    assert (duty.group, duty.reason) == (Group.MUST_ANSWER, "check_over")
    for person, action in ((AGENT, "deem_accepted"), (CHIEF, "accept"), (CHIEF, "correct")):
        with pytest.raises(CounterError):
            station.acts.act(person, str(case.id), action, {})
    done = station.acts.act(CHIEF, str(case.id), "deem_accepted", {})
    assert (done.case.state, done.case.deemed, done.case.accepted_on) == (CaseState.ACCEPTED, True, date(2026, 2, 12))
    assert [notice.kind for notice in done.notices] == ["N02"]
    assert due(station, case) == Due(None, date(2026, 3, 4), date(2026, 3, 18))


def test_e4_the_day_on_which_all_corrections_are_in_is_the_day_of_acceptance(
    home: EnrolledHome, station: Station
) -> None:
    at(home, "2026-02-13T10:00")
    case = take_in(station, AID, "correct")
    at(home, "2026-02-27T16:00")
    ticked = [gap.material for gap in case.gaps]
    done = station.acts.act(AGENT, str(case.id), "supply_all", {"ticked": ticked})
    assert done.case.accepted_on == date(2026, 2, 27)
    assert due(station, case).statutory == date(2026, 3, 26)


def test_e5_a_worked_sunday_is_day_one_and_a_worked_saturday_counts(home: EnrolledHome, station: Station) -> None:
    at(home, "2026-09-18T09:00")
    assert due(station, take_in(station, LICENCE, "accept")).statutory == date(2026, 10, 22)


def test_e8_a_result_is_served_within_ten_working_days_over_the_national_holiday(
    home: EnrolledHome, station: Station
) -> None:
    at(home, "2026-09-28T09:00")
    case = take_in(station, LICENCE, "accept")
    station.acts.act(AGENT, str(case.id), "submit", {})
    at(home, "2026-09-29T15:00")
    by_hall(
        home, station, case, Action.GRANT, decision_no="青政许准〔2026〕1号", validity="长期", publicity="县政府网站"
    )
    granted = station.cases.view(str(case.id)).case
    serve = granted.clock(ClockCode.SERVE)
    assert serve is not None
    assert (granted.state, serve.due) == (CaseState.GRANTED, date(2026, 10, 19))
    assert due(station, case) == Due(None, None, None)


def test_e10_a_receipt_at_the_weekend_keeps_its_true_date_and_counts_from_monday(
    home: EnrolledHome, station: Station
) -> None:
    at(home, "2026-03-14T10:00")
    case = take_in(station, LICENCE, "receive")
    assert due(station, case).check == date(2026, 3, 20)
    check = case.clock(ClockCode.CHECK)
    assert check is not None
    assert (check.start, check.first_day) == (date(2026, 3, 14), date(2026, 3, 16))
    assert not station.duties.today().working_day


def test_e12_a_promise_of_three_days_before_labour_day(home: EnrolledHome, station: Station) -> None:
    at(home, "2026-04-30T17:00")
    assert due(station, take_in(station, CARD, "accept")).promise == date(2026, 5, 8)


def test_e14_a_day_in_a_year_without_a_calendar_is_provisional(home: EnrolledHome, station: Station) -> None:
    at(home, "2026-12-28T10:00")
    case = take_in(station, LICENCE, "receive")
    check = case.clock(ClockCode.CHECK)
    assert check is not None
    assert (check.due, check.provisional) == (date(2027, 1, 5), True)


def test_a_late_entry_whose_check_is_over_can_only_be_received_and_is_deemed_accepted_at_once(
    home: EnrolledHome, station: Station
) -> None:
    at(home, "2026-03-02T10:00")
    true_receipt: dict[str, object] = {
        "received_at": "2026-02-12T11:20", "late_entry": {"reason": "停电", "slip_no": "0007"},
    }
    for outcome in ("accept", "correct"):
        with pytest.raises(MoveNotAllowed, match="check_period_is_over"):
            take_in(station, LICENCE, outcome, **true_receipt)
    assert station.cases.count(CaseQuery()) == 0
    case = take_in(station, LICENCE, "receive", **true_receipt)
    assert case.received_at_ms == to_ms(datetime(2026, 2, 12, 11, 20, tzinfo=CHINA))
    assert due(station, case) == Due(date(2026, 2, 26), date(2026, 3, 4), date(2026, 3, 18))
    assert [duty.group for duty in station.duties.today().duties] == [Group.MUST_ANSWER]
    done = station.acts.act(CHIEF, str(case.id), "deem_accepted", {})
    assert done.case.accepted_on == date(2026, 2, 12)


def test_a_case_received_in_the_old_year_and_accepted_in_the_new_one_bears_the_new_years_number(
    home: EnrolledHome, station: Station
) -> None:
    at(home, "2026-12-31T23:30")
    case = take_in(station, LICENCE, "receive")
    at(home, "2027-01-04T09:00")
    done = station.acts.act(AGENT, str(case.id), "accept", {})
    assert done.case.accepted_on == date(2027, 1, 4)
    assert done.notices[0].number == "临〔2027〕QX03-01-1"  # the numbers leased are of 2026
    statutory = done.case.clock(ClockCode.STATUTORY)
    assert statutory is not None
    assert statutory.provisional


def test_home_lists_each_case_once_by_its_most_urgent_duty_and_counts_what_was_done_today(
    home: EnrolledHome, station: Station
) -> None:
    at(home, "2026-03-02T09:00")
    unanswered, correcting = take_in(station, LICENCE, "receive", 1), take_in(station, AID, "correct", 2)
    result, quiet = take_in(station, LICENCE, "accept", 3), take_in(station, LICENCE, "accept", 4)
    station.acts.act(AGENT, str(result.id), "submit", {})
    denial = {"reason": "不符合条件", "findings": "年龄不够", "basis": "办法第四条"}
    by_hall(home, station, result, Action.DENY, **denial, decision_no="1")
    for case in (unanswered, correcting, result, quiet):
        for notice in case.notices:
            station.papers.log_printed(AGENT, station.cases.view(str(case.id)).case, notice, "file", 2)
    home.clock.now += timedelta(days=7)
    station.acts.act(AGENT, str(correcting.id), "take_papers", {"materials": [
        {"id": correcting.gaps[0].material, "form": "copy", "pages": 1}]})
    today = station.duties.today()
    assert [(duty.group, duty.case.id) for duty in today.duties if duty.case] == [
        (Group.MUST_ANSWER, unanswered.id),
        (Group.CORRECTIONS_IN, correcting.id),
        (Group.RESULTS_TO_HAND_OVER, result.id),
    ]
    station.acts.act(AGENT, str(result.id), "send_out", {"way": "window"})
    station.acts.act(AGENT, str(result.id), "deliver", {"receiver": "王桂芳", "identity_checked": True})
    station.acts.act(AGENT, str(result.id), "close", {})
    assert station.duties.today().counts["delivered"] == 1
    assert station.duties.today().counts["received"] == 0
