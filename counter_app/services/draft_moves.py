"""A draft that began with another version of its item: what changes for it, and the line as it is moved over.

Nothing typed is lost: a value without a place in the new version stands under `aside.left_over` of the draft, as it
was typed and in words, until somebody dismisses it; where a later version has the place again it goes back there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import asdict, dataclass
from typing import Any

from counter_app.domain.item_conditions import Circumstances
from counter_app.domain.service_item import Field, MaterialRule, ServiceItem
from counter_app.domain.wire_values import map_of, rows_of, text_of
from counter_app.services.line_values import Line
from counter_app.services.stored_facts import Draft
from forms.field_schema import example_fits
from resources.texts import text

ASIDE, LEFT_OVER = "aside", "left_over"
FIELD, MATERIAL, SITUATION = "field", "material", "situation"
_LIMITS = ("check", "promise", "statutory", "serve", "fix")


@dataclass(frozen=True, slots=True)
class LeftOver:
    """What was typed for a place that is no more, or fits there no more. name: of the field, material or situation.

    value is what was typed; shown the same in words.
    """

    what: str
    id: str
    name: str
    value: object
    shown: str


@dataclass(frozen=True, slots=True)
class DraftMove:
    """What moving a draft over means. after None: the item is not offered any more, and nothing can be moved.

    gone: what loses its place; wanted: fields that are asked for now, were not before, and have no value;
    wanted_materials: required ones that were not required before; limits: codes of periods that are others now.
    """

    draft: Draft
    before: ServiceItem
    after: ServiceItem | None
    gone: tuple[LeftOver, ...] = ()
    wanted: tuple[Field, ...] = ()
    wanted_materials: tuple[MaterialRule, ...] = ()
    limits: tuple[str, ...] = ()
    fees_changed: bool = False


def move_of(draft: Draft, before: ServiceItem, after: ServiceItem | None) -> DraftMove:
    """What changes for the draft between two versions of its item."""
    if after is None:
        return DraftMove(draft, before, None)
    gone = tuple(_gone(draft.line, before, after))
    line = _without(draft.line, gone)
    old, new = _circumstances(draft.line), _circumstances(line)
    asked = {row.id for row in before.missing_fields(old)}
    had = {rule.id for rule in before.required_materials(old)}
    had |= {text_of(row, "id") for row in rows_of(line, "materials")}
    return DraftMove(
        draft,
        before,
        after,
        gone,
        tuple(row for row in after.missing_fields(new) if row.id not in asked),
        tuple(rule for rule in after.required_materials(new) if rule.id not in had),
        tuple(code for code in _LIMITS if getattr(before.limits, code) != getattr(after.limits, code)),
        before.fees != after.fees,
    )


def moved_line(move: DraftMove) -> dict[str, Any]:
    """The draft's line for the new version."""
    assert move.after is not None, "an item that is not offered takes no draft"
    line = _without(move.draft.line, move.gone)
    line = dismissed(line)
    kept = [left for left in left_over(move.draft.line) if not _put_back(line, left, move.after)]
    if left := [*kept, *move.gone]:
        line.setdefault(ASIDE, {})[LEFT_OVER] = [asdict(one) for one in left]
    return line


def left_over(line: Line) -> tuple[LeftOver, ...]:
    """What earlier versions had asked for and nobody dismissed yet."""
    rows = rows_of(map_of(line, ASIDE), LEFT_OVER)
    return tuple(
        LeftOver(
            text_of(row, "what"), text_of(row, "id"), text_of(row, "name"), row.get("value"), text_of(row, "shown")
        )
        for row in rows
    )


def dismissed(line: Line) -> dict[str, Any]:
    """The line without them."""
    found: dict[str, Any] = deepcopy(dict(line))
    found.get(ASIDE, {}).pop(LEFT_OVER, None)
    return found


def _gone(line: Line, before: ServiceItem, after: ServiceItem) -> Iterator[LeftOver]:
    situation = text_of(line, SITUATION)
    if situation and situation not in {row.code for row in after.situations}:
        name = next((row.name for row in before.situations if row.code == situation), situation)
        yield LeftOver(SITUATION, SITUATION, "", situation, name)
    rows = {row.id: row for row in after.fields}
    known = {row.id: row for row in before.fields}
    for field_id, value in map_of(line, "fields").items():
        row = rows.get(field_id)
        if row is None or row.computed is not None or not _fits(row, value, known.get(field_id)):
            old = known.get(field_id)
            yield LeftOver(FIELD, field_id, old.name if old else field_id, value, _words(old, value))
    rules, names = {rule.id for rule in after.materials}, {rule.id: rule.name for rule in before.materials}
    for taken in rows_of(line, "materials"):
        material = text_of(taken, "id")
        if material not in rules:
            yield LeftOver(MATERIAL, material, names.get(material, material), dict(taken), "")


def _fits(row: Field, value: object, was: Field | None) -> bool:
    """Whether the value may stay: one that did not fit before either is for the person at the form to mend."""
    return example_fits(row, value) or (was is not None and was.type is row.type and not example_fits(was, value))


def _words(row: Field | None, value: object) -> str:
    if isinstance(value, bool):
        return text("ui.intake.yes" if value else "ui.intake.no")
    named = {choice.code: choice.name for choice in row.choices} if row else {}
    return named.get(str(value), str(value))


def _without(line: Line, gone: tuple[LeftOver, ...]) -> dict[str, Any]:
    found: dict[str, Any] = deepcopy(dict(line))
    fields = {left.id for left in gone if left.what == FIELD}
    materials = {left.id for left in gone if left.what == MATERIAL}
    if any(left.what == SITUATION for left in gone):
        del found[SITUATION]
    if fields:
        found["fields"] = {name: value for name, value in found["fields"].items() if name not in fields}
    if materials:
        found["materials"] = [row for row in found["materials"] if row["id"] not in materials]
    return found


def _put_back(line: dict[str, Any], left: LeftOver, item: ServiceItem) -> bool:
    """Give a value of an earlier version its place again, if the item has one that is free."""
    if left.what == FIELD:
        row = next((row for row in item.fields if row.id == left.id and row.computed is None), None)
        free = left.id not in line.get("fields", {})
        if row is not None and free and example_fits(row, left.value):
            line.setdefault("fields", {})[left.id] = left.value
            return True
    elif left.what == MATERIAL:
        taken = {row["id"] for row in line.get("materials", [])}
        if left.id in {rule.id for rule in item.materials} - taken and isinstance(left.value, Mapping):
            line.setdefault("materials", []).append(dict(left.value))
            return True
    elif SITUATION not in line and left.value in {row.code for row in item.situations}:
        line[SITUATION] = left.value
        return True
    return False


def _circumstances(line: Line) -> Circumstances:
    id_type = text_of(map_of(line, "applicant"), "id_type")
    given = {"id_type": id_type} if id_type else {}
    return Circumstances(map_of(line, "fields"), "proxy" in line, text_of(line, SITUATION) or None, **given)
