"""The feed of a station: its numbering and its hash chain (sync design section 3).

One feed number is one event. f(n) binds place, public bytes and commitment, so
that a reader which holds its own events already gets the same hash from a
range as from the whole events.
"""

from __future__ import annotations

import hashlib

import msgspec

from sync import chain
from sync.envelope import Count, Hash, Name
from sync.wire import lp


class OwnRange(msgspec.Struct, frozen=True, array_like=True, tag=0):
    """Events first..last of the device that reads, which it has; h is its h(last)."""

    first: Count
    last: Count
    h: Hash

    @property
    def length(self) -> int:
        """How many feed numbers it takes."""
        return self.last - self.first + 1


class WholeEvent(msgspec.Struct, frozen=True, array_like=True, tag=1):
    """An event of another device. c is None where it can be computed; private and e are None once erased."""

    device: Name
    seq: Count
    public: bytes
    c: Hash | None
    private: bytes | None
    e: Hash | None

    @property
    def length(self) -> int:
        """How many feed numbers it takes."""
        return 1

    @property
    def commitment(self) -> bytes:
        """c, given or computed; empty (and so never right) if neither can be."""
        if self.private is not None and self.e is not None:
            return chain.commitment(self.e, self.private)
        return self.c or b""


FeedEntry = OwnRange | WholeEvent


def whole_event(
    device: str, seq: int, public: bytes, c: bytes, private: bytes | None, e: bytes | None
) -> WholeEvent:
    """The entry of an event, without the c that the reader can compute."""
    erased = private is None or e is None
    return WholeEvent(device, seq, public, c if erased else None, None if erased else private, None if erased else e)


def start_hash(hall_id: str, station: str) -> bytes:
    """f(0) of a station's feed."""
    return hashlib.sha256(lp("counter-feed/1", hall_id, station)).digest()


def next_hash(before: bytes, n: int, device: str, seq: int, public: bytes, c: bytes) -> bytes:
    """f(n) from f(n-1) and the event at feed number n; used by the hall that writes and by the station that checks."""
    return hashlib.sha256(before + lp(n, device, seq) + hashlib.sha256(public).digest() + c).digest()
