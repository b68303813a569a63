"""One consistent look at the station's store (`services.ports.Reading`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Select, Table, and_, exists, func, or_, select, tuple_
from sqlalchemy.dialects.sqlite import insert as upsert

from counter_app.adapters.store import (
    apart,
    calendars,
    days,
    dossier_rows,
    erasure,
    items,
    key_book,
    notice_templates,
    number_book,
    own_devices,
    projections,
    scans,
    schema,
    seal_roots,
)
from counter_app.adapters.store import rows as many_rows
from counter_app.adapters.store.case_bytes import entrustment_from_bytes, from_bytes
from counter_app.adapters.store.case_search import CaseSearch
from counter_app.domain.case import Case
from counter_app.domain.data_budget import SCANS_A_DAY, DataBudget
from counter_app.domain.day_close import ClosedDay, DayCode
from counter_app.domain.device_keys import DeviceKey
from counter_app.domain.dossiers import Dossier
from counter_app.domain.entrustment import Entrustment
from counter_app.domain.events import Event
from counter_app.domain.identifiers import CaseId, EventId
from counter_app.domain.moments import local_date
from counter_app.domain.notice import TEMPORARY_SIGN
from counter_app.domain.number_register import Entry, Series
from counter_app.domain.people import Role
from counter_app.domain.replayed import each_once
from counter_app.domain.seal_roots import ToldRoot
from counter_app.domain.station import StationProfile, profile_from_plain
from counter_app.domain.wire_values import number_of
from counter_app.domain.working_calendar import WorkingCalendar
from counter_app.services.ports import SystemClock
from counter_app.services.stored_facts import (
    CaseQuery,
    Draft,
    Hit,
    KeptScan,
    KnownCalendar,
    LeasedBlock,
    LinkState,
    Paper,
    StoredPerson,
    Trouble,
    Upload,
)
from forms.item_release import Piece
from forms.notice_templates import NoticeTemplates
from sync import journal
from sync.bundle_ports import GivenBundle
from sync.hall_address import HallAddress

_FRAME_OVERHEAD = 8  # bytes an event costs beside its own, in a frame
_MOST_KEYS = 400  # in one statement
SCANS_SENT = "scans_sent"  # a local day, and the bytes of scans that left on it
_BEYOND = "SELECT 1 FROM case_events WHERE case_device = ? AND case_n = ? AND device = ? AND seq > ? LIMIT 1"
_SCANS_MISSING = "SELECT 1 FROM uploads WHERE case_device = ? AND case_n = ? AND whole_ms IS NULL LIMIT 1"
# The index by name: SQLite would walk all cases in the order of items to save sorting a few (SQLAlchemy: no hints).
_BY_ITEM = "SELECT item, count(*) AS n FROM cases INDEXED BY cases_by_day WHERE received_on >= ? GROUP BY item"
_TO_LOOK_AT = ("CORRECTING", "GRANTED", "DENIED", "DELIVERING")  # states that may be a duty whatever their clocks say


class StateTable:
    """Small values of this machine by name: who we are, where the exchange stands, settings."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._read: dict[str, bytes] | None = None  # one transaction sees one state, and reads it at once

    def get(self, name: str, default: Any = None) -> Any:
        """The value, default if there is none."""
        found = self._all().get(name)
        return default if found is None else msgspec.msgpack.decode(found)

    def put(self, name: str, value: Any) -> None:
        """Keep the value with this transaction."""
        packed = self._all()[name] = msgspec.msgpack.encode(value)
        put = upsert(schema.state).values(name=name, value=packed)
        self._connection.execute(put.on_conflict_do_update(index_elements=["name"], set_={"value": packed}))

    def _all(self) -> dict[str, bytes]:
        if self._read is None:
            rows = self._connection.execute(select(schema.state.c.name, schema.state.c.value))
            self._read = {row.name: row.value for row in rows}
        return self._read


