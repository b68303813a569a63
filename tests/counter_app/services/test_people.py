"""Signing in with a PIN at this machine."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from counter_app.domain.errors import CounterError, NotFound
from counter_app.domain.people import Person, Role
from counter_app.services.stored_facts import Draft
from counter_app.station import Station
from tests.support.homes import EnrolledHome
from tests.support.key_files import quick_pins


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


@pytest.fixture
def three(station: Station) -> Iterator[Station]:
    """何秀兰 is the administrator, 周敏 the chief, 李红 a clerk; their PINs are checked at once."""
    with quick_pins():
        first = station.people.add(None, "何秀兰", [Role.AGENT], "135790")
        station.people.add(first, "周敏", [Role.CHIEF], "246801")
        station.people.add(first, "李红", [Role.CLERK], "112358")
        yield station


def by(station: Station, name: str) -> Person:
    return next(Person(row.name, row.roles) for row in station.people.all() if row.name == name)


def told(station: Station) -> list[tuple[str, str, object, object]]:
    """What the journal says of people after they were added: kind, who did it, public and private part."""
    with station.store.read() as reading:
        kinds = ("user_pin_changed", "user_unlocked", "user_removed")
        events = [event for kind in kinds for event in reading.own_events(kind)]
    return [(event.kind, event.user, event.data, event.private) for event in events]


def test_people_change_their_own_pin_by_the_old_one(three: Station) -> None:
    for old, new, code in (("000000", "271828", "pin_wrong"), ("112358", "112358", "pin_is_old")):
        with pytest.raises(CounterError, match=code):
            three.people.change_pin("李红", old, new)
    assert three.people.change_pin("李红", "112358", "271828").roles == {Role.CLERK}
    with pytest.raises(CounterError, match="pin_wrong"):
        three.people.sign_in("李红", "112358")
    assert three.people.sign_in("李红", "271828").name == "李红"
    assert told(three) == [("user_pin_changed", "李红", {"given": False}, {"name": "李红"})]


def test_a_pin_that_somebody_else_set_signs_nothing_until_its_owner_changed_it(three: Station) -> None:
    for _ in range(5):
        with pytest.raises(CounterError):
            three.people.sign_in("李红", "000000")
    three.people.set_pin(by(three, "周敏"), "李红", "314159")
    with pytest.raises(CounterError, match="pin_to_change"):
        three.people.sign_in("李红", "314159")
    assert three.people.change_pin("李红", "314159", "271828").name == "李红"
    assert three.people.sign_in("李红", "271828").name == "李红"
    assert [row[1:3] for row in told(three)] == [("周敏", {"given": True}), ("李红", {"given": False})]


def test_who_may_give_a_pin_to_whom(three: Station) -> None:
    people = three.people
    for helper, whom in (("李红", "周敏"), ("李红", "何秀兰")):
        with pytest.raises(CounterError, match="not_your_person"):
            people.set_pin(by(three, helper), whom, "314159")
    people.add(by(three, "何秀兰"), "马文", [Role.ADMIN], "161803")
    with pytest.raises(CounterError, match="not_your_person"):
        people.set_pin(by(three, "周敏"), "何秀兰", "314159")
    people.remove(by(three, "何秀兰"), "马文")
    people.set_pin(by(three, "周敏"), "何秀兰", "314159")
    assert people.change_pin("何秀兰", "314159", "141421").roles == {Role.AGENT, Role.ADMIN}


def test_somebody_locked_is_unlocked_with_the_pin_they_know(three: Station) -> None:
    with pytest.raises(CounterError, match="person_not_locked"):
        three.people.unlock(by(three, "周敏"), "李红")
    for _ in range(5):
        with pytest.raises(CounterError):
            three.people.sign_in("李红", "000000")
    three.people.unlock(by(three, "周敏"), "李红")
    assert three.people.sign_in("李红", "112358").name == "李红"
    assert told(three) == [("user_unlocked", "周敏", {}, {"name": "李红"})]


def test_who_has_left_signs_in_no_more_and_an_administrator_always_stays(three: Station) -> None:
    admin = by(three, "何秀兰")
    three.people.add(admin, "马文", [Role.ADMIN], "161803")
    other = by(three, "马文")
    refusals = ((by(three, "周敏"), "李红", "not_administrator"), (admin, "何秀兰", "cannot_remove_yourself"))
    for who, whom, code in refusals:
        with pytest.raises(CounterError, match=code):
            three.people.remove(who, whom)
    three.people.remove(admin, "李红")
    with pytest.raises(NotFound, match="person_unknown"):
        three.people.sign_in("李红", "112358")
    three.people.remove(other, "何秀兰")
    with pytest.raises(CounterError, match="not_administrator"):
        three.people.remove(admin, "马文")
    assert [(row[0], row[1], row[3]) for row in told(three)] == [
        ("user_removed", "何秀兰", {"name": "李红"}), ("user_removed", "马文", {"name": "何秀兰"}),
    ]  # fmt: skip
    assert three.verifier.verify().ok


def test_who_still_has_unfinished_intakes_leaves_only_after_they_went_over(three: Station) -> None:
    admin, clerk, chief = by(three, "何秀兰"), by(three, "李红"), by(three, "周敏")
    three.drafts.save(clerk, Draft(None, "李红", "temporary_aid", {}, "item"))
    with pytest.raises(CounterError, match="person_has_drafts") as refused:
        three.people.remove(admin, "李红")
    assert refused.value.params["n"] == 1
    three.hand_over.hand_over("李红", chief, chief, "窗口章一枚", reason="已调走")
    three.people.remove(admin, "李红")
    assert [draft.user for draft in three.drafts.all()] == ["周敏"]
