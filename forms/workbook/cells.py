"""One cell, read as its column means it and written so that it is read as the same.

Reading forgives how people type (blanks, full-width signs, numbers as numbers, codes instead of words) and takes no
guess at what they meant: what cannot be meant only one way is `Wrong`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from forms.workbook.condition_text import NotACondition, condition_of, condition_text
from forms.workbook.layout import Column, folded, layout

_SURE = 10**15  # beyond it a spreadsheet has rounded a number of digits
_BREAKS = re.compile(r"[、,;\n\s]+")
_BLANK = " \t\r\n\u3000\u00a0"
LONGEST = 32_767  # characters that a cell can hold


class Wrong(ValueError):
    """The cell cannot be read: a code of our sentences (`item_file.<code>`)."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code, self.params = code, params


def read_cell(column: Column, raw: object) -> Any:
    """What the cell means; None where it is empty. Wrong."""
    if raw is None or (isinstance(raw, str) and not raw.strip(_BLANK)):
        return None
    if isinstance(raw, str) and len(raw) > LONGEST:
        raise Wrong("too_long", limit=LONGEST)
    return _READERS[column.kind](column, raw)


def written_cell(column: Column, value: Any) -> str | int | float | None:
    """What is written for a value, None for an empty cell."""
    if value is None or value == column.default:
        return None
    return _WRITERS[column.kind](column, value)


def stand_in(column: Column) -> Any:
    """A value of the column's kind, so that what else is wrong with the item can be found in the same run."""
    words = layout().words.get(column.words, {})
    first = next(iter(words), "x")
    found = {"number": 1, "yuan": 1, "yes": False, "one": first, "many": [first], "list": []}
    return found.get(column.kind, "x") if column.needed else None


def _text(_column: Column, raw: object) -> str:
    if isinstance(raw, date):
        raise Wrong("became_a_date")
    if isinstance(raw, bool):
        return layout().words["yes"]["true" if raw else "false"]
    if isinstance(raw, (int, float)):
        return _digits(raw)
    return str(raw).replace("\r\n", "\n").replace("\r", "\n").strip(_BLANK)


def _code(column: Column, raw: object) -> str:
    return folded(_text(column, raw))


def _digits(raw: int | float) -> str:
    """A number that was typed where text belongs, as it was typed."""
    if abs(raw) >= _SURE:
        raise Wrong("number_lost")
    return str(int(raw)) if raw == int(raw) else repr(raw)


def _number(_column: Column, raw: object) -> int:
    if isinstance(raw, (bool, date)):
        raise Wrong("not_a_whole_number")
    if isinstance(raw, float) and raw == raw and abs(raw) < _SURE and raw == int(raw):
        return int(raw)
    if isinstance(raw, int) and abs(raw) < _SURE:
        return raw
    if isinstance(raw, str) and re.fullmatch(r"-?[0-9]{1,15}", folded(raw)):
        return int(folded(raw))
    raise Wrong("not_a_whole_number")


def _yuan(_column: Column, raw: object) -> int:
    """Yuan in the cell, fen in the item."""
    if isinstance(raw, bool) or not isinstance(raw, (int, float, str)):
        raise Wrong("not_money")
    try:
        fen = Decimal(folded(str(raw))) * 100
    except InvalidOperation:
        raise Wrong("not_money") from None
    if not fen.is_finite() or fen != fen.to_integral_value() or abs(fen) >= _SURE:
        raise Wrong("not_money")
    return int(fen)


def _yes(_column: Column, raw: object) -> bool:
    yes = layout().words["yes"]
    if isinstance(raw, bool):
        return raw
    word = folded(str(raw))
    for answer in ("true", "false"):
        if word.casefold() in (answer, yes[answer]):
            return answer == "true"
    raise Wrong("not_yes_or_no")


def _one(column: Column, raw: object) -> str:
    return _named(column, _code(column, raw))


def _named(column: Column, word: str) -> str:
    words = layout().words[column.words]
    for code, name in words.items():
        same_number = word.isdigit() and code.isdigit() and int(word) == int(code)
        if word in (code, name) or same_number:
            return code
    raise Wrong("not_one_of", allowed=layout().condition["between"].join(words.values()))


def _many(column: Column, raw: object) -> list[str]:
    return [_named(column, word) for word in _list(column, raw)]


def _list(column: Column, raw: object) -> list[str]:
    return [word for word in _BREAKS.split(_code(column, raw)) if word]


def _condition(column: Column, raw: object) -> Any:
    try:
        return condition_of(_text(column, raw))
    except NotACondition:
        raise Wrong("no_condition") from None


def _examples(column: Column, raw: object) -> list[object]:
    if isinstance(raw, date):
        return [raw.strftime("%Y-%m-%d")]
    text = _text(column, raw)
    if text.startswith("["):
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            raise Wrong("wrong_shape") from None
        return list(found)
    return [line.strip(_BLANK) for line in text.split("\n") if line.strip(_BLANK)]


def _written_examples(_column: Column, values: list[object]) -> str:
    yes = layout().words["yes"]
    words = [yes[str(value).lower()] if isinstance(value, bool) else str(value) for value in values]
    plain = all(word == word.strip(_BLANK) and "\n" not in word and word for word in words)
    if plain and not words[0].startswith("["):
        return "\n".join(words)
    return json.dumps(values, ensure_ascii=False)


def _words_of(column: Column, value: str) -> str:
    return layout().words[column.words][value]


_READERS: dict[str, Callable[[Column, object], Any]] = {
    "text": _text, "code": _code, "number": _number, "yuan": _yuan, "yes": _yes, "one": _one, "many": _many,
    "list": _list, "condition": _condition, "examples": _examples,
}
_WRITERS: dict[str, Callable[[Column, Any], str | int | float]] = {
    "text": lambda column, value: value,
    "code": lambda column, value: value,
    "number": lambda column, value: value,
    "yuan": lambda column, value: value / 100,
    "yes": lambda column, value: layout().words["yes"][str(value).lower()],
    "one": _words_of,
    "many": lambda column, value: layout().condition["between"].join(_words_of(column, one) for one in value),
    "list": lambda column, value: layout().condition["between"].join(value),
    "condition": lambda column, value: condition_text(value),
    "examples": _written_examples,
}
