"""What the exchange asks of the station's store and of the link to the hall."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from counter_app.domain.errors import CounterError
from sync.envelope import SecondStage
from sync.feed_return import Seal
from sync.journal_rules import Row
from sync.keys import DeviceKeys


class LinkDown(CounterError):
    """The hall could not be reached; nothing was sent."""

    def __init__(self, reason: str) -> None:
        super().__init__("link_down", reason=reason)


class LinkCut(CounterError):
    """The link broke after sending began: the hall may have taken any part of it."""

    def __init__(self, reason: str) -> None:
        super().__init__("link_cut", reason=reason)


class NotTheHall(CounterError):
    """Something answered that cannot sign as the hall: a log-in page of the network, a proxy, another hall."""

    def __init__(self, reason: str) -> None:
        super().__init__("not_the_hall", reason=reason)


BUSY_S = 60  # where a busy hall did not say how long


class HallRefused(CounterError):
    """A typed error of the hall that a person must know of; `busy` as `hall_busy`, a locked home being `busy`."""

    def __init__(self, code: str, retry_after_s: int | None = None) -> None:
        if code == "busy":
            super().__init__("hall_busy", retry_after_s=BUSY_S if retry_after_s is None else retry_after_s)
        else:
            super().__init__(code)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who this device is, since its enrolment."""

    device: str
    station: str
    hall: str
    hall_sign_public: bytes
    keys: DeviceKeys


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the exchange stood when it was read.

    head and feed are (place, hash); acknowledged is the own seq that the hall has;
    unanswered: the last try was stored and never answered, so the hall must be asked what it took;
    hall_ms: the hall's time of its newest answer, 0 before the first one;
    scans_left: bytes of scans that the day's budget lets go, None where there is none;
    round_trip_ms: how long a connection took to stand when the link was last looked at.
    """

    head: tuple[int, bytes]
    acknowledged: int
    feed: tuple[int, bytes]
    generation: int
    unanswered: bool
    link_bytes_per_s: int | None
    hall_ms: int = 0
    scans_left: int | None = None
    round_trip_ms: int | None = None


@dataclass(frozen=True, slots=True)
class HallState:
    """What a signed answer said of this device.

    exceptions is the whole list of (seq, code) that are applied and not accepted.
    offset_ms is hall time minus this machine's wall clock. went_back: the hall has
    less than it had acknowledged (restored from a backup), which a person must see.
    x and offset_ms are None by bundle: it answers no try, and was long on its way.
    """

    x: int | None
    generation: int
    received: int
    applied: int
    exceptions: Sequence[tuple[int, str]]
    offset_ms: int | None
    went_back: bool
    hall_ms: int = 0


class SecondStages(Protocol):
    """Acceptances of this device that the hall has not signed yet (the second stage of a receipt)."""

    def unsigned_acceptances(self, most: int) -> Sequence[int]:
        """The oldest of them, by own seq."""

    def store_second_stage(self, asked: Sequence[int], applied: int, found: SecondStage | None) -> None:
        """What the hall said: it has applied up to there, and signed these of those asked for."""


class FeedEvent(NamedTuple):
    """An event that the feed brought, its hash checked. The four bytes fields are None for own events."""

    n: int
    device: str
    seq: int
    public: bytes | None
    c: bytes | None
    private: bytes | None
    e: bytes | None


class PendingAttachment(NamedTuple):
    """A file that the hall does not have whole: its SHA-256, its size and the bytes the hall holds."""

    sha256: bytes
    size: int
    held: int


class StationLedger(Protocol):
    """The part of the station's store that the exchange uses. Each call is one transaction, durable on return."""

    def identity(self) -> Identity: ...

    def standing(self) -> Standing: ...

    def next_try(self) -> int:
        """The number of the next signed request: above all that were ever given, stored before it returns."""

    def try_not_sent(self, x: int) -> None:
        """Try x brought the hall nothing, or never left this machine: it does not count as unanswered (an earlier one
        may)."""

    def raise_try(self, last_x: int) -> None:
        """Let the next try be above last_x: the hall has seen that one."""

    def own_rows(self, after: int, last: int) -> Iterator[Row]:
        """Own events with after < seq <= last, oldest first (`journal.rows`)."""

    def own_hash(self, seq: int) -> bytes | None:
        """h(seq) of the own journal (`journal.hash_at`)."""

    def store_answer(self, state: HallState) -> None:
        """Received, applied, exceptions, generation, clock offset; and that try state.x was answered."""

    def append_returned(
        self, first: int, events: Sequence[tuple[bytes, bytes | None, bytes]], head: bytes
    ) -> None:
        """Own events that this store had lost (`journal.append_returned`, and their projections)."""

    def store_feed(self, events: Sequence[FeedEvent], cursor: tuple[int, bytes], seal: Seal) -> None:
        """What the feed brought, the new cursor and the hall's signature, all in one transaction."""

    def take_up_feed(self) -> None:
        """Make of what the feed brought what the station's lists and cases show: receive, then apply."""

    def return_feed(self, hall_feed: tuple[int, bytes]) -> bool:
        """The hall's feed ends before ours: write down what it lost, once (`sync/feed_return.py`). Whether it did."""

    def cut_feed(self) -> bool:
        """The hall lives again under a new generation: forget the end of the feed that it lost and has written anew.

        Whether there was anything to forget.
        """

    def pending_attachments(self, limit: int) -> Sequence[PendingAttachment]:
        """What the hall lacks of files that received events name: by legal deadline, then age."""

    def attachment_piece(self, sha256: bytes, offset: int, length: int) -> bytes: ...

    def store_attachment_held(self, sha256: bytes, held: int, whole: bool) -> None: ...

    def book_scans(self, sent: int) -> None:
        """So many bytes of scans leave now: they count for the day's budget. Negative: they were not needed."""

    def store_link_rate(self, bytes_per_s: int, round_trip_ms: int | None) -> None:
        """How quick the link was; round_trip_ms None: no new connection was made."""


class Traffic(NamedTuple):
    """HTTP bytes of both directions so far, request and status lines and headers with them.

    round_trip_ms: how long the newest connection took to stand, its TLS with it; None before the first.
    """

    up: int
    down: int
    round_trip_ms: int | None = None


class HallLink(Protocol):
    """One hall over one link. Each call gives the answer's bytes as they come.

    LinkDown if nothing was sent; LinkCut, also out of the iterator, if it broke later. A body that is no sequence is
    made while it is sent: it may end earlier or later than was thought at its beginning.
    """

    def exchange(self, body: Iterable[bytes]) -> Iterable[bytes]: ...

    def head(self, query: bytes) -> Iterable[bytes]: ...

    def enrol(self, body: bytes) -> Iterable[bytes]: ...

    def traffic(self) -> Traffic: ...
