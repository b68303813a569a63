"""Agent jobs: looking at them, and everything the agent does to them; one act, one event, one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from counter_app.domain.agent_job import JobAction, JobState, job_row
from counter_app.domain.agent_moves import JobPossibility, JobScene, plan, possibilities
from counter_app.domain.agent_pay import PayFacts, is_paid, pay_facts
from counter_app.domain.case import IssuedNotice
from counter_app.domain.entrustment import AgentJob, Entrustment
from counter_app.domain.errors import InvalidInput
from counter_app.domain.events import Event, NewEvent
from counter_app.domain.identifiers import CaseId, JobId
from counter_app.domain.people import Person
from counter_app.domain.wire_values import rows_of
from counter_app.services.desk import Desk, found_jobs
from counter_app.services.entrusting import agent_days
from counter_app.services.papers import Papers
from counter_app.services.ports import Reading, Writing


@dataclass(frozen=True, slots=True)
class JobView:
    """One job with the entrustment that it is part of; events are those of the whole entrustment."""

    whole: Entrustment
    job: AgentJob
    at_hall: bool
    events: tuple[Event, ...] = ()

    @property
    def id(self) -> JobId:
        """Its number."""
        return self.whole.number(self.job)


@dataclass(frozen=True, slots=True)
class JobsDone:
    """What an act left behind: the jobs that it moved, and the papers that it issued."""

    whole: Entrustment
    jobs: tuple[AgentJob, ...]
    notices: tuple[IssuedNotice, ...]


class Jobs:
    """Agent jobs that this station takes part in."""

    def __init__(self, desk: Desk, papers: Papers) -> None:
        self._desk = desk
        self._papers = papers

    def view(self, words: str) -> list[JobView]:
        """The job of a number, or all jobs of an entrustment. Raises as `found_dossier`."""
        with self._desk.store.read() as reading:
            whole, job = found_jobs(reading, words)
            events = tuple(reading.events_of(whole.id))
            at_hall = _is_at_hall(reading, whole)
        return [JobView(whole, each, at_hall, events) for each in (whole.jobs if job is None else (job,))]

    def listed(self, state: JobState | None = None, query: str = "") -> list[JobView]:
        """Jobs in this state, or all that are not at an end; those of a query whatever their state. Newest first."""
        with self._desk.store.read() as reading:
            found = reading.entrustments(only_open=state is None and not query.strip(), text=query)
            views = [JobView(whole, job, _is_at_hall(reading, whole)) for whole in found for job in whole.jobs]
        wanted = [view for view in views if state is None or view.job.state is state]
        return [view for view in wanted if view.job.is_open] if state is None and not query.strip() else wanted

    def knows(self, words: str) -> bool:
        """Whether the words are the number of an entrustment here."""
        try:
            entrustment = CaseId.parse(words)
        except InvalidInput:
            return False
        with self._desk.store.read() as reading:
            return reading.entrustment(entrustment) is not None

    def possibilities(self, person: Person, words: str) -> list[JobPossibility]:
        """Every action with whether this person may do it to the job now. InvalidInput `job_of_several`."""
        with self._desk.store.read() as reading:
            whole, job = found_jobs(reading, words)
            if job is None and len(whole.jobs) > 1:
                raise InvalidInput("job_of_several", entrustment=str(whole.id))
            return possibilities(whole, job or whole.jobs[0], self._scene(reading, person, whole))

    def act(self, person: Person, words: str, action: str, given: Mapping[str, object]) -> JobsDone:
        """Do it to the job, or to all jobs of the entrustment that stand where it can be done.

        Durable before this returns, papers rendered afterwards. Raises NotFound, NotHolder,
        MoveNotAllowed, InvalidInput; nothing is changed then.
        """
        if action not in set(JobAction):
            raise InvalidInput("action_unknown", action=action[:40])
        with self._desk.store.write() as writing:
            whole, job = found_jobs(writing, words)
            event, moved = self._event(writing, person, whole, job, JobAction(action), given)
            [written] = writing.append([event])
            after = writing.entrustment(whole.id)
            assert after is not None, "the entrustment was projected in this transaction"
            self._papers.refuse_unprintable(writing, after, written)
        issued = after.notices[len(whole.notices) :]
        self._papers.render_all(after.id, issued)
        return JobsDone(after, tuple(after.job(n) for n in moved), issued)

    def _event(
        self,
        writing: Writing,
        person: Person,
        whole: Entrustment,
        job: AgentJob | None,
        action: JobAction,
        given: Mapping[str, object],
    ) -> tuple[NewEvent, list[int]]:
        jobs = [job] if job is not None else _where_possible(whole, action)
        items = {each.n: self._desk.item_of_job(each) for each in jobs}
        planned = plan(whole, jobs, action, given, items, self._scene(writing, person, whole))
        if action is JobAction.COLLECT:
            planned.data["materials"] = [{**row, "job": jobs[0].n} for row in rows_of(planned.data, "materials")]
        issue = self._papers.issue_by_agent(writing, planned.row.papers, whole.id)
        data, private = {**planned.data, **issue.data}, {**planned.private, **issue.private}
        return NewEvent(planned.row.event_kind, whole.id, 0, person.name, data, private), [each.n for each in jobs]

    def _scene(self, reading: Reading, person: Person, whole: Entrustment) -> JobScene:
        def pay(job: AgentJob, own_household: bool | None) -> tuple[PayFacts, Sequence[PayFacts]]:
            own = pay_facts(whole, job, at_hall=_is_at_hall(reading, whole), own_household=own_household)
            paid = [
                pay_facts(other, each, at_hall=True, own_household=None)
                for other in reading.entrustments_of_person(whole.applicant.id_number)
                for each in other.jobs
                if is_paid(each)
            ]
            return own, paid

        return JobScene(
            person=person,
            device=reading.device(),
            now_ms=self._desk.now_ms(),
            calendar=self._desk.calendar,
            days=agent_days(reading),
            pay=pay,
            former=reading.former_devices(),
        )


def _where_possible(whole: Entrustment, action: JobAction) -> list[AgentJob]:
    """The jobs of an entrustment that the action fits; all of them where it fits none, so that the refusal says why."""
    if action is JobAction.COLLECT and len(whole.jobs) > 1:
        raise InvalidInput("job_of_several", entrustment=str(whole.id))
    return [job for job in whole.jobs if job_row(job.state, action) is not None] or list(whole.jobs)


def _is_at_hall(reading: Reading, whole: Entrustment) -> bool:
    """Whether the hall has received and applied everything that this machine wrote of it."""
    own = reading.seqs_of(whole.id)
    return reading.received_ms(whole.id) is not None and own[-1] <= reading.link().applied
