"""The hall's tables as the decisions of the exchange see them: each method is one statement, or one module's word."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import Connection, insert, select, update

from counter_app.domain.case import Case
from counter_app.domain.dossiers import Dossier
from counter_app.domain.events import Event, NewEvent
from counter_app.domain.identifiers import CaseId, EventId, JobId
from sync import journal
from sync.frames import AttachmentFrame
from sync.hall import attachments, cases, feeds, links, messages, number_register, numbers, places, troubles
from sync.hall.feeds import FeedPlace, FeedRow
from sync.hall.links import JobLink, Link
from sync.hall.places import Device
from sync.hall.ports import Fed, Ordered
from sync.hall.store import HallStore, number_fact
from sync.hall.tables import case_events, case_stations, devices, feed, journal_ratchet, stations
from sync.hall.troubles import Kind


class SqlRecords:
    """One transaction of the tables: `ports.Records`."""

    def __init__(self, conn: Connection, home: Path) -> None:
        self.conn = conn
        self.journals = journal.JournalTables(conn)
        self._home = home

    def journal_head(self, device: str) -> tuple[int, bytes]:
        return journal.head(self.conn, device)

    def savepoint(self) -> AbstractContextManager[object]:
        return self.conn.begin_nested()

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

    def lock_feeds(self, stations: Iterable[str]) -> None:
        feeds.lock(self.conn, stations)

    def feed_head(self, station: str) -> FeedPlace:
        return feeds.head(self.conn, station)

    def feed_hash_at(self, station: str, n: int) -> bytes | None:
        return feeds.hash_at(self.conn, station, n)

    def feed_rows(self, station: str, after: int = 0) -> Iterator[FeedRow]:
        return feeds.rows(self.conn, station, after)

    def add_to_feeds(self, entries: Sequence[Fed]) -> None:
        if entries:
            rows = [
                {"station": x.station, "n": x.n, "device": x.event.device, "seq": x.event.seq, "hash": x.hash}
                for x in entries
            ]
            self.conn.execute(insert(feed), rows)

    def store_feed_head(self, station: str, head: FeedPlace) -> None:
        values = {"feed_n": head.n, "feed_hash": head.hash}
        self.conn.execute(update(stations).where(stations.c.code == station).values(values))

    def dossier(self, case: CaseId) -> Dossier | None:
        return cases.load_dossier(self.conn, case)

    def save(self, dossier: Dossier, *, new: bool) -> None:
        cases.save(self.conn, dossier, new=new)

    def stations_of(self, case: CaseId) -> Sequence[str]:
        return cases.stations_of(self.conn, case)

    def stations_of_all(self, case_ids: Iterable[CaseId]) -> set[str]:
        return cases.stations_of_all(self.conn, case_ids)

    def add_participants(self, joined: Sequence[tuple[CaseId, str]]) -> None:
        if joined:
            rows = [{"case_device": case.device, "case_n": case.n, "station": code} for case, code in joined]
            self.conn.execute(insert(case_stations), rows)

    def count_events(self, case: CaseId) -> int:
        return cases.count_events(self.conn, case)

    def order(self, case: CaseId) -> Sequence[tuple[str, int, bool]]:
        return cases.order(self.conn, case)

    def add_to_orders(self, entries: Sequence[Ordered]) -> None:
        if entries:
            rows = [
                {
                    "case_device": x.case.device, "case_n": x.case.n, "position": x.position,
                    "device": x.event.device, "seq": x.event.seq, "late": x.late,
                }
                for x in entries
            ]
            self.conn.execute(insert(case_events), rows)

    def lines_of(self, case_ids: Collection[CaseId]) -> list[Link]:
        return links.lines_of(self.conn, case_ids)

    def note_line(self, link: Link) -> None:
        links.note_line(self.conn, link)

    def mark_line(self, newer: CaseId) -> None:
        links.mark_line(self.conn, newer)

    def jobs_of(self, dossiers: Collection[CaseId]) -> list[JobLink]:
        return links.jobs_of(self.conn, dossiers)

    def note_job(self, case: CaseId, job: JobId) -> None:
        links.note_job(self.conn, case, job)

    def mark_job(self, case: CaseId) -> None:
        links.mark_job(self.conn, case)

    def record(self, event: EventId, kind: Kind, code: str, case: CaseId | None, now_ms: int) -> None:
        troubles.record(self.conn, event, kind, code, case, now_ms)

    def blocked_cases(self) -> list[CaseId]:
        return troubles.blocked_cases(self.conn)

    def waiting(self, case: CaseId) -> list[EventId]:
        return troubles.waiting(self.conn, case)

    def restate(self, event: EventId, kind: Kind, code: str) -> None:
        troubles.restate(self.conn, event, kind, code)

    def settle(self, event: EventId) -> None:
        troubles.settle(self.conn, event)

    def name_late(self, case_ids: Iterable[CaseId], code: str) -> None:
        troubles.name_late(self.conn, case_ids, code)

    def not_accepted(self, device: str) -> list[tuple[int, str]]:
        return troubles.not_accepted(self.conn, device)

    def book_numbers(self, event: Event) -> list[str]:
        return number_register.book(self.conn, event)

    def new_case_no(self, task_code: str, received_on: date) -> str:
        return numbers.new_case_no(self.conn, task_code, received_on)

    def further_block(self, device: str, wanted: Event, this_year: int) -> NewEvent:
        return numbers.further_block(self.conn, device, wanted, this_year)

    def queue_message(self, event: Event, case: Case, now_ms: int) -> None:
        messages.queue(self.conn, event, case, now_ms)

    def note_files(self, event: Event) -> None:
        attachments.note_named(self.conn, event)

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
