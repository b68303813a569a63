"""Which case goes on with which, and which came from an agent's job: noted when the one that says so comes."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import Connection, insert, or_, select, update

from counter_app.domain.identifiers import CaseId, JobId, counts_by_device
from sync.hall.tables import case_links, job_links


class Link(NamedTuple):
    """newer goes on with older."""

    newer: CaseId
    older: CaseId


class JobLink(NamedTuple):
    """case came in for job; made: the hall has both, and they fit."""

    case: CaseId
    job: JobId
    made: bool


def lines_of(conn: Connection, case_ids: Collection[CaseId]) -> list[Link]:
    """The links that any of these cases is one side of."""
    table, found = case_links.c, set[Link]()
    for device, counts in counts_by_device(case_ids).items():
        newer = (table.case_device == device) & table.case_n.in_(counts)
        older = (table.continues_device == device) & table.continues_n.in_(counts)
        for row in conn.execute(select(case_links).where(or_(newer, older))):
            found.add(Link(CaseId(row.case_device, row.case_n), CaseId(row.continues_device, row.continues_n)))
    return sorted(found)


def note_line(conn: Connection, link: Link) -> None:
    """The newer case says so; the older one may not have come yet."""
    row = {"case_device": link.newer.device, "case_n": link.newer.n}
    of_older = {"continues_device": link.older.device, "continues_n": link.older.n}
    conn.execute(insert(case_links).values(**row, **of_older, made=False))


def mark_line(conn: Connection, newer: CaseId) -> None:
    """The hall has both, and they are one application."""
    key = (case_links.c.case_device == newer.device, case_links.c.case_n == newer.n)
    conn.execute(update(case_links).where(*key).values(made=True))


def jobs_of(conn: Connection, dossiers: Collection[CaseId]) -> list[JobLink]:
    """The links that any of these cases or entrustments is one side of."""
    table, found = job_links.c, set[JobLink]()
    for device, counts in counts_by_device(dossiers).items():
        of_cases = (table.case_device == device) & table.case_n.in_(counts)
        of_jobs = (table.job_device == device) & table.job_n.in_(counts)
        for row in conn.execute(select(job_links).where(or_(of_cases, of_jobs))):
            job = JobId(CaseId(row.job_device, row.job_n), row.item)
            found.add(JobLink(CaseId(row.case_device, row.case_n), job, bool(row.made)))
    return sorted(found)


def note_job(conn: Connection, case: CaseId, job: JobId) -> None:
    """The case says so; the entrustment may not have come yet."""
    row = {"case_device": case.device, "case_n": case.n, "item": job.n, "made": False}
    of_job = {"job_device": job.entrustment.device, "job_n": job.entrustment.n}
    conn.execute(insert(job_links).values(**row, **of_job))


def mark_job(conn: Connection, case: CaseId) -> None:
    """The hall has both, and the case is the job's."""
    key = (job_links.c.case_device == case.device, job_links.c.case_n == case.n)
    conn.execute(update(job_links).where(*key).values(made=True))
