"""今日: what needs the person now, sorted by law and not by time of entry (desktop design section 7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import IntEnum

from counter_app.domain.agent_job import JobState
from counter_app.domain.case import Case
from counter_app.domain.clocks import Clock
from counter_app.domain.entrustment import AgentJob, Entrustment
from counter_app.domain.identifiers import CaseId
from counter_app.domain.moments import local_date, to_ms
from counter_app.domain.states import CaseState, ClockCode
from counter_app.services.desk import Desk
from counter_app.services.ports import Draft, Trouble


class Group(IntEnum):
    """Groups of the home list in their order; a case stands once, in its most urgent one."""

    MUST_ANSWER = 1  # K_CHECK ends today or is over without paper, or K_STAT is over
    DATE_TOO_LATE = 2  # a calendar came, and the date on the paper is too late in law
    DUE_TODAY = 3
    DUE_NEXT = 4  # on the next working day
    CORRECTIONS_IN = 5
    RESULTS_TO_HAND_OVER = 6
    TO_PRINT = 7
    EXCEPTIONS = 8


@dataclass(frozen=True, slots=True)
class Duty:
    """One row: which case or trouble, by when, and why it is here.

    clock is the clock that put it here, None for duties without one. reason is
    a key of the text catalogue under `duties.reasons`; action one under `duties.actions`. whole and job: an agent
    job that this station took on, in place of a case.
    """

    group: Group
    case: Case | None
    clock: Clock | None
    reason: str
    action: str
    trouble: Trouble | None = None
    whole: Entrustment | None = None
    job: AgentJob | None = None


@dataclass(frozen=True, slots=True)
class Today:
    """The home page's content. counts are today's cases by what was done: received, accepted, ..."""

    day: date
    working_day: bool
    duties: tuple[Duty, ...]
    counts: dict[str, int] = field(default_factory=dict)
    drafts: tuple[Draft, ...] = ()

    @property
    def must_answer(self) -> int:
        """Cases that the law answers itself if nobody does today."""
        return sum(1 for duty in self.duties if duty.group is Group.MUST_ANSWER)


_NAMES_OF_CLOCK = {
    ClockCode.CHECK: "check",
    ClockCode.STATUTORY: "statutory",
    ClockCode.PROMISE: "promise",
    ClockCode.SERVE: "serve",
    ClockCode.FIX: "fix",
}


_RESULTS = frozenset({CaseState.GRANTED, CaseState.DENIED, CaseState.DELIVERING})


class Duties:
    """What there is to do at this station."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def today(self) -> Today:
        """The home page as of now."""
        today = self._desk.today()
        midnight_ms = to_ms(datetime.combine(today, time()))
        with self._desk.store.read() as reading:
            calendar = reading.calendar()
            next_day = calendar.next_working_day(today)
            cases = reading.cases_in_need(next_day)
            told_too_late = {case.id: case for case in reading.cases_told_too_late()}
            open_paper = reading.cases_with_open_paper()
            troubles = reading.troubles()
            drafts = tuple(reading.drafts())
            touched = reading.cases_touched(midnight_ms)
            entrustments = reading.entrustments(only_open=True)
            station = reading.profile().code
        cases = [case for case in cases if not case.brought_from(station)]
        open_paper = [case for case in open_paper if not case.brought_from(station)]
        duties = [duty for case in cases if (duty := _duty_of(case, today, next_day)) is not None]
        duties = [duty for duty in duties if duty.group is Group.MUST_ANSWER or _id(duty) not in told_too_late]
        listed = {_id(duty) for duty in duties}
        duties += [_told_too_late(case) for case in told_too_late.values() if case.id not in listed]
        listed = {_id(duty) for duty in duties}
        duties += [_to_print(case) for case in open_paper if case.id not in listed]
        duties += [Duty(Group.EXCEPTIONS, None, None, f"trouble_{t.code}", "settle", t) for t in troubles]
        ours = [whole for whole in entrustments if whole.station == station]
        duties += [duty for whole in ours for duty in _duties_of_jobs(whole, today, next_day)]
        duties.sort(key=_urgency)
        return Today(today, calendar.is_working_day(today), tuple(duties), _counts(touched, today), drafts)


