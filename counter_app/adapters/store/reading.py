"""One consistent look at the station's store (`services.ports.Reading`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import Table, and_, select

from counter_app.adapters.store import (
    apart,
    calendars,
    days,
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
from counter_app.adapters.store.case_reading import CaseReading
from counter_app.adapters.store.sending_reading import SendingReading
from counter_app.domain.data_budget import SCANS_A_DAY, DataBudget
from counter_app.domain.day_close import ClosedDay, DayCode
from counter_app.domain.device_keys import DeviceKey
from counter_app.domain.dossiers import Dossier
from counter_app.domain.events import Event
from counter_app.domain.identifiers import CaseId, EventId
from counter_app.domain.moments import local_date
from counter_app.domain.number_register import Entry, Series
from counter_app.domain.people import Role
from counter_app.domain.replayed import each_once
from counter_app.domain.seal_roots import ToldRoot
from counter_app.domain.station import StationProfile, profile_from_plain
from counter_app.services.stored_facts import (
    Draft,
    KeptScan,
    KnownCalendar,
    LeasedBlock,
    Paper,
    StoredPerson,
)
from forms.item_release import Piece
from forms.notice_templates import NoticeTemplates
from sync import journal

SCANS_SENT = "scans_sent"  # a local day, and the bytes of scans that left on it


class ReadTransaction(CaseReading, SendingReading):
    """`services.ports.Reading` over one connection."""

    def set_apart(self) -> str:
        """Why this home uses no device id until it is enrolled again, "" if it does."""
        return str(self.state.get(apart.APART, ""))

    def profile(self) -> StationProfile:
        """The station as the hall described it."""
        return profile_from_plain(
            str(self.state.get("station")), str(self.state.get("station_name")), self.state.get("profile")
        )

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

    def feed_place(self) -> int:
        """The number of the newest feed event that this machine's work knows of, 0 if there is none."""
        return projections.taken_up(self.connection)

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

    def intake_key(self, key: str) -> tuple[bytes, CaseId] | None:
        """The content digest and the case that a sender's key was used for."""
        row = self.connection.execute(select(schema.intake_keys).where(schema.intake_keys.c.key == key)).first()
        return None if row is None else (row.digest, CaseId(row.case_device, row.case_n))

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


def _person(row: Any) -> StoredPerson:
    roles = frozenset(Role(role) for role in row.roles.split(",") if role)
    return StoredPerson(row.name, roles, row.pin_hash, row.failures, row.locked_until_ms, row.pin_given)


def _draft(row: Any) -> Draft:
    return Draft(row.id, row.user, row.item, msgspec.msgpack.decode(row.line), row.step, row.saved_ms, row.version)
