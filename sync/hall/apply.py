"""Apply what was received: in order, each event in a savepoint, what does not fit set aside per case.

Sync design section 4. The same path serves a device's events, the hall's own
and those that waited; each writes projection, order, feed and number register
in one transaction with the event's acceptance.
"""

from __future__ import annotations

import logging

from sqlalchemy import Connection, select, update

from counter_app.domain import fold
from counter_app.domain.case import Case
from counter_app.domain.errors import CounterError
from counter_app.domain.events import Event, NewEvent
from counter_app.domain.identifiers import HALL, CaseId, EventId
from counter_app.domain.moments import local_date
from counter_app.domain.wire_values import text_of
from sync import journal
from sync.canonical import EventNotReadable, event_of
from sync.hall import cases, feeds, numbers, places, troubles
from sync.hall.home import Hall, shipped_items
from sync.hall.tables import devices
from sync.hall.troubles import Kind, Verdict

log = logging.getLogger(__name__)

BATCH = 200  # events in one transaction: a long one would keep others from writing

# What data of the wrong shape can raise in the fold: the event stays, a person looks at it.
_MISSHAPEN = (KeyError, ValueError, TypeError, AttributeError, OverflowError, OSError)


def apply_received(hall: Hall, device: str) -> None:
    """Apply everything of the device that was received and not yet applied."""
    while _apply_batch(hall, device):
        pass


def retry_waiting(hall: Hall) -> None:
    """Try again what waits: after an upgrade this program may know what it did not know before."""
    with hall.store.write() as conn:
        for case_id in troubles.blocked_cases(conn):
            _retry(conn, hall, case_id)


def append_own(conn: Connection, hall: Hall, new: NewEvent) -> Event:
    """Write an event of the hall itself. Its case, or the station it goes to, must be locked already."""
    [event] = journal.append(conn, HALL, [new], hall.clock())
    if event.case is None:
        station = cases.station_of(conn, text_of(event.data, "to"))
        if station is not None:
            feeds.enter(conn, station, HALL, event.id.seq)
    else:
        _accept(conn, hall, event, cases.load(conn, event.case), None)
    return event


def lock_case(conn: Connection, case_id: CaseId) -> None:
    """Keep everybody else from the case and its feeds until the transaction ends."""
    feeds.lock(conn, cases.stations_of(conn, case_id))


def _apply_batch(hall: Hall, device: str) -> bool:
    """One transaction; whether there may be more."""
    with hall.store.write() as conn:
        d = devices.c
        row = conn.execute(select(d.applied, d.station).where(d.device == device).with_for_update()).one()
        received, _ = journal.head(conn, device)
        raws = list(journal.raw(conn, device, row.applied + 1, min(received, row.applied + BATCH)))
        if not raws:
            return False
        read = [_readable(device, raw) for raw in raws]
        feeds.lock(conn, {row.station, *_stations_touched(conn, read)})
        for place, event in zip(raws, read, strict=True):
            if event is None:
                lost = EventId(device, place.seq)
                troubles.record(conn, lost, Kind.QUARANTINED, "event_not_readable", None, hall.now_ms)
            else:
                _take(conn, hall, event, row.station)
        conn.execute(update(devices).where(d.device == device).values(applied=raws[-1].seq))
        return raws[-1].seq < received


def _readable(device: str, raw: journal.RawEvent) -> Event | None:
    try:
        return event_of(device, raw.seq, raw.public, raw.private)
    except EventNotReadable:
        return None


def _stations_touched(conn: Connection, events: list[Event | None]) -> set[str]:
    """Every station whose feed these events may enter: locked before the first of them is applied."""
    touched: set[str] = set()
    for case_id in {event.case for event in events if event is not None and event.case is not None}:
        touched.update(cases.stations_of(conn, case_id))
    for event in events:
        to = cases.station_of(conn, text_of(event.data, "to")) if event is not None else None
        touched.update([to] if to else [])
    return touched


def _take(conn: Connection, hall: Hall, event: Event, station: str) -> None:
    """One event of a device, its case blocked or not."""
    if event.case is None:
        _take_without_case(conn, hall, event, station)
        return
    opens = event.kind == "received" and cases.load(conn, event.case) is None
    if troubles.is_blocked(conn, event.case) and not opens:
        troubles.record(conn, event.id, Kind.BEHIND, "waits_behind", event.case, hall.now_ms)
        return
    verdict = _try(conn, hall, event, station)
    if verdict is not None:
        troubles.record(conn, event.id, verdict.kind, verdict.code, event.case, hall.now_ms)
    elif opens:
        _retry(conn, hall, event.case)


