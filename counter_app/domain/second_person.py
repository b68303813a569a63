"""Acts that one person may not do alone (specs domain 5.3.1): asked for by one, agreed to by another.

At a station of one person the question travels to the hall and the answer comes by the feed; a
second person who stands at the counter agrees on the spot.
"""

from __future__ import annotations

from collections.abc import Mapping

from counter_app.domain.case import Case
from counter_app.domain.errors import MoveNotAllowed
from counter_app.domain.events import NewEvent
from counter_app.domain.people import Actor, Person, Role
from counter_app.domain.states import Action
from counter_app.domain.wire_values import text_of

MAY_AGREE = frozenset({Role.CHIEF, Role.SUPERVISOR, Role.ADMIN, Role.OPERATOR})


def agreed_data(case: Case, action: Action) -> Mapping[str, object] | None:
    """What the act was asked for with, once another person agreed to it; None if nobody has."""
    question = case.asked
    return question.given if question is not None and question.agreed and question.action == action.value else None


def stands_by(second: Person | None, first: Person) -> bool:
    """Whether a second person agrees on the spot. MoveNotAllowed if this one may not."""
    if second is not None:
        _check(second, first.name)
    return second is not None


def asked(case: Case, person: Person, action: Action, given: Mapping[str, object]) -> NewEvent:
    """What is written in place of an act that nobody has agreed to yet; given is what it will be done with."""
    return NewEvent("asked", case.id, case.epoch, person.name, {"action": action.value}, {"given": dict(given)})


def may_answer(case: Case, person: Person) -> bool:
    """Whether the case waits for an answer that this person may give; whoever asked may take the question back."""
    question = case.asked
    if question is None or question.answered_by:
        return False
    return person.name == question.by or bool(person.roles & MAY_AGREE)


def may_give_up(case: Case, person: Person) -> bool:
    """Whether the answer is there and this person, who asked, may leave it at that."""
    question = case.asked
    return question is not None and bool(question.answered_by) and person.name == question.by


def answered(case: Case, person: Person, given: Mapping[str, object]) -> NewEvent:
    """The answer of another person, or a question taken back or given up by whoever asked.

    MoveNotAllowed `nothing_asked`, `second_is_the_first`, `not_your_role`.
    """
    agrees = bool(given.get("yes"))
    if case.asked is None or (case.asked.answered_by and (agrees or not may_give_up(case, person))):
        raise MoveNotAllowed("nothing_asked", case=str(case.id))
    if agrees or person.name != case.asked.by:
        _check(person, case.asked.by)
    note = text_of(given, "note")
    private = {"note": note} if note else {}
    return NewEvent("answered", case.id, case.epoch, person.name, {"yes": agrees}, private)


def _check(person: Person, first: str) -> None:
    if person.name == first:
        raise MoveNotAllowed("second_is_the_first")
    if not person.roles & MAY_AGREE:
        raise MoveNotAllowed("not_your_role", action="answer", actors=Actor.CHIEF.value)
