"""What home shows, read at once on the reading thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time

from counter_app.domain.people import Person
from counter_app.domain.service_item import ServiceItem
from counter_app.services.desk import Desk
from counter_app.services.drafts import Drafts
from counter_app.services.duties import Duties, Today
from counter_app.services.outbox import Outbox, Sending

CLOSES_AT = "closes_at"  # the setting: when this counter closes
USUAL_CLOSING = time(17, 30)


@dataclass(frozen=True, slots=True)
class Home:
    """The content of the page. now is the moment of reading, in China; items are those of the drafts, by code."""

    now: datetime
    today: Today
    outbox: Outbox
    closes_at: time
    items: dict[str, ServiceItem]


@dataclass(frozen=True, slots=True)
class TodayServices:
    """What the page asks."""

    desk: Desk
    duties: Duties
    sending: Sending
    now: Callable[[], datetime]
    person: Person


def read_home(services: TodayServices) -> Home:
    """Everything on the page as of now."""
    today = services.duties.today(services.person)
    kept = Drafts(services.desk)
    items = {draft.item: item for draft in today.drafts if (item := kept.item(draft)) is not None}
    return Home(services.now(), today, services.sending.outbox(), closing_time(services.desk), items)


def closing_time(desk: Desk) -> time:
    """When this counter closes; 17:30 where the settings say nothing that can be read."""
    with desk.store.read() as reading:
        try:
            return time.fromisoformat(reading.setting(CLOSES_AT))
        except ValueError:
            return USUAL_CLOSING
