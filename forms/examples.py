"""Invented cases: n different people with valid numbers, for tests and for the demonstration day.

Everything follows from n: the same n is always the same person with the same papers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from counter_app.domain.check_characters import resident_check
from counter_app.domain.item_conditions import Circumstances, holds
from counter_app.domain.service_item import MaterialRule, ServiceItem
from forms.example_words import example_words

REGION = "379901"  # a county of Shandong that was never given this code
_BIRTHS_SPAN_DAYS = 3001  # a prime, so that n people of one item have n different numbers

# First birth day by item and situation (None: any): old enough, and not too old, whenever the examples are used.
_FIRST_BIRTHS: dict[tuple[str, str | None], date] = {
    ("birth_registration", None): date(1992, 1, 1),
    ("destitute_support", "elder"): date(1948, 1, 1),
    ("destitute_support", "minor"): date(2011, 1, 1),
    ("elder_allowance", "from_80"): date(1937, 1, 1),
    ("elder_allowance", "from_90"): date(1928, 1, 1),
    ("elder_allowance", "from_100"): date(1917, 1, 1),
    ("elder_courtesy_card", None): date(1948, 1, 1),
    ("family_planning_support", None): date(1955, 1, 1),
    ("newborn_one_thing", None): date(1992, 1, 1),
    ("orphan_support", None): date(2011, 1, 1),
    ("pension_claim", None): date(1955, 1, 1),
}
_USUAL_FIRST_BIRTH = date(1972, 1, 1)


def example_line(item: ServiceItem, outcome: str, n: int) -> dict[str, Any]:
    """The n-th (0, 1, 2 ...) line of intake for the item that ends in the outcome.

    Two lines of one item and outcome differ in person and key. Now and then
    somebody else hands in, or a name holds rare characters.
    """
    situation = item.situations[n % len(item.situations)].code if item.situations else None
    proxy = n % 4 == 3
    fields = _fields(item, situation, proxy, n)
    materials = _materials(item, Circumstances(fields, proxy, situation), n)
    line: dict[str, Any] = {
        "item": item.code,
        "applicant": _applicant(item, situation, n),
        "fields": fields,
        "materials": materials,
        "outcome": outcome,
        "key": f"example-{item.code}-{outcome}-{n}",
    }
    if situation:
        line["situation"] = situation
    if proxy:
        line["proxy"] = _proxy(n)
    return line | _of_outcome(item, outcome, materials, n)


def example_name(n: int) -> str:
    """The n-th name; every seventh holds what programs stumble over."""
    words = example_words()
    if n % 7 == 6:
        return str(words["rare"][n // 7 % len(words["rare"])])
    return f"{words['surnames'][n % len(words['surnames'])]}{words['given'][n // 3 % len(words['given'])]}"


def example_id_number(first_birth: date, n: int) -> str:
    """A valid resident number; the birth day lies within eight years from the first one."""
    birth = first_birth + timedelta(days=37 * n % _BIRTHS_SPAN_DAYS)
    first_17 = f"{REGION}{birth:%Y%m%d}{n % 999 + 1:03d}"
    return first_17 + resident_check(first_17)


def _applicant(item: ServiceItem, situation: str | None, n: int) -> dict[str, str]:
    words = example_words()
    found = {
        "name": example_name(n),
        "id_number": example_id_number(_first_birth(item.code, situation), n),
        "address": words["address_pattern"].format(words["villages"][n % len(words["villages"])], n % 200 + 1),
    }
    if n % 5:  # one in five old people has no telephone
        found["phone"] = f"139{n % 100_000_000:08d}"
    return found if n % 2 else found | {"id_type": "111"}


def _first_birth(item: str, situation: str | None) -> date:
    return _FIRST_BIRTHS.get((item, situation)) or _FIRST_BIRTHS.get((item, None), _USUAL_FIRST_BIRTH)


def _proxy(n: int) -> dict[str, str]:
    relations = example_words()["relations"]
    return {
        "name": example_name(n + 11),
        "id_number": example_id_number(_USUAL_FIRST_BIRTH, n + 500),
        "phone": f"138{n % 100_000_000:08d}",
        "relation": relations[n % len(relations)],
    }


def _fields(item: ServiceItem, situation: str | None, proxy: bool, n: int) -> dict[str, object]:
    """The shown fields with one of their examples each; the optional ones not always."""
    fields: dict[str, object] = {}
    for place, row in enumerate(item.fields):
        left_out = row.computed is not None or not (row.required or (n + place) % 3)
        if not left_out and holds(row.when, Circumstances(fields, proxy, situation)):
            fields[row.id] = row.examples[(n + place) % len(row.examples)]
    return fields


def _materials(item: ServiceItem, given: Circumstances, n: int) -> list[dict[str, object]]:
    wanted = [rule for rule in item.shown_materials(given) if rule.required or n % 2]
    return [_material(rule, n + place) for place, rule in enumerate(wanted)]


def _material(rule: MaterialRule, n: int) -> dict[str, object]:
    found: dict[str, object] = {"id": rule.id, "form": rule.forms[n % len(rule.forms)].value, "pages": n % 4 + 1}
    return found | ({"copies": rule.copies} if rule.copies > 1 else {})


def _of_outcome(
    item: ServiceItem, outcome: str, materials: Sequence[Mapping[str, object]], n: int
) -> dict[str, object]:
    words = example_words()
    match outcome:
        case "not_required":
            return {"reason": words["reason"]}
        case "refuse":
            return {"reason": words["reason"], "competent_agency": words["competent_agency"]}
        case "correct":
            absent = str(materials[-1]["id"])
            return {"materials": list(materials[:-1]), "gaps": [_gap(item.material(absent))]}
        case "receive":
            return {"materials": list(materials[: n % len(materials) + 1])}
    return {}


def _gap(rule: MaterialRule) -> dict[str, object]:
    if rule.problems:
        return {"material": rule.id, "problem": rule.problems[0].problem, "demand": rule.problems[0].demand}
    return {"material": rule.id, "problem": "missing", "demand": example_words()["demand"]}
