"""The rest of a case's life: every row of the state table that a plain village day does not touch."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from counter_app.domain.case import Case
from counter_app.domain.errors import CounterError, InvalidInput, MoveNotAllowed
from counter_app.domain.events import NewEvent
from counter_app.domain.fold import apply
from counter_app.domain.identifiers import HALL
from counter_app.domain.moments import CHINA
from counter_app.domain.moves import CASE_ACTIONS, DRAFT_ACTIONS, plan, possibilities
from counter_app.domain.people import Person, Role
from counter_app.domain.scene import Scene
from counter_app.domain.second_person import answered, asked
from counter_app.domain.service_item import ServiceItem
from counter_app.domain.states import TRANSITIONS, Action, CaseState, ClockCode, transition
from tests.counter_app.domain.cases import DEVICE, a_person, a_scene, an_item, done, event, received

S, A = CaseState, Action
WOMAN, MAN = Person("何秀兰", frozenset({Role.CHIEF})), Person("周敏", frozenset({Role.CHIEF}))
REASON = {"reason": "录入有误"}
RETURNED = {"basis": "办件管理办法第五条", "advice": "材料齐了再来"}
JOINT = {"reply_days": 3, "feedback": "是否同意"}
DENIED = {"reason": "占用基本农田", "findings": "现场在永久基本农田内", "basis": "土地管理法第三十五条"}


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, 30, tzinfo=CHINA)


def counter(item: ServiceItem, day: date = date(2026, 3, 2), person: Person = WOMAN) -> Scene:
    return a_scene(item, at(day), person)


def back_office(item: ServiceItem, day: date = date(2026, 3, 2)) -> Scene:
    return a_scene(item, at(day), a_person(Role.OPERATOR), device=HALL)


def taken_in(code: str = "temporary_aid", day: date = date(2026, 3, 2), with_materials: bool = True) -> Case:
    return received(an_item(code), at(day), with_materials)


def accepted(code: str = "temporary_aid", day: date = date(2026, 3, 2)) -> Case:
    item = an_item(code)
    return done(taken_in(code, day), A.ACCEPT, counter(item, day))


ITEM = an_item("temporary_aid")


def in_review(code: str = "temporary_aid", day: date = date(2026, 3, 2)) -> Case:
    return done(accepted(code, day), A.SUBMIT, counter(an_item(code), day))


def correcting() -> Case:
    return done(taken_in(with_materials=False), A.CORRECT, counter(ITEM), gaps=all_gaps())


def all_gaps() -> list[dict[str, str]]:
    return [{"material": row.id, "problem": "missing", "demand": "请补交"} for row in taken_in().materials]


def refusal(case: Case, action: Action, scene: Scene, **given: object) -> str:
    with pytest.raises(CounterError) as error:
        plan(case, action, given, scene)
    return error.value.code


def written(case: Case, new: NewEvent, scene: Scene) -> Case:
    return apply(case, event(new.kind, case.id, scene, new.epoch, case.events + 1, new.data, new.private))


PAIRS = [(state, action) for state in S for action in CASE_ACTIONS if transition(state, action) is None]


@pytest.mark.parametrize(("state", "action"), PAIRS)
def test_every_pair_that_is_not_in_the_table_is_refused_by_name(state: CaseState, action: Action) -> None:
    case = replace(taken_in(), state=state)
    with pytest.raises(MoveNotAllowed) as refused:
        plan(case, action, {}, counter(ITEM))
    assert refused.value.code == "wrong_state_for_action"
    assert refused.value.params["action"] == action.value
    assert refused.value.params["state"] == state.value
    assert state.value not in str(refused.value.params["states"]).split(",")


def test_every_row_says_what_it_needs_or_why_it_cannot_be_done() -> None:
    for row in TRANSITIONS:
        for state in row.sources & (frozenset(S) - {S.DRAFT}):
            found = {one.action: one for one in possibilities(replace(taken_in(), state=state), counter(ITEM))}
            one = found[row.action]
            assert one.why_not is None or one.why_not.code


LAST = taken_in().materials[-1].id
TOLERANT = replace(ITEM, materials=tuple(replace(rule, minor=rule.id == LAST) for rule in ITEM.materials))


def lacking_minor() -> Case:
    return replace(taken_in(), materials=taken_in().materials[:-1])


def test_a_tolerant_acceptance_needs_the_pledge_and_only_minor_gaps_and_ends_when_they_are_in() -> None:
    case, scene = lacking_minor(), counter(TOLERANT)
    assert refusal(case, A.ACCEPT, scene) == "materials_missing"
    assert refusal(case, A.ACCEPT_TOLERANTLY, scene) == "act_needs"
    assert refusal(case, A.ACCEPT_TOLERANTLY, scene, pledge_signed=True) == "act_needs", "how many days"
    assert refusal(replace(case, materials=()), A.ACCEPT_TOLERANTLY, scene, pledge_signed=True) == "materials_missing"
    assert refusal(taken_in(), A.ACCEPT_TOLERANTLY, scene, pledge_signed=True, pledge_days=5) == "nothing_missing"
    told = {"basis": "容缺受理办法第三条", "overdue": "退还材料"}
    for key in told:
        given = {"pledge_signed": True, "pledge_days": 5, **told, key: ""}
        assert refusal(case, A.ACCEPT_TOLERANTLY, scene, **given) == "act_needs", key
    case = done(case, A.ACCEPT_TOLERANTLY, scene, pledge_signed=True, pledge_days=5, **told)
    assert (case.state, case.tolerant) == (S.ACCEPTED, True)
    assert {clock.code for clock in case.clocks if clock.runs} == {
        ClockCode.STATUTORY, ClockCode.PROMISE, ClockCode.TOLERATED,
    }
    pledged = case.clock(ClockCode.TOLERATED)
    assert pledged is not None
    assert pledged.due == date(2026, 3, 9)
    rows = [{"id": LAST, "form": "copy", "pages": 1}]
    case = done(case, A.COMPLETE_TOLERATED, scene, materials=rows)
    assert (case.state, case.tolerant, case.clock(ClockCode.TOLERATED)) == (S.ACCEPTED, False, None)
    assert refusal(case, A.COMPLETE_TOLERATED, scene, materials=rows) == "not_tolerant"


def test_corrections_that_come_in_part_start_the_check_anew_and_leave_the_rest_open() -> None:
    case, scene = correcting(), counter(ITEM, date(2026, 3, 5))
    gaps = [gap.material for gap in case.gaps]
    assert len(gaps) > 1
    row = {"form": "original", "pages": 1}
    assert refusal(case, A.SUPPLY_PART, scene, materials=[]) == "supplies_no_gap"
    case = done(case, A.SUPPLY_PART, scene, materials=[{"id": gaps[0], **row}])
    check = case.clock(ClockCode.CHECK)
    assert case.state is S.RECEIVED
    assert check is not None
    assert (check.start, check.due) == (date(2026, 3, 5), date(2026, 3, 12))
    assert [gap.material for gap in case.gaps if not gap.supplied] == gaps[1:]
    whole = taken_in().materials
    case = replace(case, materials=whole)
    assert refusal(case, A.ACCEPT, scene) == "gaps_open"
    assert done(case, A.ACCEPT, scene, ticked=gaps[1:]).state is S.ACCEPTED


def test_a_second_notice_after_a_part_is_the_chiefs_with_a_reason_and_about_the_same_gaps() -> None:
    case, scene = correcting(), counter(ITEM)
    first = case.gaps[0].material
    case = done(case, A.SUPPLY_PART, scene, materials=[{"id": first, "form": "original", "pages": 1}])
    clerk = counter(ITEM, person=a_person(Role.CLERK))
    told = all_gaps()[1:]
    assert refusal(case, A.CORRECT, clerk, gaps=told) == "told_once_chief_only"
    assert refusal(case, A.CORRECT, scene, gaps=told) == "act_needs"
    more = [*told, {"material": "便条", "problem": "missing", "demand": "请补交"}]
    assert refusal(case, A.CORRECT, scene, gaps=more, reason="x") == "told_once_only"
    case = replace(case, materials=taken_in().materials)
    assert done(case, A.CORRECT, scene, gaps=told, reason="没有补齐").corrections == 2


def test_telling_again_while_corrections_are_awaited_waits_for_a_second_person() -> None:
    case, scene = correcting(), counter(ITEM)
    again = {"gaps": all_gaps(), "reason": "第一次没写清"}
    planned = plan(case, A.CORRECT_AGAIN, again, scene)
    assert planned.to_ask is not None
    case = written(case, asked(case, WOMAN, A.CORRECT_AGAIN, planned.to_ask), scene)
    assert (case.state, case.corrections) == (S.CORRECTING, 1)
    assert refusal(case, A.GIVE_UP, scene, contact_attempt="电话") == "waits_for_answer"
    with pytest.raises(MoveNotAllowed, match="second_is_the_first"):
        answered(case, WOMAN, {"yes": True})
    with pytest.raises(MoveNotAllowed, match="not_your_role"):
        answered(case, Person("王村医", frozenset({Role.AGENT})), {"yes": True})
    case = written(case, answered(case, MAN, {"yes": True}), counter(ITEM, person=MAN))
    case = done(case, A.CORRECT_AGAIN, scene)
    assert (case.state, case.corrections, case.asked) == (S.CORRECTING, 2, None)


def test_a_question_is_taken_back_by_whoever_asked_and_refused_by_another() -> None:
    scene = counter(ITEM)
    for who in (WOMAN, MAN):
        case = accepted()
        planned = plan(case, A.VOID, REASON, scene)
        assert planned.to_ask is not None
        case = written(case, asked(case, WOMAN, A.VOID, planned.to_ask), scene)
        case = written(case, answered(case, who, {}), counter(ITEM, person=who))
        if who is MAN:  # the answer stands until whoever asked has seen it
            assert case.asked is not None
            assert (case.asked.answered_by, case.asked.agreed) == (MAN.name, False)
            assert plan(case, A.VOID, REASON, scene).to_ask is not None, "it may be asked again, not done"
            case = written(case, answered(case, WOMAN, {}), scene)
        assert (case.asked, case.state) == (None, S.ACCEPTED)
        with pytest.raises(MoveNotAllowed, match="nothing_asked"):
            answered(case, MAN, {"yes": True})


@pytest.mark.parametrize("state", sorted({state for row in TRANSITIONS if row.code == "T31" for state in row.sources}))
def test_an_entry_error_is_voided_from_every_open_state_by_two_people(state: CaseState) -> None:
    case = replace(accepted(), state=state)
    alone = counter(ITEM)
    assert plan(case, A.VOID, REASON, alone).to_ask == REASON
    assert refusal(case, A.VOID, replace(alone, second=WOMAN), **REASON) == "second_is_the_first"
    assert refusal(case, A.VOID, replace(alone, second=Person("x", frozenset({Role.CLERK}))), **REASON) == (
        "not_your_role"
    )
    case = done(case, A.VOID, replace(alone, second=MAN), **REASON)
    assert case.state is S.VOIDED
    assert not [clock for clock in case.clocks if clock.is_open]


def test_somebody_who_gives_up_was_tried_to_be_reached() -> None:
    case, scene = correcting(), counter(ITEM)
    assert refusal(case, A.GIVE_UP, scene) == "act_needs"
    assert done(case, A.GIVE_UP, scene, contact_attempt="3月2日、3日电话，不办了", **RETURNED).state is S.RETURNED


def test_the_hall_sends_back_with_reason_and_basis_and_a_licence_only_by_the_chief() -> None:
    case = taken_in("food_workshop")
    given = {"reason": "材料不属于本项", "basis": "省政务服务办法第八条", "advice": "到县里申请"}
    clerk = counter(an_item("food_workshop"), person=a_person(Role.CLERK))
    assert refusal(case, A.RETURN, clerk, **given) == "licence_return_needs_chief"
    assert refusal(case, A.RETURN, counter(an_item("food_workshop")), reason="x") == "act_needs"
    assert done(case, A.RETURN, counter(an_item("food_workshop")), **given).state is S.RETURNED
    assert done(taken_in(), A.RETURN, counter(ITEM, person=a_person(Role.CLERK)), **given).state is S.RETURNED


def at_the_hall(case: Case) -> Case:
    return replace(case, holder=HALL)


def test_a_joint_case_of_article_26_has_45_days_its_extension_15_and_its_opinions_are_logged() -> None:
    day = date(2026, 8, 3)
    case, scene = at_the_hall(accepted(day=day)), back_office(ITEM, day)
    assert refusal(case, A.PASS_ON, scene) == "act_needs"
    assert refusal(case, A.PASS_ON, scene, co_agencies=["No Such Code"]) == "act_data_malformed"
    joint = done(case, A.PASS_ON, scene, co_agencies=["county_market_regulation"], joint_by_law=True, **JOINT)
    statutory = joint.clock(ClockCode.STATUTORY)
    assert joint.state is S.JOINT
    assert statutory is not None
    assert statutory.due == date(2026, 10, 10)  # E9
    assert refusal(joint, A.JOIN, scene, opinions=[{"agency": "a", "opinion": "perhaps"}]) == "act_data_malformed"
    opinions = [{"agency": "county_market_regulation", "opinion": "absent", "note": "电话通知，未到会"}]
    together = done(joint, A.JOIN, scene, opinions=opinions)
    assert together.state is S.IN_REVIEW
    longer = done(together, A.EXTEND, scene, reason="踏勘").clock(ClockCode.STATUTORY)
    assert longer is not None
    assert longer.due == date(2026, 10, 30)  # E9
    plain = done(case, A.PASS_ON, scene, co_agencies=["county_market_regulation"], **JOINT)
    assert plain.clock(ClockCode.STATUTORY) == case.clock(ClockCode.STATUTORY)


def test_a_case_for_the_level_above_is_forwarded_and_the_answer_decides() -> None:
    item = an_item("homestead_approval")
    case, scene = accepted("homestead_approval"), counter(item)
    lower = case.clock(ClockCode.UP)
    assert lower is not None
    assert (lower.period.length, lower.due) == (20, date(2026, 3, 30))
    assert refusal(case, A.FORWARD_UP, scene) == "act_needs"
    case = done(case, A.FORWARD_UP, scene, opinion="初审通过，拟同意")
    assert (case.state, case.holder, case.clock(ClockCode.UP)) == (S.FORWARDED, HALL, None)
    given = {"decision_no": "云自然资准〔2026〕1号", "validity": "长期", "publicity": "县政府网站"}
    for key in given:
        assert refusal(case, A.GRANT, back_office(item), **{**given, key: ""}) == "act_needs", key
    granted = done(case, A.GRANT, back_office(item), licence_name="宅基地批准书", **given)
    assert granted.licence_name == "宅基地批准书"
    assert (granted.state, granted.holder) == (S.GRANTED, case.id.device)
    for key in DENIED:
        assert refusal(case, A.DENY, back_office(item), decision_no="1", **{**DENIED, key: ""}) == "act_needs", key
    denied = done(case, A.DENY, back_office(item), decision_no="云自然资不〔2026〕1号", **DENIED)
    assert denied.state is S.DENIED


def test_a_special_procedure_stops_the_days_and_the_case_returns_to_where_it_was() -> None:
    case = in_review(day=date(2026, 4, 20))
    stop = back_office(ITEM, date(2026, 4, 27))
    assert refusal(case, A.SUSPEND, stop, ground="holiday", needed_days=9) == "special_ground_unknown"
    assert refusal(case, A.SUSPEND, stop, ground="expert_review") == "act_needs"
    stopped = done(case, A.SUSPEND, stop, ground="expert_review", needed_days=9, reason="专家评审")
    assert stopped.state is S.SUSPENDED
    assert stopped.clock(ClockCode.STATUTORY) is None
    assert all(clock.is_open for clock in stopped.clocks if clock.code is ClockCode.STATUTORY)
    end = back_office(ITEM, date(2026, 5, 12))
    assert refusal(stopped, A.RESUME, end) == "act_needs"
    on = done(stopped, A.RESUME, end, result="评审通过")
    statutory = on.clock(ClockCode.STATUTORY)
    assert on.state is S.IN_REVIEW
    assert statutory is not None
    assert statutory.due == date(2026, 6, 3)  # E7
    again = done(on, A.SUSPEND, back_office(ITEM, date(2026, 5, 20)), ground="hearing", needed_days=3)
    assert done(again, A.WITHDRAW, end, signed=True).state is S.WITHDRAWN


def test_a_joint_case_that_was_stopped_is_joint_again() -> None:
    scene = back_office(ITEM)
    joint = done(at_the_hall(accepted()), A.PASS_ON, scene, co_agencies=["county_market_regulation"], **JOINT)
    stopped = done(joint, A.SUSPEND, scene, ground="testing", needed_days=2)
    assert done(stopped, A.RESUME, scene, result="合格").state is S.JOINT


def test_a_period_is_extended_once_before_it_is_over() -> None:
    case = in_review(day=date(2026, 2, 12))
    before = case.clock(ClockCode.STATUTORY)
    assert before is not None
    scene = back_office(ITEM, date(2026, 3, 10))
    assert refusal(case, A.EXTEND, scene) == "act_needs"
    assert refusal(case, A.EXTEND, back_office(ITEM, date(2026, 12, 1)), **REASON) == "statutory_period_is_over"
    case = done(case, A.EXTEND, scene, reason="情况复杂")
    after = case.clock(ClockCode.STATUTORY)
    assert after is not None
    assert (before.due, after.due) == (date(2026, 3, 18), date(2026, 4, 1))  # E2, E3
    assert refusal(case, A.EXTEND, scene, **REASON) == "extended_once_already"


def test_a_closed_case_is_reopened_by_the_administrator_with_new_clocks_beside_the_old() -> None:
    item, day = ITEM, date(2026, 3, 20)
    case = replace(in_review(), state=S.CLOSED, holder=DEVICE)
    case = replace(case, clocks=tuple(replace(clock, ended_on=day) for clock in case.clocks))
    assert refusal(case, A.REOPEN, counter(item, day), **REASON) == "not_your_role"
    admin = counter(item, day, Person("管理员", frozenset({Role.ADMIN})))
    again = done(case, A.REOPEN, admin, reason="发现漏项")
    assert (again.state, again.holder) == (S.IN_REVIEW, HALL)
    statutory = [clock for clock in again.clocks if clock.code is ClockCode.STATUTORY]
    assert [clock.is_open for clock in statutory] == [False, True]
    assert statutory[1].start == day


@pytest.mark.parametrize(
    ("action", "given"),
    [
        (A.ACCEPT_TOLERANTLY, {"pledge_signed": "yes", "pledge_days": 3}),
        (A.ACCEPT_TOLERANTLY, {"pledge_signed": True, "pledge_days": 0}),
        (A.ACCEPT_TOLERANTLY, {"pledge_signed": True, "pledge_days": "3"}),
        (A.RETURN, {"reason": ["x"], "basis": "x"}),
        (A.VOID, {"reason": {}}),
    ],
)
def test_what_an_act_is_given_has_its_shape(action: Action, given: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as wrong:
        plan(lacking_minor(), action, given, counter(TOLERANT))
    assert wrong.value.code == "act_data_malformed"


def test_every_row_names_the_rule_that_it_stands_on() -> None:
    on_a_case = [row for row in TRANSITIONS if row.action not in DRAFT_ACTIONS]
    assert [row.code for row in on_a_case if not row.basis] == []
