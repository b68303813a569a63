"""Agent jobs at the hall: the case that a window opened for one is linked to it, and the job follows the case.

A window names the job by the number on the handover list; it need not know more. The hall has, sooner
or later, both sides: it lets the window's station take part in the entrustment and the village in the case,
tells the case when the agent took the papers, and writes into the entrustment what became of the case.
Whichever side comes first waits for the other in `job_links`.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import Connection, insert, or_, select, update

from counter_app.domain.agent_job import JOB_ROWS, JobAction, JobState, following, job_row
from counter_app.domain.case import Case
from counter_app.domain.entrustment import AgentJob, Entrustment
from counter_app.domain.errors import CounterError
from counter_app.domain.events import Event, NewEvent
from counter_app.domain.identifiers import HALL, CaseId, JobId
from counter_app.domain.states import END_STATES
from counter_app.domain.wire_values import text_of
from sync.hall.batch import Batch
from sync.hall.tables import job_links

_KIND_OF = {row.action: row.event_kind for row in JOB_ROWS}
_WAITS_FOR_WINDOW = frozenset({JobState.COLLECTED, JobState.SUBMITTED, JobState.BACK})
_BACK_PAPERS = ("N04", "N09", "N17")


class JobLink(NamedTuple):
    """case came in for job; made: the hall has both, and they fit."""

    case: CaseId
    job: JobId
    made: bool


def related(conn: Connection, case_ids: Collection[CaseId]) -> set[CaseId]:
    """The entrustments of these cases, and the cases of these entrustments."""
    found = {side for link in _links(conn, case_ids) for side in (link.case, link.job.entrustment)}
    return found - set(case_ids)


def note(conn: Connection, case: Case) -> None:
    """Remember which job the case says that it came from. InvalidInput as `JobId.parse`."""
    if case.job:
        job = JobId.parse(case.job)
        row = {"case_device": case.id.device, "case_n": case.id.n, "item": job.n, "made": False}
        of_job = {"job_device": job.entrustment.device, "job_n": job.entrustment.n}
        conn.execute(insert(job_links).values(**row, **of_job))


def links_to_make(batch: Batch, dossier: CaseId) -> list[JobLink]:
    """The links that may be made now that this case is there, or the agent's word that the papers were taken."""
    found = []
    for link in _links(batch.conn, [dossier]):
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
    key = (job_links.c.case_device == case.id.device, job_links.c.case_n == case.id.n)
    batch.conn.execute(update(job_links).where(*key).values(made=True))
    linked = {"case": str(whole.id), "job": str(link.job), "collected_at": job.collected_at_ms or 0}
    taken_in = NewEvent("job_taken_in", whole.id, 0, "", _facts(case, job))
    after = following(case.state)
    more = [] if after is JobAction.TAKE_IN else [NewEvent(_KIND_OF[after], whole.id, 0, "", _facts(case, job))]
    return [NewEvent("job_linked", case.id, case.epoch, "", linked), taken_in, *more]


def followed(batch: Batch, dossier: CaseId) -> list[NewEvent]:
    """What the hall writes into an entrustment because a case of it moved, or because the village wrote without
    knowing that it had: nothing where the job stands where the case puts it."""
    news = []
    for link in _links(batch.conn, [dossier]):
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


def _links(conn: Connection, dossiers: Collection[CaseId]) -> list[JobLink]:
    table, ids = job_links.c, sorted(dossiers)
    if not ids:
        return []
    of_cases = [(table.case_device == found.device) & (table.case_n == found.n) for found in ids]
    of_jobs = [(table.job_device == found.device) & (table.job_n == found.n) for found in ids]
    rows = conn.execute(
        select(job_links).where(or_(*of_cases, *of_jobs)).order_by(table.case_device, table.case_n)
    )
    return [
        JobLink(
            CaseId(row.case_device, row.case_n), JobId(CaseId(row.job_device, row.job_n), row.item), bool(row.made)
        )
        for row in rows
    ]
