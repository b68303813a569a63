"""Whether every text of an item can be printed: a character that no font draws would stop each of its papers later."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from forms.flaws import Flaw, JsonPath

_ON_SCREENS_ONLY = frozenset({"guide", "hint", "source"})


def unprintable(document: Mapping[str, object]) -> Iterator[Flaw]:
    """A flaw for each text with such characters, which it names by their code points."""
    from forms.rendering.fonts import typeface  # the fonts are asked only where somebody hands items in

    for path, words in _texts(document, ()):
        missing = typeface("body").missing(words.replace("\n", ""))
        if missing:
            codes = " ".join(f"U+{ord(character):04X}" for character in missing[:5])
            yield Flaw("not_printable", path, {"codes": codes})


def _texts(part: object, path: JsonPath) -> Iterator[tuple[JsonPath, str]]:
    if isinstance(part, str):
        yield path, part
    elif isinstance(part, Mapping):
        for key, below in part.items():
            if key not in _ON_SCREENS_ONLY:
                yield from _texts(below, (*path, str(key)))
    elif isinstance(part, list):
        for n, below in enumerate(part):
            yield from _texts(below, (*path, n))
