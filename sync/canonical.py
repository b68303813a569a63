"""The bytes of an event at birth: canonical, and never encoded again (sync design section 1).

Public part: msgpack of a map with sorted keys and shortest integers,
    c  case: null, n (a case of the writing device) or [device, n]
    d  public data          e  epoch           k  kind          t  wall time, ms UTC
    m  [boot, monotonic ms, offset to the hall in ms or null]
    u  user                 v  version of the kind
Private part: msgpack of its map, keys sorted. Text stands as entered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from counter_app.domain.errors import InvalidInput
from counter_app.domain.events import ClockReading, Event, NewEvent, Origin
from counter_app.domain.identifiers import CaseId, EventId
from resources.typed import unpacker

MAX_EVENT_BYTES = 64 * 1024  # public and private together
REPLAYED = "replayed"  # an event of a closed device in the journal of its successor (PROTOCOL.md section 9)
REPLAY_BYTES = 1024  # what its wrapping may add
MAX_DEPTH = 24
MIN_INT, MAX_INT = -(2**63), 2**64 - 1
_LEAVES = frozenset({str, int, bool, bytes, type(None)})

Count = Annotated[int, Meta(ge=0, le=2**53)]


class _Public(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Fields in the order of their keys, so that packing it gives the canonical map."""

    c: int | tuple[str, int] | None  # msgspec 0.22: constraints in a union with a tuple crash the garbage collector
    d: dict[str, Any]
    e: Count
    k: str
    m: tuple[str, int, int | None]
    t: int
    u: str
    v: Count


_pack = msgspec.msgpack.Encoder(order="sorted").encode
_public = unpacker(_Public)
_private = unpacker(dict[str, Any])


class EventTooBig(InvalidInput):
    """Public and private part together are over MAX_EVENT_BYTES: it is not saved at all."""

    def __init__(self, size: int) -> None:
        super().__init__("event_too_big", bytes=size, limit=MAX_EVENT_BYTES)


class EventNotReadable(InvalidInput):
    """Received bytes that are no canonical event: such an event waits, it is never guessed at."""

    def __init__(self, device: str, seq: int) -> None:
        super().__init__("event_not_readable", device=device, seq=seq)


def bytes_of(device: str, new: NewEvent, clock: ClockReading) -> tuple[bytes, bytes]:
    """The public and the private bytes of an event that device writes now.

    EventTooBig; InvalidInput event_not_canonical, which names the place of a float, a key that is
    no text, text with a lone surrogate, an integer beyond 64 bits or another foreign value.
    """
    case = None if new.case is None else _case_field(device, new.case)
    public = _Public(
        c=case,
        d=_plain(new.data, "data"),
        e=new.epoch,
        k=new.kind,
        m=(clock.boot, clock.monotonic_ms, clock.offset_ms),
        t=clock.wall_ms,
        u=_plain(new.user, "user"),
        v=new.v,
    )
    pair = _pack(public), _pack(_plain(new.private, "private"))
    size = len(pair[0]) + len(pair[1])
    if size > MAX_EVENT_BYTES + (REPLAY_BYTES if new.kind == REPLAYED else 0):
        raise EventTooBig(size)
    return pair


def event_of(device: str, seq: int, public: bytes, private: bytes | None) -> Event:
    """The event of its bytes; EventNotReadable if they are not canonical. For projections only."""
    try:
        fields = _public.decode(public)
        closed = None if private is None else _private.decode(private)
        canonical = _pack(fields) == public and (closed is None or _pack(closed) == private)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise EventNotReadable(device, seq) from None
    case = _case(device, fields.c)
    canonical = canonical and _is_plain(fields.d) and _is_plain(closed)
    if not canonical or (case is not None and not (case.can_be and _case_field(device, case) == fields.c)):
        raise EventNotReadable(device, seq)
    boot, monotonic_ms, offset_ms = fields.m
    if fields.k == REPLAYED and fields.v == 1:
        return _replayed(EventId(device, seq), case, fields.d, private)
    return Event(
        id=EventId(device, seq),
        kind=fields.k,
        v=fields.v,
        case=case,
        epoch=fields.e,
        clock=ClockReading(fields.t, boot, monotonic_ms, offset_ms),
        user=fields.u,
        data=fields.d,
        private=closed,
    )


def _replayed(place: EventId, case: CaseId | None, data: dict[str, Any], private: bytes | None) -> Event:
    """The event that was written first, in its new place and of the case that it belongs to now."""
    match data:
        case {"origin": [str(device), int(seq), bytes(hashed)], "event": bytes(public)}:
            first = event_of(device, seq, public, None if data.get("erased") else private)
        case _:
            raise EventNotReadable(place.device, place.seq)
    if first.origin is not None or (first.case is None) != (case is None):
        raise EventNotReadable(place.device, place.seq)
    return replace(first, id=place, case=case, origin=Origin(first.id, hashed, first.case))


def _case_field(device: str, case: CaseId) -> int | tuple[str, int]:
    return case.n if case.device == device else (case.device, case.n)


def _case(device: str, field: int | tuple[str, int] | None) -> CaseId | None:
    if field is None:
        return None
    return CaseId(device, field) if isinstance(field, int) else CaseId(*field)


class _Foreign(Exception):
    """A value that has no canonical form; its place is put together on the way out, outermost last."""

    def __init__(self, why: str) -> None:
        self.why = why
        self.place: list[str] = []


def _plain(value: Any, where: str) -> Any:
    """The value, if it and everything in it is msgpack-able without loss; InvalidInput event_not_canonical."""
    try:
        return _checked(value, 0)
    except _Foreign as foreign:
        place = where + "".join(reversed(foreign.place))
        raise InvalidInput("event_not_canonical", where=place, why=foreign.why) from None


def _checked(value: Any, depth: int) -> Any:
    match value:
        case str():
            return _text(value)
        case None | bool() | bytes():
            return value
        case int():
            if not MIN_INT <= value <= MAX_INT:
                raise _Foreign("int")
            return value
        case dict() | Mapping() | list() | tuple() if depth == MAX_DEPTH:
            raise _Foreign("depth")
        case dict() | Mapping():
            return {_key(key): _inside(item, f".{key}", depth) for key, item in value.items()}
        case list() | tuple():
            return [_inside(item, "[]", depth) for item in value]
    raise _Foreign(type(value).__name__)


def _is_plain(value: object, depth: int = 0) -> bool:
    """Whether unpacked bytes hold nothing that `_checked` would refuse and msgpack has not refused before."""
    if type(value) in _LEAVES:
        return True
    inside: Iterable[object]
    if isinstance(value, dict):
        if not all(type(key) is str for key in value):
            return False
        inside = value.values()
    elif isinstance(value, list):
        inside = value
    else:
        return False
    return depth < MAX_DEPTH and all(type(item) in _LEAVES or _is_plain(item, depth + 1) for item in inside)


def _inside(item: Any, step: str, depth: int) -> Any:
    try:
        return _checked(item, depth + 1)
    except _Foreign as foreign:
        foreign.place.append(step)
        raise


def _text(value: str) -> str:
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise _Foreign("surrogate") from None
    return value


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise _Foreign("key")
    return _text(key)
