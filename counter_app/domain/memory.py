"""What earlier cases of the same person save: asked once, kept, offered again (一号, specs domain 3; 国令第716号 8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from counter_app.domain.case import Case, MaterialTaken
from counter_app.domain.moments import local_date
from counter_app.domain.periods import count
from counter_app.domain.service_item import ServiceItem
from counter_app.domain.working_calendar import WorkingCalendar

DOUBLED_WITHIN = timedelta(days=30)  # the same item asked for again so soon is mostly a slip
CONTACT = ("phone", "address")
FIELD, MATERIAL = "field.", "material."


@dataclass(frozen=True, slots=True)
class KeptMaterial:
    """A material of an earlier case that still holds; until is its last day."""

    case: Case
    taken: MaterialTaken
    until: date


def of_person(cases: Iterable[Case], id_type: str, id_number: str) -> list[Case]:
    """The cases of this person that can still be read, newest first."""
    same = (
        case
        for case in cases
        if not case.erased and (case.applicant.id_type, case.applicant.id_number) == (id_type, id_number)
    )
    return sorted(same, key=lambda case: (case.received_at_ms, case.id), reverse=True)


def doubled(earlier: Iterable[Case], item: str, today: date) -> Case | None:
    """The newest case of the same item that was received within the last 30 days, None if there is none."""
    return next(
        (
            case
            for case in earlier
            if case.item.code == item and today - local_date(case.received_at_ms) <= DOUBLED_WITHIN
        ),
        None,
    )


def kept_materials(
    earlier: Iterable[Case], item: ServiceItem, today: date, calendar: WorkingCalendar
) -> dict[str, KeptMaterial]:
    """For each material of the item the newest earlier one that still holds and can be shown, by its id."""
    found: dict[str, KeptMaterial] = {}
    lengths = {rule.id: rule.valid_for for rule in item.materials if rule.valid_for is not None}
    for case in earlier:
        received_on = local_date(case.received_at_ms)
        for taken in case.materials:
            length = lengths.get(taken.id)
            if length is None or not taken.files or taken.id in found:
                continue
            until = count(length, received_on, calendar).due
            if today <= until:
                found[taken.id] = KeptMaterial(case, taken, until)
    return found


def value_of(case: Case, what: str) -> object:
    """What the case says under `phone`, `address` or `field.<id>`; None if nothing."""
    if what in CONTACT:
        return getattr(case.applicant, what) or None
    fields: Mapping[str, object] = case.fields
    return fields.get(what.removeprefix(FIELD)) if what.startswith(FIELD) else None
