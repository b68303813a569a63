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

    @property
    def basis(self) -> str:
        """The law and article, or the kind of rule, that the row stands on."""
        return _BASIS.get(self.code, "")


_XKF = "行政许可法第"
_BASIS = {  # specs domain 4.1, 4.2 and the notes below the table; T10, T14, T28, T30, T33 are not the law's own words
    "T02": f"{_XKF}二十九条",
    "T04": f"{_XKF}三十二条第一款第（三）项",
    "T05": f"{_XKF}三十二条第一款第（一）项",
    "T06": f"{_XKF}三十二条第一款第（二）项",
    "T07": f"{_XKF}三十二条第一款第（四）项",
    "T08": f"{_XKF}三十二条第一款第（五）项",
    "T09": f"{_XKF}三十二条第一款第（四）项：逾期不告知，自收到之日起即为受理",
    "T10": "容缺受理办法（本地规则）",
    "T11": f"{_XKF}三十二条第一款第（四）项",
    "T12": f"{_XKF}三十二条第一款第（五）项",
    "T13": f"{_XKF}三十二条第一款第（四）项、第七十二条：一次告知全部内容",
    "T14": "补正期限（事项规定）",
    "T15": f"{_XKF}二十六条第一款：一个机构统一受理、统一送达",
    "T16": f"{_XKF}三十四条第二款：能够当场作出决定的，当场作出",
    "T17": f"{_XKF}二十六条第二款",
    "T18": f"{_XKF}二十六条第二款",
    "T19": f"{_XKF}三十五条、第四十三条",
    "T20": f"{_XKF}三十五条、第三十八条",
    "T21": f"{_XKF}四十五条",
    "T22": f"{_XKF}四十五条",
    "T23": f"{_XKF}四十二条",
    "T24": f"{_XKF}三十八条第一款",
    "T25": f"{_XKF}三十八条第二款",
    "T26": f"{_XKF}四十四条",
    "T27": f"{_XKF}四十四条",
    "T28": "国务院令第716号第十二条：办件材料齐全归档",
    "T29": "申请人自愿撤回",
    "T30": "退办件管理办法（本地规则）",
    "T31": "录入差错更正，须两人",
    "T32": f"{_XKF}六十九条：发现错误的自行纠正",
    "T33": "容缺受理承诺（本地规则）",
}

S, A, P, K = CaseState, Action, Actor, ClockCode
_DECISION_CLOCKS = (K.STATUTORY, K.PROMISE, K.UP)
_UNTIL_DECISION = (*_DECISION_CLOCKS, K.HEARING)
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
        ("only_minor_missing", "required_fields_in", "pledge_signed", "pledge_days_given", "basis_given",
         "overdue_given", "check_period_open"),
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
        "T14", A.GIVE_UP, "given_up", _of(S.CORRECTING), S.RETURNED, _by("CR"),
        ("contact_attempt_logged", "basis_given", "advice_given"),
        papers=("N09",), ends=_ALL_CLOCKS,
    ),
    Transition(
        "T15", A.SUBMIT, "submitted", _of(S.ACCEPTED), S.IN_REVIEW, _by("C"), (),
        papers=("FLOW",), starts=(K.STEP,), moves_baton="hall",
    ),
    Transition(
        "T16", A.GRANT, "granted", _of(S.ACCEPTED), S.GRANTED, _by("CR"),
        ("instant_and_delegated", "licence_described", "heard"),
        papers=("N10",), starts=(K.SERVE,), ends=_UNTIL_DECISION,
    ),
    Transition(
        "T17", A.PASS_ON, "passed_on", _of(S.ACCEPTED), S.JOINT, _by("L"),
        ("co_agencies_listed", "reply_days_given", "feedback_given"),
        papers=("N08",),
    ),
    Transition("T18", A.JOIN, "joined", _of(S.JOINT), S.IN_REVIEW, _by("L"), ("opinions_in",), papers=("MINUTES",)),
    Transition(
        "T19", A.FORWARD_UP, "forwarded_up", _of(S.ACCEPTED, S.IN_REVIEW), S.FORWARDED, _by("BC"),
        ("opinion_given",), papers=("PACKAGE",), ends=(K.UP,), moves_baton="hall",
    ),
    Transition(
        "T20", A.GRANT, "granted", _of(S.FORWARDED), S.GRANTED, _by("B"),
        ("decision_no_given", "licence_described", "heard"),
        papers=("N10",), starts=(K.SERVE,), ends=_UNTIL_DECISION, moves_baton="station",
    ),
    Transition(
        "T20", A.DENY, "denied", _of(S.FORWARDED), S.DENIED, _by("B"),
        ("decision_no_given", "reason_given", "findings_given", "basis_given", "heard"),
        papers=("N11",), ends=_UNTIL_DECISION, moves_baton="station",
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
        "T24", A.GRANT, "granted", _of(S.IN_REVIEW), S.GRANTED, _by("BH"),
        ("decision_no_given", "licence_described", "heard"),
        papers=("N10",), starts=(K.SERVE,), ends=_UNTIL_DECISION, moves_baton="station",
    ),
    Transition(
        "T25", A.DENY, "denied", _of(S.IN_REVIEW), S.DENIED, _by("BH"),
        ("reason_given", "findings_given", "basis_given", "heard"),
        papers=("N11",), ends=_UNTIL_DECISION, moves_baton="station",
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
        ("reason_given", "basis_given", "advice_given", "chief_for_licence"), papers=("N09",), ends=(K.CHECK,),
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


def rows_of_action(action: Action) -> tuple[Transition, ...]:
    """Every row of the table for this action, whatever state it leaves."""
    return tuple(row for row in TRANSITIONS if row.action is action)


def transition(state: CaseState, action: Action) -> Transition | None:
    """The row for this action in this state, None if the table has none."""
    return _BY_ACTION.get((state, action))


def transition_of_event(state: CaseState, event_kind: str) -> Transition | None:
    """The row that an event of this kind followed when it left this state."""
    return _BY_KIND.get((state, event_kind))
