"""Finding cases and people from one box: by name, initials, ends of numbers, numbers of cases and papers, codes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from counter_app.domain.case import Case
from counter_app.services.desk import Desk
from counter_app.services.ports import Reading
from counter_app.services.stored_facts import Hit

LOOKED_AT = 100  # cases, the newest that fit
CASES, PEOPLE = 5, 3  # that are told


@dataclass(frozen=True, slots=True)
class FoundCase:
    """A case, and how far the hall has it: 1 whole, 0.5 its text and not its scans, 0 not."""

    case: Case
    at_hall: float


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """Somebody whose name or number fits, and how many cases this station knows of them; id_number may be ""."""

    name: str
    id_number: str
    phone: str
    cases: int

    @property
    def words(self) -> str:
        """What finds the person's cases."""
        return self.id_number or self.name


@dataclass(frozen=True, slots=True)
class Found:
    """cases, people: the newest. total counts the cases that fit, at most LOOKED_AT: there may then be more."""

    cases: tuple[FoundCase, ...] = ()
    people: tuple[FoundPerson, ...] = ()
    total: int = 0

    @property
    def may_be_more(self) -> bool:
        """Whether counting ended before the cases did."""
        return self.total >= LOOKED_AT


class Search:
    """One look for each word typed: it reads a bounded number of rows, however many cases there are."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def find(self, words: str) -> Found:
        """What fits the words, the newest receipt first; nothing fits no words."""
        if not words.strip():
            return Found()
        with self._desk.store.read() as reading:
            hits = reading.hits(words, LOOKED_AT)
            shown = [hit.case for hit in hits[:CASES]]
            known, there = reading.cases_of(shown), reading.at_hall(shown)
            cases = tuple(FoundCase(known[case], there[case]) for case in shown)
            return Found(cases, _people(reading, hits, words.strip()), len(hits))


def _people(reading: Reading, hits: Sequence[Hit], words: str) -> tuple[FoundPerson, ...]:
    """The newest of those whom the words speak of, each once."""
    found: dict[str, Hit] = {}
    for hit in _of_people(hits, words):
        found.setdefault(hit.id_number or hit.name, hit)
        if len(found) == PEOPLE:
            break
    return tuple(
        FoundPerson(hit.name, hit.id_number, hit.phone, reading.count_of_person(hit.id_number) or 1)
        for hit in found.values()
    )


def _of_people(hits: Sequence[Hit], words: str) -> Iterable[Hit]:
    small, large = words.lower(), words.upper()
    for hit in hits:
        by_name = small in hit.name.lower() or small in hit.initials
        if hit.name and (by_name or hit.id_number.endswith(large) or hit.phone.endswith(words)):
            yield hit
