"""What a decision about a case needs from outside it: who, where, when, by which item and calendar."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from counter_app.domain.case import Case
from counter_app.domain.errors import MoveNotAllowed, NotHolder
from counter_app.domain.identifiers import station_of_desk, station_of_device
from counter_app.domain.item_conditions import Circumstances
from counter_app.domain.moments import local_date
from counter_app.domain.people import Actor, Person
from counter_app.domain.service_item import ServiceItem
from counter_app.domain.working_calendar import WorkingCalendar


@dataclass(frozen=True, slots=True)
class Scene:
    """device is who would write the event; entrusted tells whether the item's agency lets this station accept.

    at_village: the station is a village's, which may accept some items only (`acceptance.py`). at_hall: the scene is
    the hall, where the agencies work, not a counter. second: who stands beside the person and agrees, where an act
    needs two. desk: the station's desk as a holder, from which a case can be claimed; shares: the station's other
    counters put their cases there.
    """

    person: Person
    device: str
    entrusted: bool
    now_ms: int
    calendar: WorkingCalendar
    item: ServiceItem
    at_hall: bool = False
    second: Person | None = None
    desk: str = ""
    shares: bool = False
    at_village: bool = False

    @property
    def today(self) -> date:
        """The day in China, the legal date of anything decided now."""
        return local_date(self.now_ms)

    @property
    def actors(self) -> frozenset[Actor]:
        """The actor letters of the person here."""
        return self.person.actors(entrusted=self.entrusted)


def as_claimed(case: Case, scene: Scene) -> Case:
    """The case as it would be once it was claimed from the station's desk; the case itself if it cannot lie there.

    One that another counter of a sharing station has by what is known here may be back at the desk by now.
    """
    by_other = scene.shares and station_of_device(case.holder) == station_of_desk(scene.desk)
    may_claim = case.holder == scene.desk or (by_other and case.holder != scene.device)
    return replace(case, holder=scene.device) if may_claim else case


def check_holder(case: Case, scene: Scene) -> None:
    """Raises MoveNotAllowed `claim_first`, or NotHolder, unless this device holds the baton."""
    if case.holder == scene.desk:
        raise MoveNotAllowed("claim_first", case=str(case.id))
    if case.holder != scene.device:
        raise NotHolder(case.holder)


def circumstances(case: Case) -> Circumstances:
    """What the item's conditions see of a case."""
    return Circumstances(case.fields, case.proxy is not None, case.situation or None, case.applicant.id_type)
