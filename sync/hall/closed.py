"""Device ids that are used no more, and what their successors bring of them (sync design section 7).

A cloned home writes a second history under one id: the id is closed, the cases that were touched since are
frozen, and each machine enrols again. A restored home does so by itself. Their unsent work comes as replayed
events; whatever the hall has already, by the first machine or by an earlier try, is there once only.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sqlalchemy import Connection, false, insert, or_, select

from counter_app.domain.errors import CounterError
from counter_app.domain.events import Event
from counter_app.domain.identifiers import CaseId, EventId
from counter_app.domain.wire_values import list_of, number_of
from sync import journal
from sync.hall import places, troubles
from sync.hall.tables import case_events, closed_devices, replays
from sync.hall.tables import cases as case_rows
from sync.hall.troubles import Kind

if TYPE_CHECKING:
    from sync.hall.ports import Records

FORKED, RESTORED = "fork", "home_restored"  # why an id was closed; also the codes of the exceptions
BEGINS, ENDS = "succeeds", "succeeded"  # the successor's word before and after its replayed events


def is_closed(conn: Connection, device: str) -> bool:
    """Whether the id is used no more."""
    return conn.scalar(select(closed_devices.c.device).where(closed_devices.c.device == device)) is not None


def since(conn: Connection, device: str, why: str) -> int | None:
    """The first event of a device closed for this reason that two histories may not share; None: not closed so."""
    c = closed_devices.c
    return conn.scalar(select(c.since_seq).where(c.device == device, c.why == why))


def close_device(conn: Connection, device: str, since_seq: int, why: str, now_ms: int) -> bool:
    """Close the id, once; whether it was open."""
    if is_closed(conn, device):
        return False
    conn.execute(insert(closed_devices).values(device=device, since_seq=since_seq, why=why, since_ms=now_ms))
    return True


def touched_since(conn: Connection, device: str, seq: int) -> list[CaseId]:
    """Cases in which the device has written from this event on."""
    e = case_events.c
    found = select(e.case_device, e.case_n).where(e.device == device, e.seq >= seq).distinct()
    brought = (
        select(e.case_device, e.case_n)
        .join(replays, (replays.c.device == e.device) & (replays.c.seq == e.seq))
        .where(replays.c.origin_device == device, replays.c.origin_n >= seq)
    )
    return sorted(CaseId(*row) for row in conn.execute(found.union(brought)))


def is_replayed(conn: Connection, event: Event) -> bool:
    """Whether a replayed event is here already: as it was first written, or as another brought it."""
    origin = event.origin
    assert origin is not None, "only replayed events are asked about"
    if journal.hash_at(conn, origin.id.device, origin.id.seq) == origin.hash:
        return True
    r = replays.c
    same = (r.origin_device == origin.id.device, r.origin_n == origin.id.seq, r.hash == origin.hash)
    row = conn.execute(select(r.device, r.seq).where(*same)).first()
    return row is not None and (row.device, row.seq) != (event.id.device, event.id.seq)


def note_replay(conn: Connection, event: Event) -> None:
    """Remember where a replayed event stands now."""
    origin = event.origin
    assert origin is not None, "only replayed events are noted"
    place = {"device": event.id.device, "seq": event.id.seq}
    key = {"origin_device": origin.id.device, "origin_n": origin.id.seq, "hash": origin.hash}
    r = replays.c
    if conn.execute(select(r.seq).where(r.device == event.id.device, r.seq == event.id.seq)).first() is None:
        conn.execute(insert(replays).values(**key, **place))


def origins(conn: Connection) -> dict[tuple[str, int], str]:
    """By the place of a replayed event, the id under which it was written."""
    return {(row.device, row.seq): row.origin_device for row in conn.execute(select(replays))}


def check_writer(tx: Records, event: Event, station: str) -> None:
    """A replayed event was written under an id of this station that is closed, or that only a home apart ever had.

    CounterError `origin_not_closed`.
    """
    if not tx.may_succeed(event.writer, station):
        raise CounterError("origin_not_closed", device=event.writer[:64])


def may_succeed(conn: Connection, device: str, station: str) -> bool:
    """Whether work under this id may be brought by another device of the station."""
    known = places.device(conn, device)
    if known is None:
        return device.startswith(f"{station}-")
    return known.station == station and is_closed(conn, device)


def succession(conn: Connection, event: Event, station: str, now_ms: int) -> None:
    """The successor of these ids begins: one that is in use is closed, and a person is told."""
    for device in _named(event):
        known = places.device(conn, device)
        if known is None or known.station != station:
            continue
        kept = number_of(event.data, "kept") if "kept" in event.data else 0
        if close_device(conn, device, kept + 1, RESTORED, now_ms):
            head = journal.head(conn, device)
            seen = {"hall": {"seq": head[0], "hash": head[1].hex()}, "device": {"seq": kept}}
            seen |= {"successor": {"device": event.id.device}}
            place = EventId(device, max(1, kept))
            troubles.record(conn, place, Kind.RESTORED, RESTORED, None, now_ms)
            troubles.note_evidence(conn, place, Kind.RESTORED, seen)


def batons_of(conn: Connection, event: Event, station: str) -> list[CaseId]:
    """The cases that are held under the ids of a successor's word."""
    named = [device for device in _named(event) if may_succeed(conn, device, station)]
    c = case_rows.c
    found = select(c.case_device, c.case_n).where(c.holder.in_(named)).order_by(c.case_device, c.case_n)
    return [CaseId(row.case_device, row.case_n) for row in conn.execute(found)]


def has_open_fork(conn: Connection, device: str) -> bool:
    """Whether a fork of this device still waits for a person."""
    return any(row.kind is Kind.FORK and row.event.device == device for row in troubles.listed(conn))


def listed(conn: Connection, devices: Iterable[str]) -> dict[str, str]:
    """Why each of these ids was closed, as far as they are."""
    c = closed_devices.c
    wanted = or_(false(), *(c.device == device for device in devices))
    return {row.device: row.why for row in conn.execute(select(c.device, c.why).where(wanted))}


def _named(event: Event) -> list[str]:
    return [device for device in list_of(event.data, "devices") if isinstance(device, str)]
