"""One item file: YAML text in, a ServiceItem out, or an error that names the file and the line.

What the JSON Schema (`item.schema.json`) cannot say is checked by `item_checks`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, cast

import yaml

from counter_app.domain.errors import CounterError
from counter_app.domain.periods import Period, Unit
from counter_app.domain.service_item import (
    Authority,
    Basis,
    Choice,
    Fee,
    Field,
    FieldType,
    Guide,
    ItemKind,
    Limits,
    MaterialForm,
    MaterialRule,
    Problem,
    ServiceItem,
    SpecialProcedure,
)
from forms.checked_yaml import SAFE_LOADER
from forms.flaws import Flaw, JsonPath, path_text
from forms.item_checks import item_flaws
from forms.printable_texts import unprintable
from resources.texts import text


def document_flaws(document: object) -> Iterator[Flaw]:
    """All flaws of a document, those of its shape first; what the shape leaves in doubt is not looked at."""
    from forms.schema_flaws import flaws  # jsonschema takes longer to import than all items to read

    yield from flaws(_schema(), document)
    try:
        item = item_of_document(cast("Mapping[str, Any]", document))
    except (KeyError, TypeError, ValueError, AttributeError):
        return
    yield from item_flaws(item)
    yield from unprintable(cast("Mapping[str, object]", document))


def read_document(content: bytes, file_name: str) -> tuple[object, yaml.Node, list[Flaw]]:
    """The file as a map with its YAML tree and all its flaws. CounterError `item_file_invalid` if it is no YAML."""
    node = _compose(content, file_name)
    for double in _doubled_keys(node):
        raise _invalid(file_name, double.start_mark.line, Flaw("doubled_key", (), {"key": double.value}))
    document = yaml.constructor.SafeConstructor().construct_document(node)
    return document, node, list(document_flaws(document))


def read_item(content: bytes, file_name: str) -> ServiceItem:
    """The item that the file describes.

    Raises CounterError `item_file_invalid` with file, line (from 1), place
    (such as `fields[2].when`) and problem (a sentence).
    """
    node = _compose(content, file_name)
    for double in _doubled_keys(node):
        raise _invalid(file_name, double.start_mark.line, Flaw("doubled_key", (), {"key": double.value}))
    document = yaml.constructor.SafeConstructor().construct_document(node)
    flaw = _shape_flaw(document)
    if flaw is None:
        item = item_of_document(document)
        flaw = next(item_flaws(item), None)
        if flaw is None:
            return item
    raise _invalid(file_name, line_at(node, flaw.path), flaw)


def _shape_flaw(document: object) -> Flaw | None:
    from forms.schema_flaws import first_flaw  # jsonschema takes longer to import than all items to read

    return first_flaw(_schema(), document)


@cache
def _schema() -> str:
    return (files("forms") / "item.schema.json").read_text(encoding="utf-8")


def _compose(content: bytes, file_name: str) -> yaml.Node:
    try:
        for event in yaml.parse(content, Loader=SAFE_LOADER):
            if isinstance(event, yaml.AliasEvent):  # could make a file that never ends
                line = event.start_mark.line if event.start_mark else 0
                raise _invalid(file_name, line, Flaw("alias", (), {}))
        node = yaml.compose(content, Loader=SAFE_LOADER)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line if error.problem_mark else 0
        raise _invalid(file_name, line, Flaw("not_yaml", (), {})) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise _invalid(file_name, 0, Flaw("not_yaml", (), {})) from error
    if node is None:
        raise _invalid(file_name, 0, Flaw("not_yaml", (), {}))
    return node


def _invalid(file_name: str, line_from_0: int, flaw: Flaw) -> CounterError:
    return CounterError(
        "item_file_invalid",
        file=file_name,
        line=line_from_0 + 1,
        place=path_text(flaw.path),
        problem=text(f"item_file.{flaw.code}", **flaw.params),
    )


def _doubled_keys(node: yaml.Node) -> Iterator[yaml.ScalarNode]:
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            if key.value in seen:
                yield key
            seen.add(key.value)
            yield from _doubled_keys(value)
    elif isinstance(node, yaml.SequenceNode):
        for part in node.value:
            yield from _doubled_keys(part)


def line_at(node: yaml.Node, path: JsonPath) -> int:
    """The line (from 0) of the deepest part of the path that the file has."""
    line: int = node.start_mark.line
    for step in path:
        if isinstance(node, yaml.MappingNode):
            rows = [(key, value) for key, value in node.value if key.value == step]
            if not rows:
                break
            (key, node) = rows[0]
            line = key.start_mark.line
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line
    return line


def item_of_document(document: Mapping[str, Any]) -> ServiceItem:
    """The item of a document without flaws; KeyError, TypeError, ValueError or AttributeError of any other."""
    return ServiceItem(
        code=document["code"],
        version=document["version"],
        name=document["name"],
        short_name=document["short_name"],
        initials=document["initials"],
        kind=ItemKind(document["kind"]),
        item_type=document["item_type"],
        is_licence=document["is_licence"],
        task_code=document["task_code"],
        agency=document["agency"],
        authority=tuple(Authority(**row) for row in document["authority"]),
        basis=tuple(Basis(**row) for row in document["basis"]),
        basis_lines=document.get("basis_lines", {}),
        limits=_limits_of(document["limits"]),
        fees=tuple(Fee(**row) for row in document.get("fees", ())),
        situations=_choices_of(document.get("situations", ())),
        fields=tuple(_field_of(row) for row in document["fields"]),
        materials=tuple(_material_of(row) for row in document["materials"]),
        guide=_guide_of(document["guide"]),
        delivery=tuple(document["delivery"]),
        delegated_power=document["delegated_power"],
        entrustable=document["entrustable"],
        source=document["source"],
        release_needs=tuple(document.get("release_needs", ())),
        special_procedures=tuple(SpecialProcedure(**row) for row in document.get("special_procedures", ())),
    )


def _limits_of(limits: Mapping[str, Mapping[str, Any]]) -> Limits:
    return Limits(**{name: _period_of(row) for name, row in limits.items()})


def _period_of(row: Mapping[str, Any]) -> Period:
    return Period(row["length"], Unit(row["unit"]), row["rule"])


def _choices_of(rows: Sequence[Mapping[str, str]]) -> tuple[Choice, ...]:
    return tuple(Choice(**row) for row in rows)


def _field_of(row: Mapping[str, Any]) -> Field:
    choices = _choices_of(row.get("choices", ()))
    given = {**row, "type": FieldType(row["type"]), "choices": choices}
    if row["type"] == "choice":
        given.setdefault("examples", [choice.code for choice in choices])
    elif row["type"] == "bool":
        given.setdefault("examples", [True, False])
    given["examples"] = tuple(given.get("examples", ()))
    return Field(**given)


def _material_of(row: Mapping[str, Any]) -> MaterialRule:
    forms = tuple(MaterialForm(form) for form in row["forms"])
    problems = tuple(Problem(**problem) for problem in row.get("problems", ()))
    valid_for = _period_of(row["valid_for"]) if "valid_for" in row else None
    return MaterialRule(**{**row, "forms": forms, "problems": problems, "valid_for": valid_for})


def _guide_of(guide: Mapping[str, Any]) -> Guide:
    return Guide(guide["who"], tuple(guide["how"]), tuple(guide.get("notes", ())))
