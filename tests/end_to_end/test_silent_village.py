"""The village is silent and the applicant stands at the county counter (sync design section 2), by the programs."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest

from counter_app.bootstrap import open_station
from counter_app.domain.moments import CHINA
from counter_app.services.ledger import counter_ledger
from tests.support.in_process import Counter, hall_command
from tests.support.lines import accepted_line
from tests.support.programs import CLERK, HallProgram, Ran, running

ITEM = "elder_allowance"
SLIP_DAY = datetime.now(CHINA) - timedelta(days=2)
YESTERDAY = f"{SLIP_DAY:%Y-%m-%dT09:30}"


@dataclass
class County:
    """A hall, the village that nobody has heard of for a while, and the county's counter."""

    hall: HallProgram
    village: Counter
    counter: Counter
    lines: int = 0

    def line(self, outcome: str, **more: Any) -> dict[str, Any]:
        """The same applicant wants the same thing again, wherever the line is typed."""
        line = {**accepted_line(ITEM, self.lines), "outcome": outcome, **more}
        line.pop("key", None)
        if outcome == "correct":
            line["gaps"] = [{"material": line["materials"][0]["id"], "problem": "incomplete", "demand": "请补盖公章"}]
        return line

    def next_applicant(self) -> None:
        self.lines += 1

    def going_on_with(self, case: str, outcome: str) -> dict[str, Any]:
        """What the county types from the slip."""
        late = {"reason": "村里没有网络，凭收件凭证接着办", "slip_no": case}
        return self.line(outcome, continues=case, received_at=YESTERDAY, late_entry=late)

    def sync(self, *stations: Counter) -> None:
        for station in stations:
            station.run("sync").done()

    def by_hall(self, case: str, action: str, **data: Any) -> Ran:
        return self.by_operator("act", case, action, "--data", json.dumps(data, ensure_ascii=False))

    def by_operator(self, *arguments: str) -> Ran:
        return hall_command(self.hall, *arguments)

    def all_is_whole(self) -> None:
        self.sync(self.village, self.counter, self.village)
        assert self.village.is_whole()
        assert self.counter.is_whole()
        found = self.by_operator("verify").done().json
        assert found["ok"], found["problems"]


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[County]:
    folder = tmp_path_factory.mktemp("county")
    hall = HallProgram.at(folder)
    with running(hall):
        stations = []
        for code, level in (("QX03", "village"), ("YL01", "county")):
            place = folder / code
            place.mkdir()
            station = Counter(place / "home")
            added = hall.run("station", "add", code, f"{code}窗口", "--level", level).done().json["code"]
            station.run("enrol", "--hall", hall.url, "--code", added, "--plain").done()
            station.run("user", "add", CLERK, "--role", "clerk,agent,chief").done()
            stations.append(station)
        yield County(hall, *stations)


@pytest.fixture(autouse=True)
def other_applicant(county: County) -> None:
    county.next_applicant()


def taken(station: Counter, line: dict[str, Any]) -> dict[str, Any]:
    [row] = station.intake(line).done().lines
    return dict(row)


def number_of(row: dict[str, Any], kind: str) -> str:
    return str(next(notice["number"] for notice in row["notices"] if notice["kind"] == kind))


def test_the_hall_has_the_case_so_the_county_takes_papers_and_a_supervisor_recalls_it(county: County) -> None:
    village, counter = county.village, county.counter
    case = taken(village, county.line("receive"))["case"]
    county.sync(village)
    material = {"id": "household_book", "form": "copy", "pages": 2}
    data = json.dumps({"item": ITEM, "materials": [{**material, "id": county.line("receive")["materials"][0]["id"]}]})
    assert counter.refused("act", case, "take_papers") == "act_needs"
    counter.by_clerk("act", case, "take_papers", "--data", data).done()
    assert counter.run("case", case).error == "case_unknown"
    county.sync(counter)
    seen = counter.run("case", case).done().json
    assert seen["state"] == "RECEIVED"
    assert "papers_taken" in {event["kind"] for event in seen["events"]}

    county.by_hall(case, "recall", reason="村里没有网络").done()
    county.by_hall(case, "hand_over", to="YL01-01").done()
    county.sync(counter)
    number = counter.by_clerk("act", case, "accept").done().json["issued"][0]["number"]
    county.sync(counter)
    # the village knows nothing of all this; a note needs no baton and comes through
    late = village.by_clerk("act", case, "annotate", "--data", '{"note": "来电询问"}').done()
    assert late.json["state"] == "RECEIVED"
    county.sync(village)
    assert village.run("case", case).json["state"] == "ACCEPTED"
    assert village.refused("act", case, "submit") == "not_holder"
    assert [row["number"] for row in village.run("case", case).json["notices"] if row["kind"] == "N02"] == [number]
    county.all_is_whole()


