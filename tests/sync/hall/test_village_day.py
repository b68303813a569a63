"""What a village sends reaches the hall once, and what the hall decides comes back."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from counter_app.domain.case import StoredFile
from counter_app.domain.states import Action
from tests.sync.hall.conftest import RealHall


def _numbers(block: Mapping[str, object]) -> range:
    return range(int(str(block["first"])), int(str(block["last"])) + 1)


DECISION = '{"reason": "材料齐全，符合条件"}'


def test_an_enrolled_device_learns_its_station_and_gets_its_first_blocks(hall: RealHall) -> None:
    village = hall.village("QX03")
    assert village.device == "QX03-01"
    assert village.enrolment.profile["level"] == "village"
    records = {record["code"]: record for record in village.enrolment.profile["agency_records"]}
    assert records["town_government"]["org_word"] == "青政"
    village.sync()
    leased = [data for kind, data in village.fed_events() if kind == "block_leased"]
    assert {data["kind"] for data in leased} == {"N02", "N03-A", "N04", "N05", "N09", "N10", "N12", "N13"}
    assert {data["agency"] for data in leased} == set(records)
    assert all(data["to"] == "QX03-01" for data in leased)


def test_two_devices_never_get_the_same_numbers(hall: RealHall) -> None:
    station = hall.new_station()
    first, second = hall.village(station), hall.village(station)
    second.sync()
    leased = [data for kind, data in second.fed_events() if kind == "block_leased"]
    this_year = min(int(str(block["year"])) for block in leased)  # in December there are some of the next one too
    blocks = [block for block in leased if block["year"] == this_year]
    of_first = {(b["agency"], b["kind"], n) for b in blocks if b["to"] == first.device for n in _numbers(b)}
    of_second = {(b["agency"], b["kind"], n) for b in blocks if b["to"] == second.device for n in _numbers(b)}
    assert len(of_first) == len(of_second) == 15 * 8 * 100
    assert not of_first & of_second


def test_a_received_case_gets_its_number_of_43_characters(hall: RealHall) -> None:
    village = hall.village()
    case = village.receive()
    result = village.sync()
    assert result.error is None
    assert (result.seq, result.acknowledged) == (1, 1)
    [(_, data)] = [found for found in village.fed_events() if found[0] == "numbered"]
    assert len(str(data["case_no"])) == 43
    assert str(data["case_no"]).startswith("11379901MB1C0002XF499005000000220")
    [row] = hall.command("cases", "--station", village.enrolment.station).lines
    assert (row["case"], row["case_no"], row["state"]) == (str(case), data["case_no"], "RECEIVED")


def test_a_decision_of_the_hall_reaches_the_village_with_the_baton(hall: RealHall) -> None:
    village = hall.village()
    case = village.receive()
    village.act(case, Action.ACCEPT, number=1)
    village.act(case, Action.SUBMIT)
    village.sync()
    done = hall.command("act", str(case), "grant", "--data", DECISION)
    assert done.code == 0, done
    assert (done.json["state"], done.json["holder"]) == ("GRANTED", village.device)
    assert re.fullmatch(r"云民准〔\d{4}〕\d+号", done.json["decision_no"])
    assert done.json["events"][-1]["device"] == "hall"
    village.sync()
    [(_, data)] = [found for found in village.fed_events() if found[0] == "granted"]
    assert (data["to"], data["decision_no"]) == (village.device, done.json["decision_no"])


def test_a_grant_before_the_case_was_submitted_names_the_holder(hall: RealHall) -> None:
    village = hall.village()
    case = village.receive()
    village.act(case, Action.ACCEPT, number=1)
    village.sync()
    refused = hall.command("act", str(case), "grant")
    assert refused.code == 1
    assert refused.json["error"]["code"] == "not_holder"
    assert [row["state"] for row in hall.command("cases", "--station", village.enrolment.station).lines] == ["ACCEPTED"]


def test_a_recalled_case_belongs_to_the_hall_and_what_the_village_wrote_meanwhile_is_late(hall: RealHall) -> None:
    village = hall.village()
    case = village.receive()
    village.sync()
    recalled = hall.command("act", str(case), "recall", "--data", '{"reason": "申请人在县里办理"}')
    assert recalled.json["holder"] == "hall"
    village.act(case, Action.ACCEPT, number=1)
    result = village.sync()
    assert result.error is None
    assert village.station.hall_state is not None
    assert village.station.hall_state.exceptions == [(2, "late")]
    found = [row for row in hall.command("exceptions").lines if row["device"] == village.device]
    [row] = [row for row in found if row["kind"] == "late"]
    assert {row["kind"] for row in found} == {"late", "number"}  # number 1 was never leased to this village
    assert (row["seq"], row["kind"], row["case"]) == (2, "late", str(case))
    assert [row["state"] for row in hall.command("cases", "--station", village.enrolment.station).lines] == ["RECEIVED"]
    assert hall.command("verify").json["ok"]


def test_scans_arrive_whole_and_are_checked(hall: RealHall) -> None:
    village = hall.village()
    content = bytes(range(256)) * 700
    sha256 = hashlib.sha256(content).digest()
    village.receive(file=StoredFile(sha256, len(content), "image/jpeg"))
    village.station.scan(sha256, content)
    result = village.sync()
    assert (result.error, result.attachments_sent) == (None, 1)
    name = sha256.hex()
    assert (hall.home / "attachments" / name[:2] / name).read_bytes() == content


def test_a_scan_that_no_event_names_is_not_taken(hall: RealHall) -> None:
    village = hall.village()
    content = b"nobody asked for this"
    village.station.scan(hashlib.sha256(content).digest(), content)
    result = village.sync()
    assert result.attachments_sent == 0
    assert village.station.held == {}


def test_hundreds_of_cases_arrive_in_order_and_verify(hall: RealHall) -> None:
    village = hall.village()
    for number in range(1, 201):
        case = village.receive()
        village.act(case, Action.ACCEPT, number=number if number <= 100 else None)
    result = village.sync()
    assert result.error is None
    report = hall.command("verify").json
    assert report["ok"], report["problems"]
    assert len(hall.command("cases", "--station", village.enrolment.station).lines) == 200
    [device] = [row for row in report["devices"] if row["device"] == village.device]
    assert (device["seq"], device["head"]) == village.head()
