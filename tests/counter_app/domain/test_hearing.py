"""The hearing of a licence: K_HEAR of five days to ask and of twenty to hold it, and no decision in between."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime

import pytest

from counter_app.domain.case import Case, HearingTold
from counter_app.domain.clocks import Light, light, renewed
from counter_app.domain.errors import CounterError
from counter_app.domain.event_parts import Parts
from counter_app.domain.fold import Misshapen, apply
from counter_app.domain.hearing import hearing_asked, hearing_held, hearing_rights_told, hearing_set, offered_hearing
from counter_app.domain.identifiers import HALL
from counter_app.domain.moments import CHINA
from counter_app.domain.moves import plan
from counter_app.domain.people import Role
from counter_app.domain.scene import Scene
from counter_app.domain.states import Action, CaseState, ClockCode
from resources.calendars import national_calendar
from tests.counter_app.domain.cases import a_person, a_scene, an_item, done, event, received

ITEM = an_item("food_workshop")
DENIED = {"decision_no": "1", "reason": "不符合条件", "findings": "没有独立场所", "basis": "条例第九条"}
Act = Callable[[Case, Mapping[str, object], Scene], Parts]


def hall(day: str) -> Scene:
    at = datetime.fromisoformat(f"{day}T10:00").replace(tzinfo=CHINA)
    return a_scene(ITEM, at, a_person(Role.OPERATOR), device=HALL)


def in_review() -> Case:
    accepted = done(received(ITEM), Action.ACCEPT, a_scene(ITEM))
    return replace(done(accepted, Action.SUBMIT, a_scene(ITEM)), holder=HALL)


def acted(case: Case, kind: str, act: Act, scene: Scene, **given: object) -> Case:
    parts = act(case, given, scene)
    return apply(case, event(kind, case.id, scene, case.epoch, case.events + 1, parts.data, parts.private))


def told(day: str = "2026-11-17") -> Case:
    return acted(in_review(), "hearing_rights_told", hearing_rights_told, hall(day), matter="拟不予许可的理由")


def asked(day: str = "2026-11-20") -> Case:
    return acted(told(), "hearing_asked", hearing_asked, hall(day), asked_on=day)


def set_for(case: Case, on: str, day: str = "2026-11-27") -> Case:
    where = {"hearing_time": "09:30", "hearing_place": "县政务服务中心三楼"}
    return acted(case, "hearing_set", hearing_set, hall(day), hearing_on=on, **where)


def refusal(do: Callable[[], object]) -> str:
    with pytest.raises(CounterError) as error:
        do()
    return error.value.code


def test_the_applicant_has_five_working_days_and_the_agency_twenty_from_the_day_it_was_asked_for() -> None:
    clock = told().clock(ClockCode.HEARING)
    assert clock is not None
    assert (clock.due, clock.period.rule) == (date(2026, 11, 24), "行政许可法第四十七条第一款：被告知之日起五日内提出")
    case = asked()
    held_by = case.clock(ClockCode.HEARING)
    assert held_by is not None
    assert (held_by.start, held_by.due) == (date(2026, 11, 20), date(2026, 12, 18))
    assert "二十日内组织听证" in held_by.period.rule
    assert [c.ended_on for c in case.clocks if c.lapses] == [date(2026, 11, 20)]
    told_of = set_for(case, "2026-12-08")
    held = acted(told_of, "hearing_held", hearing_held, hall("2026-12-08"), held_on="2026-12-08", record="双方陈述")
    assert held.clock(ClockCode.HEARING) is None


def test_nothing_is_decided_while_the_applicant_may_ask_and_before_the_hearing_was_held() -> None:
    def decide(case: Case, day: str) -> CaseState:
        return done(case, Action.DENY, hall(day), **DENIED).state

    assert refusal(lambda: plan(told(), Action.DENY, DENIED, hall("2026-11-24"))) == "hearing_days_run"
    assert decide(told(), "2026-11-25") is CaseState.DENIED, "nobody asked: the right is gone"
    assert refusal(lambda: plan(asked(), Action.DENY, DENIED, hall("2026-11-30"))) == "hearing_not_held"
    told_of = set_for(asked(), "2026-12-08")
    held = acted(told_of, "hearing_held", hearing_held, hall("2026-12-08"), held_on="2026-12-08", record="双方陈述")
    denied = done(held, Action.DENY, hall("2026-12-09"), **DENIED)
    assert denied.state is CaseState.DENIED
    assert not [clock for clock in denied.clocks if clock.code is ClockCode.HEARING and clock.is_open]


def test_time_and_place_are_told_seven_working_days_before_and_it_is_not_held_earlier() -> None:
    when = {"hearing_time": "09:30", "hearing_place": "县政务服务中心三楼"}

    def say(case: Case, on: str, **more: object) -> Parts:
        return hearing_set(case, {"hearing_on": on, **when, **more}, hall("2026-11-27"))

    def hold(case: Case, on: str) -> Parts:
        return hearing_held(case, {"held_on": on, "record": "双方陈述"}, hall("2026-12-14"))

    assert refusal(lambda: say(told(), "2026-12-08")) == "hearing_not_asked"
    assert refusal(lambda: say(asked(), "2026-12-07")) == "hearing_too_soon", "Friday to Monday week: six working days"
    assert refusal(lambda: say(asked(), "2026-12-08", hearing_place="")) == "act_needs"
    assert refusal(lambda: hold(asked(), "2026-12-08")) == "hearing_not_set"
    case = set_for(asked(), "2026-12-08")
    assert case.hearing == HearingTold(date(2026, 12, 8), "09:30", "县政务服务中心三楼")
    assert refusal(lambda: hold(case, "2026-12-07")) == "hearing_before_its_day"
    assert hold(case, "2026-12-09").data["held_on"] == "2026-12-09"
    assert not offered_hearing(case, hall("2026-12-07"))["hold_hearing"]
    assert offered_hearing(case, hall("2026-12-08"))["hold_hearing"]
    later = set_for(case, "2026-12-15", day="2026-12-04")
    assert refusal(lambda: hold(later, "2026-12-08")) == "hearing_before_its_day", "another day was told"


@pytest.mark.parametrize("time", ["", "9:30", "24:00", "下午三点", "09:30\n", 930, None])
def test_no_case_takes_in_a_time_of_another_shape_than_the_act_writes(time: object) -> None:
    case, scene = asked(), hall("2026-11-27")
    data = {"hearing_on": "2026-12-08", "hearing_time": time}
    said = event("hearing_set", case.id, scene, case.epoch, case.events + 1, data, {"hearing_place": "三楼"})
    with pytest.raises(Misshapen):
        apply(case, said)


def test_it_can_be_asked_for_in_time_only_and_once() -> None:
    def ask(case: Case, day: str, on: str) -> Parts:
        return hearing_asked(case, {"asked_on": on}, hall(day))

    assert refusal(lambda: ask(in_review(), "2026-11-18", "2026-11-18")) == "hearing_not_told"
    assert refusal(lambda: ask(told(), "2026-11-18", "2026-11-19")) == "day_in_future"
    assert refusal(lambda: ask(told(), "2026-11-26", "2026-11-25")) == "hearing_asked_too_late"
    assert refusal(lambda: ask(told(), "2026-11-26", "2026-11-16")) == "hearing_asked_too_late", "before it was told"
    assert ask(told(), "2026-11-26", "2026-11-24").data["asked_on"] == "2026-11-24", "entered later, asked in time"
    assert refusal(lambda: ask(asked(), "2026-11-23", "2026-11-23")) == "hearing_not_told"
    twice = acted(asked(), "hearing_asked", lambda *_: ask(told(), "2026-11-23", "2026-11-23"), hall("2026-11-23"))
    assert twice.clocks == asked().clocks, "told at two places: the first holds"
    assert refusal(lambda: hearing_held(told(), {"held_on": "2026-11-20", "record": "x"}, hall("2026-11-20"))) == (
        "hearing_not_asked"
    )
    assert offered_hearing(told(), hall("2026-11-25")) == {
        "tell_hearing_rights": True, "ask_hearing": False, "set_hearing": False, "hold_hearing": False,
    }, "no paper was issued with the event of this test"


def test_days_that_only_lapse_are_never_late_and_a_hearing_that_is_not_held_breaks_the_law() -> None:
    calendar = national_calendar()
    lapsing, holding = told().clock(ClockCode.HEARING), asked().clock(ClockCode.HEARING)
    assert lapsing is not None
    assert holding is not None
    assert light(lapsing, date(2026, 11, 30), calendar) is Light.NORMAL
    assert light(holding, date(2026, 12, 17), calendar) is Light.WARNING
    assert light(holding, date(2026, 12, 21), calendar) is Light.OVER_STATUTORY


def test_a_later_calendar_takes_no_day_from_the_applicant_and_counts_the_agencys_anew() -> None:
    lapsing, holding = told().clock(ClockCode.HEARING), asked().clock(ClockCode.HEARING)
    assert lapsing is not None
    assert holding is not None
    worked = replace(
        national_calendar(), version="CN-2026.2",
        changed={**national_calendar().changed, date(2026, 11, 21): True, date(2026, 11, 22): True},
    )
    assert renewed(lapsing, worked).due == lapsing.due
    assert renewed(holding, worked).due == date(2026, 12, 16)
