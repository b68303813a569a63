"""What single kinds of paper say besides the common facts: by kind, from the case and the issuing event."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from counter_app.domain.capitals import in_capitals
from counter_app.domain.clocks import resumed, start_clock
from counter_app.domain.fees import FeeLine, yuan
from counter_app.domain.moments import local_date, local_time
from counter_app.domain.notice import NoticeKind
from counter_app.domain.periods import Period, Unit
from counter_app.domain.scene import circumstances
from counter_app.domain.service_item import Fee, MaterialRule
from counter_app.domain.states import ClockCode
from counter_app.domain.wire_values import (
    fee_line_from_plain,
    list_of,
    material_from_plain,
    number_of,
    rows_of,
    text_of,
)
from counter_app.services.issue import (
    Issue,
    acceptance_no,
    agency_name,
    limit_of,
    material_name,
    material_row,
    open_clock,
    period_in_words,
    told,
)
from counter_app.services.serving_facts import folder, parcel, pick_up, service_receipt
from forms.rendering.notice_data import CoAgencyRow, FeeRow, Limit, MaterialRow, OpinionRow
from resources.texts import paper_text

_BY_GOVERNMENT = 15  # working days that only the head of the government grants (XKF 42(2))


def issuing_facts(issue: Issue) -> Mapping[str, Any]:
    """The fields of NoticeData that this kind of paper has of its own."""
    facts = _OF_KIND.get(NoticeKind(issue.notice.kind))
    return {} if facts is None else facts(issue)


def _supplement(issue: Issue) -> dict[str, Any]:
    """N01-S: what this hand-in brought, and what of the correction notice is still open."""
    taken = [material_from_plain(row) for row in rows_of(issue.event.data, "materials")]
    left = [material_name(issue.item, gap.material) for gap in issue.case.gaps if not gap.supplied]
    return {
        "materials": tuple(material_row(issue.item, material) for material in taken),
        "handed_in_at": local_time(issue.event.at_ms),
        "gaps_left": paper_text("paper.separator").join(dict.fromkeys(left)),
    }


def _tolerant(issue: Issue) -> dict[str, Any]:
    """N05: the minor materials that are still to come, and until when."""
    taken = {material.id for material in issue.case.materials}
    required = issue.item.required_materials(circumstances(issue.case))
    return {
        "missing": tuple(_to_come(rule) for rule in required if rule.id not in taken),
        "completion": limit_of(issue.case.clock(ClockCode.TOLERATED)),
        "rule": text_of(issue.private, "basis"),
        "overdue": text_of(issue.private, "overdue"),
        **_foreseen(issue),
    }


def _foreseen(issue: Issue) -> dict[str, Any]:
    """N02, N05: the special procedures that the item's data says this application will need, with their calendar
    days."""
    rows = [
        paper_text("paper.foreseen.row", ground=paper_text(f"paper.grounds.{row.ground}"), days=row.days, rule=row.rule)
        for row in issue.item.foreseen(circumstances(issue.case))
    ]
    between = paper_text("paper.foreseen.separator")
    return {"foreseen": paper_text("paper.foreseen.whole", rows=between.join(rows)) if rows else ""}


def _to_come(rule: MaterialRule) -> MaterialRow:
    return MaterialRow(name=rule.name, form=paper_text(f"material_forms.{rule.form.value}"), copies=rule.copies)


def _special(issue: Issue) -> dict[str, Any]:
    """N06: the procedure, its calendar days with the first one counted, and the periods as they stood at the stop."""
    days = number_of(issue.event.data, "needed_days")
    end = local_date(issue.event.at_ms) + timedelta(days=days - 1)
    return {
        "ground": paper_text(f"paper.grounds.{text_of(issue.event.data, 'ground')}"),
        "needed": paper_text("paper.units.day", n=days),
        "expected_end": end,
        "expected_due": _due_after(issue, end),
        "promise": limit_of(open_clock(issue.case, ClockCode.PROMISE)),
        "statutory": limit_of(open_clock(issue.case, ClockCode.STATUTORY)),
        "acceptance_no": acceptance_no(issue.case),
        **_hearing_told(issue),
    }


def _hearing_told(issue: Issue) -> dict[str, Any]:
    """When and where the hearing is, on the paper of the procedure that is one."""
    told = issue.case.hearing
    if told is None or text_of(issue.event.data, "ground") != "hearing":
        return {}
    hour, minute = told.time.split(":")
    when = paper_text(
        "paper.hearing_when", year=told.on.year, month=told.on.month, day=told.on.day, hour=int(hour), minute=minute
    )
    return {"hearing_when": when, "hearing_place": told.place}


def _due_after(issue: Issue, end: date) -> date | None:
    """The last day of the promise, or of the law where nothing was promised, if the procedure ends as it is planned."""
    stopped = open_clock(issue.case, ClockCode.PROMISE) or open_clock(issue.case, ClockCode.STATUTORY)
    if stopped is None or stopped.stopped_since is None or issue.calendar is None:
        return None
    return resumed(stopped, end, issue.calendar).due


def _extension(issue: Issue) -> dict[str, Any]:
    """N07: the last day before and after."""
    now = open_clock(issue.case, ClockCode.STATUTORY)
    was = open_clock(issue.before, ClockCode.STATUTORY) if issue.before else None
    longer = now.extended if now else None
    return {
        "extension": period_in_words(longer) if longer else "",
        "by_government": longer is not None and longer.length == _BY_GOVERNMENT,
        "due_before": was.due if was else None,
        "statutory": limit_of(now),
        "acceptance_no": acceptance_no(issue.case),
    }


def _joint(issue: Issue) -> dict[str, Any]:
    """N08: one paper for each co-agency, in their order; or one for all of them."""
    names = [agency_name(issue.station, str(code)) for code in list_of(issue.event.data, "co_agencies")]
    kinds = [text_of(row, "kind") for row in rows_of(issue.event.data, "notices")]
    place = kinds[: issue.notice.part].count(issue.notice.kind)
    for_each = kinds.count(issue.notice.kind) == len(names) > 1
    copies = NoticeKind.JOINT.facts.copies
    return {
        "co_agencies": tuple(CoAgencyRow(name=name) for name in names),
        "addressee": names[place] if for_each else paper_text("paper.separator").join(names),
        "copies": copies if for_each else copies + len(names) - 1,
        "note": text_of(issue.private, "note"),
        "reply_limit": _reply_limit(issue),
        **told(issue, "meeting", "feedback", "absence"),
    }


def _reply_limit(issue: Issue) -> Limit | None:
    """The working days that the co-agencies have for their opinion, counted as of the issuing event."""
    if issue.calendar is None or "reply_days" not in issue.event.data:
        return None
    period = Period(number_of(issue.event.data, "reply_days"), Unit.WORKING_DAY)
    return limit_of(start_clock(ClockCode.STEP, period, local_date(issue.event.at_ms), issue.calendar))


def _hearing(issue: Issue) -> dict[str, Any]:
    return {"hearing_matter": text_of(issue.private, "matter"), "acceptance_no": acceptance_no(issue.case)}


def _return(issue: Issue) -> dict[str, Any]:
    return {
        "rule": text_of(issue.private, "basis"),
        **told(issue, "contact_attempt", "advice"),
    }


def _decision(issue: Issue) -> dict[str, Any]:
    """N10, N11: a decision number of its own is told where the paper bears another."""
    number = issue.case.decision_no if issue.notice.origin else text_of(issue.event.data, "decision_no")
    return {
        "decision_no": "" if number == issue.notice.number else number,
        "licence_no": text_of(issue.event.data, "licence_no"),
        "rule": text_of(issue.private, "basis"),
        **told(issue, "validity", "publicity", "scope", "licence_name", "findings"),
    }


def _fee_list(issue: Issue) -> dict[str, Any]:
    """N13: what the item charges, by the item's own rates."""
    known = {fee.name: fee for fee in issue.item.fees}
    lines = [fee_line_from_plain(row) for row in rows_of(issue.event.data, "fees")]
    bases = [str(basis) for basis in list_of(issue.private, "reduction_bases")] or [""] * len(lines)
    total = sum(line.due_fen for line in lines)
    return {
        "fees": tuple(_fee_row(line, known[line.name], basis) for line, basis in zip(lines, bases, strict=True)),
        "total": _money(total),
        "total_capitals": in_capitals(total),
        "issued_at": local_time(issue.event.at_ms),
        "note": text_of(issue.private, "note"),
    }


