"""Frames: the pieces of a message that are received, checked and stored one by one (PROTOCOL.md section 4)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, cast

import msgspec
from msgspec import Meta

from resources.typed import unpacker
from sync.canonical import MAX_EVENT_BYTES
from sync.column_tree import Pair
from sync.envelope import Count, Hash, Name
from sync.feed import FeedEntry, WholeEvent
from sync.wire import SIGNATURE_BYTES, Signer, WireError, lp, verified

TARGET_BYTES = 32 * 1024  # packed, of an event or feed frame
QUICK_BYTES = 128 * 1024  # where the link is quick: each frame is a transaction of its receiver
MAX_PIECE = 64 * 1024  # of an attachment

Pairs = Sequence[Pair]
Place = Annotated[int, Meta(ge=1, le=2**53)]
Signature = Annotated[bytes, Meta(min_length=SIGNATURE_BYTES, max_length=SIGNATURE_BYTES)]


class EventFrame(msgspec.Struct, frozen=True, array_like=True, tag=1):
    """Events first..last of a device, (public, private) each; head is h(last)."""

    first: Place
    last: Place
    head: Hash
    events: list[tuple[bytes, bytes]]
    signature: Signature

    def is_by(self, public_key: bytes, hall_id: str, device: str) -> bool:
        return verified(public_key, self.signature, _signed("frame/1", hall_id, device, self))


class AttachmentFrame(msgspec.Struct, frozen=True, array_like=True, tag=2):
    """A piece of an attachment; size is that of the whole."""

    sha256: Hash
    size: Place
    offset: Count
    piece: Annotated[bytes, Meta(min_length=1, max_length=MAX_PIECE)]


class FeedFrame(msgspec.Struct, frozen=True, array_like=True, tag=3):
    """Feed numbers first..last of a station; head is f(last)."""

    station: Name
    first: Place
    last: Place
    head: Hash
    entries: list[FeedEntry]
    signature: Signature

    def is_by(self, public_key: bytes, hall_id: str) -> bool:
        return verified(public_key, self.signature, _signed("feed/1", hall_id, self.station, self))


class ReturnFrame(msgspec.Struct, frozen=True, array_like=True, tag=4):
    """Own events that the device lost, (public, private or None, c) each, from the hall."""

    first: Place
    last: Place
    head: Hash
    events: list[tuple[bytes, bytes | None, Hash]]
    signature: Signature

    def is_by(self, public_key: bytes, hall_id: str, device: str) -> bool:
        return verified(public_key, self.signature, _signed("return/1", hall_id, device, self))


class ColumnFrame(msgspec.Struct, frozen=True, array_like=True, tag=5):
    """A frame with its events taken out: as that frame, the bytes of each event empty, and all of them in columns."""

    frame: EventFrame | FeedFrame | ReturnFrame
    columns: bytes


Frame = EventFrame | AttachmentFrame | FeedFrame | ReturnFrame

_decoder = unpacker(cast("type[Frame | ColumnFrame]", Frame | ColumnFrame))
_encode = msgspec.msgpack.Encoder().encode
_UNSIGNED = bytes(SIGNATURE_BYTES)


def event_frame(
    signer: Signer, hall_id: str, device: str, first: int, events: Sequence[tuple[bytes, bytes]], head: bytes
) -> EventFrame:
    """A signed frame of events first and on, whose chain ends in head."""
    frame = EventFrame(first, first + len(events) - 1, head, list(events), _UNSIGNED)
    return msgspec.structs.replace(frame, signature=signer.sign(_signed("frame/1", hall_id, device, frame)))


def feed_frame(
    signer: Signer, hall_id: str, station: str, first: int, entries: Sequence[FeedEntry], head: bytes
) -> FeedFrame:
    """A signed frame of feed entries from number first on, whose feed hash ends in head."""
    last = first + sum(entry.length for entry in entries) - 1
    frame = FeedFrame(station, first, last, head, list(entries), _UNSIGNED)
    return msgspec.structs.replace(frame, signature=signer.sign(_signed("feed/1", hall_id, station, frame)))


def return_frame(
    signer: Signer,
    hall_id: str,
    device: str,
    first: int,
    events: Sequence[tuple[bytes, bytes | None, bytes]],
    head: bytes,
) -> ReturnFrame:
    """A signed frame of a device's own events on their way back to it."""
    frame = ReturnFrame(first, first + len(events) - 1, head, list(events), _UNSIGNED)
    return msgspec.structs.replace(frame, signature=signer.sign(_signed("return/1", hall_id, device, frame)))


