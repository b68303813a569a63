"""One application (办件) as its events have made it. `fold.py` makes these values, nothing else does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from counter_app.domain.clocks import Clock, doubted, renewed
from counter_app.domain.fees import FeeList, Payment
from counter_app.domain.identifiers import HALL, CaseId, EventId
from counter_app.domain.notice import is_inner, seal_of
from counter_app.domain.quick_replace import replace
from counter_app.domain.ratings import Rating
from counter_app.domain.states import END_STATES, CaseState, ClockCode
from counter_app.domain.suspicion import Suspect
from counter_app.domain.working_calendar import WorkingCalendar


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who applies; id_type is a code of GA/T 2000.156. All of it is personal."""

    name: str
    id_type: str
    id_number: str
    phone: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Proxy:
    """Who hands in for the applicant (XKF 29)."""

    name: str
    id_type: str
    id_number: str
    phone: str = ""
    relation: str = ""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A scan by its content: SHA-256 of the original bytes, their count, and the media type found in them."""

    sha256: bytes
    size: int
    media_type: str


@dataclass(frozen=True, slots=True)
class MaterialTaken:
    """One material row that was taken in: form code of the item, sheets and scans."""

    id: str
    form: str
    copies: int
    pages: int
    files: tuple[StoredFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Gap:
    """One line of a correction notice; demand is what the applicant must do.

    handed_in: papers for it were taken since; supplied: a person found that they close the gap.
    """

    material: str
    problem: str
    demand: str
    supplied: bool = False
    handed_in: bool = False


@dataclass(frozen=True, slots=True)
class IssuedNotice:
    """A notice as issued: number and template by the event at `event`, and what became of the paper.

    prints counts sheets sent to a printer; temporary numbers get a final one
    later by an entry in the register (specs domain 8.1). epoch is that of its event; late: it was
    issued by somebody who no longer held the baton, and counts for nothing until a person settles it.
    A paper that takes the place of a spoiled one repeats what that one said: origin is the event whose
    words it has (None: that of its own event), part its place among the papers of that event. seal is the fingerprint
    of the electronic seal that was put on it, "" without one. stamped counts the printed copies that were stamped by
    hand, or of which somebody said that they need not be.
    """

    kind: str
    number: str
    template: str
    event: EventId
    at_ms: int
    temporary: bool = False
    final_number: str = ""
    prints: int = 0
    spoiled: str = ""
    epoch: int = 0
    late: bool = False
    origin: EventId | None = None
    part: int = 0
    stamped: int = 0
    seal: str = ""

    @property
    def to_stamp(self) -> int:
        """How many printed copies wait for their seal; none of a paper that does not hold, needs none, or has its
        electronic one."""
        return max(0, self.prints - self.stamped) if self.holds and seal_of(self.kind) and not self.seal else 0

    @property
    def shown_number(self) -> str:
        """The number that stands on the paper, "" where it is the case's."""
        return self.final_number or self.number

    @property
    def holds(self) -> bool:
        """Whether the paper is good: neither spoiled nor withdrawn, nor waiting for a person to say so."""
        return not self.spoiled and not self.late

    @property
    def words(self) -> EventId:
        """The event that says what stands on the paper."""
        return self.origin or self.event


@dataclass(frozen=True, slots=True)
class Asked:
    """An act that needs a second person, asked for by one: what, with which data, and the answer once it is there.

    answered_by is empty until then; agreed says which it was. It stays until the act is done or given up.
    """

    action: str
    by: str
    given: Mapping[str, object]
    answered_by: str = ""
    agreed: bool = False


@dataclass(frozen=True, slots=True)
class HearingTold:
    """When and where the hearing is to be, as the applicant was told (行政许可法 48); time as 09:30, place "" once
    erased."""

    on: date
    time: str
    place: str


@dataclass(frozen=True, slots=True)
class ItemRef:
    """The version of the item that the case began with, and what of it the lists need."""

    code: str
    version: str
    name: str
    kind: str
    licence: bool
    agency: str


