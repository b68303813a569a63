"""What may be done to a case now, and what exactly happens if it is done.

Station and hall, window and command line all come through here, so that there
is one law. Nothing is written: the plan is turned into one event by a service.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from counter_app.domain.acceptance import check_place, rule_of
from counter_app.domain.act_data import checked_data
from counter_app.domain.case import Case, Gap
from counter_app.domain.clocks import Clock, extended, resumed, start_clock
from counter_app.domain.errors import CounterError, MoveNotAllowed
from counter_app.domain.guards import GUARDS, LICENCE_NEEDS
from counter_app.domain.identifiers import HALL
from counter_app.domain.moments import local_date
from counter_app.domain.people import Actor
from counter_app.domain.periods import Period, Unit
from counter_app.domain.ratings import Stage
from counter_app.domain.scene import Scene, as_claimed, check_holder
from counter_app.domain.second_person import agreed_data, stands_by
from counter_app.domain.service_item import ItemKind, ServiceItem
from counter_app.domain.serving import receiver_of, service_of
from counter_app.domain.states import Action, CaseState, ClockCode, Transition, rows_of_action, transition
from counter_app.domain.wire_values import Plain, clock_to_plain, gaps_to_plain, number_of, rows_of, text_of
from counter_app.domain.working_calendar import WorkingCalendar

# Left out of `counter actions`: an application is opened and received by intake, dropped as a draft.
DRAFT_ACTIONS = frozenset({Action.OPEN, Action.RECEIVE, Action.DROP})
CASE_ACTIONS = tuple(action for action in Action if action not in DRAFT_ACTIONS)

JOINT_PERIOD = Period(45, Unit.WORKING_DAY, "行政许可法第四十二条第二款")
LOWER_REVIEW = Period(20, Unit.WORKING_DAY, "行政许可法第四十三条")
_EXTENSION = Period(10, Unit.WORKING_DAY, "行政许可法第四十二条第一款")
_JOINT_EXTENSION = Period(15, Unit.WORKING_DAY, "行政许可法第四十二条第二款")
_PLEDGE = "容缺受理承诺"


@dataclass(frozen=True, slots=True)
class Plan:
    """An act that is allowed: its row of the table, and the two parts of its event without notices.

    papers: the kinds that this act of the row brings.
    to_ask: it needs a second person who has not agreed yet; what may be written is `asked` with this data.
    """

    row: Transition
    data: dict[str, object]
    private: dict[str, object]
    clocks: tuple[Clock, ...] = ()
    papers: tuple[str, ...] = ()
    to_ask: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class Possibility:
    """Whether an action may be done now; why_not explains it; needs names what the act must be given.

    rule is the law and article that the action stands on, as the table has it.
    """

    action: Action
    why_not: CounterError | None
    needs: tuple[str, ...] = field(default=())
    rule: str = ""


def plan(case: Case, action: Action, given: Mapping[str, object], scene: Scene) -> Plan:
    """The act, checked against table, baton, person and guards.

    Raises NotHolder, MoveNotAllowed or InvalidInput; what is given beyond the
    act's needs is ignored.
    """
    given = checked_data(action, given, scene.item)
    agreed = agreed_data(case, action)
    if agreed is not None:
        given = {**checked_data(action, agreed, scene.item), **given}
    row = _allowed_row(case, action, given, scene)
    clocks = (
        *started_clocks(row, scene.item, scene, local_date(case.received_at_ms)),
        *_pledged(row, given, scene),
        *_changed_clocks(case, row, given, scene),
    )
    data, private = _split(action, given, scene.item)
    if row.target is CaseState.ACCEPTED:
        data["accepted_on"] = _acceptance_day(action, case, scene).isoformat()
    if action is Action.REFUSE and Actor.CHIEF not in scene.actors:
        data["countersign_wanted"] = True
    if row.action is Action.EXTEND:
        data["extended"] = clocks[0].extended.length if clocks and clocks[0].extended else 0
    if row.stops:
        data["suspended_on"] = scene.today.isoformat()
    data |= _told(case, action, given)
    private |= _mailed(case, action, given)
    if row.moves_baton is not None:
        data["to"] = HALL if row.moves_baton == HALL else case.id.device
    if clocks:
        data["clocks"] = [clock_to_plain(clock) for clock in clocks]
    alone = row.second_person and agreed is None and not stands_by(scene.second, scene.person)
    return Plan(row, data, private, clocks, papers_of(row, case, given), given if alone else None)


def papers_of(row: Transition, case: Case, given: Mapping[str, object]) -> tuple[str, ...]:
    """The papers of the row that this act brings: some go out only where there is something to say."""
    return tuple(kind for kind in row.papers if kind not in _ONLY_WHEN or _ONLY_WHEN[kind](case, given))


def _goes_by_post(case: Case, given: Mapping[str, object]) -> bool:
    return (text_of(given, "way") or case.way) == "post"


def _licence_is_picked_up(case: Case, given: Mapping[str, object]) -> bool:
    """A licence or certificate that somebody takes away, or gets by post (XKF 44)."""
    is_there = case.outcome == "granted" and (case.item.licence or bool(case.licence_no))
    return is_there and service_of(given, case) in {"direct", "post", "entrusted"}


_ONLY_WHEN: dict[str, Callable[[Case, Mapping[str, object]], bool]] = {
    "POST": _goes_by_post,
    "N16": _licence_is_picked_up,
}


def _told(case: Case, action: Action, given: Mapping[str, object]) -> dict[str, object]:
    """What the open part of the event says although nobody said it: it follows from the case."""
    if action is Action.SEND_OUT and case.way:
        return {"way": text_of(given, "way") or case.way}
    if action is Action.DELIVER:
        found = {
            "way": text_of(given, "way") or case.way,
            "waybill": text_of(given, "waybill") or case.waybill,
            "service": service_of(given, case),
            "receiver_as": receiver_of(given, case),
        }
        return {name: value for name, value in found.items() if value}
    if action is Action.CLOSE:
        is_rated = any(rating.stage is Stage.CLOSING for rating in case.ratings)
        return {"rating": "rated" if is_rated else text_of(given, "rating") or "not_offered"}
    return {}


def _mailed(case: Case, action: Action, given: Mapping[str, object]) -> dict[str, object]:
    """To where a parcel goes."""
    if action is not Action.SEND_OUT or not _goes_by_post(case, given):
        return {}
    return {"address": text_of(given, "address") or case.mail_address or case.applicant.address}


def _pledged(row: Transition, given: Mapping[str, object], scene: Scene) -> tuple[Clock, ...]:
    """K_TOL of a tolerant acceptance: as long as the applicant pledged (specs domain 5.2)."""
    if ClockCode.TOLERATED not in row.starts:
        return ()
    period = Period(number_of(given, "pledge_days"), Unit.WORKING_DAY, _PLEDGE)
    return (start_clock(ClockCode.TOLERATED, period, scene.today, scene.calendar),)


def _changed_clocks(
    case: Case, row: Transition, given: Mapping[str, object], scene: Scene
) -> tuple[Clock, ...]:
    """The open clocks that the act lengthens or lets go on, counted again."""
    statutory = case.clock(ClockCode.STATUTORY)
    if row.resumes:
        return tuple(resumed(clock, scene.today, scene.calendar) for clock in case.clocks if clock.stopped_since)
    if row.action is Action.EXTEND and statutory is not None:
        by = _JOINT_EXTENSION if statutory.period == JOINT_PERIOD else _EXTENSION
        return (extended(statutory, by, scene.calendar),)
    if row.action is Action.PASS_ON and given.get("joint_by_law") and statutory is not None:
        return (start_clock(ClockCode.STATUTORY, JOINT_PERIOD, statutory.start, scene.calendar),)
    return ()


def possibilities(case: Case, scene: Scene) -> list[Possibility]:
    """Every action of the table with whether it may be done now; the impossible ones keep their reason.

    A case at the station's desk is looked at as if it were claimed already.
    """
    found, case = [], as_claimed(case, scene)
    for action in CASE_ACTIONS:
        row = transition(case.state, action)
        rule = (row or rows_of_action(action)[0]).basis
        try:
            _allowed_row(case, action, None, scene)
        except CounterError as why_not:
            found.append(Possibility(action, why_not, needs_of(row, scene.item), rule_of(why_not) or rule))
        else:
            found.append(Possibility(action, None, needs_of(row, scene.item), rule))
    return found


def needs_of(row: Transition | None, item: ServiceItem) -> tuple[str, ...]:
    """The keys that an act of this row must be given for the item."""
    if row is None:
        return ()
    needs = {**_NEEDS, "licence_described": LICENCE_NEEDS if item.is_licence else ()}
    return tuple(key for guard in row.guards for key in needs.get(guard, ()))


def started_clocks(row: Transition, item: ServiceItem, scene: Scene, received_on: date) -> tuple[Clock, ...]:
    """The clocks that the row starts, each from its own day (specs domain 5.2)."""
    starts = {
        ClockCode.CHECK: received_on if row.action is Action.RECEIVE else scene.today,
        ClockCode.STATUTORY: received_on if row.action is Action.DEEM_ACCEPTED else scene.today,
        ClockCode.PROMISE: received_on if row.action is Action.DEEM_ACCEPTED else scene.today,
        ClockCode.UP: received_on if row.action is Action.DEEM_ACCEPTED else scene.today,
    }
    clocks = []
    for code in row.starts:
        period = period_of(item, code)
        if period is not None:
            clocks.append(start_clock(code, period, starts.get(code, scene.today), scene.calendar))
    return tuple(clocks)


def clocks_by_law(case: Case, item: ServiceItem, today: date, calendar: WorkingCalendar) -> tuple[Clock, ...]:
    """The clocks of a case on this day.

    Once the check period is over without paper, the decision clocks run from the receipt,
    confirmed or not; the confirmation (T09) only gives the paper (XKF 32(1)(4)).
    """
    check = case.clock(ClockCode.CHECK)
    if case.state is not CaseState.RECEIVED or check is None or today <= check.due:
        return case.clocks
    received_on = local_date(case.received_at_ms)
    lengths = {code: period_of(item, code) for code in (ClockCode.STATUTORY, ClockCode.PROMISE, ClockCode.UP)}
    deemed = (start_clock(code, length, received_on, calendar) for code, length in lengths.items() if length)
    return (*case.clocks, *deemed)


def period_of(item: ServiceItem, code: ClockCode) -> Period | None:
    """The item's length for a clock, None where the item has none (then the clock does not start)."""
    limits = item.limits
    return {
        ClockCode.CHECK: limits.check,
        ClockCode.STATUTORY: limits.statutory,
        ClockCode.PROMISE: limits.promise,
        ClockCode.SERVE: limits.serve,
        ClockCode.FIX: limits.fix,
        ClockCode.UP: LOWER_REVIEW if item.kind is ItemKind.UPWARD else None,
    }.get(code)


