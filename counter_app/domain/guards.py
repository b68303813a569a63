"""The guards that the state table names (specs domain 5.3).

Each looks at the case, at what the person gave (None while only asking
whether the action would be possible at all) and at the scene, and raises
MoveNotAllowed or InvalidInput with a code of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from counter_app.domain.case import Case
from counter_app.domain.errors import InvalidInput, MoveNotAllowed
from counter_app.domain.hearing import check_heard
from counter_app.domain.people import Actor
from counter_app.domain.scene import Scene, circumstances
from counter_app.domain.serving import check_service, check_waybill
from counter_app.domain.states import CaseState, ClockCode
from counter_app.domain.wire_values import Plain, list_of, rows_of, text_of

Given = Mapping[str, object] | None
Guard = Callable[[Case, Given, Scene], None]

GAP_PROBLEMS = ("missing", "incomplete", "wrong_form")
_OPEN_END = re.compile("(?<![平同相优高初中上下])等等?(?:材料|资料|证明|文件)?[。.…；;，,]*$")  # all gaps, told once
SPECIAL_GROUNDS = (  # XKF 45, all eight
    "hearing", "tender", "auction", "inspection", "testing", "quarantine", "appraisal", "expert_review",
)


def _needs(key: str) -> Guard:
    """The act must say something under this key."""

    def guard(case: Case, given: Given, scene: Scene) -> None:
        if given is not None and not given.get(key):
            raise InvalidInput("act_needs", field=key)

    return guard


def _required_materials_in(case: Case, given: Given, scene: Scene) -> None:
    taken = {material.id for material in case.materials}
    missing = [rule.name for rule in scene.item.required_materials(circumstances(case)) if rule.id not in taken]
    if missing:
        raise MoveNotAllowed("materials_missing", materials="、".join(missing))


def _required_fields_in(case: Case, given: Given, scene: Scene) -> None:
    """A form that is not filled in is as incomplete as a missing paper (XKF 32(1)(5))."""
    if scene.item.situations and not case.situation:
        raise MoveNotAllowed("situation_missing")
    missing = [row.name for row in scene.item.missing_fields(circumstances(case))]
    if missing:
        raise MoveNotAllowed("form_incomplete", fields="、".join(missing))


def _gaps_listed(case: Case, given: Given, scene: Scene) -> None:
    if given is None:
        return
    gaps = rows_of(given, "gaps")
    if not gaps:
        raise InvalidInput("act_needs", field="gaps")
    for index, gap in enumerate(gaps, 1):
        if text_of(gap, "problem") not in GAP_PROBLEMS:
            raise InvalidInput("gap_problem_unknown", row=index, known="、".join(GAP_PROBLEMS))
        if not text_of(gap, "material").strip() or not text_of(gap, "demand").strip():
            raise InvalidInput("gap_incomplete", row=index)
        if _OPEN_END.search(text_of(gap, "demand")):
            raise InvalidInput("gap_open_ended", row=index)
    _only_what_is_asked_for(case, gaps, scene)


def _only_what_is_asked_for(case: Case, gaps: Sequence[Plain], scene: Scene) -> None:
    """Papers that this applicant need not hand in may not be demanded (XKF 31)."""
    asked = {rule.id for rule in scene.item.shown_materials(circumstances(case))}
    told = {text_of(gap, "material") for gap in gaps}
    more = [rule.name for rule in scene.item.materials if rule.id in told - asked]
    if more:
        raise MoveNotAllowed("gap_not_asked_for", materials="、".join(more))


def _checklist_walked(case: Case, given: Given, scene: Scene) -> None:
    """All gaps are told at once (XKF 32(1)(4)): each required row is either taken in or among the gaps."""
    if given is None:
        return
    seen = {material.id for material in case.materials} | {text_of(gap, "material") for gap in rows_of(given, "gaps")}
    unseen = [rule.name for rule in scene.item.required_materials(circumstances(case)) if rule.id not in seen]
    if unseen:
        raise MoveNotAllowed("checklist_not_walked", materials="、".join(unseen))


def _check_period_open(case: Case, given: Given, scene: Scene) -> None:
    clock = case.clock(ClockCode.CHECK)
    if clock is not None and scene.today > clock.due:
        raise MoveNotAllowed("check_period_is_over", due=clock.due.isoformat())


def _check_period_over(case: Case, given: Given, scene: Scene) -> None:
    clock = case.clock(ClockCode.CHECK)
    if clock is None or scene.today <= clock.due:
        raise MoveNotAllowed("check_period_is_open", due=clock.due.isoformat() if clock else "-")


def _all_gaps_supplied(case: Case, given: Given, scene: Scene) -> None:
    if given is None:
        return
    supplied = {text_of(row, "id") for row in rows_of(given, "materials")}
    supplied |= {str(name) for name in list_of(given, "ticked")}
    open_gaps = [
        (row, gap) for row, gap in enumerate(case.gaps, 1) if not gap.supplied and gap.material not in supplied
    ]
    if open_gaps:
        names = {rule.id: rule.name for rule in scene.item.materials}
        # what the item does not list is named in a person's words: errors are logged, so its row must do
        told = [names.get(gap.material, f"#{row}") for row, gap in open_gaps]
        raise MoveNotAllowed("gaps_open", materials="、".join(told))


def _fields_changed(case: Case, given: Given, scene: Scene) -> None:
    if given is not None and not any(given.get(key) for key in ("fields", "applicant", "situation")):
        raise InvalidInput("act_needs", field="fields")


def _instant_and_delegated(case: Case, given: Given, scene: Scene) -> None:
    if not scene.item.decided_at_window:
        raise MoveNotAllowed("not_an_instant_item")


def _receiver_checked(case: Case, given: Given, scene: Scene) -> None:
    if given is not None:
        check_service(case, given, scene)


LICENCE_NEEDS = ("validity", "publicity")  # what a grant must say where it is a licence
LEAVES_AT_ONCE = frozenset({"post", "electronic", "bank_card"})  # what goes this way is released when it is sent


def _post_addressed(case: Case, given: Given, scene: Scene) -> None:
    """What goes by post has a parcel's number and an address."""
    if given is None or (text_of(given, "way") or case.way) != "post":
        return
    check_waybill(text_of(given, "waybill"))
    if not (text_of(given, "address") or case.mail_address or case.applicant.address):
        raise InvalidInput("act_needs", field="address")


