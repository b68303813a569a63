"""Agent jobs at the hall: the case that a window opened for one is linked to it, and the job follows the case.

A window names the job by the number on the handover list; it need not know more. The hall has, sooner
or later, both sides: it lets the window's station take part in the entrustment and the village in the case,
tells the case when the agent took the papers, and writes into the entrustment what became of the case.
Whichever side comes first waits for the other in `job_links`.
"""

from __future__ import annotations

from collections.abc import Collection

from counter_app.domain.agent_job import JOB_ROWS, JobAction, JobState, following, job_row
from counter_app.domain.case import Case
from counter_app.domain.entrustment import AgentJob, Entrustment
from counter_app.domain.errors import CounterError
from counter_app.domain.events import Event, NewEvent
from counter_app.domain.identifiers import HALL, CaseId, JobId
from counter_app.domain.states import END_STATES
from counter_app.domain.wire_values import text_of
from sync.hall.batch import Batch
from sync.hall.links import JobLink
from sync.hall.ports import Records

_KIND_OF = {row.action: row.event_kind for row in JOB_ROWS}
_WAITS_FOR_WINDOW = frozenset({JobState.COLLECTED, JobState.SUBMITTED, JobState.BACK})
_BACK_PAPERS = ("N04", "N09", "N17")


def related(tx: Records, case_ids: Collection[CaseId]) -> set[CaseId]:
    """The entrustments of these cases, and the cases of these entrustments."""
    found = {side for link in tx.jobs_of(case_ids) for side in (link.case, link.job.entrustment)}
    return found - set(case_ids)


def note(tx: Records, case: Case) -> None:
    """Remember which job the case says that it came from. InvalidInput as `JobId.parse`."""
    if case.job:
        tx.note_job(case.id, JobId.parse(case.job))


def links_to_make(batch: Batch, dossier: CaseId) -> list[JobLink]:
    """The links that may be made now that this case is there, or the agent's word that the papers were taken."""
    found = []
    for link in batch.tx.jobs_of([dossier]):
        whole = batch.entrustment(link.job.entrustment)
        known = whole is not None and any(job.n == link.job.n and job.collected_at_ms for job in whole.jobs)
        if not link.made and known and batch.case(link.case) is not None:
            found.append(link)
    return found


def make_link(batch: Batch, link: JobLink) -> list[NewEvent]:
    """Note that the case is the job's; what the hall writes into both.

    CounterError `job_other_application`, `job_taken_in_before` if they do not fit.
    """
    case, whole = batch.case(link.case), batch.entrustment(link.job.entrustment)
    assert case is not None, "links_to_make names what is there"
    assert whole is not None, "links_to_make names what is there"
    job = whole.job(link.job.n)
    _check(batch, case, whole, job)
    batch.tx.mark_job(case.id)
    linked = {"case": str(whole.id), "job": str(link.job), "collected_at": job.collected_at_ms or 0}
    taken_in = NewEvent("job_taken_in", whole.id, 0, "", _facts(case, job))
    after = following(case.state)
    more = [] if after is JobAction.TAKE_IN else [NewEvent(_KIND_OF[after], whole.id, 0, "", _facts(case, job))]
    return [NewEvent("job_linked", case.id, case.epoch, "", linked), taken_in, *more]


def followed(batch: Batch, dossier: CaseId) -> list[NewEvent]:
    """What the hall writes into an entrustment because a case of it moved, or because the village wrote without
    knowing that it had: nothing where the job stands where the case puts it."""
    news = []
    for link in batch.tx.jobs_of([dossier]):
        case, whole = batch.case(link.case), batch.entrustment(link.job.entrustment)
        if not link.made or case is None or whole is None:
            continue
        job = whole.job(link.job.n)
        if job.case != str(case.id):
            continue  # given back, and taken in anew as another case
        action = following(case.state)
        told = job.case_state == case.state.value
        waits = job.state in _WAITS_FOR_WINDOW and action is not JobAction.SEND_BACK
        if (not told or waits) and _changes(job, action, told=told):
            news.append(NewEvent(_KIND_OF[action], whole.id, 0, "", _facts(case, job)))
    return news


def named_in(event: Event) -> CaseId | None:
    """The case whose window takes part in the entrustment from this event of the hall on."""
    words = text_of(event.data, "case") if event.id.device == HALL and event.kind == "job_taken_in" else ""
    return CaseId.parse(words) if words else None


def _changes(job: AgentJob, action: JobAction, *, told: bool) -> bool:
    """Whether it moves the job, or ends the case in another way than the job knows."""
    moves = job_row(job.state, action) is not None
    return moves or (not told and job.state is JobState.RESULT and action is JobAction.DECIDE)


def _facts(case: Case, job: AgentJob) -> dict[str, object]:
    facts: dict[str, object] = {
        "jobs": [job.n],
        "case": str(case.id),
        "case_no": case.case_no,
        "state": case.state.value,
        "received_at": case.received_at_ms,
    }
    if following(case.state) is JobAction.SEND_BACK:
        found = (case.notice(kind) for kind in _BACK_PAPERS)
        papers = [paper for paper in found if paper is not None]
        if papers:
            newest = max(papers, key=lambda paper: paper.at_ms)
            facts["paper"] = f"{newest.kind} {newest.number}".strip()
    return facts


def _check(batch: Batch, case: Case, whole: Entrustment, job: AgentJob) -> None:
    same_person = case.applicant.id_number == whole.applicant.id_number
    if job.item.code != case.item.code or not same_person:
        raise CounterError("job_other_application", job=str(JobId(whole.id, job.n)))
    before = batch.case(CaseId.parse(job.case)) if job.case else None
    if before is not None and before.state not in END_STATES and not before.continued_by:
        raise CounterError("job_taken_in_before", job=str(JobId(whole.id, job.n)), case=job.case)
