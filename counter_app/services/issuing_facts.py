"""What single kinds of paper say besides the common facts: by kind, from the case and the issuing event."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from counter_app.domain.capitals import in_capitals
from counter_app.domain.case import Case, IssuedNotice, MaterialTaken
from counter_app.domain.clocks import Clock, resumed, start_clock
from counter_app.domain.events import Event
from counter_app.domain.fees import FeeLine, yuan
from counter_app.domain.moments import local_date, local_time
from counter_app.domain.notice import NoticeKind, binds
from counter_app.domain.periods import Period, Unit
from counter_app.domain.scene import circumstances
from counter_app.domain.service_item import Fee, MaterialRule, ServiceItem
from counter_app.domain.serving import IN_PERSON
from counter_app.domain.states import ClockCode
from counter_app.domain.station import StationProfile
from counter_app.domain.wire_values import (
    Plain,
    fee_line_from_plain,
    list_of,
    map_of,
    material_from_plain,
    number_of,
    rows_of,
    text_of,
)
from counter_app.domain.working_calendar import WorkingCalendar
from forms.rendering.notice_data import CoAgencyRow, FeeRow, FolderRow, Limit, MaterialRow, OpinionRow
from resources.texts import paper_text

_DECISIONS = (NoticeKind.GRANT, NoticeKind.DENIAL)  # served by a receipt whose event issues nothing else
_BY_GOVERNMENT = 15  # working days that only the head of the government grants (XKF 42(2))


@dataclass(frozen=True, slots=True)
class Issue:
    """A notice with what it was issued from.

    case: as folded up to and including the issuing event; event: the one that says what stands on the
    paper, an earlier one for a paper that replaces a spoiled one; before: the case without it, None where
    nobody needs it; private: the event's private part, {} once it was erased; calendar: as known when it was issued,
    None where nothing is counted.
    """

    case: Case
    before: Case | None
    notice: IssuedNotice
    event: Event
    item: ServiceItem
    station: StationProfile
    calendar: WorkingCalendar | None = None

    @property
    def private(self) -> Mapping[str, object]:
        return self.event.private or {}


def issuing_facts(issue: Issue) -> Mapping[str, Any]:
    """The fields of NoticeData that this kind of paper has of its own."""
    facts = _OF_KIND.get(NoticeKind(issue.notice.kind))
    return {} if facts is None else facts(issue)


def limit_of(clock: Clock | None) -> Limit | None:
    """A clock as the paper tells it."""
    if clock is None:
        return None
    return Limit(length=period_in_words(clock.period), due_on=clock.due, provisional=clock.provisional)


def period_in_words(period: Period) -> str:
    """The length with its unit, such as 5个工作日."""
    return paper_text(f"periods.{period.unit.value}", n=period.length)


def material_name(item: ServiceItem, material: str) -> str:
    """The item's name of a material, or what was written where the item has none."""
    return next((rule.name for rule in item.materials if rule.id == material), material)


def material_row(item: ServiceItem, material: MaterialTaken) -> MaterialRow:
    """A material that was taken in."""
    return MaterialRow(
        name=material_name(item, material.id),
        form=paper_text(f"material_forms.{material.form}"),
        copies=material.copies,
        pages=material.pages,
        how=paper_text("material_ways.scanned" if material.files else "material_ways.paper"),
    )


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
        "promise": limit_of(_open_clock(issue.case, ClockCode.PROMISE)),
        "statutory": limit_of(_open_clock(issue.case, ClockCode.STATUTORY)),
        "acceptance_no": _acceptance_no(issue.case),
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
    stopped = _open_clock(issue.case, ClockCode.PROMISE) or _open_clock(issue.case, ClockCode.STATUTORY)
    if stopped is None or stopped.stopped_since is None or issue.calendar is None:
        return None
    return resumed(stopped, end, issue.calendar).due


def _extension(issue: Issue) -> dict[str, Any]:
    """N07: the last day before and after."""
    now = _open_clock(issue.case, ClockCode.STATUTORY)
    was = _open_clock(issue.before, ClockCode.STATUTORY) if issue.before else None
    longer = now.extended if now else None
    return {
        "extension": period_in_words(longer) if longer else "",
        "by_government": longer is not None and longer.length == _BY_GOVERNMENT,
        "due_before": was.due if was else None,
        "statutory": limit_of(now),
        "acceptance_no": _acceptance_no(issue.case),
    }


