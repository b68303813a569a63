"""The hall's side of one exchange, up to "received": who asks, from where, and each frame as it comes.

The order of the checks is that of PROTOCOL.md section 5. Every function is one
transaction; nothing is kept in memory that another worker would need.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from operator import itemgetter

from counter_app.domain.identifiers import EventId
from sync import journal_rules
from sync.canonical import EventNotReadable, event_of
from sync.envelope import HeadQuery, Place, Request
from sync.frames import AttachmentFrame, EventFrame, Frame
from sync.hall import closed, effects
from sync.hall.batch import Batch
from sync.hall.crossing import again_if_crossed
from sync.hall.ports import ExchangeHall, Proof, Records
from sync.hall.troubles import Kind
from sync.wire import EXCHANGE, HEAD, SignedEnvelope, WireError

FILE_WORD = b"sha256"  # the key under which `materials` names a file, as it stands in the bytes of the event


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


def identify(hall: ExchangeHall, message: SignedEnvelope, asked: Request | HeadQuery) -> Caller:
    """Who asks, by signature. WireError unauthorised."""
    label = EXCHANGE if isinstance(asked, Request) else HEAD
    with hall.records.read() as tx:
        known = tx.device(asked.device)
    if asked.hall != hall.id or known is None or not message.is_by(known.sign_public, label):
        raise WireError("unauthorised")
    return Caller(known.id, known.station, known.sign_public, asked)


def admit(hall: ExchangeHall, caller: Caller) -> None:
    """Store the try number. WireError revoked, stale (with `last_x`): a recorded request is worth nothing."""
    asked = caller.asked
    with hall.records.write() as tx:
        known = tx.locked_device(caller.device)
        if known.revoked:
            raise WireError("revoked")
        if tx.is_closed(caller.device):
            raise WireError("fork", device=caller.device)  # whoever still calls under it must enrol again
        if asked.x <= known.last_x:
            raise WireError("stale", last_x=known.last_x)
        offset_ms = hall.now_ms - asked.wall_ms if isinstance(asked, Request) else None
        tx.store_contact(caller.device, asked.x, hall.now_ms, offset_ms)


def check_start(hall: ExchangeHall, caller: Caller) -> None:
    """Whether the device's history goes on where the hall's ends. WireError behind, gap, fork."""
    assert isinstance(caller.asked, Request)
    base, head = caller.asked.base, caller.asked.head
    seq = check_history(hall, caller, (head, base))
    _look_for_proof(hall, caller, seq)
    if head[0] < seq:
        raise WireError("behind", device=caller.device, seq=seq)
    if base[0] > seq:
        raise WireError("gap", device=caller.device, expected=seq + 1)


def _look_for_proof(hall: ExchangeHall, caller: Caller, seq: int) -> None:
    """Whether the device was told more than the hall has: then the hall came out of a backup."""
    assert isinstance(caller.asked, Request)
    asked = caller.asked
    with hall.records.read() as tx:
        fed, generation = tx.feed_head(caller.station), tx.generation()
    of_this_life = asked.generation >= generation
    if asked.base[0] > seq or (of_this_life and (asked.feed[0] > fed.n or asked.generation > generation)):
        proof = Proof(caller.device, seq, asked.base[0], asked.generation if of_this_life else 0)
        with hall.records.write() as tx:
            tx.note_went_back(proof, hall.now_ms)


def check_history(hall: ExchangeHall, sender: Sender, places: Collection[Place]) -> int:
    """The seq that the hall has of the device. WireError fork where it has another hash at one of its places."""
    with hall.records.read() as tx:
        seq, _ = tx.journal_head(sender.device)
        known = [place for place in places if place[0] <= seq]
        forked = [n for n, h in known if tx.journals.hash_at(sender.device, n) != h]
    if forked:
        shared = max((n for n, _ in known if n not in forked), default=0)
        _note_fork(hall, sender, shared + 1, forked[0], max(places, key=itemgetter(0)))
        raise WireError("fork", device=sender.device, seq=forked[0])
    return seq


def take_frame(hall: ExchangeHall, caller: Sender, frame: Frame) -> None:
    """Store one frame. WireError unauthorised, gap, mismatch, fork, malformed: nothing of it is stored then."""
    match frame:
        case EventFrame():
            _take_events(hall, caller, frame)
        case AttachmentFrame():
            with hall.records.write() as tx:
                tx.store_piece(frame)
        case _:
            raise WireError("malformed", part="frame")


@again_if_crossed
def _take_events(hall: ExchangeHall, caller: Sender, frame: EventFrame) -> None:
    if not frame.is_by(caller.sign_public, hall.id, caller.device):
        raise WireError("unauthorised")
    try:
        with hall.records.write() as tx:
            new = journal_rules.append_received(tx.journals, caller.device, frame.first, frame.events, frame.head)
            for raw in new:
                if FILE_WORD in raw.public:  # few events name files; those that do say so
                    _note_files(tx, caller.device, raw)
    except journal_rules.JournalFork as fork:
        seq = int(str(fork.params["seq"]))
        _note_fork(hall, caller, seq, seq, (frame.last, frame.head))
        raise WireError("fork", device=caller.device) from None
    except (journal_rules.JournalGap, journal_rules.JournalMismatch) as refused:
        raise WireError(refused.code, **refused.params) from None


def _note_files(tx: Records, device: str, raw: journal_rules.RawEvent) -> None:
    try:
        tx.note_files(event_of(device, raw.seq, raw.public, raw.private))
    except EventNotReadable:
        return  # it is received all the same; applying it will name it


@again_if_crossed
def _note_fork(hall: ExchangeHall, sender: Sender, since: int, seq: int, head: Place) -> None:
    """The device has two histories: its id is closed, and the cases touched since they may have parted are frozen."""
    device = sender.device
    with hall.records.write() as tx:
        known = tx.touched_since(device, since)
        tx.lock_feeds(tx.stations_of_all(known))
        own = tx.journal_head(device)
        of_hall, of_device = ({"seq": place[0], "hash": place[1].hex()} for place in (own, head))
        tx.record(EventId(device, seq), Kind.FORK, closed.FORKED, None, hall.now_ms)
        tx.note_evidence(EventId(device, seq), Kind.FORK, {"hall": of_hall, "device": of_device, "since": since})
        tx.close_device(device, since, closed.FORKED, hall.now_ms)
        batch = Batch(tx)
        for case_id in known:
            effects.freeze_forked(batch, hall, case_id)
        batch.write()
