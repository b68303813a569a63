"""Everything a person does to a case that is already there: one act, one event, one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from counter_app.domain.case import Case, IssuedNotice
from counter_app.domain.errors import InvalidInput, MoveNotAllowed, NotHolder
from counter_app.domain.events import NewEvent
from counter_app.domain.free_text import check_free_text
from counter_app.domain.identifiers import HALL
from counter_app.domain.moves import plan
from counter_app.domain.people import Actor, Person, Role
from counter_app.domain.states import Action
from counter_app.domain.wire_values import material_from_plain, material_to_plain, rows_of, text_of
from counter_app.services.desk import Desk, found_case
from counter_app.services.papers import Papers
from counter_app.services.ports import Writing

# Acts beside the state table (specs domain 5.3.1) that this version offers at the station.
BESIDE_THE_TABLE = ("take_papers", "annotate", "hand_over")


@dataclass(frozen=True, slots=True)
class Done:
    """What an act left behind: the case after it, and the notices that it issued, rendered if they could be."""

    case: Case
    notices: tuple[IssuedNotice, ...]


class Acts:
    """Acts on cases."""

    def __init__(self, desk: Desk, papers: Papers) -> None:
        self._desk = desk
        self._papers = papers

    def act(self, person: Person, words: str, action: str, given: Mapping[str, object]) -> Done:
        """Do it: checked by the state table, durable before this returns, papers rendered afterwards.

        Raises NotFound, NotHolder, MoveNotAllowed, InvalidInput; nothing is changed then.
        """
        with self._desk.store.write() as writing:
            before = found_case(writing, words)
            event = self._event(writing, person, before, action, given)
            [written] = writing.append([event])
            after = writing.case(before.id)
            assert after is not None, "the case was projected in this transaction"
            self._papers.refuse_unprintable(writing, after, written)
        issued = after.notices[len(before.notices) :]
        self._papers.render_all(after.id, issued)
        return Done(after, issued)

    def reveal(self, person: Person, what: str, words: str = "") -> None:
        """Write down that the person looked at a whole number (specs domain 13.4), before it is shown.

        what names the value, such as `id_number`; words is the case's number, empty while the
        application is still being typed. Raises NotFound as `found_case`.
        """
        with self._desk.store.write() as writing:
            case = found_case(writing, words) if words else None
            number, epoch = (None, 0) if case is None else (case.id, case.epoch)
            writing.append([NewEvent("revealed", number, epoch, person.name, {"what": what})])

    def _event(
        self, writing: Writing, person: Person, case: Case, action: str, given: Mapping[str, object]
    ) -> NewEvent:
        if action in BESIDE_THE_TABLE:
            return self._beside(writing, person, case, action, given)
        if action not in set(Action):
            raise InvalidInput("action_unknown", action=action[:40])
        item = self._desk.item_of(case)
        scene = self._desk.scene(writing, person, item)
        planned = plan(case, Action(action), _checked(given), scene)
        notices = self._papers.issue(writing, planned.row.papers, item, scene.today)
        if notices:
            planned.data["notices"] = notices
        return NewEvent(planned.row.event_kind, case.id, case.epoch, person.name, planned.data, planned.private)

    def _beside(
        self, writing: Writing, person: Person, case: Case, action: str, given: Mapping[str, object]
    ) -> NewEvent:
        if not person.roles & {Role.CLERK, Role.AGENT, Role.CHIEF}:
            raise MoveNotAllowed("not_your_role", action=action, actors=Actor.CLERK.value)
        given = _checked(given)
        if action == "annotate":
            private = {key: given[key] for key in ("phone", "address", "note") if given.get(key)}
            if not private:
                raise InvalidInput("act_needs", field="note")
            return NewEvent("annotated", case.id, case.epoch, person.name, {}, private)
        if action == "take_papers":
            return NewEvent("papers_taken", case.id, case.epoch, person.name, {"materials": _materials(given)})
        if case.holder != writing.device():
            raise NotHolder(case.holder)
        return NewEvent("handed_over", case.id, case.epoch, person.name, {"to": HALL})


def _materials(given: Mapping[str, object]) -> Sequence[object]:
    rows = rows_of(given, "materials")
    if not rows:
        raise InvalidInput("act_needs", field="materials")
    try:
        return [material_to_plain(material_from_plain({"copies": 1, "pages": 1, **row})) for row in rows]
    except (KeyError, TypeError, ValueError):
        raise InvalidInput("act_data_malformed", field="materials") from None


def _checked(given: Mapping[str, object]) -> Mapping[str, object]:
    """Free text of an act obeys the same rules as at intake: no control or direction characters."""
    for key in ("reason", "note", "phone", "address", "receiver", "competent_agency"):
        if key in given:
            if not isinstance(given[key], str):
                raise InvalidInput("act_data_malformed", field=key)
            check_free_text(text_of(given, key))
    return given