def test_the_hall_has_nothing_so_the_county_goes_on_and_what_the_village_did_comes_late_and_counts_once(
    county: County,
) -> None:
    village, counter = county.village, county.counter
    before = county.by_operator("verify").json["cases"]
    old = taken(village, county.line("receive"))["case"]
    assert counter.refused("act", old, "accept") == "case_unknown"
    [refused] = counter.intake({**county.going_on_with(old, "accept"), "continues": old[:-1] + "?"}).lines
    assert refused["error"]["code"] in {"not_a_local_number", "local_number_check"}
    new = taken(counter, county.going_on_with(old, "accept"))["case"]
    assert counter.run("case", new).json["facts"]["saved"]
    village.by_clerk("act", old, "fix_on_spot", "--data", '{"applicant": {"phone": "13900000009"}}').done()
    county.sync(counter, village)

    lines = {row["case"]: row for row in county.by_operator("cases").lines if row["case"] in {old, new}}
    assert (lines[new]["continues"], lines[old]["continued_by"]) == (old, new)
    assert lines[new]["received_at"].startswith(YESTERDAY)
    late = [row for row in county.by_operator("exceptions").lines if row["case"] == old]
    assert [(row["kind"], row["code"]) for row in late] == [("late", "late")]
    assert county.by_operator("verify").json["cases"] == before + 1

    seen = village.run("case", old).json
    assert (seen["state"], seen["continued_by"], seen["frozen"]) == ("RECEIVED", new, False)
    assert seen["due"] == {"check": None, "promise": None, "statutory": None}
    assert village.refused("act", old, "accept") == "case_continued"
    county.sync(counter, village)
    assert (village.run("case", new).json["state"], counter.run("case", old).json["state"]) == ("ACCEPTED", "RECEIVED")
    for station in (counter, village):
        rows, counted = received_in_ledger(station)
        assert counted == rows - 1
    county.all_is_whole()


def test_both_served_a_paper_so_the_case_is_frozen_until_a_supervisor_says_which_holds(county: County) -> None:
    village, counter = county.village, county.counter
    done_by_village = taken(village, county.line("correct"))
    old, demanded = done_by_village["case"], number_of(done_by_village, "N04")
    done_by_county = taken(counter, county.going_on_with(old, "accept"))
    new, accepted = done_by_county["case"], number_of(done_by_county, "N02")
    county.sync(counter, village, counter)

    seen = counter.run("case", new).json
    assert seen["frozen"] is True
    assert counter.refused("act", new, "submit") == "case_frozen"
    assert county.by_hall(new, "recall", reason="x").error == "case_frozen"
    assert {row["code"] for row in county.by_operator("exceptions").lines if row["case"] == old} == {"case_frozen"}
    assert "case_frozen" in village.run("case", old).json["troubles"]
    papers = {row["number"]: row["late"] for row in village.run("case", old).json["notices"] if row["kind"] == "N04"}
    assert papers == {demanded: True}

    assert county.by_hall(new, "settle", valid=demanded).error == "act_needs"
    assert county.by_hall(new, "settle", valid="没有这个号", reason="x").error == "paper_not_of_case"
    settled = county.by_hall(new, "settle", valid=demanded, reason="村里先告知，申请人已签收").done().json
    assert (settled["frozen"], settled["state"]) == (False, "CORRECTING")
    assert {row["number"]: row["spoiled"] for row in settled["notices"] if row["kind"] == "N02"} == {accepted: True}
    assert not [row for row in county.by_operator("exceptions").lines if row["case"] in {old, new}]
    county.sync(counter, village)
    after = counter.run("case", new).json
    assert (after["state"], after["due"]["statutory"]) == ("CORRECTING", None)
    assert {gap["supplied"] for gap in after["gaps"]} == {False}
    ticked = json.dumps({"ticked": [gap["material"] for gap in after["gaps"]]})
    assert counter.by_clerk("act", new, "supply_all", "--data", ticked).done().json["state"] == "ACCEPTED"
    county.all_is_whole()


