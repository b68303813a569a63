"""What the store keeps besides cases and events, as the services read and write it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from counter_app.domain.calendar_release import CalendarRelease
from counter_app.domain.identifiers import CaseId
from counter_app.domain.people import Role
from counter_app.domain.states import CaseState


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
