"""Apply what was received: in order, each event in a savepoint, what does not fit set aside per case.

Sync design section 4. The same path serves a device's events, the hall's own
and those that waited (`effects.py` says what each brings); it writes projection, order, feed and number register
in one transaction with the event's acceptance.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import astuple

from counter_app.domain import fold
from counter_app.domain.agent_job import HALL_JOB_KINDS, JOB_KINDS
from counter_app.domain.day_close import KIND as DAY_CLOSED
from counter_app.domain.errors import CounterError, InvalidInput
from counter_app.domain.events import Event, NewEvent
from counter_app.domain.fold_history import with_late
from counter_app.domain.identifiers import CaseId, EventId, JobId, station_of_desk
from counter_app.domain.people import Actor
from counter_app.domain.states import transition_of_event
from counter_app.domain.wire_values import text_of
from sync import journal_rules
from sync.canonical import EventNotReadable, event_of
from sync.hall import closed, days, jobs, lines, troubles
from sync.hall.batch import Batch, Placed
from sync.hall.crossing import again_if_crossed
from sync.hall.effects import accept, append_own, book_numbers, freeze_if_contradicted
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
            accept(batch, hall, event, place, station)
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
        book_numbers(batch, hall, event)
    freeze_if_contradicted(batch, hall, case.id)


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
        book_numbers(batch, hall, event)
    else:
        agency = text_of(event.data, "agency")
        if agency not in batch.tx.accepts_for(station):
            raise CounterError("agency_not_entrusted", agency=agency[:40])
        append_own(batch, hall, batch.tx.further_block(event.id.device, event, hall.year))
