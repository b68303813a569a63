"""The hall's register of numbers: booked as used, spoiled or returned, and explained from 1 to the last."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, update

from counter_app.domain.events import NewEvent
from counter_app.domain.identifiers import CaseId
from counter_app.domain.moments import CHINA
from counter_app.domain.states import Action
from sync.hall.tables import hall_facts, numbers_ended, numbers_used
from tests.sync.hall.conftest import RealHall
from tests.sync.hall.village import Village, notice

AGENCY = "county_civil_affairs"


def blocks(village: Village) -> list[dict[str, Any]]:
    """The village's own blocks for acceptances of civil affairs."""
    leased = [data for kind, data in village.fed_events() if kind == "block_leased"]
    return [data for data in leased if (data["agency"], data["kind"]) == (AGENCY, "N02")]


def block(village: Village) -> Mapping[str, Any]:
    """The first of them."""
    village.sync()
    return blocks(village)[0]


def accept(village: Village, number: int) -> CaseId:
    case = village.receive()
    village.act(case, Action.ACCEPT, number=number)
    return case


def run(village: Village, first: int, last: int, kind: str = "numbers_returned") -> None:
    year = block(village)["year"]
    data = {"agency": AGENCY, "series": "N02", "year": year, "first": first, "last": last}
    private = {"reason": "预印纸撕坏"} if kind == "number_spoiled" else {}
    village.save_raw(NewEvent(kind, None, 0, "王村医", data, private))


def spoil(village: Village, case: CaseId, number: int, following: int) -> None:
    row, again = notice(AGENCY, "N02", number), notice(AGENCY, "N02", following)
    place = {name: row[name] for name in ("agency", "series", "year", "n", "kind", "number")}
    village.save_raw(NewEvent("number_spoiled", case, 0, "王村医", {**place, "notices": [again]}, {"reason": "卡纸"}))


def report(hall: RealHall, village: Village) -> Any:
    """Of the village's series: the entries of this test's machine, and what is not explained in its block."""
    village.sync()
    this_year = str(datetime.now(CHINA).year)  # others at this hall may have numbers of the next
    listed = hall.command("numbers", "--year", this_year).json["series"]
    [found] = [row for row in listed if (row["agency"], row["kind"]) == (AGENCY, "N02")]
    mine = block(village)
    within = [row for row in found["unexplained"] if mine["first"] <= row["first"] <= mine["last"]]
    found["unexplained"] = [(row["first"] - mine["first"], row["last"] - mine["first"], row["why"]) for row in within]
    return found


def test_used_spoiled_and_returned_numbers_are_booked_and_explained(hall: RealHall) -> None:
    village = hall.village()
    first = block(village)["first"]
    case = accept(village, first)
    spoil(village, case, first, first + 1)
    run(village, first + 2, first + 4, "number_spoiled")
    accept(village, first + 5)
    run(village, first + 6, block(village)["last"])
    found = report(hall, village)
    assert found["unexplained"] == []
    mine = [row for row in found["spoiled"] if row["device"] == village.device]
    assert [(row["first"] - first, row["last"] - first, row["reason"]) for row in mine] == [
        (0, 0, "卡纸"), (2, 4, "预印纸撕坏"),
    ]  # fmt: skip
    assert mine[0]["case"] == str(case)
    [returned] = [row for row in found["returned"] if row["device"] == village.device]
    assert (returned["first"], returned["last"]) == (first + 6, block(village)["last"])
    assert not [row for row in found["open"] if row["device"] == village.device]
    assert not [row for row in hall.command("exceptions").lines if row["device"] == village.device]
    assert hall.command("verify").json["ok"]


def test_a_returned_number_that_is_used_and_a_used_one_that_is_returned_are_exceptions(hall: RealHall) -> None:
    village = hall.village()
    first = block(village)["first"]
    accept(village, first)
    run(village, first, first + 9)
    accept(village, first + 3)
    village.sync()
    rows = [row for row in hall.command("exceptions").lines if row["device"] == village.device]
    assert [(row["kind"], row["code"]) for row in rows] == [("number", "number_ended")] * 2
    assert report(hall, village)["unexplained"] == [(0, 0, "used_and_returned"), (3, 3, "used_and_returned")]
    assert hall.command("verify").json["ok"]


