"""What may be done to a case: the table, its guards, the baton, and the clocks that follow."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from counter_app.domain.errors import CounterError, InvalidInput, MoveNotAllowed, NotHolder
from counter_app.domain.fold import Late, UnknownKind, apply
from counter_app.domain.guards import GUARDS
from counter_app.domain.identifiers import HALL
from counter_app.domain.moments import CHINA
from counter_app.domain.moves import CASE_ACTIONS, plan, possibilities
from counter_app.domain.people import Role
from counter_app.domain.scene import circumstances
from counter_app.domain.states import OPEN_STATES, TRANSITIONS, Action, CaseState, ClockCode, transition

from .cases import DEVICE, MONDAY, a_person, a_scene, an_item, done, event, received

GAP = {"material": "id_card", "problem": "missing", "demand": "请补交身份证复印件"}
GAPS = [
    {"material": rule.id, "problem": "missing", "demand": "请补交"}
    for rule in an_item().shown_materials(circumstances(received(an_item())))
]


def test_every_pair_of_state_and_action_outside_the_table_is_refused_by_name() -> None:
    item = an_item()
    case = received(item)
    scene = a_scene(item, person=a_person(Role.OPERATOR))
    for state in CaseState:
        for action in CASE_ACTIONS:
            if transition(state, action) is None:
                with pytest.raises(MoveNotAllowed) as refused:
                    plan(replace(case, state=state), action, {}, scene)
                assert refused.value.code == "wrong_state_for_action"
                assert (refused.value.params["action"], refused.value.params["state"]) == (action.value, state.value)


def test_the_table_names_only_guards_that_exist_and_leaves_end_states_alone() -> None:
    for row in TRANSITIONS:
        assert set(row.guards) <= set(GUARDS), row.code
        if row.action is not Action.REOPEN:
            assert row.sources <= OPEN_STATES, row.code


def test_no_two_rows_share_a_state_and_an_action() -> None:
    pairs = [(state, row.action) for row in TRANSITIONS for state in row.sources]
    assert len(pairs) == len(set(pairs))


def test_acceptance_ends_the_check_and_starts_both_decision_clocks() -> None:
    item = an_item()
    case = done(received(item), Action.ACCEPT, a_scene(item))
    assert case.state is CaseState.ACCEPTED
    assert case.accepted_on == MONDAY.date()
    assert case.clock(ClockCode.CHECK) is None
    statutory, promise = case.clock(ClockCode.STATUTORY), case.clock(ClockCode.PROMISE)
    assert statutory is not None
    assert promise is not None
    assert statutory.start == promise.start == MONDAY.date()
    assert promise.period == item.limits.promise
    assert statutory.calendar == "CN-2026.1"


def test_acceptance_needs_every_required_material() -> None:
    item = an_item()
    with pytest.raises(MoveNotAllowed) as refused:
        plan(received(item, with_materials=False), Action.ACCEPT, {}, a_scene(item))
    assert refused.value.code == "materials_missing"


def test_a_correction_notice_needs_every_row_to_be_walked() -> None:
    item = an_item()
    case = received(item, with_materials=False)
    with pytest.raises(MoveNotAllowed) as refused:
        plan(case, Action.CORRECT, {"gaps": [GAP | {"material": item.materials[0].id}]}, a_scene(item))
    assert refused.value.code == "checklist_not_walked"


def test_a_paper_that_this_applicant_need_not_hand_in_is_not_demanded() -> None:
    item = an_item()
    case = received(item, with_materials=False)
    asked = {rule.id for rule in item.shown_materials(circumstances(case))}
    more = next(rule.id for rule in item.materials if rule.id not in asked)
    with pytest.raises(MoveNotAllowed) as refused:
        plan(case, Action.CORRECT, {"gaps": [*GAPS, GAP | {"material": more}]}, a_scene(item))
    assert refused.value.code == "gap_not_asked_for"


def test_a_material_in_a_persons_words_stays_out_of_the_open_part() -> None:
    item = an_item()
    free = {"material": "张三的户口簿", "problem": "missing", "demand": "请补交张三的户口簿"}
    planned = plan(received(item, with_materials=False), Action.CORRECT, {"gaps": [*GAPS, free]}, a_scene(item))
    assert "张三" not in repr(planned.data)
    case = done(received(item, with_materials=False), Action.CORRECT, a_scene(item), gaps=[*GAPS, free])
    assert [gap.material for gap in case.gaps] == [*(gap["material"] for gap in GAPS), "张三的户口簿"]
    with pytest.raises(MoveNotAllowed) as refused:
        plan(case, Action.SUPPLY_ALL, {"ticked": [gap["material"] for gap in GAPS]}, a_scene(item))
    assert refused.value.params == {"materials": f"#{len(GAPS) + 1}"}
    supplied = {"ticked": [*(gap["material"] for gap in GAPS), "张三的户口簿"]}
    assert "张三" not in repr(plan(case, Action.SUPPLY_ALL, supplied, a_scene(item)).data)


def test_a_tolerated_paper_that_comes_during_a_suspension_does_not_end_it() -> None:
    item = an_item()
    scene = a_scene(item)
    case = replace(received(item), state=CaseState.SUSPENDED, left_state=CaseState.JOINT, tolerant=True)
    completed = apply(case, event("tolerated_completed", case.id, scene, 0, 2, {"materials": []}))
    assert (completed.state, completed.left_state, completed.tolerant) == (CaseState.SUSPENDED, CaseState.JOINT, False)
    resumed = apply(completed, event("resumed", case.id, scene, 0, 3, {}))
    assert (resumed.state, resumed.left_state) == (CaseState.JOINT, None)


def test_after_a_correction_all_gaps_must_be_in_before_acceptance() -> None:
    item = an_item()
    case = done(received(item, with_materials=False), Action.CORRECT, a_scene(item), gaps=GAPS)
    assert case.state is CaseState.CORRECTING
    assert [gap.demand for gap in case.gaps] == ["请补交"] * len(GAPS)
    later = a_scene(item, MONDAY + timedelta(days=2))
    with pytest.raises(MoveNotAllowed) as refused:
        plan(case, Action.SUPPLY_ALL, {"ticked": [GAPS[0]["material"]]}, later)
    assert refused.value.code == "gaps_open"
    accepted = done(case, Action.SUPPLY_ALL, later, ticked=[gap["material"] for gap in GAPS])
    assert accepted.state is CaseState.ACCEPTED
    assert accepted.accepted_on == date(2026, 11, 18)


def test_after_five_days_without_paper_only_the_deemed_acceptance_is_left_and_it_dates_back() -> None:
    item = an_item("food_workshop")
    case = received(item, datetime(2026, 2, 12, 10, tzinfo=CHINA))
    chief = a_person(Role.CHIEF)
    last_day = a_scene(item, datetime(2026, 2, 26, 16, tzinfo=CHINA), chief)
    with pytest.raises(MoveNotAllowed) as refused:
        plan(case, Action.DEEM_ACCEPTED, {}, last_day)
    assert refused.value.code == "check_period_is_open"
    after = a_scene(item, datetime(2026, 2, 27, 8, tzinfo=CHINA), chief)
    for action, given in ((Action.ACCEPT, {}), (Action.CORRECT, {"gaps": GAPS})):
        with pytest.raises(MoveNotAllowed) as refused:
            plan(case, action, given, after)
        assert refused.value.code == "check_period_is_over"
    deemed = done(case, Action.DEEM_ACCEPTED, after)
    assert deemed.deemed
    assert deemed.accepted_on == date(2026, 2, 12)
    statutory = deemed.clock(ClockCode.STATUTORY)
    assert statutory is not None
    assert statutory.start == date(2026, 2, 12)


def test_an_agent_of_a_village_that_is_not_entrusted_decides_nothing() -> None:
    item = an_item()
    with pytest.raises(MoveNotAllowed) as refused:
        plan(received(item), Action.ACCEPT, {}, a_scene(item, entrusted=False))
    assert refused.value.code == "station_not_entrusted"


def test_a_refusal_by_an_entrusted_agent_waits_for_the_chiefs_countersign() -> None:
    item = an_item()
    given = {"reason": "不属于本机关", "competent_agency": "白石镇人民政府"}
    refused = done(received(item), Action.REFUSE, a_scene(item), **given)
    assert (refused.state, refused.countersign_wanted) == (CaseState.REFUSED, True)
    by_chief = done(received(item), Action.REFUSE, a_scene(item, person=a_person(Role.CHIEF)), **given)
    assert not by_chief.countersign_wanted


@pytest.mark.parametrize(
    ("action", "given", "code"),
    [
        (Action.NOT_REQUIRED, {}, "act_needs"),
        (Action.REFUSE, {"reason": "x"}, "act_needs"),
        (Action.CORRECT, {}, "act_needs"),
        (Action.CORRECT, {"gaps": [GAP | {"problem": "ugly"}]}, "gap_problem_unknown"),
        (Action.CORRECT, {"gaps": [GAP | {"demand": " "}]}, "gap_incomplete"),
        (Action.CORRECT, {"gaps": [GAP | {"demand": "请补交户口簿等材料。"}]}, "gap_open_ended"),
        (Action.WITHDRAW, {"signed": "false"}, "act_data_malformed"),
        (Action.FIX_ON_SPOT, {}, "act_needs"),
        (Action.WITHDRAW, {}, "act_needs"),
    ],
)
def test_an_act_that_lacks_what_it_needs_says_which(action: Action, given: dict[str, object], code: str) -> None:
    item = an_item()
    with pytest.raises(InvalidInput) as refused:
        plan(received(item), action, given, a_scene(item))
    assert refused.value.code == code


def test_submitting_hands_the_baton_to_the_hall_and_its_decision_hands_it_back() -> None:
    item = an_item()
    scene = a_scene(item)
    submitted = done(done(received(item), Action.ACCEPT, scene), Action.SUBMIT, scene)
    assert (submitted.state, submitted.holder, submitted.epoch) == (CaseState.IN_REVIEW, HALL, 1)
    with pytest.raises(NotHolder) as refused:
        plan(submitted, Action.WITHDRAW, {"signed": True}, scene)
    assert refused.value.params == {"holder": HALL}
    hall = a_scene(item, person=a_person(Role.OPERATOR), device=HALL)
    granted = done(submitted, Action.GRANT, hall, decision_no="青政准〔2026〕1号")
    assert (granted.state, granted.holder, granted.epoch) == (CaseState.GRANTED, DEVICE, 2)
    serve = granted.clock(ClockCode.SERVE)
    assert serve is not None
    assert granted.clock(ClockCode.PROMISE) is None
    closed = granted
    for action, given in (
        (Action.SEND_OUT, {}),
        (Action.DELIVER, {"receiver": "王桂芳", "identity_checked": True}),
        (Action.CLOSE, {}),
    ):
        closed = done(closed, action, scene, **given)
    assert (closed.state, closed.clock(ClockCode.SERVE), closed.delivered_to) == (CaseState.CLOSED, None, "王桂芳")


def test_the_hall_may_not_decide_before_it_holds_the_case() -> None:
    item = an_item()
    accepted = done(received(item), Action.ACCEPT, a_scene(item))
    with pytest.raises(NotHolder) as refused:
        plan(accepted, Action.GRANT, {"decision_no": "1"}, a_scene(item, person=a_person(Role.OPERATOR), device=HALL))
    assert refused.value.params == {"holder": DEVICE}


def test_a_lifecycle_event_of_an_old_epoch_is_late_and_changes_nothing() -> None:
    item = an_item()
    scene = a_scene(item)
    accepted = done(received(item), Action.ACCEPT, scene)
    submitted = done(accepted, Action.SUBMIT, scene)
    late = event("withdrawn", submitted.id, scene, accepted.epoch, 9, {"signed": True})
    with pytest.raises(Late):
        apply(submitted, late)


def test_papers_and_contact_data_need_no_baton() -> None:
    item = an_item()
    scene = a_scene(item)
    submitted = done(done(received(item), Action.ACCEPT, scene), Action.SUBMIT, scene)
    taken = apply(submitted, event("papers_taken", submitted.id, scene, 0, 9, {
        "materials": [{"id": item.materials[0].id, "form": "copy", "copies": 1, "pages": 2}]}))
    assert len(taken.materials) == len(submitted.materials) + 1
    noted = apply(taken, event("annotated", submitted.id, scene, 0, 10, {}, {"phone": "13900001111", "note": "改电话"}))
    assert (noted.applicant.phone, noted.notes, noted.state) == ("13900001111", ("改电话",), CaseState.IN_REVIEW)


def test_an_event_of_an_unknown_kind_or_version_waits_for_an_upgrade() -> None:
    case = received(an_item())
    with pytest.raises(UnknownKind):
        apply(case, event("teleported", case.id, a_scene(an_item()), 0, 2, {}))


def test_possibilities_explain_every_action_that_is_not_allowed() -> None:
    item = an_item()
    found = {row.action: row.why_not for row in possibilities(received(item), a_scene(item))}
    assert set(found) == set(CASE_ACTIONS)
    allowed = {action for action, why_not in found.items() if why_not is None}
    assert allowed == {
        Action.ACCEPT, Action.CORRECT, Action.FIX_ON_SPOT, Action.NOT_REQUIRED, Action.REFUSE, Action.RETURN,
        Action.WITHDRAW,
    }
    assert all(isinstance(why_not, CounterError) for action, why_not in found.items() if action not in allowed)
