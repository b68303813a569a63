"""What stands on a notice: everything the page needs, taken from the issuing event and nothing else.

A paper is rendered after the commit and perhaps again years later, so no part of
it may be looked up elsewhere. `to_mapping` gives plain values that an event can
carry (None, bool, int, str, list, dict; no floats); `from_mapping` takes them back.
Numbers of persons and phones arrive masked: what is not on the paper is not here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta, timezone
from typing import Annotated

import msgspec

from counter_app.domain.errors import InvalidInput
from counter_app.domain.notice import Agency
from resources.typed import from_plain

CHINA = timezone(timedelta(hours=8))
Moment = Annotated[datetime, msgspec.Meta(tz=True)]


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialRow:
    """One paper handed in, or handed back: name, form (原件/复印件), copies, pages, how it was taken, note."""

    name: str
    form: str = ""
    copies: int = 1
    pages: int = 1
    how: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GapRow:
    """One gap told by a correction notice: material, problem (缺少/不齐全/不符合法定形式), demand, basis."""

    material: str
    problem: str
    demand: str
    basis: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoAgencyRow:
    """An agency that handles a joint case together with the lead (协办部门), by its full name."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntrustedRow:
    """One item that an agent is entrusted with (代办事项): the number of its job, the item, its agency."""

    job: str
    item: str
    agency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedRow:
    """One paper that changes hands: for which job or case, and what; original marks one that must come back."""

    place: str
    item: str
    name: str
    form: str
    original: str
    copies: int
    pages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeRow:
    """One fee: name, the rule it stands on, rate ("20.00元/件"), quantity, amount in figures and in capitals, and
    what is let off with its basis."""

    name: str
    basis: str
    rate: str
    quantity: int
    amount: str
    capitals: str
    reduction: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpinionRow:
    """What an agency said of a joint case, or that it did not come or kept silent."""

    agency: str
    opinion: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderRow:
    """One thing in the folder of a case (卷内目录): its title, number, sheets, day and what is to be said of it."""

    title: str
    number: str = ""
    sheets: str = ""
    day: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A time limit in words ("5个工作日") with its last day.

    provisional: the calendar of that year is not out yet, the paper says so.
    """

    length: str
    due_on: date
    provisional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeData:
    """The facts on one notice.

    number is the notice number as printed ("" on a receipt, which carries
    local_no); local_no and case_no are 本地编号 and 办件编号. basis cites the item's
    own rule ("《云岭县高龄津贴发放办法》第六条") and takes the place of the licence
    law on items that are no licences; own_lines are such an item's own sentences by the
    code of the B-line (7.2) whose place they take. proxy, reason, competent_agency, fee_line,
    delivery_line and slip_number are "" where there is none. received_at, with its zone,
    is when the papers were handed in, accepted_on the legal acceptance date, issued_on
    the date beside the seal. copies counts sheets for everybody together.

    The rest belongs to single kinds, and is empty on all others: missing are the minor
    materials still to come and completion their limit (N05); gaps_left names what is not supplied
    yet, handed_in_at is the time of a later hand-in (N01-S); acceptance_no is the number of the
    acceptance (N06, N07); rule and contact_attempt stand on N09; ground, needed and expected_end
    tell a special procedure, expected_due the last day of the promise, or of the law, after it (N06);
    extension in words, by_government its giver and due_before the last day without it (N07);
    co_agencies, the addressee among them and a note (N08); decision_no
    where the paper bears another number, licence_no (N10, N11); what is served with its number,
    receiver, stand_in, service_way, waybill, place, refusal, servers, witness, signed_on and remark (N12, N16);
    fees with their total, total_capitals and issued_at (N13); opinions (MINUTES); opinion (PACKAGE); folder (FOLDER);
    mail_address and mail_phone, whole, of the parcel (POST); hearing_matter (N18); hearing_when, hearing_place
    of a hearing that was told of (N06). rule is also the local rule of a
    tolerant acceptance and overdue what follows when its limit is over (N05), and the rule that a refusal applies to
    its findings (N11); foreseen tells the special procedures to come (N02, N05); reply_limit of the co-agencies,
    meeting, feedback that is wanted and what absence brings by a local rule (N08); advice (N09); validity, publicity,
    scope and licence_name (N10); sheets_out counts what is handed out (N16).
    Papers of an agent (N14, N15): address is where the villager lives, entrusted the items one by one, handed the
    papers that change hands; powers are ticked in words; handing and taking are the two parties; from_villager
    tells the station's receipt from the other uses, purpose names the use. On N14 the number of the person is
    whole: it is a deed. clerk is the agent.

    signed_code is what the QR code holds where it is signed (`domain/receipt_codes`), code_note says below it by whom.
    """

    number: str
    local_no: str
    query_code: str
    applicant: str
    id_type: str
    id_number: str
    phone: str
    item_name: str
    is_licence: bool
    basis: str
    agency: Agency
    received_at: Moment
    issued_on: date
    clerk: str
    window: str
    station: str
    case_no: str = ""
    is_person: bool = True
    number_is_temporary: bool = False
    proxy: str = ""
    materials: tuple[MaterialRow, ...] = ()
    gaps: tuple[GapRow, ...] = ()
    accepted_on: date | None = None
    kind_label: str = ""
    statutory: Limit | None = None
    promise: Limit | None = None
    correction: Limit | None = None
    reason: str = ""
    competent_agency: str = ""
    fee_line: str = ""
    delivery_line: str = ""
    deemed: bool = False
    tolerant: bool = False
    late_entry: bool = False
    slip_number: str = ""
    copies: int = 2
    own_lines: Mapping[str, str] = field(default_factory=dict)
    handed_in_at: Moment | None = None
    gaps_left: str = ""
    missing: tuple[MaterialRow, ...] = ()
    completion: Limit | None = None
    acceptance_no: str = ""
    rule: str = ""
    contact_attempt: str = ""
    ground: str = ""
    needed: str = ""
    expected_end: date | None = None
    expected_due: date | None = None
    extension: str = ""
    by_government: bool = False
    due_before: date | None = None
    co_agencies: tuple[CoAgencyRow, ...] = ()
    addressee: str = ""
    address: str = ""
    powers: str = ""
    entrusted: tuple[EntrustedRow, ...] = ()
    handed: tuple[HandedRow, ...] = ()
    handing: str = ""
    taking: str = ""
    purpose: str = ""
    from_villager: bool = False
    entrustment_no: str = ""
    hand_in_limit: Limit | None = None
    note: str = ""
    decision_no: str = ""
    licence_no: str = ""
    served: str = ""
    receiver: str = ""
    stand_in: str = ""
    service_way: str = ""
    waybill: str = ""
    place: str = ""
    refusal: str = ""
    servers: str = ""
    witness: str = ""
    signed_on: date | None = None
    remark: str = ""
    fees: tuple[FeeRow, ...] = ()
    total: str = ""
    total_capitals: str = ""
    issued_at: Moment | None = None
    opinions: tuple[OpinionRow, ...] = ()
    opinion: str = ""
    folder: tuple[FolderRow, ...] = ()
    mail_address: str = ""
    mail_phone: str = ""
    hearing_matter: str = ""
    hearing_when: str = ""
    hearing_place: str = ""
    overdue: str = ""
    foreseen: str = ""
    reply_limit: Limit | None = None
    meeting: str = ""
    feedback: str = ""
    absence: str = ""
    advice: str = ""
    validity: str = ""
    publicity: str = ""
    scope: str = ""
    licence_name: str = ""
    findings: str = ""
    sheets_out: str = ""
    signed_code: str = ""
    code_note: str = ""

    def to_mapping(self) -> dict[str, object]:
        """Plain values, one key per field; days and moments in ISO 8601, moments to the minute in +08:00."""
        mapping: dict[str, object] = msgspec.to_builtins(self)
        return mapping | {
            "received_at": _to_the_minute(self.received_at),
            "handed_in_at": None if self.handed_in_at is None else _to_the_minute(self.handed_in_at),
            "issued_at": None if self.issued_at is None else _to_the_minute(self.issued_at),
            **{name: [msgspec.to_builtins(row) for row in getattr(self, name)] for name in LISTS},
        }

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, object]) -> NoticeData:
        """The data of such a mapping; InvalidInput tells the key that is missing, unknown or of a wrong type."""
        unknown = sorted(mapping.keys() - {known.name for known in fields(cls)})
        if unknown:
            raise InvalidInput("notice_data_field", problem=f"unknown: {', '.join(unknown)}")
        try:
            return from_plain(mapping, cls)
        except msgspec.ValidationError as error:
            raise InvalidInput("notice_data_field", problem=str(error)) from None


LISTS = ("materials", "gaps", "missing", "co_agencies", "fees", "opinions", "folder", "entrusted", "handed")


def _to_the_minute(moment: datetime) -> str:
    return moment.astimezone(CHINA).replace(second=0, microsecond=0).isoformat()
