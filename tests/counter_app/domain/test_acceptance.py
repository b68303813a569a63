"""Which station may answer an application for which item (specs domain 5.3.1)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from counter_app.domain.acceptance import why_not_here
from counter_app.domain.errors import MoveNotAllowed
from counter_app.domain.identifiers import HALL
from counter_app.domain.moves import CASE_ACTIONS, plan, possibilities
from counter_app.domain.people import Role
from counter_app.domain.scene import Scene
from counter_app.domain.service_item import ServiceItem
from counter_app.domain.states import Action, CaseState, transition
from tests.counter_app.domain.cases import CATALOGUE, a_person, a_scene, an_item, done, received

TOWNSHIP_ONLY = an_item("food_workshop")
ANSWERS = {  # T04 to T14 and T30
    "fix_on_spot", "not_required", "refuse", "correct", "accept", "deem_accepted", "accept_tolerantly", "return",
}


def village(item: ServiceItem, *roles: Role, entrusted: bool = True) -> Scene:
    return replace(a_scene(item, person=a_person(*roles), entrusted=entrusted), at_village=True)


@pytest.mark.parametrize("roles", [(Role.AGENT,), (Role.CLERK,), (Role.CHIEF, Role.AGENT)])
def test_nobody_at_an_entrusted_village_answers_an_application_that_only_the_township_takes(
    roles: tuple[Role, ...]
) -> None:
    found = {way.action.value: way for way in possibilities(received(TOWNSHIP_ONLY), village(TOWNSHIP_ONLY, *roles))}
    for name in ANSWERS:
        why_not = found[name].why_not
        assert why_not is not None
        assert (why_not.code, why_not.params["item"]) == ("item_not_entrustable", TOWNSHIP_ONLY.name)
        assert "不委托村（社区）受理" in found[name].rule
    assert found["withdraw"].why_not is None or Role.AGENT not in roles, "the applicant's wish is taken anywhere"
    with pytest.raises(MoveNotAllowed, match="item_not_entrustable"):
        plan(received(TOWNSHIP_ONLY), Action.ACCEPT, {}, village(TOWNSHIP_ONLY, *roles))


def test_every_item_is_taken_in_where_its_data_says_so_and_nowhere_else() -> None:
    for item in CATALOGUE.items():
        assert (why_not_here(village(item)) is None) == item.entrustable, item.code
        assert why_not_here(a_scene(item)) is None, "a township takes in everything"
        assert why_not_here(a_scene(item, entrusted=False, device=HALL)) is None
        without = why_not_here(village(item, entrusted=False))
        assert without is not None
        assert without.code == ("station_not_entrusted" if item.entrustable else "item_not_entrustable")


def test_a_case_that_was_accepted_before_the_rule_was_known_goes_on_under_the_entrustment() -> None:
    case = done(received(TOWNSHIP_ONLY), Action.ACCEPT, a_scene(TOWNSHIP_ONLY))
    scene = village(TOWNSHIP_ONLY)
    refused = {way.why_not.code for way in possibilities(case, scene) if way.why_not is not None}
    assert "item_not_entrustable" not in refused
    assert done(case, Action.SUBMIT, scene).state is CaseState.IN_REVIEW


def test_the_rule_is_about_the_answers_to_an_application_and_nothing_else() -> None:
    under_the_rule = set()
    for action in CASE_ACTIONS:
        for state in CaseState:
            if transition(state, action) is None:
                continue
            case = replace(received(TOWNSHIP_ONLY), state=state)
            way = next(way for way in possibilities(case, village(TOWNSHIP_ONLY, *Role)) if way.action is action)
            if way.why_not is not None and way.why_not.code == "item_not_entrustable":
                under_the_rule.add(action.value)
    assert under_the_rule == ANSWERS | {"supply_part", "supply_all", "correct_again", "give_up"}
