"""Apply what was received: in order, each event in a savepoint, what does not fit set aside per case.

Sync design section 4. The same path serves a device's events, the hall's own
and those that waited; each writes projection, order, feed and number register
in one transaction with the event's acceptance.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import astuple
from functools import partial

from counter_app.domain import dossiers, fold
from counter_app.domain.agent_job import HALL_JOB_KINDS, JOB_KINDS
from counter_app.domain.case import Case
from counter_app.domain.day_close import KIND as DAY_CLOSED
from counter_app.domain.entrustment import Entrustment
from counter_app.domain.errors import CounterError, InvalidInput
from counter_app.domain.events import Event, NewEvent
from counter_app.domain.fold_history import with_late
from counter_app.domain.identifiers import HALL, CaseId, EventId, JobId, station_of_desk
from counter_app.domain.moments import local_date
from counter_app.domain.people import Actor
from counter_app.domain.states import transition_of_event
from counter_app.domain.wire_values import text_of
from sync import journal_rules
from sync.canonical import EventNotReadable, event_of
from sync.hall import closed, days, jobs, lines, numbers, troubles
from sync.hall.batch import Batch, Placed
from sync.hall.crossing import again_if_crossed
from sync.hall.ports import ExchangeHall, Records
from sync.hall.troubles import Kind, Verdict

BATCH = 400  # events in one transaction: a long one would keep others from writing

# What data of the wrong shape can raise in the fold: the event stays, a person looks at it.
_MISSHAPEN = (KeyError, ValueError, TypeError, AttributeError, OverflowError, OSError)

_ABOUT_NUMBERS = frozenset({"block_wanted", "numbers_returned", "number_spoiled", "slips_reserved"})
_ABOUT_DAYS = frozenset({DAY_CLOSED})
_OF_SUCCESSORS = frozenset({closed.BEGINS, closed.ENDS})
_OF_THE_HALL = frozenset(
    {
        "numbered", "recalled", "claimed", "inherited", "continued", "linked", "frozen", "settled", "job_linked",
        "exception_settled", *HALL_JOB_KINDS,
    }
)
_OPENING = frozenset({"received", "entrusted"})
_AT_THE_HALL = frozenset(
    {Actor.BACK_OFFICE, Actor.LEAD_AGENCY, Actor.AGENCY_HEAD, Actor.GOVERNMENT_HEAD, Actor.SYSTEM}
)

log = logging.getLogger(__name__)


def apply_received(hall: ExchangeHall, device: str, within_s: float = float("inf")) -> bool:
    """Apply what the device sent and is not applied yet, batch after batch until the time is over. Whether some is
    left that can be applied."""
    with hall.records.read() as tx:
        if tx.waits_for_recovery():
            return False
    end = time.monotonic() + within_s
    while _apply_next(hall, device):
        if time.monotonic() >= end:
            return True
    return False


def catch_up(hall: ExchangeHall) -> None:
    """What an earlier run of this program left: events received and not applied, and what waits for an upgrade."""
    with hall.records.read() as tx:
        if tx.waits_for_recovery():
            return
        left = tx.devices_behind()
    for device in left:
        apply_received(hall, device)
    retry_waiting(hall)


def retry_waiting(hall: ExchangeHall) -> None:
    """Try again what waits: after an upgrade this program may know what it did not know before."""
    with hall.records.read() as tx:
        blocked = tx.blocked_cases()
    for case_id in blocked:
        try:
            _retry_case(hall, case_id)
        except _MISSHAPEN as error:
            log.warning("what waits of %s/%d cannot be stored: %s", *astuple(case_id), type(error).__name__)


@again_if_crossed
def _retry_case(hall: ExchangeHall, case_id: CaseId) -> None:
    with hall.records.write() as tx:
        tx.lock_feeds(tx.stations_of_all([case_id]) | tx.stations_waiting([case_id]))
        batch = Batch(tx)
        retry(batch, hall, case_id)
        batch.write()


def append_own(batch: Batch, hall: ExchangeHall, new: NewEvent) -> int:
    """Write an event of the hall itself; its seq. The feeds of its case or of the station it goes to must be locked."""
    event, place = batch.append(new, hall.clock())
    if event.case is not None:
        _accept(batch, hall, event, place, None)
        return place.seq
    station = batch.station_of(text_of(event.data, "to"))
    if station is not None:
        batch.enter(station, place)
    return place.seq


def lock_case(tx: Records, case_id: CaseId, to: str = "") -> None:
    """Keep everybody else from the case and its feeds until the transaction ends; to: a device that gets it."""
    receiver = tx.station_of(to)
    case_ids = {case_id, *lines.related(tx, [case_id]), *jobs.related(tx, [case_id])}
    tx.lock_feeds([*tx.stations_of_all(case_ids), *([receiver] if receiver else [])])


def lock_feeds(tx: Records, case_id: CaseId | None, device: str, others: Iterable[CaseId] = ()) -> None:
    """As `lock_case`, with the feed of the station of this device; or that and those of other cases."""
    if case_id is not None:
        lock_case(tx, case_id, device)
        return
    station = tx.station_of(device)
    tx.lock_feeds([*([station] if station is not None else []), *tx.stations_of_all(others)])


def _apply_next(hall: ExchangeHall, device: str) -> bool:
    """One batch; where its effects cannot be stored, the next event alone or aside. Whether more is left."""
    try:
        return _apply_batch(hall, device, BATCH)
    except _MISSHAPEN as error:
        log.warning("a batch of %s cannot be stored: %s", device, type(error).__name__)
    try:
        return _apply_batch(hall, device, 1)
    except _MISSHAPEN:
        return _set_aside_next(hall, device)


@again_if_crossed
def _set_aside_next(hall: ExchangeHall, device: str) -> bool:
    with hall.records.write() as tx:
        seq = tx.locked_device(device).applied + 1
        [row] = tx.journals.rows(device, seq - 1, seq)
        event = _readable(device, row)
        case = None if event is None else event.case
        tx.record(EventId(device, seq), Kind.QUARANTINED, "event_misshapen", case, hall.now_ms)
        tx.store_applied(device, seq)
        received, _ = tx.journal_head(device)
        return seq < received


@again_if_crossed
def _apply_batch(hall: ExchangeHall, device: str, size: int) -> bool:
    """One transaction of so many events at most; whether there may be more."""
    with hall.records.write() as tx:
        known = tx.locked_device(device)
        received, _ = tx.journal_head(device)
        rows = list(tx.journals.rows(device, known.applied, min(received, known.applied + size)))
        if not rows:
            return False
        read = [(_readable(device, found), Placed(device, found.seq, found.public, found.c)) for found in rows]
        there = tx.enacted(device, known.applied, rows[-1].seq)
        _lock_touched(tx, known.station, [event for event, _ in read if event is not None])
        batch = Batch(tx, {event.case for event, _ in read if event is not None and event.case is not None})
        for event, place in read:
            if event is None:
                lost = EventId(device, place.seq)
                tx.record(lost, Kind.QUARANTINED, "event_not_readable", None, hall.now_ms)
            elif place.seq not in there and not _is_replayed_again(tx, event):
                _take(batch, hall, event, place, known.station)
        batch.write()
        tx.store_applied(device, rows[-1].seq)
        return rows[-1].seq < received


def _is_replayed_again(tx: Records, event: Event) -> bool:
    """Whether this is work of a closed device that the hall has already; else it is remembered as brought."""
    if event.origin is None:
        return False
    if tx.is_replayed(event):
        return True
    tx.note_replay(event)
    return False


def _readable(device: str, row: journal_rules.Row) -> Event | None:
    try:
        return event_of(device, row.seq, row.public, row.private)
    except EventNotReadable:
        return None


def _lock_touched(tx: Records, own: str, events: list[Event]) -> None:
    """Lock every feed that these events may enter before the first of them is applied, and before anything is read
    that another worker might be changing. A station that joins a case meanwhile makes a second round."""
    named = {to for event in events if isinstance(to := event.data.get("to"), str)}
    receivers = [station for device in named if (station := tx.station_of(device)) is not None]
    case_ids = {event.case for event in events if event.case is not None}
    continued = {older for event in events if (older := _continued_by(event)) is not None}
    continued |= {job for event in events if (job := _entrustment_of(event)) is not None}
    locked: set[str] = set()
    while touched := {own, *receivers, *tx.stations_of_all(case_ids), *tx.stations_waiting(case_ids)} - locked:
        tx.lock_feeds(touched)
        locked |= touched
        for word in (event for event in events if event.kind == closed.ENDS):
            case_ids |= set(tx.batons_of(word, own))
        case_ids |= lines.related(tx, case_ids) | jobs.related(tx, case_ids) | continued


def _continued_by(event: Event) -> CaseId | None:
    """The case that a new one says it goes on with."""
    words = event.data.get("continues")
    if event.kind != "received" or not isinstance(words, str):
        return None
    try:
        return CaseId.parse(words)
    except InvalidInput:
        return None  # the event is quarantined when it is applied


def _entrustment_of(event: Event) -> CaseId | None:
    """The entrustment that a new case says it came from."""
    words = event.data.get("job")
    if event.kind != "received" or not isinstance(words, str):
        return None
    try:
        return JobId.parse(words).entrustment
    except InvalidInput:
        return None  # the event is quarantined when it is applied


def _take(batch: Batch, hall: ExchangeHall, event: Event, place: Placed, station: str) -> None:
    """One event of a device, its case blocked or not."""
    if event.case is None:
        _take_without_case(batch, hall, event, station)
        return
    opens = event.kind in _OPENING and batch.dossier(event.case) is None
    if batch.dossier(event.case) is None:
        batch.take_turn()
    if event.case in batch.blocked and not opens:
        batch.tx.record(event.id, Kind.BEHIND, "waits_behind", event.case, hall.now_ms)
        return
    verdict = _try(batch, hall, event, place, station)
    if verdict is not None:
        batch.tx.record(event.id, verdict.kind, verdict.code, event.case, hall.now_ms)
        if verdict.kind in troubles.BLOCKING:
            batch.blocked.add(event.case)
    elif opens and event.case in batch.blocked:
        retry(batch, hall, event.case)


def _try(batch: Batch, hall: ExchangeHall, event: Event, place: Placed, station: str) -> Verdict | None:
    """Apply an event with all its effects, or none of them and say why not."""
    assert event.case is not None
    try:
        with batch.attempt():
            _check_origin(batch, event, station)
            _accept(batch, hall, event, place, station)
    except fold.Late as late:
        _keep_late(batch, hall, event, place, station)
        frozen = lines.is_frozen(batch, event.case)
        return Verdict(Kind.LATE, lines.FROZEN if frozen else late.code)
    except fold.UnknownKind as unknown:
        return Verdict(Kind.WAITING, unknown.code)
    except CounterError as refused:
        return Verdict(Kind.QUARANTINED, refused.code)
    except _MISSHAPEN as error:
        return _misshapen(event, error)
    return None


def _keep_late(batch: Batch, hall: ExchangeHall, event: Event, place: Placed, station: str) -> None:
    """What came late changes nothing, and its papers and their numbers are kept in sight (sync design section 2)."""
    assert event.case is not None
    case = batch.case(event.case)
    assert case is not None, "only a case that is there has a holder"
    batch.join(case.id, station)
    batch.put(with_late(case, event))
    batch.link(case.id, place, late=True)
    with suppress(InvalidInput):  # the paper was served all the same
        _book_numbers(batch, hall, event)
    _freeze_if_contradicted(batch, hall, case.id)


def _freeze_if_contradicted(batch: Batch, hall: ExchangeHall, case_id: CaseId) -> None:
    """Where both sides have served a paper that binds, nothing more is done until a supervisor settles it."""
    living = lines.to_freeze(batch, case_id)
    if living is not None:
        batch.tx.name_late({living.id, *lines.related(batch, [living.id])}, lines.FROZEN)
        append_own(batch, hall, NewEvent("frozen", living.id, living.epoch, "", {}))


def skip(batch: Batch, hall: ExchangeHall, lost: EventId, case_id: CaseId | None) -> None:
    """A person has said that a waiting event shall change nothing: it is kept like a late one, and those behind go on.

    The feeds of the case must be locked.
    """
    batch.tx.skip(lost)
    [row] = batch.tx.journals.rows(lost.device, lost.seq - 1, lost.seq)
    event, station = _readable(lost.device, row), batch.station_of(lost.device)
    if event is None or case_id is None:
        return
    if batch.case(case_id) is not None and station is not None:
        with suppress(CounterError, *_MISSHAPEN), batch.attempt():
            _keep_late(batch, hall, event, Placed(lost.device, row.seq, row.public, row.c), station)
    retry(batch, hall, case_id)


def retry(batch: Batch, hall: ExchangeHall, case_id: CaseId) -> None:
    """The waiting events of a case once more, in the order in which they came, as far as they go."""
    for waits in batch.tx.waiting(case_id):
        [row] = batch.tx.journals.rows(waits.device, waits.seq - 1, waits.seq)
        station = batch.station_of(waits.device)
        assert station is not None, "only devices' events wait"
        event = event_of(waits.device, waits.seq, row.public, row.private)
        verdict = _try(batch, hall, event, Placed(waits.device, row.seq, row.public, row.c), station)
        if verdict is not None and verdict.kind in troubles.BLOCKING:
            batch.tx.restate(waits, *verdict)
            return
        batch.tx.settle(waits)
        if verdict is not None:
            batch.tx.record(waits, *verdict, case_id, hall.now_ms)
    batch.blocked.discard(case_id)


def retry_without_case(batch: Batch, hall: ExchangeHall, lost: EventId) -> None:
    """A set-aside event about the station itself once more; the feed of its station must be locked."""
    [row] = batch.tx.journals.rows(lost.device, lost.seq - 1, lost.seq)
    event, station = _readable(lost.device, row), batch.station_of(lost.device)
    if event is None or station is None:
        return
    verdict = _try_without_case(batch, hall, event, station)
    if verdict is None:
        batch.tx.settle(lost)
    else:
        batch.tx.restate(lost, *verdict)


def _pass_batons(batch: Batch, hall: ExchangeHall, event: Event, station: str) -> None:
    """What is held under the closed ids goes on with their successor."""
    for case_id in batch.tx.batons_of(event, station):
        case = batch.case(case_id)
        if case is not None and case.holder != event.id.device:
            append_own(batch, hall, NewEvent("inherited", case_id, case.epoch, "", {"to": event.id.device}))


def _misshapen(event: Event, error: Exception) -> Verdict:
    """The log names the place and the kind of fault; what the event says may be personal and is not logged."""
    log.warning("event %s/%d of kind %s: %s", event.id.device, event.id.seq, event.kind, type(error).__name__)
    return Verdict(Kind.QUARANTINED, "event_misshapen")


def _check_origin(batch: Batch, event: Event, station: str) -> None:
    """A case is opened by the device that counted it, at its own station; what is the hall's to do, only it does."""
    assert event.case is not None
    if event.origin is not None:
        closed.check_writer(batch.tx, event, station)
    if event.kind in _OPENING:
        if not event.is_by_counter_of_case:
            raise CounterError("case_of_other_device", case=str(event.case))
        if text_of(event.data, "station") != station:
            raise CounterError("case_of_other_station", station=station)
    own_job = event.is_by_counter_of_case or batch.tx.may_succeed(event.case.device, station)
    if event.kind in JOB_KINDS and not own_job:
        raise CounterError("job_of_other_device", case=str(event.case))
    to = event.data.get("to")
    if isinstance(to, str) and station_of_desk(to) not in (None, station):
        raise CounterError("desk_of_other_station", desk=to[:40])
    case = batch.case(event.case)
    row = None if case is None else transition_of_event(case.state, event.kind)
    if event.kind in _OF_THE_HALL or (row is not None and row.actors <= _AT_THE_HALL):
        raise CounterError("event_of_the_hall", kind=event.kind)


