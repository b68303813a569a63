"""The hall's side of one exchange, up to "received": who asks, from where, and each frame as it comes.

The order of the checks is that of PROTOCOL.md section 5. Every function is one
transaction; nothing is kept in memory that another worker would need.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from counter_app.domain.identifiers import EventId
from sync import journal
from sync.canonical import EventNotReadable, event_of
from sync.envelope import HeadQuery, Place, Request
from sync.frames import AttachmentFrame, EventFrame, Frame
from sync.hall import attachments, places, troubles
from sync.hall.home import Hall
from sync.hall.tables import devices
from sync.hall.troubles import Kind
from sync.wire import EXCHANGE, HEAD, SignedEnvelope, WireError


@dataclass(frozen=True, slots=True)
class Sender:
    """A device that something comes from, over the line or by bundle."""

    device: str
    station: str
    sign_public: bytes


@dataclass(frozen=True, slots=True)
class Caller(Sender):
    """A device whose signed question was taken up."""

    asked: Request | HeadQuery


def identify(hall: Hall, message: SignedEnvelope, asked: Request | HeadQuery) -> Caller:
    """Who asks, by signature. WireError unauthorised."""
    label = EXCHANGE if isinstance(asked, Request) else HEAD
    with hall.store.read() as conn:
        known = places.device(conn, asked.device)
    if asked.hall != hall.id or known is None or not message.is_by(known.sign_public, label):
        raise WireError("unauthorised")
    return Caller(known.id, known.station, known.sign_public, asked)


def admit(hall: Hall, caller: Caller) -> None:
    """Store the try number. WireError revoked, stale (with `last_x`): a recorded request is worth nothing."""
    asked = caller.asked
    d = devices.c
    with hall.store.write() as conn:
        row = conn.execute(
            select(d.last_x, d.revoked_ms).where(d.device == caller.device).with_for_update()
        ).one()
        if row.revoked_ms is not None:
            raise WireError("revoked")
        if asked.x <= row.last_x:
            raise WireError("stale", last_x=row.last_x)
        contact = {"last_x": asked.x, "last_contact_ms": hall.now_ms}
        if isinstance(asked, Request):
            contact["clock_offset_ms"] = hall.now_ms - asked.wall_ms
        conn.execute(update(devices).where(d.device == caller.device).values(contact))


def check_start(hall: Hall, caller: Caller) -> None:
    """Whether the device's history goes on where the hall's ends. WireError behind, gap, fork."""
    assert isinstance(caller.asked, Request)
    base, head = caller.asked.base, caller.asked.head
    seq = check_history(hall, caller, (head, base))
    if head[0] < seq:
        raise WireError("behind", device=caller.device, seq=seq)
    if base[0] > seq:
        raise WireError("gap", device=caller.device, expected=seq + 1)


def check_history(hall: Hall, sender: Sender, places: Iterable[Place]) -> int:
    """The seq that the hall has of the device. WireError fork where it has another hash at one of its places."""
    with hall.store.read() as conn:
        seq, _ = journal.head(conn, sender.device)
        known = [place for place in places if place[0] <= seq]
        forked = [n for n, h in known if journal.hash_at(conn, sender.device, n) != h]
    if forked:
        _note_fork(hall, sender.device, forked[0])
        raise WireError("fork", device=sender.device, seq=forked[0])
    return seq


def take_frame(hall: Hall, sender: Sender, frame: Frame) -> bool:
    """Store one frame; False for a piece of a file that could not be added, because what comes before it is missing.

    WireError unauthorised, gap, mismatch, fork, malformed: nothing of it is stored then.
    """
    match frame:
        case EventFrame():
            _take_events(hall, sender, frame)
            return True
        case AttachmentFrame():
            return attachments.take(hall, frame)
        case _:
            raise WireError("malformed", part="frame")


def _take_events(hall: Hall, caller: Sender, frame: EventFrame) -> None:
    if not frame.is_by(caller.sign_public, hall.id, caller.device):
        raise WireError("unauthorised")
    try:
        with hall.store.write() as conn:
            new = journal.append_received(conn, caller.device, frame.first, frame.events, frame.head)
            for raw in new:
                _note_attachments(conn, caller.device, raw)
    except journal.JournalFork as fork:
        _note_fork(hall, caller.device, int(str(fork.params["seq"])))
        raise WireError("fork", device=caller.device) from None
    except (journal.JournalGap, journal.JournalMismatch) as refused:
        raise WireError(refused.code, **refused.params) from None


def _note_attachments(conn: Connection, device: str, raw: journal.RawEvent) -> None:
    try:
        attachments.note_named(conn, event_of(device, raw.seq, raw.public, raw.private))
    except EventNotReadable:
        return  # it is received all the same; applying it will name it


def _note_fork(hall: Hall, device: str, seq: int) -> None:
    with hall.store.write() as conn:
        troubles.record(conn, EventId(device, seq), Kind.FORK, "fork", None, hall.now_ms)
