"""What the hall's side of the exchange asks of its store.

The decisions stand in `receive.py`, `apply.py`, `batch.py`, `feeds.py`, `answers.py`, `lines.py` and `jobs.py`; they
run over the tables (`records.py`) and, in the tests' simulator, over plain dicts.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import AbstractContextManager
from datetime import date
from typing import NamedTuple, Protocol

from counter_app.domain.case import Case
from counter_app.domain.dossiers import Dossier
from counter_app.domain.events import ClockReading, Event, NewEvent
from counter_app.domain.identifiers import CaseId, EventId, JobId
from sync.frames import AttachmentFrame
from sync.hall.feeds import FeedPlace, FeedRow
from sync.hall.links import JobLink, Link
from sync.hall.places import Device
from sync.hall.troubles import Kind
from sync.journal_rules import JournalStore
from sync.keys import DeviceKeys


class Ordered(NamedTuple):
    """An event at its place in a case's order."""

    case: CaseId
    position: int
    event: EventId
    late: bool


class Fed(NamedTuple):
    """An event at its number in a station's feed."""

    station: str
    n: int
    event: EventId
    hash: bytes


class Proof(NamedTuple):
    """What a device was told and the hall does not have: seq is where the hall stands with it, generation that of the
    hall as the device knows it (0: of an earlier life, from which the hall has recovered)."""

    device: str
    seq: int
    acknowledged: int
    generation: int


class Docket(NamedTuple):
    """A case or an entrustment, who takes part in it, and how many events stand in its order."""

    dossier: Dossier | None
    stations: tuple[str, ...]
    events: int


