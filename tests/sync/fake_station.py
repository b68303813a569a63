"""A station's ledger on a plain journal: behaves as the store must, without projections."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Engine

from counter_app.domain.data_budget import DataBudget
from counter_app.domain.errors import CounterError
from counter_app.domain.events import ClockReading, NewEvent
from sync import journal
from sync.feed import start_hash
from sync.feed_return import Seal
from sync.journal_rules import Row
from sync.keys import DeviceKeys, first_ratchet_key
from sync.ports import FeedEvent, HallState, Identity, PendingAttachment, Standing

CLOCK = ClockReading(wall_ms=1_763_769_600_000, boot="b1", monotonic_ms=42, offset_ms=None)


class Killed(BaseException):
    """The program ended here."""


@dataclass
class FakeStation:
    """A StationLedger."""

    engine: Engine
    me: Identity
    x: int = 0
    answered_x: int = 0
    hall_state: HallState | None = None
    acknowledged: int = 0
    generation: int = 0
    rate: int | None = None
    a_day: int | None = None
    spent: int = 0
    feed_events: list[FeedEvent] = field(default_factory=list)
    cursor: tuple[int, bytes] = (0, b"")
    files: dict[bytes, bytes] = field(default_factory=dict)
    held: dict[bytes, int] = field(default_factory=dict)
    whole: set[bytes] = field(default_factory=set)
    went_back: int = 0
    gone: set[bytes] = field(default_factory=set)  # files that cannot be read any more
    dies_keeping: bool = False  # in the middle of what an answer said, once it said something of a file

    def save(self, *events: NewEvent) -> None:
        """What a clerk does."""
        with self.engine.begin() as conn:
            journal.append(conn, self.me.device, events, CLOCK)

    def scan(self, sha256: bytes, content: bytes) -> None:
        self.files[sha256] = content

    def identity(self) -> Identity:
        return self.me

    def standing(self) -> Standing:
        with self.engine.begin() as conn:
            head = journal.head(conn, self.me.device)
        unanswered = self.x != self.answered_x
        left = DataBudget(self.a_day, self.spent).left
        places = (head, self.acknowledged, self.cursor, self.generation)
        return Standing(*places, unanswered, self.rate, scans_left=left)

    def next_try(self) -> int:
        self.x += 1
        return self.x

    def try_not_sent(self, x: int) -> None:
        if self.answered_x == x - 1:
            self.answered_x = x

    def raise_try(self, last_x: int) -> None:
        self.x = max(self.x, last_x)

    def own_rows(self, after: int, last: int) -> Iterator[Row]:
        with self.engine.begin() as conn:
            rows = list(journal.rows(conn, self.me.device, after, last))
        return iter(rows)

    def own_hash(self, seq: int) -> bytes | None:
        with self.engine.begin() as conn:
            return journal.hash_at(conn, self.me.device, seq)

    def store_answer(self, state: HallState) -> None:
        self.hall_state, self.answered_x = state, state.x
        self.acknowledged, self.generation = state.received, state.generation
        self.went_back += state.went_back

    def append_returned(
        self, first: int, events: Sequence[tuple[bytes, bytes | None, bytes]], head: bytes
    ) -> None:
        with self.engine.begin() as conn:
            journal.append_returned(conn, self.me.device, first, events, head)

    def take_up_feed(self) -> None:
        """Here it is taken up as it is stored."""

    def store_feed(self, events: Sequence[FeedEvent], cursor: tuple[int, bytes], seal: Seal) -> None:
        self.feed_events += events
        self.cursor = cursor

    def return_feed(self, hall_feed: tuple[int, bytes]) -> bool:
        return False

    def cut_feed(self) -> bool:
        return False

    def pending_attachments(self, limit: int) -> list[PendingAttachment]:
        open_ones = [sha256 for sha256 in self.files if sha256 not in self.whole]
        return [PendingAttachment(sha, len(self.files[sha]), self.held.get(sha, 0)) for sha in open_ones[:limit]]

    def attachment_piece(self, sha256: bytes, offset: int, length: int) -> bytes:
        if sha256 in self.gone:
            raise CounterError("file_missing", file="")
        return self.files[sha256][offset : offset + length]

    def store_attachment_held(self, sha256: bytes, held: int, whole: bool) -> None:
        if self.dies_keeping:
            raise Killed
        self.held[sha256] = held
        if whole:
            self.whole.add(sha256)

    def book_scans(self, sent: int) -> None:
        self.spent += sent

    def store_link_rate(self, bytes_per_s: int, round_trip_ms: int | None) -> None:
        self.rate = bytes_per_s


def enrolled(
    engine: Engine, device: str, hall: str, station: str, hall_keys: DeviceKeys, keys: DeviceKeys | None = None
) -> FakeStation:
    """A station with an empty journal, as after enrolment."""
    keys = keys or DeviceKeys.make()
    k1 = first_ratchet_key(keys.box_private, hall_keys.box_public, hall, device)
    with engine.begin() as conn:
        journal.open_journal(conn, device, hall, keys.sign_public, k1)
    me = Identity(device, station, hall, hall_keys.sign_public, keys)
    return FakeStation(engine, me, cursor=(0, start_hash(hall, station)))
