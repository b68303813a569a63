"""A station's store over plain dicts: `sync.ports.StationLedger`, and what its clerks do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache

from counter_app.domain import dossiers
from counter_app.domain.case import Case
from counter_app.domain.events import ClockReading, Event, NewEvent
from counter_app.domain.identifiers import CaseId
from counter_app.domain.number_register import Series, entries_of
from counter_app.domain.wire_values import number_of, text_of
from sync import journal_rules
from sync.canonical import event_of as decoded
from sync.feed import start_hash
from sync.feed_return import Seal
from sync.journal_rules import Row
from sync.ports import FeedEvent, HallState, Identity, PendingAttachment, Standing
from tests.simulation.disk import Disk, Transaction, giving_up
from tests.simulation.hall_dicts import DictJournals, Step

event_of = lru_cache(maxsize=4096)(decoded)  # the same bytes are read a dozen times in a run
Written = tuple[str, int, bytes, bytes | None]  # an event: device, seq, public, private
Decide = Callable[["Counter"], NewEvent]


@dataclass
class Counter:
    """What a clerk's act sees, inside its transaction."""

    tx: Transaction
    me: Identity

    def case(self, case_id: CaseId) -> Case | None:
        """Made from its events: feed order, then own events that are not yet in the feed."""
        places: dict[tuple[str, int], int | None] = self.tx.get("history", case_id) or {}
        ordered = sorted(places, key=lambda place: (places[place] is None, places[place] or 0, place[1]))
        return _folded(self.me.device, tuple(self._written(*place) for place in ordered))

    def _written(self, device: str, seq: int) -> Written:
        if device == self.me.device:
            row = self.tx.get("journal", (device, seq))
            return device, seq, row.public, row.private
        return (device, seq, *self.tx.get("foreign", (device, seq)))

    def next_case(self) -> CaseId:
        own = (case_id.n for case_id, _ in self.tx.items("history") if case_id.device == self.me.device)
        return CaseId(self.me.device, max(own, default=0) + 1)

    def next_number(self, series: Series) -> int | None:
        """The next leased number, None if there is none."""
        for (its, first), last in self.tx.items("block"):
            for n in range(first, last + 1) if its == series else ():
                if self.tx.get("used", (series, n)) is None:
                    return int(n)
        return None

    def book(self, event: Event) -> None:
        """Note the numbers that an own event used."""
        for entry in entries_of(event) if isinstance(event.data.get("notices"), list) else ():
            self.tx.put("used", (entry.series, entry.first), event.id)


