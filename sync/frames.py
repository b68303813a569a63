"""Frames: the pieces of a message that are received, checked and stored one by one (PROTOCOL.md section 4)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from sync.canonical import MAX_EVENT_BYTES
from sync.envelope import Count, Hash, Name
from sync.feed import FeedEntry
from sync.wire import SIGNATURE_BYTES, Signer, WireError, lp, verified

TARGET_BYTES = 32 * 1024  # packed, of an event or feed frame
MAX_PIECE = 64 * 1024  # of an attachment

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


Frame = EventFrame | AttachmentFrame | FeedFrame | ReturnFrame

_decoder: msgspec.msgpack.Decoder[Frame] = msgspec.msgpack.Decoder(Frame)
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


def encoded(frame: Frame) -> bytes:
    """The frame as its msgpack array."""
    return _encode(frame)


def decoded(body: bytes) -> Frame:
    """The frame of its msgpack array, its counts agreeing with its contents; WireError malformed."""
    try:
        frame = _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise WireError("malformed", part="frame") from None
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
