"""What a villager entrusted an agent with (委托), as its events have made it; `entrustment_fold` makes these values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from counter_app.domain.agent_job import JOB_END_STATES, JobState
from counter_app.domain.case import Applicant, IssuedNotice, ItemRef, MaterialTaken, Proxy
from counter_app.domain.clocks import Clock, renewed
from counter_app.domain.errors import NotFound
from counter_app.domain.identifiers import CaseId, JobId
from counter_app.domain.working_calendar import WorkingCalendar

POWERS = ("hand_in", "supplement", "sign", "pick_up", "pledge")
USUAL_POWERS = POWERS[:-1]  # a pledge is the applicant's own, unless it is ticked (specs domain 7.3 N14)


@dataclass(frozen=True, slots=True)
class AgentJob:
    """One item of an entrustment (代办单). Moments are ms UTC.

    collected_at_ms is when the agent took the papers, received_at_ms when the window received the
    linked case: two dates, and the agency's clocks start at the second (specs domain 1, fact 10).
    case is the local number of that case, "" before; decided_at_ms when the hall learned of a result,
    fetched_at_ms when the agent had it in hand. satisfaction is 1 (very satisfied) to 5 as in
    GB/T 39046 A.8, 0 before. papers are (kind, number) of the notices that name this job.
    """

    n: int
    state: JobState
    item: ItemRef
    materials: tuple[MaterialTaken, ...] = ()
    fields: Mapping[str, object] = field(default_factory=dict)
    situation: str = ""
    collected_at_ms: int | None = None
    clock: Clock | None = None
    submitted_at_ms: int | None = None
    submitted_to: str = ""
    entrustment_signed: bool = False
    case: str = ""
    case_no: str = ""
    case_state: str = ""
    received_at_ms: int | None = None
    backs: int = 0
    back_at_ms: int | None = None
    back_paper: str = ""
    back_reason: str = ""
    decided_at_ms: int | None = None
    fetched_at_ms: int | None = None
    result: str = ""
    licence_no: str = ""
    handed_at_ms: int | None = None
    signed_by: str = ""
    satisfaction: int = 0
    fee_fen: int = 0
    voucher: str = ""
    paid_at_ms: int | None = None
    stopped_reason: str = ""
    papers: tuple[tuple[str, str], ...] = ()
    key: str = ""

    @property
    def is_open(self) -> bool:
        """Whether somebody still has something to do with it."""
        return self.state not in JOB_END_STATES

    @property
    def running(self) -> Clock | None:
        """K_AGENT while it runs."""
        return self.clock if self.clock is not None and self.clock.runs else None


@dataclass(frozen=True, slots=True)
class Entrustment:
    """One person's entrustment with its jobs; it carries one local number, as a case does.

    epoch is always 0: there is no baton, the agent's device writes what the agent does and the
    hall what became of the cases. erased: the private part of its events is gone here. key is the sender's
    name for it (`entrustment` of an intake line).
    """

    id: CaseId
    station: str
    agent: str
    applicant: Applicant
    query_code: str
    opened_at_ms: int
    changed_at_ms: int
    powers: tuple[str, ...]
    jobs: tuple[AgentJob, ...] = ()
    notices: tuple[IssuedNotice, ...] = ()
    proxy: Proxy | None = None
    slip_no: str = ""
    key: str = ""
    epoch: int = 0
    events: int = 0
    erased: bool = False

    @property
    def is_open(self) -> bool:
        """Whether a job of it is not at its end."""
        return any(job.is_open for job in self.jobs)

    @property
    def unprinted(self) -> tuple[IssuedNotice, ...]:
        """Papers that were issued and never printed nor replaced."""
        return tuple(notice for notice in self.notices if not notice.prints and notice.holds)

    @property
    def clocks(self) -> tuple[Clock, ...]:
        """K_AGENT of each job."""
        return tuple(job.clock for job in self.jobs if job.clock is not None)

    def counted_by(self, calendar: WorkingCalendar) -> Entrustment:
        """The entrustment with the clocks of its jobs as they stand by this calendar."""
        jobs = tuple(
            job if job.clock is None else replace(job, clock=renewed(job.clock, calendar)) for job in self.jobs
        )
        return replace(self, jobs=jobs)

    def job(self, n: int) -> AgentJob:
        """The n-th job. NotFound `job_unknown`."""
        found = next((job for job in self.jobs if job.n == n), None)
        if found is None:
            raise NotFound("job_unknown", job=str(JobId(self.id, n)))
        return found

    def number(self, job: AgentJob) -> JobId:
        """The number of one of its jobs."""
        return JobId(self.id, job.n)

    def notice(self, kind: str, job: AgentJob | None = None) -> IssuedNotice | None:
        """The newest good paper of this kind, of that job only if one is given."""
        found = [
            notice
            for notice in self.notices
            if notice.kind == kind and notice.holds and (job is None or (kind, notice.number) in job.papers)
        ]
        return found[-1] if found else None
