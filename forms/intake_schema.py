"""The JSON Schema (2020-12) of one line of `counter intake` for one item.

A line is taken exactly if it validates and passes the checks that the schema
names as `x-checks` beside a value (their rules stand at the top, as
`x-check-rules`). `reason`, `competent_agency` and `gaps` are free where the
outcome does not use them; unknown keys are an error everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from counter_app.domain.entrustment import POWERS, USUAL_POWERS
from counter_app.domain.id_numbers import ID_TYPES, RESIDENT_ID
from counter_app.domain.item_conditions import Condition
from counter_app.domain.service_item import Field, MaterialRule, ServiceItem
from forms.example_words import example_words
from forms.field_schema import (
    BIRTH_IN_ID,
    CREDIT_CODE,
    ID_NUMBER,
    JOB_NUMBER,
    LOCAL_NUMBER,
    MOMENT,
    NAME,
    NOT_FUTURE,
    PHONE,
    Schema,
    field_schema,
    free_text,
    line_of_text,
)

OUTCOMES = ("draft", "receive", "accept", "correct", "refuse", "not_required")
CHANNELS = ("1", "2", "3", "4", "9")  # GB/T 39046-2020 A.5: window, online, mobile, post, other
PROBLEMS = ("missing", "incomplete", "wrong_form")
_ANY: bool = True

Row = TypeVar("Row", Field, MaterialRule)

CHECK_RULES = {
    ID_NUMBER: "A possible number of the paper that id_type names (default 111): for 111 and 112 GB 11643 with its "
    "check character. Full-width digits, a small x, blanks and dashes are put right, not refused.",
    BIRTH_IN_ID: "The date inside the number is a real one and not after today.",
    CREDIT_CODE: "A unified social credit code with the right check character (GB 32100).",
    JOB_NUMBER: "The number of an agent job, as on the handover list (N15) that came with the papers: that of its "
    "entrustment, a point and the item, with a check character of its own (counted as in local-number; the point does "
    "not count).",
    LOCAL_NUMBER: "The local number of an application, as on its receipt, with its check character (ISO 7064 MOD 37,36 "
    "over its letters and digits). `continues`: of another station, this one goes on with it; `from`: of the same "
    "person, known here.",
    NOT_FUTURE: "Not after today; a moment without an offset is local time, +08:00.",
}


def intake_schema(item: ServiceItem) -> Schema:
    """The schema of a line for the item, ready for json.dumps."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": item.name,
        "x-version": item.version,
        "x-checks": list(CHECK_RULES),
        "x-check-rules": CHECK_RULES,
        "type": "object",
        "required": ["item", "outcome"],
        "additionalProperties": False,
        "properties": _properties(item),
        "dependentRequired": {
            "received_at": ["late_entry"],
            "late_entry": ["received_at"],
            "continues": ["received_at"],
        },
        "allOf": [*_of_outcomes(item), *_of_acceptance(item)],
    }


def _properties(item: ServiceItem) -> Schema:
    words = example_words()
    found: Schema = {
        "item": {"const": item.code},
        "outcome": {"enum": list(OUTCOMES)},
        "applicant": _person("address", free_text(200, examples=[words["address"]])),
        "fields": _object({row.id: field_schema(row) for row in item.fields if row.computed is None}),
        "materials": _materials(item),
        "reason": _ANY,
        "competent_agency": _ANY,
        "gaps": _ANY,
        "proxy": _person("relation", line_of_text(30, examples=words["relations"]))
        | {"required": ["name", "id_number"]},
        "channel": {"enum": list(CHANNELS), "default": "1"},
        "received_at": {
            "type": "string",
            "pattern": MOMENT,
            "x-checks": [NOT_FUTURE],
            "examples": ["2025-12-05T09:30:00+08:00", "2025-12-05T09:30"],
        },
        "late_entry": _object(
            {
                "reason": free_text(200, examples=[words["late_reason"]]),
                "slip_no": line_of_text(40, examples=[words["slip_no"]]),
            },
            "reason",
            "slip_no",
        ),
        "continues": line_of_text(80, examples=["QX03-01-0001-O"]) | {"x-checks": [LOCAL_NUMBER]},
        "reuse": _reuse(item),
        **_of_agents(),
        "key": line_of_text(100, examples=["village-7-0001"]),
    }
    if item.situations:
        found["situation"] = {"enum": [row.code for row in item.situations]}
    return found