def _duty_of(case: Case, today: date, next_day: date) -> Duty | None:
    running = sorted((clock for clock in case.clocks if clock.runs), key=lambda clock: clock.due)
    for clock in running:
        group = _group_of(clock, today, next_day)
        if group is not None:
            late = "over" if today > clock.due else "due"
            reason = f"{_NAMES_OF_CLOCK.get(clock.code, 'other')}_{late}"
            return Duty(group, case, clock, reason, _action_of(case))
    if any(gap.handed_in and not gap.supplied for gap in case.gaps):
        return Duty(Group.CORRECTIONS_IN, case, case.clock(ClockCode.FIX), "corrections_in", "look")
    if case.state in _RESULTS:
        serve = case.clock(ClockCode.SERVE)
        return Duty(Group.RESULTS_TO_HAND_OVER, case, serve, f"result_{case.state.value.lower()}", "hand_out")
    return None


def _duties_of_jobs(whole: Entrustment, today: date, next_day: date) -> Iterator[Duty]:
    """What the agent owes: papers to the window in time, what came back, results to fetch and to hand back."""
    for job in whole.jobs:
        clock = job.running
        if clock is not None and clock.due <= next_day:
            group = Group.DUE_TODAY if clock.due <= today else Group.DUE_NEXT
            reason = "agent_over" if today > clock.due else "agent_due"
            yield Duty(group, None, clock, reason, "hand_in", whole=whole, job=job)
        elif job.state is JobState.BACK:
            yield Duty(Group.CORRECTIONS_IN, None, None, "agent_back", "look", whole=whole, job=job)
        elif job.state is JobState.RESULT:
            reason = "agent_result_waits" if job.fetched_at_ms is None else "agent_result"
            yield Duty(Group.RESULTS_TO_HAND_OVER, None, None, reason, "hand_out", whole=whole, job=job)


def _group_of(clock: Clock, today: date, next_day: date) -> Group | None:
    if clock.code is ClockCode.CHECK and clock.due <= today:
        return Group.MUST_ANSWER
    if clock.code is ClockCode.STATUTORY and clock.due < today:
        return Group.MUST_ANSWER
    if clock.due <= today:
        return Group.DUE_TODAY
    if clock.due <= next_day:
        return Group.DUE_NEXT
    return None


def _action_of(case: Case) -> str:
    if case.state is CaseState.RECEIVED:
        return "answer"
    return "hand_out" if case.state in _RESULTS else "look"


def _id(duty: Duty) -> CaseId | None:
    return None if duty.case is None else duty.case.id


def _told_too_late(case: Case) -> Duty:
    """The clock that ends first of those whose paper names a later day."""
    clock = min((clock for clock in case.clocks if clock.told_too_late), key=lambda clock: clock.due)
    return Duty(Group.DATE_TOO_LATE, case, clock, "date_too_late", _action_of(case))


def _to_print(case: Case) -> Duty:
    return Duty(Group.TO_PRINT, case, None, "not_printed", "print")


def _urgency(duty: Duty) -> tuple[int, date, int]:
    due = duty.clock.due if duty.clock is not None else date.max
    received = duty.case.received_at_ms if duty.case is not None else 0
    if duty.job is not None:
        received = duty.job.collected_at_ms or 0
    return duty.group, due, received


def _counts(cases: Sequence[Case], today: date) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for case in cases:
        counts["received"] += local_date(case.received_at_ms) == today
        counts["accepted"] += case.accepted_at_ms is not None and local_date(case.accepted_at_ms) == today
        counts["decided"] += case.decided_at_ms is not None and local_date(case.decided_at_ms) == today
        changed_today = local_date(case.changed_at_ms) == today
        counts["corrected"] += changed_today and case.state is CaseState.CORRECTING
        counts["refused"] += changed_today and case.state in {CaseState.REFUSED, CaseState.NOT_REQUIRED}
        counts["delivered"] += changed_today and case.state in {CaseState.DELIVERED, CaseState.CLOSED}
    return dict(counts)
