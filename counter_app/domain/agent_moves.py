"""What may be done to an agent job now, and what exactly is written if it is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from counter_app.domain.act_data import checked_for_job
from counter_app.domain.agent_job import STATION_ACTIONS, JobAction, JobRow, agent_clock, job_row
from counter_app.domain.agent_pay import PayFacts, not_counted
from counter_app.domain.entrustment import AgentJob, Entrustment
from counter_app.domain.errors import CounterError, InvalidInput, MoveNotAllowed, NotHolder
from counter_app.domain.moments import local_date
from counter_app.domain.people import Person
from counter_app.domain.service_item import ServiceItem
from counter_app.domain.states import ClockCode
from counter_app.domain.wire_values import clock_to_plain, rows_of
from counter_app.domain.working_calendar import WorkingCalendar

Given = Mapping[str, object] | None


@dataclass(frozen=True, slots=True)
class JobScene:
    """Who would act where and when. days is the station's K_AGENT; pay judges own_household from what was given;
    former are ids that this machine had before, now closed."""

    person: Person
    device: str
    now_ms: int
    calendar: WorkingCalendar
    days: int
    pay: Callable[[AgentJob, bool | None], tuple[PayFacts, Sequence[PayFacts]]]
    former: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class JobPlan:
    """An act that is allowed: its row, the jobs, and the two parts of its event without notices."""

    row: JobRow
    jobs: tuple[AgentJob, ...]
    data: dict[str, object]
    private: dict[str, object]


@dataclass(frozen=True, slots=True)
class JobPossibility:
    """Whether an action may be done now; needs names what it must be given."""

    action: JobAction
    why_not: CounterError | None
    needs: tuple[str, ...] = field(default=())


def plan(
    entrustment: Entrustment, jobs: Sequence[AgentJob], action: JobAction, given: Mapping[str, object],
    items: Mapping[int, ServiceItem], scene: JobScene,
) -> JobPlan:
    """The act on these jobs together, checked against table, person and guards; items by number of the job.

    Raises NotHolder, MoveNotAllowed, InvalidInput.
    """
    checked = checked_for_job(action, given, items[jobs[0].n])
    for job in jobs[1:]:
        checked_for_job(action, given, items[job.n])
    rows = [_allowed_row(entrustment, job, action, checked, scene) for job in jobs]
    data: dict[str, object] = {key: value for key, value in checked.items() if key in _PUBLIC}
    private = {key: value for key, value in checked.items() if key not in _PUBLIC}
    data["jobs"] = [job.n for job in jobs]
    if ClockCode.AGENT in rows[0].starts:
        data["collected_at"] = scene.now_ms
        clock = agent_clock(local_date(scene.now_ms), scene.days, scene.calendar)
        data["clock"] = clock_to_plain(clock)
    return JobPlan(rows[0], tuple(jobs), data, private)


def possibilities(entrustment: Entrustment, job: AgentJob, scene: JobScene) -> list[JobPossibility]:
    """Every action of the station with whether it may be done to the job now, and why not."""
    found = []
    for action in STATION_ACTIONS:
        row = job_row(job.state, action)
        needs = () if row is None else tuple(key for guard in row.guards for key in _NEEDS.get(guard, ()))
        try:
            _allowed_row(entrustment, job, action, None, scene)
        except CounterError as why_not:
            found.append(JobPossibility(action, why_not, needs))
        else:
            found.append(JobPossibility(action, None, needs))
    return found


def _allowed_row(
    entrustment: Entrustment, job: AgentJob, action: JobAction, given: Given, scene: JobScene
) -> JobRow:
    if entrustment.id.device not in {scene.device, *scene.former}:
        raise NotHolder(entrustment.id.device)
    if entrustment.erased:
        raise MoveNotAllowed("case_erased", case=str(entrustment.id))
    row = job_row(job.state, action)
    if row is None:
        raise MoveNotAllowed("job_wrong_state", job_action=action.value, job_state=job.state.value)
    if not scene.person.roles & row.roles:
        actors = ",".join(sorted(role.value for role in row.roles))
        raise MoveNotAllowed("job_not_your_role", job_action=action.value, job_roles=actors)
    for name in row.guards:
        _GUARDS[name](job, given, scene)
    return row


Guard = Callable[[AgentJob, Given, JobScene], None]


def _needs(*keys: str) -> Guard:
    """The act must say something under each of these keys."""

    def guard(job: AgentJob, given: Given, scene: JobScene) -> None:
        for key in keys:
            if given is not None and not given.get(key):
                raise InvalidInput("act_needs", field=key)

    return guard


def _materials_given(job: AgentJob, given: Given, scene: JobScene) -> None:
    if given is not None and not rows_of(given, "materials"):
        raise InvalidInput("act_needs", field="materials")


def _back_with_paper(job: AgentJob, given: Given, scene: JobScene) -> None:
    """The window's copy of N04 or N09, or at least what the window said."""
    if given is not None and not given.get("paper") and not given.get("reason"):
        raise InvalidInput("act_needs", field="paper")


def _result_fetched(job: AgentJob, given: Given, scene: JobScene) -> None:
    if job.fetched_at_ms is None:
        raise MoveNotAllowed("job_result_not_fetched")


def _valid_case(job: AgentJob, given: Given, scene: JobScene) -> None:
    own = None if given is None else given.get("own_household") is True or None
    reason = not_counted(*scene.pay(job, own))
    if reason is not None:
        raise MoveNotAllowed("job_not_counted", not_counted=reason)


_GUARDS: Mapping[str, Guard] = {
    "materials_given": _materials_given,
    "window_named": _needs("window", "receiver"),
    "handover_signed": _needs("signed"),
    "entrustment_signed": _needs("entrustment_signed"),
    "back_with_paper": _back_with_paper,
    "result_named": _needs("result"),
    "result_fetched": _result_fetched,
    "handed_back_signed": _needs("receiver", "signed"),
    "satisfaction_asked": _needs("satisfaction"),
    "valid_case": _valid_case,
    "reason_given": _needs("reason"),
}

_NEEDS: Mapping[str, tuple[str, ...]] = {
    "materials_given": ("materials",),
    "window_named": ("window", "receiver"),
    "handover_signed": ("signed",),
    "entrustment_signed": ("entrustment_signed",),
    "back_with_paper": ("paper",),
    "result_named": ("result",),
    "handed_back_signed": ("receiver", "signed"),
    "satisfaction_asked": ("satisfaction",),
    "reason_given": ("reason",),
}

# Codes, numbers and dates; what else people give is private.
_PUBLIC = frozenset(
    {
        "materials", "signed", "entrustment_signed", "paper", "number", "licence_no", "copies", "way", "waybill",
        "satisfaction", "fee_fen", "voucher", "own_household",
    }
)
