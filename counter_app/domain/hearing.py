"""The hearing of a licence (行政许可法 46-48): its right is told, asked for in time, and held before the decision.

K_HEAR (specs domain 5.2) runs twice: five working days that the applicant has to ask, from the notice, and when they
pass unused nobody is late, the right is gone; then twenty that the agency has to hold it, from the day it was asked
for. While either runs there is no decision. Time and place are told seven working days before (48(1)(1), counted as
article 82 says): an act of its own, because specs domain 7.3 has no paper for it; the N06 that takes the hearing's
time out of the period (45) bears them. What is given has passed `act_data.checked_beside`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from counter_app.domain.case import Case
from counter_app.domain.clocks import ASK_FOR_HEARING, HOLD_HEARING, TELL_HEARING, Clock, start_clock
from counter_app.domain.errors import InvalidInput, MoveNotAllowed
from counter_app.domain.event_parts import Parts
from counter_app.domain.notice import NoticeKind
from counter_app.domain.people import Actor
from counter_app.domain.scene import Scene, check_holder
from counter_app.domain.states import CaseState, ClockCode
from counter_app.domain.wire_values import clock_to_plain, date_of

Given = Mapping[str, object]
S = CaseState

TELL_HEARING_RIGHTS, ASK_HEARING, HOLD_HEARING_ACT = "tell_hearing_rights", "ask_hearing", "hold_hearing"
SET_HEARING = "set_hearing"
HEARING_PAPERS = (NoticeKind.HEARING_RIGHTS.value, NoticeKind.SERVICE_RECEIPT.value)
_UNDER_REVIEW = frozenset({S.ACCEPTED, S.IN_REVIEW, S.JOINT, S.SUSPENDED})
_MAY = frozenset({Actor.CLERK, Actor.CHIEF, Actor.BACK_OFFICE})


def hearing_rights_told(case: Case, given: Given, scene: Scene) -> Parts:
    """The applicant's right to a hearing, told once before the decision; matter: what it is about.

    MoveNotAllowed `hearing_told_already`, `no_hearing_now`, NotHolder; InvalidInput `act_needs`.
    """
    _may(TELL_HEARING_RIGHTS, scene)
    _of_holder(case, scene)
    if case.state not in _UNDER_REVIEW:
        raise MoveNotAllowed("no_hearing_now", state=case.state.value)
    if _was_told(case):
        raise MoveNotAllowed("hearing_told_already")
    _needs(given, "matter")
    clock = start_clock(ClockCode.HEARING, ASK_FOR_HEARING, scene.today, scene.calendar)
    return Parts(_with(clock), {key: given[key] for key in ("matter", "reason") if given.get(key)})


def hearing_asked(case: Case, given: Given, scene: Scene) -> Parts:
    """The applicant has asked for it, on that day: in time, or the right is gone. Any place may be told.

    MoveNotAllowed `hearing_not_told`, `hearing_asked_too_late`; InvalidInput `act_needs`, `day_in_future`.
    """
    _may(ASK_HEARING, scene)
    clock = _open(case)
    if clock is None or not clock.lapses:
        raise MoveNotAllowed("hearing_not_told")
    _needs(given, "asked_on")
    day = date_of(given, "asked_on")
    if day > scene.today:
        raise InvalidInput("day_in_future", field="asked_on")
    if not clock.start <= day <= clock.due:
        raise MoveNotAllowed("hearing_asked_too_late", first=clock.start.isoformat(), last=clock.due.isoformat())
    held_by = start_clock(ClockCode.HEARING, HOLD_HEARING, day, scene.calendar)
    return Parts(_with(held_by) | {"asked_on": day.isoformat()}, {"note": given["note"]} if given.get("note") else {})


def hearing_set(case: Case, given: Given, scene: Scene) -> Parts:
    """The applicant is told today when and where it will be; said again, the newest holds.

    MoveNotAllowed `hearing_not_asked`, NotHolder; InvalidInput `act_needs`, `hearing_too_soon`.
    """
    _may(SET_HEARING, scene)
    _of_holder(case, scene)
    clock = _open(case)
    if clock is None or clock.lapses:
        raise MoveNotAllowed("hearing_not_asked")
    _needs(given, "hearing_on", "hearing_time", "hearing_place")
    day = date_of(given, "hearing_on")
    first = start_clock(ClockCode.HEARING, TELL_HEARING, scene.today, scene.calendar).due
    if day < first:
        raise InvalidInput("hearing_too_soon", first=first.isoformat())
    public = {"hearing_on": day.isoformat(), "hearing_time": given["hearing_time"]}
    return Parts(public, {key: given[key] for key in ("hearing_place", "note") if given.get(key)})


def hearing_held(case: Case, given: Given, scene: Scene) -> Parts:
    """It was held on that day, not before the one that was told; the decision rests on its record (48(2)).

    MoveNotAllowed `hearing_not_asked`, `hearing_not_set`, NotHolder; InvalidInput `act_needs`, `day_in_future`,
    `hearing_before_its_day`.
    """
    _may(HOLD_HEARING_ACT, scene)
    _of_holder(case, scene)
    clock = _open(case)
    if clock is None or clock.lapses:
        raise MoveNotAllowed("hearing_not_asked")
    if case.hearing is None:
        raise MoveNotAllowed("hearing_not_set")
    _needs(given, "held_on", "record")
    day = date_of(given, "held_on")
    if day > scene.today:
        raise InvalidInput("day_in_future", field="held_on")
    if day < case.hearing.on:
        raise InvalidInput("hearing_before_its_day", told=case.hearing.on.isoformat())
    return Parts({"held_on": day.isoformat()}, {"record": given["record"]})


def check_heard(case: Case, today: date) -> None:
    """Raises MoveNotAllowed `hearing_days_run` or `hearing_not_held`, while a decision would take the right away."""
    clock = _open(case)
    if clock is None or (clock.lapses and today > clock.due):
        return
    raise MoveNotAllowed("hearing_days_run" if clock.lapses else "hearing_not_held", due=clock.due.isoformat())


def offered_hearing(case: Case, scene: Scene) -> Mapping[str, bool]:
    """Which of the four there is something to do with now, for this person."""
    clock, is_holder = _open(case), case.holder == scene.device and not case.frozen
    may = bool(scene.actors & _MAY)
    return {
        TELL_HEARING_RIGHTS: may and is_holder and case.state in _UNDER_REVIEW and not _was_told(case),
        ASK_HEARING: may and clock is not None and clock.lapses and scene.today <= clock.due,
        SET_HEARING: may and is_holder and clock is not None and not clock.lapses,
        HOLD_HEARING_ACT: may and is_holder and clock is not None and not clock.lapses and _has_come(case, scene),
    }


def _has_come(case: Case, scene: Scene) -> bool:
    return case.hearing is not None and case.hearing.on <= scene.today


def _open(case: Case) -> Clock | None:
    return case.clock(ClockCode.HEARING)


def _was_told(case: Case) -> bool:
    return any(paper.kind == NoticeKind.HEARING_RIGHTS and paper.holds for paper in case.notices)


def _with(clock: Clock) -> dict[str, object]:
    return {"clocks": [clock_to_plain(clock)]}


def _may(action: str, scene: Scene) -> None:
    if not scene.actors & _MAY:
        raise MoveNotAllowed("not_your_role", action=action, actors=Actor.BACK_OFFICE.value)


def _of_holder(case: Case, scene: Scene) -> None:
    check_holder(case, scene)
    if case.frozen:
        raise MoveNotAllowed("case_frozen")


def _needs(given: Given, *keys: str) -> None:
    for key in keys:
        if not given.get(key):
            raise InvalidInput("act_needs", field=key)
