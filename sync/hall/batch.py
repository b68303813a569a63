"""One transaction's work on cases and feeds: read once, changed in memory, written in few statements at its end.

A device that was offline for a week brings thousands of events; asking the
store a dozen times for each of them would keep the link waiting.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from counter_app.domain.case import Case
from counter_app.domain.dossiers import Dossier
from counter_app.domain.entrustment import Entrustment
from counter_app.domain.events import ClockReading, Event, NewEvent
from counter_app.domain.identifiers import HALL, CaseId, EventId
from counter_app.domain.quick_replace import replace
from sync import feed as feed_chain
from sync import journal_rules
from sync.hall.crossing import Crossed
from sync.hall.feeds import FeedPlace
from sync.hall.links import Link
from sync.hall.ports import Fed, Ordered, Records


@dataclass(frozen=True, slots=True)
class Placed:
    """An event as feeds need it."""

    device: str
    seq: int
    public: bytes
    c: bytes


@dataclass(frozen=True)
class _Docket:
    """A case or an entrustment as this transaction leaves it: who takes part, how many events stand in its order."""

    case: Dossier | None
    stations: tuple[str, ...]
    events: int
    stored: bool
    changed: bool = False


class Batch:
    """All changes of one transaction. Nothing is in the store before `write`."""

    def __init__(self, tx: Records, about: Collection[CaseId] = ()) -> None:
        """about: cases that it will ask for, read at once."""
        self.tx = tx
        self.blocked = set(tx.blocked_cases())
        self._has_turn = False
        self._dockets: dict[CaseId, _Docket] = {}
        self._own: list[journal_rules.Link] = []
        self._own_state: journal_rules.State | None = None
        self._serials: dict[tuple[str, date], int] = {}
        self._lines: set[Link] = set()
        self._asked: set[CaseId] = set()  # cases whose lines are known
        self._heads: dict[str, FeedPlace] = {}
        self._devices: dict[str, str | None] = {}
        self._orders: list[Ordered] = []
        self._joined: list[tuple[CaseId, str]] = []
        self._feed: list[Fed] = []
        if about:
            self._read(about)
            self.lines_of(about)

    def case(self, case_id: CaseId) -> Case | None:
        """The case as it stands now."""
        found = self._docket(case_id).case
        return None if isinstance(found, Entrustment) else found

    def entrustment(self, case_id: CaseId) -> Entrustment | None:
        """The entrustment as it stands now."""
        found = self._docket(case_id).case
        return found if isinstance(found, Entrustment) else None

    def dossier(self, case_id: CaseId) -> Dossier | None:
        """What the number stands for now."""
        return self._docket(case_id).case

    def stations_of(self, case_id: CaseId) -> tuple[str, ...]:
        """Who takes part."""
        return self._docket(case_id).stations

    def station_of(self, device: str) -> str | None:
        """The station of a device; None for the hall and for what is no device."""
        if device not in self._devices:
            self._devices[device] = self.tx.station_of(device)
        return self._devices[device]

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """A savepoint for one event: what it changed here and in the store is undone if it raises.

        One event may reach several cases: the other line of one, or the job that it came from.
        """
        dockets, heads = self._dockets.copy(), self._heads.copy()
        serials, lines, asked = self._serials.copy(), self._lines.copy(), self._asked.copy()
        lists: tuple[list[Any], ...] = (self._orders, self._joined, self._feed, self._own)
        lengths, own_state = [len(rows) for rows in lists], self._own_state
        try:
            with self.tx.savepoint():
                yield
        except BaseException:
            self._dockets, self._heads, self._serials = dockets, heads, serials
            self._lines, self._asked, self._own_state = lines, asked, own_state
            for rows, length in zip(lists, lengths, strict=True):
                del rows[length:]
            raise

    def take_turn(self) -> None:
        """Before anything is done about a case that is not here: whoever opens one and whoever writes to it do so one
        after the other, else the one would not see the other's event wait, and it would wait for ever.

        Crossed where a case has come since it was looked for.
        """
        if self._has_turn:
            return
        self._has_turn = True
        if self.tx.take_turn():
            missing = [case_id for case_id, docket in self._dockets.items() if docket.case is None]
            if any(found.dossier is not None for found in self.tx.dockets(missing).values()):
                raise Crossed
            self.blocked.update(self.tx.blocked_cases())
            self._lines, self._asked = set(), set()  # none was noted here yet: only what opens a case notes one

    def append(self, new: NewEvent, clock: ClockReading) -> tuple[Event, Placed]:
        """An event of the hall itself, behind those that it wrote before."""
        state = self._own_state or self.tx.journals.locked(HALL)
        [link], self._own_state, [event] = journal_rules.prepared(state, HALL, [new], clock)
        self._own.append(link)
        return event, Placed(HALL, link.seq, link.public, link.c)

    def lines_of(self, case_ids: Collection[CaseId]) -> list[Link]:
        """The links that any of these cases is one side of."""
        unknown = set(case_ids) - self._asked
        if unknown:
            self._lines.update(self.tx.lines_of(unknown))
            self._asked |= unknown
        return sorted(link for link in self._lines if not set(case_ids).isdisjoint(link))

    def note_line(self, link: Link) -> None:
        """The newer case says so."""
        self.tx.note_line(link)
        self._lines.add(link)

    def next_serial(self, task_code: str, received_on: date) -> int:
        """The next of the serials from which case numbers of that day are made."""
        key = task_code, received_on
        last = self._serials.get(key)
        self._serials[key] = serial = (self.tx.case_serial(*key) if last is None else last) + 1
        return serial

    def put(self, case: Dossier) -> None:
        """The case or entrustment after an event."""
        self._dockets[case.id] = replace(self._docket(case.id), case=case, changed=True)

    def link(self, case_id: CaseId, event: Placed, *, late: bool = False) -> None:
        """Put an event at the end of the case's order and into the feed of every station that takes part."""
        docket = self._docket(case_id)
        position = docket.events + 1
        self._dockets[case_id] = replace(docket, events=position)
        self._orders.append(Ordered(case_id, position, EventId(event.device, event.seq), late))
        for station in docket.stations:
            self.enter(station, event)

    def join(self, case_id: CaseId, station: str) -> None:
        """Let a station take part: it gets the case's earlier events first."""
        docket = self._docket(case_id)
        if station in docket.stations:
            return
        self._dockets[case_id] = replace(docket, stations=tuple(sorted({*docket.stations, station})))
        self._joined.append((case_id, station))
        for device, seq in self._order(case_id) if docket.events else ():
            self.enter(station, self._placed(device, seq))

    def enter(self, station: str, event: Placed) -> None:
        """Give an event the next number of the station's feed, whose head must be locked."""
        before = self._heads.get(station) or self.tx.feed_head(station)
        n = before.n + 1
        made = feed_chain.next_hash(before.hash, n, event.device, event.seq, event.public, event.c)
        self._heads[station] = FeedPlace(n, made)
        self._feed.append(Fed(station, n, EventId(event.device, event.seq), made))

    def write(self) -> None:
        """Bring everything into the store; once, at the end of the transaction."""
        if self._own_state is not None:
            self.tx.journals.write(HALL, self._own, self._own_state)
        for key, last in self._serials.items():
            self.tx.store_case_serial(*key, last)
        changed = [docket for docket in self._dockets.values() if docket.changed]
        for stored in (False, True):
            dossiers = [found.case for found in changed if found.stored is stored and found.case is not None]
            self.tx.save(dossiers, new=not stored)
        self.tx.add_participants(self._joined)
        self.tx.add_to_orders(self._orders)
        self.tx.add_to_feeds(self._feed)
        for station, head in self._heads.items():
            self.tx.store_feed_head(station, head)

    def _docket(self, case_id: CaseId) -> _Docket:
        if case_id not in self._dockets:
            self._read([case_id])
        return self._dockets[case_id]

    def _read(self, case_ids: Collection[CaseId]) -> None:
        for case_id, found in self.tx.dockets(case_ids).items():
            self._dockets[case_id] = _Docket(*found, stored=found.dossier is not None)

    def _placed(self, device: str, seq: int) -> Placed:
        """An event as feeds need it, of the store or of this transaction."""
        if device == HALL:
            mine = next((link for link in self._own if link.seq == seq), None)
            if mine is not None:
                return Placed(HALL, seq, mine.public, mine.c)
        return placed(self.tx, device, seq)

    def _order(self, case_id: CaseId) -> list[tuple[str, int]]:
        """The case's events so far: those in the store, then those of this transaction."""
        stored = [(device, seq) for device, seq, _ in self.tx.order(case_id)]
        return stored + [(row.event.device, row.event.seq) for row in self._orders if row.case == case_id]


def placed(tx: Records, device: str, seq: int) -> Placed:
    """A stored event as feeds need it."""
    [row] = tx.journals.rows(device, seq - 1, seq)
    return Placed(device, seq, row.public, row.c)
