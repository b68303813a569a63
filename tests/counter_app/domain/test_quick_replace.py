"""A value with some fields changed, quickly."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from counter_app.domain.quick_replace import replace


@dataclass(frozen=True)
class Large:
    first: int
    second: str = ""


@dataclass(frozen=True, slots=True)
class Small:
    only: int


def test_the_fields_named_are_changed_and_the_value_before_stays_as_it_was():
    before = Large(1, "a")
    after = replace(before, first=2)
    assert (after, before) == (Large(2, "a"), Large(1, "a"))
    assert replace(Small(1), only=3) == Small(3)


def test_a_field_that_is_not_there_is_refused():
    with pytest.raises(TypeError, match="third"):
        replace(Large(1), third=3)
    with pytest.raises(TypeError):
        replace(Small(1), other=3)
