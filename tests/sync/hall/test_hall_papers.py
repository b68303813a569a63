"""Papers of the hall: issued with its acts under its own numbers, rendered by the station that serves them."""

from __future__ import annotations

import json

import pytest

from counter_app.domain.identifiers import CaseId
from counter_app.domain.states import Action
from tests.sync.hall.conftest import RealHall
from tests.sync.hall.village import Village


def in_review(hall: RealHall) -> tuple[Village, CaseId]:
    village = hall.village()
    case = village.receive()
    village.act(case, Action.ACCEPT)
    village.act(case, Action.SUBMIT)
    assert village.sync().error is None
    return village, case


@pytest.mark.parametrize(
    ("acts", "kinds"),
    [
        ([("suspend", {"ground": "hearing", "needed_days": 5, "reason": "申请听证"})], ["N06"]),
        ([("tell_hearing_rights", {"matter": "拟不准予该申请的事实和理由"})], ["N18", "N12"]),
        ([("extend", {"reason": "情况复杂"})], ["N07"]),
        ([("grant", {})], ["N10"]),
        ([("deny", {"reason": "不符合条件", "findings": "年龄不够", "basis": "办法第四条"})], ["N11"]),
        ([("withdraw", {"signed": True})], ["N17"]),
        (
            [("suspend", {"ground": "testing", "needed_days": 5}), ("resume", {"result": "合格"}), ("grant", {})],
            ["N06", "N10"],
        ),
    ],
)
def test_an_act_of_the_hall_issues_its_paper_under_a_number_of_its_own(
    hall: RealHall, acts: list[tuple[str, dict[str, object]]], kinds: list[str]
) -> None:
    village, case = in_review(hall)
    for action, given in acts:
        done = hall.command("act", str(case), action, "--data", json.dumps(given))
        assert done.code == 0
    found = done.json["notices"]
    assert [notice["kind"] for notice in found] == kinds
    assert all(notice["number"] for notice in found if notice["kind"] != "N17")
    assert village.sync().error is None
    assert [row for row in hall.command("exceptions").lines if row["device"] == village.device] == []
    assert hall.command("verify").json["ok"]