class ReadTransaction:
    """`services.ports.Reading` over one connection."""

    def __init__(self, connection: Connection, clock: SystemClock) -> None:
        self.connection = connection
        self.state = StateTable(connection)
        self._clock = clock

    def device(self) -> str:
        """This machine's device id."""
        return str(self.state.get("device"))

    def former_devices(self) -> frozenset[str]:
        """Ids that this machine had before its present one."""
        return frozenset(former.device for former in own_devices.former(self.connection))

    def set_apart(self) -> str:
        """Why this home uses no device id until it is enrolled again, "" if it does."""
        return str(self.state.get(apart.APART, ""))

    def profile(self) -> StationProfile:
        """The station as the hall described it."""
        return profile_from_plain(
            str(self.state.get("station")), str(self.state.get("station_name")), self.state.get("profile")
        )

    def case(self, case: CaseId) -> Case | None:
        """The case, None if this station does not know it."""
        return dossier_rows.load_case(self.connection, case)

    def entrustment(self, entrustment: CaseId) -> Entrustment | None:
        """The entrustment, None if this station does not know it."""
        found = dossier_rows.load_entrustment(self.connection, entrustment)
        return None if found is None else found.counted_by(self.calendar())

    def entrustments(self, *, only_open: bool = False, text: str = "") -> list[Entrustment]:
        """Entrustments that this station takes part in, the newest first; text as in `CaseQuery`."""
        table = schema.entrustments
        wanted = select(table.c.body)
        if only_open:
            wanted = wanted.where(table.c.open.is_(True))
        if text.strip():
            wanted = wanted.where(_matches(text.strip()))
        wanted = wanted.order_by(table.c.changed_ms.desc(), table.c.case_device, table.c.case_n.desc())
        return self._entrustments(self.connection.scalars(wanted))

    def entrustments_of_person(self, id_number: str) -> list[Entrustment]:
        """The entrustments of the person with this number, as stored; in no order."""
        table, search = schema.entrustments.c, schema.search.c
        same = and_(search.case_device == table.case_device, search.case_n == table.case_n)
        wanted = select(table.body).join_from(schema.search, schema.entrustments, same)
        found = self.connection.scalars(wanted.where(search.id_number == id_number)) if id_number else ()
        return self._entrustments(found)

    def _entrustments(self, bodies: Iterable[bytes]) -> list[Entrustment]:
        calendar = self.calendar()
        return [entrustment_from_bytes(body).counted_by(calendar) for body in bodies]

    def case_by_number(self, case_no: str) -> Case | None:
        """The case of an official number (办件编号)."""
        body = self.connection.scalar(select(schema.cases.c.body).where(schema.cases.c.case_no == case_no))
        return None if body is None else from_bytes(body)

    def cases(self, query: CaseQuery) -> list[Case]:
        """Cases that fit, newest receipt first."""
        table, filters = schema.cases.c, _filters(query)
        if words := query.text.strip():
            fitting = CaseSearch(self.connection, words, filters).newest(query.limit, query.offset)
            known = self.cases_of(fitting)
            return [known[case] for case in fitting]
        wanted = select(table.body).where(*filters)
        wanted = wanted.order_by(table.received_ms.desc(), table.case_device.desc(), table.case_n.desc())
        return self._found(wanted.limit(query.limit).offset(query.offset))

    def count_cases(self, query: CaseQuery) -> int:
        """How many cases fit, whatever the limit."""
        if words := query.text.strip():
            return CaseSearch(self.connection, words, _filters(query)).count()
        wanted = select(func.count()).select_from(schema.cases).where(*_filters(query))
        return int(self.connection.scalar(wanted) or 0)

    def holders(self) -> list[str]:
        """Whoever has the baton of a case, each once."""
        table, found = schema.cases.c, list[str]()
        first = select(func.min(table.holder))
        holder = self.connection.scalar(first)
        while holder is not None:
            found.append(str(holder))
            holder = self.connection.scalar(first.where(table.holder > holder))
        return found

    def counts_by_item(self, since: date) -> dict[str, int]:
        """How many cases of each item were received since that day."""
        return {row.item: row.n for row in self.connection.exec_driver_sql(_BY_ITEM, (since.isoformat(),))}

    def hits(self, words: str, limit: int) -> list[Hit]:
        """The newest cases that words fit, as `cases` finds them, without their bodies."""
        fitting, table = CaseSearch(self.connection, words.strip(), []).newest(limit, 0), schema.search.c
        here = many_rows.of_cases(self.connection, select(schema.search), table, fitting)
        by_case = {CaseId(row.case_device, row.case_n): row for row in here}
        found = [(case, by_case[case]) for case in fitting]
        return [Hit(case, row.name, row.initials, row.id_number, row.phone) for case, row in found]

    def at_hall(self, cases: Iterable[CaseId]) -> dict[CaseId, float]:
        """How far the hall has each of a few cases: 1 whole, 0.5 its text and not its scans, 0 not."""
        reached = [(self.device(), int(self.state.get("received", 0)))]
        formers = own_devices.former(self.connection)
        reached += [(former.device, former.kept) for former in formers if not former.replayed]
        found = {}
        for case in cases:
            of_case = (case.device, case.n)
            ask = self.connection.exec_driver_sql
            texts = [ask(_BEYOND, (*of_case, device, seq)).first() for device, seq in reached]
            scans = ask(_SCANS_MISSING, of_case).first()
            found[case] = 0.0 if any(texts) else 0.5 if scans else 1.0
        return found

    def count_of_person(self, id_number: str) -> int:
        """How many cases and entrustments the person with this number has."""
        wanted = select(func.count()).select_from(schema.search).where(schema.search.c.id_number == id_number)
        return int(self.connection.scalar(wanted) or 0) if id_number else 0

    def nearest_due(self) -> date | None:
        """The day on which the first running clock of all open cases ends, None where none runs."""
        table = schema.cases.c
        day = self.connection.scalar(select(func.min(table.due)).where(table.open.is_(True)))
        return None if day in (None, dossier_rows.NO_DUTY) else date.fromisoformat(str(day))

    def cases_of_person(self, id_number: str) -> list[Case]:
        """The cases whose applicant has this number, as stored; in no order."""
        table, search = schema.cases.c, schema.search.c
        same = and_(search.case_device == table.case_device, search.case_n == table.case_n)
        wanted = select(table.body).join_from(schema.search, schema.cases, same)
        return self._found(wanted.where(search.id_number == id_number)) if id_number else []

    def cases_of(self, cases: Collection[CaseId]) -> dict[CaseId, Case]:
        """The cases of these ids, as far as this station knows them."""
        table = schema.cases.c
        keys = [(case.device, case.n) for case in cases]
        found: list[Case] = []
        for at in range(0, len(keys), _MOST_KEYS):
            some = tuple_(table.case_device, table.case_n).in_(keys[at : at + _MOST_KEYS])
            found += self._found(select(table.body).where(some))
        return {case.id: case for case in found}

    def cases_in_need(self, due_until: date) -> list[Case]:
        """Cases with a clock that ends by then, a result on its way, corrections in, a bad rating; nearest first."""
        table = schema.cases.c
        is_due = and_(table.open.is_(True), table.due <= due_until.isoformat())
        wanted = (is_due, table.state.in_(_TO_LOOK_AT), table.complaints > 0)
        found = {case.id: case for which in wanted for case in self._found(select(table.body).where(which))}
        return sorted(found.values(), key=lambda case: (dossier_rows.nearest_day(case), case.received_at_ms))

    def cases_touched(self, since_ms: int) -> list[Case]:
        """Cases received or changed since then."""
        table = schema.cases.c
        return self._found(select(table.body).where(table.changed_ms >= since_ms))

    def cases_with_open_paper(self) -> list[Case]:
        """Cases with a notice that was issued and not yet printed."""
        table = schema.cases.c
        return self._found(select(table.body).where(table.unprinted > 0).order_by(table.received_ms))

    def cases_with_temporary_numbers(self) -> list[Case]:
        """Own cases with a paper that was issued under a temporary number, whether it has its final one or not."""
        if not self.connection.scalar(select(func.count()).select_from(schema.temporary_numbers)):
            return []
        table = schema.cases.c
        holds = func.instr(table.body, TEMPORARY_SIGN.encode()) > 0  # rare: no index is worth its upkeep
        ours = table.case_device.in_(self._own_devices())
        return self._found(select(table.body).where(ours, holds).order_by(table.case_n))

    def events_of(self, case: CaseId) -> list[Event]:
        """The events of a case in the order that holds."""
        return list(projections.case_history(self.connection, case))

    def taken_hash(self, event: EventId) -> bytes | None:
        """The hash of what the event says was taken, None if its bytes are not here."""
        return key_book.taken_hash(self.connection, event)

    def device_keys(self) -> list[DeviceKey]:
        """The signing keys of the hall's devices, as far as the feed told them."""
        return key_book.all_keys(self.connection)

    def seal_roots(self) -> list[ToldRoot]:
        """The roots of electronic seals that the hall told, with those that it revoked."""
        return seal_roots.told(self.connection)

    def second_stage(self, event: EventId) -> str | None:
        """The code of an own acceptance under the hall's signature, None while there is none."""
        return key_book.second_stage(self.connection, event)

    def calendar(self) -> WorkingCalendar:
        """The newest calendar known here: the shipped one with all that arrived."""
        return calendars.newest(self.connection)

    def calendars(self) -> list[KnownCalendar]:
        """The calendars that arrived, in the hall's order."""
        found = calendars.known(self.connection)
        return [KnownCalendar(row.release, by_feed=row.by_feed, by_file=row.by_file) for row in found]

    def items_mark(self) -> tuple[int, int]:
        """Another value whenever releases of items came."""
        return items.mark(self.connection)

    def item_pieces(self) -> Sequence[Piece]:
        """The releases of items that came, in their order."""
        return items.pieces(self.connection)

    def notice_templates(self) -> NoticeTemplates:
        """The templates of papers: the program's, with all that the hall released."""
        return notice_templates.known(self.connection)

    def calendar_known_at(self, last: EventId) -> WorkingCalendar:
        """The calendar that was known where this event was written."""
        return calendars.known_at(self.connection, self.device(), self._seen_at(last), last)

    def cases_moved(self) -> list[Case]:
        """Cases with a clock that a later calendar counts otherwise, oldest receipt first."""
        table = schema.cases.c
        return self._found(select(table.body).where(table.moved > 0).order_by(table.received_ms))

    def cases_told_too_late(self) -> list[Case]:
        """Cases whose paper names a day that is too late by a calendar that came after it."""
        table = schema.cases.c
        return self._found(select(table.body).where(table.alarms > 0).order_by(table.received_ms))

    def cases_held(self) -> list[Case]:
        """Open cases whose baton this device has; the one received first comes first."""
        table = schema.cases.c
        held = (table.open == 1, table.holder == self.device())
        return self._found(select(table.body).where(*held).order_by(table.received_ms, table.case_n))

    def cases_asked(self) -> list[Case]:
        """Cases in which a second person is asked, or has answered and nothing was done with it yet."""
        table = schema.cases.c
        return self._found(select(table.body).where(table.asked == 1).order_by(table.received_ms))

    def events_known_at(self, case: CaseId, last: EventId) -> list[Event]:
        """The case's events as they were known where this one was written, which is the last of them."""
        return list(projections.case_history(self.connection, case, self._seen_at(last), last))

    def _seen_at(self, last: EventId) -> int:
        """How far the feed had come where the event was written: its own place, if it is another's."""
        if last.device in self._own_devices():
            [issuing] = journal.read(self.connection, last.device, last.seq - 1, 1)
            return number_of(issuing.data, "seen") if "seen" in issuing.data else 0
        places = schema.case_events.c
        of_last = and_(places.device == last.device, places.seq == last.seq)
        return int(self.connection.execute(select(places.feed_n).where(of_last)).scalar_one())

    def feed_place(self) -> int:
        """The number of the newest feed event that this machine's work knows of, 0 if there is none."""
        return projections.taken_up(self.connection)

    def seqs_of(self, case: CaseId) -> list[int]:
        """The places in this device's journal that belong to the case."""
        table = schema.case_events.c
        mine = and_(table.case_device == case.device, table.case_n == case.n, table.device == self.device())
        return [row.seq for row in self.connection.execute(select(table.seq).where(mine).order_by(table.seq))]

    def received_ms(self, case: CaseId) -> int | None:
        """When the hall had all events and all scans of the case, None while it has not."""
        own = self.seqs_of(case)
        receipt, upload = schema.receipts.c, schema.uploads.c
        moments = [self.connection.scalar(select(func.min(receipt.at_ms)).where(receipt.seq >= own[-1]))] if own else []
        moments += self._former_moments(case)
        mine = and_(upload.case_device == case.device, upload.case_n == case.n)
        moments += [row.whole_ms for row in self.connection.execute(select(upload.whole_ms).where(mine))]
        known = [moment for moment in moments if moment is not None]
        return max(known) if known and len(known) == len(moments) else None

    def _former_moments(self, case: CaseId) -> list[int | None]:
        """When the hall had what was written of the case under each closed id; None for work that is not brought."""
        table, receipt = schema.case_events.c, schema.former_receipts.c
        its = and_(table.case_device == case.device, table.case_n == case.n)
        moments: list[int | None] = []
        for former in own_devices.former(self.connection):
            last = self.connection.scalar(select(func.max(table.seq)).where(its, table.device == former.device))
            if last is not None:
                confirmed = and_(receipt.device == former.device, receipt.seq >= last)
                moments.append(self.connection.scalar(select(func.min(receipt.at_ms)).where(confirmed)))
        return moments

    def _own_devices(self) -> frozenset[str]:
        return self.former_devices() | {self.device()}

    def head(self) -> tuple[int, bytes]:
        """(seq, h) of this device's newest event."""
        return journal.head(self.connection, self.device())

    def own_events(self, kind: str) -> list[Event]:
        """What this machine has written of one kind, oldest first, each once."""
        return list(each_once(own_devices.events(self.connection, self.device(), kind)))

    def own_events_since(self, since_ms: int) -> list[Event]:
        """What was written under the id in use since then, oldest first; a few earlier ones may be among them."""
        return own_devices.events_since(self.connection, self.device(), since_ms)

    def closed_days(self, first: date, last: date) -> list[ClosedDay]:
        """Days that were closed here, from first to last, in their order."""
        return days.closed(self.connection, first, last)

    def last_closed_day(self) -> ClosedDay | None:
        """The newest of all closed days."""
        return next(reversed(days.closed(self.connection)), None)

    def day_code(self, day: date) -> DayCode:
        """What a close of that day would cover now."""
        return days.code_of(self.connection, self.device(), day)

    def people(self) -> list[StoredPerson]:
        """Everybody who may sign in here, by name."""
        return [_person(row) for row in self.connection.execute(select(schema.people).order_by(schema.people.c.name))]

    def person(self, name: str) -> StoredPerson | None:
        """The person of that name."""
        row = self.connection.execute(select(schema.people).where(schema.people.c.name == name)).first()
        return None if row is None else _person(row)

    def drafts(self) -> list[Draft]:
        """Unfinished applications, the last touched first."""
        wanted = select(schema.drafts).order_by(schema.drafts.c.saved_ms.desc())
        return [_draft(row) for row in self.connection.execute(wanted)]

    def draft(self, draft_id: int) -> Draft | None:
        """One unfinished application."""
        row = self.connection.execute(select(schema.drafts).where(schema.drafts.c.id == draft_id)).first()
        return None if row is None else _draft(row)

    def blocks(self) -> list[LeasedBlock]:
        """Leased number blocks, oldest first."""
        table = schema.blocks
        wanted = select(table).order_by(table.c.agency, table.c.kind, table.c.year, table.c.first)
        return [
            LeasedBlock(row.agency, row.kind, row.year, row.first, row.last, row.next)
            for row in self.connection.execute(wanted)
        ]

    def number_entries(self, year: int | None = None) -> list[Entry]:
        """What this device did with numbers of a year (None: of all), by number."""
        return number_book.entries(self.connection, self.device(), year)

    def entries_at(self, series: Series, first: int, last: int) -> list[Entry]:
        """What this device did with these numbers."""
        return number_book.entries_at(self.connection, self.device(), series, first, last)

    def numbers_used(self, since_ms: int) -> Counter[tuple[str, str]]:
        """How many numbers of the papers of each (agency, kind) were used here since then, whatever the year."""
        return number_book.count_used(self.connection, since_ms)

    def paper(self, case: CaseId, kind: str, number: str) -> Paper | None:
        """The kept PDF of a notice, None if it was not rendered yet."""
        return self._kept(schema.papers, case, kind, number)

    def sealed_paper(self, case: CaseId, kind: str, number: str) -> Paper | None:
        """The same under its electronic seal, None if it has none here."""
        return self._kept(schema.sealed_papers, case, kind, number)

    def _kept(self, table: Table, case: CaseId, kind: str, number: str) -> Paper | None:
        key = and_(table.c.case_device == case.device, table.c.case_n == case.n, table.c.kind == kind)
        row = self.connection.execute(select(table).where(key, table.c.number == number)).first()
        return None if row is None else Paper(case, row.kind, row.number, row.sha256, row.path, row.size)

    def case_of_voucher(self, voucher: str) -> CaseId | None:
        """The case that was paid for with that voucher."""
        table = schema.cases.c
        paid = select(table.case_device, table.case_n).where(table.voucher == voucher, table.voucher != "")
        row = self.connection.execute(paid).first()
        return None if row is None else CaseId(row.case_device, row.case_n)

    def uploads(self) -> list[Upload]:
        """Scans that the hall has not confirmed whole, oldest first."""
        table = schema.uploads
        wanted = select(table).where(table.c.whole_ms.is_(None)).order_by(table.c.seq, table.c.sha256)
        return [
            Upload(row.sha256, row.size, row.sent, CaseId(row.case_device, row.case_n))
            for row in self.connection.execute(wanted)
        ]

    def scans_missing(self, case: CaseId) -> int:
        """How many scans of the case the hall has not confirmed whole."""
        upload = schema.uploads.c
        mine = and_(upload.case_device == case.device, upload.case_n == case.n, upload.whole_ms.is_(None))
        return int(self.connection.scalar(select(func.count()).select_from(schema.uploads).where(mine)) or 0)

    def ended_cases(self) -> list[Dossier]:
        """Cases and entrustments at an end that still have a private part here, the one longest untouched first."""
        return erasure.ended(self.connection)

    def has_residue(self) -> bool:
        """Whether the file may still hold traces of what was erased."""
        return erasure.residue(self.connection) is not None

    def count_files_to_delete(self) -> int:
        """How many files of erased cases are still there."""
        return erasure.count_files_to_delete(self.connection)

    def files_to_delete(self, limit: int) -> list[bytes]:
        """Hashes of files that an erasure left to be deleted."""
        return erasure.files_to_delete(self.connection, limit)

    def is_file_needed(self, sha256: bytes) -> bool:
        """Whether a case that was not erased names the file."""
        return erasure.is_needed(self.connection, sha256)

    def kept_scans(self) -> list[KeptScan]:
        """Pages whose original may still be here, the oldest first."""
        return scans.all_kept(self.connection)

    def troubles(self) -> list[Trouble]:
        """Exceptions that a person must settle."""
        wanted = select(schema.troubles).order_by(schema.troubles.c.since_ms, schema.troubles.c.seq)
        return [
            Trouble(
                row.device,
                row.seq,
                row.code,
                CaseId(row.case_device, row.case_n) if row.case_device else None,
                row.since_ms,
            )
            for row in self.connection.execute(wanted)
        ]

    def link(self) -> LinkState:
        """Where the exchange with the hall stands."""
        get = self.state.get
        return LinkState(
            last_contact_ms=get("last_contact_ms"),
            last_try_ms=get("last_try_ms"),
            last_error=get("last_error", ""),
            next_try_ms=get("next_try_ms"),
            rate=get("rate"),
            offset_ms=get("offset_ms"),
            received=get("received", 0),
            applied=get("applied", 0),
            generation=get("generation", 0),
        )

    def unsent_bytes(self) -> dict[CaseId, int]:
        """Bytes of events that the hall has not acknowledged, by case."""
        device, received = self.device(), self.state.get("received", 0)
        events, journals = schema.case_events.c, schema.metadata.tables["journal"]
        privates = schema.metadata.tables["journal_private"]
        public, private = journals.c, privates.c
        size = func.length(public.public) + func.coalesce(func.length(private.private), 0) + _FRAME_OVERHEAD
        rows = self.connection.execute(
            select(events.case_device, events.case_n, func.sum(size).label("size"))
            .join_from(
                schema.case_events,
                journals,
                and_(public.device == events.device, public.seq == events.seq),
            )
            .join(
                privates,
                and_(private.device == events.device, private.seq == events.seq),
                isouter=True,
            )
            .where(or_(and_(events.device == device, events.seq > received), *self._not_brought(events)))
            .group_by(events.case_device, events.case_n)
        )
        return {CaseId(row.case_device, row.case_n): int(row.size) for row in rows}

    def _not_brought(self, events: Any) -> list[ColumnElement[bool]]:
        """Work under closed ids that the hall does not have yet."""
        waiting = (former for former in own_devices.former(self.connection) if not former.replayed)
        return [and_(events.device == former.device, events.seq > former.kept) for former in waiting]

    def bundle(self) -> GivenBundle | None:
        """The newest bundle that was written out for the hall."""
        given = self.state.get("bundle")
        return None if given is None else msgspec.convert(given, GivenBundle)

    def written_after(self, seq: int) -> set[CaseId]:
        """Cases with own events after that seq."""
        events = schema.case_events.c
        wanted = select(events.case_device, events.case_n).distinct()
        rows = self.connection.execute(wanted.where(events.device == self.device(), events.seq > seq))
        return {CaseId(row.case_device, row.case_n) for row in rows}

    def scanned_after(self, seq: int) -> set[CaseId]:
        """Cases with files that own events after that seq name and the hall lacks."""
        uploads = schema.uploads.c
        wanted = select(uploads.case_device, uploads.case_n).distinct()
        rows = self.connection.execute(wanted.where(uploads.whole_ms.is_(None), uploads.seq > seq))
        return {CaseId(row.case_device, row.case_n) for row in rows}

    def count_cases_written(self, first: int, last: int) -> int:
        """To how many cases own events first..last belong."""
        events = schema.case_events.c
        between = and_(events.device == self.device(), events.seq.between(first, last))
        cases = select(events.case_device, events.case_n).where(between).distinct().subquery()
        return int(self.connection.scalar(select(func.count()).select_from(cases)) or 0)

    def intake_key(self, key: str) -> tuple[bytes, CaseId] | None:
        """The content digest and the case that a sender's key was used for."""
        row = self.connection.execute(select(schema.intake_keys).where(schema.intake_keys.c.key == key)).first()
        return None if row is None else (row.digest, CaseId(row.case_device, row.case_n))

    def hall_address(self) -> HallAddress:
        """Where the hall is reached, as this home was told last."""
        get = self.state.get
        return HallAddress(str(get("url")), bool(get("plain")), str(get("pin", "")))

    def setting(self, name: str, default: str = "") -> str:
        """A setting of this machine."""
        return str(self.state.get(f"setting.{name}", default))

    def data_budget(self) -> DataBudget:
        """Bytes of scans a day and those of today."""
        a_day = self.setting(SCANS_A_DAY)
        day, spent = self.state.get(SCANS_SENT, ["", 0])
        return DataBudget(int(a_day) if a_day else None, spent if day == self._day() else 0)

    def _day(self) -> str:
        return local_date(self._clock.read().wall_ms).isoformat()

    def _found(self, wanted: Select[Any]) -> list[Case]:
        return [from_bytes(row.body) for row in self.connection.execute(wanted)]


