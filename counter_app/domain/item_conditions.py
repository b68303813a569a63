"""When a field is shown and a material is required: conditions as data, and their one evaluator.

A condition is what stands in an item file and in `counter item CODE --json`:

    {"field": "x", "is": value}        the field is shown and holds exactly this value
    {"field": "x", "in": [values]}     ... one of these values
    {"proxy": true}                    somebody else hands in (false: the applicant comes in person)
    {"situation": "code"}              the applicant's situation, as chosen from the item's list
    {"id_type": "111"}                 the applicant's kind of identity paper (GA/T 2000.156)
    {"all": [...]}, {"any": [...]}, {"not": ...}

None stands for "always". A condition looks only at what was entered, never at
a computed value, so that the JSON Schema of an intake line can say the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from counter_app.domain.id_numbers import RESIDENT_ID

Condition = Mapping[str, Any]


class _Conditional(Protocol):
    @property
    def id(self) -> str: ...

    @property
    def when(self) -> Condition | None: ...


C = TypeVar("C", bound=_Conditional)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What conditions look at: the entered fields, and who came with what."""

    fields: Mapping[str, object] = field(default_factory=dict)
    proxy: bool = False
    situation: str | None = None
    id_type: str = RESIDENT_ID


def holds(condition: Condition | None, given: Circumstances) -> bool:
    """Whether the condition is met. KeyError: it is not one of the kinds above, a defect of the loader."""
    if condition is None:
        return True
    if "field" in condition:
        return _field_holds(condition, given.fields)
    [(kind, wanted)] = condition.items()
    match kind:
        case "proxy":
            return given.proxy is wanted
        case "situation":
            return bool(given.situation == wanted)
        case "id_type":
            return bool(given.id_type == wanted)
        case "all":
            return all(holds(part, given) for part in wanted)
        case "any":
            return any(holds(part, given) for part in wanted)
        case "not":
            return not holds(wanted, given)
    raise KeyError(kind)


def shown(rows: Sequence[C], given: Circumstances) -> tuple[C, ...]:
    """The rows whose condition is met by the fields that are shown themselves.

    rows: the item's fields in their order. A field may depend only on fields
    above it, and a hidden field counts as not filled in, whatever it holds.
    """
    visible: dict[str, object] = {}
    found = []
    for row in rows:
        if holds(row.when, Circumstances(visible, given.proxy, given.situation, given.id_type)):
            found.append(row)
            if row.id in given.fields:
                visible[row.id] = given.fields[row.id]
    return tuple(found)


def fields_named(condition: Condition | None) -> Iterator[tuple[str, Sequence[object]]]:
    """The ids of the fields that the condition looks at, each with the values it looks for."""
    if condition is None:
        return
    if "field" in condition:
        yield condition["field"], condition.get("in") or [condition["is"]]
    for part in (*condition.get("all", ()), *condition.get("any", ())):
        yield from fields_named(part)
    yield from fields_named(condition.get("not"))


def situations_named(condition: Condition | None) -> Iterator[str]:
    """The codes of the situations that the condition looks at."""
    if condition is None:
        return
    if "situation" in condition:
        yield condition["situation"]
    for part in (*condition.get("all", ()), *condition.get("any", ())):
        yield from situations_named(part)
    yield from situations_named(condition.get("not"))


def _field_holds(condition: Condition, fields: Mapping[str, object]) -> bool:
    if condition["field"] not in fields:
        return False
    value = fields[condition["field"]]
    if "in" in condition:
        return any(_same(value, one) for one in condition["in"])
    return _same(value, condition["is"])


def _same(value: object, wanted: object) -> bool:
    """Equal as JSON: true is not 1."""
    return value == wanted and isinstance(value, bool) is isinstance(wanted, bool)
