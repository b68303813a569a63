"""What a decision about a case needs from outside it: who, where, when, by which item and calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from counter_app.domain.case import Case
from counter_app.domain.item_conditions import Circumstances
from counter_app.domain.moments import local_date
from counter_app.domain.people import Actor, Person
from counter_app.domain.service_item import ServiceItem
from counter_app.domain.working_calendar import WorkingCalendar


@dataclass(frozen=True, slots=True)
class Scene:
    """device is who would write the event; entrusted tells whether the item's agency lets this station accept.

    at_hall: the scene is the hall, where the agencies work, not a counter. second: who stands beside
    the person and agrees, where an act needs two.
    """

    person: Person
    device: str
    entrusted: bool
    now_ms: int
    calendar: WorkingCalendar
    item: ServiceItem
    at_hall: bool = False
    second: Person | None = None

    @property
    def today(self) -> date:
        """The day in China, the legal date of anything decided now."""
        return local_date(self.now_ms)

    @property
    def actors(self) -> frozenset[Actor]:
        """The actor letters of the person here."""
        return self.person.actors(entrusted=self.entrusted)


def circumstances(case: Case) -> Circumstances:
    """What the item's conditions see of a case."""
    return Circumstances(case.fields, case.proxy is not None, case.situation or None, case.applicant.id_type)
