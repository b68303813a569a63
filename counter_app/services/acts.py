"""Everything a person does to a case that is already there: one act, one event, one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from counter_app.domain import beside, hearing
from counter_app.domain.act_data import checked_beside
from counter_app.domain.case import Case, IssuedNotice
from counter_app.domain.errors import InvalidInput, MoveNotAllowed
from counter_app.domain.event_parts import Parts
from counter_app.domain.events import NewEvent
from counter_app.domain.id_numbers import normalised_number
from counter_app.domain.identifiers import HALL
from counter_app.domain.moves import Plan, plan
from counter_app.domain.notice import NoticeKind
from counter_app.domain.people import Actor, Person, Role
from counter_app.domain.ratings import ANSWER_DAYS
from counter_app.domain.scene import Scene, check_holder
from counter_app.domain.second_person import answered, asked
from counter_app.domain.service_item import ServiceItem
from counter_app.domain.states import Action
from counter_app.domain.wire_values import applicant_to_plain, map_of, text_of
from counter_app.services.desk import Desk, found_case
from counter_app.services.in_hand import put_down
from counter_app.services.number_years import return_left
from counter_app.services.papers import Papers
from counter_app.services.ports import Reading, Writing
from counter_app.services.spoiling import spoiled_here

# Acts beside the state table (specs domain 5.3.1) that this version offers at the station.
_RECEIPT = (NoticeKind.RECEIPT_SUPPLEMENT.value,)  # papers taken have a receipt of their own (sync design section 2)
BESIDE_THE_TABLE = (
    "take_papers", "annotate", "hand_over", "answer", "list_fees", "enter_payment", "rate", "answer_rating",
    "choose_delivery", hearing.TELL_HEARING_RIGHTS, hearing.ASK_HEARING, hearing.SET_HEARING,
    hearing.HOLD_HEARING_ACT, "spoil",
)
RATING_ANSWER_DAYS = "rating_answer_days"  # a setting of the station, in working days

# Of these the domain makes the whole event: its kind, and how it is checked.
_CHECKED: dict[str, tuple[str, Callable[[Case, Mapping[str, object], Scene], Parts]]] = {
    "list_fees": ("fees_listed", beside.fees_listed),
    "enter_payment": ("fees_paid", beside.fee_paid),
    "answer_rating": ("rating_answered", beside.rating_answered),
    "choose_delivery": ("delivery_chosen", beside.delivery_chosen),
    hearing.TELL_HEARING_RIGHTS: ("hearing_rights_told", hearing.hearing_rights_told),
    hearing.ASK_HEARING: ("hearing_asked", hearing.hearing_asked),
    hearing.SET_HEARING: ("hearing_set", hearing.hearing_set),
    hearing.HOLD_HEARING_ACT: ("hearing_held", hearing.hearing_held),
}
_PAPERS = {"list_fees": (NoticeKind.FEE_LIST.value,), hearing.TELL_HEARING_RIGHTS: hearing.HEARING_PAPERS}


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

    def act(
        self, person: Person, words: str, action: str, given: Mapping[str, object], second: Person | None = None
    ) -> Done:
        """Do it: checked by the state table, durable before this returns, papers rendered afterwards.

        An act that needs a second person who is not there is saved as `asked`: the case waits for
        the answer (specs domain 5.3.1). Raises NotFound, NotHolder, MoveNotAllowed, InvalidInput; nothing is
        changed then.
        """
        with self._desk.store.write() as writing:
            return_left(writing, self._desk.today().year)
            before = found_case(writing, words)
            event = self._event(writing, person, second, before, action, given)
            [written] = writing.append([event])
            after = writing.case(before.id)
            assert after is not None, "the case was projected in this transaction"
            put_down(writing, after.id)
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
        self,
        writing: Writing,
        person: Person,
        second: Person | None,
        case: Case,
        action: str,
        given: Mapping[str, object],
    ) -> NewEvent:
        item = self._desk.item_of(case)
        if action == "spoil":
            scene = self._desk.scene(writing, person, item)
            return spoiled_here(writing, self._papers, scene, case, checked_beside(action, given, item))
        if action in BESIDE_THE_TABLE:
            return self._beside(writing, person, case, action, checked_beside(action, given, item), item)
        if action not in set(Action):
            raise InvalidInput("action_unknown", action=action[:40])
        scene = replace(self._desk.scene(writing, person, item), second=second)
        planned = plan(case, Action(action), given, scene)
        if planned.to_ask is not None:
            return asked(case, person, planned.row.action, planned.to_ask)
        if planned.row.action is Action.FIX_ON_SPOT:
            _check_correction(item, case, planned, scene.today)
        issue = self._papers.issue(writing, planned.papers, item, scene.today, case)
        data, private = {**planned.data, **issue.data}, {**planned.private, **issue.private}
        if second is not None and planned.row.second_person:
            private["second"] = second.name
        if planned.row.action is Action.SEND_OUT and (window := writing.setting("window")):
            private["window"] = window  # where the applicant is told to come
        return NewEvent(planned.row.event_kind, case.id, case.epoch, person.name, data, private)

    def _beside(
        self,
        writing: Writing,
        person: Person,
        case: Case,
        action: str,
        given: Mapping[str, object],
        item: ServiceItem,
    ) -> NewEvent:
        may_act_beside(person, action)
        scene = self._desk.scene(writing, person, item)
        if action == "rate":
            days = answer_days(writing)
            return NewEvent("rated", case.id, case.epoch, person.name, *beside.rated(case, given, scene, days))
        if action in _CHECKED:
            kind, check = _CHECKED[action]
            data, private = check(case, given, scene)
            if action in _PAPERS:
                issue = self._papers.issue(writing, _PAPERS[action], item, scene.today, case)
                data, private = {**data, **issue.data}, {**private, **issue.private}
            elif action == "enter_payment":
                _refuse_used_voucher(writing, case, text_of(data, "voucher"))
            return NewEvent(kind, case.id, case.epoch, person.name, data, private)
        if action == "annotate":
            if not given:
                raise InvalidInput("act_needs", field="note")
            return NewEvent("annotated", case.id, case.epoch, person.name, {}, given)
        if action == "answer":
            return answered(case, person, given)
        if action == "take_papers":
            if not given:
                raise InvalidInput("act_needs", field="materials")
            issue = self._papers.issue(writing, _RECEIPT, self._desk.item_of(case), self._desk.today(), case)
            data = {**given, **issue.data}
            return NewEvent("papers_taken", case.id, case.epoch, person.name, data, issue.private)
        check_holder(case, scene)
        if case.frozen:
            raise MoveNotAllowed("case_frozen")
        return NewEvent("handed_over", case.id, case.epoch, person.name, {"to": HALL})


def answer_days(reading: Reading) -> int:
    """How many working days this station has to answer a bad rating."""
    said = reading.setting(RATING_ANSWER_DAYS)
    return int(said) if said.isdecimal() and int(said) else ANSWER_DAYS


def _refuse_used_voucher(reading: Reading, case: Case, voucher: str) -> None:
    """InvalidInput `voucher_used`: one voucher pays one list."""
    used_by = reading.case_of_voucher(voucher)
    if used_by is not None and used_by != case.id:
        raise InvalidInput("voucher_used", voucher=voucher, case=str(used_by))


def may_act_beside(person: Person, action: str) -> None:
    """MoveNotAllowed `not_your_role` unless the person works at the counter; who answers is asked with the question."""
    if action != "answer" and not person.roles & {Role.CLERK, Role.AGENT, Role.CHIEF}:
        raise MoveNotAllowed("not_your_role", action=action, actors=Actor.CLERK.value)


def _check_correction(item: ServiceItem, case: Case, planned: Plan, today: date) -> None:
    """The application after the correction must still be one that a line of intake could bring. InvalidInput if not."""
    from forms.intake_line import check_line

    changed = dict(map_of(planned.private, "applicant"))
    if "id_number" in changed:
        planned.private["applicant"] = changed | {"id_number": normalised_number(text_of(changed, "id_number"))}
    line = {
        "item": case.item.code,
        "outcome": "draft",
        "applicant": {**applicant_to_plain(case.applicant), **changed},
        "fields": {**case.fields, **map_of(planned.private, "fields")},
        "situation": text_of(planned.data, "situation") or case.situation,
    }
    check_line(item, {key: value for key, value in line.items() if value}, today)