def _filters(query: CaseQuery) -> list[ColumnElement[bool]]:
    """What the query asks for beside its words."""
    table = schema.cases.c
    asked: list[ColumnElement[bool]] = []
    if query.states:
        asked.append(table.state.in_([state.value for state in query.states]))
    if query.item:
        asked.append(table.item == query.item)
    if query.received_from:
        asked.append(table.received_on >= query.received_from.isoformat())
    if query.holders is not None:
        asked.append(table.holder.in_(sorted(query.holders)))
    if query.received_to:
        asked.append(table.received_on <= query.received_to.isoformat())
    return asked


def _matches(text: str) -> ColumnElement[bool]:
    """Of an entrustment (there are few, so each is looked at): names, initials and numbers that contain the words; id
    numbers and phones by their end."""
    words = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    table = schema.search.c
    found = or_(
        table.name.like(f"%{words}%", escape="\\"),
        table.initials.like(f"%{words.lower()}%", escape="\\"),
        table.id_number.like(f"%{words.upper()}", escape="\\"),
        table.phone.like(f"%{words}", escape="\\"),
        table.local_no.like(f"%{words.upper()}%", escape="\\"),
        table.case_no.like(f"%{words.upper()}%", escape="\\"),
        table.query_code == text,
    )
    its_case = schema.entrustments.c
    return exists().where(table.case_device == its_case.case_device, table.case_n == its_case.case_n, found)


def _person(row: Any) -> StoredPerson:
    roles = frozenset(Role(role) for role in row.roles.split(",") if role)
    return StoredPerson(row.name, roles, row.pin_hash, row.failures, row.locked_until_ms, row.pin_given)


def _draft(row: Any) -> Draft:
    return Draft(row.id, row.user, row.item, msgspec.msgpack.decode(row.line), row.step, row.saved_ms, row.version)
