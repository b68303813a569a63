"""One transaction's work on cases and feeds: read once, changed in memory, written in few statements at its end.

A device that was offline for a week brings thousands of events; asking the
store a dozen times for each of them would keep the link waiting.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from counter_app.domain.case import Case
from counter_app.domain.dossiers import Dossier
from counter_app.domain.entrustment import Entrustment
from counter_app.domain.identifiers import CaseId, EventId
from sync import feed as feed_chain
from sync.hall.feeds import FeedPlace
from sync.hall.ports import Fed, Ordered, Records


@dataclass(frozen=True, slots=True)
class Placed:
    """An event as feeds need it."""

    device: str
    seq: int
    public: bytes
    c: bytes


@dataclass(frozen=True, slots=True)
class _Docket:
    """A case or an entrustment as this transaction leaves it: who takes part, how many events stand in its order."""

    case: Dossier | None
    stations: tuple[str, ...]
    events: int
    stored: bool
    changed: bool = False


class Batch:
    """All changes of one transaction. Nothing is in the store before `write`."""

    def __init__(self, tx: Records) -> None:
        self.tx = tx
        self.blocked = set(tx.blocked_cases())
        self._dockets: dict[CaseId, _Docket] = {}
        self._heads: dict[str, FeedPlace] = {}
        self._devices: dict[str, str | None] = {}
        self._orders: list[Ordered] = []
        self._joined: list[tuple[CaseId, str]] = []
        self._feed: list[Fed] = []

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
        dockets = dict(self._dockets)
        heads = dict(self._heads)
        lengths = len(self._orders), len(self._joined), len(self._feed)
        try:
            with self.tx.savepoint():
                yield
        except BaseException:
            self._dockets = dockets
            self._heads = heads
            del self._orders[lengths[0] :], self._joined[lengths[1] :], self._feed[lengths[2] :]
            raise

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
        for device, seq in self._order(case_id):
            self.enter(station, placed(self.tx, device, seq))

    def enter(self, station: str, event: Placed) -> None:
        """Give an event the next number of the station's feed, whose head must be locked."""
        before = self._heads.get(station) or self.tx.feed_head(station)
        n = before.n + 1
        made = feed_chain.next_hash(before.hash, n, event.device, event.seq, event.public, event.c)
        self._heads[station] = FeedPlace(n, made)
        self._feed.append(Fed(station, n, EventId(event.device, event.seq), made))

    def write(self) -> None:
        """Bring everything into the store; once, at the end of the transaction."""
        for docket in self._dockets.values():
            if docket.changed and docket.case is not None:
                self.tx.save(docket.case, new=not docket.stored)
        self.tx.add_participants(self._joined)
        self.tx.add_to_orders(self._orders)
        self.tx.add_to_feeds(self._feed)
        for station, head in self._heads.items():
            self.tx.store_feed_head(station, head)

    def _docket(self, case_id: CaseId) -> _Docket:
        found = self._dockets.get(case_id)
        if found is None:
            case = self.tx.dossier(case_id)
            participants = tuple(self.tx.stations_of(case_id))
            found = _Docket(case, participants, self.tx.count_events(case_id), stored=case is not None)
            self._dockets[case_id] = found
        return found

    def _order(self, case_id: CaseId) -> list[tuple[str, int]]:
        """The case's events so far: those in the store, then those of this transaction."""
        stored = [(device, seq) for device, seq, _ in self.tx.order(case_id)]
        return stored + [(row.event.device, row.event.seq) for row in self._orders if row.case == case_id]


def placed(tx: Records, device: str, seq: int) -> Placed:
    """A stored event as feeds need it."""
    [row] = tx.journals.rows(device, seq - 1, seq)
    return Placed(device, seq, row.public, row.c)