def test_two_papers_on_one_case_freeze_it_too_and_the_county_s_may_hold(county: County) -> None:
    village, counter = county.village, county.counter
    case = taken(village, county.line("receive"))["case"]
    county.sync(village)
    county.by_hall(case, "recall", reason="村里没有网络").done()
    county.by_hall(case, "hand_over", to="YL01-01").done()
    county.sync(counter)
    held = counter.by_clerk("act", case, "accept").done().json["issued"][0]["number"]
    county.sync(counter)
    gap = {"material": county.line("receive")["materials"][0]["id"], "problem": "incomplete", "demand": "请补盖公章"}
    village.by_clerk("act", case, "correct", "--data", json.dumps({"gaps": [gap]})).done()
    county.sync(village, counter)
    assert counter.run("case", case).json["frozen"] is True
    settled = county.by_hall(case, "settle", valid=held, reason="申请人手里是受理通知书").done().json
    assert (settled["frozen"], settled["state"]) == (False, "ACCEPTED")
    assert county.by_hall(case, "settle", valid=held, reason="x").error == "case_not_frozen"
    county.sync(counter, village)
    assert counter.by_clerk("act", case, "submit").done().json["state"] == "IN_REVIEW"
    county.all_is_whole()


def test_it_is_frozen_too_if_what_the_village_served_comes_first_and_its_earlier_papers_stay(county: County) -> None:
    village, counter = county.village, county.counter
    done_by_village = taken(village, county.line("correct"))
    old, demanded = done_by_village["case"], number_of(done_by_village, "N04")
    new = taken(counter, county.going_on_with(old, "accept"))["case"]
    county.sync(village, counter)
    assert counter.run("case", new).json["frozen"] is True
    settled = county.by_hall(new, "settle", valid=demanded, reason="村里先告知").done().json
    assert (settled["frozen"], settled["state"]) == (False, "CORRECTING")
    county.all_is_whole()


def test_only_what_contradicts_the_valid_paper_is_withdrawn(county: County) -> None:
    village, counter = county.village, county.counter
    told = taken(village, county.line("correct"))
    case, first = told["case"], number_of(told, "N04")
    county.sync(village)
    county.by_hall(case, "recall", reason="村里没有网络").done()
    county.by_hall(case, "hand_over", to="YL01-01").done()
    county.sync(counter)
    ticked = json.dumps({"ticked": [county.line("correct")["gaps"][0]["material"]]})
    at_county = counter.by_clerk("act", case, "supply_all", "--data", ticked).done().json["issued"][0]["number"]
    in_village = village.by_clerk("act", case, "supply_all", "--data", ticked).done().json["issued"][0]["number"]
    county.sync(counter, village)
    settled = county.by_hall(case, "settle", valid=in_village, reason="村里的先送达").done().json
    spoiled = {row["number"]: row["spoiled"] for row in settled["notices"] if row["kind"] in {"N02", "N04"}}
    assert spoiled == {first: False, at_county: True, in_village: False}
    county.all_is_whole()


def test_papers_for_a_case_of_elsewhere_are_counted_among_what_waits(county: County) -> None:
    village, counter = county.village, county.counter
    case = taken(village, county.line("receive"))["case"]
    material = {"id": county.line("receive")["materials"][0]["id"], "form": "copy", "pages": 1}
    data = json.dumps({"item": ITEM, "materials": [material]})
    counter.by_clerk("act", case, "take_papers", "--data", data).done()
    [waits] = [row for row in counter.run("queue").done().json["waiting"] if row["case"] == case]
    assert waits["what"] == "text"
    county.sync(village, counter)
    assert case not in {row["case"] for row in counter.run("queue").json["waiting"]}
    county.all_is_whole()


def test_a_slip_of_somebody_else_links_nothing_and_a_person_is_told(county: County) -> None:
    village, counter = county.village, county.counter
    old = taken(village, county.line("receive"))["case"]
    typed = county.going_on_with(old, "receive")
    county.next_applicant()
    typed["applicant"] = county.line("receive")["applicant"]
    new = taken(counter, typed)["case"]
    county.sync(village, counter)
    codes = [row["code"] for row in county.by_operator("exceptions").lines if row["case"] == new]
    assert codes == ["continues_other_application"]
    county.sync(village)
    assert village.run("case", old).json["continued_by"] is None
    county.all_is_whole()


def received_in_ledger(station: Counter) -> tuple[int, int]:
    """How many rows the station's ledger of these days has, and how many of them it counts as received."""
    with patch.dict(os.environ, {"COUNTER_PASSPHRASE": "station words"}):
        opened = open_station(station.home)
    last = opened.desk.today()
    found = counter_ledger(opened.desk, date.fromisoformat(YESTERDAY[:10]), last)
    opened.close()
    return len(found.rows), next(total.count for total in found.totals if total.code == "received")
