"""The envelopes of the exchange: small structs, signed as a whole (PROTOCOL.md section 3)."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

Count = Annotated[int, Meta(ge=0, le=2**53)]
Hash = Annotated[bytes, Meta(min_length=32, max_length=32)]
Key = Annotated[bytes, Meta(min_length=32, max_length=32)]
Name = Annotated[str, Meta(max_length=128, pattern=r"\A[^\0]*\Z")]  # no store looks for a NUL
Millis = Annotated[int, Meta(ge=-(2**53), le=2**53)]
Place = tuple[Count, Hash]
"""A place in a journal or feed and the hash of everything up to it."""

MAX_ASKED_ATTACHMENTS = 32
MAX_CLAIMS = 32
MAX_ACCEPTED = 32  # acceptances that one signature of the hall covers
PLAIN, ZSTD, COLUMNS, PRIMED = range(4)
"""Codecs, how the frames of a message lie: bare, in one zstd stream, their events in columns within it, and all this
with dictionary 1 known beforehand."""

CODECS = (PLAIN, ZSTD, COLUMNS, PRIMED)

PART, WHOLE, UNKNOWN = "part", "whole", "unknown"
"""States of an attachment at the hall; unknown: no received event names it."""


class EnrolRequest(msgspec.Struct, frozen=True, array_like=True):
    """What a new machine gives for its code: its public keys."""

    code: Name
    sign_public: Key
    box_public: Key
    ratchet_public: Key  # for k(1) alone; nobody keeps it


class ErrorNote(msgspec.Struct, frozen=True, array_like=True):
    """code is a key of wire.HTTP_STATUS; the other two belong to `busy` and `stale`."""

    code: Name
    retry_after_s: Count | None = None
    last_x: Count | None = None


class EnrolAnswer(msgspec.Struct, frozen=True, array_like=True):
    """sign_public is the device's own, from its request; device is "" where error is set."""

    sign_public: bytes
    hall: Name
    hall_sign_public: Key
    hall_box_public: Key
    generation: Count
    hall_time_ms: Millis
    device: Name = ""
    station: Name = ""
    station_name: Name = ""
    profile: dict[str, Any] = {}
    error: ErrorNote | None = None


class Claim(msgspec.Struct, frozen=True, array_like=True):
    """A case, by the device that opened it and its count, that a person at this device wants from the desk."""

    device: Name
    n: Count
    user: Name


class Request(msgspec.Struct, frozen=True, array_like=True):
    """base is the place before the first event sent, or the head where none is sent."""

    hall: Name
    device: Name
    x: Count
    generation: Count
    head: Place
    base: Place
    feed: Place
    codec: Count
    answer_bytes: Count
    wall_ms: Millis
    attachments: Annotated[list[Hash], Meta(max_length=MAX_ASKED_ATTACHMENTS)] = []
    events_only: bool = False
    claims: Annotated[list[Claim], Meta(max_length=MAX_CLAIMS)] = []
    accepted: Annotated[list[Count], Meta(max_length=MAX_ACCEPTED)] = []


class HeadQuery(msgspec.Struct, frozen=True, array_like=True):
    """What a device asks before an exchange: how far the hall has come with it. x: its try, as in a request."""

    hall: Name
    device: Name
    x: Count
    attachments: Annotated[list[Hash], Meta(max_length=MAX_ASKED_ATTACHMENTS)] = []


class SecondStage(msgspec.Struct, frozen=True, array_like=True):
    """The hall's signature over the root of these acceptances, own events of the device by seq, in this order
    (`receipts.signed_by_hall`); at_s in s UTC by the hall's clock."""

    accepted: list[Count]
    at_s: Count
    signature: bytes


class Answer(msgspec.Struct, frozen=True, array_like=True):
    """What the hall knows of this device now; true also where error is set.

    exceptions lists every event with seq <= applied that is not accepted: (seq, code).
    held says of each attachment asked for: (sha256, bytes, part | whole | unknown).
    sharing is the station's, own | desk, as it is now; "" of a hall that does not say it.
    """

    hall: Name
    device: Name
    x: Count
    generation: Count
    hall_time_ms: Millis
    received: Place
    applied: Count
    exceptions: list[tuple[Count, Name]]
    feed_head: Place
    feed_to: Count
    more: bool
    held: list[tuple[Hash, Count, Name]]
    codec: Count
    error: ErrorNote | None = None
    sharing: Name = ""
    second_stage: SecondStage | None = None


class DeviceBundle(msgspec.Struct, frozen=True, array_like=True):
    """Of a device to the hall, by file: the beginning of each part. base is the place before its first event.

    made_ms, the device's own time, names the bundle.
    """

    hall: Name
    device: Name
    made_ms: Millis
    part: Count
    generation: Count
    head: Place
    base: Place
    feed: Place
    codec: Count
    accepted: Annotated[list[Count], Meta(max_length=MAX_ACCEPTED)] = []


class HallBundle(msgspec.Struct, frozen=True, array_like=True):
    """Of the hall to a device, by file. feed_from is the place before its first feed frame; the answer's x is 0."""

    made_ms: Millis
    part: Count
    feed_from: Place
    answer: Answer
