"""The life of a case as one table (specs domain 5.1-5.3.1).

Everything that asks "what may be done now" reads TRANSITIONS: buttons,
services, the hall and the tests. A guard is named here and written in
`guards.py`; papers and clock effects are carried out by whoever appends the event.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from counter_app.domain.people import Actor


class CaseState(StrEnum):
    """States of a case (specs domain 5.1)."""

    DRAFT = "DRAFT"
    RECEIVED = "RECEIVED"
    CORRECTING = "CORRECTING"
    ACCEPTED = "ACCEPTED"
    IN_REVIEW = "IN_REVIEW"
    JOINT = "JOINT"
    FORWARDED = "FORWARDED"
    SUSPENDED = "SUSPENDED"
    GRANTED = "GRANTED"
    DENIED = "DENIED"
    DELIVERING = "DELIVERING"
    DELIVERED = "DELIVERED"
    CLOSED = "CLOSED"
    NOT_REQUIRED = "NOT_REQUIRED"
    REFUSED = "REFUSED"
    RETURNED = "RETURNED"
    WITHDRAWN = "WITHDRAWN"
    VOIDED = "VOIDED"


END_STATES = frozenset(
    {
        CaseState.CLOSED,
        CaseState.NOT_REQUIRED,
        CaseState.REFUSED,
        CaseState.RETURNED,
        CaseState.WITHDRAWN,
        CaseState.VOIDED,
    }
)
OPEN_STATES = frozenset(CaseState) - END_STATES


class Action(StrEnum):
    """What people do to a case, by its name on the command line (specs domain 5.3.1)."""

    OPEN = "open"
    RECEIVE = "receive"
    DROP = "drop"
    FIX_ON_SPOT = "fix_on_spot"
    NOT_REQUIRED = "not_required"
    REFUSE = "refuse"
    CORRECT = "correct"
    ACCEPT = "accept"
    DEEM_ACCEPTED = "deem_accepted"
    ACCEPT_TOLERANTLY = "accept_tolerantly"
    SUPPLY_PART = "supply_part"
    SUPPLY_ALL = "supply_all"
    CORRECT_AGAIN = "correct_again"
    GIVE_UP = "give_up"
    SUBMIT = "submit"
    GRANT = "grant"
    DENY = "deny"
    PASS_ON = "pass_on"
    JOIN = "join"
    FORWARD_UP = "forward_up"
    SUSPEND = "suspend"
    RESUME = "resume"
    EXTEND = "extend"
    SEND_OUT = "send_out"
    DELIVER = "deliver"
    CLOSE = "close"
    WITHDRAW = "withdraw"
    RETURN = "return"
    VOID = "void"
    REOPEN = "reopen"
    COMPLETE_TOLERATED = "complete_tolerated"


class ClockCode(StrEnum):
    """Clocks of a case (specs domain 5.2)."""

    CHECK = "K_CHECK"
    STATUTORY = "K_STAT"
    PROMISE = "K_PROM"
    STEP = "K_STEP"
    SERVE = "K_SERVE"
    UP = "K_UP"
    HEARING = "K_HEAR"
    FIX = "K_FIX"
    TOLERATED = "K_TOL"
    AGENT = "K_AGENT"
    RATING = "K_RATE"


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of the table.

    target None stays in the state; resumes goes back to the one that a
    suspension left. papers are notice kinds; those that only some acts of the row bring
    (an address sheet, the receipt of a licence) are left out by `moves.papers_of`. moves_baton names
    who holds the case afterwards ("hall" or "station"), None leaves it.
    """

    code: str
    action: Action
    event_kind: str
    sources: frozenset[CaseState]
    target: CaseState | None
    actors: frozenset[Actor]
    guards: tuple[str, ...] = ()
    papers: tuple[str, ...] = ()
    starts: tuple[ClockCode, ...] = ()
    ends: tuple[ClockCode, ...] = ()
    stops: tuple[ClockCode, ...] = ()
    moves_baton: str | None = None
    second_person: bool = False
    resumes: bool = False


S, A, P, K = CaseState, Action, Actor, ClockCode
_DECISION_CLOCKS = (K.STATUTORY, K.PROMISE, K.UP)
_ALL_CLOCKS = tuple(code for code in ClockCode if code is not K.RATING)  # a bad rating is answered all the same
_BEFORE_DECISION = frozenset(
    {S.RECEIVED, S.CORRECTING, S.ACCEPTED, S.IN_REVIEW, S.JOINT, S.FORWARDED, S.SUSPENDED}
)


def _of(*states: CaseState) -> frozenset[CaseState]:
    return frozenset(states)


def _by(letters: str) -> frozenset[Actor]:
    return frozenset(Actor(letter) for letter in letters)


