"""A case as people and programs ask for it: what is due, what is certain, what happened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from counter_app.domain.case import Case
from counter_app.domain.clocks import Clock, Light, light
from counter_app.domain.errors import NotFound
from counter_app.domain.events import Event
from counter_app.domain.moves import Possibility, clocks_by_law, possibilities
from counter_app.domain.people import Person
from counter_app.domain.states import ClockCode
from counter_app.services.desk import Desk, found_case
from counter_app.services.ports import CaseQuery, Reading


@dataclass(frozen=True, slots=True)
class Due:
    """The open legal days of a case; None where no such clock runs."""

    check: date | None
    promise: date | None
    statutory: date | None


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
class CaseView:
    """One case, whole."""

    case: Case
    due: Due
    facts: Facts
    events: tuple[Event, ...]
    troubles: tuple[str, ...]


class Cases:
    """Looking at cases; nothing here changes one."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def view(self, words: str) -> CaseView:
        """The case of a local or official number. NotFound, InvalidInput as `found_case`."""
        with self._desk.store.read() as reading:
            case = found_case(reading, words)
            events = tuple(reading.events_of(case.id))
            troubles = tuple(trouble.code for trouble in reading.troubles() if trouble.case == case.id)
            return CaseView(case, _due(self._clocks(case)), facts_of(reading, case), events, troubles)

    def search(self, query: CaseQuery) -> list[Case]:
        """Cases that fit, newest first."""
        with self._desk.store.read() as reading:
            return reading.cases(query)

    def count(self, query: CaseQuery) -> int:
        """How many fit, whatever the query's limit."""
        with self._desk.store.read() as reading:
            return reading.count_cases(query)

    def possibilities(self, person: Person, words: str) -> list[Possibility]:
        """Every action of the table with whether this person may do it now, and why not."""
        with self._desk.store.read() as reading:
            case = found_case(reading, words)
            return possibilities(case, self._desk.scene(reading, person, self._desk.item_of(case)))

    def lights(self, case: Case) -> dict[ClockCode, Light]:
        """The supervision light of each clock of the case today."""
        today = self._desk.today()
        return {clock.code: light(clock, today, self._desk.calendar) for clock in case.clocks}


    def _clocks(self, case: Case) -> Iterable[Clock]:
        try:
            item = self._desk.item_of(case)
        except NotFound:
            return case.clocks  # one old version gone must not hide the case
        return clocks_by_law(case, item, self._desk.today(), self._desk.calendar)


def due_of(case: Case) -> Due:
    """The days on which the running clocks of the case end."""
    return _due(case.clocks)


def _due(clocks: Iterable[Clock]) -> Due:
    days = {clock.code: clock.due for clock in clocks if clock.runs}
    return Due(days.get(ClockCode.CHECK), days.get(ClockCode.PROMISE), days.get(ClockCode.STATUTORY))


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
