"""Every sentence is there in both languages, and every error that the program raises has its two."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from counter_app.adapters.durable_file import _REFUSALS
from counter_app.adapters.store.engine import _FAULTS
from counter_app.domain.states import Action, CaseState
from resources.texts import LANGUAGES, catalogue

ROOT = Path(__file__).parents[2]
PROGRAM = ("counter_app", "sync", "forms", "resources")

# Errors whose first argument is their code; the others (LinkDown, NotTheHall, ...) have one code and a reason.
WITH_CODE = {"CounterError", "InvalidInput", "MoveNotAllowed", "NotFound", "NoKey", "HallRefused", "EnrolmentRefused"}
BESIDE_LITERALS = {
    "link_down", "link_cut", "not_the_hall", "not_holder", "commit_unknown", "store_fault", "hall_busy",
    "unauthorised", "revoked", "fork", "behind", "gap", "mismatch", "stale", "too_new",
    "code_unknown", "code_used", "code_expired", "defect", "usage", "unknown",
    *(code for _, code in _FAULTS),
    *(code for code in _REFUSALS.values() if code != "read_only"),
}


class Raised(NamedTuple):
    """A place that makes an error with this code; given None if parameters come from elsewhere too."""

    place: str
    code: str
    given: frozenset[str] | None


@cache
def raised() -> list[Raised]:
    """All of them; read when the first test asks, not while tests are collected."""
    return list(_scanned())


def _scanned() -> Iterator[Raised]:
    for package in PROGRAM:
        for file in sorted((ROOT / package).rglob("*.py")):
            source = file.read_text(encoding="utf-8")
            if not any(name in source for name in WITH_CODE):
                continue
            for node in ast.walk(ast.parse(source)):
                if isinstance(node, ast.Call) and _name(node) in WITH_CODE and node.args:
                    yield from _codes(node, f"{file.relative_to(ROOT)}:{node.lineno}")


# Whoever catches an error of a line or of a file adds where it was.
ADDED_LATER = {"path", "row"}


def _name(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def _codes(call: ast.Call, place: str) -> Iterator[Raised]:
    names = [keyword.arg for keyword in call.keywords]
    given = None if None in names else frozenset(name for name in names if name)
    first = call.args[0]
    for node in (first.body, first.orelse) if isinstance(first, ast.IfExp) else (first,):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield Raised(place, node.value, given)


def placeholders(sentence: str) -> set[str]:
    return {name.split(":")[0] for _, name, _, _ in string.Formatter().parse(sentence) if name}


def test_the_scan_finds_the_errors_of_the_program():
    assert len({found.code for found in raised()}) > 100


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_error_says_what_happened_and_what_to_do(language: str):
    texts = catalogue(language)
    wanted = {found.code: found.place for found in raised()} | dict.fromkeys(BESIDE_LITERALS, "")
    missing = [
        (code, place)
        for code, place in sorted(wanted.items())
        if not (texts.get(f"errors.{code}.message") and texts.get(f"errors.{code}.remedy"))
    ]
    assert missing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_error_names_only_what_it_is_given(language: str):
    texts = catalogue(language)
    unfilled = [
        (found.place, found.code, sorted(names))
        for found in raised()
        for part in ("message", "remedy")
        if found.given is not None
        and (names := placeholders(texts.get(f"errors.{found.code}.{part}", "")) - found.given - ADDED_LATER)
    ]
    assert unfilled == []


def test_both_languages_have_the_same_keys():
    chinese, english = (set(catalogue(language)) for language in LANGUAGES)
    assert sorted(chinese - english) == []
    assert sorted(english - chinese) == []


def test_both_languages_fill_in_the_same_things():
    chinese, english = (catalogue(language) for language in LANGUAGES)
    differing = {
        key: (placeholders(chinese[key]), placeholders(english[key]))
        for key in chinese.keys() & english.keys()
        if placeholders(english[key]) - placeholders(chinese[key])
    }
    assert differing == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_and_action_has_a_name(language: str):
    texts = catalogue(language)
    assert [state for state in CaseState if f"states.{state.value}" not in texts] == []
    assert [action for action in Action if f"actions.{action.value}" not in texts] == []


def test_chinese_sentences_never_say_what_helps_nobody():
    useless = ("稍后再试", "系统错误", "操作成功", "请您", "！")
    found = [(key, word) for key, sentence in catalogue("zh_CN").items() for word in useless if word in sentence]
    assert [row for row in found if not row[0].startswith(("paper.", "notices."))] == []
