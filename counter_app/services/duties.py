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
from counter_app.domain.people import Person
from counter_app.domain.second_person import may_answer
from counter_app.domain.states import CaseState, ClockCode
from counter_app.services.desk import Desk
from counter_app.services.originals import may_be_printed_here
from counter_app.services.stored_facts import Draft, Trouble


class Group(IntEnum):
    """Groups of the home list in their order; a case stands once, in its most urgent one."""

    MUST_ANSWER = 1  # K_CHECK ends today or is over without paper, or K_STAT is over
    DATE_TOO_LATE = 2  # a calendar came, and the date on the paper is too late in law
    DUE_TODAY = 3
    TO_AGREE = 4  # somebody asked for a second person, and this person may be it: the case waits
    DUE_NEXT = 5  # on the next working day
    CORRECTIONS_IN = 6
    ANSWER_CAME = 7  # to what this person asked for: it is done now, or given up
    RESULTS_TO_HAND_OVER = 8
    BAD_RATINGS = 9  # nobody has answered; from the first day
    TO_PRINT = 10
    ANSWER_AWAITED = 11  # somebody else must answer what this person asked for
    EXCEPTIONS = 12


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

    @property
    def over(self) -> int:
        """Those of them whose period has ended already."""
        urgent = (duty.clock for duty in self.duties if duty.group is Group.MUST_ANSWER)
        return sum(1 for clock in urgent if clock is not None and clock.due < self.day)


_NAMES_OF_CLOCK = {
    ClockCode.CHECK: "check",
    ClockCode.STATUTORY: "statutory",
    ClockCode.PROMISE: "promise",
    ClockCode.SERVE: "serve",
    ClockCode.FIX: "fix",
    ClockCode.RATING: "rating",
    ClockCode.HEARING: "hearing",
}


_BY_LAW = (ClockCode.STATUTORY, ClockCode.HEARING)
_RESULTS = frozenset({CaseState.GRANTED, CaseState.DENIED, CaseState.DELIVERING})


class Duties:
    """What there is to do at this station."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def today(self, person: Person | None = None) -> Today:
        """The home page as of now; person None: what everybody here has to do, without questions and answers."""
        today = self._desk.today()
        midnight_ms = to_ms(datetime.combine(today, time()))
        with self._desk.store.read() as reading:
            calendar = reading.calendar()
            next_day = calendar.next_working_day(today)
            cases = reading.cases_in_need(next_day)
            told_too_late = {case.id: case for case in reading.cases_told_too_late()}
            asked = reading.cases_asked() if person is not None else []
            open_paper = [
                case
                for case in reading.cases_with_open_paper()
                if any(may_be_printed_here(reading, case, notice) for notice in case.unprinted)
            ]
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
        questions = [duty for case in asked if person and (duty := _question(case, person)) is not None]
        duties = _the_more_urgent(duties, questions)
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
        group = group_of(clock, today, next_day)
        if group is not None:
            late = "over" if today > clock.due else "due"
            reason = f"{_NAMES_OF_CLOCK.get(clock.code, 'other')}_{late}"
            action = "confirm" if reason == "check_over" else _action_of(case)
            return Duty(group, case, clock, reason, action)
    if any(gap.handed_in and not gap.supplied for gap in case.gaps):
        return Duty(Group.CORRECTIONS_IN, case, case.clock(ClockCode.FIX), "corrections_in", "look")
    if case.state in _RESULTS:
        serve = case.clock(ClockCode.SERVE)
        return Duty(Group.RESULTS_TO_HAND_OVER, case, serve, f"result_{case.state.value.lower()}", "hand_out")
    if any(rating.waits for rating in case.ratings):
        return Duty(Group.BAD_RATINGS, case, case.clock(ClockCode.RATING), "rating_waits", "look")
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


def group_of(clock: Clock, today: date, next_day: date) -> Group | None:
    """Where a running clock puts its case today, None while it asks for nothing."""
    if clock.lapses:
        return None
    if clock.code is ClockCode.CHECK and clock.due <= today:
        return Group.MUST_ANSWER
    if clock.code in _BY_LAW and clock.due < today:
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


def _question(case: Case, person: Person) -> Duty | None:
    """What the question asked of a second person wants of this one, None if nothing."""
    question = case.asked
    if question is not None and question.by == person.name:
        if not question.answered_by:
            return Duty(Group.ANSWER_AWAITED, case, None, "answer_awaited", "look")
        reason = "answer_agreed" if question.agreed else "answer_refused"
        return Duty(Group.ANSWER_CAME, case, None, reason, "look")
    return Duty(Group.TO_AGREE, case, None, "to_agree", "agree") if may_answer(case, person) else None


def _the_more_urgent(duties: Sequence[Duty], others: Sequence[Duty]) -> list[Duty]:
    """A case stands once: by the duty of the earlier group."""
    found: dict[CaseId | None, Duty] = {}
    for duty in (*duties, *others):
        before = found.get(_id(duty))
        if before is None or duty.group < before.group:
            found[_id(duty)] = duty
    return list(found.values())


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
