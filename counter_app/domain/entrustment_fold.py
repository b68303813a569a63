"""The fold of an entrustment: it and its next event give the entrustment after it. Station and hall both use it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from counter_app.domain.agent_job import JOB_KINDS, JobRow, JobState, row_of_event
from counter_app.domain.case import IssuedNotice
from counter_app.domain.clocks import Clock
from counter_app.domain.entrustment import AgentJob, Entrustment
from counter_app.domain.errors import InvalidInput, MoveNotAllowed
from counter_app.domain.events import Event
from counter_app.domain.fold import Misshapen, UnknownKind
from counter_app.domain.fold_history import Folded, folded
from counter_app.domain.identifiers import MOST_CASES
from counter_app.domain.moments import local_date
from counter_app.domain.skipped import EXCEPTION_SETTLED
from counter_app.domain.states import LIFECYCLE_KINDS
from counter_app.domain.wire_values import (
    Plain,
    applicant_from_plain,
    clock_from_plain,
    item_from_plain,
    list_of,
    map_of,
    material_from_plain,
    number_of,
    proxy_from_plain,
    rows_of,
    text_of,
)

BEGINS = "entrusted"
SUPERSEDED = "superseded"
_N14 = "N14"
MOST_JOBS = 99
Facts = Callable[[AgentJob, Event, Plain], AgentJob]


def apply(entrustment: Entrustment | None, event: Event) -> Entrustment:
    """The entrustment after the event. Raises as `fold.apply`; there is no baton, so nothing is late."""
    if event.v != 1 or event.kind not in {*JOB_KINDS, *_BESIDE, *LIFECYCLE_KINDS, "received"}:
        raise UnknownKind("unknown_kind", kind=event.kind, version=event.v)
    try:
        local_date(event.at_ms)
        return _applied(entrustment, event)
    except (InvalidInput, ValueError, OverflowError, OSError) as fault:
        raise Misshapen("event_misshapen", device=event.id.device, seq=event.id.seq) from fault


def fold_history(events: Iterable[Event], device: str) -> Folded[Entrustment]:
    """The entrustment that these events make for this device; as `fold_history.folded`, nothing is raised."""
    return folded(events, device, apply, lambda whole, _skipped: whole)


def _applied(before: Entrustment | None, event: Event) -> Entrustment:
    if event.kind == BEGINS:
        if before is not None:
            raise MoveNotAllowed("case_exists", case=str(before.id))
        return _counted(_with_items(_entrusted(event), event), event)
    if before is None:
        raise MoveNotAllowed("no_such_case", case=str(event.case))
    if event.kind not in JOB_KINDS and event.kind not in _BESIDE:
        raise MoveNotAllowed("case_exists", case=str(before.id))
    if event.kind in _BESIDE:
        return _counted(_BESIDE[event.kind](before, event), event)
    if event.kind == "item_entrusted":
        return _counted(_with_items(_superseded(before), event), event)
    return _counted(_with_papers(_jobs_moved(before, event), event), event)


def _entrusted(event: Event) -> Entrustment:
    if event.case is None or event.case.n > MOST_CASES:
        raise InvalidInput("value_misshapen", field="case")
    str(event.case)
    private = event.private or {}
    return Entrustment(
        id=event.case,
        station=text_of(event.data, "station"),
        agent=event.user,
        applicant=applicant_from_plain(map_of(private, "applicant")),
        query_code=text_of(private, "query_code"),
        opened_at_ms=event.at_ms,
        changed_at_ms=event.at_ms,
        powers=tuple(str(power) for power in list_of(event.data, "powers")),
        proxy=proxy_from_plain(map_of(private, "proxy")),
        slip_no=text_of(private, "slip_no"),
        key=text_of(private, "entrustment"),
    )


def _with_items(before: Entrustment, event: Event) -> Entrustment:
    """The items of the event as jobs; what was written in their forms stands in the private rows, in their order."""
    private = rows_of(event.private or {}, "items")
    jobs = []
    for place, row in enumerate(rows_of(event.data, "items")):
        own = private[place] if place < len(private) else {}
        jobs.append(
            AgentJob(
                n=len(before.jobs) + place + 1,
                state=JobState.ENTRUSTED,
                item=item_from_plain(row),
                fields=map_of(own, "fields"),
                situation=text_of(row, "situation"),
                key=text_of(own, "key"),
            )
        )
    if not jobs or len(before.jobs) + len(jobs) > MOST_JOBS:
        raise InvalidInput("value_misshapen", field="items")
    return replace(before, jobs=(*before.jobs, *jobs))


def _superseded(before: Entrustment) -> Entrustment:
    """A new deed of entrustment lists everything: the one before it is not to be signed any more."""
    notices = (
        replace(notice, spoiled=SUPERSEDED) if notice.kind == _N14 and notice.holds else notice
        for notice in before.notices
    )
    return replace(before, notices=tuple(notices))


def _jobs_moved(before: Entrustment, event: Event) -> Entrustment:
    wanted = _named(event)
    if not wanted or not wanted <= {job.n for job in before.jobs}:
        raise InvalidInput("value_misshapen", field="jobs")
    moved = (_moved(job, event) if job.n in wanted else job for job in before.jobs)
    return replace(before, jobs=tuple(moved))


def _named(event: Event) -> set[int]:
    return {number_of({"job": n}, "job") for n in list_of(event.data, "jobs")}


def _moved(job: AgentJob, event: Event) -> AgentJob:
    row = row_of_event(job.state, event.kind)
    if row is None:
        raise MoveNotAllowed("wrong_state", kind=event.kind, state=job.state.value)
    kept = job.state in row.keeps
    job = _FACTS[event.kind](job, event, event.private or {})
    return job if kept else replace(job, state=row.target, clock=_clock(job, row, event))


def _clock(job: AgentJob, row: JobRow, event: Event) -> Clock | None:
    if row.starts:
        return clock_from_plain(map_of(event.data, "clock"))
    if row.ends and job.running is not None:
        return replace(job.running, ended_on=local_date(event.at_ms))
    return job.clock


def _collected(job: AgentJob, event: Event, private: Plain) -> AgentJob:
    more = tuple(
        material_from_plain(row) for row in rows_of(event.data, "materials") if row.get("job", job.n) == job.n
    )
    at_ms = number_of(event.data, "collected_at")
    local_date(at_ms)
    return replace(job, materials=job.materials + more, collected_at_ms=at_ms)


def _handed_in(job: AgentJob, event: Event, private: Plain) -> AgentJob:
    to = text_of(private, "receiver")
    return replace(job, submitted_at_ms=event.at_ms, submitted_to=to, entrustment_signed=True)


def _followed(job: AgentJob, event: Event, private: Plain) -> AgentJob:
    received = number_of(event.data, "received_at")
    local_date(received)
    return replace(
        job,
        case=text_of(event.data, "case"),
        case_no=text_of(event.data, "case_no"),
        case_state=text_of(event.data, "state"),
        received_at_ms=received,
    )


def _sent_back(job: AgentJob, event: Event, private: Plain) -> AgentJob:
    paper = text_of(event.data, "paper")
    return replace(_followed(job, event, private), backs=job.backs + 1, back_at_ms=event.at_ms, back_paper=paper)


def _received_back(job: AgentJob, event: Event, private: Plain) -> AgentJob:
    new = job.state is not JobState.BACK  # the hall has already counted it
    paper = " ".join(filter(None, (text_of(event.data, "paper"), text_of(event.data, "number"))))
    return replace(
        job,
        backs=job.backs + new,
        back_at_ms=event.at_ms,
        back_paper=paper or job.back_paper,
        back_reason=text_of(private, "reason"),
    )


def _decided(job: AgentJob, event: Event, private: Plain) -> AgentJob:
    return replace(_followed(job, event, private), decided_at_ms=event.at_ms)


def _result_fetched(job: AgentJob, event: Event, private: Plain) -> AgentJob:
    result, licence_no = text_of(private, "result"), text_of(event.data, "licence_no")
    return replace(job, fetched_at_ms=event.at_ms, result=result, licence_no=licence_no)


def _handed_back(job: AgentJob, event: Event, private: Plain) -> AgentJob:
    return replace(
        job,
        handed_at_ms=event.at_ms,
        signed_by=text_of(private, "receiver"),
        satisfaction=number_of(event.data, "satisfaction"),
        fee_fen=number_of({"fee_fen": 0, **event.data}, "fee_fen"),
        voucher=text_of(event.data, "voucher"),
    )


def _paid(job: AgentJob, event: Event, private: Plain) -> AgentJob:
    return replace(job, paid_at_ms=event.at_ms)


def _stopped(job: AgentJob, event: Event, private: Plain) -> AgentJob:
    return replace(job, stopped_reason=text_of(private, "reason"))


_FACTS: Mapping[str, Facts] = {
    "job_collected": _collected,
    "job_handed_in": _handed_in,
    "job_taken_in": _followed,
    "job_received_back": _received_back,
    "job_sent_back": _sent_back,
    "job_decided": _decided,
    "job_result_fetched": _result_fetched,
    "job_handed_back": _handed_back,
    "job_paid": _paid,
    "job_stopped": _stopped,
}


def _with_papers(before: Entrustment, event: Event) -> Entrustment:
    """The papers that the event issued; the jobs that it names know them, and all of them the deed."""
    issued = tuple(
        IssuedNotice(text_of(row, "kind"), text_of(row, "number"), text_of(row, "template"), event.id, event.at_ms)
        for row in rows_of(event.data, "notices")
    )
    if not issued:
        return before
    wanted = _named(event)
    jobs = (
        replace(
            job, papers=job.papers + tuple((n.kind, n.number) for n in issued if n.kind == _N14 or job.n in wanted)
        )
        for job in before.jobs
    )
    return replace(before, jobs=tuple(jobs), notices=before.notices + issued)


def _counted(entrustment: Entrustment, event: Event) -> Entrustment:
    erased = entrustment.erased or event.private is None
    changed_ms = max(entrustment.changed_at_ms, event.at_ms)
    return replace(entrustment, events=entrustment.events + 1, changed_at_ms=changed_ms, erased=erased)


def _printed(before: Entrustment, event: Event) -> Entrustment:
    place = text_of(event.data, "kind"), text_of(event.data, "number")
    copies = number_of(event.data, "copies")
    notices = (
        replace(notice, prints=notice.prints + copies) if (notice.kind, notice.number) == place else notice
        for notice in before.notices
    )
    return replace(before, notices=tuple(notices))


def _nothing_more(before: Entrustment, event: Event) -> Entrustment:
    return before


_BESIDE: Mapping[str, Callable[[Entrustment, Event], Entrustment]] = {
    "printed": _printed,
    "reused": _nothing_more,
    "revealed": _nothing_more,
    "erased": _nothing_more,
    EXCEPTION_SETTLED: _nothing_more,
    "papers_taken": _nothing_more,  # somebody took papers for a number that is no case: they wait at that counter
}
