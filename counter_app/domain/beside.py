"""Acts beside the state table about fees, ratings and delivery: checked, as the two parts of their events.

What is given has passed `act_data.checked_beside`; each function raises MoveNotAllowed or InvalidInput and writes
nothing. Fees: specs domain 15. Ratings: 12.3, 5.2 (K_RATE). Way of delivery: sync design section 2.
Hearings: `hearing.py`.
"""

from __future__ import annotations

from collections.abc import Mapping

from counter_app.domain.case import Case
from counter_app.domain.clocks import start_clock
from counter_app.domain.errors import InvalidInput, MoveNotAllowed
from counter_app.domain.event_parts import Parts
from counter_app.domain.fees import FeeLine, yuan
from counter_app.domain.hearing import offered_hearing
from counter_app.domain.people import Actor
from counter_app.domain.periods import Period, Unit
from counter_app.domain.ratings import Level, Stage
from counter_app.domain.scene import Scene, as_claimed, check_holder
from counter_app.domain.service_item import ServiceItem
from counter_app.domain.states import END_STATES, CaseState, ClockCode
from counter_app.domain.wire_values import (
    Plain,
    clock_to_plain,
    date_of,
    fee_line_to_plain,
    number_of,
    rows_of,
    text_of,
)

Given = Mapping[str, object]
S = CaseState

_BEFORE_RELEASE = frozenset(
    {S.ACCEPTED, S.IN_REVIEW, S.JOINT, S.FORWARDED, S.SUSPENDED, S.GRANTED, S.DELIVERING}
)
_DECIDED = frozenset({S.GRANTED, S.DENIED, S.DELIVERING, S.DELIVERED}) | (END_STATES - {S.VOIDED})
_RULE = "好差评整改时限（本地设置）"


def fees_listed(case: Case, given: Given, scene: Scene) -> Parts:
    """The lines of a fee list; rates and names are the item's (XKF 58, 59).

    A list that nobody has paid is replaced with a reason.

    MoveNotAllowed `item_has_no_fees`, `fees_listed_already`, NotHolder; InvalidInput `fee_unknown`,
    `fee_listed_twice`, `reduction_too_big`, `reduction_needs_basis`.
    """
    _clerk_only(scene, "list_fees")
    if not scene.item.fees:
        raise MoveNotAllowed("item_has_no_fees")
    check_holder(case, scene)
    if case.frozen:
        raise MoveNotAllowed("case_frozen")
    if case.state not in _BEFORE_RELEASE or case.outcome == "denied":
        raise MoveNotAllowed("no_fees_now", state=case.state.value)
    if case.payment is not None:
        raise MoveNotAllowed("fees_paid_already")
    if case.fees_due is not None and not given.get("reason"):
        raise MoveNotAllowed("fees_listed_already")
    rows = rows_of(given, "fees")
    if not rows:
        raise InvalidInput("act_needs", field="fees")
    names = [text_of(row, "name") for row in rows]
    if len(set(names)) < len(names):
        raise InvalidInput("fee_listed_twice")
    data: dict[str, object] = {"fees": [fee_line_to_plain(_line(scene.item, row)) for row in rows]}
    bases = [text_of(row, "reduction_basis") for row in rows]
    private: dict[str, object] = {"reduction_bases": bases} if any(bases) else {}
    return Parts(data, private | {key: given[key] for key in ("reason", "note") if given.get(key)})


def _line(item: ServiceItem, row: Plain) -> FeeLine:
    fee = next((fee for fee in item.fees if fee.name == text_of(row, "name")), None)
    if fee is None:
        raise InvalidInput("fee_unknown", known="、".join(fee.name for fee in item.fees))
    reduction = number_of(row, "reduction_fen") if "reduction_fen" in row else 0
    line = FeeLine(fee.name, fee.rate_fen, number_of(row, "quantity"), reduction)
    if line.due_fen < 0:
        raise InvalidInput("reduction_too_big", fee=fee.name)
    if bool(reduction) != bool(text_of(row, "reduction_basis")):
        raise InvalidInput("reduction_needs_basis", fee=fee.name)
    return line


