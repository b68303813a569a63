"""What the services need from outside, in their own words. Adapters keep the vendors to themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from counter_app.domain.calendar_release import CalendarRelease
from counter_app.domain.case import Case
from counter_app.domain.data_budget import DataBudget
from counter_app.domain.day_close import ClosedDay, DayCode
from counter_app.domain.device_keys import DeviceKey
from counter_app.domain.dossiers import Dossier
from counter_app.domain.entrustment import Entrustment
from counter_app.domain.events import ClockReading, Event, NewEvent
from counter_app.domain.identifiers import CaseId, EventId
from counter_app.domain.identity_card import IdentityCard
from counter_app.domain.number_register import Entry, Series
from counter_app.domain.people import Role
from counter_app.domain.seal_roots import ToldRoot
from counter_app.domain.sealing import SealSetup
from counter_app.domain.states import CaseState
from counter_app.domain.station import StationProfile
from counter_app.domain.working_calendar import WorkingCalendar
from counter_app.services.pictures import Frame, Picture, ScannedPage
from forms.item_release import Piece
from forms.notice_templates import NoticeTemplates
from sync.bundle_ports import GivenBundle
from sync.hall_address import HallAddress

if TYPE_CHECKING:  # what draws paper is loaded by who draws
    from forms.rendering.seal_face import SealFace
    from forms.rendering.seal_place import SealPlace


class SystemClock(Protocol):
    """Time as the machine gives it, without the hall's offset."""

    def read(self) -> ClockReading:
        """Wall clock, boot id and monotonic clock now; offset_ms is None here, the store knows it."""


@dataclass(frozen=True, slots=True)
class StoredPerson:
    """A person of this machine with the secret part of their sign-in.

    pin_given: somebody else has set the PIN, so that it signs nothing before its owner has changed it.
    """

    name: str
    roles: frozenset[Role]
    pin_hash: str
    failures: int = 0
    locked_until_ms: int = 0
    pin_given: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """An application being typed: lives only on this machine and is no event (sync design section 1).

    line has the shape of an intake line (cli design), as far as it is filled in;
    step is where the person stopped; id is None before the first save; version is that of the item it began with,
    "" where an earlier program wrote it.
    """

    id: int | None
    user: str
    item: str
    line: dict[str, object] = field(default_factory=dict)
    step: str = "applicant"
    saved_at_ms: int = 0
    version: str = ""


@dataclass(frozen=True, slots=True)
class LeasedBlock:
    """A range of notice numbers that the hall leased to this device; next is the first one not taken."""

    agency: str
    kind: str
    year: int
    first: int
    last: int
    next: int

    @property
    def left(self) -> int:
        """How many numbers are left."""
        return max(0, self.last - self.next + 1)


@dataclass(frozen=True, slots=True)
class Hit:
    """A case that words fit, by what it is found."""

    case: CaseId
    name: str
    initials: str
    id_number: str
    phone: str


@dataclass(frozen=True, slots=True)
class Paper:
    """A rendered notice as kept: SHA-256 of the PDF, and its sealed file under the home."""

    case: CaseId
    kind: str
    number: str
    sha256: bytes
    path: str
    size: int


@dataclass(frozen=True, slots=True)
class Upload:
    """A scan on its way: sent is what the hall confirmed to hold, in bytes."""

    sha256: bytes
    size: int
    sent: int
    case: CaseId


