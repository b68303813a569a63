"""What a clerk is told about cards and readers, in both languages."""

from __future__ import annotations

import string
import tomllib
from importlib.resources import files

import pytest


def sentences(language: str) -> dict[str, str]:
    table = tomllib.loads((files("resources") / "translations" / language / "cards.toml").read_text("utf-8"))
    return dict(flat("", table))


def flat(path: str, table: dict[str, object]):
    for name, value in table.items():
        if isinstance(value, dict):
            yield from flat(f"{path}{name}.", value)
        else:
            yield f"{path}{name}", value


def blanks(sentence: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def test_both_languages_say_the_same_things_with_the_same_blanks():
    chinese, english = sentences("zh_CN"), sentences("en")
    assert {key: blanks(text) for key, text in chinese.items()} == {key: blanks(text) for key, text in english.items()}


@pytest.mark.parametrize(
    "code",
    [
        "no_reader",
        "port_busy",
        "no_card",
        "same_card",
        "card_moved",
        "card_not_whole",
        "card_not_verified",
        "card_kind_unknown",
        "wrong_card",
        "sam_fault",
        "sam_unauthorised",
        "garbled",
        "reader_timeout",
        "reader_gone",
        "port_permission",
        "reader_without_sam",
        "reader_spec_unknown",
    ],
)
def test_every_error_of_a_reader_says_what_happened_and_what_to_do(code):
    chinese = sentences("zh_CN")
    assert {f"errors.{code}.message", f"errors.{code}.remedy"} <= set(chinese)


def test_no_two_errors_have_the_same_message():
    messages = [text for key, text in sentences("zh_CN").items() if key.endswith(".message")]
    assert len(set(messages)) == len(messages)


def test_nobody_is_shouted_at_or_put_off():
    said = "".join(sentences("zh_CN").values())
    assert not [word for word in ("！", "!", "请您", "亲", "系统错误", "请稍后", "操作成功") if word in said]