TRANSITIONS: tuple[Transition, ...] = (
    Transition("T01", A.OPEN, "opened", _of(), S.DRAFT, _by("CV"), ("item_active",)),
    Transition(
        "T02", A.RECEIVE, "received", _of(S.DRAFT), S.RECEIVED, _by("C"),
        ("materials_marked", "applicant_identified", "receipt_not_in_future"),
        papers=("N01",), starts=(K.CHECK,),
    ),
    Transition("T03", A.DROP, "dropped", _of(S.DRAFT), S.VOIDED, _by("C"), ("nothing_printed",)),
    Transition(
        "T04", A.FIX_ON_SPOT, "fixed_on_spot", _of(S.RECEIVED), S.RECEIVED, _by("CA"), ("fields_changed",)
    ),
    Transition(
        "T05", A.NOT_REQUIRED, "not_required", _of(S.RECEIVED), S.NOT_REQUIRED, _by("CR"),
        ("reason_given",), papers=("N03-A",), ends=(K.CHECK,),
    ),
    Transition(
        "T06", A.REFUSE, "refused", _of(S.RECEIVED), S.REFUSED, _by("R"),
        ("reason_given", "competent_agency_named"), papers=("N03-B", "N12"), ends=(K.CHECK,),
    ),
    Transition(
        "T07", A.CORRECT, "corrected", _of(S.RECEIVED), S.CORRECTING, _by("C"),
        ("check_period_open", "told_once", "gaps_listed", "checklist_walked"),
        papers=("N04",), starts=(K.FIX,), ends=(K.CHECK,),
    ),
    Transition(
        "T08", A.ACCEPT, "accepted", _of(S.RECEIVED), S.ACCEPTED, _by("C"),
        ("required_materials_in", "required_fields_in", "all_gaps_supplied", "check_period_open"),
        papers=("N02",), starts=_DECISION_CLOCKS, ends=(K.CHECK,),
    ),
    Transition(
        "T09", A.DEEM_ACCEPTED, "deem_accepted", _of(S.RECEIVED), S.ACCEPTED, _by("R"), ("check_period_over",),
        papers=("N02",), starts=_DECISION_CLOCKS, ends=(K.CHECK,),
    ),
    Transition(
        "T10", A.ACCEPT_TOLERANTLY, "accepted_tolerantly", _of(S.RECEIVED), S.ACCEPTED, _by("CR"),
        ("only_minor_missing", "required_fields_in", "pledge_signed", "pledge_days_given", "check_period_open"),
        papers=("N05",),
        starts=(*_DECISION_CLOCKS, K.TOLERATED), ends=(K.CHECK,),
    ),
    Transition(
        "T11", A.SUPPLY_PART, "supplied_part", _of(S.CORRECTING), S.RECEIVED, _by("C"),
        ("some_gaps_supplied",), papers=("N01-S",), starts=(K.CHECK,), ends=(K.FIX,),
    ),
    Transition(
        "T12", A.SUPPLY_ALL, "supplied_all", _of(S.CORRECTING), S.ACCEPTED, _by("C"), ("all_gaps_supplied",),
        papers=("N02",), starts=_DECISION_CLOCKS, ends=(K.FIX,),
    ),
    Transition(
        "T13", A.CORRECT_AGAIN, "corrected_again", _of(S.CORRECTING), S.CORRECTING, _by("R"),
        ("gaps_of_first_notice", "reason_given"), papers=("N04-2",), second_person=True,
    ),
    Transition(
        "T14", A.GIVE_UP, "given_up", _of(S.CORRECTING), S.RETURNED, _by("CR"), ("contact_attempt_logged",),
        papers=("N09",), ends=_ALL_CLOCKS,
    ),
    Transition(
        "T15", A.SUBMIT, "submitted", _of(S.ACCEPTED), S.IN_REVIEW, _by("C"), (),
        papers=("FLOW",), starts=(K.STEP,), moves_baton="hall",
    ),
    Transition(
        "T16", A.GRANT, "granted", _of(S.ACCEPTED), S.GRANTED, _by("CR"), ("instant_and_delegated",),
        papers=("N10",), starts=(K.SERVE,), ends=_DECISION_CLOCKS,
    ),
    Transition(
        "T17", A.PASS_ON, "passed_on", _of(S.ACCEPTED), S.JOINT, _by("L"), ("co_agencies_listed",),
        papers=("N08",),
    ),
    Transition("T18", A.JOIN, "joined", _of(S.JOINT), S.IN_REVIEW, _by("L"), ("opinions_in",), papers=("MINUTES",)),
    Transition(
        "T19", A.FORWARD_UP, "forwarded_up", _of(S.ACCEPTED, S.IN_REVIEW), S.FORWARDED, _by("BC"),
        ("opinion_given",), papers=("PACKAGE",), ends=(K.UP,), moves_baton="hall",
    ),
    Transition(
        "T20", A.GRANT, "granted", _of(S.FORWARDED), S.GRANTED, _by("B"), ("decision_no_given",),
        papers=("N10",), starts=(K.SERVE,), ends=_DECISION_CLOCKS, moves_baton="station",
    ),
    Transition(
        "T20", A.DENY, "denied", _of(S.FORWARDED), S.DENIED, _by("B"), ("decision_no_given", "reason_given"),
        papers=("N11",), ends=_DECISION_CLOCKS, moves_baton="station",
    ),
    Transition(
        "T21", A.SUSPEND, "suspended", _of(S.IN_REVIEW, S.JOINT), S.SUSPENDED, _by("BR"),
        ("special_ground", "needed_time_given"), papers=("N06",), stops=_DECISION_CLOCKS,
    ),
    Transition("T22", A.RESUME, "resumed", _of(S.SUSPENDED), None, _by("B"), ("result_given",), resumes=True),
    Transition(
        "T23", A.EXTEND, "extended", _of(S.IN_REVIEW), S.IN_REVIEW, _by("HG"),
        ("before_expiry", "reason_given", "not_extended_yet"), papers=("N07",),
    ),
    Transition(
        "T24", A.GRANT, "granted", _of(S.IN_REVIEW), S.GRANTED, _by("BH"), ("decision_no_given",),
        papers=("N10",), starts=(K.SERVE,), ends=_DECISION_CLOCKS, moves_baton="station",
    ),
    Transition(
        "T25", A.DENY, "denied", _of(S.IN_REVIEW), S.DENIED, _by("BH"), ("reason_given",),
        papers=("N11",), ends=_DECISION_CLOCKS, moves_baton="station",
    ),
    Transition(
        "T26", A.SEND_OUT, "sent_out", _of(S.GRANTED, S.DENIED), S.DELIVERING, _by("C"),
        ("post_addressed", "paid_before_release"), papers=("POST",),
    ),
    Transition(
        "T27", A.DELIVER, "delivered", _of(S.DELIVERING), S.DELIVERED, _by("CV"),
        ("receiver_checked", "paid_before_release"), papers=("N12", "N16"), ends=(K.SERVE,),
    ),
    Transition(
        "T28", A.CLOSE, "closed", _of(S.DELIVERED), S.CLOSED, _by("C"), ("archive_complete",), papers=("FOLDER",)
    ),
    Transition(
        "T29", A.WITHDRAW, "withdrawn", _BEFORE_DECISION, S.WITHDRAWN, _by("AC"), ("signed_wish",),
        papers=("N17",), ends=_ALL_CLOCKS,
    ),
    Transition(
        "T30", A.RETURN, "returned", _of(S.RECEIVED), S.RETURNED, _by("CR"),
        ("reason_given", "basis_given", "chief_for_licence"), papers=("N09",), ends=(K.CHECK,),
    ),
    Transition(
        "T31", A.VOID, "voided", OPEN_STATES - {S.DRAFT}, S.VOIDED, _by("R"), ("reason_given",),
        ends=_ALL_CLOCKS, second_person=True,
    ),
    Transition(
        "T32", A.REOPEN, "reopened", _of(S.CLOSED), S.IN_REVIEW, _by("M"), ("reason_given",),
        starts=_DECISION_CLOCKS, moves_baton="hall",
    ),
    Transition(
        "T33", A.COMPLETE_TOLERATED, "tolerated_completed",
        _of(S.ACCEPTED, S.IN_REVIEW, S.JOINT, S.FORWARDED, S.SUSPENDED), None, _by("C"),
        ("tolerant_case", "missing_supplied"), papers=("N01-S",), ends=(K.TOLERATED,),
    ),
)

_BY_ACTION: dict[tuple[CaseState, Action], Transition] = {
    (state, row.action): row for row in TRANSITIONS for state in row.sources
}
_BY_KIND: dict[tuple[CaseState, str], Transition] = {
    (state, row.event_kind): row for row in TRANSITIONS for state in row.sources
}

LIFECYCLE_KINDS = frozenset(row.event_kind for row in TRANSITIONS)


def transition(state: CaseState, action: Action) -> Transition | None:
    """The row for this action in this state, None if the table has none."""
    return _BY_ACTION.get((state, action))


def transition_of_event(state: CaseState, event_kind: str) -> Transition | None:
    """The row that an event of this kind followed when it left this state."""
    return _BY_KIND.get((state, event_kind))
