"""Every word of ours that leaves the program has its code, and a hub may have others."""

from __future__ import annotations

import pytest

from counter_app.domain.id_numbers import ID_TYPES
from counter_app.domain.ratings import Level, Stage
from counter_app.domain.service_item import ItemKind, MaterialForm
from counter_app.domain.states import LIFECYCLE_KINDS, CaseState
from resources.codes import CodesNotReadable, standard_codes

STEPS = LIFECYCLE_KINDS - {"opened", "dropped"}  # of drafts, which are no events
ENDS = {"granted", "denied", "not_required", "refused", "given_up", "returned", "withdrawn", "voided"}


@pytest.mark.parametrize(
    ("map_name", "words"),
    [
        ("case_kind", set(ItemKind)), ("satisfaction", set(Level)), ("star", set(Level)), ("rating_stage", set(Stage)),
        ("case_state", set(CaseState)), ("step", STEPS | {"granted_tolerantly"}), ("movement", STEPS),
        ("result", ENDS), ("get_type", {*MaterialForm, "scanned"}), ("applicant_type", set(ID_TYPES)),
    ],
)  # fmt: skip
def test_every_word_of_ours_has_its_place_in_the_map(map_name: str, words: set[str]) -> None:
    assert set(standard_codes().maps[map_name]) == {str(word) for word in words}


def test_every_kind_of_paper_is_in_the_list_of_the_hub() -> None:
    assert set(standard_codes().sets["id_type"]) == set(ID_TYPES)


def test_satisfaction_runs_in_opposite_directions_in_two_sets() -> None:
    codes = standard_codes()
    for level in Level:
        assert codes.name("satisfaction", codes.code("satisfaction", level)) == codes.name(
            "star", codes.code("star", level)
        )
    assert (codes.code("satisfaction", Level.VERY_SATISFIED), codes.code("star", Level.VERY_SATISFIED)) == ("1", "5")


def test_what_is_not_taken_up_is_not_told_as_refused() -> None:
    codes = standard_codes()
    assert codes.code("result", "not_required") == ""
    assert codes.name("item_state", codes.code("step", "not_required")) == "不受理"
    assert codes.name("item_state", codes.code("step", "refused")) == "不予受理"


def test_a_hub_with_other_codes_says_only_what_it_has_otherwise() -> None:
    codes = standard_codes().changed('[sets.get_type]\n0 = "纸质"\n1 = "附件"\n3 = "扫描"\n'
                                     '[maps.get_type]\noriginal = "0"\ncopy = "0"\noriginal_checked = "0"\n'
                                     'electronic = "1"')  # fmt: skip
    assert [codes.code("get_type", form) for form in ("original", "electronic", "scanned")] == ["0", "1", "3"]
    assert codes.code("case_kind", "INSTANT") == "1"
    assert standard_codes().code("get_type", "original") == "1"


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ("[maps", "at end of document"),
        ("[sets.colour]\n1 = 'x'", "sets.colour"),
        ("[maps.get_type]\nlent = '1'", "maps.get_type.lent"),
        ("[maps.get_type]\ncopy = '6'", "maps.get_type.copy: 6"),
        ("[maps.get_type]\ncopy = 1", "maps.get_type"),
        ("[sets.get_type]\n1 = '纸质收取'", "maps.get_type.electronic: 2"),
        ("colour = 1", "sets"),
    ],
)
def test_a_file_of_codes_that_is_wrong_is_refused_by_its_place(document: str, place: str) -> None:
    with pytest.raises(CodesNotReadable, match=place.replace(".", r"\.")):
        standard_codes().changed(document)