def _fee_row(line: FeeLine, fee: Fee, reduction_basis: str) -> FeeRow:
    return FeeRow(
        name=fee.name,
        basis=fee.basis,
        rate=paper_text("paper.money.rate", yuan=yuan(line.rate_fen), unit=fee.unit),
        quantity=line.quantity,
        amount=_money(line.amount_fen),
        capitals=in_capitals(line.amount_fen),
        reduction=f"{_money(line.reduction_fen)}\n{reduction_basis}" if line.reduction_fen else "",
    )


def _money(fen: int) -> str:
    return paper_text("paper.money.amount", yuan=yuan(fen))


def _flow(issue: Issue) -> dict[str, Any]:
    return {"acceptance_no": acceptance_no(issue.case), "note": text_of(issue.private, "note")}


def _minutes(issue: Issue) -> dict[str, Any]:
    rows = rows_of(issue.private, "opinions")
    return {
        "opinions": tuple(
            OpinionRow(
                agency=agency_name(issue.station, text_of(row, "agency")),
                opinion=paper_text(f"paper.opinions.{text_of(row, 'opinion')}"),
                note=text_of(row, "note"),
            )
            for row in rows
        ),
        "note": text_of(issue.private, "note"),
    }


def _package(issue: Issue) -> dict[str, Any]:
    return {
        "opinion": text_of(issue.private, "opinion"),
        "acceptance_no": acceptance_no(issue.case),
        "statutory": limit_of(open_clock(issue.case, ClockCode.STATUTORY)),
        "note": text_of(issue.private, "note"),
    }


_OF_KIND: dict[NoticeKind, Callable[[Issue], dict[str, Any]]] = {
    NoticeKind.RECEIPT_SUPPLEMENT: _supplement,
    NoticeKind.ACCEPTANCE: _foreseen,
    NoticeKind.TOLERANT_ACCEPTANCE: _tolerant,
    NoticeKind.SPECIAL_PROCEDURE: _special,
    NoticeKind.EXTENSION: _extension,
    NoticeKind.JOINT: _joint,
    NoticeKind.RETURN: _return,
    NoticeKind.GRANT: _decision,
    NoticeKind.DENIAL: _decision,
    NoticeKind.SERVICE_RECEIPT: service_receipt,
    NoticeKind.PICK_UP: pick_up,
    NoticeKind.HEARING_RIGHTS: _hearing,
    NoticeKind.FEE_LIST: _fee_list,
    NoticeKind.ADDRESS_SHEET: parcel,
    NoticeKind.FLOW: _flow,
    NoticeKind.MINUTES: _minutes,
    NoticeKind.PACKAGE: _package,
    NoticeKind.FOLDER: folder,
}