@dataclass(frozen=True)  # without slots: see `quick_replace.py`
class Case:
    """A case as projected from its events.

    holder and epoch are its baton (sync design section 2). Moments are ms UTC
    by the clock of the device that wrote the event; received_at_ms is the true
    receipt time, which a late entry puts in the past. erased: the private part of its events is
    gone here (retention), so that it has number, item and days, and nothing of the person.
    continues is the local number of the case that this one goes on with, continued_by the one that
    goes on with this (sync design section 2): then nothing is to be done here, and it is not counted.
    job is the number of the agent job that brought it in (代办), agent_collected_at_ms when the agent took the
    papers: the agency's clocks start at received_at_ms all the same (specs domain 1, fact 10).
    outcome is `granted` or `denied`, "" while undecided; way, waybill and mail_address tell how the result goes out,
    chosen by the applicant or as it was sent; rating_offer is what was noted at closing. hearing is the newest day that
    the applicant was told for a hearing. printed_as is the number that
    its papers bear, where two machines had given the same one and this case got another, else "". suspects are events
    whose day is not sure because the machine's clock was wrong (sync design section 9).
    """

    id: CaseId
    state: CaseState
    holder: str
    epoch: int
    station: str
    item: ItemRef
    applicant: Applicant
    query_code: str
    channel: str
    opened_at_ms: int
    changed_at_ms: int
    received_at_ms: int
    opened_by: str
    case_no: str = ""
    proxy: Proxy | None = None
    situation: str = ""
    fields: Mapping[str, object] = field(default_factory=dict)
    materials: tuple[MaterialTaken, ...] = ()
    gaps: tuple[Gap, ...] = ()
    clocks: tuple[Clock, ...] = ()
    notices: tuple[IssuedNotice, ...] = ()
    left_state: CaseState | None = None
    accepted_at_ms: int | None = None
    accepted_on: date | None = None
    decided_at_ms: int | None = None
    decision_no: str = ""
    deemed: bool = False
    tolerant: bool = False
    corrections: int = 0
    slip_no: str = ""
    countersign_wanted: bool = False
    frozen: bool = False
    delivered_to: str = ""
    notes: tuple[str, ...] = ()
    continues: str = ""
    continued_by: str = ""
    job: str = ""
    agent_collected_at_ms: int | None = None
    asked: Asked | None = None
    outcome: str = ""
    licence_no: str = ""
    licence_name: str = ""
    way: str = ""
    waybill: str = ""
    mail_address: str = ""
    fee_list: FeeList | None = None
    payment: Payment | None = None
    ratings: tuple[Rating, ...] = ()
    rating_offer: str = ""
    events: int = 0
    erased: bool = False
    printed_as: str = ""
    suspects: tuple[Suspect, ...] = ()
    hearing: HearingTold | None = None

    def clock(self, code: ClockCode) -> Clock | None:
        """The running clock of this code, None if there is none or it ended."""
        return next((clock for clock in self.clocks if clock.code is code and clock.runs), None)

    def notice(self, kind: str) -> IssuedNotice | None:
        """The newest unspoiled notice of this kind; a bare `N03` finds either variant."""
        found = [n for n in self.notices if n.holds and (n.kind == kind or n.kind.startswith(kind + "-"))]
        return found[-1] if found else None

    def brought_from(self, station: str) -> bool:
        """Whether another station received it from an agent of this one: it is known here, and is not ours to do."""
        return bool(self.job) and self.station != station

    @property
    def clock_suspect(self) -> bool:
        """Whether a supervisor has to say on which day something was done."""
        return bool(self.suspects)

    @property
    def fees_due(self) -> FeeList | None:
        """The fee list that holds: none was issued, or its paper was spoiled, is None."""
        listed = self.fee_list
        if listed is None or not any(paper.words == listed.event and paper.holds for paper in self.notices):
            return None
        return listed

    @property
    def fees_settled(self) -> bool:
        """Whether a fee list was issued and nothing of it is left to pay."""
        listed = self.fees_due
        return listed is not None and (self.payment is not None or not listed.total_fen)

    def next_copy(self, kind: str) -> str:
        """The number of a paper that bears the case's own: nothing more for the first of its kind, then a count."""
        issued = sum(1 for paper in self.notices if paper.kind == kind)
        return f"{self.id}/{issued + 1}" if issued else ""

    @property
    def is_open(self) -> bool:
        """Whether somebody still has something to do with it."""
        return self.state not in END_STATES and not self.continued_by

    @property
    def unprinted(self) -> tuple[IssuedNotice, ...]:
        """Notices that were issued and never printed nor spoiled: a duty until they are (未打印)."""
        return tuple(n for n in self.notices if not n.prints and n.holds and not _stays_at_hall(n))

    def counted_by(self, calendar: WorkingCalendar) -> Case:
        """The case with all its clocks as they stand by this calendar; events keep them as they were started."""
        clocks = tuple(doubted(renewed(clock, calendar), calendar) for clock in self.clocks)
        return self if clocks == self.clocks else replace(self, clocks=clocks)


def _stays_at_hall(notice: IssuedNotice) -> bool:
    """Inner papers of the hall are for its own files: no counter has to print them."""
    return notice.event.device == HALL and is_inner(notice.kind)
