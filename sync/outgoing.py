"""A request to the hall: as much of what is unsent as the link carries in about eight seconds, of scans in a minute."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

from counter_app.domain.data_budget import DataBudget
from counter_app.domain.errors import CounterError
from sync import wire
from sync.envelope import MAX_ASKED_ATTACHMENTS, PRIMED, ZSTD, Claim, Request
from sync.frame_stream import QUICK_LEVEL, FrameWriter
from sync.frames import MAX_PIECE, QUICK_BYTES, TARGET_BYTES, AttachmentFrame, EventFrame, event_frame
from sync.journal_rules import Row
from sync.ports import Identity, PendingAttachment, Standing, StationLedger

SECONDS = 8
FEW_EVENTS = 200  # packed before they are sent
SCAN_SECONDS = 60  # a request with scans ends early where there is something newer to say, so it may be longer
FIRST_RATE = 8 * 1024  # bytes per second, until the link was measured
MIN_BYTES, MAX_BYTES = 16 * 1024, 2 * 1024 * 1024  # packed, of one request
EXPECTED_RATIO = 0.4  # packed to unpacked, before the first frame of a request told
QUICK_RATE = 1024 * 1024  # bytes per second of a link that is quicker than columns are made
MIN_PIECE = 8 * 1024  # of a scan; else half a second of the link, which is what a cut makes travel twice
BOOKED = 64 * 1024  # bytes of scans that are counted for the day's budget before they leave
NEAR_MS, NEAR_RATE = 25, 128 * 1024  # a connection that stands so soon is in the house: what it moves is our own pace
MAX_FRAME_RAW = 512 * 1024  # unpacked, so that one more event never passes wire.MAX_FRAME
ENVELOPE_RESERVE = 16  # msgpack around the events of a frame
EVENT_RESERVE = 12


class Plan(NamedTuple):
    """What to put into the next request besides what the standing says."""

    x: int
    codec: int | None  # None: as it suits the link
    wall_ms: int
    attachments: Sequence[PendingAttachment]
    events_only: bool
    claims: Sequence[Claim] = ()
    missing: dict[bytes, CounterError] | None = None  # files that cannot be read here: why, noted as the body is made
    accepted: Sequence[int] = ()  # acceptances that the hall is asked to sign
    is_outdated: Callable[[], bool] = lambda: False  # whether something else should go before the next piece of a scan


class Filling(Protocol):
    """What frames are packed into: a request or a part of a bundle."""

    @property
    def ratio(self) -> float | None: ...
    def has_room(self, size: int) -> bool: ...


def budget(standing: Standing) -> int:
    """Packed bytes that this link moves in about eight seconds."""
    rate = standing.link_bytes_per_s or FIRST_RATE
    return max(MIN_BYTES, min(MAX_BYTES, rate * SECONDS))


def codec_for(standing: Standing) -> int:
    """The codec that brings most to the hall in a second: bytes are dear on a slow link, work is on a quick one."""
    is_near = standing.round_trip_ms is not None and standing.round_trip_ms <= NEAR_MS
    quick_from = NEAR_RATE if is_near else QUICK_RATE
    rate = standing.link_bytes_per_s
    is_quick = is_near if rate is None else rate >= quick_from
    return ZSTD if is_quick else PRIMED


def request_body(
    ledger: StationLedger, identity: Identity, standing: Standing, plan: Plan
) -> Iterable[bytes]:
    """The body: envelope, event frames, and attachment frames once no event is left. Much is made while it goes, so
    that the link does not wait for the packing; of little the length is known."""
    body = _body(ledger, identity, standing, plan)
    has_scans = bool(plan.attachments) and not plan.events_only
    return body if has_scans or standing.head[0] - standing.acknowledged > FEW_EVENTS else list(body)


def _body(ledger: StationLedger, identity: Identity, standing: Standing, plan: Plan) -> Iterator[bytes]:
    codec = codec_for(standing) if plan.codec is None else plan.codec
    sent = standing.acknowledged
    writer = FrameWriter(codec, QUICK_LEVEL if sent == standing.head[0] else None)  # scans are packed already
    yield wire.signed(_envelope(ledger, identity, standing, plan, codec), wire.EXCHANGE, identity.keys)
    limit = budget(standing)
    for frame in event_frames(ledger, identity, standing, writer, QUICK_BYTES if codec == ZSTD else TARGET_BYTES):
        yield writer.write(frame)
        sent = frame.last
        if writer.packed >= limit:
            break
    if sent == standing.head[0] and plan.attachments and not plan.events_only:
        yield from _scans(ledger, standing, plan, writer)
    yield writer.end()


def _scans(ledger: StationLedger, standing: Standing, plan: Plan, writer: FrameWriter) -> Iterator[bytes]:
    """Pieces, until a minute of the link is full, the day's budget is spent, or there is something newer to say."""
    limit = max(MIN_BYTES, min(wire.MAX_MESSAGE, (standing.link_bytes_per_s or FIRST_RATE) * SCAN_SECONDS))
    sent = booked = 0
    size = max(MIN_PIECE, min(MAX_PIECE, (standing.link_bytes_per_s or FIRST_RATE) // 2))
    for piece in pieces(ledger, plan.attachments, size, plan.missing):
        is_full = writer.packed >= limit or writer.unpacked > wire.MAX_MESSAGE - 2 * MAX_PIECE
        if is_full or DataBudget(standing.scans_left, sent).is_spent or plan.is_outdated():
            break
        packed = writer.write(piece)
        sent += len(packed)
        if booked < sent:  # a program that dies here has counted too much, never too little
            ledger.book_scans(BOOKED)
            booked += BOOKED
        yield packed
    if booked > sent:
        ledger.book_scans(sent - booked)


def _envelope(ledger: StationLedger, identity: Identity, standing: Standing, plan: Plan, codec: int) -> Request:
    base = ledger.own_hash(standing.acknowledged)
    if base is None:
        raise CounterError("journal_damaged", device=identity.device, seq=standing.acknowledged)
    return Request(
        hall=identity.hall,
        device=identity.device,
        x=plan.x,
        generation=standing.generation,
        head=standing.head,
        base=(standing.acknowledged, base),
        feed=standing.feed,
        codec=codec,
        answer_bytes=budget(standing),
        wall_ms=plan.wall_ms,
        attachments=[pending.sha256 for pending in plan.attachments[:MAX_ASKED_ATTACHMENTS]],
        events_only=plan.events_only,
        claims=list(plan.claims),
        accepted=list(plan.accepted),
    )


def event_frames(
    ledger: StationLedger, identity: Identity, standing: Standing, writer: Filling, size_packed: int = TARGET_BYTES
) -> Iterator[EventFrame]:
    """Frames of about size_packed bytes, by the ratio that has been reached so far, while there is room; the first
    is smaller: while it is packed, the link waits."""
    batch: list[Row] = []
    size, most = 0, _raw_bytes(writer, size_packed // 4)
    for row in ledger.own_rows(standing.acknowledged, standing.head[0]):
        batch.append(row)
        size += len(row.public) + len(row.private or b"") + EVENT_RESERVE
        if size >= most:
            if not writer.has_room(size + ENVELOPE_RESERVE):
                return
            yield _frame(identity, batch)
            batch, size, most = [], 0, _raw_bytes(writer, size_packed)
    if batch and writer.has_room(size):
        yield _frame(identity, batch)


def _raw_bytes(writer: Filling, packed: int) -> float:
    """How many bytes make about so many packed ones, by the ratio that has been reached so far."""
    ratio = EXPECTED_RATIO if writer.ratio is None else writer.ratio
    return min(MAX_FRAME_RAW, packed / max(ratio, 0.01))


def _frame(identity: Identity, batch: Sequence[Row]) -> EventFrame:
    pairs = [(row.public, _private(identity.device, row)) for row in batch]
    return event_frame(identity.keys, identity.hall, identity.device, batch[0].seq, pairs, batch[-1].h)


def _private(device: str, row: Row) -> bytes:
    """The private bytes. An event is erased only after the hall has it; a restored hall may want it again."""
    if row.private is None:
        raise CounterError("erased_event_wanted", device=device, seq=row.seq)
    return row.private


def pieces(
    ledger: StationLedger, attachments: Sequence[PendingAttachment], size: int = MAX_PIECE,
    missing: dict[bytes, CounterError] | None = None,
) -> Iterator[AttachmentFrame]:
    """What the hall lacks of these files, from the first byte that it does not hold, so many bytes at a time.

    A file that cannot be read is noted in missing, and the others go; without it its CounterError comes out.
    """
    for pending in attachments:
        for offset in range(pending.held, pending.size, size):
            try:
                piece = ledger.attachment_piece(pending.sha256, offset, min(size, pending.size - offset))
            except CounterError as unreadable:
                if missing is None:
                    raise
                missing[pending.sha256] = unreadable
                break
            yield AttachmentFrame(pending.sha256, pending.size, offset, piece)
