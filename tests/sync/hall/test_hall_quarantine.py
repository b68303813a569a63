"""What cannot be applied waits by itself, with what lies behind it in the same case, and holds up nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select

from counter_app.domain.errors import CounterError
from counter_app.domain.events import NewEvent
from counter_app.domain.identifiers import CaseId
from counter_app.domain.states import Action
from sync import journal_rules
from sync.hall.tables import numbers_used
from tests.sync.hall.conftest import RealHall
from tests.sync.hall.village import Village, notice


def exceptions_of(hall: RealHall, village: Village) -> list[dict[str, object]]:
    return [row for row in hall.command("exceptions").lines if row["device"] == village.device]


def codes(village: Village) -> list[tuple[int, str]]:
    assert village.station.hall_state is not None
    return list(village.station.hall_state.exceptions)


def event(village: Village, case: CaseId, kind: str, v: int = 1, **data: object) -> NewEvent:
    return NewEvent(kind, case, village.cases[case].epoch, "u", data, {}, v)


def test_a_bad_event_holds_up_its_case_and_no_other(hall: RealHall) -> None:
    village = hall.village()
    bad, good = village.receive(), village.receive()
    village.save_raw(event(village, bad, "closed"))  # nothing was delivered yet
    village.save_raw(event(village, bad, "annotated"), event(village, bad, "annotated"))
    village.act(good, Action.ACCEPT)
    village.sync()
    assert codes(village) == [(3, "wrong_state"), (4, "waits_behind"), (5, "waits_behind")]
    [row] = exceptions_of(hall, village)
    assert (row["seq"], row["kind"], row["case"], row["behind"]) == (3, "quarantined", str(bad), 2)
    states = {r["case"]: r["state"] for r in hall.command("cases", "--station", village.enrolment.station).lines}
    assert states == {str(bad): "RECEIVED", str(good): "ACCEPTED"}


def test_a_person_settles_an_exception_by_command(hall: RealHall) -> None:
    village = hall.village()
    case = village.receive()
    village.save_raw(event(village, case, "closed"), event(village, case, "annotated"))
    village.sync()
    place = ("exceptions", "settle", village.device, "2")
    assert hall.command(*place, "--how", "noted", "--reason", "误记").json["error"]["code"] == "exception_how"
    assert hall.command(*place, "--how", "retry", "--reason", "误记").json["error"]["code"] == "exception_stays"
    done = hall.command(*place, "--how", "skip", "--reason", "误记").json
    assert (done["settled"]["how"], done["settled"]["reason"], done["case"]) == ("skip", "误记", str(case))
    village.sync()
    assert (codes(village), exceptions_of(hall, village)) == ([], [])
    [kept] = [row for row in hall.command("exceptions", "--settled").lines if row["device"] == village.device]
    assert (kept["seq"], kept["kind"], kept["evidence"]["event"]) == (2, "quarantined", "closed")
    assert hall.command("verify").json["ok"]


def test_an_unknown_kind_waits_without_alarm_and_the_case_with_it(hall: RealHall) -> None:
    village = hall.village()
    case = village.receive()
    village.save_raw(event(village, case, "blessed_by_the_future"), event(village, case, "annotated", v=9))
    village.sync()
    assert codes(village) == [(2, "unknown_kind"), (3, "waits_behind")]
    assert [row["kind"] for row in exceptions_of(hall, village)] == ["waiting"]


def test_the_hall_does_not_move_a_case_whose_events_wait(hall: RealHall) -> None:
    village = hall.village()
    case = village.receive()
    village.act(case, Action.ACCEPT)
    village.act(case, Action.SUBMIT)
    village.save_raw(event(village, case, "blessed_by_the_future"))
    village.sync()
    outcome = hall.command("act", str(case), "grant")
    assert (outcome.code, outcome.json["error"]["code"]) == (1, "events_wait")


def test_data_of_a_wrong_shape_is_set_aside(hall: RealHall) -> None:
    village = hall.village()
    case = village.receive()
    village.save_raw(event(village, case, "accepted", accepted_on=["not", "a", "day"], clocks=3))
    good = village.receive()
    village.sync()
    assert codes(village) == [(2, "event_misshapen")]
    rows = hall.command("cases", "--station", village.enrolment.station).lines
    assert {row["case"] for row in rows} == {str(case), str(good)}


def test_papers_from_another_counter_wait_for_the_case_they_belong_to(hall: RealHall) -> None:
    village, county = hall.village(), hall.village(None, "--level", "county")
    case = village.receive()
    papers = {"materials": [{"id": "household_register", "form": "copy", "copies": 1, "pages": 2}]}
    county.save_raw(NewEvent("papers_taken", case, 0, "county", papers, {}))
    county.sync()
    assert codes(county) == [(1, "no_such_case")]
    village.sync()
    county.sync()
    assert codes(county) == []
    assert exceptions_of(hall, county) == []
    assert hall.command("verify").json["ok"]
    village.sync()
    assert "papers_taken" in [kind for kind, _ in village.fed_events()]
    about_stations = ("block_leased", "device_keys")
    told = [kind for kind, _ in county.fed_events() if kind not in about_stations]
    assert told == ["received", "numbered"]


def test_nobody_opens_a_case_in_another_devices_name(hall: RealHall) -> None:
    village, other = hall.village(), hall.village()
    foreign = replace(other.receive(), device=village.device, n=77)
    other.save_raw(NewEvent("received", foreign, 0, "u", {}, {}))
    other.sync()
    assert codes(other) == [(2, "case_of_other_device")]


def test_nobody_opens_a_case_at_another_station(hall: RealHall) -> None:
    village = hall.village()
    village.receive(station="ELSEWHERE")
    village.sync()
    assert codes(village) == [(1, "case_of_other_station")]


def test_an_item_that_the_hall_does_not_know_waits_for_a_person(hall: RealHall) -> None:
    village = hall.village()
    case = village.receive()
    village.save_raw(
        NewEvent(
            "received", CaseId(village.device, 2), 0, "u",
            {"station": village.enrolment.station, "received_at": 1, "item": {"code": "no_such_item"}}, {},
        )
    )
    village.sync()
    assert codes(village) == [(2, "item_unknown")]
    rows = hall.command("cases", "--station", village.enrolment.station).lines
    assert [row["case"] for row in rows] == [str(case)]


def test_a_number_used_twice_is_an_exception_and_the_first_use_stays(hall: RealHall) -> None:
    village = hall.village()
    block = village_block(village)
    first, second = village.receive(), village.receive()
    village.act(first, Action.ACCEPT, number=block)
    village.act(second, Action.ACCEPT, number=block)
    village.sync()
    [row] = exceptions_of(hall, village)
    assert (row["seq"], row["kind"], row["code"], row["case"]) == (4, "number", "number_doubled", str(second))
    assert codes(village) == []  # both papers are served: both events count
    with hall.opened() as opened, opened.store.read() as conn:
        used = conn.scalars(select(numbers_used.c.seq).where(numbers_used.c.device == village.device)).all()
    assert used == [3]


def test_a_number_that_was_never_leased_to_the_device_is_noticed(hall: RealHall) -> None:
    village = hall.village()
    case = village.receive()
    village.act(case, Action.ACCEPT, number=999_999)
    village.sync()
    assert [row["code"] for row in exceptions_of(hall, village)] == ["number_not_leased"]


def test_a_temporary_number_uses_up_nothing(hall: RealHall) -> None:
    village = hall.village()
    case = village.receive()
    temporary = {**notice("county_civil_affairs", "N02", 999_998), "temporary": True}
    village.save_raw(
        event(village, case, "accepted", accepted_on="2026-11-22", notices=[temporary])
    )
    village.sync()
    assert exceptions_of(hall, village) == []


def test_a_spent_block_is_followed_by_another(hall: RealHall) -> None:
    village = hall.village()
    village.sync()
    before = [data for kind, data in village.fed_events() if kind == "block_leased"]
    wanted = {"agency": "county_civil_affairs", "kind": "N02", "year": before[0]["year"]}
    village.save_raw(NewEvent("block_wanted", None, 0, "u", wanted, {}))
    village.sync()
    after = [data for kind, data in village.fed_events() if kind == "block_leased"]
    [new] = after[len(before) :]
    assert (new["agency"], new["kind"], new["year"], new["to"]) == (*wanted.values(), village.device)
    assert int(str(new["last"])) - int(str(new["first"])) + 1 == 5
    assert all(new["first"] != data["first"] for data in before if (data["agency"], data["kind"]) == (
        "county_civil_affairs", "N02"))


def test_a_block_of_an_agency_that_did_not_entrust_the_station_is_not_leased(hall: RealHall) -> None:
    village = hall.village(None, "--entrusted", "town_government")
    wanted = {"agency": "county_civil_affairs", "kind": "N02", "year": 2026}
    village.save_raw(NewEvent("block_wanted", None, 0, "u", wanted, {}))
    village.sync()
    assert codes(village) == [(1, "agency_not_entrusted")]


def village_block(village: Village) -> int:
    """The first number of the village's own block for acceptances of civil affairs."""
    village.sync()
    for kind, data in village.fed_events():
        if kind == "block_leased" and (data["agency"], data["kind"]) == ("county_civil_affairs", "N02"):
            return int(str(data["first"]))
    raise AssertionError("no block")


