"""The JSON Schema of one field's value, and of the texts that every line has.

Patterns mean the same in Python and in ECMAScript with the flag u: digits are
[0-9], the end is `(?![\\s\\S])` because Python's `$` also matches before a last
newline.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from counter_app.domain.service_item import Field, FieldType

Schema = dict[str, Any]

_END = r"(?![\s\S])"
_BLANKS = r"\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"  # what Python's strip() takes
# Control characters, lone surrogates, non-characters, and signs that turn or hide text (trojan texts).
_CONTROLS = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
_HIDDEN = r"\xad\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufdd0-\ufdef\ufeff\ufff9-\ufffb\ufffe\uffff"
_UNWANTED = rf"{_CONTROLS}{_HIDDEN}\ud800-\udfff"

_CF_REST = "\\u0600-\\u0605\\u061c\\u06dd\\u070f\\u0890\\u0891\\u08e2\\u180e\\u200c\\u200d" + (
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f"
)
_NO_CHARACTERS = "".join(f"{chr(plane << 16 | 0xFFFE)}-{chr(plane << 16 | 0xFFFF)}" for plane in range(1, 17))
_NOT_IN_NAMES = rf"\x00-\x1f\x7f-\x9f{_HIDDEN}{_CF_REST}{_NO_CHARACTERS}\ud800-\udfff"

# As counter_app.domain.person_name: blanks around it are cut off, then 1 to 30 code points.
NAME = rf"^[{_BLANKS}]*(?=[^{_BLANKS}])[^{_NOT_IN_NAMES}]{{0,29}}[^{_NOT_IN_NAMES}{_BLANKS}][{_BLANKS}]*{_END}"
TEXT = rf"^(?=[{_BLANKS}]*[^{_BLANKS}])[^{_UNWANTED}]*{_END}"
LINE_OF_TEXT = rf"^(?=[{_BLANKS}]*[^{_BLANKS}])[^{_UNWANTED}\t\n\r]*{_END}"
DATE = (
    r"^(?:(?:18|19|20|21)[0-9]{2}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    r"|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))"
    r"|(?:(?:18|19|21)(?:0[48]|[2468][048]|[13579][26])|20(?:0[048]|[2468][048]|[13579][26]))-02-29)"
)
MOMENT = (
    rf"{DATE}T(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{{1,6}})?)?"
    rf"(?:Z|[+-](?:0[0-9]|1[0-4]):[0-5][0-9])?{_END}"
)
PHONE = rf"^[0-9+() -]{{5,20}}{_END}"
MONEY = rf"^(?:0|[1-9][0-9]{{0,11}})(?:\.[0-9]{{1,2}})?{_END}"

NOT_FUTURE, ID_NUMBER, CREDIT_CODE, BIRTH_IN_ID = "not-future", "id-number", "credit-code", "birth-in-id"
JOB_NUMBER = "job-number"
LOCAL_NUMBER = "local-number"


def line_of_text(limit: int, **more: object) -> Schema:
    """One line of visible text of at most so many code points."""
    return {"type": "string", "maxLength": limit, "pattern": LINE_OF_TEXT, **more}


def free_text(limit: int, **more: object) -> Schema:
    """Visible text of at most so many code points, in one or more lines."""
    return {"type": "string", "maxLength": limit, "pattern": TEXT, **more}


def field_schema(row: Field) -> Schema:
    """The schema of the field's value, with its title, examples and the x-checks it must pass."""
    schema: Schema = {"title": row.name, **_VALUES[row.type](row), "examples": list(row.examples)}
    if row.hint:
        schema["description"] = row.hint
    return schema


def example_fits(row: Field, value: object) -> bool:
    """Whether a value of an item file has the shape that the field's schema demands."""
    schema = field_schema(row)
    if "enum" in schema:
        return value in schema["enum"]
    if schema["type"] == "boolean":
        return isinstance(value, bool)
    if schema["type"] == "integer":
        within = isinstance(value, int) and schema["minimum"] <= value <= schema["maximum"]
        return within and not isinstance(value, bool)
    if not isinstance(value, str) or len(value) > schema.get("maxLength", len(value)):
        return False
    return re.search(schema["pattern"], value) is not None


def _number(row: Field) -> Schema:
    if not row.decimals:
        return {"type": "integer", "minimum": row.minimum, "maximum": row.maximum}
    shape = rf"^(?:0|[1-9][0-9]{{0,8}})(?:\.[0-9]{{1,{row.decimals}}})?{_END}"
    return {"type": "string", "pattern": shape}


def _date(row: Field) -> Schema:
    return {"type": "string", "pattern": DATE + _END} | ({"x-checks": [NOT_FUTURE]} if row.not_future else {})


_VALUES: dict[FieldType, Callable[[Field], Schema]] = {
    FieldType.TEXT: lambda row: free_text(row.max_length),
    FieldType.NUMBER: _number,
    FieldType.MONEY: lambda row: {"type": "string", "pattern": MONEY},
    FieldType.DATE: _date,
    FieldType.CHOICE: lambda row: {"enum": [choice.code for choice in row.choices]},
    FieldType.BOOL: lambda row: {"type": "boolean"},
    FieldType.REGION: lambda row: {"type": "string", "pattern": rf"^[1-9][0-9]{{5}}{_END}"},
    FieldType.PHONE: lambda row: {"type": "string", "pattern": PHONE},
    FieldType.ID_NUMBER: lambda row: line_of_text(40) | {"x-checks": [ID_NUMBER, BIRTH_IN_ID]},
    FieldType.CREDIT_CODE: lambda row: line_of_text(40) | {"x-checks": [CREDIT_CODE]},
}
