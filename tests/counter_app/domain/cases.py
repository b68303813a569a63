"""Cases for the tests of the law, made by the fold itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from counter_app.domain.case import Applicant, Case, ItemRef, MaterialTaken
from counter_app.domain.clocks import start_clock
from counter_app.domain.events import ClockReading, Event
from counter_app.domain.fold import apply
from counter_app.domain.identifiers import HALL, CaseId, EventId
from counter_app.domain.item_conditions import Circumstances
from counter_app.domain.moments import CHINA, local_date, to_ms
from counter_app.domain.moves import plan
from counter_app.domain.people import Person, Role
from counter_app.domain.scene import Scene
from counter_app.domain.service_item import ServiceItem
from counter_app.domain.states import Action, ClockCode
from counter_app.domain.wire_values import applicant_to_plain, clock_to_plain, item_to_plain, material_to_plain
from forms.catalogue import Catalogue
from forms.examples import example_line
from resources.calendars import national_calendar

DEVICE = "QX03-01"
CATALOGUE = Catalogue.load()
MONDAY = datetime(2026, 11, 16, 9, 30, tzinfo=CHINA)


def an_item(code: str = "elder_allowance") -> ServiceItem:
    return CATALOGUE.get(code)


def a_person(*roles: Role) -> Person:
    return Person("何秀兰", frozenset(roles or (Role.AGENT,)))


def a_scene(
    item: ServiceItem,
    at: datetime = MONDAY,
    person: Person | None = None,
    entrusted: bool = True,
    device: str = DEVICE,
) -> Scene:
    return Scene(
        person=person or a_person(),
        device=device,
        entrusted=entrusted,
        now_ms=to_ms(at),
        calendar=national_calendar(),
        item=item,
        at_hall=device == HALL,
    )


def event(kind: str, case: CaseId, scene: Scene, epoch: int, seq: int, data: Mapping[str, object],
          private: Mapping[str, object] | None = None) -> Event:
    clock = ClockReading(scene.now_ms, "boot", 1, None)
    return Event(EventId(scene.device, seq), kind, 1, case, epoch, clock, scene.person.name, data, private or {})


def received(item: ServiceItem, at: datetime = MONDAY, with_materials: bool = True) -> Case:
    """A case just received, its form filled in, with every material that its item requires unless told otherwise."""
    scene = a_scene(item, at)
    applicant = Applicant("王桂芳", "111", "110101194102080024", "13800006021", "石桥村3组")
    line = example_line(item, "accept", 0)
    situation, filled = line.get("situation", ""), line["fields"]
    rules = item.required_materials(Circumstances(filled, False, situation or None, "111"))
    materials = [MaterialTaken(rule.id, rule.form.value, 1, 1) for rule in rules] if with_materials else []
    ref = ItemRef(item.code, item.version, item.name, item.kind.value, item.is_licence, item.agency)
    check = start_clock(ClockCode.CHECK, item.limits.check, local_date(scene.now_ms), scene.calendar)
    data = {
        "station": "QX03",
        "item": item_to_plain(ref),
        "received_at": scene.now_ms,
        "channel": "1",
        "situation": situation,
        "materials": [material_to_plain(material) for material in materials],
        "clocks": [clock_to_plain(check)],
    }
    private = {"applicant": applicant_to_plain(applicant), "query_code": "604182", "fields": filled}
    return apply(None, event("received", CaseId(DEVICE, 1), scene, 0, 1, data, private))


def done(case: Case, action: Action, scene: Scene, **given: object) -> Case:
    """The case after the act, planned and folded as the services do it."""
    planned = plan(case, action, given, scene)
    return apply(
        case,
        event(planned.row.event_kind, case.id, scene, case.epoch, case.events + 1, planned.data, planned.private),
    )
