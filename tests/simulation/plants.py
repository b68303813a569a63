"""Faults planted one at a time, to see that the simulator finds them: each breaks one small function or store call."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from counter_app.domain import dossiers, fold
from counter_app.domain.dossiers import Dossier
from counter_app.domain.events import Event
from counter_app.domain.identifiers import HALL
from sync import journal_rules
from sync.feed_return import Seal
from sync.hall import effects, receive
from sync.hall.feeds import FeedPlace
from sync.hall.ports import ExchangeHall, Fed
from sync.hall.receive import Caller
from sync.journal_rules import JournalGap, JournalStore, RawEvent, State
from sync.ports import FeedEvent
from sync.wire import WireError
from tests.simulation.disk import Transaction
from tests.simulation.files import Files, HallFiles
from tests.simulation.hall_dicts import DictJournals, DictRecords, DictRecordStore
from tests.simulation.machines import Program
from tests.simulation.station_dicts import DictStation
from tests.simulation.stores import DictCounty, SimulatedHall


class SkipFsync(DictCounty):
    """No commit of a station reaches the disk before the next power loss."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.synced = dict.fromkeys(self.devices, False)


class AcknowledgeBeforeCommit(DictCounty):
    """The hall syncs what a request brought once its answer is out."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.synced = {HALL: False}

    def after_answer(self) -> None:
        self.hall_disk.sync()


@dataclass
class CursorFirst(DictStation):
    """The cursor is stored, then what it stands for."""

    def store_feed(self, events: Sequence[FeedEvent], cursor: tuple[int, bytes], seal: Seal) -> None:
        with self._write() as tx:
            self.put_cursor(tx, cursor)
        with self._write() as tx:
            self.take_feed(tx, events)


class CursorBeforeApplying(DictCounty):
    def station(self, device: str, step: Callable[[str], None]) -> DictStation:
        station = super().station(device, step)
        return CursorFirst(**vars(station))


@dataclass
class SequencedRecords(DictRecords):
    """Feed numbers come from a sequence that all workers share, without the lock of the feed's head."""

    given: dict[str, int]

    def lock_feeds(self, stations: Any) -> None:
        for _ in set(stations):
            self.step("lock feed")

    def feed_head(self, station: str) -> FeedPlace:
        head = super().feed_head(station)
        return head._replace(n=max(head.n, self.given.get(station, 0)))

    def add_to_feeds(self, entries: Sequence[Fed]) -> None:
        super().add_to_feeds(entries)
        for entry in entries:
            self.given[entry.station] = max(entry.n, self.given.get(entry.station, 0))


@dataclass
class SequencedStore(DictRecordStore):
    given: dict[str, int] = field(default_factory=dict)

    def records(self, tx: Transaction) -> DictRecords:
        return SequencedRecords(tx, self.hall, self.step, HallFiles(self.files, self.step), self.meter, self.given)


class FeedNumberFromSequence(DictCounty):
    def __post_init__(self) -> None:
        super().__post_init__()
        self._given: dict[str, int] = dict.fromkeys(self.devices.values(), 0)

    def hall(self, program: Program) -> SimulatedHall:
        hall = super().hall(program)
        return replace(hall, records=SequencedStore(**vars(hall.records), given=self._given))


@dataclass
class RememberedJournals(DictJournals):
    """The head of a journal is read once and then kept by the worker."""

    memory: dict[str, State]

    def locked(self, device: str) -> State:
        state = super().locked(device)
        return self.memory.setdefault(device, state)

    def write(self, device: str, links: Any, state: State) -> None:
        super().write(device, links, state)
        self.memory[device] = state


@dataclass
class RememberingStore(DictRecordStore):
    memory: dict[str, State] = field(default_factory=dict)

    def records(self, tx: Transaction) -> DictRecords:
        records = super().records(tx)
        records.journals = RememberedJournals(tx, self.step, self.memory)
        return records


