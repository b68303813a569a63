"""The numbers of this machine: what became of each, numbers that are spoiled before their use, and what goes back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from counter_app.domain.case import Case, IssuedNotice
from counter_app.domain.errors import InvalidInput, MoveNotAllowed
from counter_app.domain.events import NewEvent
from counter_app.domain.free_text import check_free_text
from counter_app.domain.number_register import (
    Block,
    Entry,
    Fate,
    Run,
    Series,
    SeriesReport,
    explain,
)
from counter_app.domain.people import Actor, Person, Role
from counter_app.domain.spoiling import MAY_SPOIL
from counter_app.services.desk import Desk
from counter_app.services.number_years import is_left, return_blocks, return_left
from counter_app.services.ports import Reading
from counter_app.services.stored_facts import LeasedBlock

GIVEN_UP = "numbers.given_up"  # a setting: blocks were returned by hand, no new ones are asked for beforehand
_MAY_RETURN = frozenset({Role.ADMIN, Role.CHIEF})


@dataclass(frozen=True, slots=True)
class Temporary:
    """A paper that was issued without a leased number, with its case."""

    case: Case
    notice: IssuedNotice


@dataclass(frozen=True, slots=True)
class NumbersReport:
    """Every number of this machine, and the papers that had none."""

    series: tuple[SeriesReport, ...]
    temporary: tuple[Temporary, ...]


class Numbers:
    """The register of this station's numbers (文书号段与作废登记, specs domain 11.3)."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def report(self, year: int | None = None) -> NumbersReport:
        """What became of each number of a year, None for all years; slips, which have no year, always."""
        with self._desk.store.read() as reading:
            return report(reading, year)

    def spoil(self, person: Person, series: Series, run: Run, reason: str) -> None:
        """Burn numbers that were never used: a sheet with the number on it is torn.

        Raises MoveNotAllowed `not_your_role`, InvalidInput `act_needs`, `numbers_not_here`, `number_ended`.
        """
        reason = given_reason(reason)
        with self._desk.store.write() as writing:
            entrusted = writing.profile().may_accept_for(series.agency)
            if not person.actors(entrusted=entrusted) & MAY_SPOIL:
                raise MoveNotAllowed("not_your_role", action="spoil", actors=Actor.CLERK.value)
            check_unused(writing, series, run)
            writing.append([spoiled_unused(person, series, run, reason)])

    def return_all(self, person: Person) -> list[tuple[Series, Run]]:
        """Return what is left of every block: the machine is given up. No blocks are asked for any more but for papers
        that were issued without a number. MoveNotAllowed `not_your_role`."""
        _check_may_return(person)
        with self._desk.store.write() as writing:
            left = [block for block in writing.blocks() if block.left and block.year]
            writing.save_setting(GIVEN_UP, "1")
            return return_blocks(writing, left, person.name)

    def resume(self, person: Person) -> None:
        """The machine is used again: the next exchange asks for blocks. MoveNotAllowed `not_your_role`."""
        _check_may_return(person)
        with self._desk.store.write() as writing:
            writing.save_setting(GIVEN_UP, "")

    def settle_years(self) -> None:
        """Return what is left of earlier years, if anything is."""
        year = self._desk.today().year
        with self._desk.store.read() as reading:
            is_due = is_left(reading, year)
        if is_due:
            with self._desk.store.write() as writing:
                return_left(writing, year)


def _check_may_return(person: Person) -> None:
    if not person.roles & _MAY_RETURN:
        raise MoveNotAllowed("not_your_role", action="return", actors=Actor.HALL_ADMIN.value)


def report(reading: Reading, year: int | None) -> NumbersReport:
    """The report as of this look at the store."""
    device = reading.device()
    blocks: dict[Series, list[Block]] = defaultdict(list)
    for leased in reading.blocks():
        series = Series(leased.agency, leased.kind, leased.year)
        if year is None or leased.year in (0, year):
            blocks[series].append(Block(series, leased.first, leased.last, device))
    entries: dict[Series, list[Entry]] = defaultdict(list)
    for entry in reading.number_entries():
        if year is None or entry.series.year in (0, year):
            entries[entry.series].append(entry)
    found = [explain(series, blocks[series], entries[series]) for series in sorted({*blocks, *entries})]
    return NumbersReport(tuple(found), tuple(_temporary(reading, year)))


def spoiled_unused(person: Person, series: Series, run: Run, reason: str) -> NewEvent:
    """The event for numbers that never stood on a paper."""
    data = {"agency": series.agency, "series": series.kind, "year": series.year, **run._asdict()}
    return NewEvent("number_spoiled", None, 0, person.name, data, {"reason": reason})


def check_unused(reading: Reading, series: Series, run: Run) -> None:
    """Whether every number of the run lies in blocks of this machine and has no end yet.

    InvalidInput `numbers_not_here`, `number_used` with the case, `number_ended`.
    """
    ours = [b for b in reading.blocks() if Series(b.agency, b.kind, b.year) == series]
    if run.first > run.last or not _covers(ours, run):
        raise InvalidInput("numbers_not_here", first=run.first, last=run.last)
    for entry in reading.entries_at(series, run.first, run.last):
        if entry.fate is Fate.USED:
            raise InvalidInput("number_used", n=max(entry.first, run.first), case=str(entry.case))
        raise InvalidInput("number_ended_before", n=max(entry.first, run.first))


def given_reason(reason: str) -> str:
    """The reason as it is kept. InvalidInput `act_needs` without one, and those of free text."""
    reason = check_free_text(reason).strip()
    if not reason:
        raise InvalidInput("act_needs", field="reason")
    return reason


def _covers(blocks: Iterable[LeasedBlock], run: Run) -> bool:
    following = run.first
    for block in sorted(blocks, key=lambda block: block.first):
        if block.first <= following <= block.last:
            following = block.last + 1
    return following > run.last


def _temporary(reading: Reading, year: int | None) -> Iterable[Temporary]:
    for case in reading.cases_with_temporary_numbers():
        for notice in case.notices:
            if notice.temporary and (year is None or f"〔{year}〕" in notice.number):
                yield Temporary(case, notice)