def _of_agents() -> Schema:
    """What lines say of an agent's work (代办)."""
    return {
        "job": line_of_text(80, examples=["QX07-01-0001.1-L"]) | {
            "x-checks": [JOB_NUMBER],
            "description": "At a window: the agent job that these papers come from. The case is then linked to it.",
        },
        "entrustment": line_of_text(80, examples=["village-7-2026-0042"]) | {
            "description": "Where an agent takes papers on for the applicant (outcome receive, at a station that the "
            "agency has not entrusted with acceptance): lines of one person with the same value are one entrustment "
            "with one deed that lists their items, as long as none of them was handed to a window.",
        },
        "powers": {
            "type": "array",
            "uniqueItems": True,
            "minItems": 1,
            "items": {"enum": list(POWERS)},
            "default": list(USUAL_POWERS),
            "description": "What the agent may do for the applicant, ticked on the deed of the first line.",
        },
    }


def _person(last: str, last_schema: Schema) -> Schema:
    return _object(
        {
            "name": {"type": "string", "pattern": NAME, "x-error": "name", "examples": example_words()["rare"]},
            "id_type": {"enum": list(ID_TYPES), "default": RESIDENT_ID},
            "id_number": line_of_text(40)
            | {"x-checks": [ID_NUMBER, BIRTH_IN_ID], "examples": ["37990119420311002X", "379901196805201016"]},
            "phone": {"type": "string", "pattern": PHONE, "examples": ["13900000001"]},
            last: last_schema,
        }
    )


def _materials(item: ServiceItem) -> Schema:
    row = _object(
        {
            "id": {"enum": [rule.id for rule in item.materials]},
            "form": {"enum": sorted({form.value for rule in item.materials for form in rule.forms})},
            "pages": {"type": "integer", "minimum": 1, "maximum": 999, "examples": [1, 2]},
            "copies": {"type": "integer", "minimum": 1, "maximum": 99, "default": 1},
            "files": {"type": "array", "maxItems": 50, "items": line_of_text(500)},
        },
        "id",
        "form",
        "pages",
    )
    row["allOf"] = list(_forms(item))
    once = [
        {"minContains": 0, "maxContains": 1, **_has(rule), "x-error": "material_doubled"} for rule in item.materials
    ]
    return {"type": "array", "maxItems": 100, "items": row, "allOf": once}


def _forms(item: ServiceItem) -> Iterator[Schema]:
    """In which forms each material is taken."""
    ids: dict[tuple[str, ...], list[str]] = {}
    for rule in item.materials:
        ids.setdefault(tuple(form.value for form in rule.forms), []).append(rule.id)
    for forms, of_ids in ids.items():
        of_these = {"properties": {"id": {"enum": of_ids}}, "required": ["id"]}
        yield {"if": of_these, "then": {"properties": {"form": {"enum": list(forms)}}}}


def _reuse(item: ServiceItem) -> Schema:
    """What stands in this line because an earlier case of the same person says so."""
    fields = [f"field.{row.id}" for row in item.fields if row.computed is None]
    materials = [f"material.{rule.id}" for rule in item.materials if rule.valid_for is not None]
    known = {"enum": ["phone", "address", *fields, *materials]}
    what = {"type": "array", "minItems": 1, "uniqueItems": True, "items": known}
    source = line_of_text(80, examples=["QX03-01-0001-O"]) | {"x-checks": [LOCAL_NUMBER]}
    return {"type": "array", "maxItems": 50, "items": _object({"from": source, "what": what}, "from", "what")}


def _has(rule: MaterialRule) -> Schema:
    holder = {"type": "object", "properties": {"id": {"const": rule.id}}, "required": ["id"]}
    return {"contains": holder, "x-material": rule.id}


