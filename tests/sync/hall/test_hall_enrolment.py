"""A code makes exactly one machine, for two days, at the hall that gave it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import inspect

from counter_app.domain.errors import CounterError
from counter_app.domain.moments import CHINA
from sync.enrolment import enrol
from sync.envelope import EnrolRequest
from sync.hall import enrolment
from sync.hall.places import add_station
from sync.http_link import HttpLink
from sync.keys import DeviceKeys, first_ratchet_key, new_ratchet_private, public_of
from sync.ports import NotTheHall
from sync.wire import ENROL, EnvelopeReader, signed
from tests.sync.hall.conftest import RealHall

RATCHET = new_ratchet_private()


def refused(hall: RealHall, code: str, keys: DeviceKeys) -> str:
    with pytest.raises(CounterError) as refusal:
        enrol(HttpLink(hall.url), code, keys, RATCHET)
    return refusal.value.code


def test_the_same_code_with_the_same_keys_gives_the_same_device_again(hall: RealHall) -> None:
    keys, code = DeviceKeys.make(), hall.code_for(hall.new_station())
    first = enrol(HttpLink(hall.url), code, keys, RATCHET)
    again = enrol(HttpLink(hall.url), code, keys, RATCHET)
    assert (again.device, again.first_ratchet_key) == (first.device, first.first_ratchet_key)


def test_nothing_that_the_hall_keeps_gives_the_first_ratchet_key_again(hall: RealHall) -> None:
    """Else the key of every erased event could be made again, and its commitment guessed back."""
    keys, code = DeviceKeys.make(), hall.code_for(hall.new_station())
    got = enrol(HttpLink(hall.url), code, keys, RATCHET)
    hall_box = got.hall_box_public
    assert got.first_ratchet_key != first_ratchet_key(keys.box_private, hall_box, got.hall, got.device)
    with hall.opened() as opened, opened.store.read() as conn:
        for table in inspect(conn).get_table_names():
            rows = conn.exec_driver_sql(f'SELECT * FROM "{table}"').all()
            assert not any(public_of(RATCHET) == value for row in rows for value in row)


def test_a_code_used_with_another_ratchet_key_is_not_answered_as_if_both_sides_agreed(hall: RealHall) -> None:
    keys, code = DeviceKeys.make(), hall.code_for(hall.new_station())
    enrol(HttpLink(hall.url), code, keys, RATCHET)
    with pytest.raises(CounterError) as refusal:
        enrol(HttpLink(hall.url), code, keys, new_ratchet_private())
    assert refusal.value.code == "code_used"


def test_a_used_code_is_worth_nothing_to_another_machine(hall: RealHall) -> None:
    code = hall.code_for(hall.new_station())
    enrol(HttpLink(hall.url), code, DeviceKeys.make(), RATCHET)
    assert refused(hall, code, DeviceKeys.make()) == "code_used"


def test_a_code_ends_after_two_days(hall: RealHall) -> None:
    with hall.opened(at=datetime.now(CHINA) - timedelta(hours=48, minutes=1)) as past, past.store.write() as conn:
        station = add_station(conn, hall.new_station(), "过期站", None, None, None)
        old, _ = enrolment.new_code(conn, past, station.code)
    assert refused(hall, old, DeviceKeys.make()) == "code_expired"


def test_after_two_days_not_even_the_machine_that_used_the_code_gets_its_answer_again(hall: RealHall) -> None:
    keys, code = DeviceKeys.make(), hall.code_for(hall.new_station())
    enrol(HttpLink(hall.url), code, keys, RATCHET)
    request = signed(EnrolRequest(code, keys.sign_public, keys.box_public, public_of(RATCHET)), ENROL, keys)
    message = EnvelopeReader().feed(request)
    assert message is not None
    with hall.opened(at=datetime.now(CHINA) + timedelta(hours=48, minutes=1)) as later:
        with pytest.raises(CounterError) as refusal:
            enrolment.enrol(later, message)
        assert refusal.value.code == "code_expired"


def test_a_code_nobody_gave_is_unknown(hall: RealHall) -> None:
    code = hall.code_for(hall.new_station())
    other = ("0" if code[0] != "0" else "1") + code[1:]
    assert refused(hall, other, DeviceKeys.make()) == "code_unknown"


def test_a_code_of_another_hall_is_refused_before_anything_is_believed(
    hall: RealHall, make_hall: Callable[..., RealHall]
) -> None:
    other = make_hall("other", of_its_own=True)
    with pytest.raises(NotTheHall):
        enrol(HttpLink(hall.url), other.code_for("QX09"), DeviceKeys.make(), RATCHET)


def test_codes_are_not_kept_in_clear(hall: RealHall) -> None:
    code = hall.code_for(hall.new_station()).replace("-", "")
    with hall.opened() as opened, opened.store.read() as conn:
        rows = conn.exec_driver_sql("SELECT * FROM enrolment_codes").all()
    assert rows
    assert code not in repr(rows)
    assert code.encode() not in repr(rows).encode()


def test_a_revoked_device_gets_revoked_and_nothing_else(hall: RealHall) -> None:
    village = hall.village()
    village.receive()
    assert hall.command("device", "revoke", village.device).code == 0
    result = village.sync()
    assert result.error is not None
    assert result.error.code == "revoked"
    assert (result.acknowledged, village.station.feed_events) == (0, [])
    station = village.enrolment.station
    assert hall.command("cases", "--station", station).lines == []
    [row] = [row for row in hall.command("stations").lines if row["station"] == station]
    assert row["devices"][0]["revoked"] is True


def test_a_device_that_does_not_exist_cannot_be_revoked(hall: RealHall) -> None:
    outcome = hall.command("device", "revoke", "ZZ-99")
    assert (outcome.code, outcome.json["error"]["code"]) == (1, "device_unknown")


def test_a_station_is_entrusted_with_what_was_said(hall: RealHall) -> None:
    village = hall.village(None, "--entrusted", "town_government,county_civil_affairs", "--level", "village")
    village.sync()
    leased = {data["agency"] for kind, data in village.fed_events() if kind == "block_leased"}
    assert leased == {"town_government", "county_civil_affairs"} == set(village.enrolment.profile["entrusted"])


def test_a_station_entrusted_by_nobody_gets_no_numbers(hall: RealHall) -> None:
    village = hall.village(None, "--entrusted", "")
    village.sync()
    assert village.enrolment.profile["entrusted"] == []
    assert {kind for kind, _ in village.fed_events()} == {"device_keys"}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("3X", "名"), "station_code"),
        (("HALL", "名"), "station_code"),
        (("OK1", "名", "--level", "province"), "station_level"),
        (("OK1", "名", "--sharing", "all"), "station_sharing"),
        (("OK1", "名", "--entrusted", "nobody"), "agency_unknown"),
        (("OK1", " "), "station_name_needed"),
    ],
)
def test_a_station_that_cannot_be_is_not_added(hall: RealHall, arguments: tuple[str, ...], code: str) -> None:
    outcome = hall.command("station", "add", *arguments)
    assert (outcome.code, outcome.json["error"]["code"]) == (1, code)
    assert all(row["station"] != "OK1" for row in hall.command("stations").lines)
