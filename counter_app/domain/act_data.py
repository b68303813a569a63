"""What an act may be given: every key with the shape it must have, as a table.

Nothing reaches an event that did not pass here, whether it came from the window,
from `--data` or from a line of intake. A key that an act does not use is ignored.
Whether what is given also suffices, the guards of the state table say.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping

from counter_app.domain.agent_job import JobAction
from counter_app.domain.case import MaterialTaken
from counter_app.domain.errors import InvalidInput
from counter_app.domain.free_text import check_free_text
from counter_app.domain.ratings import OFFERS, Level, Stage
from counter_app.domain.service_item import MaterialForm, ServiceItem
from counter_app.domain.serving import RECEIVERS, SERVICES
from counter_app.domain.states import Action
from counter_app.domain.wire_values import date_of, list_of, material_to_plain, number_of, rows_of, text_of, time_of

Given = Mapping[str, object]
Shape = Callable[[Given, str, ServiceItem], object]

DELIVERY_WAYS = ("window", "station", "post", "electronic", "bank_card")
LONGEST_LINE = 100  # code points
MOST_ROWS = 100
MOST_SHEETS = 999
MOST_DAYS = 366
BACK_PAPERS = ("N04", "N04-2", "N09", "N17")  # with a copy of which the window gives papers back to the agent
MOST_FEN = 10**12  # ten thousand million yuan
MOST_TIMES = 9999
MOST_SERVERS = 5
OPINIONS = ("agree", "disagree", "absent", "silent")
_NUMBER = re.compile(r"[0-9A-Za-z-]{0,60}")
_VOUCHER = re.compile(r"[0-9A-Za-z-]{4,40}")
_AGENCY = re.compile(r"[a-z][a-z0-9_]{0,60}")
_PHONE = re.compile(r"[0-9+() -]{5,20}")
PERSON_KEYS = ("name", "id_type", "id_number", "phone", "address", "relation")


def checked_data(action: Action, given: Given, item: ServiceItem) -> dict[str, object]:
    """What of the given the act uses, each value in its shape; what is empty is left out.

    InvalidInput `act_data_malformed` names the key, never the value; also the codes of `check_free_text`.
    """
    return _checked({**_FOR_ALL, **_OF_ACTIONS.get(action, {})}, given, item)


def checked_beside(action: str, given: Given, item: ServiceItem) -> dict[str, object]:
    """The same for the acts beside the state table."""
    return _checked(_BESIDE[action], given, item)


def checked_for_job(action: JobAction, given: Given, item: ServiceItem) -> dict[str, object]:
    """The same for the acts on an agent job (specs domain 5.4)."""
    return _checked({**_FOR_ALL, **_OF_JOBS.get(action, {})}, given, item)


def _checked(shapes: Mapping[str, Shape], given: Given, item: ServiceItem) -> dict[str, object]:
    found = {}
    for key, shape in shapes.items():
        if given.get(key) is None:
            continue
        try:
            value = shape(given, key, item)
        except InvalidInput as wrong:
            if wrong.code != "value_misshapen":
                raise
            raise InvalidInput("act_data_malformed", field=key) from None
        if value not in ("", [], {}, False):
            found[key] = value
    return found


def _wrong(key: str) -> InvalidInput:
    return InvalidInput("act_data_malformed", field=key)


def _text(given: Given, key: str, item: ServiceItem) -> str:
    return check_free_text(text_of(given, key)).strip()


def _line(given: Given, key: str, item: ServiceItem) -> str:
    value = _text(given, key, item)
    if len(value) > LONGEST_LINE or set(value) & set("\n\r\t"):
        raise _wrong(key)
    return value


def _code(given: Given, key: str, item: ServiceItem) -> str:
    """The number of a form or a parcel, which stands in the open part of the event: it can name nobody."""
    value = text_of(given, key).strip()
    if _NUMBER.fullmatch(value) is None:
        raise _wrong(key)
    return value


def _phone(given: Given, key: str, item: ServiceItem) -> str:
    value = text_of(given, key).strip()
    if value and _PHONE.fullmatch(value) is None:
        raise _wrong(key)
    return value


def _way(given: Given, key: str, item: ServiceItem) -> str:
    value = text_of(given, key)
    if value not in DELIVERY_WAYS:
        raise _wrong(key)
    return value


def _one_of(known: Collection[str]) -> Shape:
    """A code of a set."""

    def shape(given: Given, key: str, item: ServiceItem) -> str:
        value = text_of(given, key)
        if value not in known:
            raise _wrong(key)
        return value

    return shape


def _voucher(given: Given, key: str, item: ServiceItem) -> str:
    """The number of a bank's voucher as printed: letters and figures, in one spelling."""
    value = text_of(given, key).strip().upper()
    if _VOUCHER.fullmatch(value) is None:
        raise _wrong(key)
    return value