def _of_outcomes(item: ServiceItem) -> Iterator[Schema]:
    """What an outcome needs of everybody (states T02, T05-T08 of the domain reference)."""
    words = example_words()
    known = {"applicant": {"required": ["name", "id_number"]}, "materials": {"minItems": 1}}
    yield _if_outcome(OUTCOMES[1:], {"required": ["applicant", "materials"], "properties": known})
    reason = {"reason": free_text(500, examples=[words["reason"]])}
    yield _if_outcome(["not_required"], {"required": ["reason"], "properties": reason})
    agency = {"competent_agency": line_of_text(60, examples=[words["competent_agency"]])}
    yield _if_outcome(["refuse"], {"required": ["reason", "competent_agency"], "properties": reason | agency})
    yield _if_outcome(["correct"], {"required": ["gaps"], "properties": {"gaps": _gaps(item)}})
    if item.situations:
        yield _if_outcome(["accept"], {"required": ["situation"]})


def _gaps(item: ServiceItem) -> Schema:
    gap = _object(
        {
            "material": line_of_text(100, examples=[rule.id for rule in item.materials]),
            "problem": {"enum": list(PROBLEMS)},
            "demand": free_text(500, examples=[example_words()["demand"]]),
        },
        "material",
        "problem",
        "demand",
    )
    return {"type": "array", "minItems": 1, "maxItems": 50, "items": gap}


def _of_acceptance(item: ServiceItem) -> Iterator[Schema]:
    """An accepted line has every field and material that its circumstances require."""
    entered = [row for row in item.fields if row.required and row.computed is None]
    for condition, rows in _by_condition(entered):
        filled_in = {"required": ["fields"], "properties": {"fields": {"required": [row.id for row in rows]}}}
        yield _if_accepted(_holds(condition, item), filled_in)
    for condition, rules in _by_condition([rule for rule in item.materials if rule.required]):
        handed_in = {"allOf": [{**_has(rule), "x-error": "materials_missing"} for rule in rules]}
        yield _if_accepted(_holds(condition, item), {"properties": {"materials": handed_in}})


def _by_condition(rows: Iterable[Row]) -> list[tuple[Condition | None, list[Row]]]:
    """The rows by their condition: a validator is slow, so each condition stands once."""
    groups: list[tuple[Condition | None, list[Row]]] = []
    for row in rows:
        same = next((group for condition, group in groups if condition == row.when), None)
        if same is None:
            groups.append((row.when, [row]))
        else:
            same.append(row)
    return groups


def _if_accepted(condition: Schema, then: Schema) -> Schema:
    return {"if": {"allOf": [_outcome_in(["accept"]), condition]}, "then": then}


def _if_outcome(outcomes: tuple[str, ...] | list[str], then: Schema) -> Schema:
    return {"if": _outcome_in(outcomes), "then": then}


def _outcome_in(outcomes: tuple[str, ...] | list[str]) -> Schema:
    return {"properties": {"outcome": {"enum": list(outcomes)}}, "required": ["outcome"]}


def _holds(condition: Condition | None, item: ServiceItem) -> Schema:
    """The condition as a schema of the line; like the evaluator, it does not see a field that is not shown."""
    if condition is None:
        return {}
    if "field" in condition:
        row = item.field(condition["field"])
        wanted = {"enum": condition.get("in") or [condition["is"]]}
        holds = {"fields": {"properties": {row.id: wanted}, "required": [row.id]}}
        return {"required": ["fields"], "properties": holds, "allOf": [_holds(row.when, item)]}
    [(kind, wanted)] = condition.items()
    match kind:
        case "proxy":
            return {"required": ["proxy"]} if wanted else {"not": {"required": ["proxy"]}}
        case "situation":
            return {"required": ["situation"], "properties": {"situation": {"const": wanted}}}
        case "id_type":
            return _of_id_type(wanted)
        case "all" | "any":
            return {f"{kind}Of": [_holds(part, item) for part in wanted]}
        case "not":
            return {"not": _holds(wanted, item)}
    raise KeyError(kind)


def _of_id_type(id_type: str) -> Schema:
    named: Schema = {"properties": {"id_type": {"const": id_type}}}
    if id_type != RESIDENT_ID:  # the default may be left out
        named["required"] = ["id_type"]
    return {"required": ["applicant"], "properties": {"applicant": named}}


def _object(properties: Schema, *required: str) -> Schema:
    found: Schema = {"type": "object", "additionalProperties": False, "properties": properties}
    return found | ({"required": list(required)} if required else {})
