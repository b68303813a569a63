"""Registers that the cases fill by themselves: every row is an event of a case, on the day on which it happened."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from counter_app.domain.case import Case, IssuedNotice
from counter_app.domain.errors import NotFound
from counter_app.domain.events import Event
from counter_app.domain.fees import yuan
from counter_app.domain.masking import Sight
from counter_app.domain.moments import local_date, to_ms
from counter_app.domain.notice import NoticeKind, seal_of
from counter_app.domain.service_item import ServiceItem
from counter_app.domain.states import LIFECYCLE_KINDS
from counter_app.domain.station import StationProfile
from counter_app.domain.wire_values import (
    date_of,
    fee_line_from_plain,
    gaps_from_plain,
    list_of,
    number_of,
    rows_of,
    text_of,
)
from counter_app.services.desk import Desk
from counter_app.services.issue import material_name
from counter_app.services.ledger import Cell
from counter_app.services.ports import Reading
from counter_app.services.registers.frame import Line, Register, minute
from counter_app.services.sentences import shown_name
from counter_app.services.stamps import seal_words
from resources.texts import text

_SEALINGS = frozenset({"stamped", "sealed"})
_MISSED = frozenset({"absent", "silent"})
_CORRECTED = frozenset({"accepted", "deem_accepted", "accepted_tolerantly", "supplied_all"})


@dataclass(frozen=True, slots=True)
class Happening:
    """An event with its case: later says what came after it."""

    case: Case
    event: Event
    later: Sequence[Event]
    item: ServiceItem | None
    profile: StationProfile
    sight: Sight

    @property
    def number(self) -> str:
        """The number of the paper that it issued, the final one where there is one; "" if it issued none."""
        papers = [paper for paper in self.case.notices if paper.event == self.event.id and paper.number]
        return papers[0].shown_number if papers else ""

    def words(self, key: str) -> str:
        """What people wrote there."""
        return self.sight.words(text_of(self.event.private or {}, key))

    def next_of(self, kinds: Iterable[str]) -> Event | None:
        """The first event of these kinds after it."""
        wanted = frozenset(kinds)
        return next((event for event in self.later if event.kind in wanted), None)

    def agency(self, code: str) -> str:
        """Its name; the code where the hall has not told it."""
        found = self.profile.agencies.get(code)
        return found.name if found else code

    @property
    def head(self) -> dict[str, str]:
        """The columns of which case it is."""
        return {"case": self.case.case_no or str(self.case.id)}


Rows = Callable[[Happening], Iterator[Line]]


def _of(kinds: frozenset[str] | None, rows: Rows) -> Callable[[Desk, Reading, date, date, Sight], Iterator[Line]]:
    """The lines of a register over events of these kinds (None: of all), oldest first.

    A case that a window received from an agent of this station is the window's (as in the daily ledger).
    """

    def lines(desk: Desk, reading: Reading, first: date, last: date, sight: Sight) -> Iterator[Line]:
        profile, found = reading.profile(), list[Happening]()
        for case in reading.cases_touched(to_ms(datetime.combine(first, time()))):
            if case.brought_from(profile.code):
                continue
            history = reading.events_of(case.id)
            for at, event in enumerate(history):
                if (kinds is None or event.kind in kinds) and first <= local_date(event.at_ms) <= last:
                    item = _item(desk, case)
                    found.append(Happening(case, event, history[at + 1 :], item, profile, sight))
        for happening in sorted(found, key=lambda one: (one.event.at_ms, one.case.id, one.event.id)):
            yield from rows(happening)

    return lines


def _item(desk: Desk, case: Case) -> ServiceItem | None:
    try:
        return desk.item_of(case)
    except NotFound:
        return None  # one old version gone must not stop the whole register


def _once_notice(one: Happening) -> Iterator[Line]:
    gaps = gaps_from_plain(one.event.data, one.event.private or {})
    names = (material_name(one.item, gap.material) if one.item else gap.material for gap in gaps)
    done = one.next_of(_CORRECTED)
    cells = {
        **one.head,
        "number": one.number,
        "applicant": shown_name(one.case),
        "item": one.case.item.name,
        "gaps": text("ledger.separator").join(
            text("registers.gap", name=name, demand=one.sight.words(gap.demand))
            for name, gap in zip(names, gaps, strict=True)
        ),
        "told_at": minute(one.event.at_ms),
        "corrected_at": minute(done.at_ms if done else None),
        "again": one.words("reason") if one.event.kind == "corrected_again" else "",
    }
    yield Line(cells, one.case.id)


def _returned(one: Happening) -> Iterator[Line]:
    basis = one.words("basis") or one.words("contact_attempt")
    yield Line(
        {**one.head, "number": one.number, "reason": one.words("reason"), "basis": basis}, one.case.id
    )


def _joint(one: Happening) -> Iterator[Line]:
    """A line for each agency that was asked."""
    joined = one.next_of({"joined"})
    said = {text_of(row, "agency"): row for row in rows_of((joined.private or {}) if joined else {}, "opinions")}
    for code in map(str, list_of(one.event.data, "co_agencies")):
        opinion = text_of(said.get(code, {}), "opinion")
        word = text(f"paper.opinions.{opinion}") if opinion else ""
        note = one.sight.words(text_of(said.get(code, {}), "note"))
        yield Line(
            {
                **one.head,
                "number": one.number,
                "lead": one.agency(one.case.item.agency),
                "co_agency": one.agency(code),
                "told_at": minute(one.event.at_ms),
                "answered_at": minute(joined.at_ms) if joined and opinion and opinion not in _MISSED else "",
                "opinion": " ".join(filter(None, ("" if opinion in _MISSED else word, note))),
                "missed": word if opinion in _MISSED else "",
            },
            one.case.id,
        )


def _special(one: Happening) -> Iterator[Line]:
    """Clocks that stood still, and periods that were made longer (XKF 45, 42)."""
    began = local_date(one.event.at_ms)
    cells = {**one.head, "approved_by": one.event.user}
    if one.event.kind == "extended":
        days = number_of(one.event.data, "extended")
        yield Line({**cells, "kind": text("events.extended"), "span": began.isoformat(), "days": days}, one.case.id)
        return
    over = one.next_of(LIFECYCLE_KINDS)
    ended = None if over is None else local_date(over.at_ms)
    yield Line(
        {
            **cells,
            "kind": text(f"paper.grounds.{text_of(one.event.data, 'ground')}"),
            "span": text("registers.span", first=began.isoformat(), last=ended.isoformat())
            if ended
            else text("registers.since", first=began.isoformat()),
            "days": (ended - began).days + 1 if ended else "",
        },
        one.case.id,
    )


def _fees(one: Happening) -> Iterator[Line]:
    """A line for each fee. A list in whose place another one came stands here and counts for nothing."""
    holds = one.case.fees_due is not None and one.case.fees_due.event == one.event.id
    paid = one.case.payment if holds else None
    for plain in rows_of(one.event.data, "fees"):
        fee = fee_line_from_plain(plain)
        cells = {
            **one.head,
            "number": one.number,
            "fee": fee.name,
            "rate": text("registers.rate", yuan=yuan(fee.rate_fen), n=fee.quantity),
            "amount": yuan(fee.due_fen),
            "paid_on": paid.paid_on.isoformat() if paid else "",
            "voucher": paid.voucher if paid else "",
        }
        yield Line(cells, one.case.id, {"listed": fee.due_fen if holds else 0, "paid": fee.due_fen if paid else 0})


def _served(one: Happening) -> Iterator[Line]:
    decision = one.case.notice("N10") or one.case.notice("N11")
    if decision is None:
        paper = text("paper.served.result", item=one.case.item.name, decision_no=one.case.decision_no)
    else:
        title = NoticeKind(decision.kind).facts.title_for(one.case.item.licence)
        paper = text("paper.served.paper", title=title, number=decision.shown_number)
    way, data = text_of(one.event.data, "service"), one.event.data
    signed = date_of(data, "signed_on").isoformat() if "signed_on" in data else minute(one.event.at_ms)
    yield Line(
        {
            **one.head,
            "paper": paper,
            "way": text(f"paper.services.{way}") if way else "",
            "waybill": text_of(data, "waybill"),
            "signed": " ".join(filter(None, (text_of(one.event.private or {}, "receiver"), signed))),
        },
        one.case.id,
    )


def _seals(one: Happening) -> Iterator[Line]:
    """Each time a seal was set, by whom and on how many copies, an electronic one on the one file; a paper without its
    seal has a line to be filled."""
    said = one.event.data
    if one.event.kind in _SEALINGS:
        electronic = one.event.kind == "sealed"
        copies = 1 if electronic else number_of(said, "copies")
        for paper in one.case.notices:
            if (paper.kind, paper.number) == (text_of(said, "kind"), text_of(said, "number")) and copies:
                yield _seal(one, paper, one.event.user, copies, electronic=electronic)
        return
    for paper in one.case.notices:
        if paper.event == one.event.id and seal_of(paper.kind) and not (paper.stamped or paper.seal):
            yield _seal(one, paper, "", NoticeKind(paper.kind).facts.copies)


def _seal(one: Happening, paper: IssuedNotice, set_by: str, copies: int, *, electronic: bool = False) -> Line:
    key = "registers.electronic_seal" if electronic else "registers.seal"
    seal = text(key, agency=one.agency(one.case.item.agency), seal=seal_words(paper))
    cells: dict[str, Cell] = {
        **one.head, "number": paper.shown_number, "seal": seal, "set_by": set_by, "copies": copies,
    }  # fmt: skip
    return Line(cells, one.case.id)


_NUMBERED = ("no", "case", "number")
REGISTERS = (
    Register(
        "once_notice",
        (*_NUMBERED, "applicant", "item", "gaps", "told_at", "signed", "corrected_at", "again"),
        _of(frozenset({"corrected", "corrected_again"}), _once_notice),
    ),
    Register(
        "returned", (*_NUMBERED, "reason", "basis", "signed"), _of(frozenset({"returned", "given_up"}), _returned)
    ),
    Register(
        "joint",
        (*_NUMBERED, "lead", "co_agency", "told_at", "signed_at", "answered_at", "opinion", "missed"),
        _of(frozenset({"passed_on"}), _joint),
    ),
    Register(
        "special",
        ("no", "case", "kind", "span", "days", "approved_by"),
        _of(frozenset({"suspended", "extended"}), _special),
    ),
    Register(
        "fees",
        (*_NUMBERED, "fee", "rate", "amount", "paid_on", "voucher"),
        _of(frozenset({"fees_listed"}), _fees),
        totals=("listed", "paid"),
    ),
    Register("served", ("no", "case", "paper", "way", "waybill", "signed"), _of(frozenset({"delivered"}), _served)),
    Register("seals", (*_NUMBERED, "seal", "set_by", "copies"), _of(None, _seals)),
)
