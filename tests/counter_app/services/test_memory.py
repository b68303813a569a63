"""一号: a second visit is asked for less; each reuse is an event; old papers are not offered."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image

from counter_app.domain.case import Case
from counter_app.domain.errors import CounterError
from counter_app.domain.memory import DOUBLED_WITHIN
from counter_app.domain.people import Role
from counter_app.station import Station
from forms.examples import example_line
from tests.support.homes import AGENT, CHIEF, EnrolledHome

pytestmark = pytest.mark.usefixtures("papers_when_asked")

ITEM = "elder_allowance"


def line(station: Station, n: int = 1, item: str = ITEM, **more: Any) -> dict[str, Any]:
    made = example_line(station.desk.catalogue.get(item), "accept", n)
    made.pop("key", None)
    return {**made, **more}


def with_scans(station: Station, home: EnrolledHome, made: dict[str, Any]) -> dict[str, Any]:
    for n, row in enumerate(made["materials"]):
        scan = home.path / f"scan-{n}.png"
        Image.new("L", (40 + n, 30), 200).save(scan)
        row["files"] = [str(scan)]
    return made


def taken(station: Station, made: dict[str, Any]) -> Case:
    case = station.intake.take_in(AGENT, made).case
    assert case is not None
    return case


def refusal(station: Station, made: dict[str, Any]) -> str:
    with station.store.read() as reading:
        before = reading.head()
    with pytest.raises(CounterError) as refused:
        station.intake.take_in(AGENT, made)
    with station.store.read() as reading:
        assert reading.head() == before
    return refused.value.code


def second_visit(station: Station, first: Case, *what: str, n: int = 1, item: str = ITEM) -> dict[str, Any]:
    made = line(station, n, item, reuse=[{"from": str(first.id), "what": list(what)}])
    made["applicant"] = {**made["applicant"], "phone": first.applicant.phone, "address": first.applicant.address}
    return made


def test_a_second_visit_is_offered_name_contact_and_materials_that_still_hold(
    station: Station, home: EnrolledHome
) -> None:
    first = taken(station, with_scans(station, home, line(station)))
    number = first.applicant.id_number
    found = station.memory.of(number.lower(), station.desk.catalogue.get("pension_enrolment"))
    assert [case.id for case in found.cases] == [first.id]
    assert set(found.materials) == {"household_book"}
    assert found.doubled is None
    home.clock.now += timedelta(days=400)
    assert not station.memory.of(number, station.desk.catalogue.get("pension_enrolment")).materials
    assert not station.memory.of("37990119420311002X", None).cases


def test_what_is_used_again_is_the_same_scan_and_an_event_that_names_no_value(
    station: Station, home: EnrolledHome
) -> None:
    first = taken(station, with_scans(station, home, line(station)))
    again = taken(station, second_visit(station, first, "phone", "address", "material.household_book"))
    assert [row.files for row in again.materials if row.id == "household_book"] == [
        row.files for row in first.materials if row.id == "household_book"
    ]
    [event] = [event for event in station.cases.view(str(again.id)).events if event.kind == "reused"]
    assert event.data == {"from": str(first.id), "what": ["phone", "address", "material.household_book"]}
    assert not event.private
    assert station.verifier.verify().ok


def test_what_cannot_be_used_again_is_refused_and_nothing_is_stored(station: Station, home: EnrolledHome) -> None:
    first = taken(station, with_scans(station, home, line(station)))
    good = second_visit(station, first, "phone")
    other = line(station, 2)["applicant"]
    assert refusal(station, {**good, "applicant": {**good["applicant"], "phone": "13911112222"}}) == "reuse_differs"
    assert refusal(station, {**good, "applicant": other}) == "reuse_of_other_person"
    nowhere = [{"from": "QX99-01-0001-M", "what": ["phone"]}]
    assert refusal(station, {**good, "reuse": nowhere}) in {"case_unknown", "local_number_check"}
    own_scan = second_visit(station, first, "material.household_book")
    for row in own_scan["materials"]:
        row["files"] = [str(home.path / "scan-0.png")]
    assert refusal(station, own_scan) == "reuse_not_there"
    assert refusal(station, second_visit(station, first, "material.application")) == "line_not_one_of"
    home.clock.now += timedelta(days=400)
    assert refusal(station, second_visit(station, first, "material.household_book")) == "reuse_expired"


def test_the_same_item_within_thirty_days_is_taken_in_with_a_warning(station: Station, home: EnrolledHome) -> None:
    first = taken(station, line(station))
    assert station.intake.take_in(AGENT, line(station, item="pension_enrolment")).doubles is None
    home.clock.now += DOUBLED_WITHIN
    assert station.intake.take_in(AGENT, line(station)).doubles == first.id
    home.clock.now += DOUBLED_WITHIN + timedelta(days=1)
    assert station.intake.take_in(AGENT, line(station)).doubles is None


def test_the_command_offers_the_same_and_writes_down_who_looked(station: Station, home: EnrolledHome) -> None:
    from tests.support.in_process import Counter

    first = taken(station, with_scans(station, home, line(station)))
    station.people.add(None, CHIEF.name, [Role.CLERK, Role.CHIEF], "135790")
    station.close()
    counter = Counter(home.path, {"COUNTER_PASSPHRASE": "correct horse battery"})
    assert counter.run("applicant", first.applicant.id_number).error == "user_needed"
    arguments = ("applicant", first.applicant.id_number, "--item", "pension_enrolment", "--user", CHIEF.name)
    ran = counter.run(*arguments, COUNTER_PIN="135790").done().json
    assert (ran["visits"], ran["phone"], ran["cases"][0]["case"]) == (1, first.applicant.phone, str(first.id))
    assert [row["id"] for row in ran["materials"]] == ["household_book"]
    events = counter.run("case", str(first.id)).json["events"]
    assert [event["data"] for event in events if event["kind"] == "revealed"] == [{"what": "applicant"}]


def test_the_schema_names_what_may_be_used_again(station: Station) -> None:
    schema = station.offer.schema(ITEM)
    text = json.dumps(schema)
    assert "material.household_book" in text
    assert "material.application" not in text
