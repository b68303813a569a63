"""The worked examples of the law (specs domain 6.3) on one machine and its hall, day after day; then 2027 is published.

Machine and hall are real: homes, stores, journals, the server on loopback. Only their clocks are set to the day.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest

from counter_app.domain.calendar_release import release_from_plain
from forms.catalogue import Catalogue
from sync.calendar_file import signed_file
from sync.exchange import SyncResult, synchronise
from sync.keys import DeviceKeys
from tests.support.in_process import Counter
from tests.support.lines import accepted_line
from tests.support.programs import CLERK, StationProgram
from tests.support.stations import SetClock
from tests.sync.hall.conftest import RealHall

YEAR_2027 = {
    "version": "CN-2027.1",
    "source": "国务院办公厅关于2027年部分节假日安排的通知（测试用）",
    "published": [2027],
    "off": [
        "2027-01-01", "2027-02-05", "2027-02-08", "2027-02-09", "2027-02-10", "2027-02-11", "2027-04-05",
        "2027-05-03", "2027-06-09", "2027-09-15", "2027-10-01", "2027-10-04", "2027-10-05",
    ],
    "worked": ["2027-01-02", "2027-02-20", "2027-10-09"],
}
LICENCE, AID, CARD, BIRTH = "food_workshop", "temporary_aid", "employment_card", "birth_registration"


@dataclass
class HallClock:
    """`time` as the hall's programs see it."""

    machine: SetClock

    def time_ns(self) -> int:
        return self.machine.read().wall_ms * 1_000_000

    def monotonic_ns(self) -> int:
        return 1


@dataclass
class Story:
    """One machine with its hall, and what the command line said of each example on its day."""

    counter: Counter
    hall: RealHall
    clock: SetClock
    offline: StationProgram
    said: dict[str, Any] = field(default_factory=dict)
    cases: dict[str, str] = field(default_factory=dict)

    def on(self, day: str, at: str = "10:00") -> None:
        self.clock.at = f"{day}T{at}"

    def take(self, example: str, item: str, outcome: str, without: tuple[str, ...] = ()) -> dict[str, Any]:
        line = accepted_line(item, len(self.cases)) | {"outcome": outcome, "key": example}
        line["materials"] = [row for row in line["materials"] if row["id"] not in without]
        if outcome == "correct":
            gap = line["materials"].pop()
            line["gaps"] = [{"material": gap["id"], "problem": "missing", "demand": "请补交"}]
        if outcome == "refuse":
            line |= {"reason": "不属于本机关职权范围", "competent_agency": "县水务局"}
        [taken] = self.counter.intake(line).done().lines
        self.cases[example] = taken["case"]
        return dict(taken)

    def act(self, example: str, action: str, **data: object) -> dict[str, Any]:
        ran = self.counter.by_clerk("act", self.cases[example], action, "--data", json.dumps(data))
        return dict(ran.done().json)

    def sync(self) -> None:
        assert self.counter.run("sync").done().json["error"] is None

    def by_hall(self, example: str, action: str, **data: object) -> dict[str, Any]:
        """At the hall on the same day; the machine hears of it with the next exchange."""
        with patch("sync.hall.home.time", HallClock(self.clock)):
            done = self.hall.command("act", self.cases[example], action, "--data", json.dumps(data))
        assert done.code == 0, done
        return dict(done.json)

    def look(self, example: str) -> dict[str, Any]:
        return dict(self.counter.run("case", self.cases[example]).done().json)

    def note(self, example: str) -> None:
        self.said[example] = self.look(example)

    def clock_of(self, example: str, code: str) -> dict[str, Any]:
        """The newest clock of that code, as noted on its day."""
        return dict([row for row in self.said[example]["clocks"] if row["code"] == code][-1])


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("year")
    hall = RealHall(folder / "hall", folder)
    assert hall.command("init", "--sample").code == 0
    hall.start()
    clock = SetClock("2026-02-11T09:00")
    counter = Counter(folder / "home", clock=clock)
    offline = StationProgram.at(folder / "offline")
    at_hand = Counter(offline.home, clock=clock)
    told = Story(counter, hall, clock, offline)
    items = SimpleNamespace(load=cache(Catalogue.load))  # read once for all commands of this process
    with (
        patch("counter_app.bootstrap.Catalogue", items),
        patch("counter_app.services.exchange.synchronise", in_the_time_of_the_server),
    ):
        for machine, station in ((counter, "QX03"), (at_hand, "QX04")):
            code = hall.code_for(station, "--level", "town")
            machine.run("enrol", "--hall", hall.url, "--code", code, "--plain").done()
            machine.run("user", "add", CLERK, "--role", "clerk,agent,chief").done()
        play(told)
        at_hand.intake(accepted_line(BIRTH, 1)).done()
        yield told
    hall.stop()


