"""What the services need from outside, in their own words. Adapters keep the vendors to themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import date
from typing import Protocol

from counter_app.domain.case import Case
from counter_app.domain.data_budget import DataBudget
from counter_app.domain.day_close import ClosedDay, DayCode
from counter_app.domain.device_keys import DeviceKey
from counter_app.domain.dossiers import Dossier
from counter_app.domain.entrustment import Entrustment
from counter_app.domain.events import ClockReading, Event, NewEvent
from counter_app.domain.identifiers import CaseId, EventId
from counter_app.domain.number_register import Entry, Series
from counter_app.domain.seal_roots import ToldRoot
from counter_app.domain.station import StationProfile
from counter_app.domain.working_calendar import WorkingCalendar
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
from sync.bundle_ports import GivenBundle
from sync.hall_address import HallAddress


class SystemClock(Protocol):
    """Time as the machine gives it, without the hall's offset."""

    def read(self) -> ClockReading:
        """Wall clock, boot id and monotonic clock now; offset_ms is None here, the store knows it."""


class Reading(Protocol):
    """One consistent look at the store."""

    def profile(self) -> StationProfile: ...
    def device(self) -> str: ...
    def former_devices(self) -> frozenset[str]:
        """Ids that this machine had before its present one: they are closed, their cases went on here."""

    def set_apart(self) -> str:
        """Why this home uses no device id and no number block until it is enrolled again; "" if it does."""

    def case(self, case: CaseId) -> Case | None: ...
    def entrustment(self, entrustment: CaseId) -> Entrustment | None: ...
    def entrustments(self, *, only_open: bool = False, text: str = "") -> list[Entrustment]: ...
    def entrustments_of_person(self, id_number: str) -> list[Entrustment]: ...
    def case_by_number(self, case_no: str) -> Case | None: ...
    def cases(self, query: CaseQuery) -> list[Case]: ...
    def count_cases(self, query: CaseQuery) -> int: ...
    def holders(self) -> list[str]:
        """Whoever has the baton of a case, each once."""

    def counts_by_item(self, since: date) -> dict[str, int]:
        """How many cases of each item were received since that day."""

    def hits(self, words: str, limit: int) -> list[Hit]:
        """The newest cases that words fit, as `cases` finds them, without their bodies."""

    def at_hall(self, cases: Iterable[CaseId]) -> dict[CaseId, float]:
        """How far the hall has each of a few cases: 1 whole, 0.5 its text and not its scans, 0 not."""

    def count_of_person(self, id_number: str) -> int:
        """How many cases and entrustments the person with this number has."""

    def nearest_due(self) -> date | None:
        """The day on which the first running clock of all open cases ends, None where none runs."""

    def cases_of_person(self, id_number: str) -> list[Case]:
        """The cases whose applicant has this number, as stored; in no order."""

    def cases_of(self, cases: Collection[CaseId]) -> dict[CaseId, Case]: ...
    def cases_in_need(self, due_until: date) -> list[Case]:
        """Open cases with a clock that ends by then, a result on its way, or corrections handed in; nearest first."""

    def cases_touched(self, since_ms: int) -> list[Case]:
        """Cases received or changed since then."""

    def cases_with_open_paper(self) -> list[Case]: ...
    def cases_with_temporary_numbers(self) -> list[Case]: ...
    def events_of(self, case: CaseId) -> list[Event]: ...
    def events_known_at(self, case: CaseId, last: EventId) -> list[Event]:
        """The case's events as they were known where this one was written, which is the last of them."""

    def taken_hash(self, event: EventId) -> bytes | None:
        """`sync.receipts.taken_hash` of an event, None if its bytes are not here."""

    def device_keys(self) -> list[DeviceKey]:
        """The signing keys of the hall's devices, as far as the feed told them."""

    def seal_roots(self) -> list[ToldRoot]:
        """The roots of electronic seals that the hall told, with those that it revoked."""

    def second_stage(self, event: EventId) -> str | None:
        """The code of an own acceptance under the hall's signature, None while there is none."""

    def calendar(self) -> WorkingCalendar:
        """The newest calendar known here, by which everything is counted."""

    def calendars(self) -> list[KnownCalendar]: ...
    def calendar_known_at(self, last: EventId) -> WorkingCalendar:
        """The calendar that was known where this event was written."""

    def items_mark(self) -> tuple[int, int]:
        """Another value whenever releases of items came."""

    def item_pieces(self) -> Sequence[Piece]:
        """The releases of items that came, in their order."""

    def cases_moved(self) -> list[Case]:
        """Cases with a clock that a later calendar counts otherwise than when it was started."""

    def cases_told_too_late(self) -> list[Case]:
        """Of those, the ones with an open clock whose paper names a day that is too late in law now."""

    def cases_held(self) -> list[Case]:
        """Open cases whose baton this device has; the one received first comes first."""

    def cases_asked(self) -> list[Case]:
        """Cases in which a second person is asked, or has answered and nothing was done with it yet; oldest first."""

    def feed_place(self) -> int:
        """The number of the newest feed event that is here, 0 if there is none."""

    def seqs_of(self, case: CaseId) -> list[int]: ...
    def received_ms(self, case: CaseId) -> int | None: ...
    def head(self) -> tuple[int, bytes]: ...
    def own_events(self, kind: str) -> list[Event]:
        """What this machine has written of one kind, oldest first, each once."""

    def own_events_since(self, since_ms: int) -> list[Event]:
        """What was written under the id in use since then, oldest first; a few earlier ones may be among them."""

    def closed_days(self, first: date, last: date) -> list[ClosedDay]:
        """Days that were closed here, from first to last (both inclusive), in their order."""

    def last_closed_day(self) -> ClosedDay | None: ...
    def day_code(self, day: date) -> DayCode:
        """What a close of that day would cover now."""

    def people(self) -> list[StoredPerson]: ...
    def person(self, name: str) -> StoredPerson | None: ...
    def drafts(self) -> list[Draft]: ...
    def draft(self, draft_id: int) -> Draft | None: ...
    def blocks(self) -> list[LeasedBlock]: ...
    def number_entries(self, year: int | None = None) -> list[Entry]:
        """What this device did with numbers of a year (None: of all), by number."""

    def entries_at(self, series: Series, first: int, last: int) -> list[Entry]: ...
    def numbers_used(self, since_ms: int) -> Counter[tuple[str, str]]:
        """How many numbers of the papers of each (agency, kind) were used here since then, whatever the year."""

    def paper(self, case: CaseId, kind: str, number: str) -> Paper | None: ...
    def sealed_paper(self, case: CaseId, kind: str, number: str) -> Paper | None:
        """The notice under its electronic seal, None if it has none here."""

    def uploads(self) -> list[Upload]: ...
    def scans_missing(self, case: CaseId) -> int: ...
    def ended_cases(self) -> list[Dossier]:
        """Cases and entrustments at an end that still have a private part here, the one longest untouched first."""

    def has_residue(self) -> bool:
        """Whether the store's file may still hold traces of what was erased (`Store.make_anew`)."""

    def count_files_to_delete(self) -> int: ...
    def files_to_delete(self, limit: int) -> list[bytes]:
        """Hashes of files that an erasure left to be deleted."""

    def is_file_needed(self, sha256: bytes) -> bool: ...
    def kept_scans(self) -> list[KeptScan]:
        """Pages whose original may still be here, the oldest first."""

    def troubles(self) -> list[Trouble]: ...
    def link(self) -> LinkState: ...
    def unsent_bytes(self) -> dict[CaseId, int]: ...
    def bundle(self) -> GivenBundle | None:
        """The newest bundle that was written out for the hall."""

    def written_after(self, seq: int) -> set[CaseId]:
        """Cases with own events after that seq."""

    def scanned_after(self, seq: int) -> set[CaseId]:
        """Cases with files that own events after that seq name and the hall lacks."""

    def count_cases_written(self, first: int, last: int) -> int:
        """To how many cases own events first..last belong."""

    def case_of_voucher(self, voucher: str) -> CaseId | None:
        """The case that was paid for with the bank's voucher of that number."""

    def intake_key(self, key: str) -> tuple[bytes, CaseId] | None: ...
    def notice_templates(self) -> NoticeTemplates:
        """The templates of papers: the program's, with all that the hall released."""

    def hall_address(self) -> HallAddress: ...
    def setting(self, name: str, default: str = "") -> str: ...
    def data_budget(self) -> DataBudget: ...


