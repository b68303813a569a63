"""A case as people and programs ask for it: what is due, what is certain, what happened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from counter_app.domain.case import Case
from counter_app.domain.clocks import Clock, Light, light
from counter_app.domain.errors import NotFound
from counter_app.domain.events import Event
from counter_app.domain.moves import Possibility, clocks_by_law, possibilities
from counter_app.domain.people import Person
from counter_app.domain.rights import Rights, rights_of
from counter_app.domain.states import ClockCode
from counter_app.domain.wire_values import rows_of, text_of
from counter_app.domain.working_calendar import WorkingCalendar
from counter_app.services.calendars import MovedClock, moved_clocks
from counter_app.services.desk import Desk, found_case
from counter_app.services.ports import Reading
from counter_app.services.stored_facts import CaseQuery


@dataclass(frozen=True, slots=True)
class Due:
    """The open legal days of a case; None where no such clock runs. provisional: the ones of them that may move."""

    check: date | None
    promise: date | None
    statutory: date | None
    provisional: frozenset[ClockCode] = frozenset()


@dataclass(frozen=True, slots=True)
class Facts:
    """The four facts, each with its moment in ms UTC or None while it is not true (architecture, idea 7).

    scans_missing counts scans of the case that the hall has not confirmed;
    received stays None until all events and all scans are there.
    """

    saved: int
    received: int | None
    accepted: int | None
    decided: int | None
    events_received: bool
    scans_missing: int


@dataclass(frozen=True, slots=True)
class ClockView:
    """A clock with its light today; confirmed is False for one that runs by law and no event started yet (T09)."""

    clock: Clock
    light: Light
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a co-agency said of a joint case, or that it did not come (缺席默认) or kept silent (超时默许).

    Kept for supervision; inside the joint case the lead may go on, a permit never comes from it (specs domain 6.7).
    """

    agency: str
    name: str
    opinion: str
    note: str
    at_ms: int

    @property
    def by_default(self) -> bool:
        """Whether nobody said anything."""
        return self.opinion in {"absent", "silent"}


@dataclass(frozen=True, slots=True)
class CaseView:
    """One case, whole. moved: clocks that a later calendar counts otherwise than they were told."""

    case: Case
    due: Due
    facts: Facts
    events: tuple[Event, ...]
    troubles: tuple[str, ...]
    clocks: tuple[ClockView, ...]
    moved: tuple[MovedClock, ...]
    rights: Rights | None
    opinions: tuple[Opinion, ...]

    @property
    def claimed_by(self) -> str:
        """Who took the case from the desk to where it is now; "" where nobody did."""
        moves = (event for event in reversed(self.events) if event.data.get("to") == self.case.holder)
        newest = next(moves, None)
        return newest.user if newest is not None and newest.kind == "claimed" else ""


class Cases:
    """Looking at cases; nothing here changes one."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def view(self, words: str) -> CaseView:
        """The case of a local or official number. NotFound, InvalidInput as `found_case`."""
        with self._desk.store.read() as reading:
            case = found_case(reading, words)
            events = tuple(reading.events_of(case.id))
            calendar, agencies = reading.calendar(), reading.profile().agencies
            clocks = tuple(self._clocks(case, calendar))
            return CaseView(
                case=case,
                due=_due(clocks),
                facts=facts_of(reading, case),
                events=events,
                troubles=tuple(trouble.code for trouble in reading.troubles() if trouble.case == case.id),
                clocks=tuple(self._seen(case, clock, calendar) for clock in clocks),
                moved=tuple(moved_clocks(case, calendar)),
                rights=rights_of(events, calendar),
                opinions=tuple(_opinions(events, {code: agency.name for code, agency in agencies.items()})),
            )

    def search(self, query: CaseQuery) -> list[Case]:
        """Cases that fit, newest first."""
        with self._desk.store.read() as reading:
            return reading.cases(query)

    def count(self, query: CaseQuery) -> int:
        """How many fit, whatever the query's limit."""
        with self._desk.store.read() as reading:
            return reading.count_cases(query)

    def counts_by_item(self, since: date) -> dict[str, int]:
        """How many cases of each item were received since that day."""
        with self._desk.store.read() as reading:
            return reading.counts_by_item(since)

    def holders(self) -> list[str]:
        """Whoever has the baton of a case, each once."""
        with self._desk.store.read() as reading:
            return reading.holders()

    def possibilities(self, person: Person, words: str) -> list[Possibility]:
        """Every action of the table with whether this person may do it now, and why not."""
        with self._desk.store.read() as reading:
            case = found_case(reading, words)
            return possibilities(case, self._desk.scene(reading, person, self._desk.item_of(case)))

    def lights(self, case: Case) -> dict[ClockCode, Light]:
        """The supervision light of each clock of the case today."""
        today, calendar = self._desk.today(), self._desk.calendar
        return {clock.code: light(clock, today, calendar) for clock in case.clocks}

    def _seen(self, case: Case, clock: Clock, calendar: WorkingCalendar) -> ClockView:
        return ClockView(clock, light(clock, self._desk.today(), calendar), clock in case.clocks)

    def _clocks(self, case: Case, calendar: WorkingCalendar) -> Iterable[Clock]:
        try:
            item = self._desk.item_of(case)
        except NotFound:
            return case.clocks  # one old version gone must not hide the case
        return clocks_by_law(case, item, self._desk.today(), calendar)


def _opinions(events: Sequence[Event], names: Mapping[str, str]) -> Iterator[Opinion]:
    for event in events:
        if event.kind == "joined":
            for row in rows_of(event.private or {}, "opinions"):
                code = text_of(row, "agency")
                yield Opinion(code, names.get(code, code), text_of(row, "opinion"), text_of(row, "note"), event.at_ms)


def due_of(case: Case) -> Due:
    """The days on which the running clocks of the case end."""
    return _due(case.clocks)


def _due(clocks: Iterable[Clock]) -> Due:
    running = {clock.code: clock for clock in clocks if clock.runs}
    check, promise, statutory = (running[code].due if code in running else None for code in _LEGAL)
    unsure = frozenset(code for code in _LEGAL if code in running and running[code].provisional)
    return Due(check, promise, statutory, unsure)


_LEGAL = (ClockCode.CHECK, ClockCode.PROMISE, ClockCode.STATUTORY)


def facts_of(reading: Reading, case: Case) -> Facts:
    """What is certain about the case, by what the hall acknowledged and by its own events."""
    own = reading.seqs_of(case.id)
    return Facts(
        saved=case.opened_at_ms,
        received=reading.received_ms(case.id),
        accepted=case.accepted_at_ms,
        decided=case.decided_at_ms,
        events_received=not own or own[-1] <= reading.link().received,
        scans_missing=reading.scans_missing(case.id),
    )
