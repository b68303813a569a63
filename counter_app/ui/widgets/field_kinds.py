"""What a field holds, as a table: hints for the IME and what is tidied when the field is left."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from enum import Enum, auto
from typing import NamedTuple

from PySide6.QtCore import Qt

from counter_app.ui.texts import tr


class FieldKind(Enum):
    """TEXT is written with the IME; all others ask for Latin input."""

    TEXT = auto()
    DIGITS = auto()
    PHONE = auto()
    ID_NUMBER = auto()
    CODE = auto()
    DATE = auto()


class KindRule(NamedTuple):
    """hints for the IME; tidy is applied to the value when the field is left; shown is how it then looks.

    example: the key of what an empty field shows; fault: what is wrong with a tidied value, "" for nothing.
    """

    hints: Qt.InputMethodHint
    tidy: Callable[[str], str]
    shown: Callable[[str], str] = str
    example: str = ""
    fault: Callable[[str], str] = lambda _value: ""


def half_width(value: str) -> str:
    """Full-width Latin letters, digits, signs and spaces as half-width; outer spaces gone."""
    return "".join(_half(character) for character in value).strip()


def _half(character: str) -> str:
    is_full = "\uff01" <= character <= "\uff5e" or character == "\u3000"
    return unicodedata.normalize("NFKC", character) if is_full else character


def _number(value: str) -> str:
    return half_width(value).replace(" ", "")


def _code(value: str) -> str:
    return _number(value).upper()


def iso_date(value: str) -> str:
    """A date typed as 20260301, 2026-3-1, 2026.3.1, 2026/3/1 or with 年月日, as 2026-03-01.

    Anything else comes back as it is; whether the date exists is for `date_fault`.
    """
    tidy = _number(value)
    parts = "".join(character if character.isdigit() else " " for character in tidy).split()
    if len(parts) == 1 and len(parts[0]) == 8 and parts[0] == tidy:
        parts = [tidy[:4], tidy[4:6], tidy[6:]]
    if len(parts) != 3 or len(parts[0]) != 4 or max(map(len, parts[1:])) > 2:
        return tidy
    year, month, day = parts
    return f"{year}-{month:0>2}-{day:0>2}"


def date_of(value: str) -> date | None:
    """The day of an ISO date, None if there is no such day."""
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def date_fault(value: str) -> str:
    """That there is no such day, and how one is written; "" for a date."""
    return "" if date_of(value) else tr("ui.field.no_date")


def _date_in_words(value: str) -> str:
    day = date_of(value)
    return tr("ui.field.date", year=day.year, month=day.month, day=day.day) if day else value


_LATIN = Qt.InputMethodHint.ImhLatinOnly | Qt.InputMethodHint.ImhNoPredictiveText
_NUMBERS = _LATIN | Qt.InputMethodHint.ImhPreferNumbers

KIND_RULES: Mapping[FieldKind, KindRule] = {
    FieldKind.TEXT: KindRule(Qt.InputMethodHint.ImhNone, str.strip),
    FieldKind.DIGITS: KindRule(_NUMBERS, _number),
    FieldKind.PHONE: KindRule(_NUMBERS, _number),
    FieldKind.ID_NUMBER: KindRule(_NUMBERS, _code),
    FieldKind.CODE: KindRule(_LATIN, _code),
    FieldKind.DATE: KindRule(_NUMBERS, iso_date, _date_in_words, "ui.field.date_like", date_fault),
}
