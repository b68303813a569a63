"""A station's store over plain dicts: `sync.ports.StationLedger`, and what its clerks do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from counter_app.domain import dossiers
from counter_app.domain.case import Case
from counter_app.domain.errors import CounterError
from counter_app.domain.events import ClockReading, Event, NewEvent
from counter_app.domain.identifiers import CaseId
from counter_app.domain.number_register import Series, entries_of
from counter_app.domain.replayed import each_once
from counter_app.domain.wire_values import number_of, text_of
from sync import journal_rules
from sync.canonical import event_of as decoded
from sync.feed import start_hash
from sync.feed_return import Seal
from sync.hall.attachments import files_in
from sync.journal_rules import Row
from sync.ports import FeedEvent, HallState, Identity, PendingAttachment, Standing
from tests.simulation import former_dicts, restored_dicts
from tests.simulation.disk import Disk, Transaction, giving_up
from tests.simulation.files import Vault
from tests.simulation.hall_dicts import DictJournals, Step

event_of = lru_cache(maxsize=4096)(decoded)  # the same bytes are read a dozen times in a run
Written = tuple[str, int, bytes, bytes | None]  # an event: device, seq, public, private


class Upload(NamedTuple):
    """A file that an own event names: which, its size, and what the hall holds of it by its own word."""

    seq: int
    size: int
    sent: int
    whole: bool


Decide = Callable[["Counter"], NewEvent]


@dataclass
class Counter:
    """What a clerk's act sees, inside its transaction."""

    tx: Transaction
    me: Identity

    def case(self, case_id: CaseId) -> Case | None:
        """Made from its events: feed order, then own events that are not yet in the feed."""
        places: dict[tuple[str, int], int | None] = self.tx.get("history", case_id) or {}
        ordered = sorted(places, key=lambda place: (places[place] is None, places[place] or 0, self._rank(place)))
        return _folded(self.me.device, tuple(self._written(*place) for place in ordered))

    def _rank(self, place: tuple[str, int]) -> tuple[int, int]:
        """The own events of earlier ids before those of later ones."""
        ids = [each.device for each in self.tx.get("state", "former") or ()]
        return (ids.index(place[0]) if place[0] in ids else len(ids)), place[1]

    def _written(self, device: str, seq: int) -> Written:
        brought = self.tx.get("foreign", (device, seq))
        if brought is not None:
            return device, seq, *brought[:2]
        row = self.tx.get("journal", (device, seq))
        return device, seq, row.public, row.private

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
    name: str
    identities: Callable[[str], Identity]
    step: Step
    clock: Callable[[], ClockReading]
    vault: Vault
    synced: bool = True

    @property
    def me(self) -> Identity:
        """Who it is by the id in use."""
        return self.identities(self.disk.tables["state"]["device"])

    def open(self, device: str, h0: bytes, k1: bytes) -> None:
        """As after enrolment."""
        with self._write() as tx:
            me = self.identities(device)
            former_dicts.open_journal(tx, device, h0, k1)
            tx.put("state", "device", device)
            tx.put("state", "feed", (0, start_hash(me.hall, me.station)))

    @property
    def apart(self) -> str:
        """Why it must be enrolled again; "" if it need not."""
        return self.disk.tables["state"].get("apart") or ""

    def set_apart(self, why: str) -> None:
        """As `apart.set_apart`."""
        with self._write() as tx:
            if tx.get("state", "apart"):
                return
            own = former_dicts.apart_id(tx, self.name, self.disk.boots)
            former_dicts.open_journal(tx, own, own.encode(), own.encode())
            tx.put("state", "apart", why)
            former_dicts.close(tx, tx.get("state", "received") or 0, own)
            self._rebuild(tx, own)

    def enrolled_again(self, device: str, h0: bytes, k1: bytes) -> None:
        """As `apart.enrolled_again`."""
        with self._write() as tx:
            if not tx.get("state", "apart"):
                raise CounterError("already_enrolled")
            former_dicts.open_journal(tx, device, h0, k1)
            former_dicts.close(tx, 0, device)
            for name, value in (("apart", ""), ("to_replay", True), ("x", 0), ("answered_x", 0)):
                tx.put("state", name, value)
            self._rebuild(tx, device)

    def bring_work(self) -> bool:
        """As `replays.bring`; whether there was anything to do."""
        with self._write() as tx:
            if not tx.get("state", "to_replay"):
                return False
            former_dicts.bring(tx, DictJournals(tx, self.step), event_of, self.clock())
            self._rebuild(tx, self.me.device)
        return True

    def _rebuild(self, tx: Transaction, device: str) -> None:
        """What follows from journals and feed, made again."""
        for table in ("history", "block", "used"):
            tx.clear(table)
        for event in former_dicts.own_events(tx, DictJournals(tx, self.step), event_of):
            if event.case is not None:
                self._note(tx, event.case, event.id.device, event.id.seq, None)
                if event.id.device == device:
                    Counter(tx, self.identities(device)).book(event)
        for n, (writer, seq) in tx.items("feed"):
            event = event_of(*Counter(tx, self.me)._written(writer, seq))
            if event.case is not None:
                self._note(tx, event.case, writer, seq, n)
            elif event.kind == "block_leased" and text_of(event.data, "to") == device:
                self._take_block(tx, event)

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
            self._note_uploads(tx, event)
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

    def written(self) -> dict[tuple[str, int, bytes], tuple[str, CaseId | None]]:
        """Kind and case of every event that this home ever wrote, by its first place and hash."""
        found = {}
        for (device, seq), row in self.disk.tables["journal"].items():
            event = event_of(device, seq, row.public, row.private)
            found[device, seq, row.h] = event.kind, event.case
        return found

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
            if 0 < (tx.get("state", "generation") or 0) < state.generation:
                tx.put("state", restored_dicts.OF_EARLIER_LIFE, True)
                for sha256, upload in tx.items("upload"):
                    tx.put("upload", sha256, upload._replace(sent=upload.size, whole=False) if upload.whole else upload)
            for name, value in (
                ("received", state.received), ("applied", state.applied), ("generation", state.generation),
                ("answered_x", state.x), ("exceptions", tuple(state.exceptions)),
            ):
                tx.put("state", name, value)
            for sha256, upload in tx.items("upload") if state.went_back else ():
                if upload.seq > state.received:
                    tx.put("upload", sha256, upload._replace(sent=0, whole=False))

    def append_returned(self, first: int, events: Sequence[tuple[bytes, bytes | None, bytes]], head: bytes) -> None:
        with self._write() as tx:
            journals, device = DictJournals(tx, self.step), self.me.device
            for raw in journal_rules.append_returned(journals, device, first, list(events), head):
                event = event_of(device, raw.seq, raw.public, raw.private)
                if event.case is not None:
                    self._note(tx, event.case, device, raw.seq, None)
                    Counter(tx, self.me).book(event)
                self._note_uploads(tx, event)

    def return_feed(self, hall_feed: tuple[int, bytes]) -> bool:
        with self._write() as tx:
            journals, me = DictJournals(tx, self.step), self.me
            handed = list(restored_dicts.hand_back(tx, journals, me, hall_feed))
            journal_rules.append(journals, me.device, handed, self.clock())
        return bool(handed)

    def cut_feed(self) -> bool:
        with self._write() as tx:
            was_cut = restored_dicts.cut(tx, self.me)
            if was_cut:
                self._rebuild(tx, self.me.device)
        return was_cut

    def take_up_feed(self) -> None:
        """Here it is taken up as it is stored."""

    def store_feed(self, events: Sequence[FeedEvent], cursor: tuple[int, bytes], seal: Seal) -> None:
        with self._write() as tx:
            self.take_feed(tx, events)
            self.put_cursor(tx, cursor)
            tx.put("state", "feed_seal", seal)

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
        tx = self.disk.begin()
        received = tx.get("state", "received") or 0
        pending = [(x.seq, sha256, x) for sha256, x in tx.items("upload") if not x.whole and x.seq <= received]
        return [PendingAttachment(sha256, x.size, x.sent) for _, sha256, x in sorted(pending)[:limit]]

    def attachment_piece(self, sha256: bytes, offset: int, length: int) -> bytes:
        return self.vault.get(sha256)[offset : offset + length]

    def store_attachment_held(self, sha256: bytes, held: int, whole: bool) -> None:
        with self._write() as tx:
            tx.put("upload", sha256, tx.get("upload", sha256)._replace(sent=held, whole=whole))

    def book_scans(self, sent: int) -> None:
        """Nobody pays for the simulated link."""

    def store_link_rate(self, bytes_per_s: int, round_trip_ms: int | None) -> None:
        """The simulated link has no rate."""

    def _fed(self, tx: Transaction, entry: FeedEvent) -> Event:
        if entry.public is None:
            row = tx.get("journal", (entry.device, entry.seq))
            return event_of(entry.device, entry.seq, row.public, row.private)
        tx.insert("foreign", (entry.device, entry.seq), (entry.public, entry.private, entry.c, entry.e))
        return event_of(entry.device, entry.seq, entry.public, entry.private)

    def _note_uploads(self, tx: Transaction, event: Event) -> None:
        for sha256, size in files_in(event.data):
            if tx.get("upload", sha256) is None:
                tx.put("upload", sha256, Upload(event.id.seq, size, 0, whole=False))

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
    found = dossiers.folded(each_once(event_of(*written) for written in history), device)[0]
    return found if isinstance(found, Case) else None