def _paid_before_release(case: Case, given: Given, scene: Scene) -> None:
    """What the item demands before a grant leaves the counter: its fees, the proof of a tax (specs domain 15)."""
    if case.outcome != "granted":
        return
    stays = case.state is not CaseState.DELIVERING  # it is only being sent to the counter
    if stays and (given is None or (text_of(given, "way") or case.way) not in LEAVES_AT_ONCE):
        return
    taken = {material.id for material in case.materials}
    for need in scene.item.release_needs:
        if need == "fee" and not case.fees_settled:
            code = "fees_not_listed" if case.fees_due is None else "fees_not_paid"
            raise MoveNotAllowed(code)
        if need != "fee" and need not in taken:
            raise MoveNotAllowed("release_needs_material", material=scene.item.material(need).name)


def _archive_complete(case: Case, given: Given, scene: Scene) -> None:
    """A folder that still waits for papers pledged at acceptance cannot be closed."""
    if case.tolerant:
        taken = {material.id for material in case.materials}
        missing = [rule.name for rule in scene.item.required_materials(circumstances(case)) if rule.id not in taken]
        raise MoveNotAllowed("archive_incomplete", materials="、".join(missing))


def _chief_for_licence(case: Case, given: Given, scene: Scene) -> None:
    if case.item.licence and Actor.CHIEF not in scene.actors:
        raise MoveNotAllowed("licence_return_needs_chief")


def _only_minor_missing(case: Case, given: Given, scene: Scene) -> None:
    taken = {material.id for material in case.materials}
    missing = [rule for rule in scene.item.required_materials(circumstances(case)) if rule.id not in taken]
    if not missing:
        raise MoveNotAllowed("nothing_missing")
    major = [rule.name for rule in missing if not rule.minor]
    if major:
        raise MoveNotAllowed("materials_missing", materials="、".join(major))


def _licence_described(case: Case, given: Given, scene: Scene) -> None:
    """A licence says until when it holds, and the public can read that it was granted (XKF 40)."""
    if scene.item.is_licence:
        for key in LICENCE_NEEDS:
            _needs(key)(case, given, scene)


def _heard(case: Case, given: Given, scene: Scene) -> None:
    check_heard(case, scene.today)


