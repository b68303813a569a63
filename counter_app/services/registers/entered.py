"""Registers that people fill themselves: questions, complaints, what could not be done, handing over the shift.

An entry is an event without a case; what is learned later is another event with the same number, and the newest word of
each field holds. What people write stands in the private part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time

from counter_app.domain.errors import InvalidInput, MoveNotAllowed, NotFound
from counter_app.domain.events import Event, NewEvent
from counter_app.domain.free_text import check_free_text
from counter_app.domain.masking import Sight
from counter_app.domain.moments import local_date, to_ms
from counter_app.domain.people import Actor, Person, Role
from counter_app.domain.states import CaseState
from counter_app.domain.wire_values import number_of, text_of
from counter_app.services.desk import Desk
from counter_app.services.ledger import Cell
from counter_app.services.ports import Reading
from counter_app.services.registers.frame import Line, Register, minute
from resources.texts import text

KIND = "entered"
_MAY_ENTER = frozenset({Role.CLERK, Role.AGENT, Role.CHIEF, Role.SUPERVISOR})


@dataclass(frozen=True, slots=True)
class Book:
    """What an entry says: fields that must be there, and those that may follow."""

    needed: tuple[str, ...]
    more: tuple[str, ...]

    @property
    def fields(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.needed, *self.more)


BOOKS: dict[str, Book] = {
    "inquiries": Book(("content",), ("answer", "passed_to")),
    "complaints": Book(("source", "content"), ("level", "visit", "remedied", "done_on")),
    "unsolved": Book(("matter",), ("passed_to", "result")),
    "shifts": Book(("seals", "receiver"), ()),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as its events have made it. counts: what the program counted itself when it was written; signed: by
    the PINs of both."""

    n: int
    at_ms: int
    by: str
    words: Mapping[str, str]
    counts: Mapping[str, int] = field(default_factory=dict)
    signed: bool = False


def enter(desk: Desk, person: Person, book: str, given: Mapping[str, object], n: int | None = None) -> Entry:
    """Write an entry, or more of the one with number n; durable when this returns.

    MoveNotAllowed `not_your_role`; NotFound `entry_unknown`; InvalidInput `register_unknown`, `act_needs`,
    `act_data_malformed` and the codes of `check_free_text`.
    """
    if not person.roles & _MAY_ENTER:
        raise MoveNotAllowed("not_your_role", action=KIND, actors=Actor.CLERK.value)
    if book not in BOOKS:
        raise InvalidInput("register_unknown", given=book[:20], known=", ".join(BOOKS))
    words = _checked(BOOKS[book], given, is_new=n is None)
    with desk.store.write() as writing:
        known = entries_of(writing, book)
        if n is not None and all(entry.n != n for entry in known):
            raise NotFound("entry_unknown", n=n)
        data: dict[str, object] = {"register": book, "n": n or max((entry.n for entry in known), default=0) + 1}
        if book == "shifts" and n is None:
            data["counts"] = in_hand(writing, desk.today())
        writing.append([NewEvent(KIND, None, 0, person.name, data, words)])
        return next(entry for entry in entries_of(writing, book) if entry.n == data["n"])


def _checked(book: Book, given: Mapping[str, object], *, is_new: bool) -> dict[str, object]:
    unknown = sorted(given.keys() - set(book.fields))
    if unknown:
        raise InvalidInput("act_data_malformed", field=unknown[0][:40])
    words: dict[str, object] = {key: check_free_text(text_of(given, key)).strip() for key in given}
    words = {key: word for key, word in words.items() if word}
    missing = next((key for key in book.needed if key not in words), None) if is_new else None
    if missing or not words:
        raise InvalidInput("act_needs", field=missing or book.fields[0])
    return words


def entries_of(reading: Reading, book: str) -> list[Entry]:
    """All entries of the book on this machine, in their order."""
    found: dict[int, Entry] = {}
    for event in reading.own_events(KIND):
        if text_of(event.data, "register") == book:
            n = number_of(event.data, "n")
            found[n] = _with(found.get(n), n, event)
    return list(found.values())


