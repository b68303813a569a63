"""The counter's daily ledger (窗口办件日台账, specs domain 11.1): one row for each application received in a period.

A ledger is a plain value: the window shows it, `adapters.exports` writes it.
Numbers of people are masked in it, so no export can show more than the screen; whole ones are shown by a logged act
(`services.ledgers`).
What the program does not know stays empty, to be written by hand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from counter_app.domain.agent_job import JobState
from counter_app.domain.case import Case, IssuedNotice
from counter_app.domain.clocks import Clock
from counter_app.domain.endings import ending_of
from counter_app.domain.errors import InvalidInput, NotFound
from counter_app.domain.events import Event
from counter_app.domain.fees import yuan
from counter_app.domain.identifiers import HALL, CaseId
from counter_app.domain.masking import MASKED, Sight
from counter_app.domain.moments import local_date, local_time
from counter_app.domain.ratings import final_rating
from counter_app.domain.service_item import ItemKind, ServiceItem
from counter_app.domain.states import CaseState, ClockCode
from counter_app.domain.station import StationProfile
from counter_app.domain.wire_values import text_of
from counter_app.services.desk import Desk
from counter_app.services.ports import Reading
from counter_app.services.sentences import shown_name
from counter_app.services.stored_facts import CaseQuery
from resources.pace import unhurried
from resources.texts import has_text, text

Cell = str | int
LONGEST_PERIOD_DAYS = 366
_AT_ONCE = 300  # cases


@dataclass(frozen=True, slots=True)
class Column:
    """code is stable (texts, layouts); title is what people read."""

    code: str
    title: str


@dataclass(frozen=True, slots=True)
class Row:
    """One application, or one item of an entrustment (no case and state in a register of other things); cells stand in
    the order of the columns, "" where nothing is known.

    counted: False for a case that another one goes on with, which is counted in its place.
    """

    case: CaseId | None
    state: CaseState | JobState | None
    cells: tuple[Cell, ...]
    counted: bool = True


@dataclass(frozen=True, slots=True)
class Total:
    """One count below the table; code is `received`, `accepted` ... or `kind.<item kind>`. is_money: count is fen."""

    code: str
    title: str
    count: int
    is_money: bool = False

    @property
    def figure(self) -> str:
        """As people read it."""
        return yuan(self.count) if self.is_money else str(self.count)


@dataclass(frozen=True, slots=True)
class Ledger:
    """A finished ledger. heading names station and period; made_at_ms is ms UTC; sight: what it shows of people.

    closing: what is known of the close of its days (日结), "" where none is closed.
    """

    title: str
    heading: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    totals: tuple[Total, ...]
    made_at_ms: int
    sight: Sight = MASKED
    closing: str = ""

    @property
    def privacy(self) -> str:
        """What a reader must know about the numbers of people in it."""
        return text("ledger.full" if self.sight.is_full else "ledger.masked")


def counter_ledger(desk: Desk, first: date, last: date, sight: Sight = MASKED) -> Ledger:
    """The applications truly received from first to last (both days inclusive), oldest first.

    InvalidInput `ledger_period` if last lies before first, or more than a year after it.
    """
    checked_period(first, last)
    rows, counts = list[Row](), Counter[str]()
    with desk.store.read() as reading:
        for entry in unhurried(_entries(desk, reading, _received(reading, first, last), sight)):
            counted, cells = not entry.case.continued_by, tuple(cell(entry) for cell in _CELLS.values())
            rows.append(Row(entry.case.id, entry.case.state, cells, counted))
            counts.update(_counted(entry) if counted else ())
        head = heading(reading.profile(), first, last)
    return Ledger(
        title=text("ledger.counter.title"),
        heading=head,
        columns=tuple(Column(code, text(f"ledger.column.{code}")) for code in _CELLS),
        rows=tuple(rows),
        totals=tuple(_totals(counts)),
        made_at_ms=desk.now_ms(),
        sight=sight,
    )


def checked_period(first: date, last: date) -> None:
    """InvalidInput `ledger_period` if last lies before first, or more than a year after it."""
    if not 0 <= (last - first).days < LONGEST_PERIOD_DAYS:
        raise InvalidInput("ledger_period", first=first, last=last, limit=LONGEST_PERIOD_DAYS)


@dataclass(frozen=True, slots=True)
class _History:
    """What only the events of a case tell: how it ended and when, and how the result was handed over."""

    ended_kind: str = ""
    ended_ms: int | None = None
    licence_no: str = ""
    passed_on: bool = False
    way: str = ""
    delivered_ms: int | None = None


@dataclass(frozen=True, slots=True)
class _Entry:
    """Everything a row is made from. item is None if this machine no longer has that version."""

    n: int
    case: Case
    item: ServiceItem | None
    history: _History
    agency: str
    window: str
    today: date
    sight: Sight


def _received(reading: Reading, first: date, last: date) -> Iterator[Case]:
    """Oldest first, without cases that a window received from an agent of this station: they are the window's.

    Read a few at a time, day by day: the cases of a year would take hundreds of MiB.
    """
    station = reading.profile().code
    for n in range((last - first).days + 1):
        day = first + timedelta(days=n)
        of_day = CaseQuery(received_from=day, received_to=day)
        for end in range(reading.count_cases(of_day), 0, -_AT_ONCE):
            first_of_piece = max(0, end - _AT_ONCE)
            found = reading.cases(replace(of_day, limit=end - first_of_piece, offset=first_of_piece))
            yield from (case for case in reversed(found) if not case.brought_from(station))


def heading(profile: StationProfile, first: date, last: date) -> str:
    """Whose ledger it is, and of which days."""
    if first == last:
        return text("ledger.heading_day", station=profile.name, day=first.isoformat())
    return text("ledger.heading_days", station=profile.name, first=first.isoformat(), last=last.isoformat())


def _entries(desk: Desk, reading: Reading, cases: Iterable[Case], sight: Sight) -> Iterable[_Entry]:
    profile, device, today = reading.profile(), reading.device(), desk.today()
    window = reading.setting("window") or profile.name
    for n, case in enumerate(cases, start=1):
        agency = profile.agencies.get(case.item.agency)
        yield _Entry(
            n=n,
            case=case,
            item=_item(desk, case),
            history=_History() if case.state in _AT_THE_START else _history(case, reading.events_of(case.id)),
            agency=agency.name if agency else "",
            window=window if case.id.device == device else "",
            today=today,
            sight=sight,
        )


def _item(desk: Desk, case: Case) -> ServiceItem | None:
    try:
        return desk.item_of(case)
    except NotFound:
        return None  # one old version gone must not stop the whole ledger


_AT_THE_START = frozenset({CaseState.RECEIVED, CaseState.CORRECTING, CaseState.ACCEPTED})  # their history is empty
_PASSING_KINDS = frozenset({"submitted", "passed_on", "forwarded_up"})
_HANDING_KINDS = frozenset({"sent_out", "delivered"})


def _history(case: Case, events: Sequence[Event]) -> _History:
    found, ending = _History(), ending_of(case, events)
    if ending is not None:
        licence_no = text_of(ending.data, "licence_no")
        found = replace(found, ended_kind=ending.kind, ended_ms=ending.at_ms, licence_no=licence_no)
    for event in events:
        if event.kind in _PASSING_KINDS:
            found = replace(found, passed_on=True)
        elif event.kind in _HANDING_KINDS:
            delivered_ms = event.at_ms if event.kind == "delivered" else None
            found = replace(found, way=text_of(event.data, "way") or found.way, delivered_ms=delivered_ms)
    return found


def _minute(ms: int | None) -> str:
    return "" if ms is None else f"{local_time(ms):%Y-%m-%d %H:%M}"


def _word(area: str, code: str) -> str:
    """The word of a code; a code that a newer hall knows and we do not is shown as it is."""
    key = f"{area}.{code}"
    return text(key) if code and has_text(key) else code


def _accepted(case: Case) -> str:
    """A deemed acceptance dates back to the receipt and has no minute (XKF 32(1)(4))."""
    if case.deemed and case.accepted_on:
        return case.accepted_on.isoformat()
    return _minute(case.accepted_at_ms)


def _number(notice: IssuedNotice | None) -> str:
    return "" if notice is None else notice.final_number or notice.number


def _acceptance_notice(case: Case) -> IssuedNotice | None:
    return case.notice("N02") or case.notice("N05")


def _newest(case: Case, code: ClockCode) -> Clock | None:
    """The clock of this code, also if it has ended: the ledger keeps what was due."""
    return next((clock for clock in reversed(case.clocks) if clock.code is code), None)


def _due(case: Case, code: ClockCode) -> str:
    clock = _newest(case, code)
    if clock is None:
        return ""
    day = clock.due.isoformat()
    return text("ledger.provisional", day=day) if clock.provisional else day


def _stopped_days(case: Case) -> Cell:
    clock = _newest(case, ClockCode.STATUTORY)
    days = sum((last - first).days + 1 for first, last in clock.stopped) if clock else 0
    return days or ""


def _is_over(case: Case, code: ClockCode, today: date) -> bool:
    return any(clock.code is code and (clock.ended_on or today) > clock.due for clock in case.clocks)


def _overdue(entry: _Entry) -> str:
    """over_statutory, over_promise or no: a passed promise is not a passed legal limit (specs domain 11.4)."""
    if any(_is_over(entry.case, code, entry.today) for code in (ClockCode.STATUTORY, ClockCode.CHECK)):
        return "over_statutory"
    return "over_promise" if _is_over(entry.case, ClockCode.PROMISE, entry.today) else "no"


def _fee(entry: _Entry) -> str:
    listed = entry.case.fees_due
    if listed is not None:
        return text("paper.money.amount", yuan=yuan(listed.total_fen))
    return text("fees.none") if entry.item is not None and not entry.item.fees else ""


def _satisfaction(case: Case) -> str:
    """In words: the codes of two standards run in opposite directions. The newest stage counts."""
    newest = final_rating(case.ratings)
    return text(f"ratings.levels.{newest.level.value}") if newest else ""


def _remarks(case: Case) -> str:
    """What a reader of the row must know; people's free notes stay in the case."""
    acceptance = _acceptance_notice(case)
    marks = [
        text("ledger.remark.slip", slip=case.slip_no) if case.slip_no else "",
        text("ledger.remark.deemed") if case.deemed else "",
        text("ledger.remark.tolerant") if case.tolerant else "",
        text("ledger.remark.temporary", number=acceptance.number) if acceptance and acceptance.temporary else "",
        text("ledger.remark.continues", case=case.continues) if case.continues else "",
        text("ledger.remark.continued_by", case=case.continued_by) if case.continued_by else "",
        text("ledger.remark.unprinted") if case.unprinted else "",
    ]
    return text("ledger.separator").join(filter(None, marks))