def fee_paid(case: Case, given: Given, scene: Scene) -> Parts:
    """The voucher of the bank, entered afterwards. Whether it was used before, the store knows.

    MoveNotAllowed `no_fees_listed`, `fees_paid_already`; InvalidInput `amount_differs`, `day_in_future`.
    """
    _clerk_only(scene, "enter_payment")
    listed = case.fees_due
    if listed is None:
        raise MoveNotAllowed("no_fees_listed")
    if case.payment is not None:
        raise MoveNotAllowed("fees_paid_already")
    for key in ("voucher", "paid_on", "bank", "amount_fen"):
        if not given.get(key):
            raise InvalidInput("act_needs", field=key)
    amount = number_of(given, "amount_fen")
    if amount != listed.total_fen:
        raise InvalidInput("amount_differs", given=yuan(amount), listed=yuan(listed.total_fen))
    if date_of(given, "paid_on") > scene.today:
        raise InvalidInput("day_in_future", field="paid_on")
    data = {key: given[key] for key in ("voucher", "paid_on", "amount_fen")}
    return Parts(data, {"bank": given["bank"]})


def rated(case: Case, given: Given, scene: Scene, answer_days: int) -> Parts:
    """A rating; a bad one starts K_RATE of so many working days.

    MoveNotAllowed `rated_already` (one a stage), `rating_too_early`.
    """
    for key in ("stage", "level"):
        if not given.get(key):
            raise InvalidInput("act_needs", field=key)
    stage, level = Stage(text_of(given, "stage")), Level(text_of(given, "level"))
    if any(rating.stage is stage for rating in case.ratings):
        raise MoveNotAllowed("rated_already", stage=stage.value)
    if case.state is S.VOIDED or not _may_be_rated(case, stage):
        raise MoveNotAllowed("rating_too_early", stage=stage.value, state=case.state.value)
    data: dict[str, object] = {"stage": stage.value, "level": level.value}
    if level.is_bad:
        period = Period(answer_days, Unit.WORKING_DAY, _RULE)
        data["clocks"] = [clock_to_plain(start_clock(ClockCode.RATING, period, scene.today, scene.calendar))]
    return Parts(data, {"note": given["note"]} if given.get("note") else {})


def _may_be_rated(case: Case, stage: Stage) -> bool:
    return case.state in _DECIDED or (stage is Stage.ACCEPTANCE and case.accepted_on is not None)


def stages_to_rate(case: Case) -> tuple[Stage, ...]:
    """The stages that may be rated now and were not, the earlier first."""
    rated_already = {rating.stage for rating in case.ratings}
    if case.state is S.VOIDED:
        return ()
    return tuple(stage for stage in Stage if stage not in rated_already and _may_be_rated(case, stage))


def rating_answered(case: Case, given: Given, scene: Scene) -> Parts:
    """What was done about a bad rating. MoveNotAllowed `no_bad_rating` if none waits; stage may be left out."""
    waiting = [rating for rating in case.ratings if rating.waits]
    if "stage" in given:
        waiting = [rating for rating in waiting if rating.stage.value == given["stage"]]
    if not waiting:
        raise MoveNotAllowed("no_bad_rating")
    if not given.get("answer"):
        raise InvalidInput("act_needs", field="answer")
    return Parts({"stage": waiting[0].stage.value}, {"answer": given["answer"]})


def delivery_chosen(case: Case, given: Given, scene: Scene) -> Parts:
    """How the applicant wants the result; by post it needs an address. InvalidInput `delivery_not_offered`."""
    way = text_of(given, "way")
    if not way:
        raise InvalidInput("act_needs", field="way")
    if way not in scene.item.delivery:
        raise InvalidInput("delivery_not_offered", way=way)
    address = text_of(given, "address") or case.applicant.address
    if way == "post" and not address:
        raise InvalidInput("act_needs", field="address")
    return Parts({"way": way}, {"address": address} if way == "post" else {})


def offered(case: Case, scene: Scene) -> tuple[str, ...]:
    """Which of these acts there is something to do with now, for this person, so that a window can offer them."""
    case = as_claimed(case, scene)
    item, listed = scene.item, case.fees_due
    is_clerk = bool(scene.actors & {Actor.CLERK, Actor.CHIEF})
    may_list = is_clerk and case.holder == scene.device and case.state in _BEFORE_RELEASE and case.outcome != "denied"
    there = {
        "list_fees": may_list and bool(item.fees) and listed is None and not case.frozen,
        "enter_payment": is_clerk and listed is not None and not case.fees_settled,
        **offered_hearing(case, scene),
        "choose_delivery": case.state not in _DECIDED | {S.VOIDED} and len(item.delivery) > 1,
        "rate": bool(stages_to_rate(case)),
        "answer_rating": any(rating.waits for rating in case.ratings),
    }
    return tuple(name for name, is_there in there.items() if is_there and not case.erased)


def _clerk_only(scene: Scene, action: str) -> None:
    if not scene.actors & {Actor.CLERK, Actor.CHIEF}:
        raise MoveNotAllowed("not_your_role", action=action, actors=Actor.CLERK.value)
