"""A notice with what it was issued from, and words that several kinds of paper share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from counter_app.domain.case import Case, IssuedNotice, MaterialTaken
from counter_app.domain.clocks import Clock
from counter_app.domain.events import Event
from counter_app.domain.periods import Period
from counter_app.domain.service_item import ServiceItem
from counter_app.domain.states import ClockCode
from counter_app.domain.station import StationProfile
from counter_app.domain.wire_values import text_of
from counter_app.domain.working_calendar import WorkingCalendar
from forms.rendering.notice_data import Limit, MaterialRow
from resources.texts import paper_text


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


def told(issue: Issue, *keys: str) -> dict[str, Any]:
    """What the paper says in the words that were given with the act."""
    return {key: text_of(issue.private, key) for key in keys}


def open_clock(case: Case, code: ClockCode) -> Clock | None:
    """The clock whose duty is open, running or stopped."""
    return next((clock for clock in case.clocks if clock.code is code and clock.is_open), None)


def acceptance_no(case: Case) -> str:
    """The number of the acceptance, tolerant or not; "" before there is one."""
    accepted = case.notice("N02") or case.notice("N05")
    return accepted.number if accepted else ""


def agency_name(station: StationProfile, code: str) -> str:
    """The name of an agency, its code where the station does not know it."""
    agency = station.agencies.get(code)
    return agency.name if agency else code