def in_the_time_of_the_server(ledger: Any, link: Any, *, wall_ms: object, **how: bool) -> SyncResult:
    """An exchange that finds both clocks in step: the server lives today, the year is told by the machine's clock."""
    return synchronise(ledger, link, **how)


def play(told: Story) -> None:
    """The year 2026, one example after the other."""
    told.on("2026-02-12")
    told.take("E1", LICENCE, "receive")
    told.take("E2", LICENCE, "receive")
    told.take("E4", LICENCE, "correct")
    told.on("2026-02-26", "23:59")
    told.note("E1")
    told.said["E2 in time"] = told.look("E2")
    told.on("2026-02-27", "00:01")
    told.said["E2 over"] = told.look("E2")
    told.act("E1", "deem_accepted")
    told.act("E2", "deem_accepted")
    told.note("E2")
    told.act("E4", "supply_all", ticked=[told.look("E4")["gaps"][0]["material"]])
    told.note("E4")
    told.act("E2", "submit")
    told.cases["E3"] = told.cases["E2"]
    told.on("2026-03-14")
    told.take("E10", LICENCE, "receive")
    told.note("E10")
    told.on("2026-03-18")
    told.sync()
    told.by_hall("E3", "extend", reason="情况复杂")
    told.sync()
    told.note("E3")
    told.on("2026-04-20")
    told.take("E7", LICENCE, "accept")
    told.said["E7 before"] = told.look("E7")
    told.act("E7", "submit")
    told.on("2026-04-27")
    told.sync()
    told.by_hall("E7", "suspend", ground="expert_review", needed_days=16, reason="专家评审")
    told.sync()
    told.said["E7 stopped"] = told.look("E7")
    told.on("2026-04-30")
    told.take("E12", CARD, "accept")
    told.note("E12")
    told.on("2026-05-12")
    told.by_hall("E7", "resume", result="通过")
    told.sync()
    told.note("E7")
    told.on("2026-08-03")
    told.take("E9", LICENCE, "accept")
    told.counter.by_clerk("act", told.cases["E9"], "hand_over").done()
    told.sync()
    told.by_hall("E9", "pass_on", co_agencies=["water_bureau", "town_government"], joint_by_law=True,
                  reply_days=3, feedback="是否同意")
    told.sync()
    told.said["E9 joint"] = told.look("E9")
    told.on("2026-08-20")
    opinions = [{"agency": "water_bureau", "opinion": "silent"}, {"agency": "town_government", "opinion": "absent"}]
    told.by_hall("E9", "join", opinions=opinions)
    told.by_hall("E9", "extend", reason="情况复杂")
    told.sync()
    told.note("E9")
    told.on("2026-09-18")
    told.take("E5", LICENCE, "accept")
    told.note("E5")
    told.act("E5", "submit")
    told.cases["E8"] = told.cases["E5"]
    told.on("2026-09-29")
    told.sync()
    told.by_hall("E8", "grant", validity="长期", publicity="县政府网站")
    told.sync()
    told.note("E8")
    told.on("2026-09-30")
    told.take("E6", BIRTH, "accept")
    told.note("E6")
    told.on("2026-10-10")
    told.take("E11", CARD, "receive", without=("photos", "unemployment_proof"))
    tolerant = {"pledge_signed": True, "basis": "容缺受理办法第三条", "overdue": "退还材料"}
    told.act("E11", "accept_tolerantly", pledge_days=2, **tolerant)
    told.note("E11")
    told.on("2026-11-23")
    told.take("E13", LICENCE, "refuse")
    told.note("E13")
    told.on("2026-12-28")
    told.take("E14", BIRTH, "accept")
    told.take("long", LICENCE, "accept")
    told.take("check", LICENCE, "receive")
    for example in ("E14", "long", "check"):
        told.note(example)
    out = told.counter.home.parent / "n02.pdf"
    told.counter.by_clerk("notice", told.cases["long"], "N02", "--out", str(out)).done()


