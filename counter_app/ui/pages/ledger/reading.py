"""The ledger or register of a period, narrowed as the filters say: the same value is shown and exported."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from counter_app.domain.people import Person
from counter_app.services.day_close import MAY_SIGN_SECOND, DayChecks, DayClose
from counter_app.services.desk import Desk
from counter_app.services.ledger import Cell, Ledger, Row, Total
from counter_app.services.ledgers import in_full, masked
from counter_app.services.people import People
from counter_app.ui.kept_columns import setting_of
from counter_app.ui.posts import post_of
from counter_app.ui.widgets.person_card import PersonLine
from resources.texts import text

PERIODS = ("today", "yesterday", "week", "last_week", "month", "last_month", "chosen")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class LedgerServices:
    """What the page asks. print_sheet gives what is shown to the printer and names it (CounterError
    `no_printer_set_up`, `print_failed`); None where there is none."""

    desk: Desk
    day_close: DayClose
    people: People
    person: Person
    print_sheet: Callable[[Ledger], str] | None = None


COUNTER = "counter"  # the book that has columns to narrow it by


@dataclass(frozen=True, slots=True)
class LedgerQuery:
    """book: a kind of `services.ledgers`; period: one of PERIODS; first and last are used with `chosen`; kind and
    window are words of the columns."""

    period: str = "today"
    first: date | None = None
    last: date | None = None
    kind: str = ""
    window: str = ""
    book: str = COUNTER


@dataclass(frozen=True, slots=True)
class LedgerSight:
    """The content of the page. query: what was asked for; windows: all counters of the period, for the filter. day:
    today, or the one past day that is shown; signers: who may sign its close beside this person; now_ms: when this was
    read; layout: the columns as this person has arranged them."""

    query: LedgerQuery
    ledger: Ledger
    first: date
    last: date
    windows: tuple[str, ...]
    day: DayChecks
    signers: tuple[PersonLine, ...]
    now_ms: int
    layout: str

    @property
    def book(self) -> str:
        """The kind of ledger, of `services.ledgers`."""
        return self.query.book


def read_ledger(services: LedgerServices, query: LedgerQuery) -> LedgerSight:
    """The ledger. InvalidInput `ledger_period` for a period that is none."""
    first, last = days_of(query, services.desk.today())
    whole = masked(services.desk, query.book, first, last)
    shown, today = narrowed(whole, query), services.desk.today()
    day = services.day_close.checks(first if first == last < today else today)
    windows = {str(_cell(whole, row, "window")) for row in whole.rows} - {""} if query.book == COUNTER else ()
    signers, now_ms = tuple(_signers(services)), services.desk.now_ms()
    with services.desk.store.read() as reading:
        layout = reading.setting(setting_of(query.book, services.person))
    return LedgerSight(query, shown, first, last, tuple(sorted(windows)), day, signers, now_ms, layout)


def keep_layout(services: LedgerServices, book: str, layout: str) -> None:
    """Keep how this person has arranged the columns of a register."""
    with services.desk.store.write() as writing:
        writing.save_setting(setting_of(book, services.person), layout)


def read_in_full(services: LedgerServices, sight: LedgerSight, reason: str) -> Ledger:
    """The same rows with whole numbers, once it is logged who wanted them and why. As `services.ledgers.in_full`."""
    return narrowed(in_full(services.desk, services.person, sight.book, sight.first, sight.last, reason), sight.query)


def days_of(query: LedgerQuery, today: date) -> tuple[date, date]:
    """The first and the last day of the period, both inclusive."""
    if query.period == "chosen":
        return query.first or today, query.last or query.first or today
    return _PERIODS[query.period](today)


def narrowed(ledger: Ledger, query: LedgerQuery) -> Ledger:
    """The same ledger with the rows of one kind and one counter, and their totals."""
    wanted = {"kind": query.kind, "window": query.window} if query.book == COUNTER else {}
    if not any(wanted.values()):
        return ledger
    rows = tuple(row for row in ledger.rows if all(_fits(ledger, row, *pair) for pair in wanted.items()))
    return replace(ledger, rows=rows, totals=tuple(_recounted(ledger, [row for row in rows if row.counted])))


def _fits(ledger: Ledger, row: Row, code: str, value: str) -> bool:
    return not value or _cell(ledger, row, code) == value


def _recounted(ledger: Ledger, rows: Sequence[Row]) -> Sequence[Total]:
    kinds = Counter(_cell(ledger, row, "kind") for row in rows)
    found = []
    for total in ledger.totals:
        counts = _COUNTS.get(total.code)
        n = kinds[total.title] if counts is None else sum(counts(_named(ledger, row)) for row in rows)
        if n or counts is not None:
            found.append(replace(total, count=n))
    return found


def _named(ledger: Ledger, row: Row) -> Mapping[str, Cell]:
    return {column.code: cell for column, cell in zip(ledger.columns, row.cells, strict=True)}


def _cell(ledger: Ledger, row: Row, code: str) -> Cell:
    return _named(ledger, row)[code]


def _result_is(*codes: str) -> Callable[[Mapping[str, Cell]], bool]:
    return lambda cells: cells["result"] in {text(f"ledger.result.{code}") for code in codes}


# What each total of the service counts, said of the cells that are shown.
_COUNTS: dict[str, Callable[[Mapping[str, Cell]], bool]] = {
    "received": lambda _cells: True,
    "accepted": lambda cells: bool(cells["accepted_at"]),
    "corrected": lambda cells: bool(cells["corrections"]),
    "not_accepted": _result_is("not_required", "refused"),
    "decided": _result_is("granted", "denied"),
    "overdue": lambda cells: cells["overdue"] != text("ledger.overdue.no"),
}


def _signers(services: LedgerServices) -> Iterator[PersonLine]:
    for known in services.people.all():
        if known.name != services.person.name and known.roles & MAY_SIGN_SECOND:
            yield PersonLine(known.name, post_of(Person(known.name, known.roles)))


def _week(today: date) -> tuple[date, date]:
    monday = today - today.weekday() * _DAY
    return monday, monday + 6 * _DAY


def _month(today: date) -> tuple[date, date]:
    first = today.replace(day=1)
    return first, (first + 31 * _DAY).replace(day=1) - _DAY


_PERIODS: dict[str, Callable[[date], tuple[date, date]]] = {
    "today": lambda today: (today, today),
    "yesterday": lambda today: (today - _DAY, today - _DAY),
    "week": _week,
    "last_week": lambda today: _week(today - 7 * _DAY),
    "month": _month,
    "last_month": lambda today: _month(today.replace(day=1) - _DAY),
}