def _allowed_row(case: Case, action: Action, given: Mapping[str, object] | None, scene: Scene) -> Transition:
    if case.frozen:
        raise MoveNotAllowed("case_frozen")
    if case.continued_by:
        raise MoveNotAllowed("case_continued", by=case.continued_by)
    check_holder(case, scene)
    if case.asked is not None and not case.asked.answered_by and case.asked.action != action.value:
        raise MoveNotAllowed("waits_for_answer", action=case.asked.action)
    row = transition(case.state, action)
    if row is None:
        sources = sorted({source for possible in rows_of_action(action) for source in possible.sources})
        raise MoveNotAllowed(
            "wrong_state_for_action", action=action.value, state=case.state.value, states=",".join(sources)
        )
    check_place(row, scene)
    if not _may_act(row, scene):
        raise _who_may(row, scene)
    for name in row.guards:
        GUARDS[name](case, given, scene)
    return row


def _may_act(row: Transition, scene: Scene) -> bool:
    if scene.actors & row.actors:
        return True
    # T06 at an entrusted station: the clerk refuses, the chief countersigns at the next contact (5.3.1).
    return row.action is Action.REFUSE and scene.entrusted and Actor.CLERK in scene.actors


def _who_may(row: Transition, scene: Scene) -> MoveNotAllowed:
    if Actor.AGENT in scene.actors and Actor.CLERK in row.actors and not scene.entrusted:
        return MoveNotAllowed("station_not_entrusted", agency=scene.item.agency)
    letters = "".join(sorted(actor.value for actor in row.actors))
    return MoveNotAllowed("not_your_role", action=row.action.value, actors=letters)


