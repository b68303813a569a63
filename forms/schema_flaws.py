"""What a JSON Schema finds wrong, as codes for our own sentences instead of the library's.

One word per keyword: `key_missing`, `key_unknown`, `wrong_type`, `too_short`,
`too_long`, `too_small`, `too_large`, `not_one_of`, `wrong_shape`, ... A schema may
name a better one beside the keyword as `x-error`. No flaw holds a value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

JsonPath = tuple[str | int, ...]
Validator = Draft202012Validator

_SAFE_KEY = re.compile(r"[A-Za-z_][A-Za-z_-]{0,39}")
_RANKS = ("wrong_type", "key_unknown", "key_missing", "not_one_of", "wrong_shape")  # told first, in this order


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing wrong: its code, where, and what the sentence needs. schema: the part that was not met."""

    code: str
    path: JsonPath
    params: Mapping[str, object]
    schema: Mapping[str, Any] | None = None


def validator_of(schema: Mapping[str, Any]) -> Validator:
    """A validator for a schema that is known to be right (the tests check it)."""
    return Draft202012Validator(schema)


def flaws(validator: Validator, data: object) -> list[Flaw]:
    """All flaws of the data, those that explain the others first."""
    found = [flaw for error in validator.iter_errors(data) for flaw in _flaws_of(error)]
    return sorted(found, key=_rank)


def first_flaw(validator: Validator, data: object) -> Flaw | None:
    """The flaw to tell, None if there is none."""
    return next(iter(flaws(validator, data)), None)


def path_text(path: JsonPath) -> str:
    """The path as people write it: `materials[1].pages`; `$` is the whole."""
    steps = [f"[{step}]" if isinstance(step, int) else f".{speakable_key(step)}" for step in path]
    return "".join(steps).removeprefix(".") or "$"


def speakable_key(key: str) -> str:
    """The key if it can hold nothing personal, else a sign that there is one."""
    return key if _SAFE_KEY.fullmatch(key) else "?"


def _rank(flaw: Flaw) -> tuple[int, int]:
    rank = _RANKS.index(flaw.code) if flaw.code in _RANKS else len(_RANKS)
    return rank, len(flaw.path)


def _flaws_of(error: ValidationError) -> Iterator[Flaw]:
    path: JsonPath = tuple(error.absolute_path)
    schema = error.schema if isinstance(error.schema, Mapping) else None
    if schema is not None and "x-error" in schema:
        yield Flaw(schema["x-error"], path, {}, schema)
        return
    match error.validator:
        case "required":
            missing = [key for key in error.validator_value if key not in error.instance]
            yield Flaw("key_missing", path, {"key": _named_in(error.message, missing)}, schema)
        case "additionalProperties" if schema is not None:
            for key in error.instance.keys() - schema.get("properties", {}).keys():
                yield Flaw("key_unknown", (*path, key), {"key": speakable_key(key)}, schema)
        case None:  # the schema `false`: the key may not be here
            yield Flaw("key_unknown", path, {"key": speakable_key(str(path[-1])) if path else "$"}, schema)
        case "dependentRequired":
            wanted = [key for key in _all_of(error.validator_value) if key not in error.instance]
            yield Flaw("key_missing", path, {"key": _named_in(error.message, wanted)}, schema)
        case keyword:
            code, params = _WORDS.get(str(keyword), ("wrong_shape", None))
            yield Flaw(code, path, {params: _shown(error.validator_value)} if params else {}, schema)


# keyword: our word, and the parameter of its sentence that shows the keyword's value
_WORDS: dict[str, tuple[str, str | None]] = {
    "type": ("wrong_type", "wanted"),
    "enum": ("not_one_of", "allowed"),
    "const": ("not_one_of", "allowed"),
    "pattern": ("wrong_shape", None),
    "minLength": ("too_short", "limit"),
    "maxLength": ("too_long", "limit"),
    "minimum": ("too_small", "limit"),
    "maximum": ("too_large", "limit"),
    "minItems": ("too_few", "limit"),
    "maxItems": ("too_many", "limit"),
    "oneOf": ("no_condition", None),
    "uniqueItems": ("doubled_value", None),
}


def _shown(value: object) -> object:
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return value


def _all_of(dependents: Mapping[str, list[str]]) -> list[str]:
    return [key for keys in dependents.values() for key in keys]


def _named_in(message: str, keys: list[str]) -> str:
    """The key that this error is about: the library tells each missing key in an error of its own."""
    return next((key for key in keys if message.startswith(repr(key))), keys[0])