def _day(given: Given, key: str, item: ServiceItem) -> str:
    return date_of(given, key).isoformat()


def _time(given: Given, key: str, item: ServiceItem) -> str:
    value = unicodedata.normalize("NFKC", text_of(given, key)).strip()  # an IME types 9：30
    return time_of({key: value.zfill(5)}, key) if value else ""


def _fen(given: Given, key: str, item: ServiceItem) -> int:
    value = number_of(given, key)
    if not 0 < value <= MOST_FEN:
        raise _wrong(key)
    return value


def _fees(given: Given, key: str, item: ServiceItem) -> list[dict[str, object]]:
    """Which fees of the item, how often, and what is let off by which rule; a rate is nobody's to type."""
    rows = rows_of(given, key)
    known = {"name", "quantity", "reduction_fen", "reduction_basis"}
    if len(rows) > MOST_ROWS or any(set(row) - known for row in rows):
        raise _wrong(key)
    return [_fee_row(row, key, item) for row in rows]


def _fee_row(row: Given, key: str, item: ServiceItem) -> dict[str, object]:
    quantity, reduction = number_of({"quantity": 1, **row}, "quantity"), row.get("reduction_fen")
    if not 1 <= quantity <= MOST_TIMES:
        raise _wrong(key)
    found: dict[str, object] = {"name": _line(row, "name", item), "quantity": quantity}
    if reduction is not None:
        found["reduction_fen"] = _fen(row, "reduction_fen", item)
    basis = _line(row, "reduction_basis", item)
    return found | ({"reduction_basis": basis} if basis else {})


def _names(given: Given, key: str, item: ServiceItem) -> list[str]:
    """Names of people, each once."""
    names = list_of(given, key)
    if len(names) > MOST_SERVERS or not all(isinstance(name, str) for name in names):
        raise _wrong(key)
    checked = (_line({key: name}, key, item) for name in names)
    return list(dict.fromkeys(name for name in checked if name))


def _yes(given: Given, key: str, item: ServiceItem) -> bool:
    value = given[key]
    if not isinstance(value, bool):
        raise _wrong(key)
    return value


def _person(given: Given, key: str, item: ServiceItem) -> dict[str, object]:
    person = given[key]
    if not isinstance(person, Mapping) or not set(person) <= set(PERSON_KEYS):
        raise _wrong(key)
    return {name: _line(person, name, item) for name in PERSON_KEYS if person.get(name) is not None}


def _fields(given: Given, key: str, item: ServiceItem) -> dict[str, object]:
    """Values of the form: their shapes are the item's schema, which the services ask."""
    fields = given[key]
    if not isinstance(fields, Mapping) or not set(fields) <= {row.id for row in item.fields if row.computed is None}:
        raise _wrong(key)
    return dict(fields)


def _gaps(given: Given, key: str, item: ServiceItem) -> list[dict[str, object]]:
    rows = rows_of(given, key)
    if len(rows) > MOST_ROWS:
        raise _wrong(key)
    shapes: dict[str, Shape] = {"material": _line, "problem": _line, "demand": _text}
    return [{name: shape(row, name, item) for name, shape in shapes.items()} for row in rows]


