"""What a JSON Schema finds wrong, as codes for our own sentences instead of the library's.

One word per keyword: `key_missing`, `key_unknown`, `wrong_type`, `too_short`,
`too_long`, `too_small`, `too_large`, `not_one_of`, `wrong_shape`, ... A schema may
name a better one beside the keyword as `x-error`. No flaw holds a value.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, cast

from jsonschema import Draft202012Validator, validators
from jsonschema.exceptions import ValidationError

from forms.flaws import Flaw, JsonPath, speakable_key

_RANKS = ("wrong_type", "key_unknown", "key_missing", "not_one_of", "wrong_shape")  # told first, in this order


def flaws(schema: str, data: object) -> list[Flaw]:
    """All flaws of the data by the schema (JSON text, known to be right), those that explain the others first."""
    found = [flaw for error in _validator(schema).iter_errors(data) for flaw in _flaws_of(error)]
    return sorted(found, key=_rank)


def first_flaw(schema: str, data: object) -> Flaw | None:
    """The flaw to tell, None if there is none."""
    return next(iter(flaws(schema, data)), None)


@lru_cache(maxsize=64)
def _validator(schema: str) -> Draft202012Validator:
    return cast(Draft202012Validator, _Validator(json.loads(schema)))


def _contains(validator: Any, part: object, rows: object, schema: Mapping[str, Any]) -> Iterator[ValidationError]:
    """`contains` for a row with the id that `x-material` names: the library's own takes half the time of a line."""
    if "x-material" not in schema:
        yield from Draft202012Validator.VALIDATORS["contains"](validator, part, rows, schema)
    elif isinstance(rows, list):
        count = sum(isinstance(row, dict) and row.get("id") == schema["x-material"] for row in rows)
        if not schema.get("minContains", 1) <= count <= schema.get("maxContains", count):
            yield ValidationError("contains")


_extend: Any = validators.extend  # has no types
_Validator = _extend(Draft202012Validator, {"contains": _contains})


def _rank(flaw: Flaw) -> tuple[int, int]:
    rank = _RANKS.index(flaw.code) if flaw.code in _RANKS else len(_RANKS)
    return rank, len(flaw.path)


def _flaws_of(error: ValidationError) -> Iterator[Flaw]:
    path: JsonPath = tuple(error.absolute_path)
    schema = error.schema if isinstance(error.schema, Mapping) else {}
    if "x-error" in schema:
        yield Flaw(schema["x-error"], path, {}, schema)
    elif error.validator in ("required", "dependentRequired"):
        yield Flaw("key_missing", path, {"key": _missing_key(error.message)}, schema)
    elif error.validator == "additionalProperties":
        for key in sorted(set(cast(dict[str, object], error.instance)) - schema["properties"].keys()):
            yield Flaw("key_unknown", (*path, key), {"key": speakable_key(key)}, schema)
    elif error.validator == "not":  # `{"not": {}}`: this key may not stand here
        yield Flaw("key_unknown", path, {"key": speakable_key(str(path[-1]))}, schema)
    else:
        code, params = _WORDS[str(error.validator)]
        yield Flaw(code, path, {params: _shown(error.validator_value)} if params else {}, schema)


def _missing_key(message: str) -> str:
    """The library tells each missing key in an error of its own, and names it only in its message."""
    return message.partition("'")[2].partition("'")[0]


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
