"""The rows that a case has for the hub, made from its events: nothing is cut, and what is not known stays empty.

Rows of cases: acceptance for those that were accepted, steps and materials for all, a result for those that ended
with one that has a code. What came late or was skipped by a person counts for nothing here as it does elsewhere.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from itertools import pairwise

from counter_app.domain.case import Case
from counter_app.domain.endings import ending_of
from counter_app.domain.events import Event
from counter_app.domain.identifiers import CaseId
from counter_app.domain.moments import local_time
from counter_app.domain.notice import Agency
from counter_app.domain.ratings import final_rating
from counter_app.domain.service_item import ServiceItem
from counter_app.domain.states import LIFECYCLE_KINDS, CaseState, ClockCode
from counter_app.domain.wire_values import clock_from_plain, rows_of, text_of
from resources.codes import Codes
from resources.texts import text
from sync.hall.up_pro.tables import Value

ACCEPT, PROCESS, SPECIAL, RESULT, MATERIAL = (
    "up_pro_accept", "up_pro_process", "up_pro_special_procedure", "up_pro_result", "up_pro_material"
)  # fmt: skip
_CATALOGUE_CODE = slice(19, 31)  # of a task code: behind credit code (18) and level (1), specs domain 9.1
_MOBILE = re.compile(r"1\d{10}")
_WORDS = ("reason", "basis", "opinion", "result", "changed_facts", "contact_attempt", "note")
_ACCEPTING = frozenset({"accepted", "deem_accepted", "accepted_tolerantly", "supplied_all", "settled"})


@dataclass(frozen=True, slots=True)
class Draft:
    """A row before it is checked. kind: the event that it tells of, or the table's own; key makes its row_guid.

    unfinished: what it tells of has no end yet, so that it cannot be written. left_out: columns whose value does not
    fit their meaning, each with why.
    """

    table: str
    case: CaseId
    kind: str
    key: str
    values: Mapping[str, Value]
    unfinished: bool = False
    left_out: Mapping[str, str] | None = None

    @property
    def row_guid(self) -> str:
        """The same row has the same one in every export, so that a hub can take it twice without harm."""
        return hashlib.sha256(f"{self.table}/{self.key}".encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Told:
    """A case with all that its rows are made of. item, agency: None where the hall has not got them (any more)."""

    case: Case
    history: Sequence[Event]
    item: ServiceItem | None
    agency: Agency | None
    codes: Codes


def drafts_of(told: Told) -> Iterator[Draft]:
    """All rows of the case, in the order of the tables."""
    if told.case.accepted_at_ms is not None:
        yield _accept(told, told.case.accepted_at_ms)
    yield from _steps(told)
    yield from _special(told)
    yield from _result(told)
    yield from _materials(told)


def _accept(told: Told, accepted_at_ms: int) -> Draft:
    case, item, agency, codes = told.case, told.item, told.agency, told.codes
    applicant, contact = case.applicant, case.proxy or case.applicant
    accepted_by = next((event.user for event in reversed(told.history) if event.kind in _ACCEPTING), case.opened_by)
    paper = case.notice("N02") or case.notice("N05")
    mobile = contact.phone if _MOBILE.fullmatch(contact.phone) else None
    accepted_on = _midnight(case.accepted_on) if case.deemed and case.accepted_on else _moment(accepted_at_ms)
    values: dict[str, Value] = {
        "catalog_code": item.task_code[_CATALOGUE_CODE] if item else None,
        "task_code": item.task_code if item else None,
        "local_task_code": case.item.code,
        "task_name": case.item.name,
        "task_version": int(case.item.version) if case.item.version.isdecimal() else case.item.version,
        "applyer_name": applicant.name,
        "applyer_type": codes.maps["applicant_type"].get(applicant.id_type, ""),
        "applyer_page_type": applicant.id_type,
        "applyer_page_code": applicant.id_number,
        "apply_date": _moment(case.received_at_ms),
        "apply_type": case.channel,
        "contact_name": contact.name,
        "contact_type": contact.id_type,
        "contact_code": contact.id_number,
        "contact_mobile": mobile,
        "address": applicant.address,
        "org_name": agency.name if agency else None,
        "org_code": agency.credit_code if agency else None,
        "handle_user_name": accepted_by,
        "accept_date": accepted_on,
        "accept_doc_no": paper.shown_number if paper else None,
        "project_name": case.item.name,
        "project_type": codes.maps["case_kind"].get(case.item.kind, ""),
        "promise_date": _due(case, ClockCode.PROMISE),
    }
    left_out = {"contact_mobile": "no_mobile"} if contact.phone and not mobile else None
    return Draft(ACCEPT, case.id, "accepted", str(case.id), values, left_out=left_out)


def _steps(told: Told) -> Iterator[Draft]:
    """Each step begins where the one before it ended; the first one with the true receipt."""
    steps = [event for event in told.history if event.kind in LIFECYCLE_KINDS]
    begin_ms, tolerant = told.case.received_at_ms, False
    for event in steps:
        tolerant = (tolerant or event.kind == "accepted_tolerantly") and event.kind != "tolerated_completed"
        name = text(f"events.{event.kind}")
        state = told.codes.maps["step"][
            "granted_tolerantly" if tolerant and event.kind == "granted" else event.kind
        ]
        values: dict[str, Value] = {
            "process_name": name,
            "handle_user_name": event.user,
            "handle_explain": _words(event) or name,
            "event_name": told.codes.maps["movement"][event.kind],
            "event_start_time": _moment(min(begin_ms, event.at_ms)),
            "event_end_time": _moment(event.at_ms),
            "remark": f"{state} {told.codes.name('item_state', state)}" if state else None,
        }
        yield Draft(PROCESS, told.case.id, event.kind, _place(event), values)
        begin_ms = event.at_ms


def _special(told: Told) -> Iterator[Draft]:
    """Extensions, and what stopped the clocks until it was over or the case ended."""
    steps = [event for event in told.history if event.kind in LIFECYCLE_KINDS]
    for event, after in pairwise([*steps, None]):
        if event is not None and event.kind in {"suspended", "extended"}:
            yield (_extension if event.kind == "extended" else _suspension)(told, event, after)


def _extension(told: Told, event: Event, after: Event | None) -> Draft:
    due = next((clock_from_plain(row).due for row in rows_of(event.data, "clocks")), None)
    draft = _special_row(told, event, text("events.extended"))
    values = {**draft.values, "end_time": _midnight(due) if due else None}
    return replace(draft, values=values)


def _suspension(told: Told, event: Event, after: Event | None) -> Draft:
    ground = text_of(event.data, "ground")
    draft = _special_row(told, event, text(f"paper.grounds.{ground}"))
    if after is None:
        return replace(draft, unfinished=True)
    return replace(draft, values={**draft.values, "end_time": _moment(after.at_ms), "result": _words(after)})


def _special_row(told: Told, event: Event, name: str) -> Draft:
    values: dict[str, Value] = {
        "special_type": told.codes.code("special", event.kind),
        "special_name": name,
        "special_time": _moment(event.at_ms),
        "special_reason": _words(event) or name,
        "applyer_user_name": event.user,
        "handle_user": event.user,
    }
    return Draft(SPECIAL, told.case.id, event.kind, _place(event), values)


def _result(told: Told) -> Iterator[Draft]:
    case, event = told.case, ending_of(told.case, told.history)
    code = "" if event is None else told.codes.code("result", event.kind)
    if event is None or not code:
        return
    rating = final_rating(case.ratings)
    number = case.licence_no or case.decision_no
    decided = case.state not in {CaseState.WITHDRAWN, CaseState.VOIDED} and event.kind in {"granted", "denied"}
    values: dict[str, Value] = {
        "handle_user_name": event.user,
        "result_date": _moment(event.at_ms),
        "result_type": code,
        "result_cetr_name": case.licence_name or case.item.name if decided and case.licence_no else None,
        "result_cetr_no": number if decided else None,
        "result_explain": _words(event) or text(f"events.{event.kind}"),
        "is_delivery_results": told.codes.code("yes_no", "yes" if decided and case.way == "post" else "no"),
        "satisfaction": told.codes.code("satisfaction", rating.level.value) if rating else None,
    }
    yield Draft(RESULT, case.id, event.kind, str(case.id), values)


def _materials(told: Told) -> Iterator[Draft]:
    names = {rule.id: rule.name for rule in told.item.materials} if told.item else {}
    for n, taken in enumerate(told.case.materials, start=1):
        form = "scanned" if taken.files and taken.form != "electronic" else taken.form
        values: dict[str, Value] = {
            "material_name": names.get(taken.id, taken.id),
            "get_type": told.codes.maps["get_type"].get(form, ""),
            "get_num": str(taken.copies),
            "remark": text(f"material_forms.{taken.form}"),
        }
        yield Draft(MATERIAL, told.case.id, MATERIAL, f"{told.case.id}/{n}", values)


def _words(event: Event) -> str:
    """What people wrote about it; "" if nothing was, or it was erased."""
    private = event.private or {}
    found = (private.get(key) for key in _WORDS)
    return text("hall.up_pro.and").join(word for word in found if isinstance(word, str) and word)


def _due(case: Case, code: ClockCode) -> datetime | None:
    clock = next((clock for clock in reversed(case.clocks) if clock.code is code), None)
    return None if clock is None else _midnight(clock.due)


def _place(event: Event) -> str:
    return f"{event.id.device}/{event.id.seq}"


def _moment(ms: int) -> datetime:
    return local_time(ms).replace(tzinfo=None, microsecond=0)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())
