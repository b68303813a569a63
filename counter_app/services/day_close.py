"""日结: what stands in the way of closing a day, its code, and the close itself (desktop design section 7).

Must-answer cases block; what is not sent, not printed or not finished does not, and is listed. Two people sign, each
with the PIN. The close is one event: after a power cut the day is closed or it is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from counter_app.domain.case import Case
from counter_app.domain.day_close import KIND, ClosedDay, DayCode, closed_day, to_plain
from counter_app.domain.errors import InvalidInput, MoveNotAllowed
from counter_app.domain.events import NewEvent
from counter_app.domain.people import Actor, Person, Role
from counter_app.services.desk import Desk
from counter_app.services.duties import Duties, Group
from counter_app.services.outbox import Sending
from counter_app.services.papers import Papers
from counter_app.services.ports import Reading
from counter_app.services.stored_facts import Draft

MAY_CLOSE = frozenset({Role.CLERK, Role.AGENT, Role.CHIEF})
MAY_SIGN_SECOND = frozenset({Role.CHIEF, Role.SUPERVISOR})


@dataclass(frozen=True, slots=True)
class DayChecks:
    """How a day stands. must_answer: cases that the law answers by itself on it; unsent counts cases.

    closed: the close, once there is one; code: what a close would cover now, None once there is one; behind: the
    last day that was closed before, None if this would be the first.
    """

    day: date
    must_answer: tuple[Case, ...]
    unprinted: int
    unsent: int
    drafts: tuple[Draft, ...]
    code: DayCode | None
    closed: ClosedDay | None
    behind: date | None

    @property
    def listed(self) -> dict[str, int]:
        """What does not block, counted."""
        return {"drafts": len(self.drafts), "unsent": self.unsent, "unprinted": self.unprinted}


class DayClose:
    """Closing days at this machine."""

    def __init__(self, desk: Desk, duties: Duties, sending: Sending, papers: Papers) -> None:
        self._desk, self._duties, self._sending, self._papers = desk, duties, sending, papers

    def checks(self, day: date | None = None) -> DayChecks:
        """How the day (None: today) stands."""
        day = day or self._desk.today()
        today, outbox, unprinted = self._duties.today(), self._sending.outbox(), len(self._papers.unprinted())
        must = tuple(
            duty.case
            for duty in today.duties
            if duty.group is Group.MUST_ANSWER and duty.case and duty.clock and duty.clock.due <= day
        )
        with self._desk.store.read() as reading:
            closed, last = _closed(reading, day), reading.last_closed_day()
            code = reading.day_code(day) if closed is None else None
        behind = None if last is None else last.day
        return DayChecks(day, must, unprinted, outbox.cases, today.drafts, code, closed, behind)

    def close(self, first: Person, second: Person, day: date | None = None) -> ClosedDay:
        """Close the day, signed by both; durable when this returns.

        MoveNotAllowed `not_your_role` (a clerk, an agent or a chief signs first; a chief or a supervisor second),
        `day_closed_already`, `day_must_answer`; InvalidInput `day_needs_two`, `day_to_come`, `day_before_closed`.
        """
        check_signers(first, second)
        found = self.checks(day)
        if found.day > self._desk.today():
            raise InvalidInput("day_to_come", day=found.day)
        if found.must_answer:
            raise MoveNotAllowed("day_must_answer", n=len(found.must_answer), day=found.day)
        with self._desk.store.write() as writing:
            self._check_open(writing, found.day)
            data = {**to_plain(writing.day_code(found.day)), "second": second.name, "listed": found.listed}
            [event] = writing.append([NewEvent(KIND, None, 0, first.name, data)])
        return closed_day(event)

    def closed(self, first: date, last: date) -> list[ClosedDay]:
        """The days that were closed here, with what the hall counted, in their order."""
        with self._desk.store.read() as reading:
            return reading.closed_days(first, last)

    def _check_open(self, reading: Reading, day: date) -> None:
        closed, last = _closed(reading, day), reading.last_closed_day()
        if closed is not None:
            raise MoveNotAllowed("day_closed_already", day=day, shown=closed.shown_code)
        if last is not None and day < last.day:
            raise InvalidInput("day_before_closed", day=day, last=last.day)


def check_signers(first: Person, second: Person) -> None:
    """As `DayClose.close`, of who signs."""
    if not first.roles & MAY_CLOSE:
        raise MoveNotAllowed("not_your_role", action=KIND, actors=Actor.CLERK.value)
    if not second.roles & MAY_SIGN_SECOND:
        raise MoveNotAllowed("not_your_role", action=KIND, actors=Actor.CHIEF.value)
    if first.name == second.name:
        raise InvalidInput("day_needs_two")


def added_since(reading: Reading, day: date, today: date) -> int:
    """How many applications were entered late into a day after it was closed here; 0 while it is open."""
    closes = reading.closed_days(day, date.max)
    if not closes or closes[0].day != day:
        return 0
    later = [on for close in closes[1:] for _, on in close.back_dated]
    later += [on for _, on in reading.day_code(today).back_dated]
    return later.count(day)


def _closed(reading: Reading, day: date) -> ClosedDay | None:
    return next(iter(reading.closed_days(day, day)), None)