def _acceptance_day(action: Action, case: Case, scene: Scene) -> date:
    """Deemed acceptance dates back to the receipt (XKF 32(1)(4)); any other is of the day it is given."""
    return local_date(case.received_at_ms) if action is Action.DEEM_ACCEPTED else scene.today


def _split(action: Action, given: Plain, item: ServiceItem) -> tuple[dict[str, object], dict[str, object]]:
    """The public and the private part of what was given: codes and dates here, people's words there."""
    data = {key: value for key, value in given.items() if key in _PUBLIC}
    private = {key: value for key, value in given.items() if key not in _PUBLIC and key not in _RESHAPED}
    if "gaps" in given:
        gaps = gaps_from_rows(given)
        public_gaps, private_gaps = gaps_to_plain(gaps, frozenset(rule.id for rule in item.materials))
        data |= public_gaps
        private |= private_gaps
    return data, private


def gaps_from_rows(given: Plain) -> tuple[Gap, ...]:
    """The gaps as they were given, not yet parted."""
    return tuple(
        Gap(text_of(row, "material"), text_of(row, "problem"), text_of(row, "demand")) for row in rows_of(given, "gaps")
    )


_NEEDS: dict[str, tuple[str, ...]] = {
    "reason_given": ("reason",),
    "basis_given": ("basis",),
    "overdue_given": ("overdue",),
    "advice_given": ("advice",),
    "findings_given": ("findings",),
    "reply_days_given": ("reply_days",),
    "feedback_given": ("feedback",),
    "competent_agency_named": ("competent_agency",),
    "gaps_listed": ("gaps",),
    "gaps_of_first_notice": ("gaps",),
    "fields_changed": ("fields",),
    "pledge_signed": ("pledge_signed",),
    "pledge_days_given": ("pledge_days",),
    "all_gaps_supplied": ("materials",),
    "some_gaps_supplied": ("materials",),
    "contact_attempt_logged": ("contact_attempt",),
    "decision_no_given": ("decision_no",),
    "receiver_checked": ("receiver", "identity_checked"),
    "signed_wish": ("signed",),
    "special_ground": ("ground",),
    "needed_time_given": ("needed_days",),
    "result_given": ("result",),
    "opinion_given": ("opinion",),
    "opinions_in": ("opinions",),
    "co_agencies_listed": ("co_agencies",),
    "missing_supplied": ("materials",),
}

# Codes, numbers and dates; everything else that people give is private. `ticked` may name what the item does not
# list and is not kept: that all gaps are closed is what the event says.
_PUBLIC = frozenset(
    {
        "materials", "decision_no", "licence_no", "way", "waybill", "signed", "identity_checked", "situation",
        "pledge_signed", "pledge_days", "co_agencies", "joint_by_law", "ground", "needed_days", "service",
        "receiver_as", "entrustment", "adult", "consent", "signed_on", "announced_on", "rating", "reply_days",
        "originals", "duplicates",
    }
)
_RESHAPED = frozenset({"gaps", "ticked"})