@dataclass
class DictStation:
    """The store of one device; each call is one transaction, durable on return."""

    disk: Disk
    me: Identity
    step: Step
    clock: Callable[[], ClockReading]
    synced: bool = True

    def open(self, h0: bytes, k1: bytes) -> None:
        """As after enrolment."""
        with self._write() as tx:
            tx.put("h0", self.me.device, h0)
            tx.put("head", self.me.device, journal_rules.State(0, h0, k1))
            tx.put("state", "feed", (0, start_hash(self.me.hall, self.me.station)))

    def save(self, decide: Decide, *, unchecked: bool = False) -> Event:
        """One act: confirmed once this returns. CounterError: nothing was done.

        unchecked: a defective program writes what the fold would refuse.
        """
        with self._write() as tx:
            new = decide(Counter(tx, self.me))
            [event] = journal_rules.append(DictJournals(tx, self.step), self.me.device, [new], self.clock())
            if event.case is not None:
                before = Counter(tx, self.me).case(event.case)
                if not unchecked and not (before is None and event.kind == "papers_taken"):
                    dossiers.apply(before, event)
                self._note(tx, event.case, event.id.device, event.id.seq, None)
                Counter(tx, self.me).book(event)
        return event

    def case(self, case_id: CaseId) -> Case | None:
        return Counter(self.disk.begin(), self.me).case(case_id)

    def cases(self) -> list[Case]:
        counter = Counter(self.disk.begin(), self.me)
        found = (counter.case(case_id) for case_id in sorted(self.disk.tables["history"]))
        return [case for case in found if case is not None]

    def numbers_left(self, series: Series) -> int:
        used = sum(1 for its, _ in self.disk.tables["used"] if its == series)
        return sum(last - first + 1 for (its, first), last in self.disk.tables["block"].items() if its == series) - used

    def rows(self) -> list[Row]:
        """The whole own journal."""
        return list(DictJournals(self.disk.begin(), self.step).rows(self.me.device))

    def identity(self) -> Identity:
        return self.me

    def standing(self) -> Standing:
        tx = self.disk.begin()
        head: journal_rules.State = tx.get("head", self.me.device)
        state = self.disk.tables["state"]
        return Standing(
            head=(head.seq, head.h),
            acknowledged=state.get("received", 0),
            feed=state["feed"],
            generation=state.get("generation", 0),
            unanswered=state.get("answered_x", 0) < state.get("x", 0),
            link_bytes_per_s=None,
        )

    def next_try(self) -> int:
        with self._write() as tx:
            x: int = (tx.get("state", "x") or 0) + 1
            tx.put("state", "x", x)
        return x

    def try_not_sent(self, x: int) -> None:
        with self._write() as tx:
            if (tx.get("state", "answered_x") or 0) == x - 1:
                tx.put("state", "answered_x", x)

    def raise_try(self, last_x: int) -> None:
        with self._write() as tx:
            tx.put("state", "x", max(tx.get("state", "x") or 0, last_x))

    def own_rows(self, after: int, last: int) -> Iterator[Row]:
        return DictJournals(self.disk.begin(), self.step).rows(self.me.device, after, last)

    def own_hash(self, seq: int) -> bytes | None:
        return DictJournals(self.disk.begin(), self.step).hash_at(self.me.device, seq)

    def store_answer(self, state: HallState) -> None:
        with self._write() as tx:
            for name, value in (
                ("received", state.received), ("applied", state.applied), ("generation", state.generation),
                ("answered_x", state.x), ("exceptions", tuple(state.exceptions)),
            ):
                tx.put("state", name, value)

    def append_returned(self, first: int, events: Sequence[tuple[bytes, bytes | None, bytes]], head: bytes) -> None:
        with self._write() as tx:
            journals, device = DictJournals(tx, self.step), self.me.device
            for raw in journal_rules.append_returned(journals, device, first, list(events), head):
                event = event_of(device, raw.seq, raw.public, raw.private)
                if event.case is not None:
                    self._note(tx, event.case, device, raw.seq, None)
                    Counter(tx, self.me).book(event)

    def return_feed(self, hall_feed: tuple[int, bytes]) -> bool:
        return False

    def cut_feed(self) -> bool:
        return False

    def take_up_feed(self) -> None:
        """Here it is taken up as it is stored."""

    def store_feed(self, events: Sequence[FeedEvent], cursor: tuple[int, bytes], seal: Seal) -> None:
        with self._write() as tx:
            self.take_feed(tx, events)
            self.put_cursor(tx, cursor)

    def take_feed(self, tx: Transaction, events: Sequence[FeedEvent]) -> None:
        """What the feed brought, each event at its place in its case."""
        for entry in events:
            tx.insert("feed", entry.n, (entry.device, entry.seq))
            event = self._fed(tx, entry)
            if event.case is not None:
                self._note(tx, event.case, entry.device, entry.seq, entry.n)
            elif event.kind == "block_leased" and text_of(event.data, "to") == self.me.device:
                self._take_block(tx, event)

    def put_cursor(self, tx: Transaction, cursor: tuple[int, bytes]) -> None:
        tx.put("state", "feed", cursor)

    def pending_attachments(self, limit: int) -> Sequence[PendingAttachment]:
        return ()

    def attachment_piece(self, sha256: bytes, offset: int, length: int) -> bytes:
        raise NotImplementedError("nobody scans anything in the simulator")

    def store_attachment_held(self, sha256: bytes, held: int, whole: bool) -> None:
        raise NotImplementedError("nobody scans anything in the simulator")

    def store_link_rate(self, bytes_per_s: int, round_trip_ms: int | None) -> None:
        """The simulated link has no rate."""

    def _fed(self, tx: Transaction, entry: FeedEvent) -> Event:
        if entry.public is None:
            row = tx.get("journal", (entry.device, entry.seq))
            return event_of(entry.device, entry.seq, row.public, row.private)
        tx.insert("foreign", (entry.device, entry.seq), (entry.public, entry.private))
        return event_of(entry.device, entry.seq, entry.public, entry.private)

    def _take_block(self, tx: Transaction, event: Event) -> None:
        data = event.data
        series = Series(text_of(data, "agency"), text_of(data, "kind"), number_of(data, "year"))
        tx.insert("block", (series, number_of(data, "first")), number_of(data, "last"))

    def _note(self, tx: Transaction, case: CaseId, device: str, seq: int, n: int | None) -> None:
        places = dict(tx.get("history", case) or {})
        places[device, seq] = n
        tx.put("history", case, places)

    @contextmanager
    def _write(self) -> Iterator[Transaction]:
        tx = self.disk.begin()
        try:
            with giving_up("busy"):
                tx.lock("store")  # SQLite has one writer
                yield tx
                self.step("commit")
                tx.commit(synced=self.synced)
        finally:
            tx.end()
        self.step("committed")


@lru_cache(maxsize=4096)
def _folded(device: str, history: tuple[Written, ...]) -> Case | None:
    """The case of these events for this device; the same history is looked at a dozen times in a run."""
    found = dossiers.folded((event_of(*written) for written in history), device)[0]
    return found if isinstance(found, Case) else None
