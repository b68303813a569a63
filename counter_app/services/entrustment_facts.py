"""What stands on the papers of an agent: N14, N15 and N16, as the entrustment was when they were issued."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from counter_app.domain.case import IssuedNotice, MaterialTaken
from counter_app.domain.entrustment import POWERS, AgentJob, Entrustment
from counter_app.domain.errors import CounterError
from counter_app.domain.events import Event
from counter_app.domain.masking import mask_id_number, mask_phone
from counter_app.domain.moments import local_date, local_time
from counter_app.domain.notice import NoticeKind
from counter_app.domain.service_item import ServiceItem
from counter_app.domain.station import StationProfile
from counter_app.domain.wire_values import Plain, list_of, material_from_plain, rows_of, text_of
from counter_app.services.issue import limit_of, material_name
from forms.rendering.notice_data import EntrustedRow, HandedRow, NoticeData
from resources.texts import paper_text

Items = Callable[[AgentJob], ServiceItem]
_OF_THE_VILLAGER = frozenset({"original"})  # forms whose paper goes back to the villager


class _Issue(NamedTuple):
    """A paper with what it was issued from; jobs are those that it names."""

    entrustment: Entrustment
    jobs: tuple[AgentJob, ...]
    event: Event
    station: StationProfile
    items: Items

    @property
    def private(self) -> Mapping[str, object]:
        return self.event.private or {}


def agent_paper_data(
    entrustment: Entrustment, notice: IssuedNotice, issuing: Event, station: StationProfile, items: Items
) -> NoticeData:
    """The paper's facts. CounterError `agency_unknown` if the hall never said who does the work."""
    named = {n for n in list_of(issuing.data, "jobs") if isinstance(n, int)} or {job.n for job in entrustment.jobs}
    jobs = tuple(job for job in entrustment.jobs if job.n in named)
    agency = station.agencies.get(jobs[0].item.agency)
    if agency is None:
        raise CounterError("agency_unknown", agency=jobs[0].item.agency)
    applicant, kind = entrustment.applicant, NoticeKind(notice.kind)
    is_deed = kind is NoticeKind.ENTRUSTMENT
    common = NoticeData(
        number=notice.number,
        local_no=str(entrustment.id),
        query_code=entrustment.query_code,
        applicant=applicant.name,
        id_type=paper_text(f"id_types.{applicant.id_type}"),
        id_number=applicant.id_number if is_deed else mask_id_number(applicant.id_number),
        phone=applicant.phone if is_deed else mask_phone(applicant.phone),
        proxy=entrustment.proxy.name if entrustment.proxy else "",
        item_name=paper_text("paper.separator").join(job.item.name for job in jobs),
        is_licence=False,
        basis="",
        agency=agency,
        received_at=local_time(issuing.at_ms),
        issued_on=local_date(notice.at_ms),
        clerk=entrustment.agent if is_deed else issuing.user,
        window=text_of(issuing.private or {}, "own_window"),
        station=station.name,
        case_no=paper_text("paper.separator").join(filter(None, (job.case_no for job in jobs))),
        copies=kind.facts.copies,
        handed_in_at=local_time(issuing.at_ms),
        entrustment_no="" if is_deed else str(entrustment.id),
        late_entry=bool(entrustment.slip_no),
        slip_number=entrustment.slip_no,
    )
    return replace(common, **_OF_KIND[kind](_Issue(entrustment, jobs, issuing, station, items)))


def _deed(issue: _Issue) -> dict[str, Any]:
    """N14: every item of the entrustment, also those of an earlier deed, which this one replaces."""
    whole = issue.entrustment
    running = [job.running for job in whole.jobs if job.running is not None]
    return {
        "address": whole.applicant.address,
        "powers": _powers(whole),
        "entrusted": tuple(
            EntrustedRow(job=str(whole.number(job)), item=job.item.name, agency=_agency(issue, job))
            for job in whole.jobs
        ),
        "handed": tuple(row for job in whole.jobs for row in _handed(issue, job, job.materials)),
        "hand_in_limit": limit_of(min(running, key=lambda clock: clock.due)) if running else None,
    }


def _powers(whole: Entrustment) -> str:
    ticked = {power: "jobs.power_ticked" if power in whole.powers else "jobs.power_open" for power in POWERS}
    return paper_text("jobs.power_gap").join(
        paper_text(key, name=paper_text(f"jobs.powers.{power}")) for power, key in ticked.items()
    )


def _handover(issue: _Issue) -> dict[str, Any]:
    """N15: the villager's papers to the agent, or the agent's to the window."""
    agent = paper_text("jobs.party", name=issue.event.user, place=issue.station.name)
    from_villager = issue.event.kind == "job_collected"
    if from_villager:
        handing = paper_text("jobs.villager", name=issue.entrustment.applicant.name)
        given = rows_of(issue.event.data, "materials")
        rows = [(job, tuple(_of_job(given, job))) for job in issue.jobs]
    else:
        handing = agent
        rows = [(job, job.materials) for job in issue.jobs]
    window = paper_text("jobs.party", name=text_of(issue.private, "receiver"), place=text_of(issue.private, "window"))
    return {
        "handing": handing,
        "taking": agent if from_villager else window,
        "purpose": paper_text("jobs.purpose.collect" if from_villager else "jobs.purpose.hand_to_window"),
        "from_villager": from_villager,
        "handed": tuple(row for job, taken in rows for row in _handed(issue, job, taken)),
    }


def _pick_up(issue: _Issue) -> dict[str, Any]:
    way = text_of(issue.event.data, "way")
    return {
        "served": text_of(issue.private, "result"),
        "receiver": issue.event.user,
        "stand_in": paper_text("jobs.agent", name=issue.event.user),
        "remark": paper_text("jobs.by_deed", number=str(issue.entrustment.id)),
        "licence_no": text_of(issue.event.data, "licence_no"),
        "service_way": paper_text(f"paper.ways.{way or 'window'}"),
        "waybill": text_of(issue.event.data, "waybill"),
    }


def _of_job(rows: Sequence[Plain], job: AgentJob) -> list[MaterialTaken]:
    return [material_from_plain(row) for row in rows if row.get("job", job.n) == job.n]


def _handed(issue: _Issue, job: AgentJob, taken: tuple[MaterialTaken, ...]) -> list[HandedRow]:
    item = issue.items(job)
    return [
        HandedRow(
            place=job.case_no or str(issue.entrustment.number(job)),
            item=job.item.name,
            name=material_name(item, row.id),
            form=paper_text(f"material_forms.{row.form}"),
            original=paper_text("jobs.original") if row.form in _OF_THE_VILLAGER else "",
            copies=row.copies,
            pages=row.pages,
        )
        for row in taken
    ]


def _agency(issue: _Issue, job: AgentJob) -> str:
    agency = issue.station.agencies.get(job.item.agency)
    return agency.name if agency else job.item.agency


_OF_KIND: Mapping[NoticeKind, Callable[[_Issue], dict[str, Any]]] = {
    NoticeKind.ENTRUSTMENT: _deed,
    NoticeKind.HANDOVER_LIST: _handover,
    NoticeKind.PICK_UP: _pick_up,
}