def _accept(batch: Batch, hall: ExchangeHall, event: Event, place: Placed, station: str | None) -> None:
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
    _book_numbers(batch, hall, event)
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
        _freeze_if_contradicted(batch, hall, moved.id)
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


def _book_numbers(batch: Batch, hall: ExchangeHall, event: Event) -> None:
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


def _take_without_case(batch: Batch, hall: ExchangeHall, event: Event, station: str) -> None:
    """Events about the station itself: kept; the hall acts on those it knows."""
    verdict = _try_without_case(batch, hall, event, station)
    if verdict is not None:
        batch.tx.record(event.id, *verdict, None, hall.now_ms)


def _try_without_case(batch: Batch, hall: ExchangeHall, event: Event, station: str) -> Verdict | None:
    if event.kind not in _ABOUT_NUMBERS | _ABOUT_DAYS | _OF_SUCCESSORS:
        return None
    try:
        with batch.attempt():
            _act_without_case(batch, hall, event, station)
    except CounterError as refused:
        return Verdict(Kind.QUARANTINED, refused.code)
    except _MISSHAPEN as error:
        return _misshapen(event, error)
    return None


def _act_without_case(batch: Batch, hall: ExchangeHall, event: Event, station: str) -> None:
    if event.origin is not None:
        closed.check_writer(batch.tx, event, station)
    if event.kind == closed.BEGINS:
        batch.tx.succession(event, station, hall.now_ms)
    elif event.kind == closed.ENDS:
        _pass_batons(batch, hall, event, station)
    elif event.kind == DAY_CLOSED:
        answer = days.answer(batch.tx, event)
        if answer is not None:
            append_own(batch, hall, answer)
    elif event.kind != "block_wanted":
        _book_numbers(batch, hall, event)
    else:
        agency = text_of(event.data, "agency")
        if agency not in batch.tx.accepts_for(station):
            raise CounterError("agency_not_entrusted", agency=agency[:40])
        append_own(batch, hall, batch.tx.further_block(event.id.device, event, hall.year))