def of_case(device: str, n: int) -> Callable[[Village, CaseId], NewEvent]:
    return lambda village, case: NewEvent("annotated", CaseId(device or village.device, n), 0, "u", {}, {"note": "x"})


def of_kind(written_kind: str, given_epoch: int = 0, **data: object) -> Callable[[Village, CaseId], NewEvent]:
    return lambda village, case: NewEvent(written_kind, case, given_epoch, "u", data, {"note": "x"})


FILE = {"sha256": bytes(32), "size": 2**64 - 1}
HUGE = {"agency": "a", "series": "s", "kind": "N01", "number": "x", "template": "1", "year": 2**63, "n": 2**64 - 1}

STRANGE = {
    "a count beyond any store": of_case("", 2**63),
    "the largest count": of_case("", 2**64 - 1),
    "a device of 5000 letters": of_case("D" * 5000, 1),
    "a device with NUL": of_case("D\0D", 1),
    "a device that cannot be printed": of_case("hall", 1),
    "the largest epoch": of_kind("handed_over", 2**64 - 1, to="hall"),
    "a kind of 10000 letters": of_kind("k" * 10_000),
    "a scan of no size": of_kind("annotated", file=FILE),
    "a number beyond any store": of_kind("accepted", accepted_on="2026-11-22", notices=[HUGE]),
    "a later number beyond any store": of_kind("number_registered", temporary="t", **HUGE),
    "handed to a list": of_kind("handed_over", to=["a"]),
    "handed to nobody": of_kind("handed_over", to="\0" * 100),
    "a number that only the hall gives": of_kind("numbered", case_no="1"),
    "a recall that only the hall makes": of_kind("recalled", to="hall"),
}


