"""What may be done to a case now, and what exactly happens if it is done.

Station and hall, window and command line all come through here, so that there
is one law. Nothing is written: the plan is turned into one event by a service.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from counter_app.domain.act_data import checked_data
from counter_app.domain.case import Case, Gap
from counter_app.domain.clocks import Clock, start_clock
from counter_app.domain.errors import CounterError, MoveNotAllowed, NotHolder
from counter_app.domain.guards import GUARDS
from counter_app.domain.identifiers import HALL
from counter_app.domain.moments import local_date
from counter_app.domain.people import Actor
from counter_app.domain.periods import Period
from counter_app.domain.scene import Scene
from counter_app.domain.service_item import ServiceItem
from counter_app.domain.states import Action, CaseState, ClockCode, Transition, transition
from counter_app.domain.wire_values import Plain, clock_to_plain, gaps_to_plain, rows_of, text_of
from counter_app.domain.working_calendar import WorkingCalendar

# Left out of `counter actions`: an application is opened and received by intake, dropped as a draft.
DRAFT_ACTIONS = frozenset({Action.OPEN, Action.RECEIVE, Action.DROP})
CASE_ACTIONS = tuple(action for action in Action if action not in DRAFT_ACTIONS)

# Rows whose papers and clock effects this version carries out in full; the others are refused by name.
OFFERED = frozenset(
    {"T04", "T05", "T06", "T07", "T08", "T09", "T12", "T15", "T16", "T24", "T25", "T26", "T27", "T28", "T29"}
)


@dataclass(frozen=True, slots=True)
class Plan:
    """An act that is allowed: its row of the table, and the two parts of its event without notices."""

    row: Transition
    data: dict[str, object]
    private: dict[str, object]
    clocks: tuple[Clock, ...] = ()


@dataclass(frozen=True, slots=True)
class Possibility:
    """Whether an action may be done now; why_not explains it; needs names what the act must be given."""

    action: Action
    why_not: CounterError | None
    needs: tuple[str, ...] = field(default=())


def plan(case: Case, action: Action, given: Mapping[str, object], scene: Scene) -> Plan:
    """The act, checked against table, baton, person and guards.

    Raises NotHolder, MoveNotAllowed or InvalidInput; what is given beyond the
    act's needs is ignored.
    """
    given = checked_data(action, given, scene.item)
    row = _allowed_row(case, action, given, scene)
    clocks = started_clocks(row, scene.item, scene, local_date(case.received_at_ms))
    data, private = _split(action, given, scene.item)
    if row.target is CaseState.ACCEPTED:
        data["accepted_on"] = _acceptance_day(action, case, scene).isoformat()
    if action is Action.REFUSE and Actor.CHIEF not in scene.actors:
        data["countersign_wanted"] = True
    if row.moves_baton is not None:
        data["to"] = HALL if row.moves_baton == HALL else case.id.device
    if clocks:
        data["clocks"] = [clock_to_plain(clock) for clock in clocks]
    return Plan(row, data, private, clocks)


def possibilities(case: Case, scene: Scene) -> list[Possibility]:
    """Every action of the table with whether it may be done now; the impossible ones keep their reason."""
    found = []
    for action in CASE_ACTIONS:
        row = transition(case.state, action)
        try:
            _allowed_row(case, action, None, scene)
        except CounterError as why_not:
            found.append(Possibility(action, why_not, needs_of(row)))
        else:
            found.append(Possibility(action, None, needs_of(row)))
    return found


def needs_of(row: Transition | None) -> tuple[str, ...]:
    """The keys that an act of this row must be given."""
    if row is None:
        return ()
    return tuple(key for guard in row.guards for key in _NEEDS.get(guard, ()))


def started_clocks(row: Transition, item: ServiceItem, scene: Scene, received_on: date) -> tuple[Clock, ...]:
    """The clocks that the row starts, each from its own day (specs domain 5.2)."""
    starts = {
        ClockCode.CHECK: received_on if row.action is Action.RECEIVE else scene.today,
        ClockCode.STATUTORY: received_on if row.action is Action.DEEM_ACCEPTED else scene.today,
        ClockCode.PROMISE: received_on if row.action is Action.DEEM_ACCEPTED else scene.today,
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
    lengths = {code: period_of(item, code) for code in (ClockCode.STATUTORY, ClockCode.PROMISE)}
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
    }.get(code)


def _allowed_row(case: Case, action: Action, given: Mapping[str, object] | None, scene: Scene) -> Transition:
    if case.frozen:
        raise MoveNotAllowed("case_frozen")
    if case.holder != scene.device:
        raise NotHolder(case.holder)
    row = transition(case.state, action)
    if row is None:
        raise MoveNotAllowed("wrong_state_for_action", action=action.value, state=case.state.value)
    if not _may_act(row, scene):
        raise _who_may(row, scene)
    if row.code not in OFFERED:
        raise MoveNotAllowed("not_in_this_version", action=action.value)
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
    "competent_agency_named": ("competent_agency",),
    "gaps_listed": ("gaps",),
    "gaps_of_first_notice": ("gaps",),
    "fields_changed": ("fields",),
    "pledge_signed": ("pledge_signed",),
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
    {"materials", "decision_no", "licence_no", "way", "waybill", "signed", "identity_checked", "situation"}
)
_RESHAPED = frozenset({"gaps", "ticked"})
