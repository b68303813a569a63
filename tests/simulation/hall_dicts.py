"""The hall's records over plain dicts: `sync.hall.ports.Records`, row for row what the tables hold."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date

from counter_app.domain.case import Case
from counter_app.domain.dossiers import Dossier
from counter_app.domain.events import Event, NewEvent
from counter_app.domain.identifiers import HALL, CaseId, EventId, JobId
from counter_app.domain.number_register import Fate, Series, entries_of
from counter_app.domain.wire_values import text_of
from sync import feed as feed_chain
from sync.envelope import PART, UNKNOWN, WHOLE
from sync.frames import AttachmentFrame
from sync.hall.attachments import Known, added, files_in
from sync.hall.crossing import Crossed
from sync.hall.feeds import FeedPlace, FeedRow
from sync.hall.links import JobLink, Link
from sync.hall.number_register import DOUBLED, NOT_LEASED
from sync.hall.numbers import AFTER_RECOVERY
from sync.hall.places import Device
from sync.hall.ports import Docket, Fed, Ordered
from sync.hall.troubles import BLOCKING, NOT_ACCEPTED, Kind
from sync.journal_rules import JournalNotOpen, Row, State
from sync.journal_rules import Link as JournalLink
from tests.simulation.closed_dicts import DictClosed
from tests.simulation.disk import Disk, Duplicate, Transaction, giving_up
from tests.simulation.files import Files, HallFiles, Meter

Step = Callable[[str], None]

AGENCIES = ("town_government", "county_civil_affairs")
BLOCK = 5


@dataclass
class DictJournals:
    """`journal_rules.JournalStore`."""

    tx: Transaction
    step: Step

    def locked(self, device: str) -> State:
        self.step("lock journal")
        self.tx.lock(("journal", device))
        state: State | None = self.tx.get("head", device)
        if state is None:
            raise JournalNotOpen(device)
        return state

    def hash_at(self, device: str, seq: int) -> bytes | None:
        if seq == 0:
            found: bytes | None = self.tx.get("h0", device)
            return found
        row = self.tx.get("journal", (device, seq))
        return None if row is None else row.h

    def rows(self, device: str, after: int = 0, last: int | None = None) -> Iterator[Row]:
        state = self.tx.get("head", device)
        if state is not None:
            for _, row in self.tx.run("journal", device, after, state.seq if last is None else min(last, state.seq)):
                yield row

    def write(self, device: str, links: Sequence[JournalLink], state: State) -> None:
        for x in links:
            self.tx.insert("journal", (device, x.seq), Row(x.seq, x.public, x.h, x.c, x.private, x.e, True))
        if links:
            self.tx.put("head", device, state)


@dataclass
class DictRecords(DictClosed):
    """One transaction."""

    files: HallFiles
    meter: Meter

    def __post_init__(self) -> None:
        self.journals = DictJournals(self.tx, self.step)

    def journal_head(self, device: str) -> tuple[int, bytes]:
        state: State = self.tx.get("head", device)
        return state.seq, state.h

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        before = self.tx.savepoint()
        try:
            yield
        except BaseException:
            self.tx.back_to(before)
            raise

    def device(self, device: str) -> Device | None:
        found: Device | None = self.tx.get("device", device)
        return found

    def locked_device(self, device: str) -> Device:
        self.step("lock device")
        self.tx.lock(("device", device))
        found: Device = self.tx.get("device", device)
        return found

    def store_contact(self, device: str, x: int, now_ms: int, offset_ms: int | None) -> None:
        self.tx.put("device", device, replace(self.tx.get("device", device), last_x=x))

    def store_applied(self, device: str, seq: int) -> None:
        self.tx.put("device", device, replace(self.tx.get("device", device), applied=seq))

    def devices_behind(self) -> list[str]:
        return [
            device for device, known in self.tx.items("device") if known.applied < self.tx.get("head", device).seq
        ]

    def accepts_for(self, station: str) -> Sequence[str]:
        return AGENCIES

    def station_of(self, device: str) -> str | None:
        known = self.tx.get("device", device)
        return None if known is None else known.station

    def take_turn(self) -> bool:
        self.step("lock turn")
        self.tx.lock(("journal", HALL))
        return True

    def lock_feeds(self, stations: Iterable[str]) -> None:
        for station in sorted(set(stations)):
            self.step("lock feed")
            self.tx.lock(("feed", station))

    def feed_head(self, station: str) -> FeedPlace:
        found: FeedPlace = self.tx.get("feed head", station)
        return found

    def sharing(self, station: str) -> str:
        return ""

    def feed_hash_at(self, station: str, n: int) -> bytes | None:
        if n == 0:
            return feed_chain.start_hash(self.hall, station)
        entry = self.tx.get("feed", (station, n))
        return None if entry is None else entry[1]

    def feed_rows(self, station: str, after: int = 0) -> Iterator[FeedRow]:
        for n, (event, made) in self.tx.run("feed", station, after, self.feed_head(station).n):
            row = self.tx.get("journal", (event.device, event.seq))
            yield FeedRow(n, made, event.device, event.seq, row.public, row.h, row.c, row.private, row.e)

    def add_to_feeds(self, entries: Sequence[Fed]) -> None:
        for entry in entries:
            self.tx.insert("feed", (entry.station, entry.n), (entry.event, entry.hash))

    def store_feed_head(self, station: str, head: FeedPlace) -> None:
        self.tx.put("feed head", station, head)

    def dockets(self, cases: Collection[CaseId]) -> dict[CaseId, Docket]:
        return {case: Docket(self.tx.get("case", case), self._stations(case), len(self.order(case))) for case in cases}

    def save(self, dossiers: Sequence[Dossier], *, new: bool) -> None:
        for dossier in dossiers:
            (self.tx.insert if new else self.tx.put)("case", dossier.id, dossier)

    def stations_of_all(self, cases: Iterable[CaseId]) -> set[str]:
        return {station for case in cases for station in self._stations(case)}

    def stations_waiting(self, cases: Iterable[CaseId]) -> set[str]:
        wanted = set(cases)
        waiting = (self.station_of(event.device) for _, event, _, _, case in self._troubles(BLOCKING) if case in wanted)
        return {station for station in waiting if station}

    def add_participants(self, joined: Sequence[tuple[CaseId, str]]) -> None:
        for case, station in joined:
            before = self._stations(case)
            if station in before:
                raise Duplicate(f"{station} takes part in {case} already")
            self.tx.put("participants", case, tuple(sorted((*before, station))))

    def order(self, case: CaseId) -> Sequence[tuple[str, int, bool]]:
        return [place for _, place in self.tx.run("order", case, 0)]

    def add_to_orders(self, entries: Sequence[Ordered]) -> None:
        for x in entries:
            self.tx.insert("order", (x.case, x.position), (x.event.device, x.event.seq, x.late))
            self.tx.insert("ordered", x.event, x.case)

    def lines_of(self, cases: Collection[CaseId]) -> list[Link]:
        found = (Link(newer, older) for newer, (older, _) in self.tx.items("lines"))
        return [link for link in found if link.newer in cases or link.older in cases]

    def note_line(self, link: Link) -> None:
        self.tx.insert("lines", link.newer, (link.older, False))

    def mark_line(self, newer: CaseId) -> None:
        self.tx.put("lines", newer, (self.tx.get("lines", newer)[0], True))

    def jobs_of(self, dossiers: Collection[CaseId]) -> list[JobLink]:
        return []

    def note_job(self, case: CaseId, job: JobId) -> None:
        raise NotImplementedError("nobody is entrusted in the simulator")

    def mark_job(self, case: CaseId) -> None:
        raise NotImplementedError("nobody is entrusted in the simulator")

    def record(self, event: EventId, kind: Kind, code: str, case: CaseId | None, now_ms: int) -> None:
        key = (event, kind)
        if self.tx.get("trouble", key) is None:
            self.tx.put("trouble", key, (next(_ARRIVAL), code, case))

    def skip(self, event: EventId) -> None:
        raise NotImplementedError("nobody settles exceptions in the simulator")

    def blocked_cases(self) -> list[CaseId]:
        return sorted({case for _, _, _, _, case in self._troubles(BLOCKING) if case is not None})

    def waiting(self, case: CaseId) -> list[EventId]:
        return [event for _, event, _, _, its in self._troubles(BLOCKING) if its == case]

    def restate(self, event: EventId, kind: Kind, code: str) -> None:
        for n, its, old, _, case in self._troubles(BLOCKING):
            if its == event:
                self.tx.delete("trouble", (event, old))
                self.tx.put("trouble", (event, kind), (n, code, case))

    def settle(self, event: EventId) -> None:
        for _, its, kind, _, _ in self._troubles(BLOCKING):
            if its == event:
                self.tx.delete("trouble", (event, kind))

    def name_late(self, cases: Iterable[CaseId], code: str) -> None:
        named = set(cases)
        for n, event, kind, _, case in self._troubles((Kind.LATE,)):
            if case in named:
                self.tx.put("trouble", (event, kind), (n, code, case))

    def not_accepted(self, device: str) -> list[tuple[int, str]]:
        found = self._troubles(NOT_ACCEPTED)
        return sorted((event.seq, code) for _, event, _, code, _ in found if event.device == device)

    def book_numbers(self, event: Event) -> list[str]:
        """Uses only: nobody spoils or returns a number in the simulator."""
        doubts = []
        for entry in entries_of(event):
            if entry.fate is not Fate.USED:
                continue
            used = self.tx.get("used", (entry.series, entry.first))
            if used is None:
                self.tx.put("used", (entry.series, entry.first), event.id)
                doubts += [] if self._holder(entry.series, entry.first) == event.id.device else [NOT_LEASED]
            elif used != event.id:
                doubts.append(DOUBLED)
        return doubts

    def case_serial(self, task_code: str, received_on: date) -> int:
        key = (task_code, received_on)
        self.take_turn()
        self.tx.lock(("serial", key))
        day = self.tx.get("fact", "recovered_day")
        floor = AFTER_RECOVERY if day is not None and received_on <= day else 0
        return max(self.tx.get("serial", key) or 0, floor)

    def store_case_serial(self, task_code: str, received_on: date, last: int) -> None:
        self.tx.put("serial", (task_code, received_on), last)

    def further_block(self, device: str, wanted: Event, this_year: int) -> NewEvent:
        series = Series(text_of(wanted.data, "agency"), text_of(wanted.data, "kind"), this_year)
        if self.waits_for_recovery():
            raise AssertionError("a number is leased before anybody has said recovered")
        self.step("lock series")
        self.tx.lock(("series", series))
        first = self.tx.get("series", series) or 1
        self.tx.put("series", series, first + BLOCK)
        self.tx.insert("block", (series, first), device)
        data = {**series._asdict(), "first": first, "last": first + BLOCK - 1, "to": device}
        return NewEvent("block_leased", None, 0, "", data)

    def queue_message(self, event: Event, case: Case, now_ms: int) -> None:
        """Nobody is told anything."""

    def note_files(self, event: Event) -> None:
        for sha256, size in files_in(event.data):
            self.tx.lock(("file", sha256))
            if self.tx.get("file", sha256) is None:
                self.tx.insert("file", sha256, Known(size, 0, whole=False))

    def store_piece(self, frame: AttachmentFrame) -> None:
        self.tx.lock(("file", frame.sha256))
        self.meter.count(frame, self.held([frame.sha256]))
        known = self.tx.get("file", frame.sha256)
        moved = None if known is None else added(self.files, known, frame)
        if moved is not None:
            self.tx.put("file", frame.sha256, moved)

    def held(self, asked: Iterable[bytes]) -> list[tuple[bytes, int, str]]:
        found = ((sha256, self.tx.get("file", sha256)) for sha256 in asked)
        return [(x, 0, UNKNOWN) if y is None else (x, y.held, WHOLE if y.whole else PART) for x, y in found]

    def _stations(self, case: CaseId) -> tuple[str, ...]:
        return self.tx.get("participants", case) or ()

    def _holder(self, series: Series, n: int) -> str:
        return self.tx.get("block", (series, (n - 1) // BLOCK * BLOCK + 1)) or HALL

    def _troubles(self, kinds: Collection[Kind]) -> list[tuple[int, EventId, Kind, str, CaseId | None]]:
        """In the order of their arrival."""
        found = [
            (n, event, kind, code, case)
            for (event, kind), (n, code, case) in self.tx.items("trouble")
            if kind in kinds
        ]
        return sorted(found, key=lambda trouble: trouble[0])


_ARRIVAL = itertools.count(1)


@dataclass
class DictRecordStore:
    """`ports.RecordStore` of one worker of the hall; step is told where another may come between."""

    disk: Disk
    hall: str
    step: Step
    files: Files
    meter: Meter
    synced: bool = True

    @contextmanager
    def read(self) -> Iterator[DictRecords]:
        """Nobody comes between: one consistent look."""
        yield DictRecords(self.disk.begin(), self.hall, _nothing, HallFiles(self.files, _nothing), self.meter)

    @contextmanager
    def write(self) -> Iterator[DictRecords]:
        tx = self.disk.begin()
        try:
            with giving_up("hall_store_busy"):
                yield self.records(tx)
                self.step("commit")
                tx.commit(synced=self.synced)
        except Duplicate:
            raise Crossed from None  # another worker was first; begun again, this one sees what that one did
        finally:
            tx.end()
        self.step("committed")

    def records(self, tx: Transaction) -> DictRecords:
        return DictRecords(tx, self.hall, self.step, HallFiles(self.files, self.step), self.meter)


def _nothing(point: str) -> None:
    """Nobody comes between."""