GoodCases = dict[str, tuple[CounterError | None, str]]


@pytest.fixture(scope="module")
def good_cases_of() -> dict[str, GoodCases]:
    """By database."""
    return {}


@pytest.fixture
def good_cases(hall: RealHall, database: str, good_cases_of: dict[str, GoodCases]) -> GoodCases:
    """By what a village wrote in its first case: the error of its exchange, and the state of its second one."""
    if database not in good_cases_of:
        good_cases_of[database] = after_strange_words(hall)
    return good_cases_of[database]


def after_strange_words(hall: RealHall) -> GoodCases:
    found = {}
    for name, write in STRANGE.items():
        village = hall.village()
        case = village.receive()
        with pytest.MonkeyPatch.context() as unread:
            unread.setattr(journal_rules, "event_of", lambda *_: None)  # its own program would not write that
            village.save_raw(write(village, case))
        good = village.receive()
        village.act(good, Action.ACCEPT)
        found[name] = village.sync().error, hall_states(hall, village)[str(good)]
    return found


@pytest.mark.parametrize("name", STRANGE)
def test_whatever_a_device_writes_its_other_cases_go_on(
    good_cases: GoodCases, name: str
) -> None:
    assert good_cases[name] == (None, "ACCEPTED")


@pytest.mark.usefixtures("good_cases")
def test_whatever_the_devices_wrote_the_hall_goes_on(hall: RealHall) -> None:
    assert hall.command("exceptions").code == 0
    assert hall.command("verify").code == 0


def test_a_machine_does_not_decide_for_the_agency(hall: RealHall) -> None:
    village = hall.village()
    case = village.receive()
    village.act(case, Action.ACCEPT)
    row = event(village, case, "submitted")  # without the baton given away
    village.save_raw(row, event(village, case, "granted", decision_no="1", to=village.device))
    village.sync()
    assert codes(village) == [(4, "event_of_the_hall")]
    assert hall_states(hall, village)[str(case)] == "IN_REVIEW"


def hall_states(hall: RealHall, village: Village) -> dict[str, str]:
    rows = hall.command("cases", "--station", village.enrolment.station).lines
    return {row["case"]: row["state"] for row in rows}
