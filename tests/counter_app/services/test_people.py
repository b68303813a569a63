"""Signing in with a PIN at this machine."""

from datetime import timedelta

import pytest

from counter_app.bootstrap import Station
from counter_app.domain.errors import CounterError
from counter_app.domain.people import Role
from tests.support.homes import EnrolledHome


def test_the_first_person_becomes_administrator_and_adds_the_others(station: Station) -> None:
    first = station.people.add(None, "何秀兰", [Role.AGENT], "135790")
    assert first.roles == {Role.AGENT, Role.ADMIN}
    with pytest.raises(CounterError, match="not_administrator"):
        station.people.add(None, "李红", [Role.CLERK], "246801")
    station.people.add(first, "李红", [Role.CLERK], "246801")
    assert [person.name for person in station.people.all()] == ["何秀兰", "李红"]
    assert station.people.sign_in("李红", "246801").roles == {Role.CLERK}


def test_five_wrong_pins_lock_that_person_for_half_an_hour(home: EnrolledHome) -> None:
    station = home.open()
    station.people.add(None, "何秀兰", [Role.AGENT], "135790")
    for left in (4, 3, 2, 1):
        with pytest.raises(CounterError) as refused:
            station.people.sign_in("何秀兰", "000000")
        assert (refused.value.code, refused.value.params["left"]) == ("pin_wrong", left)
    for pin in ("000000", "135790"):
        with pytest.raises(CounterError, match="person_locked"):
            station.people.sign_in("何秀兰", pin)
    home.clock.now += timedelta(minutes=31)
    assert station.people.sign_in("何秀兰", "135790").name == "何秀兰"
    station.close()


@pytest.mark.parametrize("pin", ["", "12345", "1234567", "12345a", "１２３４５６"])
def test_a_pin_is_six_digits(station: Station, pin: str) -> None:
    with pytest.raises(CounterError, match="pin_not_six_digits"):
        station.people.add(None, "何秀兰", [Role.AGENT], pin)


def test_the_pin_is_nowhere_in_the_store_in_clear(station: Station) -> None:
    station.people.add(None, "何秀兰", [Role.AGENT], "135790")
    [person] = station.people.all()
    assert person.pin_hash.startswith("$argon2id$")