class Writing(Reading, Protocol):
    """One transaction: all of it is durable when the context ends, or none of it happened."""

    def next_case(self) -> CaseId: ...
    def append(self, events: Sequence[NewEvent]) -> list[Event]:
        """Append to this device's journal and project at once.

        Raises what the fold raises, and CounterError `event_too_big`, `disk_full`.
        """

    def take_number(self, agency: str, series: str, year: int) -> int | None: ...
    def next_temporary_number(self, year: int) -> int: ...
    def save_draft(self, draft: Draft) -> int: ...
    def delete_draft(self, draft_id: int) -> None: ...
    def save_person(self, person: StoredPerson) -> None: ...
    def delete_person(self, name: str) -> None: ...
    def save_paper(self, paper: Paper) -> None: ...
    def save_sealed_paper(self, paper: Paper) -> None: ...
    def save_intake_key(self, key: str, digest: bytes, case: CaseId) -> None: ...
    def save_sharing(self, sharing: str) -> None:
        """Whether the counters of this station share their cases, as the hall says now: own or desk."""

    def save_hall_address(self, address: HallAddress) -> None: ...
    def save_setting(self, name: str, value: str) -> None: ...
    def erase(self, case: CaseId) -> None:
        """Forget what the case says of people, and note its files to be deleted (sync design section 1)."""

    def file_settled(self, sha256: bytes) -> None: ...
    def keep_scan(self, scan: KeptScan) -> None: ...
    def forget_scan(self, sha256: bytes) -> None: ...


class Store(Protocol):
    """The station's encrypted store. A commit that failed is `commit_unknown`: reopen, read the head, decide."""

    def read(self) -> AbstractContextManager[Reading]: ...
    def write(self) -> AbstractContextManager[Writing]: ...
    def recount(self) -> None:
        """After a calendar was added: count the cases again that it may have moved, in short transactions."""

    def make_anew(self) -> None:
        """Leave no trace of what was erased in the file. CounterError `disk_full`, `store_busy`: traces are left."""


class FileVault(Protocol):
    """Scans and rendered papers, encrypted under the home, named by content."""

    def put(self, content: bytes) -> tuple[bytes, str]:
        """Seal, sync and name the bytes: SHA-256 and path relative to the home. Durable on return."""

    def get(self, sha256: bytes) -> bytes:
        """The bytes of that hash. CounterError `file_missing` or `file_damaged`."""

    def delete(self, sha256: bytes) -> None:
        """Take the file away, if it is there. CounterError `home_read_only`."""