# The columns in the order of specs domain 11.1, each with how its cell is made.
_CELLS: dict[str, Callable[[_Entry], Cell]] = {
    "no": lambda entry: entry.n,
    "day": lambda entry: local_date(entry.case.received_at_ms).isoformat(),
    "case_no": lambda entry: entry.case.case_no,
    "local_no": lambda entry: str(entry.case.id),
    "window": lambda entry: entry.window,
    "applicant": lambda entry: shown_name(entry.case),
    "id_number": lambda entry: entry.sight.id_number(entry.case.applicant.id_number),
    "phone": lambda entry: entry.sight.phone(entry.case.applicant.phone),
    "proxy": lambda entry: entry.case.proxy.name if entry.case.proxy else "",
    "item": lambda entry: entry.case.item.name,
    "item_type": lambda entry: _word("ledger.item_type", entry.item.item_type if entry.item else ""),
    "kind": lambda entry: _word("item_kinds", entry.case.item.kind),
    "channel": lambda entry: _word("ledger.channel", "agent" if entry.case.job else entry.case.channel),
    "received_at": lambda entry: f"{local_time(entry.case.received_at_ms):%H:%M}",
    "copies": lambda entry: sum(material.copies for material in entry.case.materials),
    "accepted_at": lambda entry: _accepted(entry.case),
    "acceptance_no": lambda entry: _number(_acceptance_notice(entry.case)),
    "corrections": lambda entry: entry.case.corrections or "",
    "correction_at": lambda entry: _minute(found.at_ms) if (found := entry.case.notice("N04")) else "",
    "statutory_due": lambda entry: _due(entry.case, ClockCode.STATUTORY),
    "promise_due": lambda entry: _due(entry.case, ClockCode.PROMISE),
    "stopped_days": lambda entry: _stopped_days(entry.case),
    "passed_to": lambda entry: entry.agency if entry.history.passed_on or entry.case.holder == HALL else "",
    "ended_at": lambda entry: _minute(entry.history.ended_ms),
    "result": lambda entry: _word("ledger.result", entry.history.ended_kind),
    "licence_no": lambda entry: entry.history.licence_no,
    "fee": _fee,
    "receipt_no": lambda entry: entry.case.payment.voucher if entry.case.payment else "",
    "way": lambda entry: _word("delivery", entry.history.way),
    "signature": lambda entry: entry.case.delivered_to,
    "delivered_at": lambda entry: _minute(entry.history.delivered_ms),
    "satisfaction": lambda entry: _satisfaction(entry.case),
    "clerk": lambda entry: entry.case.opened_by,
    "overdue": lambda entry: _word("ledger.overdue", _overdue(entry)),
    "remarks": lambda entry: _remarks(entry.case),
}

# What is counted below the table, before the counts by kind of item.
_COUNTS: dict[str, Callable[[_Entry], bool]] = {
    "received": lambda entry: True,
    "accepted": lambda entry: entry.case.accepted_at_ms is not None,
    "corrected": lambda entry: entry.case.corrections > 0,
    "not_accepted": lambda entry: entry.history.ended_kind in {"not_required", "refused"},
    "decided": lambda entry: entry.history.ended_kind in {"granted", "denied"},
    "overdue": lambda entry: _overdue(entry) != "no",
}


def _counted(entry: _Entry) -> Iterator[str]:
    """The codes of the totals that the entry is counted in."""
    yield from (code for code, counts in _COUNTS.items() if counts(entry))
    yield f"kind.{entry.case.item.kind}"


def _totals(counts: Counter[str]) -> Iterator[Total]:
    for code in _COUNTS:
        yield Total(code, text(f"ledger.total.{code}"), counts[code])
    for kind in ItemKind:
        if found := counts[f"kind.{kind.value}"]:
            yield Total(f"kind.{kind.value}", _word("item_kinds", kind.value), found)
