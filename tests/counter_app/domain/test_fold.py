"""What the fold does with events that nobody here wrote: it takes them whole or not at all, and goes on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from counter_app.domain.events import Event
from counter_app.domain.fold import Misshapen, UnknownKind, apply
from counter_app.domain.fold_history import fold_history
from counter_app.domain.identifiers import CaseId, EventId
from counter_app.domain.states import CaseState

from .cases import DEVICE, MONDAY, a_scene, an_item, event, received

OTHER = "QX09-01"
SCENE = a_scene(an_item())

_RECEIVED: dict[str, Any] = {
    "station": "QX03", "channel": "1", "received_at": SCENE.now_ms,
    "item": {"code": "elder_allowance", "version": "1", "name": "高龄津贴", "kind": "PROMISE", "agency": "town"},
    "materials": [{"id": "id_card", "form": "copy", "copies": 1, "pages": 1}],
}
_PRIVATE: dict[str, Any] = {"applicant": {"name": "王桂芳"}, "fields": {}, "query_code": "123456"}
_CLOCK = {"code": "K_CHECK", "length": 5, "unit": "working_day", "start": "2026-11-16", "first": "2026-11-17",
          "due": "2026-11-23", "calendar": "CN"}


def foreign(kind: str, data: dict[str, Any], private: dict[str, Any] | None = None, seq: int = 1) -> Event:
    made = event(kind, CaseId(DEVICE, 1), SCENE, 0, seq, data, private)
    return replace(made, id=EventId(OTHER, seq))


@pytest.mark.parametrize(
    ("data", "private"),
    [
        ({"received_at": "yesterday"}, {}),
        ({"received_at": 10**17}, {}),
        ({"received_at": -(10**17)}, {}),
        ({"received_at": True}, {}),
        ({"item": "elder_allowance"}, {}),
        ({"item": {"code": 7}}, {}),
        ({"materials": "id_card"}, {}),
        ({"materials": ["id_card"]}, {}),
        ({"materials": [{"id": "id_card", "form": "copy", "copies": "1", "pages": 1}]}, {}),
        ({"materials": [{"id": "x", "form": "copy", "copies": 1, "pages": 1, "files": [{"sha256": "ab"}]}]}, {}),
        ({"materials": [{"id": "x", "form": "copy", "copies": 1, "pages": 1, "files": 3}]}, {}),
        ({"notices": [7]}, {}),
        ({"notices": {"kind": "N01"}}, {}),
        ({"clocks": [{}]}, {}),
        ({"clocks": [{**_CLOCK, "code": "K_NEW"}]}, {}),
        ({"clocks": [{**_CLOCK, "unit": "moon"}]}, {}),
        ({"clocks": [{**_CLOCK, "due": "2026-13-40"}]}, {}),
        ({"clocks": [{**_CLOCK, "due": 20261123}]}, {}),
        ({"clocks": [{**_CLOCK, "stopped": [["2026-11-16"]]}]}, {}),
        ({"clocks": [{**_CLOCK, "extended": [10]}]}, {}),
        ({}, {"applicant": "王桂芳"}),
        ({}, {"applicant": {"name": ["王", "桂芳"]}}),
        ({}, {"fields": ["a"]}),
        ({}, {"proxy": 4}),
        ({}, {"query_code": 123456}),
    ],
)
def test_an_opening_event_of_the_wrong_shape_is_named_and_makes_no_case(
    data: dict[str, Any], private: dict[str, Any]
) -> None:
    with pytest.raises(Misshapen) as refused:
        apply(None, foreign("received", {**_RECEIVED, **data}, {**_PRIVATE, **private}))
    assert refused.value.params == {"device": OTHER, "seq": 1}


def test_a_case_that_no_paper_could_name_is_misshapen() -> None:
    good = foreign("received", _RECEIVED, _PRIVATE)
    assert apply(None, good).state is CaseState.RECEIVED
    for case in (CaseId("device of somebody", 1), CaseId(DEVICE, 10**9), CaseId(DEVICE, 2**63)):
        with pytest.raises(Misshapen):
            apply(None, replace(good, case=case))


@pytest.mark.parametrize(
    ("kind", "data", "private"),
    [
        ("accepted", {}, {}),
        ("accepted", {"accepted_on": "soon"}, {}),
        ("corrected", {"gaps": "id_card"}, {}),
        ("corrected", {"gaps": [{"material": 1, "problem": "missing"}]}, {"demands": ["x"]}),
        ("corrected", {"gaps": [{"material": "x", "problem": "missing"}]}, {"demands": [5]}),
        ("fixed_on_spot", {}, {"applicant": {"name": 5}}),
        ("papers_taken", {"materials": 3}, {}),
        ("annotated", {}, {"phone": 5}),
        ("printed", {"kind": "N01", "number": "", "copies": "two"}, {}),
        ("handed_over", {"to": ["hall"]}, {}),
        ("numbered", {"case_no": 5}, {}),
    ],
)
def test_a_later_event_of_the_wrong_shape_is_named(kind: str, data: dict[str, Any], private: dict[str, Any]) -> None:
    case = received(an_item())
    made = event(kind, case.id, SCENE, case.epoch, 2, data, private)
    with pytest.raises(Misshapen):
        apply(case, made)


def test_unknown_people_data_in_a_correction_is_passed_over() -> None:
    case = received(an_item())
    private = {"applicant": {"evil": 1, "phone": "555 0101"}}
    fixed = apply(case, event("fixed_on_spot", case.id, SCENE, 0, 2, {}, private))
    assert fixed.applicant.phone == "555 0101"


def test_what_cannot_be_taken_waits_with_what_follows_of_others_while_own_acts_go_on() -> None:
    opened = event("received", CaseId(DEVICE, 1), SCENE, 0, 1, _RECEIVED, _PRIVATE)
    unknown = foreign("teleported", {}, seq=1)
    note = foreign("annotated", {}, {"phone": "555 0199"}, seq=2)
    case = apply(None, opened)
    accepted = event("accepted", case.id, SCENE, 0, 2, {"accepted_on": MONDAY.date().isoformat()})
    folded = fold_history([opened, unknown, note, accepted], DEVICE)
    assert folded.made is not None
    assert (folded.made.state, folded.made.applicant.phone) == (CaseState.ACCEPTED, "")
    assert folded.waiting == unknown
    assert isinstance(folded.why, UnknownKind)
    assert fold_history([note, opened], DEVICE).made == case  # own events go on, also behind what came too early


def test_a_late_event_is_passed_over_and_nothing_waits_for_it() -> None:
    history = [
        event("received", CaseId(DEVICE, 1), SCENE, 0, 1, _RECEIVED, _PRIVATE),
        event("withdrawn", CaseId(DEVICE, 1), SCENE, 7, 2, {"signed": True}),
        event("annotated", CaseId(DEVICE, 1), SCENE, 0, 3, {}, {"phone": "555 0123"}),
    ]
    folded = fold_history(history, DEVICE)
    assert folded.made is not None
    assert (folded.made.state, folded.made.applicant.phone, folded.waiting) == (CaseState.RECEIVED, "555 0123", None)
