"""The village agent's ledger (村级代办台账, specs domain 11.2): one row for each item that was taken on in a period.

Columns that a book at a village point has by hand (签字或捺印 of an old case, 备注) stay as they are known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from counter_app.domain.agent_job import JobState
from counter_app.domain.entrustment import AgentJob, Entrustment
from counter_app.domain.errors import NotFound
from counter_app.domain.masking import MASKED, Sight
from counter_app.domain.moments import local_date, local_time
from counter_app.domain.service_item import ServiceItem
from counter_app.services.desk import Desk
from counter_app.services.issue import material_name
from counter_app.services.ledger import Cell, Column, Ledger, Row, Total, checked_period, heading
from resources.texts import text


@dataclass(frozen=True, slots=True)
class _Entry:
    n: int
    whole: Entrustment
    job: AgentJob
    materials: str
    sight: Sight


def agent_ledger(desk: Desk, first: date, last: date, sight: Sight = MASKED) -> Ledger:
    """The jobs whose papers an agent of this station took from first to last (both inclusive), oldest first.

    InvalidInput `ledger_period` as `counter_ledger`.
    """
    checked_period(first, last)
    with desk.store.read() as reading:
        profile = reading.profile()
        jobs = sorted(
            (
                (whole, job)
                for whole in reading.entrustments()
                for job in whole.jobs
                if whole.station == profile.code and first <= _collected_on(job) <= last
            ),
            key=lambda found: (found[1].collected_at_ms, found[0].id, found[1].n),
        )
        heads = heading(profile, first, last)
    entries = [_Entry(n, whole, job, _materials(desk, job), sight) for n, (whole, job) in enumerate(jobs, start=1)]
    return Ledger(
        title=text("ledger.agent.title"),
        heading=heads,
        columns=tuple(Column(code, text(f"ledger.agent_column.{code}")) for code in _CELLS),
        rows=tuple(
            Row(entry.whole.id, entry.job.state, tuple(cell(entry) for cell in _CELLS.values())) for entry in entries
        ),
        totals=tuple(_totals(entries)),
        made_at_ms=desk.now_ms(),
        sight=sight,
    )


def _collected_on(job: AgentJob) -> date:
    return date.min if job.collected_at_ms is None else local_date(job.collected_at_ms)


def _materials(desk: Desk, job: AgentJob) -> str:
    """Each paper with its count; an original is marked, for it must come back."""
    item = _item(desk, job)
    named = (
        text(
            "ledger.agent.original" if row.form == "original" else "ledger.agent.material",
            name=row.id if item is None else material_name(item, row.id),
            copies=row.copies,
        )
        for row in job.materials
    )
    return text("paper.separator").join(named)


def _item(desk: Desk, job: AgentJob) -> ServiceItem | None:
    try:
        return desk.item_of_job(job)
    except NotFound:
        return None  # one old version gone must not stop the whole ledger


def _minute(ms: int | None) -> str:
    return "" if ms is None else f"{local_time(ms):%Y-%m-%d %H:%M}"


def _back(entry: _Entry) -> str:
    job = entry.job
    if not job.backs:
        return ""
    words = (text("ledger.agent.backs", n=job.backs), job.back_paper, entry.sight.words(job.back_reason))
    return " ".join(filter(None, words))


def _fee(job: AgentJob) -> Cell:
    if not job.fee_fen:
        return ""
    return " ".join(filter(None, (f"{job.fee_fen / 100:.2f}", job.voucher)))


def _result(job: AgentJob) -> str:
    state = text(f"states.{job.case_state}") if job.case_state else ""
    return " ".join(filter(None, (job.result or state, job.licence_no)))


def _remarks(entry: _Entry) -> str:
    job = entry.job
    known = (
        job.case_no or job.case,
        text("ledger.agent.received", at=_minute(job.received_at_ms)) if job.received_at_ms else "",
        text("ledger.agent.stopped", reason=entry.sight.words(job.stopped_reason))
        if job.state is JobState.STOPPED
        else "",
    )
    return " ".join(filter(None, known))


_CELLS: dict[str, Callable[[_Entry], Cell]] = {
    "n": lambda entry: entry.n,
    "entrusted_on": lambda entry: _collected_on(entry.job).isoformat(),
    "villager": lambda entry: text("retention.erased") if entry.whole.erased else entry.whole.applicant.name,
    "id_number": lambda entry: entry.sight.id_number(entry.whole.applicant.id_number),
    "address": lambda entry: entry.sight.address(entry.whole.applicant.address),
    "phone": lambda entry: entry.sight.phone(entry.whole.applicant.phone),
    "item": lambda entry: entry.job.item.name,
    "entrustment_no": lambda entry: str(entry.whole.id),
    "materials": lambda entry: entry.materials,
    "submitted_at": lambda entry: _minute(entry.job.submitted_at_ms),
    "submitted_to": lambda entry: entry.job.submitted_to,
    "back": _back,
    "ended_at": lambda entry: _minute(entry.job.decided_at_ms),
    "result": lambda entry: _result(entry.job),
    "handed_at": lambda entry: _minute(entry.job.handed_at_ms),
    "signature": lambda entry: entry.job.signed_by,
    "satisfaction": lambda entry: (
        text(f"ledger.agent.satisfaction_{entry.job.satisfaction}") if entry.job.satisfaction else ""
    ),
    "fee": lambda entry: _fee(entry.job),
    "agent": lambda entry: entry.whole.agent,
    "paid": lambda entry: text("ledger.agent.paid") if entry.job.paid_at_ms is not None else "",
    "remarks": lambda entry: _remarks(entry),
}


def _totals(entries: list[_Entry]) -> Iterable[Total]:
    """What was taken on, and how far it is."""
    yield Total("received", text("ledger.agent.total"), len(entries))
    by_state = Counter(entry.job.state for entry in entries)
    for state in JobState:
        if by_state[state]:
            yield Total(f"state.{state.value}", text(f"job_states.{state.value}"), by_state[state])
