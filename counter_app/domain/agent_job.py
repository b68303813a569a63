"""The life of an agent job (代办单) as one table (specs domain 5.4).

A village agent acts for the applicant (XKF 29): nothing here is an act of the agency. What the
agent does, the agent's station writes; what became of the case at the window, the hall writes when it
learns of it. The two write without asking each other, so a row also says what its event does in the
states that the other side may have brought the job to meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from counter_app.domain.clocks import Clock, start_clock
from counter_app.domain.people import Role
from counter_app.domain.periods import Period, Unit
from counter_app.domain.states import CaseState, ClockCode
from counter_app.domain.working_calendar import WorkingCalendar


class JobState(StrEnum):
    """States of an agent job (specs domain 5.4)."""

    ENTRUSTED = "ENTRUSTED"
    COLLECTED = "COLLECTED"
    SUBMITTED = "SUBMITTED"
    IN_PROCESS = "IN_PROCESS"
    BACK = "BACK"
    RESULT = "RESULT"
    HANDED = "HANDED"
    PAID = "PAID"
    STOPPED = "STOPPED"


class JobAction(StrEnum):
    """What is done to an agent job, by its name on the command line."""

    ENTRUST = "entrust"
    COLLECT = "collect"
    HAND_TO_WINDOW = "hand_to_window"
    TAKE_IN = "take_in"
    RECEIVE_BACK = "receive_back"
    SEND_BACK = "send_back"
    FETCH_RESULT = "fetch_result"
    DECIDE = "decide"
    HAND_BACK = "hand_back"
    PAY = "pay"
    STOP = "stop"


S, A = JobState, JobAction
JOB_END_STATES = frozenset({S.PAID, S.STOPPED})
_WITH_WINDOW = frozenset({S.IN_PROCESS, S.BACK, S.RESULT})  # where the hall may have brought it meanwhile
_AFTER = frozenset({S.HANDED, S.PAID, S.STOPPED})  # the villager has the result, or nobody waits for it


@dataclass(frozen=True, slots=True)
class JobRow:
    """One row of the table. sources: where it may be done, none for the row that begins the job.

    also_from: states in which the event still brings the job to the target; keeps: those in
    which it leaves its facts and no more, because the other side was quicker. roles: who may do it at the
    station; none: only the hall writes it. papers are notice kinds.
    """

    action: JobAction
    event_kind: str
    sources: frozenset[JobState]
    target: JobState
    roles: frozenset[Role] = frozenset()
    guards: tuple[str, ...] = ()
    papers: tuple[str, ...] = ()
    starts: tuple[ClockCode, ...] = ()
    ends: tuple[ClockCode, ...] = ()
    also_from: frozenset[JobState] = frozenset()
    keeps: frozenset[JobState] = frozenset()


def _of(*states: JobState) -> frozenset[JobState]:
    return frozenset(states)


_V = frozenset({Role.AGENT})
_R = frozenset({Role.CHIEF, Role.SUPERVISOR})
_K = (ClockCode.AGENT,)

JOB_ROWS: tuple[JobRow, ...] = (
    JobRow(A.ENTRUST, "entrusted", _of(), S.ENTRUSTED, _V, papers=("N14",)),
    JobRow(
        A.COLLECT, "job_collected", _of(S.ENTRUSTED, S.BACK), S.COLLECTED, _V, ("materials_given",),
        papers=("N15",), starts=_K, keeps=_of(S.SUBMITTED, S.IN_PROCESS, S.RESULT),
    ),
    JobRow(
        A.HAND_TO_WINDOW, "job_handed_in", _of(S.COLLECTED), S.SUBMITTED, _V,
        ("window_named", "handover_signed", "entrustment_signed"), papers=("N15",), ends=_K, keeps=_WITH_WINDOW,
    ),
    JobRow(
        A.TAKE_IN, "job_taken_in", _of(S.COLLECTED, S.SUBMITTED, S.BACK, S.RESULT), S.IN_PROCESS,
        ends=_K, keeps=_AFTER | {S.IN_PROCESS},
    ),
    JobRow(
        A.RECEIVE_BACK, "job_received_back", _of(S.SUBMITTED, S.IN_PROCESS), S.BACK, _V, ("back_with_paper",),
        keeps=_of(S.BACK, S.RESULT),
    ),
    JobRow(
        A.SEND_BACK, "job_sent_back", _of(S.COLLECTED, S.SUBMITTED, S.IN_PROCESS, S.RESULT), S.BACK,
        ends=_K, keeps=_AFTER | {S.BACK},
    ),
    JobRow(
        A.DECIDE, "job_decided", _of(S.COLLECTED, S.SUBMITTED, S.IN_PROCESS, S.BACK), S.RESULT,
        ends=_K, keeps=_AFTER | {S.RESULT},
    ),
    JobRow(
        A.FETCH_RESULT, "job_result_fetched", _of(S.SUBMITTED, S.IN_PROCESS, S.RESULT), S.RESULT, _V,
        ("result_named",), papers=("N16",), ends=_K, also_from=_of(S.BACK, S.COLLECTED),
    ),
    JobRow(
        A.HAND_BACK, "job_handed_back", _of(S.RESULT), S.HANDED, _V,
        ("result_fetched", "handed_back_signed", "satisfaction_asked"), ends=_K, also_from=_WITH_WINDOW,
    ),
    JobRow(A.PAY, "job_paid", _of(S.HANDED), S.PAID, _R, ("valid_case",)),
    JobRow(
        A.STOP, "job_stopped", _of(S.ENTRUSTED, S.COLLECTED, S.SUBMITTED, S.IN_PROCESS, S.BACK, S.RESULT),
        S.STOPPED, _V | _R, ("reason_given",), ends=_K,
    ),
    JobRow(A.STOP, "job_stopped", _of(S.HANDED), S.STOPPED, _R, ("reason_given",)),  # handed back, and not paid for
)

_BY_ACTION = {(state, row.action): row for row in JOB_ROWS for state in row.sources}
_BY_KIND = {
    (state, row.event_kind): row for row in JOB_ROWS for state in row.sources | row.also_from | row.keeps
}
STATION_ACTIONS = tuple(dict.fromkeys(row.action for row in JOB_ROWS if row.roles and row.sources))
JOB_KINDS = frozenset({row.event_kind for row in JOB_ROWS} | {"item_entrusted"})
HALL_JOB_KINDS = frozenset(row.event_kind for row in JOB_ROWS if not row.roles)


def job_row(state: JobState, action: JobAction) -> JobRow | None:
    """The row for this action in this state, None if the table has none."""
    return _BY_ACTION.get((state, action))


def row_of_event(state: JobState, event_kind: str) -> JobRow | None:
    """The row that an event of this kind follows in this state, also where it only leaves its facts."""
    return _BY_KIND.get((state, event_kind))


# How a job follows its case: what the window owes, what it gave back, and what it decided.
_GIVEN_BACK = frozenset({CaseState.CORRECTING, CaseState.RETURNED, CaseState.WITHDRAWN, CaseState.VOIDED})
_DECIDED = frozenset(
    {
        CaseState.GRANTED, CaseState.DENIED, CaseState.DELIVERING, CaseState.DELIVERED, CaseState.CLOSED,
        CaseState.NOT_REQUIRED, CaseState.REFUSED,
    }
)


def following(state: CaseState) -> JobAction:
    """What a case in this state means for its job: N04 and N09 give it back, a decision is a result."""
    if state in _GIVEN_BACK:
        return A.SEND_BACK
    return A.DECIDE if state in _DECIDED else A.TAKE_IN


AGENT_DAYS = 3
MOST_AGENT_DAYS = 5
_ONE_WEEK = timedelta(days=7)
_RULE = "代办报送：收到材料起{n}个工作日内，最长一周"  # specs domain 5.2, P17


def agent_clock(collected_on: date, days: int, calendar: WorkingCalendar) -> Clock:
    """K_AGENT: so many working days (1 to 5) from the day the agent took the papers, at most one week."""
    rule = _RULE.format(n=days)
    clock = start_clock(ClockCode.AGENT, Period(days, Unit.WORKING_DAY, rule), collected_on, calendar)
    if clock.due - collected_on <= _ONE_WEEK:
        return clock
    return start_clock(ClockCode.AGENT, Period(_ONE_WEEK.days, Unit.DAY, rule), collected_on, calendar)