def _ticked(given: Given, key: str, item: ServiceItem) -> list[str]:
    names = list_of(given, key)
    if len(names) > MOST_ROWS or not all(isinstance(name, str) and len(name) <= LONGEST_LINE for name in names):
        raise _wrong(key)
    return [str(name) for name in names]


def _materials(given: Given, key: str, item: ServiceItem) -> list[dict[str, object]]:
    rows = rows_of(given, key)
    ids = {rule.id for rule in item.materials}
    if len(rows) > MOST_ROWS:
        raise _wrong(key)
    found = []
    for row in rows:
        sheets = {"copies": 1, "pages": 1, **row}
        taken = MaterialTaken(
            text_of(row, "id"), text_of(row, "form"), number_of(sheets, "copies"), number_of(sheets, "pages")
        )
        counts_fit = all(1 <= count <= MOST_SHEETS for count in (taken.copies, taken.pages))
        if set(row) - {"id", "form", "copies", "pages"} or taken.id not in ids or not counts_fit:
            raise _wrong(key)
        if taken.form not in set(MaterialForm):
            raise _wrong(key)
        found.append(material_to_plain(taken))
    return found


def _count(given: Given, key: str, item: ServiceItem) -> int:
    value = number_of(given, key)
    if not 1 <= value <= MOST_DAYS:
        raise _wrong(key)
    return value


def _level(given: Given, key: str, item: ServiceItem) -> int:
    """Satisfaction, 1 (very satisfied) to 5 (very dissatisfied), as in GB/T 39046 A.8."""
    value = number_of(given, key)
    if not 1 <= value <= 5:
        raise _wrong(key)
    return value


def _money(given: Given, key: str, item: ServiceItem) -> int:
    """Fen."""
    value = number_of(given, key)
    if not 0 <= value <= MOST_FEN:
        raise _wrong(key)
    return value


def _back_paper(given: Given, key: str, item: ServiceItem) -> str:
    value = text_of(given, key)
    if value not in BACK_PAPERS:
        raise _wrong(key)
    return value


def _ground(given: Given, key: str, item: ServiceItem) -> str:
    return text_of(given, key)  # which there are, the guard says with their names


def _agencies(given: Given, key: str, item: ServiceItem) -> list[str]:
    """Codes of agencies: they stand in the open part of the event."""
    codes = list_of(given, key)
    if len(codes) > MOST_ROWS or not all(isinstance(code, str) and _AGENCY.fullmatch(code) for code in codes):
        raise _wrong(key)
    return sorted({str(code) for code in codes})


def _opinions(given: Given, key: str, item: ServiceItem) -> list[dict[str, object]]:
    """What each co-agency said, or that it did not come or kept silent (缺席, 超时): logged, never a permit."""
    rows = rows_of(given, key)
    if len(rows) > MOST_ROWS:
        raise _wrong(key)
    found = []
    for row in rows:
        if text_of(row, "opinion") not in OPINIONS or not _AGENCY.fullmatch(text_of(row, "agency")):
            raise _wrong(key)
        shapes: dict[str, Shape] = {"agency": _line, "opinion": _line, "note": _text}
        found.append({name: shape(row, name, item) for name, shape in shapes.items() if row.get(name)})
    return found


def _situation(given: Given, key: str, item: ServiceItem) -> str:
    value = text_of(given, key)
    if value not in {row.code for row in item.situations}:
        raise _wrong(key)
    return value


_FOR_ALL: dict[str, Shape] = {"note": _text}
_REASON: dict[str, Shape] = {"reason": _text}
_DELIVERY: dict[str, Shape] = {"way": _way, "waybill": _code}

