"""Conditions of fields and materials."""

import pytest

from counter_app.domain.item_conditions import Circumstances, fields_named, holds, shown, situations_named
from counter_app.domain.service_item import Field, FieldType

A = Field("a", "A", FieldType.BOOL, required=True)
B = Field("b", "B", FieldType.TEXT, required=True, when={"field": "a", "is": True})
C = Field("c", "C", FieldType.TEXT, when={"field": "b", "in": ["x", "y"]})


@pytest.mark.parametrize(
    ("condition", "met"),
    [
        (None, True),
        ({"field": "kind", "is": "new"}, True),
        ({"field": "kind", "in": ["old", "new"]}, True),
        ({"field": "kind", "is": "old"}, False),
        ({"field": "absent", "is": "new"}, False),
        ({"field": "count", "is": 1}, True),
        ({"field": "count", "is": True}, False),
        ({"proxy": True}, True),
        ({"proxy": False}, False),
        ({"situation": "first"}, True),
        ({"situation": "second"}, False),
        ({"id_type": "111"}, True),
        ({"not": {"id_type": "111"}}, False),
        ({"all": [{"proxy": True}, {"situation": "second"}]}, False),
        ({"any": [{"proxy": False}, {"situation": "first"}]}, True),
    ],
)
def test_a_condition_is_met_by_what_was_entered(condition: dict[str, object] | None, met: bool) -> None:
    given = Circumstances({"kind": "new", "count": 1}, proxy=True, situation="first")
    assert holds(condition, given) is met


def test_an_unknown_kind_of_condition_is_a_defect() -> None:
    with pytest.raises(KeyError):
        holds({"moon": "full"}, Circumstances())


def test_a_field_behind_a_hidden_field_is_hidden_whatever_it_holds() -> None:
    rows = (A, B, C)
    assert shown(rows, Circumstances({"a": True, "b": "x"})) == (A, B, C)
    assert shown(rows, Circumstances({"a": False, "b": "x"})) == (A,)


def test_what_a_condition_looks_at_is_found_inside_all_any_and_not() -> None:
    condition = {"any": [{"not": {"field": "a", "is": 1}}, {"all": [{"situation": "s"}, {"field": "b", "in": [2, 3]}]}]}
    assert list(fields_named(condition)) == [("a", [1]), ("b", [2, 3])]
    assert list(situations_named(condition)) == ["s"]
