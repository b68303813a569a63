"""One line of `counter intake`: is it a case that this item can take?

`read_lines` gives the lines; `item_of` finds the item; `check_line` takes the
line exactly if the item's schema and its x-checks do.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from typing import Any

from counter_app.domain.errors import InvalidInput
from counter_app.domain.id_numbers import RESIDENT_ID, check_id_number
from counter_app.domain.identifiers import CaseId, JobId
from counter_app.domain.item_conditions import Circumstances
from counter_app.domain.organisation_codes import check_credit_code
from counter_app.domain.person_name import check_name
from counter_app.domain.service_item import FieldType, ServiceItem
from forms.catalogue import Catalogue
from forms.flaws import Flaw, JsonPath, path_text
from forms.intake_schema import intake_schema
from forms.json_lines import read_lines
from forms.schema_flaws import flaws

__all__ = ["check_line", "circumstances", "item_of", "moment_of", "read_lines"]

BEIJING = timezone(timedelta(hours=8))
Line = Mapping[str, Any]


def item_of(line: Line, catalogue: Catalogue) -> ServiceItem:
    """The item that the line is for; InvalidInput or NotFound if it names none that there is."""
    if "item" not in line:
        raise InvalidInput("line_key_missing", path="$", key="item")
    if not isinstance(line["item"], str):
        raise InvalidInput("line_wrong_type", path="item", wanted="string")
    return catalogue.get(line["item"])


def check_line(item: ServiceItem, line: Line, today: date, now: datetime | None = None) -> None:
    """Nothing if the line can be taken, else InvalidInput with the path of what is wrong, never its value.

    Dates may not be after today; with now (aware), `received_at` not after that moment.
    Codes: `line_...` by kind of flaw, `material_doubled`, `materials_missing`,
    `line_future`, and those of names, id numbers and credit codes.
    """
    found = flaws(_schema_text(item), line)
    if found:
        raise _error_of(item, line, found)
    for path, id_type, number in _id_numbers(item, line):
        _at(path, check_id_number, id_type, number, today)
    for path, code in _values_of(item, line, FieldType.CREDIT_CODE):
        _at(path, check_credit_code, code)
    for path, day in _values_of(item, line, FieldType.DATE):
        if item.field(str(path[-1])).not_future and date.fromisoformat(day) > today:
            raise InvalidInput("line_future", path=path_text(path))
    for path, number in _local_numbers(line):
        _at(path, CaseId.parse, number)
    if "job" in line:
        _at(("job",), JobId.parse, line["job"])
    if "received_at" in line:
        _require_past(moment_of(line["received_at"]), today, now)


def circumstances(line: Line) -> Circumstances:
    """What the item's conditions look at in a line that was checked."""
    return Circumstances(
        fields=line.get("fields", {}),
        proxy="proxy" in line,
        situation=line.get("situation"),
        id_type=line.get("applicant", {}).get("id_type", RESIDENT_ID),
    )


def moment_of(text: str) -> datetime:
    """The moment of a checked `received_at`; without an offset it is Chinese local time."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=BEIJING)


def _require_past(moment: datetime, today: date, now: datetime | None) -> None:
    if moment.astimezone(BEIJING).date() > today or (now is not None and moment > now):
        raise InvalidInput("line_future", path="received_at")


@lru_cache(maxsize=64)
def _schema_text(item: ServiceItem) -> str:
    return json.dumps(intake_schema(item))


def _error_of(item: ServiceItem, line: Line, found: Sequence[Flaw]) -> InvalidInput:
    flaw = found[0]
    named = [
        item.material(other.schema["x-material"])
        for other in found
        if other.code == flaw.code and other.schema and "x-material" in other.schema
    ]
    if flaw.code == "materials_missing":
        return InvalidInput("materials_missing", materials="、".join(rule.name for rule in named))
    if flaw.code == "material_doubled":
        return InvalidInput("material_doubled", material=named[0].name, id=named[0].id)
    if flaw.code == "name":
        return _name_error(flaw.path, _value_at(line, flaw.path))
    return InvalidInput(f"line_{flaw.code}", path=path_text(flaw.path), **flaw.params)


def _name_error(path: JsonPath, value: object) -> InvalidInput:
    if not isinstance(value, str):
        return InvalidInput("line_wrong_type", path=path_text(path), wanted="string")
    try:
        check_name(value)
    except InvalidInput as error:
        return InvalidInput(error.code, path=path_text(path), **error.params)
    return InvalidInput("line_wrong_shape", path=path_text(path))


def _value_at(line: Line, path: JsonPath) -> object:
    value: Any = line
    for step in path:
        value = value[step]
    return value


def _id_numbers(item: ServiceItem, line: Line) -> Iterator[tuple[JsonPath, str, str]]:
    for who in ("applicant", "proxy"):
        person = line.get(who, {})
        if "id_number" in person:
            yield (who, "id_number"), person.get("id_type", RESIDENT_ID), person["id_number"]
    for path, number in _values_of(item, line, FieldType.ID_NUMBER):
        yield path, RESIDENT_ID, number


def _values_of(item: ServiceItem, line: Line, kind: FieldType) -> Iterator[tuple[JsonPath, str]]:
    for row in item.fields:
        if row.type is kind and row.id in line.get("fields", {}):
            yield ("fields", row.id), line["fields"][row.id]


def _local_numbers(line: Line) -> Iterator[tuple[JsonPath, str]]:
    if "continues" in line:
        yield ("continues",), line["continues"]
    for n, row in enumerate(line.get("reuse", [])):
        yield ("reuse", n, "from"), row["from"]


def _at(path: JsonPath, check: Any, *given: object) -> None:
    try:
        check(*given)
    except InvalidInput as error:
        raise InvalidInput(error.code, path=path_text(path), **error.params) from None
