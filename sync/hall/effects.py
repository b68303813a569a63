"""What an accepted event brings: who takes part, numbers, links to other cases, and what the hall writes to it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from counter_app.domain import dossiers
from counter_app.domain.case import Case
from counter_app.domain.entrustment import Entrustment
from counter_app.domain.errors import CounterError
from counter_app.domain.events import Event, NewEvent
from counter_app.domain.identifiers import HALL, CaseId
from counter_app.domain.moments import local_date
from counter_app.domain.wire_values import text_of
from sync.hall import closed, jobs, lines, numbers
from sync.hall.batch import Batch, Placed
from sync.hall.ports import ExchangeHall
from sync.hall.troubles import Kind


def append_own(batch: Batch, hall: ExchangeHall, new: NewEvent) -> int:
    """Write an event of the hall itself; its seq. The feeds of its case or of the station it goes to must be locked."""
    event, place = batch.append(new, hall.clock())
    if event.case is not None:
        accept(batch, hall, event, place, None)
        return place.seq
    station = batch.station_of(text_of(event.data, "to"))
    if station is not None:
        batch.enter(station, place)
    return place.seq


def freeze_if_contradicted(batch: Batch, hall: ExchangeHall, case_id: CaseId) -> None:
    """Where both sides have served a paper that binds, nothing more is done until a supervisor settles it."""
    living = lines.to_freeze(batch, case_id)
    if living is not None:
        batch.tx.name_late({living.id, *lines.related(batch, [living.id])}, lines.FROZEN)
        append_own(batch, hall, NewEvent("frozen", living.id, living.epoch, "", {}))


def accept(batch: Batch, hall: ExchangeHall, event: Event, place: Placed, station: str | None) -> None:
    """The event's effects, all of them. station is that of the writing device, None for the hall."""
    assert event.case is not None
    moved = dossiers.apply(batch.dossier(event.case), event)
    batch.put(moved)
    if isinstance(moved, Entrustment):
        _accept_job(batch, hall, event, place, moved, station)
        return
    if station is not None:
        batch.join(moved.id, station)
    batch.link(moved.id, place)
    if moved.holder != HALL:
        batch.join(moved.id, _receiver(batch, moved.holder))
    other = lines.named_in(event)
    if other is not None:
        batch.join(moved.id, _receiver(batch, other.device))
    book_numbers(batch, hall, event)
    batch.tx.queue_message(event, moved, hall.now_ms)
    if event.kind == "received":
        append_own(batch, hall, _numbered(batch, moved))
        _link(batch, hall, event, moved)
        if moved.job:
            jobs.note(batch.tx, moved)
            _link_jobs(batch, hall, event, moved.id)
    elif moved.job:
        _follow(batch, hall, moved.id)
    if event.data.get("notices"):
        freeze_if_contradicted(batch, hall, moved.id)
    if any(suspect.event == event.id for suspect in moved.suspects):
        batch.tx.record(event.id, Kind.CLOCK, "clock_suspect", moved.id, hall.now_ms)
    if event.origin is not None and batch.tx.has_open_fork(event.writer):
        freeze_forked(batch, hall, moved.id)


def freeze_forked(batch: Batch, hall: ExchangeHall, case_id: CaseId) -> None:
    """Work on a case since two machines parted: a person looks at it before it goes on."""
    case = batch.case(case_id)
    if case is not None and case.is_open and not case.frozen:
        append_own(batch, hall, NewEvent("frozen", case.id, case.epoch, "", {"why": closed.FORKED}))


def _accept_job(
    batch: Batch, hall: ExchangeHall, event: Event, place: Placed, whole: Entrustment, station: str | None
) -> None:
    """What an event of an entrustment brings: who takes part, a case that waited for it, and where the job stands."""
    if station is not None:
        batch.join(whole.id, station)
    batch.link(whole.id, place)
    case = jobs.named_in(event)
    if case is not None:
        batch.join(whole.id, _receiver(batch, case.device))
    if station is not None:
        _link_jobs(batch, hall, event, whole.id)
        _follow(batch, hall, whole.id)


def _link_jobs(batch: Batch, hall: ExchangeHall, event: Event, dossier: CaseId) -> None:
    """Link case and agent job as soon as both are here; what does not fit stays apart, and a person looks at it."""
    for link in jobs.links_to_make(batch, dossier):
        _write_link(batch, hall, event, link.case, partial(jobs.make_link, batch, link))


def _write_link(
    batch: Batch, hall: ExchangeHall, event: Event, case: CaseId, made: Callable[[], list[NewEvent]]
) -> None:
    """What the hall writes because two belong together; an exception of the case where they do not fit."""
    try:
        news = made()
    except CounterError as refused:
        batch.tx.record(event.id, Kind.LINK, refused.code, case, hall.now_ms)
        return
    for new in news:
        append_own(batch, hall, new)


def _follow(batch: Batch, hall: ExchangeHall, dossier: CaseId) -> None:
    for new in jobs.followed(batch, dossier):
        append_own(batch, hall, new)


def _link(batch: Batch, hall: ExchangeHall, event: Event, case: Case) -> None:
    """Link the lines that this case is one of; two that do not fit stay two, and a person looks at it."""
    lines.note(batch, case)  # before the others are looked for: this case may be the newer one
    for link in lines.links_to_make(batch, case):
        _write_link(batch, hall, event, case.id, partial(lines.make_link, batch, link))


def book_numbers(batch: Batch, hall: ExchangeHall, event: Event) -> None:
    """What the event did with numbers stands in the register; what cannot be right, among the exceptions."""
    for doubt in batch.tx.book_numbers(event):
        batch.tx.record(event.id, Kind.NUMBER, doubt, event.case, hall.now_ms)


def _receiver(batch: Batch, holder: str) -> str:
    """The station of the device that holds the case now; a baton is not given to nobody."""
    station = batch.station_of(holder)
    if station is None:
        raise CounterError("device_unknown", device=holder[:64])
    return station


def _numbered(batch: Batch, case: Case) -> NewEvent:
    """The case's number: it is the hall's to give, on the first whole receipt (specs domain 8.2)."""
    item = batch.tx.item(case.item.code, case.item.version)
    received_on = local_date(case.received_at_ms)
    serial = batch.next_serial(item.task_code, received_on)
    case_no = numbers.case_no(item.task_code, received_on, serial)
    return NewEvent("numbered", case.id, case.epoch, "", {"case_no": case_no})
