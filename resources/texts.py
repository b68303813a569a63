"""Every sentence a person reads, by key, in Simplified Chinese and in English.

The files under `translations/<language>/*.toml` are one flat catalogue: the
dotted path of tables is the key. Program code knows keys only.
"""

from __future__ import annotations

import os
import tomllib
from functools import cache
from importlib.resources import files

LANGUAGES = ("zh_CN", "en")


class TextMissing(KeyError):
    """A key that no catalogue has: a defect, found by the tests over all keys."""


def text(key: str, /, **params: object) -> str:
    """The sentence of the key in the language in use, its {names} filled from params."""
    try:
        sentence = catalogue(language())[key]
    except KeyError:
        raise TextMissing(key) from None
    return sentence.format(**params) if params else sentence


def has_text(key: str) -> bool:
    """Whether the catalogue in use has the key."""
    return key in catalogue(language())


def language() -> str:
    """The language in use: COUNTER_LANGUAGE if it is one of ours, else Chinese."""
    wanted = os.environ.get("COUNTER_LANGUAGE", LANGUAGES[0])
    return wanted if wanted in LANGUAGES else LANGUAGES[0]


@cache
def catalogue(of_language: str) -> dict[str, str]:
    """All keys of a language. ValueError names a key that two files define."""
    found: dict[str, str] = {}
    folder = files("resources") / "translations" / of_language
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".toml"):
            for key, sentence in _flat(tomllib.loads(file.read_text(encoding="utf-8")), ""):
                if key in found:
                    raise ValueError(f"{file.name}: {key} is defined twice")
                found[key] = sentence
    return found


def _flat(table: dict[str, object], prefix: str) -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for name, value in table.items():
        if isinstance(value, dict):
            rows += _flat(value, f"{prefix}{name}.")
        else:
            rows.append((f"{prefix}{name}", str(value)))
    return rows
