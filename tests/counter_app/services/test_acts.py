"""Acts with data as strangers give it: a typed refusal, and nothing has changed."""

from __future__ import annotations

from typing import Any

import pytest

from counter_app.domain.errors import CounterError
from counter_app.domain.scene import circumstances
from counter_app.domain.states import CaseState
from counter_app.services.stored_facts import CaseQuery
from counter_app.station import Station
from forms.catalogue import Catalogue
from forms.examples import example_line
from tests.support.homes import AGENT, CHIEF

ITEM = Catalogue.load().get("temporary_aid")
ROW = {"id": "id_card", "form": "copy", "copies": 1, "pages": 1}
GAP = {"material": "id_card", "problem": "missing", "demand": "请补交"}


def nested(depth: int) -> Any:
    value: Any = "x"
    for _ in range(depth):
        value = [value]
    return value


STRANGE = [None, True, 7, -1, 2**70, 1.5, float("nan"), "", "  ", "\ud83d", "\x00", "a" * 70_000, [], [1], {}, {"a": 1},
           nested(40), b"bytes", object()]  # fmt: skip

KEYS = {
    "not_required": ["reason", "note"],
    "refuse": ["reason", "competent_agency", "note"],
    "correct": ["gaps", "note"],
    "accept": ["note"],
    "fix_on_spot": ["applicant", "fields", "situation", "note"],
    "withdraw": ["signed", "reason"],
    "annotate": ["phone", "address", "note"],
    "take_papers": ["materials"],
}
ENOUGH: dict[str, dict[str, Any]] = {
    "not_required": {"reason": "不需要办理"},
    "refuse": {"reason": "不属于本机关", "competent_agency": "白石镇人民政府"},
    "correct": {"gaps": [GAP]},
    "accept": {},
    "fix_on_spot": {"applicant": {"phone": "13900001111"}},
    "withdraw": {"signed": True},
    "annotate": {"note": "改电话"},
    "take_papers": {"materials": [ROW]},
}


@pytest.fixture
def case(station: Station) -> str:
    taken = station.intake.take_in(CHIEF, example_line(ITEM, "receive", 1))
    assert taken.case is not None
    return str(taken.case.id)


def refused(station: Station, case: str, action: str, given: dict[str, Any]) -> str:
    """The code of the refusal, which changed nothing; empty if it was not refused."""
    with station.store.read() as reading:
        before = reading.head(), reading.blocks(), reading.cases(CaseQuery())
    try:
        station.acts.act(CHIEF, case, action, given)
    except CounterError as error:
        code, said = error.code, str(error)
    else:
        return ""
    with station.store.read() as reading:
        assert (reading.head(), reading.blocks(), reading.cases(CaseQuery())) == before
    assert "一二三四五" not in said
    return code


@pytest.mark.parametrize("action", KEYS)
def test_whatever_stands_under_a_key_is_taken_whole_or_refused_by_name(
    station: Station, case: str, action: str
) -> None:
    for key in KEYS[action]:
        for value in STRANGE:
            refused(station, case, action, {**ENOUGH[action], key: value})
            if station.cases.view(case).case.state is not CaseState.RECEIVED:
                case = str(station.intake.take_in(CHIEF, example_line(ITEM, "receive", station_n(station))).case.id)  # type: ignore[union-attr]
    assert station.verifier.verify().ok


def station_n(station: Station) -> int:
    return station.cases.count(CaseQuery()) + 1


@pytest.mark.parametrize(
    "row",
    [
        {"pages": -1}, {"pages": 0}, {"pages": "3"}, {"pages": True}, {"pages": 10**6}, {"copies": 1.0},
        {"id": "dog_licence"}, {"id": 4}, {"form": "papyrus"}, {"files": ["/etc/passwd"]}, {"owner": "一二三四五"},
    ],
)
def test_a_material_row_that_the_item_does_not_know_is_refused(
    station: Station, case: str, row: dict[str, Any]
) -> None:
    assert refused(station, case, "take_papers", {"materials": [{**ROW, **row}]}) == "act_data_malformed"