def packed_size(items: Sequence[object]) -> int:
    """Bytes of these events or entries in a frame, before compression."""
    return len(_encode(items))


def without_events(frame: EventFrame | FeedFrame | ReturnFrame) -> tuple[EventFrame | FeedFrame | ReturnFrame, Pairs]:
    """The frame as a ColumnFrame holds it, and the events that were taken out of it."""
    replace = msgspec.structs.replace
    match frame:
        case EventFrame(events=events):
            return replace(frame, events=[]), events
        case ReturnFrame():
            bare = [(b"", None, c) for _, _, c in frame.events]
            return replace(frame, events=bare), [(public, private) for public, private, _ in frame.events]
        case FeedFrame(entries=entries):
            pairs = [(entry.public, entry.private) for entry in entries if isinstance(entry, WholeEvent)]
            bare_entries = [
                replace(entry, public=b"", private=None) if isinstance(entry, WholeEvent) else entry
                for entry in entries
            ]
            return replace(frame, entries=bare_entries), pairs


def with_events(frame: EventFrame | FeedFrame | ReturnFrame, pairs: Pairs) -> Frame:
    """The other way. WireError malformed if the events are not as many as the frame has places for."""
    replace = msgspec.structs.replace
    try:
        match frame:
            case EventFrame():
                events = [(public, private) for public, private in pairs if private is not None]
                return replace(frame, events=events)
            case ReturnFrame():
                rows = zip(pairs, frame.events, strict=True)
                return replace(frame, events=[(public, private, c) for (public, private), (_, _, c) in rows])
            case FeedFrame():
                rest = iter(pairs)
                entries = [_filled(entry, rest) for entry in frame.entries]
                if next(rest, None) is not None:
                    raise ValueError("events left over")
                return replace(frame, entries=entries)
    except (ValueError, StopIteration):
        raise WireError("malformed", part="columns") from None


def _filled(entry: FeedEntry, rest: Iterator[Pair]) -> FeedEntry:
    if not isinstance(entry, WholeEvent):
        return entry
    public, private = next(rest)
    return msgspec.structs.replace(entry, public=public, private=private)


def encoded(frame: Frame | ColumnFrame) -> bytes:
    """The frame as its msgpack array."""
    return _encode(frame)


def decoded(body: bytes) -> Frame | ColumnFrame:
    """The frame of its msgpack array. WireError malformed."""
    try:
        return _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise WireError("malformed", part="frame") from None


def checked(frame: Frame) -> Frame:
    """The frame, its counts agreeing with its contents. WireError malformed."""
    if not _agrees(frame):
        raise WireError("malformed", part="frame")
    return frame


def _agrees(frame: Frame) -> bool:
    match frame:
        case EventFrame() | ReturnFrame():
            fits = all(len(event[0]) + len(event[1] or b"") <= MAX_EVENT_BYTES for event in frame.events)
            return fits and frame.last - frame.first + 1 == len(frame.events) > 0
        case FeedFrame():
            forward = all(entry.length > 0 for entry in frame.entries)
            return forward and frame.last - frame.first + 1 == sum(entry.length for entry in frame.entries) > 0
        case AttachmentFrame():
            return frame.offset + len(frame.piece) <= frame.size


def _signed(label: str, hall_id: str, owner: str, frame: EventFrame | FeedFrame | ReturnFrame) -> bytes:
    return lp(label, hall_id, owner, frame.first, frame.last, frame.head)
