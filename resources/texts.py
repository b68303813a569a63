"""Every sentence a person reads, by key, in Simplified Chinese and in English.

The files under `translations/<language>/*.toml` are one flat catalogue: the
dotted path of tables is the key. Program code knows keys only.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

LANGUAGES = ("zh_CN", "en")
OF_PAPERS = LANGUAGES[0]
VARIABLE = "COUNTER_LANGUAGE"
_AT_SIGN_IN = ("ui_sign_in", "ui_frame", "ui_components", "ui_app", "alarm", "roles")  # a few of all: read first


class TextMissing(KeyError):
    """A key that no catalogue has: a defect, found by the tests over all keys."""


def text(key: str, /, **params: object) -> str:
    """The sentence of the key in the language in use, its {names} filled from params."""
    return _filled(key, language(), params)


def paper_text(key: str, /, **params: object) -> str:
    """The same on a paper that leaves the counter: Chinese, whatever language the window speaks. What surrounds it is
    the Chinese of the law, and applicant, agency and archive read it."""
    return _filled(key, OF_PAPERS, params)


def sentence(key: str) -> str | None:
    """The sentence as it stands in the catalogue in use, None if it has none."""
    return _sentence(key, language())


def _filled(key: str, of_language: str, params: Mapping[str, object]) -> str:
    found = _sentence(key, of_language)
    if found is None:
        raise TextMissing(key)
    return found.format(**params) if params else found


def _sentence(key: str, of_language: str) -> str | None:
    found = _at_sign_in(of_language).get(key)
    return catalogue(of_language).get(key) if found is None else found


def has_text(key: str) -> bool:
    """Whether the catalogue in use has the key."""
    return key in catalogue(language())


def language() -> str:
    """The language in use: COUNTER_LANGUAGE if it is one of ours, else Chinese."""
    wanted = os.environ.get(VARIABLE, LANGUAGES[0])
    return wanted if wanted in LANGUAGES else LANGUAGES[0]


def use_language(chosen: str) -> None:
    """Use the language from now on in this process; "" changes nothing."""
    if chosen:
        os.environ[VARIABLE] = chosen


@cache
def catalogue(of_language: str) -> dict[str, str]:
    """All keys of a language. ValueError names a key that two files define."""
    found: dict[str, str] = {}
    for file in sorted(_folder(of_language).iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".toml"):
            for key, words in _rows(file):
                if key in found:
                    raise ValueError(f"{file.name}: {key} is defined twice")
                found[key] = words
    return found


@cache
def _at_sign_in(of_language: str) -> dict[str, str]:
    return {key: words for name in _AT_SIGN_IN for key, words in _rows(_folder(of_language) / f"{name}.toml")}


def _folder(of_language: str) -> Traversable:
    return files("resources") / "translations" / of_language


def _rows(file: Traversable) -> list[tuple[str, str]]:
    return _flat(tomllib.loads(file.read_text(encoding="utf-8")), "")


def _flat(table: dict[str, object], prefix: str) -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for name, value in table.items():
        if isinstance(value, dict):
            rows += _flat(value, f"{prefix}{name}.")
        else:
            rows.append((f"{prefix}{name}", str(value)))
    return rows
