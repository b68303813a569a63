"""Names of people: what can be one, and when two of them are the same.

A name is kept as it was given: no normal form is forced on it, and no
character is dropped silently (specs domain 14.2, id-cards 9.2).
"""

from __future__ import annotations

import unicodedata

from counter_app.domain.errors import InvalidInput
from counter_app.domain.rare_characters import has_private_use, standard_text

LONGEST_NAME = 30  # code points

# Control and format characters (with all that turn the direction of writing, and U+FEFF), lone surrogates,
# line and paragraph separators. Unassigned ones stay: our table may be older than the character.
_UNWANTED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_MIDDLE_DOT = "\u00b7"
_DOTS = str.maketrans(dict.fromkeys("\u2022\u30fb\uff0e", _MIDDLE_DOT))
_SIGNS_OF_DAMAGE = frozenset("?\ufffd\uff1f")


def check_name(text: str) -> str:
    """The name without surrounding blanks, otherwise as given.

    Raises InvalidInput: `name_empty`, `name_length` (over 30 code points),
    `name_character` with code_point and place (counted from 1).
    """
    name = text.strip()
    if not name:
        raise InvalidInput("name_empty")
    if len(name) > LONGEST_NAME:
        raise InvalidInput("name_length", length=len(name), limit=LONGEST_NAME)
    for place, character in enumerate(name, start=1):
        if _is_unwanted(character):
            raise InvalidInput("name_character", code_point=f"U+{ord(character):04X}", place=place)
    return name


def name_warnings(name: str) -> tuple[str, ...]:
    """Codes of what a person should look at before the name goes on paper."""
    found = []
    if has_private_use(standard_text(name)):
        found.append("name_private_use")
    elif has_private_use(name):
        found.append("name_converted")
    if _SIGNS_OF_DAMAGE & set(name):
        found.append("name_damaged")
    return tuple(found)


def comparable_name(name: str) -> str:
    """The form in which two spellings of one name are equal: for comparing and searching, never for storing.

    Known private-use characters become standard ones, the four middle dots in use become U+00B7.
    """
    return standard_text(name.strip()).translate(_DOTS)


def _is_unwanted(character: str) -> bool:
    is_no_character = ord(character) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(character) <= 0xFDEF
    return is_no_character or unicodedata.category(character) in _UNWANTED_CATEGORIES
