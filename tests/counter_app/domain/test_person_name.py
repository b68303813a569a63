"""What can be a name, and which two spellings are one name (specs domain 14, id-cards 9.2)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counter_app.domain.errors import InvalidInput
from counter_app.domain.person_name import check_name, comparable_name, name_warnings
from counter_app.domain.rare_characters import has_private_use, standard_text
from resources.texts import catalogue


@pytest.mark.parametrize(
    "name",
    [
        "丽",
        "李𬭎䶮",
        "吾买尔·艾力",
        "测\ue188乙",
        "TESTPERSON, ALPHA",
        "王\U00031350",
        "e\u0301va",
        "人" * 30,
        "𬭎" * 30,
        "葛\U000e0100",
    ],
)
def test_a_name_is_kept_as_it_was_given(name):
    assert check_name(name) == name


@pytest.mark.parametrize("typed", ["  李大山 ", "\u3000李大山\u3000", "李大山\n"])
def test_only_surrounding_blanks_are_taken_away(typed):
    assert check_name(typed) == "李大山"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "name_empty"),
        (" \u3000\t", "name_empty"),
        ("人" * 31, "name_length"),
        ("𬭎" * 31, "name_length"),
        ("李\u202e大山", "name_character"),
        ("\ufeff李大山", "name_character"),
        ("李\u2066大山", "name_character"),
        ("李\u200b大山", "name_character"),
        ("李\x00大山", "name_character"),
        ("李\n大山", "name_character"),
        ("李\ud84a大山", "name_character"),
        ("李\uffff大山", "name_character"),
        ("李\u2028大山", "name_character"),
    ],
)
def test_what_cannot_be_a_name_is_refused(typed, code):
    with pytest.raises(InvalidInput) as refused:
        check_name(typed)
    assert refused.value.code == code


def test_the_refused_character_is_named_with_its_place_and_nothing_else():
    with pytest.raises(InvalidInput) as refused:
        check_name("李\u202e大山")
    assert refused.value.params == {"code_point": "U+202E", "place": 2}


@pytest.mark.parametrize(
    ("name", "warnings"),
    [
        ("李𬭎䶮", ()),
        ("测试\ue863", ("name_converted",)),
        ("测\ue188乙", ("name_private_use",)),
        ("测\U000f0001", ("name_private_use",)),
        ("王?", ("name_damaged",)),
        ("王\ufffd", ("name_damaged",)),
    ],
)
def test_a_person_is_asked_to_look_at_rare_and_damaged_characters(name, warnings):
    assert name_warnings(name) == warnings


def test_a_known_private_use_character_becomes_the_standard_one_and_others_stay():
    assert standard_text("\ue863\ue83b\ue188李") == "䶮\U0002298f\ue188李"
    assert has_private_use("\ue188")
    assert not has_private_use("䶮𬭎")


@pytest.mark.parametrize("dot", "\u00b7\u2022\u30fb\uff0e")
def test_all_middle_dots_compare_as_one(dot):
    assert comparable_name(f"吾买尔{dot}艾力") == comparable_name("吾买尔\u00b7艾力")


def test_an_old_and_a_standard_character_compare_as_one():
    assert comparable_name("龚\ue863") == comparable_name("龚䶮")


@given(st.text(max_size=40))
def test_any_text_is_a_name_or_refused_with_words(typed):
    try:
        name = check_name(typed)
    except InvalidInput as refused:
        for language in ("zh_CN", "en"):
            catalogue(language)[f"errors.{refused.code}.message"].format(**refused.params)
    else:
        assert 1 <= len(name) <= 30
        assert name == typed.strip()
        name.encode()
