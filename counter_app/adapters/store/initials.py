"""Pinyin initials for finding people by keyboard (specs components 13)."""

from __future__ import annotations

from functools import lru_cache
from itertools import product

_MOST_READINGS = 8


@lru_cache(maxsize=4096)
def initials_of(name: str) -> str:
    """All likely initials of a name, separated by spaces, lower case.

    A surname's reading is ambiguous (单 is shàn or dān, 仇 is qiú or chóu), so
    every reading of the first character is kept.
    """
    from pypinyin import Style, pinyin  # imported here: it costs a third of a second

    readings = pinyin(name, style=Style.FIRST_LETTER, heteronym=True, errors=_as_typed)
    if not readings:
        return ""
    firsts = sorted(set(readings[0]))
    rest = "".join(reading[0] for reading in readings[1:])
    return " ".join(first + tail for first, tail in list(product(firsts, [rest]))[:_MOST_READINGS])


def _as_typed(other: str) -> str:
    """Letters of a name stand for themselves; nobody types the dot between its parts."""
    return "".join(filter(str.isalnum, other.lower()))