def _joint(issue: Issue) -> dict[str, Any]:
    """N08: one paper for each co-agency, in their order; or one for all of them."""
    names = [_agency_name(issue.station, str(code)) for code in list_of(issue.event.data, "co_agencies")]
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
        **_told(issue, "meeting", "feedback", "absence"),
    }


def _reply_limit(issue: Issue) -> Limit | None:
    """The working days that the co-agencies have for their opinion, counted as of the issuing event."""
    if issue.calendar is None or "reply_days" not in issue.event.data:
        return None
    period = Period(number_of(issue.event.data, "reply_days"), Unit.WORKING_DAY)
    return limit_of(start_clock(ClockCode.STEP, period, local_date(issue.event.at_ms), issue.calendar))


def _told(issue: Issue, *keys: str) -> dict[str, Any]:
    """What the paper says in the words that were given with the act."""
    return {key: text_of(issue.private, key) for key in keys}


def _hearing(issue: Issue) -> dict[str, Any]:
    return {"hearing_matter": text_of(issue.private, "matter"), "acceptance_no": _acceptance_no(issue.case)}


def _return(issue: Issue) -> dict[str, Any]:
    return {
        "rule": text_of(issue.private, "basis"),
        **_told(issue, "contact_attempt", "advice"),
    }


def _decision(issue: Issue) -> dict[str, Any]:
    """N10, N11: a decision number of its own is told where the paper bears another."""
    number = issue.case.decision_no if issue.notice.origin else text_of(issue.event.data, "decision_no")
    return {
        "decision_no": "" if number == issue.notice.number else number,
        "licence_no": text_of(issue.event.data, "licence_no"),
        "rule": text_of(issue.private, "basis"),
        **_told(issue, "validity", "publicity", "scope", "licence_name", "findings"),
    }


def _service(issue: Issue) -> dict[str, Any]:
    """N12: which paper goes to whom and how; what is not known yet is left to be filled in by hand."""
    data, private = issue.event.data, issue.private
    receiver = text_of(private, "receiver")
    by_hand = receiver in ("", issue.case.applicant.name, IN_PERSON)
    entrusted_to = text_of(private, "entrusted_to")
    published, signed = text_of(data, "announced_on"), text_of(data, "signed_on")
    return {
        "served": _served(issue),
        "receiver": receiver,
        "stand_in": "" if by_hand else _stand_in(issue, receiver),
        "service_way": _service_way(data),
        "waybill": text_of(data, "waybill"),
        "place": text_of(private, "place"),
        "refusal": text_of(private, "refusal"),
        "servers": paper_text("paper.separator").join(str(name) for name in list_of(private, "servers")),
        "witness": text_of(private, "witness"),
        "signed_on": date.fromisoformat(signed) if signed else None,
        "remark": _remarks(
            text_of(private, "note"),
            paper_text("paper.remark.identity") if data.get("identity_checked") else "",
            paper_text("paper.remark.entrustment") if data.get("entrustment") else "",
            paper_text("paper.remark.consent") if data.get("consent") else "",
            paper_text("paper.remark.entrusted_to", name=entrusted_to) if entrusted_to else "",
            paper_text("paper.remark.announced", day=published) if published else "",
        ),
    }


def _service_way(data: Plain) -> str:
    """Older events say only how the result went out."""
    service, way = text_of(data, "service"), text_of(data, "way")
    if service == "direct" or not service:
        return paper_text(f"paper.ways.{way}") if way else paper_text("paper.services.direct") if service else ""
    return paper_text(f"paper.services.{service}")


def _remarks(*each: str) -> str:
    return paper_text("paper.remark.separator").join(filter(None, each))


def _pick_up(issue: Issue) -> dict[str, Any]:
    """N16: which licence, who took it, whether the identity was checked."""
    decision = issue.case.decision_no or NoticeKind.GRANT.facts.title_for(issue.item.is_licence)
    return {
        **_service(issue),
        "served": paper_text("paper.served.result", item=issue.item.name, decision_no=decision).strip(),
        "licence_no": issue.case.licence_no,
        "licence_name": issue.case.licence_name,
        "sheets_out": _sheets_out(issue.event.data),
    }


def _sheets_out(data: Plain) -> str:
    """How many originals and duplicates were handed out, "" where nobody said."""
    counts = [paper_text(f"paper.sheets_out.{key}", n=data[key]) for key in ("originals", "duplicates") if key in data]
    return paper_text("paper.remark.separator").join(counts)


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