_OF_ACTIONS: dict[Action, dict[str, Shape]] = {
    Action.FIX_ON_SPOT: {"applicant": _person, "fields": _fields, "situation": _situation},
    Action.NOT_REQUIRED: _REASON,
    Action.REFUSE: {**_REASON, "competent_agency": _line},
    Action.CORRECT: {**_REASON, "gaps": _gaps, "changed_facts": _text},
    Action.ACCEPT: {"ticked": _ticked},
    Action.ACCEPT_TOLERANTLY: {"pledge_signed": _yes, "pledge_days": _count, "basis": _text, "overdue": _text},
    Action.SUPPLY_PART: {"materials": _materials},
    Action.CORRECT_AGAIN: {**_REASON, "gaps": _gaps, "changed_facts": _text},
    Action.GIVE_UP: {**_REASON, "basis": _text, "advice": _text, "contact_attempt": _text},
    Action.PASS_ON: {
        "co_agencies": _agencies, "joint_by_law": _yes, "reply_days": _count, "feedback": _text, "meeting": _text,
        "absence": _text,
    },
    Action.JOIN: {"opinions": _opinions},
    Action.FORWARD_UP: {"opinion": _text},
    Action.SUSPEND: {**_REASON, "ground": _ground, "needed_days": _count},
    Action.RESUME: {"result": _text},
    Action.EXTEND: _REASON,
    Action.RETURN: {**_REASON, "basis": _text, "advice": _text},
    Action.VOID: _REASON,
    Action.REOPEN: _REASON,
    Action.COMPLETE_TOLERATED: {"materials": _materials},
    Action.SUPPLY_ALL: {"materials": _materials, "ticked": _ticked},
    Action.GRANT: {
        **_REASON, "decision_no": _line, "licence_no": _line, "licence_name": _line, "validity": _line,
        "publicity": _line, "scope": _text,
    },
    Action.DENY: {**_REASON, "findings": _text, "basis": _text, "decision_no": _line},
    Action.SEND_OUT: {**_DELIVERY, "address": _text},
    Action.DELIVER: {
        **_DELIVERY, "receiver": _line, "identity_checked": _yes, "proxy": _person, "service": _one_of(SERVICES),
        "receiver_as": _one_of(RECEIVERS), "entrustment": _yes, "adult": _yes, "consent": _yes, "place": _line,
        "refusal": _text, "servers": _names, "witness": _line, "entrusted_to": _line, "signed_on": _day,
        "announced_on": _day, "originals": _count, "duplicates": _count,
    },
    Action.CLOSE: {"rating": _one_of(OFFERS[1:])},
    Action.WITHDRAW: {**_REASON, "signed": _yes},
}

_BESIDE: dict[str, dict[str, Shape]] = {
    "annotate": {"phone": _phone, "address": _text, "note": _text},
    "take_papers": {"materials": _materials},
    "hand_over": {},
    "list_fees": {**_REASON, "fees": _fees, "note": _text},
    "enter_payment": {"voucher": _voucher, "paid_on": _day, "bank": _line, "amount_fen": _fen},
    "rate": {"stage": _one_of(tuple(Stage)), "level": _one_of(tuple(Level)), "note": _text},
    "answer_rating": {"stage": _one_of(tuple(Stage)), "answer": _text},
    "choose_delivery": {"way": _way, "address": _text},
    "tell_hearing_rights": {**_REASON, "matter": _text},
    "ask_hearing": {"asked_on": _day, "note": _text},
    "set_hearing": {"hearing_on": _day, "hearing_time": _time, "hearing_place": _line, "note": _text},
    "hold_hearing": {"held_on": _day, "record": _text},
    "answer": {"yes": _yes, "note": _text},
    "spoil": {**_REASON, "kind": _line, "number": _line},
}

_OF_JOBS: dict[JobAction, dict[str, Shape]] = {
    JobAction.COLLECT: {"materials": _materials},
    JobAction.HAND_TO_WINDOW: {"window": _line, "receiver": _line, "signed": _yes, "entrustment_signed": _yes},
    JobAction.RECEIVE_BACK: {**_REASON, "paper": _back_paper, "number": _line},
    JobAction.FETCH_RESULT: {**_DELIVERY, "result": _line, "licence_no": _line, "copies": _count},
    JobAction.HAND_BACK: {
        "receiver": _line, "signed": _yes, "satisfaction": _level, "fee_fen": _money, "voucher": _code,
    },
    JobAction.PAY: {"own_household": _yes},
    JobAction.STOP: _REASON,
}