class Records(Protocol):
    """One transaction. What a method of the same name in places, feeds, cases, troubles, links, closed says holds."""

    @property
    def journals(self) -> JournalStore: ...

    def journal_head(self, device: str) -> tuple[int, bytes]:
        """(seq, h) of the newest event, not locked. JournalNotOpen."""

    def savepoint(self) -> AbstractContextManager[object]:
        """What is written inside is undone if the block raises. Not one within another."""

    def generation(self) -> int: ...

    def device(self, device: str) -> Device | None: ...

    def locked_device(self, device: str) -> Device:
        """A known device, whose row nobody else can move until the transaction ends."""

    def store_contact(self, device: str, x: int, now_ms: int, offset_ms: int | None) -> None:
        """Try x of the device came now; offset_ms, hall time minus its clock, is kept where it is given."""

    def store_applied(self, device: str, seq: int) -> None: ...

    def devices_behind(self) -> list[str]:
        """Those with events that were received and are not applied."""

    def accepts_for(self, station: str) -> Sequence[str]:
        """The agencies in whose name the station issues papers."""

    def station_of(self, device: str) -> str | None: ...

    def take_turn(self) -> bool:
        """Let nobody else write as the hall, or take numbers, until the transaction ends. Whether others may have
        written since it began; a store with one writer at a time has nothing to do."""

    def lock_feeds(self, stations: Iterable[str]) -> None:
        """Keep everybody else from the feeds of these stations; always in one order."""

    def feed_head(self, station: str) -> FeedPlace: ...

    def sharing(self, station: str) -> str:
        """Whether its counters share their cases: own or desk."""

    def feed_hash_at(self, station: str, n: int) -> bytes | None: ...

    def feed_rows(self, station: str, after: int = 0) -> Iterator[FeedRow]: ...

    def add_to_feeds(self, entries: Sequence[Fed]) -> None: ...

    def store_feed_head(self, station: str, head: FeedPlace) -> None: ...

    def dockets(self, cases: Collection[CaseId]) -> dict[CaseId, Docket]:
        """All of them, also those that are not here yet."""

    def save(self, dossiers: Sequence[Dossier], *, new: bool) -> None: ...

    def stations_of_all(self, cases: Iterable[CaseId]) -> set[str]: ...

    def stations_waiting(self, cases: Iterable[CaseId]) -> set[str]: ...

    def add_participants(self, joined: Sequence[tuple[CaseId, str]]) -> None: ...

    def order(self, case: CaseId) -> Sequence[tuple[str, int, bool]]: ...

    def add_to_orders(self, entries: Sequence[Ordered]) -> None: ...

    def lines_of(self, cases: Collection[CaseId]) -> list[Link]: ...

    def note_line(self, link: Link) -> None: ...

    def mark_line(self, newer: CaseId) -> None: ...

    def jobs_of(self, dossiers: Collection[CaseId]) -> list[JobLink]: ...

    def note_job(self, case: CaseId, job: JobId) -> None: ...

    def mark_job(self, case: CaseId) -> None: ...

    def record(self, event: EventId, kind: Kind, code: str, case: CaseId | None, now_ms: int) -> None: ...

    def note_evidence(self, event: EventId, kind: Kind, evidence: Mapping[str, object]) -> None: ...

    def skip(self, event: EventId) -> None: ...

    def blocked_cases(self) -> list[CaseId]: ...

    def waiting(self, case: CaseId) -> list[EventId]: ...

    def restate(self, event: EventId, kind: Kind, code: str) -> None: ...

    def settle(self, event: EventId) -> None: ...

    def name_late(self, cases: Iterable[CaseId], code: str) -> None: ...

    def not_accepted(self, device: str) -> list[tuple[int, str]]: ...

    def waits_for_recovery(self) -> bool:
        """Whether this hall came out of a backup and nobody has said `recovered` yet."""

    def note_went_back(self, proof: Proof, now_ms: int) -> None:
        """`recovery.note_proof`."""

    def enacted(self, device: str, after: int, last: int) -> Set[int]:
        """Events of these that stand in a case's order already: a recovery has put them into their old place."""

    def is_closed(self, device: str) -> bool: ...

    def close_device(self, device: str, since_seq: int, why: str, now_ms: int) -> bool: ...

    def touched_since(self, device: str, seq: int) -> list[CaseId]: ...

    def has_open_fork(self, device: str) -> bool: ...

    def may_succeed(self, device: str, station: str) -> bool: ...

    def succession(self, event: Event, station: str, now_ms: int) -> None: ...

    def batons_of(self, event: Event, station: str) -> list[CaseId]: ...

    def is_replayed(self, event: Event) -> bool: ...

    def note_replay(self, event: Event) -> None: ...

    def book_numbers(self, event: Event) -> list[str]:
        """`number_register.book`."""

    def case_serial(self, task_code: str, received_on: date) -> int:
        """The last serial of that day, 0 if there is none, which nobody else can move until the transaction ends."""

    def store_case_serial(self, task_code: str, received_on: date, last: int) -> None: ...

    def further_block(self, device: str, wanted: Event, this_year: int) -> NewEvent: ...

    def queue_message(self, event: Event, case: Case, now_ms: int) -> None: ...

    def note_files(self, event: Event) -> None:
        """`attachments.note_named`."""

    def store_piece(self, frame: AttachmentFrame) -> None:
        """`attachments.take`."""

    def held(self, asked: Iterable[bytes]) -> list[tuple[bytes, int, str]]: ...


class RecordStore(Protocol):
    """Where transactions come from."""

    def read(self) -> AbstractContextManager[Records]:
        """One consistent look, which no writer waits for."""

    def write(self) -> AbstractContextManager[Records]:
        """One transaction, durable when the block ends. CounterError `hall_store_busy`, `disk_full`."""


class ExchangeHall(Protocol):
    """The hall as the exchange needs it."""

    @property
    def id(self) -> str: ...

    @property
    def keys(self) -> DeviceKeys: ...

    @property
    def clock(self) -> Callable[[], ClockReading]: ...

    @property
    def now_ms(self) -> int: ...

    @property
    def year(self) -> int: ...

    @property
    def records(self) -> RecordStore: ...