@pytest.fixture(scope="module")
def published(story: Story) -> Story:
    """The story after the year 2027 was published; what was said of it right then is kept for every test."""
    file = story.hall.folder / "cn2027.json"
    file.write_text(json.dumps(YEAR_2027), encoding="utf-8")
    story.on("2026-12-29")
    story.said["added"] = story.hall.command("calendar", "add", str(file)).json
    story.said["before the feed"] = story.counter.run("calendar").done().json
    story.sync()
    story.said["known"] = story.counter.run("calendar", "list").done().json
    story.said["E14 after"], story.said["E6 after"] = story.look("E14"), story.look("E6")
    return story


def days(clock: dict[str, Any]) -> tuple[str, str, str]:
    """Start, first counted day and last day."""
    return clock["start"], clock["first_day"], clock["due"]


EXAMPLES = {  # example: clock, start, first counted day, last day, rule
    "E1": ("K_CHECK", "2026-02-12", "2026-02-13", "2026-02-26", ""),
    "E2": ("K_STAT", "2026-02-12", "2026-02-13", "2026-03-18", "第四十二条"),
    "E3": ("K_STAT", "2026-02-12", "2026-02-13", "2026-04-01", "第四十二条"),
    "E4": ("K_STAT", "2026-02-27", "2026-02-28", "2026-03-26", "第四十二条"),
    "E5": ("K_STAT", "2026-09-18", "2026-09-20", "2026-10-22", "第四十二条"),
    "E6": ("K_STAT", "2026-09-30", "2026-10-08", "2026-10-13", ""),
    "E7": ("K_STAT", "2026-04-20", "2026-04-21", "2026-06-03", "第四十二条"),
    "E8": ("K_SERVE", "2026-09-29", "2026-09-30", "2026-10-19", "第四十四条"),
    "E9": ("K_STAT", "2026-08-03", "2026-08-04", "2026-10-30", "第四十二条第二款"),
    "E10": ("K_CHECK", "2026-03-14", "2026-03-16", "2026-03-20", ""),
    "E11": ("K_TOL", "2026-10-10", "2026-10-12", "2026-10-13", "容缺"),
    "E12": ("K_PROM", "2026-04-30", "2026-05-06", "2026-05-08", ""),
    "E14": ("K_STAT", "2026-12-28", "2026-12-29", "2027-01-05", ""),
}


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_of_the_reference_is_due_on_its_day_and_says_why(story: Story, example: str) -> None:
    code, *expected, rule = EXAMPLES[example]
    clock = story.clock_of(example, code)
    assert days(clock) == tuple(expected)
    assert rule in clock["rule"]
    assert clock["rule"]
    assert clock["unit"] == "working_day"
    assert (clock["calendar"], clock["provisional"]) == ("CN-2026.1", example == "E14")
    due = story.said[example]["due"]
    names = {"K_CHECK": "check", "K_STAT": "statutory", "K_PROM": "promise"}
    if code in names and clock["ended_on"] is None:
        assert due[names[code]] == expected[-1]


