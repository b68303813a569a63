"""Fields of a form that nobody enters: they follow from the applicant's identity number."""

from __future__ import annotations

from datetime import date

from counter_app.domain.id_numbers import IdNumber
from counter_app.domain.service_item import ServiceItem


def computed_values(item: ServiceItem, number: IdNumber, today: date) -> dict[str, int | str]:
    """The item's computed fields by id: age in full years today, birth as YYYY-MM-DD, sex as GB/T 2261.1 (1, 2).

    A field is absent if the number does not tell it, such as the number of a passport.
    """
    known: dict[str, int | str] = {}
    if number.birth:
        known["age"] = age_on(today, number.birth)
        known["birth"] = number.birth.isoformat()
    if number.sex:
        known["sex"] = number.sex
    return {row.id: known[row.computed] for row in item.fields if row.computed in known}


def age_on(today: date, birth: date) -> int:
    """Full years (周岁), complete on the birthday itself; who was born on 29 February waits for 1 March."""
    return today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))
