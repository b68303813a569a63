"""What stands on a notice of a case, as the case was when the notice was issued."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from counter_app.domain.case import Case, Gap, IssuedNotice
from counter_app.domain.errors import CounterError
from counter_app.domain.events import Event
from counter_app.domain.masking import mask_id_number, mask_phone
from counter_app.domain.moments import local_date, local_time
from counter_app.domain.notice import NoticeKind
from counter_app.domain.service_item import ServiceItem
from counter_app.domain.states import ClockCode
from counter_app.domain.station import StationProfile
from counter_app.domain.wire_values import text_of
from counter_app.domain.working_calendar import WorkingCalendar
from counter_app.services.issue import Issue, limit_of, material_name, material_row
from counter_app.services.issuing_facts import issuing_facts
from forms.rendering.notice_data import GapRow, NoticeData
from resources.texts import paper_text


class Issued(NamedTuple):
    """The event that issued a paper, and the one that says what stands on it: another for one that replaces a spoiled
    paper."""

    by: Event
    words: Event


def notice_data(
    case: Case,
    notice: IssuedNotice,
    issued: Issued,
    item: ServiceItem,
    station: StationProfile,
    before: Case | None = None,
    calendar: WorkingCalendar | None = None,
) -> NoticeData:
    """The paper's facts. case: as folded up to and including its event; before: without its words (N07 needs
    it); calendar: by which its days are counted (N06).

    CounterError `agency_unknown` if the hall never said whose papers these are.
    """
    common = _common(case, notice, issued, item, station)
    return replace(common, **issuing_facts(Issue(case, before, notice, issued.words, item, station, calendar)))


def _common(
    case: Case, notice: IssuedNotice, issued: Issued, item: ServiceItem, station: StationProfile
) -> NoticeData:
    """What every paper of the case may say."""
    agency = station.agencies.get(item.agency)
    if agency is None:
        raise CounterError("agency_unknown", agency=item.agency)
    private = issued.words.private or {}
    needs_number = NoticeKind(notice.kind).facts.needs_number
    return NoticeData(
        number=notice.number if needs_number else "",
        number_is_temporary=notice.temporary,
        local_no=str(case.id) if needs_number else notice.number or str(case.id),
        case_no=case.case_no,
        query_code=case.query_code,
        applicant=case.applicant.name,
        id_type=paper_text(f"id_types.{case.applicant.id_type}"),
        id_number=mask_id_number(case.applicant.id_number),
        phone=mask_phone(case.applicant.phone),
        proxy=case.proxy.name if case.proxy else "",
        item_name=item.name,
        is_licence=item.is_licence,
        basis=_basis(item),
        agency=agency,
        received_at=local_time(case.received_at_ms),
        issued_on=local_date(notice.at_ms),
        accepted_on=case.accepted_on,
        clerk=issued.by.user,
        window=text_of(issued.by.private or {}, "window"),
        station=station.name,
        kind_label=paper_text(f"item_kinds.{item.kind.value}"),
        materials=tuple(material_row(item, material) for material in case.materials),
        gaps=tuple(_gap_row(item, gap) for gap in case.gaps),
        statutory=limit_of(case.clock(ClockCode.STATUTORY)),
        promise=limit_of(case.clock(ClockCode.PROMISE)),
        correction=limit_of(case.clock(ClockCode.FIX)),
        reason=text_of(private, "reason"),
        competent_agency=text_of(private, "competent_agency"),
        fee_line=_fee_line(item),
        delivery_line="、".join(paper_text(f"delivery.{way}") for way in item.delivery),
        deemed=case.deemed,
        tolerant=case.tolerant,
        late_entry=bool(case.slip_no),
        slip_number=case.slip_no,
        copies=NoticeKind(notice.kind).facts.copies,
        own_lines=item.basis_lines,
    )


def _gap_row(item: ServiceItem, gap: Gap) -> GapRow:
    return GapRow(
        material=material_name(item, gap.material),
        problem=paper_text(f"gap_problems.{gap.problem}"),
        demand=gap.demand,
        basis=_basis(item),
    )


def _basis(item: ServiceItem) -> str:
    """The item's own rule, by which it asks for its materials."""
    return "、".join(f"{basis.law}{basis.article}" for basis in item.basis[:1])


def _fee_line(item: ServiceItem) -> str:
    if not item.fees:
        return paper_text("fees.none")
    return "；".join(
        paper_text("fees.row", name=fee.name, yuan=f"{fee.rate_fen / 100:.2f}", unit=fee.unit) for fee in item.fees
    )