def _try(conn: Connection, hall: Hall, event: Event, station: str) -> Verdict | None:
    """Apply an event with all its effects, or none of them and say why not."""
    assert event.case is not None
    try:
        with conn.begin_nested():
            _check_origin(event, station)
            _accept(conn, hall, event, cases.load(conn, event.case), station)
    except fold.Late as late:
        cases.link(conn, event.case, event, station, late=True)
        return Verdict(Kind.LATE, late.code)
    except fold.UnknownKind as unknown:
        return Verdict(Kind.WAITING, unknown.code)
    except CounterError as refused:
        return Verdict(Kind.QUARANTINED, refused.code)
    except _MISSHAPEN as error:
        return _misshapen(event, error)
    return None


def _retry(conn: Connection, hall: Hall, case_id: CaseId) -> None:
    """The waiting events of a case once more, in the order in which they came, as far as they go."""
    for place in troubles.waiting(conn, case_id):
        [raw] = journal.raw(conn, place.device, place.seq, place.seq)
        station = cases.station_of(conn, place.device)
        assert station is not None, "only devices' events wait"
        verdict = _try(conn, hall, event_of(place.device, place.seq, raw.public, raw.private), station)
        if verdict is not None and verdict.kind in troubles.BLOCKING:
            troubles.restate(conn, place, *verdict)
            return
        troubles.settle(conn, place)
        if verdict is not None:
            troubles.record(conn, place, *verdict, case_id, hall.now_ms)


def _misshapen(event: Event, error: Exception) -> Verdict:
    """The log names the place and the kind of fault; what the event says may be personal and is not logged."""
    log.warning("event %s/%d of kind %s: %s", event.id.device, event.id.seq, event.kind, type(error).__name__)
    return Verdict(Kind.QUARANTINED, "event_misshapen")


def _check_origin(event: Event, station: str) -> None:
    """A case is opened by the device that counted it, at its own station."""
    if event.kind == "received" and event.case is not None:
        if event.case.device != event.id.device:
            raise CounterError("case_of_other_device", case=str(event.case))
        if text_of(event.data, "station") != station:
            raise CounterError("case_of_other_station", station=station)


def _accept(conn: Connection, hall: Hall, event: Event, case: Case | None, station: str | None) -> None:
    """The event's effects, all of them."""
    moved = fold.apply(case, event)
    cases.save(conn, moved, new=case is None)
    cases.link(conn, moved.id, event, station)
    receiver = cases.station_of(conn, moved.holder)
    if receiver is not None:
        cases.join(conn, moved.id, receiver)
    for use in numbers.uses_of(event):
        doubt = numbers.book(conn, use, event)
        if doubt is not None:
            troubles.record(conn, event.id, Kind.NUMBER, doubt, moved.id, hall.now_ms)
    if event.kind == "received":
        append_own(conn, hall, _numbered(conn, moved))


def _numbered(conn: Connection, case: Case) -> NewEvent:
    """The case's number: it is the hall's to give, on the first whole receipt (specs domain 8.2)."""
    item = shipped_items().get(case.item.code, None)
    case_no = numbers.new_case_no(conn, item.task_code, local_date(case.received_at_ms))
    return NewEvent("numbered", case.id, case.epoch, "", {"case_no": case_no})


def _take_without_case(conn: Connection, hall: Hall, event: Event, station: str) -> None:
    """Events about the station itself: kept; the hall acts on those it knows."""
    if event.kind != "block_wanted":
        return
    try:
        with conn.begin_nested():
            agency = text_of(event.data, "agency")
            if agency not in places.station(conn, station).accepts_for(places.agency_codes(conn)):
                raise CounterError("agency_not_entrusted", agency=agency[:40])
            append_own(conn, hall, numbers.further_block(conn, event.id.device, event))
    except CounterError as refused:
        troubles.record(conn, event.id, Kind.QUARANTINED, refused.code, None, hall.now_ms)
    except _MISSHAPEN as error:
        troubles.record(conn, event.id, *_misshapen(event, error), None, hall.now_ms)