@pytest.mark.parametrize(
    ("gap", "code"),
    [
        ({"material": 5}, "act_data_malformed"),
        ({"problem": ["missing"]}, "act_data_malformed"),
        ({"problem": "ugly"}, "gap_problem_unknown"),
        ({"demand": None}, "gap_incomplete"),
        ({"demand": "一二三四五\ud800"}, "text_character"),
        ({"demand": "长" * 2001}, "text_length"),
    ],
)
def test_a_gap_of_the_wrong_shape_is_refused(station: Station, case: str, gap: dict[str, Any], code: str) -> None:
    assert refused(station, case, "correct", {"gaps": [{**GAP, **gap}]}) == code


@pytest.mark.parametrize("ticked", ["id_card", [1], [["id_card"]], {"id_card": True}, 7])
def test_ticks_that_are_no_list_of_names_are_refused(station: Station, ticked: object) -> None:
    taken = station.intake.take_in(CHIEF, example_line(ITEM, "correct", 1))
    assert taken.case is not None
    assert refused(station, str(taken.case.id), "supply_all", {"ticked": ticked}) == "act_data_malformed"


def test_an_event_of_more_than_64_kib_is_refused_and_its_number_stays_free(station: Station, case: str) -> None:
    asked = ITEM.shown_materials(circumstances(station.cases.view(case).case))
    names = [rule.id for rule in asked] + [f"别的材料{n}" for n in range(20)]
    gaps = [GAP | {"material": name, "demand": "长" * 1500} for name in names]
    assert refused(station, case, "correct", {"gaps": gaps}) == "event_too_big"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"applicant": {"id_number": "379901196805201017"}}, "resident_number_check"),
        ({"applicant": {"name": "一二三四五\u202e"}}, "text_character"),
        ({"applicant": {"phone": "call me"}}, "line_wrong_shape"),
        ({"applicant": {"evil": "一二三四五"}}, "act_data_malformed"),
        ({"fields": {"evil": "一二三四五"}}, "act_data_malformed"),
        ({"situation": "evil"}, "act_data_malformed"),
        ({"fields": {}}, "act_needs"),
    ],
)
def test_a_correction_on_the_spot_obeys_the_rules_of_intake(
    station: Station, case: str, given: dict[str, Any], code: str
) -> None:
    assert refused(station, case, "fix_on_spot", given) == code


def test_a_number_is_put_right_on_the_spot_as_at_intake(station: Station, case: str) -> None:
    done = station.acts.act(AGENT, case, "fix_on_spot", {"applicant": {"id_number": "37990119420311002x"}})
    assert done.case.applicant.id_number == "37990119420311002X"


@pytest.mark.parametrize("words", ["张三", "379901196805201016", "", "\x00", "x" * 43, "𬭎" * 43, "QX03-01-0001-?"])
def test_what_is_no_number_of_a_case_is_refused_without_being_repeated(station: Station, words: str) -> None:
    with pytest.raises(CounterError) as error:
        station.acts.act(AGENT, words, "accept", {})
    assert not words or words not in str(error.value)


@pytest.mark.parametrize("action", ["", "fly", "open", "receive", "drop", "\ud800", "reopen"])
def test_what_is_no_act_or_not_for_this_case_is_refused(station: Station, case: str, action: str) -> None:
    assert refused(station, case, action, {"reason": "x"})


def test_a_form_that_is_not_filled_in_is_accepted_only_after_it_was_put_right_on_the_spot(station: Station) -> None:
    whole = example_line(ITEM, "accept", 2)
    line = {name: value for name, value in whole.items() if name not in {"fields", "situation"}}
    taken = station.intake.take_in(CHIEF, line | {"outcome": "receive"}).case
    assert taken is not None
    assert refused(station, str(taken.id), "accept", {}) == "situation_missing"
    station.acts.act(CHIEF, str(taken.id), "fix_on_spot", {"situation": whole["situation"]})
    assert refused(station, str(taken.id), "accept", {}) == "form_incomplete"
    station.acts.act(CHIEF, str(taken.id), "fix_on_spot", {"fields": whole["fields"]})
    assert station.acts.act(CHIEF, str(taken.id), "accept", {}).case.state.value == "ACCEPTED"