class HeadInMemory(DictCounty):
    """Two workers of the hall, each with a memory of its own."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self._memories: list[dict[str, State]] = [{}, {}]

    def hall(self, program: Program) -> SimulatedHall:
        memory = self.rng.choice(self._memories)
        hall = super().hall(program)
        return replace(hall, records=RememberingStore(**vars(hall.records), memory=memory))


def _without_gap(store: JournalStore, device: str, first: int, pairs: Any, head: bytes) -> list[RawEvent]:
    """A gap in the places is taken as if nothing were missing."""
    try:
        return _append_received(store, device, first, pairs, head)
    except JournalGap:
        state = store.locked(device)._replace(seq=first - 1)
        links, state = journal_rules.forged(state, [(*pair, None) for pair in pairs])
        store.write(device, links, state._replace(h=head))
        return [RawEvent(link.seq, link.public, link.private) for link in links]


def _without_duplicates(store: JournalStore, device: str, first: int, pairs: Any, head: bytes) -> list[RawEvent]:
    """What comes is new, whatever place it names."""
    state = store.locked(device)
    if first > state.seq:
        return _append_received(store, device, first, pairs, head)
    links, state = journal_rules.forged(state, [(*pair, None) for pair in pairs])
    store.write(device, links, state)
    return [RawEvent(link.seq, link.public, link.private) for link in links]


def _any_start(hall: ExchangeHall, caller: Caller) -> None:
    try:
        _check_start(hall, caller)
    except WireError as error:
        if error.code != "gap":
            raise


def _any_epoch(dossier: Dossier | None, event: Event) -> Dossier:
    """Whoever writes has the baton."""
    try:
        return dossiers.apply(dossier, event)
    except fold.Late:
        return dossiers.apply(replace(dossier, holder=event.id.device, epoch=event.epoch), event)  # type: ignore[type-var,arg-type]


_append_received = journal_rules.append_received
_check_start = receive.check_start
_is_replayed = DictRecords.is_replayed


class AttachmentNotSynced(DictCounty):
    """What the hall writes of a file is acknowledged before it is on the disk."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.hall_files = Files(syncs=False)


def _is_known_by_place(records: DictRecords, event: Event) -> bool:
    """What another machine has written at a place is taken for this event, whatever its hash is."""
    assert event.origin is not None
    origin = event.origin.id
    return records.journals.hash_at(origin.device, origin.seq) is not None or _is_replayed(records, event)


@contextmanager
def _rules(**changed: object) -> Iterator[None]:
    """The hall receives by other rules; a station's own journal keeps the true ones."""
    rules = SimpleNamespace(**{**vars(journal_rules), **changed})
    with patch.object(receive, "journal_rules", rules):
        yield


@contextmanager
def _ignore_gap() -> Iterator[None]:
    with _rules(append_received=_without_gap), patch.object(receive, "check_start", _any_start):
        yield


def _epoch_not_checked() -> AbstractContextManager[object]:
    return patch.object(effects, "dossiers", SimpleNamespace(apply=_any_epoch))


@dataclass(frozen=True)
class Plant:
    """A county with the fault in its stores, or the fault in the rules while it runs."""

    county: type[DictCounty] = DictCounty
    rules: Callable[[], AbstractContextManager[object]] = nullcontext


PLANTS: Mapping[str, Plant] = {
    "skip_fsync": Plant(SkipFsync),
    "acknowledge_before_commit": Plant(AcknowledgeBeforeCommit),
    "ignore_gap": Plant(rules=_ignore_gap),
    "no_duplicate_check": Plant(rules=lambda: _rules(append_received=_without_duplicates)),
    "cursor_before_applying": Plant(CursorBeforeApplying),
    "feed_number_from_sequence": Plant(FeedNumberFromSequence),
    "epoch_not_checked": Plant(rules=_epoch_not_checked),
    "head_in_memory": Plant(HeadInMemory),
    "attachment_not_synced": Plant(AttachmentNotSynced),
    "second_branch_dropped": Plant(rules=lambda: patch.object(DictRecords, "is_replayed", _is_known_by_place)),
}
