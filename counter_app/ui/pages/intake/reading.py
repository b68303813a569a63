"""What the intake page reads from the station, all at once, on the reading thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from counter_app.domain.notice import Agency
from counter_app.domain.service_item import ServiceItem
from counter_app.services.line_values import Line
from counter_app.services.outcomes import Outcome
from counter_app.ui.pages.intake import IntakeServices

LOOKS_BACK_DAYS = 30


@dataclass(frozen=True, slots=True)
class Offered:
    """What may be applied for here; counts of cases by item: lately, and today; nth_today: which one comes next."""

    items: tuple[ServiceItem, ...]
    agencies: Mapping[str, Agency]
    counts: dict[str, int]
    today_counts: dict[str, int]
    nth_today: int
    drafts: int


@dataclass(frozen=True, slots=True)
class Ahead:
    """What each outcome would bring, by name, and the place in the queue to the hall."""

    outcomes: Mapping[str, Outcome]
    queue_place: int


def read_offered(services: IntakeServices) -> Offered:
    """The start state."""
    items = tuple(services.items())
    today = services.today()
    since = date.fromordinal(today.toordinal() - LOOKS_BACK_DAYS + 1)
    lately, this_day = (services.cases.counts_by_item(first) for first in (since, today))
    return Offered(
        items=items,
        agencies=services.agencies(),
        counts={item.code: lately.get(item.code, 0) for item in items},
        today_counts={item.code: this_day.get(item.code, 0) for item in items},
        nth_today=sum(this_day.values()) + 1,
        drafts=len(services.drafts.all()),
    )


def read_ahead(services: IntakeServices, item: ServiceItem, line: Line) -> Ahead:
    """The consequence panel."""
    outcomes = services.outcomes.of(services.person, item, line)
    return Ahead({outcome.name: outcome for outcome in outcomes}, services.queue_place())