def test_the_law_accepts_by_itself_when_the_check_is_over(story: Story) -> None:
    in_time, over, confirmed = (story.said[key] for key in ("E2 in time", "E2 over", "E2"))
    assert in_time["due"] == {"check": "2026-02-26", "promise": None, "statutory": None}
    assert (over["due"]["statutory"], over["light"]) == ("2026-03-18", "over_statutory")
    by_law = {row["code"]: row["confirmed"] for row in over["clocks"]}
    assert by_law == {"K_CHECK": True, "K_STAT": False, "K_PROM": False}
    assert (confirmed["state"], confirmed["due"]["statutory"]) == ("ACCEPTED", "2026-03-18")


def test_stops_and_extensions_stand_in_the_reason(story: Story) -> None:
    extended, resumed = story.clock_of("E3", "K_STAT"), story.clock_of("E7", "K_STAT")
    stopped = story.said["E7 stopped"]
    assert extended["extended"] == {"length": 10, "unit": "working_day", "rule": "行政许可法第四十二条第一款"}
    assert story.said["E7 before"]["due"]["statutory"] == "2026-05-20"
    [clock] = [row for row in stopped["clocks"] if row["code"] == "K_STAT"]
    assert (clock["stopped_since"], clock["light"], stopped["due"]["statutory"]) == ("2026-04-27", "normal", None)
    assert resumed["stopped"] == [["2026-04-27", "2026-05-12"]]


def test_a_joint_case_has_forty_five_days_and_keeps_who_was_silent(story: Story) -> None:
    joint = [row for row in story.said["E9 joint"]["clocks"] if row["code"] == "K_STAT"][-1]
    assert (joint["due"], joint["length"]) == ("2026-10-10", 45)
    assert story.clock_of("E9", "K_STAT")["extended"]["length"] == 15
    opinions = story.said["E9"]["opinions"]
    assert [(row["agency"], row["opinion"], row["by_default"]) for row in opinions] == [
        ("water_bureau", "silent", True), ("town_government", "absent", True),
    ]
    assert story.said["E9"]["state"] == "IN_REVIEW"  # and no permit came from it
    assert "N10" not in {row["kind"] for row in story.said["E9"]["notices"]}


def test_e13_a_refused_applicant_has_sixty_days_and_six_months(story: Story) -> None:
    rights = story.said["E13"]["rights"]
    assert rights == {
        "served_on": "2026-11-23", "review_until": "2027-01-22", "lawsuit_until": "2027-05-24", "provisional": True,
    }
    assert story.said["E2"]["rights"] is None


def test_days_of_an_unpublished_year_are_provisional_on_screen_and_paper(story: Story) -> None:
    assert story.said["E14"]["provisional"] == ["statutory"]
    assert story.said["long"]["provisional"] == ["promise", "statutory"]
    assert story.said["E12"]["provisional"] == []
    assert "暂定" in text_of(story.counter.home.parent / "n02.pdf")


def test_after_the_year_is_published_every_day_that_reaches_into_it_is_counted_again_and_listed(
    published: Story,
) -> None:
    story, added, known = published, published.said["added"], published.said["known"]
    assert (added["n"], added["stations"], added["again"]) == (1, 2, False)
    assert story.said["before the feed"]["newest"] == "CN-2026.1"
    assert [(row["version"], row["by"]) for row in known["calendars"]] == [
        ("CN-2026.1", ["program"]), ("CN-2027.1", ["feed"]),
    ]
    moved = {(row["case"], row["clock"]): (row["was"], row["now"], row["alarm"]) for row in known["changed"]}
    assert moved == {
        (story.cases["E14"], "K_STAT"): ("2027-01-05", "2027-01-04", True),  # 01-02 is worked
        (story.cases["check"], "K_CHECK"): ("2027-01-05", "2027-01-04", False),
        (story.cases["long"], "K_PROM"): ("2027-01-12", "2027-01-11", True),
        (story.cases["long"], "K_STAT"): ("2027-01-26", "2027-01-25", True),
    }
    assert not any(row["provisional"] for row in known["changed"])
    seen = story.said["E14 after"]
    [clock] = [row for row in seen["clocks"] if row["code"] == "K_STAT"]
    assert (clock["due"], clock["told"], clock["calendar"], seen["provisional"]) == (
        "2027-01-04", "2027-01-05", "CN-2027.1", [],
    )
    before, after = (
        [(row["due"], row["calendar"]) for row in story.said[when]["clocks"]] for when in ("E6", "E6 after")
    )
    assert before == after  # what no changed day touches stays as it was
    assert story.counter.is_whole()
    assert story.hall.command("verify").json["ok"]