@dataclass(frozen=True, slots=True)
class KeptScan:
    """A page that was scanned here and the original it was made of, by their hashes in the vault.

    named: an event names the page; at_hall: and the hall has confirmed it whole.
    """

    sha256: bytes
    original: bytes
    kept_ms: int
    named: bool = False
    at_hall: bool = False


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that the hall could not apply, or a doubt that a person must settle."""

    device: str
    seq: int
    code: str
    case: CaseId | None
    since_ms: int


@dataclass(frozen=True, slots=True)
class KnownCalendar:
    """A calendar that the hall released, and the ways on which it came here."""

    release: CalendarRelease
    by_feed: bool
    by_file: bool


@dataclass(frozen=True, slots=True)
class LinkState:
    """What is known of the link: the last exchange that ended well, the last failure, and the measured rate.

    rate is bytes a second up, None if never measured; offset_ms is hall time
    minus wall time; received and applied are the hall's acknowledged seq.
    """

    last_contact_ms: int | None
    last_try_ms: int | None
    last_error: str
    next_try_ms: int | None
    rate: int | None
    offset_ms: int | None
    received: int
    applied: int
    generation: int


@dataclass(frozen=True, slots=True)
class CaseQuery:
    """What the list asks for. text finds names, initials, numbers, phones; empty fields do not narrow.

    holders: those of the baton; None: whoever has it.
    """

    text: str = ""
    states: frozenset[CaseState] = frozenset()
    item: str = ""
    received_from: date | None = None
    received_to: date | None = None
    holders: frozenset[str] | None = None
    limit: int = 200
    offset: int = 0


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


@dataclass(frozen=True, slots=True)
class PrintWay:
    """How sheets come out: both sides of each, turned over its long edge; two pages side by side on each."""

    duplex: bool = False
    two_up: bool = False


PLAIN = PrintWay()


class Printer(Protocol):
    """System printers."""

    def names(self) -> list[str]: ...
    def default(self) -> str | None: ...
    def abilities(self, printer: str) -> PrintWay:
        """What the printer says it can do beside plain sheets. CounterError `no_printer`."""

    def print_pdf(self, printer: str, title: str, pdf: bytes, copies: int, way: PrintWay = PLAIN) -> str:
        """Hand the bytes to the printer's queue; the job id. CounterError `no_printer`, `print_failed`.

        copies counts how often the whole file comes out.
        """

    def jobs(self, title: str) -> list[str]:
        """The ids of all jobs with that title that the print service remembers, ended ones too, oldest first."""

    def job_state(self, job: str) -> str:
        """`pending`, `printing`, `stopped`, `done` or `failed`."""

    def why_stopped(self, job: str) -> str:
        """What keeps the job: a code of `printing.why.*` such as `media_empty`; "" if nothing does or it is unknown."""

    def cancel(self, job: str) -> None: ...


@dataclass(frozen=True, slots=True)
class SealCertificate:
    """Whose seal it is: the SHA-256 of the certificate in hex, its holder as it says, and until when it is valid."""

    fingerprint: str
    holder: str
    valid_until_ms: int


class Seal(Protocol):
    """An electronic seal that is open: its key can be used, its certificate was checked (电子印章)."""

    @property
    def certificate(self) -> SealCertificate: ...
    def put_on(self, pdf: bytes, place: SealPlace, face: SealFace, at_ms: int) -> bytes:
        """The paper with the seal in sight at that place and signed as a whole.

        CounterError `seal_time_stamp_failed` where one was wanted, `seal_token_gone`.
        """

    def close(self) -> None: ...


class SealStanding(StrEnum):
    """What is to be said of a seal that a file bears; worst first."""

    ALTERED = "altered"
    REVOKED_ROOT = "revoked_root"
    UNKNOWN_ROOT = "unknown_root"
    EXPIRED_SINCE = "expired_since"
    TRUSTED = "trusted"


@dataclass(frozen=True, slots=True)
class SealFound:
    """A seal of a file: how it stands, its holder and certificate, and when it says that it was put on.

    trusted: whole, and of a root that is believed here; expired_since: the same, its certificate ended after that
    moment; unknown_root: whole, but nobody here knows whose; revoked_root: whole, of a root that the hall revoked;
    altered: the file is not what was sealed.
    """

    standing: SealStanding
    holder: str
    fingerprint: str
    signed_at: datetime | None


@dataclass(frozen=True, slots=True)
class SealRoot:
    """A certificate whose seals are believed on this machine: its holder, SHA-256 in hex, until when it is valid.

    told: the hall released it, else somebody put it here. revoked_ms: the hall believes it no more since then, and
    neither does this machine.
    """

    holder: str
    fingerprint: str
    valid_until_ms: int
    told: bool = False
    revoked_ms: int | None = None


class SealTrust(Protocol):
    """Which seals are believed on this machine: by the roots that the hall told, and those that somebody put here."""

    def roots(self, told: Sequence[ToldRoot]) -> list[SealRoot]:
        """All of them, by holder. CounterError `seal_parts_not_installed`, InvalidInput `seal_root_damaged`."""

    def add_root(self, file: Path) -> list[SealRoot]:
        """Keep the certificates of a file; those of the file. As `roots`."""

    def check(self, pdf: bytes, now_ms: int, told: Sequence[ToldRoot]) -> list[SealFound]:
        """Every seal of the file by these roots. CounterError `seal_parts_not_installed`, `seal_file_no_pdf`."""


class TokenSeen(NamedTuple):
    """A token (UKey, smart card) that is plugged in, and the labels of the certificates that it shows without a PIN."""

    token: str
    labels: tuple[str, ...]


class SealMeans(Protocol):
    """How seals are kept and opened on this machine."""

    def open(self, setup: SealSetup, secret: str, now_ms: int) -> Seal:
        """The seal, its certificate valid now and made for signing; secret is its passphrase or PIN.

        CounterError `seal_parts_not_installed`, `seal_scheme_not_available`, `seal_key_missing`, `seal_key_damaged`,
        `seal_key_unprotected`, `seal_secret_wrong`, `seal_key_is_of_another`, `seal_module_missing`,
        `seal_module_broken`, `seal_token_missing`, `seal_token_without_key`, `seal_token_locked`, `seal_token_gone`,
        `seal_expired`, `seal_not_valid_yet`, `seal_not_for_signing`.
        """

    def tokens(self, module: str) -> list[TokenSeen]:
        """The tokens behind a PKCS#11 module. CounterError `seal_parts_not_installed`, `seal_module_missing`,
        `seal_module_broken`."""

    def keep_file(self, file: Path, setup: SealSetup) -> str:
        """Copy a key file into the home; its name there. CounterError `seal_key_missing`."""

    def secret(self, setup: SealSetup) -> str:
        """What opens it: as the environment gives it, else as it was kept; "" if neither."""

    def keep_secret(self, setup: SealSetup, secret: str) -> None:
        """Keep what opens it in place of what was kept; "": forget that."""


class CardReader(Protocol):
    """An ID card reader (specs id-cards 7.3)."""

    def read(self, timeout_s: float) -> IdentityCard: ...
    def wait_lifted(self, timeout_s: float) -> bool: ...
    def module_id(self) -> str: ...
    def close(self) -> None: ...


OpenReader = Callable[[str], CardReader]


@dataclass(frozen=True, slots=True)
class FoundDevice:
    """A scanner or a camera of this machine: the name that opens it, and what people call it."""

    name: str
    title: str


@dataclass(frozen=True, slots=True)
class ScannerAbilities:
    """What a scanner can do. resolutions: the least and the most dots an inch, or every one that it knows."""

    feeder: bool
    glass: bool
    colour: bool
    resolutions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ScanWish:
    """How to scan: every sheet in the feeder, or the one on the glass; in colour or grey; dots an inch."""

    feeder: bool = False
    colour: bool = True
    dpi: int = 300


@dataclass(frozen=True, slots=True)
class ScanStep:
    """How far a scan is: the page on its way (from 1) and its percent, a page that is there now, and whether it ended.

    percent is None as long as the scanner says nothing of it.
    """

    page: int
    percent: int | None = None
    picture: Picture | None = None
    is_over: bool = False


class RunningScan(Protocol):
    """A scan that was started. It is asked for its steps until it is over, or cancelled."""

    def step(self, timeout_s: float) -> ScanStep:
        """Wait so long for the next page at most, and say how far it is.

        Pages that came before a failure are given first. CounterError `scanner_empty`, `scanner_jammed`,
        `scanner_open`, `scanner_busy`, `scanner_gone`, `scanner_not_allowed`, `scanner_failed`, `scanner_silent`.
        """

    def cancel(self) -> None:
        """End it: the scanner lets the sheet go, nothing of the page on its way is kept."""


class Scanner(Protocol):
    """The scanners of this machine. CounterError `scanner_not_installed` where the system's part is not there."""

    def devices(self) -> list[FoundDevice]:
        """What is switched on and connected now; takes some seconds."""

    def abilities(self, device: str) -> ScannerAbilities:
        """CounterError as `RunningScan.step`, `scanner_missing` for a name that nothing has."""

    def start(self, device: str, wish: ScanWish) -> RunningScan:
        """Start a scan; "" is the first scanner there is. CounterError `scanner_missing`, `scanner_no_feeder`."""


class Camera(Protocol):
    """A camera that is open."""

    def look(self) -> Frame:
        """The present view, small enough to be shown often. CounterError `camera_gone`."""

    def capture(self) -> Picture:
        """The present view as large as the camera gives it. CounterError `camera_gone`."""

    def close(self) -> None: ...


class PictureWork(Protocol):
    """What becomes of a picture of paper."""

    def page(self, picture: Picture) -> ScannedPage:
        """Cut to the sheet, made straight, put on its diet.

        InvalidInput `picture_not_readable`, CounterError `pictures_not_installed`.
        """

    def turned(self, page: ScannedPage) -> ScannedPage:
        """The page a quarter turned to the right."""


@dataclass(frozen=True, slots=True)
class PictureMeans:
    """Scanner, cameras and the work on their pictures. All of it may take long: never on the UI thread.

    open_camera: a camera by its name, "" is the first one there is. CounterError `pictures_not_installed`,
    `camera_missing`, `camera_busy`, `camera_not_allowed`.
    """

    scanner: Scanner
    cameras: Callable[[], list[FoundDevice]]
    open_camera: Callable[[str], Camera]
    work: PictureWork
