"""The end of a feed on its way back: a hall that lost it gets it from the station, with its own signature as proof.

A station that was fed further than a restored hall remembers writes `feed_returned` events into its journal
(PROTOCOL.md section 8). Their pieces continue the hall's feed from the last number that both have; the chain of
f(n) ends in a head that the hall once signed. So nothing in them can be a station's invention.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from counter_app.domain.errors import InvalidInput
from counter_app.domain.events import Event, NewEvent
from counter_app.domain.wire_values import list_of, number_of
from sync import chain
from sync.canonical import EventNotReadable, event_of
from sync.feed import next_hash
from sync.frames import FeedFrame
from sync.journal_rules import Row
from sync.wire import lp, verified

KIND = "feed_returned"
MOST_PIECE = 40 * 1024  # bytes of entries in one event, which must stay below canonical.MAX_EVENT_BYTES


class Fed(NamedTuple):
    """A feed number as the station has it; the bytes are None for an event of its own."""

    device: str
    seq: int
    public: bytes | None
    c: bytes | None
    private: bytes | None
    e: bytes | None


class Seal(NamedTuple):
    """The newest frame of the feed as the hall signed it: numbers first..last, head is f(last)."""

    first: int
    last: int
    head: bytes
    signature: bytes


def sealed(frame: FeedFrame) -> Seal:
    """What of a frame proves everything before it."""
    return Seal(frame.first, frame.last, frame.head, frame.signature)


class Returned(NamedTuple):
    """An event of the lost end, proven."""

    n: int
    event: Event
    public: bytes


def pieces(after: int, fed: Sequence[Fed], seal: Seal) -> Iterator[NewEvent]:
    """The events that hand back feed numbers after+1 ..., the last of which is seal.last."""
    start, rows, sealed, size = after, list[object](), list[object](), 0
    for n, entry in enumerate(fed, after + 1):
        rows.append([entry.device, entry.seq, entry.public, entry.c])
        sealed.append(None if entry.private is None else [entry.private, entry.e])
        size += len(entry.public or b"") + len(entry.private or b"") + 128
        if size >= MOST_PIECE:
            yield _piece(start, rows, sealed, seal)
            start, rows, sealed, size = n, [], [], 0
    if rows:
        yield _piece(start, rows, sealed, seal)


def _piece(after: int, rows: list[object], sealed: list[object], seal: Seal) -> NewEvent:
    data = {"after": after, "entries": rows, "seal": list(seal)}
    return NewEvent(KIND, None, 0, "", data, {"entries": sealed})


def verified_tail(
    found: Iterable[Event],
    hall_id: str,
    station: str,
    device: str,
    hall_sign_public: bytes,
    hash_at: Callable[[int], bytes | None],
    own_row: Callable[[int], Row | None],
) -> list[Returned]:
    """What the pieces of a device hand back, if its chain begins in the hall's feed and ends in the hall's signature.

    hash_at is the hall's f(n); own_row gives the device's own events as it sent them again. Empty if anything
    is missing or does not fit: then nothing of it is believed.
    """
    by_start = {number_of(event.data, "after"): event for event in found}
    if not by_start:
        return []
    n = min(by_start)
    f = hash_at(n)
    tail: list[Returned] = []
    try:
        while f is not None and n in by_start:
            event = by_start[n]
            first, last, head, signature = list_of(event.data, "seal")
            privates = list_of(event.private or {}, "entries")
            for row, closed in zip(list_of(event.data, "entries"), privates, strict=True):
                n += 1
                entry = _entry(row, closed, device, own_row)
                f = next_hash(f, n, entry.device, entry.seq, entry.public or b"", entry.c or b"")
                tail.append(Returned(n, event_of(entry.device, entry.seq, entry.public or b"", entry.private),
                                     entry.public or b""))
            if (n, f) == (last, head):
                signed = lp("feed/1", hall_id, station, _number(first), _number(last), _bytes(head))
                return tail if verified(hall_sign_public, _bytes(signature), signed) else []
    except (ValueError, TypeError, InvalidInput, EventNotReadable):
        return []
    return []


def _entry(row: object, closed: object, device: str, own_row: Callable[[int], Row | None]) -> Fed:
    """A row of a piece with its bytes; the private part only if the commitment holds."""
    if not isinstance(row, list):
        raise TypeError
    writer, seq, public, c = row
    if writer == device:
        own = own_row(_number(seq))
        if own is None:
            raise ValueError
        return Fed(device, own.seq, own.public, own.c, own.private, own.e)
    private, e = (None, None) if closed is None else _pair(closed)
    if private is not None and chain.commitment(e or b"", private) != c:
        raise ValueError
    return Fed(_text(writer), _number(seq), _bytes(public), _bytes(c), private, e)


def _pair(closed: object) -> tuple[bytes, bytes]:
    if not isinstance(closed, list):
        raise TypeError
    private, e = closed
    return _bytes(private), _bytes(e)


def _bytes(value: object) -> bytes:
    if not isinstance(value, bytes):
        raise TypeError
    return value


def _number(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value
