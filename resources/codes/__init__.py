"""Codes of GB/T 39046-2020 annex A and of exchange tables, and which of our words stands for which: `codes.toml`.

Levels of satisfaction run in opposite directions in two of the sets (specs domain 1, fact 12): a set is always named.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

_OF = "of"  # the set that a map's codes are of, where it has another name


class CodesNotReadable(ValueError):
    """A file of codes that has not the shape of ours; the text names the place."""


@dataclass(frozen=True)
class Codes:
    """sets: the name of each code, by set. maps: the code of each of our words, by map."""

    sets: Mapping[str, Mapping[str, str]]
    maps: Mapping[str, Mapping[str, str]]
    of: Mapping[str, str]

    def code(self, map_name: str, word: str) -> str:
        """The code of our word; "" where the set has none. KeyError for a word that the map does not know."""
        return self.maps[map_name][word]

    def name(self, set_name: str, code: str) -> str:
        """What the code means; KeyError if the set has no such code."""
        return self.sets[set_name][code]

    def changed(self, document: str) -> Codes:
        """With what a hub has otherwise: a set that is given replaces ours, of a map the words that are given.

        CodesNotReadable: no TOML, another shape, an unknown set, map or word, or a code that is not in its set.
        """
        try:
            given = tomllib.loads(document)
        except tomllib.TOMLDecodeError as fault:
            raise CodesNotReadable(str(fault)) from None
        sets, maps = _tables(given, "sets"), _tables(given, "maps")
        _check_known("sets", sets, self.sets)
        _check_known("maps", maps, self.maps)
        for name, words in maps.items():
            _check_known(f"maps.{name}", words, {**self.maps[name], _OF: ""})
        both = {name: {**words, **_without_of(maps.get(name, {}))} for name, words in self.maps.items()}
        new = Codes({**self.sets, **sets}, both, self.of)
        new.check()
        return new

    def check(self) -> None:
        """CodesNotReadable names a word whose code is not in its set."""
        for name, words in self.maps.items():
            known = self.sets[self.of[name]]
            for word, code in words.items():
                if code and code not in known:
                    raise CodesNotReadable(f"maps.{name}.{word}: {code}")


@cache
def standard_codes() -> Codes:
    """The shipped ones, checked."""
    given = tomllib.loads((files("resources") / "codes" / "codes.toml").read_text(encoding="utf-8"))
    sets, maps = _tables(given, "sets"), _tables(given, "maps")
    of = {name: words.get(_OF, name) for name, words in maps.items()}
    codes = Codes(
        MappingProxyType(sets), MappingProxyType({name: _without_of(words) for name, words in maps.items()}), of
    )
    codes.check()
    return codes


def _without_of(words: Mapping[str, str]) -> dict[str, str]:
    return {word: code for word, code in words.items() if word != _OF}


def _tables(given: Mapping[str, object], part: str) -> dict[str, dict[str, str]]:
    """Tables of texts under that name; anything else is no file of codes."""
    found = given.get(part, {})
    if set(given) - {"sets", "maps"} or not isinstance(found, dict):
        raise CodesNotReadable(part)
    for name, table in found.items():
        if not isinstance(table, dict) or not all(isinstance(value, str) for value in table.values()):
            raise CodesNotReadable(f"{part}.{name}")
    return found


def _check_known(place: str, given: Mapping[str, object], known: Mapping[str, object]) -> None:
    unknown = sorted(given.keys() - known.keys())
    if unknown:
        raise CodesNotReadable(f"{place}.{unknown[0]}")
