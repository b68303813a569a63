"""A service item as the plain map that item files hold, in one form: equal items give equal maps, and equal bytes.

What stands at its default is left out, as a person writing the file would.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from typing import Any

import msgspec

from counter_app.domain.item_conditions import Condition
from counter_app.domain.service_item import Choice, Field, FieldType, MaterialRule, ServiceItem, SpecialProcedure

Document = dict[str, Any]

_pack = msgspec.msgpack.Encoder(order="sorted").encode
_LISTS = ("fees", "situations", "release_needs", "special_procedures")  # absent in the file where there are none
_BOTH_ANSWERS = (True, False)


def document_of(item: ServiceItem) -> Document:
    """The map that `item_file.item_of_document` makes this item of."""
    document = {row.name: _plain(getattr(item, row.name)) for row in fields(item)}
    document["fields"] = [_field(row) for row in item.fields]
    document["materials"] = [_material(rule) for rule in item.materials]
    document["special_procedures"] = [_sparse(row) for row in item.special_procedures]
    document["guide"] = _without(document["guide"], {"notes": []})
    document["limits"] = _without(document["limits"], {"fix": None})
    for name in _LISTS:
        if not document[name]:
            del document[name]
    if not item.basis_lines:
        del document["basis_lines"]
    return document


def content_of(document: Document) -> bytes:
    """The bytes by which an item is known: the whole document but for its version."""
    return _pack({key: value for key, value in document.items() if key != "version"})


def packed(document: Document) -> bytes:
    """The whole document in bytes, as a release carries it."""
    return _pack(document)


def digest(content: bytes) -> bytes:
    """SHA-256."""
    return hashlib.sha256(content).digest()


def simplest(condition: Condition) -> Condition:
    """The condition without `all` and `any` around a single part."""
    for kind in ("all", "any"):
        if kind in condition:
            parts = [simplest(part) for part in condition[kind]]
            return parts[0] if len(parts) == 1 else {kind: parts}
    return {"not": simplest(condition["not"])} if "not" in condition else dict(condition)


def _plain(value: object) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (tuple, list)):
        return [_plain(one) for one in value]
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return {row.name: _plain(getattr(value, row.name)) for row in fields(value)}
    return value


def _field(row: Field) -> Document:
    document = _sparse(row)
    if row.choices:
        document["choices"] = [_plain(choice) for choice in row.choices]
    if list(row.examples) == list(usual_examples(row.type.value, row.choices)) or not row.examples:
        document.pop("examples", None)
    return document


def _material(rule: MaterialRule) -> Document:
    return _sparse(rule)


def usual_examples(kind: str, choices: Iterable[Choice]) -> tuple[object, ...]:
    """The examples of a field that names none: every answer, where they can be counted."""
    if kind == FieldType.CHOICE:
        return tuple(choice.code for choice in choices)
    return _BOTH_ANSWERS if kind == FieldType.BOOL else ()


def _sparse(value: Field | MaterialRule | SpecialProcedure) -> Document:
    """The dataclass without what stands at its default."""
    found = {}
    for row in fields(value):
        held = getattr(value, row.name)
        if row.default is MISSING or held != row.default:
            found[row.name] = simplest(held) if row.name == "when" else _plain(held)
    return found


def _without(document: Document, usual: Mapping[str, object]) -> Document:
    return {key: value for key, value in document.items() if key not in usual or value != usual[key]}