def entry_of(desk: Desk, book: str, n: int) -> Entry:
    """The entry of that number. NotFound `entry_unknown`."""
    with desk.store.read() as reading:
        found = next((entry for entry in entries_of(reading, book) if entry.n == n), None)
    if found is None:
        raise NotFound("entry_unknown", n=n)
    return found


def _with(entry: Entry | None, n: int, event: Event) -> Entry:
    words = {key: word for key, word in (event.private or {}).items() if isinstance(word, str)}
    if entry is None:
        counts = event.data.get("counts")
        numbers = {key: int(str(count)) for key, count in counts.items()} if isinstance(counts, Mapping) else {}
        return Entry(n, event.at_ms, event.user, words, numbers, bool(event.data.get("signed")))
    return replace(entry, words={**entry.words, **words})


def in_hand(reading: Reading, today: date) -> dict[str, int]:
    """What is handed over, counted: cases of this machine, those that wait for papers, due today, not yet sent."""
    held = reading.cases_held()
    due = [case for case in held if any(clock.runs and clock.due <= today for clock in case.clocks)]
    return {
        "held": len(held),
        "correcting": sum(case.state is CaseState.CORRECTING for case in held),
        "due_today": len(due),
        "unsent": len(reading.unsent_bytes()),
    }


def _lines(book: str) -> Callable[[Desk, Reading, date, date, Sight], Iterator[Line]]:
    def lines(desk: Desk, reading: Reading, first: date, last: date, sight: Sight) -> Iterator[Line]:
        for entry in entries_of(reading, book):
            if first <= local_date(entry.at_ms) <= last:
                yield Line(_cells(book, entry, sight))

    return lines


def _cells(book: str, entry: Entry, sight: Sight) -> dict[str, Cell]:
    words = {key: sight.words(word) for key, word in entry.words.items()}
    cells: dict[str, Cell] = {"entry": entry.n, "at": minute(entry.at_ms), **entry.counts, **words}
    if book == "shifts":
        absent, names = entry.words.get("absent", ""), {"by": entry.by, "receiver": entry.words.get("receiver", "")}
        both = text("registers.both_absent", absent=absent, **names) if absent else text("registers.both", **names)
        cells["both"] = f"{both} {text('registers.by_pin')}" if entry.signed else both
    return cells


def _complaints(desk: Desk, reading: Reading, first: date, last: date, sight: Sight) -> Iterator[Line]:
    """What people brought to the counter, then bad ratings of cases (差评) with what was answered."""
    yield from _lines("complaints")(desk, reading, first, last, sight)
    rated = [
        (rating, case)
        for case in reading.cases_touched(to_ms(datetime.combine(first, time())))
        if not case.brought_from(reading.profile().code)
        for rating in case.ratings
        if rating.level.is_bad and first <= local_date(rating.at_ms) <= last
    ]
    for rating, case in sorted(rated, key=lambda found: (found[0].at_ms, found[1].id)):
        stage = text(f"ratings.stages.{rating.stage.value}")
        cells = {
            "source": text("registers.rated", stage=stage, case=case.case_no or str(case.id)),
            "content": sight.words(rating.note),
            "level": text(f"ratings.levels.{rating.level.value}"),
            "at": minute(rating.at_ms),
            "remedied": sight.words(rating.answer),
            "done_on": minute(rating.answered_at_ms),
        }
        yield Line(cells, case.id)


REGISTERS = (
    Register("inquiries", ("no", "entry", "at", "content", "answer", "passed_to"), _lines("inquiries")),
    Register(
        "complaints",
        ("no", "entry", "source", "content", "level", "at", "visit", "remedied", "done_on"),
        _complaints,
    ),
    Register("unsolved", ("no", "entry", "at", "matter", "passed_to", "result"), _lines("unsolved")),
    Register(
        "shifts",
        ("no", "entry", "at", "held", "correcting", "due_today", "unsent", "seals", "both"),
        _lines("shifts"),
    ),
)
