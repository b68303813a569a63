"""A station's bundle taken in at the hall: the frames of an exchange, whose wire is a file (sync design section 6).

Seq and hash alone decide: parts may come in any order and twice, with exchanges over the line in between.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO

import msgspec
from sqlalchemy import Connection, delete, insert, select, update

from counter_app.domain.errors import CounterError
from counter_app.domain.people import Person, Role
from sync.bundle_in import missing_part
from sync.bundle_part import TO_HALL, BundleUnsigned, Part, PartReader, part_in
from sync.envelope import PART, WHOLE, DeviceBundle
from sync.frames import AttachmentFrame, EventFrame, Frame
from sync.hall import apply, closed, enrolment, places, receive
from sync.hall.crossing import again_if_crossed
from sync.hall.home import Hall
from sync.hall.receive import Sender
from sync.hall.tables import bundle_accepted, bundle_parts, bundle_scans, bundles, devices
from sync.wire import BUNDLE, WireError

JOINED = 1024 * 1024  # bytes of a file that are stored at once
_UNSIGNED = frozenset({"unauthorised", "malformed"})


@dataclass
class Taken:
    """What a part brought, also where it ended with an error: events and whole files that are new, and known events."""

    device: str = ""
    made_ms: int = 0
    part: int = 0
    last: bool = False
    events: int = 0
    duplicates: int = 0
    attachments: int = 0
    acknowledged: int = 0
    error: CounterError | None = None


def take_in(hall: Hall, file: IO[bytes], person: Person) -> Taken:
    """Take in one part. What came before an error is kept, applied and told, and the part may be given again.

    The errors: NotABundle, BundleCut, BundleDamaged, BundleUnsigned; `bundle_newer`, `bundle_wrong_way`,
    `bundle_other_hall`, `bundle_device_unknown`, `bundle_of_revoked` (no supervisor looks on), `bundle_gap`,
    `bundle_begins_later`, `fork`, `mismatch`, and those of store and disk.
    """
    taken = Taken()
    try:
        part = part_in(file)
        taken.made_ms, taken.part, taken.last = part.routing.made_ms, part.routing.part, part.last
        sender = _sender(hall, part, person)
        taken.device = sender.device
        _take_from(hall, sender, part, person, taken)
    except CounterError as error:
        taken.error = error
    return taken


def _sender(hall: Hall, part: Part, person: Person) -> Sender:
    routing = part.routing
    if routing.to != TO_HALL:
        raise CounterError("bundle_wrong_way")
    if routing.hall != hall.id:
        raise CounterError("bundle_other_hall", hall=routing.hall)
    with hall.store.read() as conn:
        known = places.device(conn, routing.device)
        shut = closed.is_closed(conn, routing.device)
    if known is None:
        raise CounterError("bundle_device_unknown", device=routing.device)
    if shut:
        raise WireError("fork", device=known.id)
    if known.revoked and Role.SUPERVISOR not in person.roles:
        raise CounterError("bundle_of_revoked", device=known.id)
    return Sender(known.id, known.station, known.sign_public)


def _take_from(hall: Hall, sender: Sender, part: Part, person: Person, taken: Taken) -> None:
    before = _received(hall, sender)
    taking = _Taking(hall, sender)
    try:
        asked = taking.read(part)
        _note(hall, sender, asked, taking.scans, person)
    finally:
        taken.acknowledged = _received(hall, sender)
        taken.events = taken.acknowledged - before
        taken.duplicates, taken.attachments = taking.events - taken.events, taking.whole
        apply.apply_received(hall, sender.device)
    enrolment.renew_leases(hall, sender.device)


@dataclass
class _Taking:
    """One part on its way in."""

    hall: Hall
    sender: Sender
    events: int = 0
    whole: int = 0
    scans: set[bytes] = field(default_factory=set)

    def read(self, part: Part) -> DeviceBundle:
        """Store its frames one by one; what it began with, once it is whole."""
        reader = PartReader(part, self.hall.keys.box_private)
        message = reader.envelope()
        if not message.is_by(self.sender.sign_public, BUNDLE):
            raise BundleUnsigned
        try:
            asked = self._agreeing(message.decode(DeviceBundle), part)
            seq = receive.check_history(self.hall, self.sender, (asked.head, asked.base))
            if asked.base[0] > seq:
                raise self._missing(asked)
            hole = False
            for frame in _joined(reader.frames(asked.codec)):
                hole = not self._take(frame) or hole
        except WireError as error:
            if error.code in _UNSIGNED:
                raise BundleUnsigned from None
            raise
        if hole:
            raise self._missing(asked)
        return asked

    def _agreeing(self, asked: DeviceBundle, part: Part) -> DeviceBundle:
        said = (asked.hall, asked.device, asked.made_ms, asked.part)
        if said != (self.hall.id, self.sender.device, part.routing.made_ms, part.routing.part):
            raise BundleUnsigned
        return asked

    def _take(self, frame: Frame) -> bool:
        """Store the frame; False for a piece of a file that what comes before it is missing of."""
        fits = not isinstance(frame, AttachmentFrame) or self._fits(frame)
        receive.take_frame(self.hall, self.sender, frame)
        match frame:
            case EventFrame():
                self.events += len(frame.events)
            case AttachmentFrame():
                self.scans.add(frame.sha256)
                self.whole += fits and frame.offset + len(frame.piece) == frame.size
        return fits

    def _fits(self, piece: AttachmentFrame) -> bool:
        with self.hall.records.read() as tx:
            [(_, held, state)] = tx.held([piece.sha256])
        return state == WHOLE or (state == PART and piece.offset <= held)

    def _missing(self, asked: DeviceBundle) -> CounterError:
        p = bundle_parts.c
        query = select(p.part).where(p.device == self.sender.device, p.made_ms == asked.made_ms)
        with self.hall.store.read() as conn:
            return missing_part(asked.part, frozenset(conn.scalars(query)))


def _joined(frames: Iterator[Frame]) -> Iterator[Frame]:
    """The same frames, pieces of one file that follow each other as one: each costs a wait for the disk."""
    waiting: AttachmentFrame | None = None
    try:
        for frame in frames:
            if isinstance(frame, AttachmentFrame) and waiting is not None and _goes_on(waiting, frame):
                waiting = msgspec.structs.replace(waiting, piece=waiting.piece + frame.piece)
                continue
            if waiting is not None:
                yield waiting
            waiting = frame if isinstance(frame, AttachmentFrame) else None
            if waiting is None:
                yield frame
    except CounterError:  # what was whole before it is kept
        if waiting is not None:
            yield waiting
        raise
    if waiting is not None:
        yield waiting


def _goes_on(piece: AttachmentFrame, next_one: AttachmentFrame) -> bool:
    follows = next_one.offset == piece.offset + len(piece.piece) and next_one.size == piece.size
    return follows and next_one.sha256 == piece.sha256 and len(piece.piece) < JOINED


def _received(hall: Hall, sender: Sender) -> int:
    with hall.records.read() as tx:
        return tx.journal_head(sender.device)[0]


@again_if_crossed
def _note(hall: Hall, sender: Sender, asked: DeviceBundle, scans: set[bytes], person: Person) -> None:
    """Remember that the part is here, who took it in, and what the answer to its bundle has to say."""
    device, made_ms = sender.device, asked.made_ms
    p, s = bundle_parts.c, bundle_scans.c
    with hall.store.write() as conn:
        last_x = conn.execute(select(devices.c.last_x).where(devices.c.device == device).with_for_update()).scalar_one()
        _note_newest(conn, device, asked, last_x)
        same = (p.device == device) & (p.made_ms == made_ms) & (p.part == asked.part)
        if conn.scalar(select(p.part).where(same)) is None:
            row = {"device": device, "made_ms": made_ms, "part": asked.part}
            conn.execute(insert(bundle_parts).values(**row, taken_ms=hall.now_ms, person=person.name))
        for sha256 in scans:
            conn.execute(delete(bundle_scans).where(s.device == device, s.sha256 == sha256))
            conn.execute(insert(bundle_scans).values(device=device, sha256=sha256, made_ms=made_ms))
        conn.execute(update(devices).where(devices.c.device == device).values(last_contact_ms=hall.now_ms))


def _note_newest(conn: Connection, device: str, asked: DeviceBundle, last_x: int) -> None:
    """Answers begin where the newest bundle stood; the files of those before it are sent again if they are missed."""
    b, s = bundles.c, bundle_scans.c
    known = conn.scalar(select(b.made_ms).where(b.device == device))
    if known is not None and known >= asked.made_ms:
        return
    conn.execute(delete(bundles).where(b.device == device))
    conn.execute(delete(bundle_scans).where(s.device == device, s.made_ms < asked.made_ms))
    conn.execute(delete(bundle_accepted).where(bundle_accepted.c.device == device))
    if asked.accepted:
        conn.execute(insert(bundle_accepted), [{"device": device, "seq": seq} for seq in sorted(set(asked.accepted))])
    n, feed_hash = asked.feed
    row = {"device": device, "made_ms": asked.made_ms, "head_seq": asked.head[0], "last_x": last_x}
    conn.execute(insert(bundles).values(**row, feed_n=n, feed_hash=feed_hash))
