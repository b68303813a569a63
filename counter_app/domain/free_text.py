"""Words that people type into free fields: what can be kept and printed."""

from __future__ import annotations

import unicodedata

from counter_app.domain.errors import InvalidInput

LONGEST_TEXT = 2000  # code points
_LINE_BREAKS = frozenset("\n\t")
_UNWANTED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def check_free_text(text: str) -> str:
    """The text as given.

    Raises InvalidInput `text_length` or `text_character` (control characters,
    characters that turn the direction of writing, lone surrogates).
    """
    if len(text) > LONGEST_TEXT:
        raise InvalidInput("text_length", length=len(text), limit=LONGEST_TEXT)
    for place, character in enumerate(text, start=1):
        if character not in _LINE_BREAKS and unicodedata.category(character) in _UNWANTED_CATEGORIES:
            raise InvalidInput("text_character", code_point=f"U+{ord(character):04X}", place=place)
    return text
