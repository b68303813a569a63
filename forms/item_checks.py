"""What must be true of an item beyond the shape of its file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from counter_app.domain.errors import InvalidInput
from counter_app.domain.item_conditions import Condition, fields_named, situations_named
from counter_app.domain.organisation_codes import check_credit_code
from counter_app.domain.service_item import Field, FieldType, ServiceItem
from forms.field_schema import example_fits
from forms.flaws import Flaw, JsonPath


def item_flaws(item: ServiceItem) -> Iterator[Flaw]:
    """The flaws of an item whose file has the right shape."""
    yield from _doubled(item)
    yield from _task_code(item)
    yield from _field_flaws(item)
    yield from _release_flaws(item)
    for n, rule in enumerate(item.materials):
        yield from _condition_flaws(item, rule.when, item.fields, ("materials", n, "when"))
    for n, row in enumerate(item.special_procedures):
        yield from _condition_flaws(item, row.when, item.fields, ("special_procedures", n, "when"))


def _doubled(item: ServiceItem) -> Iterator[Flaw]:
    yield from _doubled_ids("fields", [row.id for row in item.fields])
    yield from _doubled_ids("materials", [rule.id for rule in item.materials])
    yield from _doubled_ids("situations", [row.code for row in item.situations])


def _doubled_ids(key: str, ids: Sequence[str]) -> Iterator[Flaw]:
    counts = Counter(ids)
    for n, one in enumerate(ids):
        if counts[one] > 1 and one in ids[:n]:
            yield Flaw("doubled_id", (key, n), {"id": one})


def _task_code(item: ServiceItem) -> Iterator[Flaw]:
    try:
        check_credit_code(item.task_code[:18])
    except InvalidInput:
        yield Flaw("task_code_check", ("task_code",), {})


def _release_flaws(item: ServiceItem) -> Iterator[Flaw]:
    """What a result waits for is a fee of the item or one of its materials; fees are told apart by their names."""
    names = Counter(fee.name for fee in item.fees)
    for n, fee in enumerate(item.fees):
        if names[fee.name] > 1:
            yield Flaw("doubled_id", ("fees", n), {"id": fee.name})
    materials = {rule.id for rule in item.materials}
    for n, need in enumerate(item.release_needs):
        if not (item.fees if need == "fee" else need in materials):
            yield Flaw("release_need_unknown", ("release_needs", n), {"id": need})


def _field_flaws(item: ServiceItem) -> Iterator[Flaw]:
    for n, row in enumerate(item.fields):
        yield from _condition_flaws(item, row.when, item.fields[:n], ("fields", n, "when"))
        for k, example in enumerate(row.examples):
            if not example_fits(row, example):
                yield Flaw("example_unfit", ("fields", n, "examples", k), {})


def _condition_flaws(
    item: ServiceItem, condition: Condition | None, above: Iterable[Field], path: JsonPath
) -> Iterator[Flaw]:
    """A condition looks at entered fields above it, at answers they can have, and at situations there are."""
    fields = {row.id: row for row in above}
    for name, values in fields_named(condition):
        if name not in fields or fields[name].computed:
            yield Flaw("field_not_above", path, {"id": name})
        elif not all(_possible(fields[name], value) for value in values):
            yield Flaw("answer_impossible", path, {"id": name})
    situations = {row.code for row in item.situations}
    for code in situations_named(condition):
        if code not in situations:
            yield Flaw("situation_unknown", path, {"code": code})


def _possible(row: Field, value: object) -> bool:
    if row.type is FieldType.CHOICE:
        return value in {choice.code for choice in row.choices}
    return example_fits(row, value)
