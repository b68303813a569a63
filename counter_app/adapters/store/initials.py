"""Pinyin initials for finding people by keyboard (specs components 13)."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice

_MOST_READINGS = 8
_LEAN = ("PYPINYIN_NO_PHRASES", "PYPINYIN_NO_DICT_COPY")  # 45 MiB of words, none of which are names of people


@lru_cache(maxsize=4096)
def initials_of(name: str) -> str:
    """The likely initials of a name, at most eight, separated by spaces, lower case, the likeliest first.

    Many characters have several readings, surnames above all (单 is shàn or dān, 仇 is qiú or chóu): each reading of
    the first one is kept, then those of one of the others.
    """
    for setting in _LEAN:
        os.environ.setdefault(setting, "1")
    from pypinyin import Style, pinyin  # imported here: it costs a tenth of a second

    readings = pinyin(name, style=Style.FIRST_LETTER, heteronym=True, errors=_as_typed)
    if not readings:
        return ""
    firsts, rest = readings[0], readings[1:]
    words = (first + tail for tail in _tails(rest) for first in firsts)
    return " ".join(islice(dict.fromkeys(words), _MOST_READINGS))


def _tails(readings: Sequence[Sequence[str]]) -> Iterator[str]:
    """Each character by its commonest reading, then one of them by another."""
    usual = [found[0] for found in readings]
    yield "".join(usual)
    for n, found in enumerate(readings):
        for other in found[1:]:
            yield "".join((*usual[:n], other, *usual[n + 1 :]))


def _as_typed(other: str) -> str:
    """Letters of a name stand for themselves; nobody types the dot between its parts."""
    return "".join(filter(str.isalnum, other.lower()))
