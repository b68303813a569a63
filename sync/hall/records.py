"""The hall's tables as the decisions of the exchange see them: each method is one statement, or one module's word."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import Connection, NestedTransaction, insert, select, update

from counter_app.domain.case import Case
from counter_app.domain.dossiers import Dossier
from counter_app.domain.events import Event, NewEvent
from counter_app.domain.identifiers import CaseId, EventId, JobId
from sync import journal
from sync.frames import AttachmentFrame
from sync.hall import (
    attachments,
    cases,
    closed,
    feeds,
    links,
    messages,
    number_register,
    numbers,
    places,
    troubles,
    went_back,
)
from sync.hall.feeds import FeedPlace, FeedRow
from sync.hall.links import JobLink, Link
from sync.hall.places import Device
from sync.hall.ports import Docket, Fed, Ordered, Proof
from sync.hall.store import HallStore, number_fact, recovery_waits, storable
from sync.hall.tables import case_events, case_stations, devices, feed, journal_ratchet, stations
from sync.hall.troubles import Kind
from sync.many_rows import write_rows

_INTO_FEED, _INTO_STATIONS, _INTO_ORDERS = insert(feed), insert(case_stations), insert(case_events)


class SqlRecords:
    """One transaction of the tables: `ports.Records`."""

    def __init__(self, conn: Connection, home: Path) -> None:
        self.conn = conn
        self.journals = journal.JournalTables(conn)
        self._home = home
        self._undoable = False
        self._savepoint: NestedTransaction | None = None

    @property
    def _changed(self) -> Connection:
        """The connection, for what writes."""
        if self._undoable and self._savepoint is None:
            self._savepoint = self.conn.begin_nested()
        return self.conn

    def journal_head(self, device: str) -> tuple[int, bytes]:
        return journal.head(self.conn, device)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Made when something is written: most events write nothing before their batch ends."""
        self._undoable = True
        try:
            with storable():
                yield
        except BaseException:
            if self._savepoint is not None:
                self._savepoint.rollback()
            raise
        else:
            if self._savepoint is not None:
                self._savepoint.commit()
        finally:
            self._undoable, self._savepoint = False, None

    def generation(self) -> int:
        return number_fact(self.conn, "generation")

    def device(self, device: str) -> Device | None:
        return places.device(self.conn, device)

    def locked_device(self, device: str) -> Device:
        found = places.device(self.conn, device, lock=True)
        assert found is not None, "a device is never removed"
        return found

    def store_contact(self, device: str, x: int, now_ms: int, offset_ms: int | None) -> None:
        contact = {"last_x": x, "last_contact_ms": now_ms}
        offset = {} if offset_ms is None else {"clock_offset_ms": offset_ms}
        self.conn.execute(update(devices).where(devices.c.device == device).values({**contact, **offset}))

    def store_applied(self, device: str, seq: int) -> None:
        self.conn.execute(update(devices).where(devices.c.device == device).values(applied=seq))

    def devices_behind(self) -> list[str]:
        ratchet = journal_ratchet.c
        behind = select(devices.c.device).join(journal_ratchet, ratchet.device == devices.c.device)
        return list(self.conn.scalars(behind.where(devices.c.applied < ratchet.seq).order_by(devices.c.device)))

    def accepts_for(self, station: str) -> Sequence[str]:
        return places.station(self.conn, station).accepts_for(places.agency_codes(self.conn))

    def station_of(self, device: str) -> str | None:
        return cases.station_of(self.conn, device)

    def take_turn(self) -> bool:
        return numbers.take_turn(self.conn)

    def lock_feeds(self, stations: Iterable[str]) -> None:
        feeds.lock(self.conn, stations)

    def feed_head(self, station: str) -> FeedPlace:
        return feeds.head(self.conn, station)

    def sharing(self, station: str) -> str:
        return str(self.conn.scalar(select(stations.c.sharing).where(stations.c.code == station)))

    def feed_hash_at(self, station: str, n: int) -> bytes | None:
        return feeds.hash_at(self.conn, station, n)

    def feed_rows(self, station: str, after: int = 0) -> Iterator[FeedRow]:
        return feeds.rows(self.conn, station, after)

    def add_to_feeds(self, entries: Sequence[Fed]) -> None:
        rows = [
            {"station": x.station, "n": x.n, "device": x.event.device, "seq": x.event.seq, "hash": x.hash}
            for x in entries
        ]
        write_rows(self.conn, _INTO_FEED, rows)

    def store_feed_head(self, station: str, head: FeedPlace) -> None:
        values = {"feed_n": head.n, "feed_hash": head.hash}
        self.conn.execute(update(stations).where(stations.c.code == station).values(values))

    def dockets(self, case_ids: Collection[CaseId]) -> dict[CaseId, Docket]:
        dossiers = cases.load_dossiers(self.conn, case_ids)
        stations, events = cases.stations_of(self.conn, case_ids), cases.count_events(self.conn, case_ids)
        return {id_: Docket(dossiers.get(id_), tuple(stations.get(id_, ())), events.get(id_, 0)) for id_ in case_ids}

    def save(self, dossiers: Sequence[Dossier], *, new: bool) -> None:
        cases.save(self.conn, dossiers, new=new)

    def stations_of_all(self, case_ids: Iterable[CaseId]) -> set[str]:
        return cases.stations_of_all(self.conn, case_ids)

    def stations_waiting(self, case_ids: Iterable[CaseId]) -> set[str]:
        return troubles.stations_waiting(self.conn, case_ids)

    def add_participants(self, joined: Sequence[tuple[CaseId, str]]) -> None:
        rows = [{"case_device": case.device, "case_n": case.n, "station": code} for case, code in joined]
        write_rows(self.conn, _INTO_STATIONS, rows)

    def order(self, case: CaseId) -> Sequence[tuple[str, int, bool]]:
        return cases.order(self.conn, case)

    def add_to_orders(self, entries: Sequence[Ordered]) -> None:
        rows = [
            {
                "case_device": x.case.device, "case_n": x.case.n, "position": x.position,
                "device": x.event.device, "seq": x.event.seq, "late": x.late,
            }
            for x in entries
        ]
        write_rows(self.conn, _INTO_ORDERS, rows)

    def lines_of(self, case_ids: Collection[CaseId]) -> list[Link]:
        return links.lines_of(self.conn, case_ids)

    def note_line(self, link: Link) -> None:
        links.note_line(self._changed, link)

    def mark_line(self, newer: CaseId) -> None:
        links.mark_line(self._changed, newer)

    def jobs_of(self, dossiers: Collection[CaseId]) -> list[JobLink]:
        return links.jobs_of(self.conn, dossiers)

    def note_job(self, case: CaseId, job: JobId) -> None:
        links.note_job(self._changed, case, job)

    def mark_job(self, case: CaseId) -> None:
        links.mark_job(self._changed, case)

    def record(self, event: EventId, kind: Kind, code: str, case: CaseId | None, now_ms: int) -> None:
        troubles.record(self._changed, event, kind, code, case, now_ms)

    def note_evidence(self, event: EventId, kind: Kind, evidence: Mapping[str, object]) -> None:
        troubles.note_evidence(self.conn, event, kind, evidence)

    def skip(self, event: EventId) -> None:
        troubles.skip(self.conn, event)

    def blocked_cases(self) -> list[CaseId]:
        return troubles.blocked_cases(self.conn)

    def waiting(self, case: CaseId) -> list[EventId]:
        return troubles.waiting(self.conn, case)

    def restate(self, event: EventId, kind: Kind, code: str) -> None:
        troubles.restate(self._changed, event, kind, code)

    def settle(self, event: EventId) -> None:
        troubles.settle(self._changed, event)

    def name_late(self, case_ids: Iterable[CaseId], code: str) -> None:
        troubles.name_late(self._changed, case_ids, code)

    def not_accepted(self, device: str) -> list[tuple[int, str]]:
        return troubles.not_accepted(self.conn, device)

    def waits_for_recovery(self) -> bool:
        return recovery_waits(self.conn)

    def note_went_back(self, proof: Proof, now_ms: int) -> None:
        went_back.note_proof(self.conn, proof, now_ms)

    def enacted(self, device: str, after: int, last: int) -> Set[int]:
        e = case_events.c
        return set(self.conn.scalars(select(e.seq).where(e.device == device, e.seq > after, e.seq <= last)))

    def is_closed(self, device: str) -> bool:
        return closed.is_closed(self.conn, device)

    def close_device(self, device: str, since_seq: int, why: str, now_ms: int) -> bool:
        return closed.close_device(self.conn, device, since_seq, why, now_ms)

    def touched_since(self, device: str, seq: int) -> list[CaseId]:
        return closed.touched_since(self.conn, device, seq)

    def has_open_fork(self, device: str) -> bool:
        return closed.has_open_fork(self.conn, device)

    def may_succeed(self, device: str, station: str) -> bool:
        return closed.may_succeed(self.conn, device, station)

    def succession(self, event: Event, station: str, now_ms: int) -> None:
        closed.succession(self.conn, event, station, now_ms)

    def batons_of(self, event: Event, station: str) -> list[CaseId]:
        return closed.batons_of(self.conn, event, station)

    def is_replayed(self, event: Event) -> bool:
        return closed.is_replayed(self.conn, event)

    def note_replay(self, event: Event) -> None:
        closed.note_replay(self.conn, event)

    def book_numbers(self, event: Event) -> list[str]:
        return number_register.book(self._changed, event) if number_register.tells(event) else []

    def case_serial(self, task_code: str, received_on: date) -> int:
        return numbers.case_serial(self.conn, task_code, received_on)

    def store_case_serial(self, task_code: str, received_on: date, last: int) -> None:
        numbers.store_case_serial(self.conn, task_code, received_on, last)

    def further_block(self, device: str, wanted: Event, this_year: int) -> NewEvent:
        return numbers.further_block(self._changed, device, wanted, this_year)

    def queue_message(self, event: Event, case: Case, now_ms: int) -> None:
        if messages.tells(event, case):
            messages.queue(self._changed, event, case, now_ms)

    def note_files(self, event: Event) -> None:
        attachments.note_named(self._changed, event)

    def store_piece(self, frame: AttachmentFrame) -> None:
        attachments.take(self.conn, self._home, frame)

    def held(self, asked: Iterable[bytes]) -> list[tuple[bytes, int, str]]:
        return attachments.held(self.conn, asked)


@dataclass(frozen=True, slots=True)
class SqlRecordStore:
    """Transactions of a hall's store: `ports.RecordStore`."""

    store: HallStore
    home: Path

    def on(self, conn: Connection) -> SqlRecords:
        """The same transaction, for what else an act of the hall writes in it."""
        return SqlRecords(conn, self.home)

    @contextmanager
    def read(self) -> Iterator[SqlRecords]:
        with self.store.read() as conn:
            yield self.on(conn)

    @contextmanager
    def write(self) -> Iterator[SqlRecords]:
        with self.store.write() as conn:
            yield self.on(conn)
