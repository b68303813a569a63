"""The village day of issue 2, by the two programs alone, as an outsider would run it.

COUNTER_TEST_LINES=500 takes the full file (490 cases and 10 errors); the default is a shorter one.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.support.lines import accepted_line, file_of, good_line
from tests.support.programs import HallProgram, Ran, StationProgram, running

LINES = int(os.environ.get("COUNTER_TEST_LINES", "30"))
GOOD = LINES - 10


@dataclass
class Day:
    """The two machines, and what the commands of the morning said."""

    hall: HallProgram
    station: StationProgram
    folder: Path
    wrong_lines: dict[int, str]
    said: dict[str, Ran] = field(default_factory=dict)
    life: list[tuple[str, Any]] = field(default_factory=list)

    def taken(self) -> list[dict[str, Any]]:
        """The lines of the first intake that became cases."""
        return [row for row in self.said["intake"].lines if "error" not in row]

    def case_in(self, state: str) -> str:
        """The first case of the intake in that state."""
        return next(row["case"] for row in self.taken() if row["state"] == state)


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    folder = tmp_path_factory.mktemp("village")
    file, wrong = file_of(GOOD)
    (folder / "lines.jsonl").write_bytes(file)
    hall = HallProgram.at(folder)
    with running(hall):
        day = Day(hall, StationProgram.at(folder), folder, wrong)
        _morning(day)
        hall.stop()
        _afternoon_without_a_network(day)
        hall.serve()
        _evening(day)
        _life_of_a_case(day)
        yield day


def _morning(day: Day) -> None:
    station, said = day.station, day.said
    code = day.hall.code()
    said["enrol"] = station.run("enrol", "--hall", day.hall.url, "--code", code, "--plain", fresh=True).done()
    said["first"] = station.run("user", "add", "王芳", "--role", "clerk,agent,chief").done()
    said["unasked"] = station.run("user", "add", "李雷", "--role", "supervisor")
    said["second"] = station.by_clerk("user", "add", "李雷", "--role", "supervisor").done()
    said["intake"] = station.by_clerk("intake", str(day.folder / "lines.jsonl"), fresh=True)
    said["again"] = station.by_clerk("intake", str(day.folder / "lines.jsonl"))


def _afternoon_without_a_network(day: Day) -> None:
    station, said = day.station, day.said
    said["offline_intake"] = station.intake(good_line(2000, "accept"), good_line(2001, "receive"))
    case = said["offline_intake"].lines[0]["case"]
    said["search"] = station.run("cases", "--query", case)
    said["notice"] = station.by_clerk("notice", case, "N02", "--out", str(day.folder / "N02.pdf"))
    said["reprint"] = station.by_clerk("notice", case, "N02", "--out", str(day.folder / "again.pdf"), "--reprint")
    period = ("--from", "2020-01-01", "--to", "2020-12-31")
    said["empty_ledger"] = station.run("ledger", *period, "--out", str(day.folder / "empty.xlsx"))
    today = station.run("case", case).json["facts"]["saved"][:10]
    for form in ("xlsx", "pdf", "csv"):
        where = ("--format", form, "--out", str(day.folder / f"ledger.{form}"))
        said[form] = station.run("ledger", "--from", today, "--to", today, *where)
    said["queue"] = station.run("queue")
    said["no_link"] = station.run("sync")


def _evening(day: Day) -> None:
    day.said["sync"] = day.station.run("sync", fresh=True)
    day.said["verify"] = day.station.run("verify")
    day.said["hall_verify"] = day.hall.run("verify", fresh=True)
    day.said["empty_queue"] = day.station.run("queue")
    day.said["synced_case"] = day.station.run("case", day.case_in("ACCEPTED"))


def _life_of_a_case(day: Day) -> None:
    """One case from its acceptance to the archive; where it stands after each step."""
    station, hall, case = day.station, day.hall, day.case_in("ACCEPTED")
    day.said["early_grant"] = hall.run("act", case, "grant")
    day.said["submit"] = station.by_clerk("act", case, "submit")
    station.run("sync").done()
    day.said["late_act"] = station.by_clerk("act", case, "withdraw", "--data", '{"signed": true}')
    day.said["grant"] = hall.run("act", case, "grant").done()
    station.run("sync").done()
    day.said["granted"] = station.run("case", case)
    for action, data in (
        ("send_out", {"way": "window"}),
        ("deliver", {"receiver": "本人", "identity_checked": True, "way": "window"}),
        ("close", {}),
    ):
        done = station.by_clerk("act", case, action, "--data", json.dumps(data, ensure_ascii=False)).done()
        day.life.append((action, done.json))
    station.run("sync").done()
    day.said["closed_at_hall"] = hall.run("cases", "--query", case)
    day.said["last_verify"] = day.station.run("verify")
    day.said["last_hall_verify"] = day.hall.run("verify")


def test_an_enrolled_machine_says_who_it_is(day: Day):
    found = day.said["enrol"].json
    assert (found["device"], found["station"], found["profile"]["level"]) == ("QX03-01", "QX03", "village")
    assert found["hall"].startswith("H-")


def test_the_first_person_becomes_administrator_and_the_next_needs_one(day: Day):
    assert day.said["first"].json == {"user": "王芳", "roles": ["admin", "agent", "chief", "clerk"]}
    assert (day.said["unasked"].code, day.said["unasked"].error) == (1, "user_needed")
    assert day.said["second"].json == {"user": "李雷", "roles": ["supervisor"]}


def test_good_lines_become_cases_and_bad_ones_errors_with_their_numbers(day: Day):
    ran = day.said["intake"]
    assert ran.code == 1
    assert [row["line"] for row in ran.lines] == list(range(1, LINES + 1))
    errors = {row["line"]: row["error"]["code"] for row in ran.lines if "error" in row}
    assert errors == day.wrong_lines
    assert len({row["case"] for row in day.taken()}) == GOOD
    assert all(row["error"]["message"] and row["error"]["remedy"] for row in ran.lines if "error" in row)


def test_every_case_has_its_papers_and_its_days(day: Day):
    for row in day.taken():
        assert set(row) == {"line", "case", "case_no", "state", "notices", "due", "provisional"}
        assert row["case_no"] is None
        assert all((day.station.home / notice["pdf"]).is_file() and notice["number"] for notice in row["notices"])
    accepted = [row for row in day.taken() if row["state"] == "ACCEPTED"]
    assert all(row["due"]["statutory"] and row["due"]["promise"] and not row["due"]["check"] for row in accepted)
    assert {notice["kind"] for row in day.taken() for notice in row["notices"]} == {
        "N01", "N02", "N03-A", "N03-B", "N04", "N12",
    }
    numbers = [notice["number"] for row in day.taken() for notice in row["notices"]]
    assert len(numbers) == len(set(numbers))


def test_the_same_file_again_makes_no_second_case(day: Day):
    again = [row for row in day.said["again"].lines if "error" not in row]
    assert all(row.pop("again") for row in again)
    assert again == day.taken()
    assert day.said["again"].code == 1


def test_without_the_hall_people_are_served_all_the_same(day: Day):
    assert day.said["offline_intake"].code == 0
    [found] = day.said["search"].lines
    assert found["case"] == day.said["offline_intake"].lines[0]["case"]
    assert day.said["no_link"].code == 1
    assert day.said["no_link"].json["error"]["code"] == "link_down"
    assert len({row["case"] for row in day.said["queue"].json["waiting"]}) == GOOD + 2


def test_a_notice_comes_out_clear_once_and_marked_ever_after(day: Day):
    first, second = day.said["notice"].json, day.said["reprint"].json
    assert (first["kind"], second["number"]) == ("N02", first["number"])
    text = {name: _text(day.folder / name) for name in ("N02.pdf", "again.pdf")}
    assert first["number"] in text["N02.pdf"]
    assert "补打" not in text["N02.pdf"]
    assert "补打" in text["again.pdf"]
    assert day.station.by_clerk("notice", day.case_in("RECEIVED"), "N10", "--out", "x.pdf").error == "notice_not_issued"


def test_the_ledger_has_a_row_for_each_case_of_the_day(day: Day):
    assert day.said["empty_ledger"].json["rows"] == 0
    for form in ("xlsx", "pdf", "csv"):
        found = day.said[form].done().json
        assert found["rows"] == GOOD + 2
        assert Path(found["file"]).stat().st_size > 1000


def test_one_exchange_settles_everything(day: Day):
    found = day.said["sync"].done().json
    assert (found["error"], found["acknowledged"]) == (None, found["seq"])
    assert found["pushed"] > GOOD
    assert day.said["empty_queue"].json["waiting"] == []
    synced = day.said["synced_case"].json
    assert synced["case_no"]
    assert synced["facts"]["received"] is not None


def test_both_sides_have_the_same_journal_and_the_same_cases(day: Day):
    for ours, theirs in (("verify", "hall_verify"), ("last_verify", "last_hall_verify")):
        here, there = day.said[ours].done().json, day.said[theirs].done().json
        [device] = [row for row in there["devices"] if row["device"] == "QX03-01"]
        assert (device["seq"], device["head"]) == (here["events"], here["head"])
        assert here["ok"]
        assert there["ok"]
        assert there["cases"] == GOOD + 2
    assert len(day.station.run("cases", "--limit", "100000").lines) == GOOD + 2


def test_every_number_is_explained_at_the_station_and_at_the_hall(day: Day):
    here, there = day.station.run("numbers").done().json, day.hall.run("numbers").done().json
    assert (here["explained"], there["explained"]) == (True, True)
    used, ours = (
        {(row["agency"], row["kind"], row["year"]): row["used"] for row in side["series"]} for side in (there, here)
    )
    [granted] = [key for key, row in used.items() if key[1] == "N10" and row["count"]]
    del used[granted], ours[granted]  # the hall granted with a number of its own
    assert {key: used[key] for key in ours} == ours
    assert sum(row["count"] for row in ours.values()) > GOOD / 2


def test_a_grant_before_the_case_was_submitted_names_its_holder(day: Day):
    ran = day.said["early_grant"]
    assert (ran.code, ran.error) == (1, "not_holder")
    assert "QX03-01" in ran.json["error"]["message"]


def test_a_submitted_case_cannot_be_moved_by_the_station(day: Day):
    assert day.said["submit"].json["holder"] == "hall"
    assert (day.said["late_act"].code, day.said["late_act"].error) == (1, "not_holder")


def test_the_decision_comes_back_with_the_hall_as_its_author(day: Day):
    found = day.said["granted"].json
    assert (found["state"], found["state_name"]) == ("GRANTED", "准予（待发件）")
    [grant] = [event for event in found["events"] if event["kind"] == "granted"]
    assert grant["device"] == "hall"
    assert found["facts"]["decided"] is not None
    assert found["holder"] == "QX03-01"


def test_the_life_of_the_case_ends_in_the_archive_on_both_sides(day: Day):
    assert [(action, found["state"]) for action, found in day.life] == [
        ("send_out", "DELIVERING"), ("deliver", "DELIVERED"), ("close", "CLOSED"),
    ]
    [at_hall] = day.said["closed_at_hall"].lines
    assert at_hall["state"] == "CLOSED"


def test_what_may_be_done_is_told_with_reasons(day: Day):
    received = day.case_in("RECEIVED")
    rows = {row["action"]: row for row in day.station.by_clerk("actions", received).done().json["actions"]}
    assert rows["refuse"]["allowed"]
    assert rows["refuse"]["needs"] == ["reason", "competent_agency"]
    assert rows["grant"]["why_not"]["code"] == "wrong_state_for_action"


def test_a_person_can_be_found_by_name_initials_and_end_of_numbers(day: Day):
    line = accepted_line("elder_allowance", 3001)
    case = day.station.intake(line).done().lines[0]["case"]
    applicant = line["applicant"]
    for words in (applicant["name"], applicant["id_number"][-6:], applicant["phone"][-4:]):
        found = [row["case"] for row in day.station.run("cases", "--query", words).lines]
        assert case in found, words


def _text(pdf: Path) -> str:
    return subprocess.run(["pdftotext", "-layout", str(pdf), "-"], capture_output=True, check=True).stdout.decode()
