"""Words that people type into free fields: what can be kept and printed.

The same characters as the schema of an intake line takes (`forms/field_schema.py`), so that
what could be written at intake can also be written later.
"""

from __future__ import annotations

from bisect import bisect

from counter_app.domain.errors import InvalidInput

LONGEST_TEXT = 2000  # code points

# First and last of each run: control characters but tab and line ends; signs that turn or hide text; lone
# surrogates; and what is no character.
_UNWANTED = (
    (0x00, 0x08), (0x0B, 0x0C), (0x0E, 0x1F), (0x7F, 0x9F), (0xAD, 0xAD), (0x200B, 0x200B), (0x200E, 0x200F),
    (0x2028, 0x202E), (0x2060, 0x206F), (0xD800, 0xDFFF), (0xFDD0, 0xFDEF), (0xFEFF, 0xFEFF), (0xFFF9, 0xFFFB),
    (0xFFFE, 0xFFFF),
)
_FIRSTS = [first for first, _ in _UNWANTED]


def check_free_text(text: str) -> str:
    """The text as given.

    Raises InvalidInput `text_length` or `text_character` (control characters,
    characters that turn the direction of writing, lone surrogates).
    """
    if len(text) > LONGEST_TEXT:
        raise InvalidInput("text_length", length=len(text), limit=LONGEST_TEXT)
    for place, character in enumerate(text, start=1):
        if _is_unwanted(ord(character)):
            raise InvalidInput("text_character", code_point=f"U+{ord(character):04X}", place=place)
    return text


def _is_unwanted(code_point: int) -> bool:
    run = bisect(_FIRSTS, code_point) - 1
    return run >= 0 and code_point <= _UNWANTED[run][1]
