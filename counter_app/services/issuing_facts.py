"""What single kinds of paper say besides the common facts: by kind, from the case and the issuing event."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from counter_app.domain.case import Case, IssuedNotice, MaterialTaken
from counter_app.domain.clocks import Clock
from counter_app.domain.events import Event
from counter_app.domain.moments import local_date, local_time
from counter_app.domain.notice import NoticeKind
from counter_app.domain.periods import Period
from counter_app.domain.scene import circumstances
from counter_app.domain.service_item import MaterialRule, ServiceItem
from counter_app.domain.states import ClockCode
from counter_app.domain.station import StationProfile
from counter_app.domain.wire_values import list_of, map_of, material_from_plain, number_of, rows_of, text_of
from forms.rendering.notice_data import CoAgencyRow, Limit, MaterialRow
from resources.texts import text

_DECISIONS = (NoticeKind.GRANT, NoticeKind.DENIAL)  # served by a receipt whose event issues nothing else
_BY_GOVERNMENT = 15  # working days that only the head of the government grants (XKF 42(2))


@dataclass(frozen=True, slots=True)
class Issue:
    """A notice with what it was issued from.

    case: as folded up to and including the issuing event; event: the one that says what stands on the
    paper, an earlier one for a paper that replaces a spoiled one; before: the case without it, None where
    nobody needs it; private: the event's private part, {} once it was erased.
    """

    case: Case
    before: Case | None
    notice: IssuedNotice
    event: Event
    item: ServiceItem
    station: StationProfile

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
    return text(f"periods.{period.unit.value}", n=period.length)


def material_name(item: ServiceItem, material: str) -> str:
    """The item's name of a material, or what was written where the item has none."""
    return next((rule.name for rule in item.materials if rule.id == material), material)


def material_row(item: ServiceItem, material: MaterialTaken) -> MaterialRow:
    """A material that was taken in."""
    return MaterialRow(
        name=material_name(item, material.id),
        form=text(f"material_forms.{material.form}"),
        copies=material.copies,
        pages=material.pages,
        how=text("material_ways.scanned" if material.files else "material_ways.paper"),
    )


def _supplement(issue: Issue) -> dict[str, Any]:
    """N01-S: what this hand-in brought, and what of the correction notice is still open."""
    taken = [material_from_plain(row) for row in rows_of(issue.event.data, "materials")]
    left = [material_name(issue.item, gap.material) for gap in issue.case.gaps if not gap.supplied]
    return {
        "materials": tuple(material_row(issue.item, material) for material in taken),
        "handed_in_at": local_time(issue.event.at_ms),
        "gaps_left": text("paper.separator").join(dict.fromkeys(left)),
    }


def _tolerant(issue: Issue) -> dict[str, Any]:
    """N05: the minor materials that are still to come, and until when."""
    taken = {material.id for material in issue.case.materials}
    required = issue.item.required_materials(circumstances(issue.case))
    return {
        "missing": tuple(_to_come(rule) for rule in required if rule.id not in taken),
        "completion": limit_of(issue.case.clock(ClockCode.TOLERATED)),
    }


def _to_come(rule: MaterialRule) -> MaterialRow:
    return MaterialRow(name=rule.name, form=text(f"material_forms.{rule.form.value}"), copies=rule.copies)


def _special(issue: Issue) -> dict[str, Any]:
    """N06: the procedure, its calendar days with the first one counted, and the periods as they stood at the stop."""
    days = number_of(issue.event.data, "needed_days")
    return {
        "ground": text(f"paper.grounds.{text_of(issue.event.data, 'ground')}"),
        "needed": text("paper.units.day", n=days),
        "expected_end": local_date(issue.event.at_ms) + timedelta(days=days - 1),
        "promise": limit_of(_open_clock(issue.case, ClockCode.PROMISE)),
        "statutory": limit_of(_open_clock(issue.case, ClockCode.STATUTORY)),
        "acceptance_no": _acceptance_no(issue.case),
    }


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
        "addressee": names[place] if for_each else text("paper.separator").join(names),
        "copies": copies if for_each else copies + len(names) - 1,
        "note": text_of(issue.private, "note"),
    }


def _return(issue: Issue) -> dict[str, Any]:
    return {
        "rule": text_of(issue.private, "basis"),
        "contact_attempt": text_of(issue.private, "contact_attempt"),
    }


def _decision(issue: Issue) -> dict[str, Any]:
    """N10, N11: a decision number of its own is told where the paper bears another."""
    number = issue.case.decision_no if issue.notice.origin else text_of(issue.event.data, "decision_no")
    return {
        "decision_no": "" if number == issue.notice.number else number,
        "licence_no": text_of(issue.event.data, "licence_no"),
    }


def _service(issue: Issue) -> dict[str, Any]:
    """N12: which paper goes to whom and how; what is not known yet is left to be filled in by hand."""
    receiver, way = text_of(issue.private, "receiver"), text_of(issue.event.data, "way")
    return {
        "served": _served(issue),
        "receiver": receiver,
        "stand_in": _stand_in(issue, receiver) if receiver not in ("", issue.case.applicant.name) else "",
        "service_way": text(f"paper.ways.{way}") if way else "",
        "waybill": text_of(issue.event.data, "waybill"),
    }


def _served(issue: Issue) -> str:
    case, own = issue.case, issue.notice.kind
    valid = [each for each in case.notices if not each.spoiled]
    with_it = [each for each in valid if each.words == issue.event.id and each.kind != own]
    decided = [each for each in valid if each.kind in _DECISIONS]
    found = with_it or decided
    if not found:
        return text("paper.served.result", item=issue.item.name, decision_no=case.decision_no).strip()
    title = NoticeKind(found[-1].kind).facts.title_for(issue.item.is_licence)
    return text("paper.served.paper", title=title, number=found[-1].number)


def _stand_in(issue: Issue, receiver: str) -> str:
    relation = text_of(map_of(issue.private, "proxy"), "relation")
    key = "related" if relation else "named"
    return text(f"paper.stand_in.{key}", name=receiver, relation=relation)


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
    NoticeKind.TOLERANT_ACCEPTANCE: _tolerant,
    NoticeKind.SPECIAL_PROCEDURE: _special,
    NoticeKind.EXTENSION: _extension,
    NoticeKind.JOINT: _joint,
    NoticeKind.RETURN: _return,
    NoticeKind.GRANT: _decision,
    NoticeKind.DENIAL: _decision,
    NoticeKind.SERVICE_RECEIPT: _service,
}