def test_the_hall_counts_by_the_calendar_that_it_released(published: Story) -> None:
    story = published
    story.on("2026-12-30")
    story.act("long", "submit")
    story.sync()
    done = story.by_hall("long", "extend", reason="情况复杂")
    story.sync()
    assert done["due"] == {"check": None, "promise": "2027-01-11", "statutory": "2027-02-15"}
    story.note("long")
    clock = story.clock_of("long", "K_STAT")
    assert (clock["due"], clock["calendar"], clock["told"], clock["alarm"]) == ("2027-02-15", "CN-2027.1", None, False)
    assert story.hall.command("verify").json["ok"]


def test_a_machine_without_a_line_takes_the_file_that_its_hall_signed(published: Story, tmp_path: Path) -> None:
    story = published
    offline = replace(story.offline, before=("faketime", "2026-12-29 01:30:00"))
    file, foreign = tmp_path / "cn2027.ctc", tmp_path / "foreign.ctc"
    exported = story.hall.command("calendar", "export", "CN-2027.1", "--out", str(file)).json
    assert exported["bytes"] == file.stat().st_size
    record = json.loads(file.read_text(encoding="utf-8"))
    foreign.write_bytes(signed_file(release_from_plain(record["calendar"]), record["hall"], DeviceKeys.make()))
    wrong = {
        "calendar_file_tampered": json.dumps(record | {"calendar": record["calendar"] | {"worked": []}}).encode(),
        "calendar_file_of_other_hall": json.dumps(record | {"hall": "H-ANOTHER0"}).encode(),
        "calendar_file_unsigned": json.dumps(YEAR_2027).encode(),
        "calendar_file_unreadable": b"\x00garbage",
    }
    at_hand = Counter(offline.home, clock=story.clock)
    for code, content in wrong.items():
        (tmp_path / code).write_bytes(content)
        assert at_hand.refused("calendar", "add", str(tmp_path / code)) == code
    assert at_hand.refused("calendar", "add", str(foreign)) == "calendar_file_tampered"
    assert at_hand.refused("calendar", "add", str(tmp_path / "nowhere")) == "calendar_file_missing"
    added = offline.by_clerk("calendar", "add", str(file)).done().json
    assert [row["by"] for row in added["calendars"]] == [["program"], ["file"]]
    assert [(row["clock"], row["was"], row["now"]) for row in added["changed"]] == [
        ("K_STAT", "2027-01-05", "2027-01-04")
    ]
    assert at_hand.by_clerk("calendar", "add", str(file)).done().json["again"]
    assert at_hand.is_whole()
    at_hand.run("sync").done()  # and once more by the feed: nothing changes but the way
    known = at_hand.run("calendar").done().json
    numbered = {"case_no": known["changed"][0]["case_no"]}
    assert known["changed"] == [row | numbered for row in added["changed"]]
    assert [row["by"] for row in known["calendars"]] == [["program"], ["feed", "file"]]
    assert at_hand.is_whole()
    assert story.hall.command("verify").json["ok"]


def test_a_station_that_is_added_later_has_the_calendars_from_its_first_day(published: Story, tmp_path: Path) -> None:
    story = published
    newcomer = Counter(tmp_path / "home", clock=story.clock)
    newcomer.run("enrol", "--hall", story.hall.url, "--code", story.hall.code_for("QX09"), "--plain").done()
    assert newcomer.run("calendar").done().json["newest"] == "CN-2027.1"


def text_of(pdf: Path) -> str:
    """The words of a PDF without blanks."""
    found = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], capture_output=True, check=True).stdout.decode()
    return re.sub(r"\s", "", found)
