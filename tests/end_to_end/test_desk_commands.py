"""Two counters of one desk by the programs: who has a case is said, an act claims it, and refusals say what to do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.in_process import Counter, hall_command
from tests.support.lines import accepted_line
from tests.support.programs import CLERK, HallProgram, running

DESK = "YL01-desk"
ITEM = "elder_allowance"


@dataclass
class Hall:
    """A county hall with two counters."""

    program: HallProgram
    left: Counter
    right: Counter

    def exchange(self) -> None:
        for counter in (self.left, self.right, self.left):
            counter.run("sync").done()

    def taken(self, n: int, outcome: str = "receive") -> str:
        [row] = self.left.intake({**accepted_line(ITEM, n), "outcome": outcome}).done().lines
        self.exchange()
        return str(row["case"])


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    folder = tmp_path_factory.mktemp("hall")
    program = HallProgram.at(folder)
    with running(program):
        counters = []
        for name in ("left", "right"):
            (folder / name).mkdir()
            counter = Counter(folder / name / "home")
            options = ("--level", "county", "--sharing", "desk")
            code = program.run("station", "add", "YL01", "县政务服务大厅", *options).done().json["code"]
            counter.run("enrol", "--hall", program.url, "--code", code, "--plain").done()
            counter.run("user", "add", CLERK, "--role", "clerk,chief").done()
            counters.append(counter)
        yield Hall(program, *counters)


def row_of(counter: Counter, case: str) -> dict[str, Any]:
    return next(row for row in counter.run("cases").done().lines if row["case"] == case)


def test_the_list_says_who_has_the_case_and_an_act_claims_it(hall: Hall) -> None:
    case = hall.taken(1)
    assert (row_of(hall.right, case)["holder"], row_of(hall.right, case)["holder_name"]) == (DESK, "本站公用台")
    possible = hall.right.by_clerk("actions", case).done().json
    assert possible["claim_first"]
    assert {row["action"] for row in possible["actions"] if row["allowed"]} >= {"accept", "correct"}
    done = hall.right.by_clerk("act", case, "accept").done().json
    assert (done["state"], done["holder"], done["holder_name"]) == ("ACCEPTED", "YL01-02", "本窗口")
    assert not hall.right.by_clerk("actions", case).done().json["claim_first"]
    hall.exchange()
    assert row_of(hall.left, case)["holder"] == DESK
    assert hall_command(hall.program, "verify").done().json["ok"]


def test_a_case_in_the_hands_of_another_counter_is_refused_by_its_name(hall: Hall) -> None:
    case = hall.taken(2)
    hall.right.by_clerk("act", case, "accept").done()
    refusal = hall.left.by_clerk("act", case, "withdraw", "--data", json.dumps({"signed": True, "reason": "不办了"}))
    assert refusal.error == "claimed_elsewhere"
    assert "YL01-02" in refusal.json["error"]["message"]
    assert row_of(hall.left, case)["holder_name"] == "本站 YL01-02 窗口"
    hall.exchange()
    assert hall.left.by_clerk("notice", case, "N02", "--out", "never.pdf").error == "original_of_counter"


def test_without_the_hall_papers_are_taken_and_the_rest_waits(hall: Hall, tmp_path: Path) -> None:
    case = hall.taken(3)
    hall.program.stop()
    try:
        refusal = hall.left.by_clerk("act", case, "accept")
        assert refusal.error == "claim_without_link"
        assert "材料可以先收" in refusal.json["error"]["remedy"]
        material = accepted_line(ITEM, 3)["materials"][0]["id"]
        papers = {"materials": [{"id": material, "form": "copy", "pages": 2}]}
        hall.left.by_clerk("act", case, "take_papers", "--data", json.dumps(papers)).done()
        hall.left.by_clerk("notice", case, "N01", "--out", str(tmp_path / "n01.pdf")).done()
    finally:
        hall.program.serve()
    assert hall.left.by_clerk("act", case, "accept").done().json["state"] == "ACCEPTED"
    hall.exchange()
    assert hall_command(hall.program, "exceptions").done().lines == []
