"""Every error can be told over a telephone, and a number that was given means the same for ever."""

from __future__ import annotations

import re
from collections import Counter
from itertools import groupby

from resources.error_numbers import error_number, error_numbers
from resources.texts import catalogue


def test_every_error_that_has_a_message_has_one_number() -> None:
    given = Counter(error_numbers().values())
    codes = {match[1] for key in catalogue("zh_CN") if (match := re.fullmatch(r"errors\.(\w+)\.message", key))}
    assert len(codes) > 500
    assert sorted(codes - given.keys()) == []
    assert [code for code, times in given.items() if times > 1] == []


def test_the_numbers_of_a_theme_are_counted_without_a_gap() -> None:  # that one number is given once, TOML sees to
    for theme, numbers in groupby(error_numbers(), lambda number: number.partition("-")[0]):
        assert re.fullmatch("[A-Z]{3}", theme)
        assert [*numbers] == [f"{theme}-{n:03}" for n, _ in enumerate(_of(theme), start=1)]


def test_numbers_that_are_printed_elsewhere_stay() -> None:
    assert (error_number("not_the_hall"), error_number("print_stopped")) == ("LNK-014", "PRN-021")


def test_an_error_without_a_number_is_told_by_its_code() -> None:
    assert error_number("of_a_newer_hall") == "of_a_newer_hall"


def _of(theme: str) -> list[str]:
    return [number for number in error_numbers() if number.startswith(f"{theme}-")]