def _parcel(issue: Issue) -> dict[str, Any]:
    """POST: where the parcel goes, whole: it is the address on it."""
    return {
        "mail_address": text_of(issue.private, "address"),
        "mail_phone": issue.case.applicant.phone,
        "waybill": text_of(issue.event.data, "waybill"),
    }


def _flow(issue: Issue) -> dict[str, Any]:
    return {"acceptance_no": _acceptance_no(issue.case), "note": text_of(issue.private, "note")}


def _minutes(issue: Issue) -> dict[str, Any]:
    rows = rows_of(issue.private, "opinions")
    return {
        "opinions": tuple(
            OpinionRow(
                agency=_agency_name(issue.station, text_of(row, "agency")),
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
        "acceptance_no": _acceptance_no(issue.case),
        "statutory": limit_of(_open_clock(issue.case, ClockCode.STATUTORY)),
        "note": text_of(issue.private, "note"),
    }


def _folder(issue: Issue) -> dict[str, Any]:
    """FOLDER: every paper of the case but this one, then every material, then the voucher of a payment."""
    papers = [paper for paper in issue.case.notices if paper.event != issue.event.id]
    materials = [material_row(issue.item, material) for material in issue.case.materials]
    paid = issue.case.payment
    voucher = (
        FolderRow(title=paper_text("paper.folder.voucher"), number=paid.voucher, day=paid.paid_on.isoformat()),
    ) if paid else ()
    offer = text_of(issue.event.data, "rating")
    return {
        "folder": (
            *(_folder_paper(issue, paper) for paper in papers),
            *(
                FolderRow(
                    title=row.name,
                    sheets=paper_text("paper.folder.sheets_and_pages", copies=row.copies, pages=row.pages),
                    note=row.form,
                )
                for row in materials
            ),
            *voucher,
        ),
        "remark": paper_text(f"paper.rating.{offer or 'not_offered'}"),
    }


def _folder_paper(issue: Issue, paper: IssuedNotice) -> FolderRow:
    facts = NoticeKind(paper.kind).facts
    state = "spoiled" if paper.spoiled else "late" if paper.late else "" if paper.prints else "unprinted"
    return FolderRow(
        title=facts.title_for(issue.item.is_licence),
        number=paper.shown_number,
        sheets=paper_text("paper.folder.sheets", copies=facts.copies),
        day=local_date(paper.at_ms).isoformat(),
        note=paper_text(f"paper.folder.{state}") if state else "",
    )


def _served(issue: Issue) -> str:
    case, own = issue.case, issue.notice.kind
    valid = [each for each in case.notices if not each.spoiled]
    with_it = [each for each in valid if each.words == issue.event.id and each.kind != own and binds(each.kind)]
    decided = [each for each in valid if each.kind in _DECISIONS]
    found = with_it or decided
    if not found:
        return paper_text("paper.served.result", item=issue.item.name, decision_no=case.decision_no).strip()
    title = NoticeKind(found[-1].kind).facts.title_for(issue.item.is_licence)
    return paper_text("paper.served.paper", title=title, number=found[-1].number)


def _stand_in(issue: Issue, receiver: str) -> str:
    role = text_of(issue.event.data, "receiver_as")
    relation = text_of(map_of(issue.private, "proxy"), "relation")
    relation = relation or (paper_text(f"paper.receivers.{role}") if role else "")
    key = "related" if relation else "open"
    return paper_text(f"paper.stand_in.{key}", name=receiver, relation=relation)


def _open_clock(case: Case, code: ClockCode) -> Clock | None:
    """The clock whose duty is open, running or stopped."""
    return next((clock for clock in case.clocks if clock.code is code and clock.is_open), None)


def _acceptance_no(case: Case) -> str:
    accepted = case.notice("N02") or case.notice("N05")
    return accepted.number if accepted else ""


def _agency_name(station: StationProfile, code: str) -> str:
    agency = station.agencies.get(code)
    return agency.name if agency else code


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
    NoticeKind.SERVICE_RECEIPT: _service,
    NoticeKind.PICK_UP: _pick_up,
    NoticeKind.HEARING_RIGHTS: _hearing,
    NoticeKind.FEE_LIST: _fee_list,
    NoticeKind.ADDRESS_SHEET: _parcel,
    NoticeKind.FLOW: _flow,
    NoticeKind.MINUTES: _minutes,
    NoticeKind.PACKAGE: _package,
    NoticeKind.FOLDER: _folder,
}
