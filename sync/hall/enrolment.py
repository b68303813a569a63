"""One-time codes, and a new device at the hall (sync design section 10)."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from sqlalchemy import Connection, insert, select, update

from counter_app.domain.errors import InvalidInput
from counter_app.domain.moments import local_date
from sync import journal
from sync.envelope import EnrolAnswer, EnrolRequest, ErrorNote
from sync.hall import (
    calendars,
    device_keys,
    effects,
    feeds,
    items,
    notice_templates,
    numbers,
    places,
    profiles,
    seal_roots,
)
from sync.hall.batch import Batch
from sync.hall.crossing import again_if_crossed
from sync.hall.home import Hall
from sync.hall.release_book import lock_all
from sync.hall.store import number_fact, recovery_waits
from sync.hall.tables import devices, enrolment_codes, journal_ratchet
from sync.keys import enrolment_code, first_ratchet_key, new_enrolment_code
from sync.wire import ENROL, SignedEnvelope, WireError, lp

VALID = timedelta(hours=48)


def new_code(conn: Connection, hall: Hall, station: str) -> tuple[str, int]:
    """A code for one new device of the station, and when it ends (ms UTC). Only its hash is kept."""
    code = new_enrolment_code(hall.keys.sign_public)
    expires_ms = hall.now_ms + VALID // timedelta(milliseconds=1)
    conn.execute(insert(enrolment_codes).values(hash=_hash(hall, code), station=station, expires_ms=expires_ms))
    return code, expires_ms


@again_if_crossed
def enrol(hall: Hall, message: SignedEnvelope) -> EnrolAnswer:
    """Make the device that asks; asked again with the same code and keys, the same answer until the code expires.

    WireError malformed, unauthorised, code_unknown, code_used, code_expired.
    """
    request = message.decode(EnrolRequest)
    if not message.is_by(request.sign_public, ENROL):
        raise WireError("unauthorised")
    with hall.store.write() as conn:
        code = _hash(hall, _normalised(request.code))
        c = enrolment_codes.c
        row = conn.execute(select(c.station, c.expires_ms, c.device).where(c.hash == code).with_for_update()).first()
        if row is None:
            raise WireError("code_unknown")
        if row.expires_ms < hall.now_ms:
            raise WireError("code_expired")
        device = row.device
        if device is None:
            if recovery_waits(conn):
                raise WireError("busy")  # ids and numbers that it has forgotten must not be given a second time
            device = _new_device(conn, hall, row.station, request)
            conn.execute(update(enrolment_codes).where(c.hash == code).values(device=device))
        known = places.device(conn, device)
        if known is None or (known.sign_public, known.box_public) != (request.sign_public, request.box_public):
            raise WireError("code_used")
        if not _is_same_ratchet(conn, hall, device, request):
            raise WireError("code_used")
        return _answer(conn, hall, request, device, places.station(conn, row.station))


def refusal(hall: Hall, request: EnrolRequest | None, error: ErrorNote) -> EnrolAnswer:
    """The signed answer of an enrolment that failed; the generation is said to devices only."""
    return EnrolAnswer(
        sign_public=request.sign_public if request else b"",
        hall=hall.id,
        hall_sign_public=hall.keys.sign_public,
        hall_box_public=hall.keys.box_public,
        generation=0,
        hall_time_ms=hall.now_ms,
        error=error,
    )


def _answer(
    conn: Connection, hall: Hall, request: EnrolRequest, device: str, station: places.Station
) -> EnrolAnswer:
    return EnrolAnswer(
        sign_public=request.sign_public,
        hall=hall.id,
        hall_sign_public=hall.keys.sign_public,
        hall_box_public=hall.keys.box_public,
        generation=number_fact(conn, "generation"),
        hall_time_ms=hall.now_ms,
        device=device,
        station=station.code,
        station_name=station.name,
        profile=places.profile(conn, station, calendars.newest(conn).version),
    )


def _new_device(conn: Connection, hall: Hall, code: str, request: EnrolRequest) -> str:
    lock_all(conn)  # every station is told its key
    device = places.next_device_id(conn, code)
    k1 = _first_key(hall, device, request)
    journal.open_journal(conn, device, hall.id, request.sign_public, k1)
    row = {"device": device, "station": code, "last_x": 0, "applied": 0, "enrolled_ms": hall.now_ms}
    conn.execute(insert(devices).values(**row, sign_public=request.sign_public, box_public=request.box_public))
    batch = Batch(hall.records.on(conn))
    calendars.BOOK.bring_up(conn, batch, code)
    items.bring_up(conn, batch, code)
    notice_templates.BOOK.bring_up(conn, batch, code)
    seal_roots.BOOK.bring_up(conn, batch, code)
    batch.write()
    device_keys.bring_up(conn, hall, code)
    device_keys.tell_in(conn, hall)
    profiles.note_enrolled(conn, code)
    _lease_due(conn, hall, device)
    return device


def _first_key(hall: Hall, device: str, request: EnrolRequest) -> bytes:
    """k(1). The device's one-time key is not kept: with the hall's own it would give k(1) again after an erasure."""
    try:
        return first_ratchet_key(hall.keys.box_private, request.ratchet_public, hall.id, device)
    except InvalidInput:
        raise WireError("malformed", part="ratchet_public") from None


def _is_same_ratchet(conn: Connection, hall: Hall, device: str, request: EnrolRequest) -> bool:
    """Whether the journal that is open begins with this request's k(1), as long as it has no event."""
    ratchet = journal_ratchet.c
    begun = conn.execute(select(ratchet.k).where(ratchet.device == device, ratchet.seq == 0)).scalar()
    return begun is None or bytes(begun) == _first_key(hall, device, request)


@again_if_crossed
def renew_leases(hall: Hall, device: str) -> None:
    """Give a device its first blocks of a new year, from 1 December of the old one (sync design section 8)."""
    with hall.store.read() as conn:
        known = places.device(conn, device)
        works = known is not None and not recovery_waits(conn)
        due = known is not None and works and bool(_series_due(conn, hall, known.station, device))
    if due:
        with hall.store.write() as conn:
            _lease_due(conn, hall, device)


def _lease_due(conn: Connection, hall: Hall, device: str) -> None:
    known = places.device(conn, device)
    assert known is not None, "only a device has blocks"
    feeds.lock(conn, [known.station])
    batch = Batch(hall.records.on(conn))
    for event in numbers.first_blocks(conn, device, _series_due(conn, hall, known.station, device)):
        effects.append_own(batch, hall, event)
    batch.write()


def _series_due(conn: Connection, hall: Hall, station: str, device: str) -> list[numbers.SeriesKey]:
    agencies = places.station(conn, station).accepts_for(places.agency_codes(conn))
    return numbers.series_due(conn, device, agencies, local_date(hall.now_ms))


def _normalised(text: str) -> str:
    try:
        return enrolment_code(text)
    except InvalidInput:
        raise WireError("code_unknown") from None


def _hash(hall: Hall, code: str) -> bytes:
    return hashlib.sha256(lp("hall-enrolment-code/1", hall.id, code)).digest()
