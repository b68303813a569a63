"""The list as asked for: a page of cases with their four facts, read on the reading thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date

from counter_app.domain.case import Case
from counter_app.domain.clocks import Clock
from counter_app.domain.dossiers import Dossier
from counter_app.domain.identifiers import CaseId
from counter_app.domain.people import Person
from counter_app.domain.states import OPEN_STATES, CaseState
from counter_app.domain.working_calendar import WorkingCalendar
from counter_app.services.case_views import Cases
from counter_app.services.desk import Desk
from counter_app.services.elsewhere import Elsewhere
from counter_app.services.outbox import Sending
from counter_app.services.sentences import holder_kind
from counter_app.services.stored_facts import CaseQuery

PAGE = 200
EVERYTHING = 1_000_000


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What the filters say; empty fields do not narrow. due: over, today, next; holder: as `holder_kind`.

    shown stands on the screen in place of text, where that is somebody's number.
    """

    text: str = ""
    shown: str = ""
    state: str = ""
    due: str = ""
    item: str = ""
    holder: str = ""
    unsent: bool = False


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One case of the list. at_hall: 1 whole at the hall, 0.5 text there and scans not, 0 not."""

    case: Case
    at_hall: float
    due: Clock | None


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of the list; total counts all that fit, None while they are not counted.

    items: code and name of each that can be asked for.
    elsewhere: the number that was searched, if it is that of a case which nobody here knows.
    """

    lines: tuple[CaseLine, ...]
    total: int | None
    offset: int
    today: date
    device: str
    items: tuple[tuple[str, str], ...]
    elsewhere: str = ""

    @property
    def has_more(self) -> bool:
        """Whether there are further ones behind these; where they are not counted, this page is full."""
        return self.total is None or self.offset + len(self.lines) < self.total


@dataclass(frozen=True, slots=True)
class CasesServices:
    """What the page asks."""

    desk: Desk
    cases: Cases
    sending: Sending
    device: str
    elsewhere: Elsewhere
    person: Person


def read_list(services: CasesServices, query: ListQuery, offset: int = 0) -> Listed:
    """The cases that fit, newest receipt first, PAGE at a time; many are counted by `count_list` afterwards."""
    waiting = services.sending.outbox().waiting
    texts = {row.case.id for row in waiting if row.what == "text"}
    scans = {row.case.id for row in waiting if row.what == "scans"}
    found, total = _found(services, query, offset, [row.case for row in waiting if isinstance(row.case, Case)])
    lines = tuple(
        CaseLine(case, 0.0 if case.id in texts else 0.5 if case.id in scans else 1.0, nearest(case)) for case in found
    )
    elsewhere = query.text if total == 0 and services.elsewhere.is_unknown(query.text) else ""
    items = tuple((item.code, item.name) for item in services.desk.catalogue.items())
    return Listed(lines, total, offset, services.desk.today(), services.device, items, elsewhere)


def count_list(services: CasesServices, query: ListQuery) -> int:
    """How many cases fit."""
    return services.cases.count(_wanted(services, query, 0))


def nearest(case: Dossier) -> Clock | None:
    """The running clock that ends first."""
    return min((clock for clock in case.clocks if clock.runs), key=lambda clock: clock.due, default=None)


def _found(
    services: CasesServices, query: ListQuery, offset: int, waiting: Sequence[Case]
) -> tuple[Sequence[Case], int | None]:
    wanted = _wanted(services, query, offset)
    if not (query.due or query.unsent):
        found = services.cases.search(wanted)
        return found, None if len(found) == PAGE or (offset and not found) else offset + len(found)
    # the store does not index these: all that fit otherwise are looked at, of what waits only that
    test = _test(services, query, {case.id for case in waiting})
    fitting = [case for case in _to_look_at(services, query, wanted, waiting) if test(case)]
    return fitting[offset : offset + PAGE], len(fitting)


def _to_look_at(
    services: CasesServices, query: ListQuery, wanted: CaseQuery, waiting: Sequence[Case]
) -> Sequence[Case]:
    if not query.unsent or query.text:
        return services.cases.search(replace(wanted, limit=EVERYTHING, offset=0))
    holders = wanted.holders
    found = {
        case.id: case
        for case in waiting
        if (not wanted.states or case.state in wanted.states)
        and query.item in ("", case.item.code)
        and (holders is None or case.holder in holders)
    }
    return sorted(found.values(), key=lambda case: (case.received_at_ms, case.id), reverse=True)


def _wanted(services: CasesServices, query: ListQuery, offset: int) -> CaseQuery:
    wanted = CaseQuery(text=query.text, states=_states(query), item=query.item, limit=PAGE, offset=offset)
    if not query.holder:
        return wanted
    known = services.cases.holders()
    return replace(
        wanted, holders=frozenset(each for each in known if holder_kind(each, services.device) == query.holder)
    )


def _states(query: ListQuery) -> frozenset[CaseState]:
    if query.state:
        return frozenset(state for state in CaseState if state.value == query.state)
    return OPEN_STATES if query.due else frozenset()


def _test(services: CasesServices, query: ListQuery, waits: AbstractSet[CaseId]) -> Callable[[Case], bool]:
    today, calendar = services.desk.today(), services.desk.calendar

    def fits(case: Case) -> bool:
        is_due = not query.due or _is_due(nearest(case), query.due, today, calendar)
        return is_due and (not query.unsent or case.id in waits)

    return fits


def _is_due(clock: Clock | None, wanted: str, today: date, calendar: WorkingCalendar) -> bool:
    if clock is None:
        return False
    next_day = calendar.next_working_day(today)
    return {"over": clock.due < today, "today": clock.due == today, "next": today < clock.due <= next_day}[wanted]


