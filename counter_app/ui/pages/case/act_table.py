"""What each act on a case must be given, as a table: the dialog is made from it.

The words are `ui.case.act.<act>.do` (verb on the button), `.consequence` (what it means, said
before) and `ui.case.field.<key>` (labels). An act that is not in the table cannot be done here.
"""

from __future__ import annotations

from dataclasses import dataclass

from counter_app.domain.ratings import OFFERS, Level, Stage
from counter_app.domain.serving import RECEIVERS, SERVICES
from counter_app.domain.states import OPEN_STATES
from counter_app.domain.states import CaseState as S

DELIVERY_WAYS = ("window", "station", "post", "electronic", "bank_card")


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing to give. kind: line, text, choice, tick, days, count, day, yuan, names, agree, the lists gaps,
    supplied, material and fees, and the item's form. only_again: asked where the applicant was told once before what
    is missing. only_licence: asked where the result is a licence or has a number of its own. when: asked only while
    the choice of that key has one of these values."""

    key: str
    kind: str = "line"
    required: bool = True
    options: tuple[str, ...] = ()
    starts_with: str = ""  # what is filled in before: a fact of the case
    only_again: bool = False
    only_licence: bool = False
    when: tuple[str, tuple[str, ...]] = ("", ())


@dataclass(frozen=True, slots=True)
class ActForm:
    """How an act looks and what it asks. key: the key of `keys.py` that does it, empty for none."""

    icon: str
    asks: tuple[Ask, ...] = ()
    key: str = ""
    danger: bool = False


_REASON = Ask("reason", "text")
_NOTE = Ask("note", "text", required=False)
_WAY = Ask("way", "choice", options=DELIVERY_WAYS)
_POST = ("way", ("post",))
_TAKEN = ("service", ("direct", "post", "entrusted"))
_BASIS, _ADVICE = Ask("basis", "text", starts_with="fix_rule"), Ask("advice", "text")
_SERVED_TO = ("service", ("direct", "post", "electronic", "entrusted"))
_LEFT = ("service", ("left",))

# What service of a paper must be told, by its way (domain/serving.py).
_SERVING = (
    Ask("service", "choice", options=SERVICES),
    Ask("receiver", starts_with="applicant", when=_SERVED_TO),
    Ask("receiver_as", "choice", options=RECEIVERS, when=("service", ("direct",))),
    Ask("identity_checked", "tick", when=("service", ("direct",))),
    Ask("entrustment", "tick", when=("receiver_as", ("proxy",))),
    Ask("adult", "tick", when=("receiver_as", ("family",))),
    Ask("relation", when=("receiver_as", ("family",))),
    Ask("waybill", starts_with="waybill", when=("service", ("post",))),
    Ask("signed_on", "day", starts_with="today", when=("service", ("post",))),
    Ask("consent", "tick", when=("service", ("electronic",))),
    Ask("entrusted_to", when=("service", ("entrusted",))),
    Ask("place", when=("service", ("left", "announced"))),
    Ask("refusal", "text", when=_LEFT),
    Ask("servers", "names", when=_LEFT),
    Ask("witness", when=_LEFT),
    Ask("announced_on", "day", when=("service", ("announced",))),
    Ask("originals", "count", required=False, starts_with="one", only_licence=True, when=_TAKEN),
    Ask("duplicates", "count", required=False, only_licence=True, when=_TAKEN),
)

ACT_FORMS: dict[str, ActForm] = {
    "accept": ActForm("stamp", (Ask("ticked", "supplied"),), key="accept"),
    "correct": ActForm("undo-2", (Ask("gaps", "gaps"), Ask("reason", "text", only_again=True)), key="correct"),
    "supply_all": ActForm("inbox", (Ask("ticked", "supplied"),)),
    "supply_part": ActForm("inbox", (Ask("materials", "material"),)),
    "correct_again": ActForm(
        "undo-2", (Ask("gaps", "gaps"), _REASON, Ask("changed_facts", "text", required=False))
    ),
    "accept_tolerantly": ActForm(
        "stamp",
        (Ask("pledge_signed", "tick"), Ask("pledge_days", "days"), Ask("basis", "text"),
         Ask("overdue", "text")),
    ),
    "complete_tolerated": ActForm("inbox", (Ask("materials", "material"),)),
    "give_up": ActForm(
        "rotate-ccw",
        (Ask("contact_attempt", "text"), Ask("reason", "text", required=False), _BASIS, _ADVICE),
    ),
    "deem_accepted": ActForm("stamp"),
    "submit": ActForm("send"),
    "forward_up": ActForm("arrow-up", (Ask("opinion", "text"),)),
    "grant": ActForm(
        "file-check",
        (
            Ask("scope", "text", required=False),
            Ask("licence_name", required=False),
            Ask("licence_no", required=False),
            Ask("validity", only_licence=True),
            Ask("publicity", only_licence=True),
        ),
    ),
    "send_out": ActForm(
        "package", (_WAY, Ask("waybill", when=_POST), Ask("address", "text", starts_with="mail_address", when=_POST))
    ),
    "deliver": ActForm("handshake", _SERVING),
    "close": ActForm("circle-check", (Ask("rating", "choice", options=OFFERS[1:]),)),
    "not_required": ActForm("circle-slash-2", (_REASON,)),
    "refuse": ActForm("ban", (_REASON, Ask("competent_agency"))),
    "withdraw": ActForm("rotate-ccw", (Ask("signed", "tick"), Ask("reason", "text", required=False))),
    "return": ActForm("undo", (_REASON, Ask("basis", "text"), _ADVICE)),
    "void": ActForm("trash-2", (_REASON,), danger=True),
    "reopen": ActForm("folder-open", (_REASON,)),
    "fix_on_spot": ActForm(
        "pencil",
        (
            Ask("name", starts_with="applicant"),
            Ask("phone", required=False, starts_with="phone"),
            Ask("address", required=False, starts_with="address"),
            Ask("form", "form", required=False),
        ),
    ),
    "take_papers": ActForm("paperclip", (Ask("materials", "material"),), key="scan"),
    "annotate": ActForm(
        "phone",
        (
            Ask("phone", required=False, starts_with="phone"),
            Ask("address", required=False, starts_with="address"),
            _NOTE,
        ),
    ),
    "hand_over": ActForm("send"),
    "list_fees": ActForm("sheet", (Ask("fees", "fees"),)),
    "enter_payment": ActForm(
        "file-check",
        (Ask("voucher"), Ask("paid_on", "day", starts_with="today"), Ask("bank"),
         Ask("amount_fen", "yuan", starts_with="fees")),
    ),
    "choose_delivery": ActForm("mailbox", (_WAY, Ask("address", "text", starts_with="mail_address", when=_POST))),
    "tell_hearing_rights": ActForm("users", (Ask("matter", "text"), Ask("reason", "text", required=False))),
    "ask_hearing": ActForm("users", (Ask("asked_on", "day", starts_with="today"), _NOTE)),
    "set_hearing": ActForm(
        "users", (Ask("hearing_on", "day"), Ask("hearing_time"), Ask("hearing_place"), _NOTE)
    ),
    "hold_hearing": ActForm("users", (Ask("held_on", "day", starts_with="today"), Ask("record", "text"))),
    "rate": ActForm(
        "flag", (Ask("stage", "choice", options=tuple(Stage)), Ask("level", "choice", options=tuple(Level)), _NOTE)
    ),
    "answer_rating": ActForm("flag", (Ask("answer", "text"),)),
    "answer": ActForm("users", (Ask("yes", "agree"), _NOTE)),
    "spoil": ActForm("ban", (_REASON,), danger=True),  # of one paper, from its row
}

FORWARD = ("answer", "accept", "supply_all", "deem_accepted", "grant", "submit", "send_out", "deliver", "close")
"""Acts that bring the case on; the first that may be done is the primary button of the page."""

AFTER_EXPIRY = frozenset({"deem_accepted", "withdraw", "void"})
"""What is offered once the law has accepted a case that nobody answered: to confirm it, and what is no answer."""

_CHECKING = frozenset({S.RECEIVED, S.CORRECTING})
_DECIDING = frozenset({S.ACCEPTED, S.IN_REVIEW, S.JOINT, S.FORWARDED, S.SUSPENDED})
_HANDING_OUT = frozenset({S.GRANTED, S.DENIED, S.DELIVERING})

EXPLAINED: dict[str, frozenset[S]] = {
    "accept": _CHECKING,
    "correct": _CHECKING | _DECIDING,
    "supply_all": frozenset({S.CORRECTING}),
    "deem_accepted": frozenset({S.RECEIVED}),
    "submit": _CHECKING | {S.ACCEPTED},
    "grant": frozenset({S.ACCEPTED}),
    "send_out": _DECIDING | _HANDING_OUT,
    "deliver": _DECIDING | _HANDING_OUT,
    "close": _HANDING_OUT | {S.DELIVERED},
    "not_required": _CHECKING,
    "refuse": _CHECKING,
    "fix_on_spot": _CHECKING,
    "withdraw": OPEN_STATES,
    "return": _CHECKING,
    "suspend": _DECIDING,
    "extend": _DECIDING,
    "void": OPEN_STATES,
}
"""What people look for at a counter, and in which states; where it cannot be done then, the page says why."""
