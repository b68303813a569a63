"""Numbers on a person's papers: are they possible, and what do they say?

A number that is typed must pass; a number that the chip gave is trusted more
than the rule (specs id-cards 5.1), so the card module turns the same errors
into warnings. No error carries the number or a part of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from counter_app.domain.check_characters import foreigner_check, resident_check
from counter_app.domain.errors import InvalidInput

MALE, FEMALE = "1", "2"  # GB/T 2261.1

# GB/T 2260, first two digits: provinces, and Taiwan. Districts are abolished but stay in numbers for life,
# so only the province is looked at, and only as a warning.
PROVINCES = frozenset(
    {*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66), 71}
)
HMT_REGIONS = frozenset({"810000", "820000", "830000"})  # Hong Kong, Macao, Taiwan (specs id-cards 5.2)

_ANY_DASH = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
_FULL_WIDTH = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}
_EIGHTEEN = re.compile(r"[0-9]{17}[0-9X]")
_FIFTEEN_OF_2017 = re.compile(r"[A-Z]{3}[0-9]{12}")


@dataclass(frozen=True, slots=True)
class IdNumber:
    """A number that passed its checks, in the form to store.

    birth and sex (GB/T 2261.1) are None where the number does not tell them.
    warnings are codes with sentences under `warnings.<code>`.
    """

    text: str
    birth: date | None = None
    sex: str | None = None
    warnings: tuple[str, ...] = ()

    def differences(self, birth: date | None, sex: str | None) -> tuple[str, ...]:
        """Warnings where a stated birth date or sex (1, 2; others say nothing) is not the number's."""
        found = []
        if birth and self.birth and birth != self.birth:
            found.append("number_birth_differs")
        if sex in (MALE, FEMALE) and self.sex and sex != self.sex:
            found.append("number_sex_differs")
        return tuple(found)


def normalised_number(text: str) -> str:
    """As the rules want it: half-width, upper case, without spaces and dashes."""
    half = text.translate(_FULL_WIDTH)
    kept = (character for character in half if not character.isspace() and character not in _ANY_DASH)
    return "".join(character.upper() if character.isascii() else character for character in kept)


def check_resident_number(text: str, today: date) -> IdNumber:
    """A resident number (公民身份号码) of 18 characters.

    Raises InvalidInput `resident_number_...`: old (15 digits), length, alphabet,
    check, date, future.
    """
    number = normalised_number(text)
    if len(number) == 15 and number.isascii() and number.isdigit():
        raise InvalidInput("resident_number_old")
    checked = _check_eighteen(number, "resident_number", today)
    return replace(checked, warnings=(*_region_warnings(number), *checked.warnings))


def upgraded_resident_number(text: str, today: date) -> IdNumber:
    """The 18 characters that an old number of 15 digits became: for looking up old records."""
    old = normalised_number(text)
    if len(old) != 15:
        raise InvalidInput("old_number_length", length=len(old))
    if not (old.isascii() and old.isdigit()):
        raise InvalidInput("old_number_alphabet")
    first_17 = f"{old[:6]}19{old[6:]}"
    return check_resident_number(first_17 + resident_check(first_17), today)


def check_hmt_number(text: str, today: date) -> IdNumber:
    """The number of a residence permit for Hong Kong, Macao and Taiwan residents.

    Raises InvalidInput `hmt_number_...`: length, alphabet, check, region, date, future.
    """
    number = normalised_number(text)
    checked = _check_eighteen(number, "hmt_number", today)
    if number[:6] not in HMT_REGIONS:
        raise InvalidInput("hmt_number_region")
    return checked


def check_foreigner_number(text: str, today: date) -> IdNumber:
    """The number of a foreigner's permanent residence card: 15 characters (2017) or 18 (2023).

    Raises InvalidInput `foreigner_number_...`: length, alphabet, check, region, date, future.
    """
    number = normalised_number(text)
    if len(number) == 15:
        return _check_foreigner_of_2017(number, today)
    checked = _check_eighteen(number, "foreigner_number", today)
    if number[0] != "9":
        raise InvalidInput("foreigner_number_region")
    return checked


def _check_foreigner_of_2017(number: str, today: date) -> IdNumber:
    if _FIFTEEN_OF_2017.fullmatch(number) is None:
        raise InvalidInput("foreigner_number_alphabet")
    if number[14] != foreigner_check(number[:14]):
        raise InvalidInput("foreigner_number_check")
    births = [birth for century in ("19", "20") if (birth := _calendar_date(century + number[7:13]))]
    if not births:
        raise InvalidInput("foreigner_number_date")
    if min(births) > today:
        raise InvalidInput("foreigner_number_future")
    return IdNumber(number, sex=_sex(number[13]))  # the century of the birth is not in the number


def _check_eighteen(number: str, kind: str, today: date) -> IdNumber:
    if len(number) != 18:
        raise InvalidInput(f"{kind}_length", length=len(number))
    if _EIGHTEEN.fullmatch(number) is None:
        raise InvalidInput(f"{kind}_alphabet")
    if number[17] != resident_check(number[:17]):
        raise InvalidInput(f"{kind}_check")
    birth = _calendar_date(number[6:14])
    if birth is None:
        raise InvalidInput(f"{kind}_date")
    if birth > today:
        raise InvalidInput(f"{kind}_future")
    early = ("number_born_before_1900",) if birth.year < 1900 else ()
    return IdNumber(number, birth, _sex(number[16]), early)


def _region_warnings(number: str) -> Iterator[str]:
    if number[:6] in HMT_REGIONS:
        yield "number_is_of_hmt_permit"
    elif int(number[:2]) not in PROVINCES:
        yield "number_region_unknown"


def _calendar_date(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None


def _sex(digit: str) -> str:
    return MALE if int(digit) % 2 else FEMALE


def _shape(id_type: str, pattern: str) -> Callable[[str, date], IdNumber]:
    expected = re.compile(pattern)

    def check(text: str, today: date) -> IdNumber:
        number = normalised_number(text)
        if expected.fullmatch(number) is None:
            raise InvalidInput(f"id_number_shape_{id_type}")
        return IdNumber(number)

    return check


RESIDENT_ID, HMT_PERMIT, FOREIGNER_CARD = "111", "154", "553"

# GA/T 2000.156 codes in the order of a form's list (specs domain 9.3), each with its check; the label is
# `id_types.<code>`. The standard of 2016 is older than the permit for Hong Kong, Macao and Taiwan residents (2018):
# its general 154 (居住证) is taken for it. Of travel documents only the shape is known.
ID_TYPES: dict[str, Callable[[str, date], IdNumber]] = {
    RESIDENT_ID: check_resident_number,
    "112": check_resident_number,
    HMT_PERMIT: check_hmt_number,
    "516": _shape("516", r"[HM][0-9]{8}(?:[0-9]{2})?"),
    "511": _shape("511", r"[0-9]{8}|[0-9]{10}[A-Z]?"),
    FOREIGNER_CARD: check_foreigner_number,
    "414": _shape("414", r"[A-Z0-9]{5,17}"),
    "113": _shape("113", r"[^\W_]{3,30}"),
    "114": _shape("114", r"[^\W_]{3,30}"),
}


def check_id_number(id_type: str, text: str, today: date) -> IdNumber:
    """The number by the rule of its paper; InvalidInput says what is wrong, `id_type_unknown` included."""
    try:
        check = ID_TYPES[id_type]
    except KeyError:
        raise InvalidInput("id_type_unknown", id_type=id_type[:8]) from None
    return check(text, today)
