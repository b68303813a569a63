"""What F1 tells of a place of the intake page: the fields of a person by the catalogue, those of an item by its data.

Of a field of the form: why it is asked (the item's own hint and source, else its legal basis), what is entered (by its
type and bounds), and where it stands on the paper. Of a material: in which forms, and its usual gaps.
"""

from __future__ import annotations

from collections.abc import Iterator

from counter_app.domain.service_item import Field as FieldRule
from counter_app.domain.service_item import FieldType, MaterialRule, ServiceItem
from counter_app.ui.help import Help, help_of, row
from counter_app.ui.pages.intake.form_card import SITUATION
from counter_app.ui.texts import tr

MOST_EXAMPLES, MOST_GAPS = 3, 4
OF_PROXY = {"relation": "relation"}
NUMBERS = frozenset({FieldType.ID_NUMBER, FieldType.CREDIT_CODE, FieldType.REGION})


def help_of_place(place: str, item: ServiceItem | None) -> Help | None:
    """The help of a place of `movement.py`, or of an outcome; None for a place that has none of its own."""
    group, _, name = place.partition(".")
    if group == "applicant" and name:
        return help_of(f"place.{name}")
    if group == "proxy" and name:
        return help_of(f"place.{OF_PROXY.get(name, f'proxy_{name}')}")
    if place in _PLAIN:
        return help_of(f"place.{place}")
    if item is None:
        return None
    if place == SITUATION:
        return _of_situation(item)
    if group == "field":
        return Help(item.field(name).name, tuple(_of_field(item, item.field(name))))
    if group == "material":
        rule = next((rule for rule in item.materials if rule.id == name), None)
        return Help(rule.name, tuple(_of_material(item, rule))) if rule else None
    return None


_PLAIN = frozenset({"item", "card", "has_proxy", "receive", "correct", "accept", "other_outcomes"})


def _of_situation(item: ServiceItem) -> Help:
    known = help_of(f"place.{SITUATION}")
    return Help(known.name, (*known.rows, row("choices", _list(choice.name for choice in item.situations))))


def _of_field(item: ServiceItem, rule: FieldRule) -> Iterator[tuple[str, str]]:
    yield row("what", _sentences(tr("help.field.what", item=item.name), rule.source))
    yield row("enter", _sentences(_enter(rule), rule.hint, _how_needed(rule)))
    if rule.choices:
        yield row("choices", _list(choice.name for choice in rule.choices))
    elif rule.examples and rule.computed is None:
        yield row("examples", _list(str(example) for example in rule.examples[:MOST_EXAMPLES]))
    yield row("where", tr(f"help.field.{_where(rule)}", name=rule.name))
    if not rule.source and item.basis:
        yield row("basis", f"{item.basis[0].law}{item.basis[0].article}")


def _enter(rule: FieldRule) -> str:
    bounds = {
        "most": rule.max_length,
        "least": rule.minimum,
        "unit": f" {rule.unit}" if rule.unit else "",
        "decimals": rule.decimals,
    }
    if rule.type is FieldType.NUMBER:
        bounds["most"] = rule.maximum
    return tr(f"help.field.enter.{_kind(rule)}", **bounds)


def _kind(rule: FieldRule) -> str:
    if rule.computed is not None:
        return "computed"
    if rule.type is FieldType.NUMBER and rule.decimals:
        return "decimal"
    if rule.type is FieldType.DATE and rule.not_future:
        return "date_past"
    return rule.type.value


def _how_needed(rule: FieldRule) -> str:
    if rule.computed is not None:
        return ""
    if rule.when is not None:
        return tr("help.field.when")
    return tr("help.field.required" if rule.required else "help.field.optional")


def _where(rule: FieldRule) -> str:
    if rule.computed is not None:
        return "where_computed"
    if rule.type is FieldType.DATE:
        return "where_date"
    return "where_number" if rule.type in NUMBERS else "where"


def _of_material(item: ServiceItem, rule: MaterialRule) -> Iterator[tuple[str, str]]:
    yield row("what", _sentences(tr("help.material.what", item=item.name), rule.source))
    forms = _list(tr(f"ui.intake.form.{form.value}") for form in rule.forms)
    copies = tr("help.material.copies", n=rule.copies)
    yield row("forms", tr("ui.table.dot").join((forms, copies, *_remarks(rule))))
    yield row("do", tr("help.material.do"))
    if rule.problems:
        yield row("often", "\n".join(problem.demand for problem in rule.problems[:MOST_GAPS]))


def _remarks(rule: MaterialRule) -> Iterator[str]:
    if rule.when is not None:
        yield tr("help.material.when")
    else:
        yield tr("help.material.required" if rule.required else "help.material.optional")
    if rule.minor:
        yield tr("help.material.minor")


def _sentences(*parts: str) -> str:
    return "\n".join(part for part in parts if part)


def _list(words: Iterator[str]) -> str:
    return tr("ui.intake.semicolon").join(words)
