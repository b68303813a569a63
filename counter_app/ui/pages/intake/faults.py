"""What stands between an application and its outcome, in the order of the page; each with the place to mend it.

A place is a word such as `applicant.id_number`, `field.village`, `situation`, `material.id_card`: the page
knows the widget of each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from counter_app.domain.errors import CounterError
from counter_app.domain.id_numbers import RESIDENT_ID, check_id_number
from counter_app.domain.person_name import check_name
from counter_app.domain.service_item import Field
from counter_app.ui.error_card import message_of
from counter_app.ui.pages.intake.application import Application
from counter_app.ui.pages.intake.checks import fault_of_value, phone_fault, text_fault
from counter_app.ui.texts import tr

ADDRESS_LENGTH, RELATION_LENGTH = 200, 30


@dataclass(frozen=True, slots=True)
class Fault:
    """short fits a link. kind: `wrong` (a value nobody can take), `person` (who applies is unknown), `field`,
    `material`."""

    place: str
    short: str
    sentence: str
    kind: str


def faults(application: Application, today: date) -> list[Fault]:
    """All of them."""
    if application.item is None:
        return [_empty("item", tr("ui.intake.item"), "person")]
    return [
        *_of_item(application),
        *_of_person(application, "applicant", today),
        *(_of_person(application, "proxy", today) if "proxy" in application.line else ()),
        *_of_fields(application, today),
        *(
            Fault(f"material.{rule.id}", *_material(rule.name), "material")
            for rule in application.missing()
        ),
    ]


def hinders(outcome: str, found: list[Fault]) -> list[Fault]:
    """Of the faults, those that hinder an outcome: only acceptance needs the whole form and all materials."""
    kinds = {"wrong", "person"} | ({"field", "material"} if outcome == "accept" else set())
    return [fault for fault in found if fault.kind in kinds]


def name_fault(value: str) -> str:
    """What is wrong with a name, empty if nothing."""
    return _sentence(lambda: check_name(value)) if value else ""


def number_fault(id_type: str, value: str, today: date) -> str:
    """What is wrong with the number of an identity paper, empty if nothing."""
    return _sentence(lambda: check_id_number(id_type or RESIDENT_ID, value, today)) if value else ""


def _of_item(application: Application) -> Iterator[Fault]:
    """Terms that do not hold any more: nothing is decided about the application before it is moved over."""
    if application.outdated:
        short, whole = (tr(f"ui.intake.move.{application.outdated}_{part}") for part in ("short", "fault"))
        yield Fault("item", short, whole, "wrong")


def _of_person(application: Application, who: str, today: date) -> Iterator[Fault]:
    person = application.person(who)
    checks = (
        ("name", name_fault(person.get("name", "")), True),
        ("id_number", number_fault(person.get("id_type", ""), person.get("id_number", ""), today), True),
        ("phone", phone_fault(person.get("phone", "")), False),
        ("address", text_fault(person.get("address", ""), ADDRESS_LENGTH), False),
        ("relation", text_fault(person.get("relation", ""), RELATION_LENGTH), False),
    )
    for key, wrong, required in checks:
        place = f"{who}.{key}"
        if wrong:
            yield _wrong(place, tr(f"ui.intake.of_{who}.{key}"), wrong)
        elif required and not person.get(key):
            yield _empty(place, tr(f"ui.intake.of_{who}.{key}"), "person")


def _of_fields(application: Application, today: date) -> Iterator[Fault]:
    item = application.item
    assert item is not None, "asked only with an item"
    if item.situations and not application.line.get("situation"):
        yield _empty("situation", tr("ui.intake.situation"), "field")
    for row in application.shown_fields():
        if row.computed is None:
            yield from _of_field(row, application.value(row.id), today)


def _of_field(row: Field, value: object, today: date) -> Iterator[Fault]:
    place = f"field.{row.id}"
    if value is None:
        if row.required:
            yield _empty(place, row.name, "field")
        return
    wrong = fault_of_value(row, value, today)
    if wrong:
        yield _wrong(place, row.name, wrong)


def _empty(place: str, name: str, kind: str) -> Fault:
    return Fault(place, tr("ui.intake.fault_empty", name=name), tr("ui.intake.fault_empty_whole", name=name), kind)


def _wrong(place: str, name: str, fault: str) -> Fault:
    short = tr("ui.intake.fault_wrong", name=name)
    return Fault(place, short, tr("ui.intake.fault_wrong_whole", name=name, fault=fault), "wrong")


def _material(name: str) -> tuple[str, str]:
    return tr("ui.intake.fault_material", name=name), tr("ui.intake.fault_material_whole", name=name)


def _sentence(check: Callable[[], object]) -> str:
    try:
        check()
    except CounterError as error:
        return message_of(error)
    return ""
