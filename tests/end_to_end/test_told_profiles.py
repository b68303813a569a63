"""What the hall changes of a station reaches the machines that are enrolled already: agencies, level, entrusting."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from counter_app.domain.errors import InvalidInput
from counter_app.domain.identifiers import HALL
from counter_app.domain.people import Person, Role
from sync import journal
from sync.canonical import event_of
from sync.hall import agency_file, places, profiles, recovery
from sync.hall.store import RESTORED, put_fact
from tests.support.county import Machine, SmallCounty

CHIEF = Person("周敏", frozenset({Role.CHIEF, Role.ADMIN, Role.OPERATOR}))


@pytest.fixture
def county(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallCounty]:
    monkeypatch.setenv("COUNTER_PASSPHRASE", "station words")
    monkeypatch.setenv("HALL_PASSPHRASE", "hall words")
    made = SmallCounty(tmp_path)
    yield made
    made.close()


def told(county: SmallCounty) -> int:
    with county.hall.store.read() as conn:
        rows = list(journal.rows(conn, HALL, 0, 10_000))
    return sum(event_of(HALL, row.seq, row.public, row.private).kind == "profile_told" for row in rows)


def known(machine: Machine):
    with machine.station.store.read() as reading:
        return reading.profile()


def test_an_agency_that_comes_later_reaches_enrolled_machines_with_numbers_for_its_papers(
    county: SmallCounty, tmp_path: Path
) -> None:
    hall_town, village = county.add_station("QX00", "town"), county.add_station("QX03", entrusted="town_government")
    file = tmp_path / "agencies.toml"
    file.write_text(
        '[[agency]]\ncode = "water_bureau"\nname = "云岭县水务局"\norg_word = "云水"\nphone = "0999-5550199"\n'
    )
    with county.hall.store.write() as conn:
        for agency in agency_file.read(file):
            places.save_agency(conn, agency)
    profiles.tell(county.hall)
    profiles.tell(county.hall)
    assert told(county) == 2  # an event a station, once
    for machine in (hall_town, village):
        machine.sync()
        assert known(machine).agencies["water_bureau"].phone == "0999-5550199"

    def blocks(machine: Machine) -> set[str]:
        with machine.station.store.read() as reading:
            return {block.kind for block in reading.blocks() if block.agency == "water_bureau"}

    assert "N02" in blocks(hall_town)  # asked for and leased in the very run that brought the agency
    assert blocks(village) == set()  # nobody entrusted it
    with county.hall.store.write() as conn:
        places.add_station(conn, "QX03", "清溪乡便民服务站", None, None, "town_government,water_bureau")
    profiles.tell(county.hall)
    village.sync()
    assert known(village).may_accept_for("water_bureau")
    assert known(village).name == "清溪乡便民服务站"
    assert "N02" in blocks(village)
    assert not village.station.verifier.verify().problems
    assert county.hall_problems() == []


def test_a_machine_that_enrols_later_ends_with_the_newest_word(county: SmallCounty) -> None:
    first = county.add_station("QX03", entrusted="")
    for level in ("town", "village"):
        with county.hall.store.write() as conn:
            places.add_station(conn, "QX03", "", level, "desk", None)
        profiles.tell(county.hall)
    second = county.add_machine("QX03", "second")
    first.sync()
    assert {known(first).level, known(second).level} == {"village"}
    assert known(first).shares  # said by each answer
    assert known(first).entrusted == known(second).entrusted == frozenset()
    assert told(county) == 2


def test_changed_phones_of_an_agency_are_told_and_a_hall_that_went_back_says_its_own_word_again(
    county: SmallCounty,
) -> None:
    machine = county.add_station("QX03")
    with county.hall.store.write() as conn:
        agency = places.agency(conn, "town_government")
        places.save_agency(conn, replace(agency, phone="0999-5550000"))
        put_fact(conn, RESTORED, "1")
    profiles.tell(county.hall)
    assert told(county) == 0  # nothing is said before somebody has said `recovered`
    recovery.recovered(county.hall, CHIEF)
    profiles.tell(county.hall)
    machine.sync()
    assert known(machine).agencies["town_government"].phone == "0999-5550000"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("agency = 1", "[[agency]]"),
        ('[[agency]]\ncode = "a1"\nname = "x"\norg_word = "y"\nfax = "1"\n', "fax"),
        ('[[agency]]\ncode = "A B"\nname = "x"\norg_word = "y"\n', "code"),
        ('[[agency]]\ncode = "abc"\nname = ""\norg_word = "y"\n', "name"),
        ("= broken", "line 1"),
    ],
)
def test_a_file_of_agencies_that_is_wrong_is_refused_with_the_place(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "agencies.toml"
    file.write_text(text)
    with pytest.raises(InvalidInput) as refusal:
        agency_file.read(file)
    assert said in str(refusal.value.params["why"])