def test_a_second_use_a_hole_and_a_strange_number_are_found(hall: RealHall) -> None:
    village, other = hall.village(), hall.village()
    first = block(village)["first"]
    accept(village, first)
    accept(village, first)
    accept(village, first + 3)
    accept(other, first + 4)
    other.sync()
    assert report(hall, village)["unexplained"] == [
        (0, 0, "used_twice"), (1, 2, "hole"), (4, 4, "outside_block"),
    ]  # fmt: skip
    assert hall.command("numbers").code == 1


def test_a_returned_number_is_leased_to_nobody_again(hall: RealHall) -> None:
    village = hall.village()
    mine = block(village)
    run(village, mine["first"], mine["last"])
    wanted = {"agency": AGENCY, "kind": "N02", "year": mine["year"], "count": 9}
    village.save_raw(NewEvent("block_wanted", None, 0, "u", wanted, {}))
    village.sync()
    new = blocks(village)[-1]
    assert new["first"] > mine["last"]
    assert new["last"] - new["first"] + 1 == 9
    assert report(hall, village)["unexplained"] == []


def test_the_number_of_a_paper_that_came_late_is_explained(hall: RealHall) -> None:
    village = hall.village()
    first = block(village)["first"]
    case = village.receive()
    village.sync()
    hall.command("act", str(case), "recall", "--data", '{"reason": "申请人在县里办理"}')
    village.act(case, Action.ACCEPT, number=first)
    accept(village, first + 1)
    found = report(hall, village)
    assert found["unexplained"] == []


def test_a_paper_of_the_hall_is_spoiled_at_the_hall_and_the_decision_is_known_by_its_new_number(hall: RealHall) -> None:
    village = hall.village()
    case = accept(village, block(village)["first"])
    village.act(case, Action.SUBMIT)
    village.sync()
    granted = hall.command("act", str(case), "grant").json
    old = granted["decision_no"]
    assert hall.command("act", str(case), "spoil", "--data", '{"kind": "N10"}').code == 1  # no reason
    foreign = hall.command("act", str(case), "spoil", "--data", '{"kind": "N02", "reason": "卡纸"}')
    assert foreign.json["error"]["code"] == "paper_of_other"
    done = hall.command("act", str(case), "spoil", "--data", json.dumps({"kind": "N10", "reason": "盖错章"})).json
    assert done["decision_no"] != old
    assert [row["number"] for row in done["notices"]][-2:] == [old, done["decision_no"]]
    plain = hall.command("numbers", "--year", str(datetime.now(CHINA).year)).json
    [found] = [row for row in plain["series"] if (row["agency"], row["kind"]) == (AGENCY, "N10")]
    assert [(row["number"], row["reason"]) for row in found["spoiled"] if row["case"] == str(case)] == [(old, "盖错章")]
    assert found["unexplained"] == []
    assert hall.command("verify").json["ok"]


def test_slips_are_in_the_register_of_the_hall(hall: RealHall) -> None:
    village = hall.village()
    village.save_raw(NewEvent("slips_reserved", None, 0, "王村医", {"first": 1, "last": 5}))
    village.sync()
    [found] = [row for row in hall.command("numbers").json["slips"] if row["agency"] == village.device]
    assert (found["blocks"], found["unexplained"]) == ([{"device": village.device, "first": 1, "last": 5}], [])


def test_verify_names_the_event_whose_entry_is_gone(own_hall: RealHall) -> None:
    hall, village = own_hall, own_hall.village()
    first = block(village)["first"]
    accept(village, first)
    run(village, first + 1, first + 1)
    village.sync()
    with hall.opened() as opened, opened.store.write() as conn:
        for table in (numbers_used, numbers_ended):
            conn.execute(delete(table).where(table.c.device == village.device))
    problems = [row for row in hall.command("verify").json["problems"] if row["device"] == village.device]
    assert [(row["problem"], row["seq"]) for row in problems] == [("number_not_booked", 2), ("number_not_booked", 3)]


def test_a_hall_of_an_older_program_gets_the_register_when_it_is_opened(make_hall: Callable[[str], RealHall]) -> None:
    hall = make_hall("older")
    with hall.opened() as opened, opened.store.write() as conn:
        numbers_ended.drop(conn)
        conn.execute(update(hall_facts).where(hall_facts.c.name == "schema").values(value="1"))
    assert hall.command("numbers").json["explained"]
    assert hall.command("verify").json["ok"]
