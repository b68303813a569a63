"""A paper that cannot be used: its number is burned, and the same paper is issued again under the next one.

Specs domain 8.1: numbers are never reused, a spoiled one stays in the register with its reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from counter_app.domain.case import Case, IssuedNotice
from counter_app.domain.errors import InvalidInput, MoveNotAllowed, NotFound
from counter_app.domain.events import Event, NewEvent
from counter_app.domain.notice import NoticeKind
from counter_app.domain.number_register import place_in_register
from counter_app.domain.people import Actor, Person
from counter_app.domain.wire_values import text_of

SPOIL = "spoil"
MAY_SPOIL = frozenset({Actor.CLERK, Actor.CHIEF})


def to_spoil(case: Case, actors: frozenset[Actor], device: str, given: Mapping[str, object]) -> IssuedNotice:
    """The paper that is meant: the newest of the `kind`, or that of the `number`.

    device: where this is done, the hall's own id at the hall. Raises MoveNotAllowed `not_your_role`, `case_frozen`,
    `case_continued`, `paper_of_other`, InvalidInput `act_needs`, `notice_without_number`, NotFound `notice_not_issued`.
    """
    if not actors & MAY_SPOIL:
        raise MoveNotAllowed("not_your_role", action=SPOIL, actors=Actor.CLERK.value)
    if case.frozen:
        raise MoveNotAllowed("case_frozen")
    if case.continued_by:
        raise MoveNotAllowed("case_continued", by=case.continued_by)
    kind, number = text_of(given, "kind").upper(), text_of(given, "number")
    for field, value in (("kind", kind or number), ("reason", text_of(given, "reason"))):
        if not value:
            raise InvalidInput("act_needs", field=field)
    notice = _by_number(case, kind, number) if number else case.notice(kind)
    if notice is None:
        raise NotFound("notice_not_issued", kind=(kind or number)[:40], case=str(case.id))
    if not NoticeKind(notice.kind).facts.needs_number:
        raise InvalidInput("notice_without_number", kind=notice.kind)
    if notice.event.device != device:
        raise MoveNotAllowed("paper_of_other", kind=notice.kind, device=notice.event.device)
    return notice


def spoiled(
    case: Case,
    person: Person,
    notice: IssuedNotice,
    history: Iterable[Event],
    given: Mapping[str, object],
    again: tuple[Mapping[str, object], Mapping[str, object]],
) -> NewEvent:
    """The event. history: the events of the case, which know the number's place in the register; again: what the event
    says, openly and in private, of the paper that takes its place."""
    place = place_in_register(history, notice.final_number or notice.number)
    data = {"kind": notice.kind, "number": notice.number, **place, **again[0]}
    private = {**again[1], "reason": text_of(given, "reason")}
    return NewEvent("number_spoiled", case.id, case.epoch, person.name, data, private)


def _by_number(case: Case, kind: str, number: str) -> IssuedNotice | None:
    """The paper that bears the number and is good: not one that is spoiled already, nor one that came late."""
    found = (n for n in case.notices if n.holds and number in (n.number, n.final_number))
    return next((notice for notice in found if not kind or notice.kind == kind), None)