def _special_ground(case: Case, given: Given, scene: Scene) -> None:
    if given is not None and given.get("ground") not in SPECIAL_GROUNDS:
        raise InvalidInput("special_ground_unknown", known="、".join(SPECIAL_GROUNDS))


def _before_expiry(case: Case, given: Given, scene: Scene) -> None:
    clock = case.clock(ClockCode.STATUTORY)
    if clock is not None and scene.today > clock.due:
        raise MoveNotAllowed("statutory_period_is_over", due=clock.due.isoformat())


def _not_extended_yet(case: Case, given: Given, scene: Scene) -> None:
    if any(clock.extended for clock in case.clocks):
        raise MoveNotAllowed("extended_once_already")


def _tolerant_case(case: Case, given: Given, scene: Scene) -> None:
    if not case.tolerant:
        raise MoveNotAllowed("not_tolerant")


def _told_once(case: Case, given: Given, scene: Scene) -> None:
    """Everything is told at one time (XKF 32(1)(4)): again only by the chief, with a reason, about the same gaps."""
    if not case.corrections:
        return
    if Actor.CHIEF not in scene.actors:
        raise MoveNotAllowed("told_once_chief_only")
    _needs("reason")(case, given, scene)
    _gaps_of_first_notice(case, given, scene)


def _gaps_of_first_notice(case: Case, given: Given, scene: Scene) -> None:
    _gaps_listed(case, given, scene)
    if given is None or given.get("changed_facts"):
        return
    told = {gap.material for gap in case.gaps}
    if any(text_of(gap, "material") not in told for gap in rows_of(given, "gaps")):
        raise MoveNotAllowed("told_once_only")


def _some_gaps_supplied(case: Case, given: Given, scene: Scene) -> None:
    if given is None:
        return
    told = {gap.material for gap in case.gaps if not gap.supplied}
    if not told & {text_of(row, "id") for row in rows_of(given, "materials")}:
        raise MoveNotAllowed("supplies_no_gap")


def _given_elsewhere(case: Case, given: Given, scene: Scene) -> None:
    """Checked where the draft is taken in (`forms.intake_line`, services.intake): the case does not exist before."""


GUARDS: dict[str, Guard] = {
    "item_active": _given_elsewhere,
    "materials_marked": _given_elsewhere,
    "applicant_identified": _given_elsewhere,
    "receipt_not_in_future": _given_elsewhere,
    "nothing_printed": _given_elsewhere,
    "fields_changed": _fields_changed,
    "reason_given": _needs("reason"),
    "basis_given": _needs("basis"),
    "overdue_given": _needs("overdue"),
    "advice_given": _needs("advice"),
    "findings_given": _needs("findings"),
    "reply_days_given": _needs("reply_days"),
    "feedback_given": _needs("feedback"),
    "licence_described": _licence_described,
    "heard": _heard,
    "competent_agency_named": _needs("competent_agency"),
    "told_once": _told_once,
    "gaps_listed": _gaps_listed,
    "checklist_walked": _checklist_walked,
    "check_period_open": _check_period_open,
    "required_materials_in": _required_materials_in,
    "required_fields_in": _required_fields_in,
    "check_period_over": _check_period_over,
    "only_minor_missing": _only_minor_missing,
    "pledge_signed": _needs("pledge_signed"),
    "pledge_days_given": _needs("pledge_days"),
    "some_gaps_supplied": _some_gaps_supplied,
    "all_gaps_supplied": _all_gaps_supplied,
    "gaps_of_first_notice": _gaps_of_first_notice,
    "contact_attempt_logged": _needs("contact_attempt"),
    "instant_and_delegated": _instant_and_delegated,
    "co_agencies_listed": _needs("co_agencies"),
    "opinions_in": _needs("opinions"),
    "opinion_given": _needs("opinion"),
    "decision_no_given": _needs("decision_no"),
    "special_ground": _special_ground,
    "needed_time_given": _needs("needed_days"),
    "result_given": _needs("result"),
    "before_expiry": _before_expiry,
    "not_extended_yet": _not_extended_yet,
    "receiver_checked": _receiver_checked,
    "post_addressed": _post_addressed,
    "paid_before_release": _paid_before_release,
    "archive_complete": _archive_complete,
    "signed_wish": _needs("signed"),
    "chief_for_licence": _chief_for_licence,
    "tolerant_case": _tolerant_case,
    "missing_supplied": _needs("materials"),
}
