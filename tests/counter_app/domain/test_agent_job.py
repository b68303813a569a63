"""The life of an agent job: every pair of state and action, both dates, the week, and what is paid for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import product
from typing import Any

import pytest

from counter_app.domain import entrustment_fold
from counter_app.domain.agent_job import (
    JOB_ROWS,
    STATION_ACTIONS,
    JobAction,
    JobState,
    agent_clock,
    following,
    job_row,
    row_of_event,
)
from counter_app.domain.agent_moves import JobScene, plan, possibilities
from counter_app.domain.agent_pay import PayFacts, not_counted
from counter_app.domain.case import Applicant, ItemRef
from counter_app.domain.entrustment import USUAL_POWERS, AgentJob, Entrustment
from counter_app.domain.errors import CounterError, InvalidInput
from counter_app.domain.events import ClockReading, Event
from counter_app.domain.identifiers import HALL, CaseId, EventId, JobId
from counter_app.domain.people import Person, Role
from counter_app.domain.states import CaseState
from counter_app.domain.wire_values import clock_to_plain
from forms.catalogue import Catalogue
from resources.calendars import national_calendar

ITEM = Catalogue.load().items()[0]
REF = ItemRef(ITEM.code, ITEM.version, ITEM.name, ITEM.kind.value, ITEM.is_licence, ITEM.agency)
WHOLE = CaseId("QX07-01", 7)
ALL_ROLES = Person("李大山", frozenset(Role))
CALENDAR = national_calendar()
NOON = 1795060800000  # 2026-11-19 12:00 in China
GIVEN: dict[JobAction, dict[str, Any]] = {
    JobAction.COLLECT: {"materials": [{"id": ITEM.materials[0].id, "form": ITEM.materials[0].form.value}]},
    JobAction.HAND_TO_WINDOW: {
        "window": "青溪镇3号窗口", "receiver": "周敏", "signed": True, "entrustment_signed": True,
    },
    JobAction.RECEIVE_BACK: {"paper": "N04", "number": "青政老补〔2026〕3号"},
    JobAction.FETCH_RESULT: {"result": "高龄津贴证", "licence_no": "77"},
    JobAction.HAND_BACK: {"receiver": "王桂芳", "signed": True, "satisfaction": 1},
    JobAction.PAY: {},
    JobAction.STOP: {"reason": "委托人不办了"},
}


def an_entrustment(state: JobState, **job: Any) -> Entrustment:
    """One job in this state, with what it has by then."""
    clock = agent_clock(date(2026, 11, 19), 3, CALENDAR)
    made = AgentJob(1, state, REF, collected_at_ms=NOON, clock=clock, fetched_at_ms=NOON)
    person = Applicant("王桂芳", "111", "110101194102080024", "13800006021", "石桥村3组")
    return Entrustment(WHOLE, "QX07", "李大山", person, "123456", NOON, NOON, USUAL_POWERS, (replace(made, **job),))


def a_scene(person: Person = ALL_ROLES, device: str = "QX07-01", facts: PayFacts | None = None) -> JobScene:
    return JobScene(person, device, NOON, CALENDAR, 3, lambda job, own: (facts or GOOD, ()))


def done(whole: Entrustment, action: JobAction, scene: JobScene | None = None, **given: Any) -> JobState:
    """The state after the act, through plan and fold."""
    planned = plan(whole, whole.jobs, action, {**GIVEN[action], **given}, {1: ITEM}, scene or a_scene())
    return entrustment_fold.apply(whole, event(planned.row.event_kind, planned.data, planned.private)).jobs[0].state


def event(kind: str, data: dict[str, Any], private: dict[str, Any] | None = None, device: str = "QX07-01") -> Event:
    return Event(EventId(device, 9), kind, 1, WHOLE, 0, ClockReading(NOON, "b", 1, None), "李大山", data, private or {})


def by_hall(kind: str, state: CaseState) -> Event:
    data = {"jobs": [1], "case": "QX00-01-0001-1", "case_no": "", "state": state.value, "received_at": NOON}
    return event(kind, data, device=HALL)


GOOD = PayFacts(
    JobId(WHOLE, 1), ("111", "110101194102080024"), REF.code, date(2026, 11, 19),
    entrustment_signed=True, lawful_end=True, handed_back_signed=True, at_hall=True,
)


@pytest.mark.parametrize(("state", "action"), list(product(JobState, STATION_ACTIONS)))
def test_each_pair_of_state_and_action_is_done_or_refused_as_the_table_says(
    state: JobState, action: JobAction
) -> None:
    whole, row = an_entrustment(state), job_row(state, action)
    if row is not None:
        assert done(whole, action) is row.target
        return
    with pytest.raises(CounterError) as refused:
        done(whole, action)
    assert refused.value.code == "job_wrong_state"


def test_the_way_from_entrustment_to_pay_and_every_end_is_in_the_table() -> None:
    assert {row.target for row in JOB_ROWS} == set(JobState)
    assert not any(job_row(end, action) for end in (JobState.PAID, JobState.STOPPED) for action in JobAction)


@pytest.mark.parametrize("action", STATION_ACTIONS)
def test_who_has_no_role_for_it_is_told_whose_it_is(action: JobAction) -> None:
    source = next(iter(sorted(next(row for row in JOB_ROWS if row.action is action).sources)))
    with pytest.raises(CounterError) as refused:
        done(an_entrustment(source), action, a_scene(Person("孙丽", frozenset({Role.CLERK}))))
    assert refused.value.code == "job_not_your_role"


def test_an_agent_does_not_count_the_own_work_for_pay_and_a_supervisor_does_not_carry_papers() -> None:
    agent, supervisor = (Person("甲", frozenset({role})) for role in (Role.AGENT, Role.SUPERVISOR))
    whole = an_entrustment(JobState.HANDED)
    assert done(whole, JobAction.PAY, a_scene(supervisor)) is JobState.PAID
    for state, action, person in (
        (JobState.HANDED, JobAction.PAY, agent), (JobState.COLLECTED, JobAction.HAND_TO_WINDOW, supervisor),
    ):
        with pytest.raises(CounterError) as refused:
            done(an_entrustment(state), action, a_scene(person))
        assert refused.value.code == "job_not_your_role"


@pytest.mark.parametrize(
    ("state", "action", "key"),
    [
        (JobState.COLLECTED, JobAction.HAND_TO_WINDOW, "signed"),
        (JobState.COLLECTED, JobAction.HAND_TO_WINDOW, "entrustment_signed"),
        (JobState.COLLECTED, JobAction.HAND_TO_WINDOW, "receiver"),
        (JobState.RESULT, JobAction.HAND_BACK, "signed"),
        (JobState.RESULT, JobAction.HAND_BACK, "satisfaction"),
        (JobState.RESULT, JobAction.FETCH_RESULT, "result"),
        (JobState.COLLECTED, JobAction.STOP, "reason"),
        (JobState.BACK, JobAction.COLLECT, "materials"),
    ],
)
def test_what_the_paper_needs_must_be_said(state: JobState, action: JobAction, key: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        done(an_entrustment(state), action, **{key: None})
    assert (refused.value.code, refused.value.params["field"]) == ("act_needs", key)


def test_a_result_that_nobody_fetched_is_not_handed_back() -> None:
    with pytest.raises(CounterError) as refused:
        done(an_entrustment(JobState.RESULT, fetched_at_ms=None), JobAction.HAND_BACK)
    assert refused.value.code == "job_result_not_fetched"


def test_only_the_machine_that_was_entrusted_writes_what_the_agent_does() -> None:
    found = possibilities(an_entrustment(JobState.COLLECTED), an_entrustment(JobState.COLLECTED).jobs[0],
                          a_scene(device="QX00-01"))
    assert {row.why_not.code for row in found if row.why_not} == {"not_holder"}
    assert len(found) == len(STATION_ACTIONS)


@pytest.mark.parametrize("state", CaseState)
def test_a_case_in_any_state_says_where_its_job_stands(state: CaseState) -> None:
    if state is CaseState.DRAFT:
        return
    row = next(row for row in JOB_ROWS if row.action is following(state))
    after = entrustment_fold.apply(an_entrustment(JobState.SUBMITTED), by_hall(row.event_kind, state))
    assert after.jobs[0].state is row.target
    assert (after.jobs[0].received_at_ms, after.jobs[0].collected_at_ms) == (NOON, NOON)
    assert after.jobs[0].running is None, "at the window, nothing is left to be handed in"


def test_whatever_the_hall_wrote_meanwhile_the_agents_own_acts_still_fold() -> None:
    """The village works offline: each of its acts must fit every state that the hall can have brought the job to."""
    hall_targets = {JobState.IN_PROCESS, JobState.BACK, JobState.RESULT}
    for row in JOB_ROWS:
        if row.roles and row.sources & {JobState.COLLECTED, JobState.SUBMITTED, *hall_targets}:
            for state in hall_targets:
                assert row_of_event(state, row.event_kind) is not None, (row.action, state)
    for row in JOB_ROWS:
        if not row.roles:
            for state in set(JobState) - {JobState.ENTRUSTED}:
                assert row_of_event(state, row.event_kind) is not None, (row.action, state)


def test_papers_handed_in_after_the_window_took_them_in_leave_the_job_with_the_window() -> None:
    quick = entrustment_fold.apply(
        an_entrustment(JobState.COLLECTED), by_hall("job_taken_in", CaseState.RECEIVED)
    )
    planned = plan(
        an_entrustment(JobState.COLLECTED), an_entrustment(JobState.COLLECTED).jobs, JobAction.HAND_TO_WINDOW,
        GIVEN[JobAction.HAND_TO_WINDOW], {1: ITEM}, a_scene(),
    )
    after = entrustment_fold.apply(quick, event(planned.row.event_kind, planned.data, planned.private)).jobs[0]
    assert (after.state, after.submitted_at_ms, after.submitted_to) == (JobState.IN_PROCESS, NOON, "周敏")


@pytest.mark.parametrize(
    ("collected", "days", "due"),
    [
        (date(2026, 11, 19), 3, date(2026, 11, 24)),  # Thursday: Friday, Monday, Tuesday
        (date(2026, 9, 30), 3, date(2026, 10, 7)),  # the National Day holiday: a week is the most
        (date(2026, 11, 19), 5, date(2026, 11, 26)),
    ],
)
def test_the_agent_has_three_working_days_and_never_more_than_a_week(collected: date, days: int, due: date) -> None:
    clock = agent_clock(collected, days, CALENDAR)
    assert clock.due == due
    assert str(days) in clock.period.rule
    assert clock_to_plain(clock)["due"] == due.isoformat()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({}, None),
        ({"entrustment_signed": False}, "entrustment_not_signed"),
        ({"lawful_end": False}, "not_ended"),
        ({"handed_back_signed": False}, "not_handed_back"),
        ({"at_hall": False}, "not_at_hall"),
        ({"own_household": True}, "own_household"),
        ({"own_household": False}, None),
    ],
)
def test_what_is_not_proved_does_not_count_for_pay(change: dict[str, Any], reason: str | None) -> None:
    assert not_counted(replace(GOOD, **change), []) == reason


def test_the_same_person_item_and_day_count_once() -> None:
    twin = replace(GOOD, job=JobId(CaseId("QX07-01", 8), 1))
    assert not_counted(GOOD, [twin]) == "doubled"
    assert not_counted(GOOD, [GOOD]) is None, "itself"
    for other in (
        replace(twin, day=date(2026, 11, 20)), replace(twin, item="other"), replace(twin, person=("111", "x")),
    ):
        assert not_counted(GOOD, [other]) is None


def test_a_job_number_reads_back_and_one_wrong_character_is_found() -> None:
    job = JobId(WHOLE, 12)
    assert JobId.parse(str(job)) == job
    assert str(job).startswith("QX07-01-0007.12-")
    for wrong in ("QX07-01-0007-A", str(job)[:-1] + ("A" if str(job)[-1] != "A" else "B"), "0007.12"):
        with pytest.raises(InvalidInput):
            JobId.parse(wrong)
