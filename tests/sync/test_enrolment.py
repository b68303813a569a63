"""A new device gets its place at a station."""

import pytest

from counter_app.domain.errors import CounterError
from sync import journal
from sync.enrolment import enrol
from sync.keys import DeviceKeys, first_ratchet_key, grouped, new_ratchet_private, public_of
from sync.ports import LinkCut
from tests.sync.fake_hall import STATION, FakeHall, FakeLink, Trouble

RATCHET = new_ratchet_private()


@pytest.fixture
def hall(make_engine):
    return FakeHall(make_engine("hall"))


def code_of(caught: pytest.ExceptionInfo[CounterError]) -> str:
    return caught.value.code


def test_a_code_as_typed_gives_a_device_and_the_same_first_key_on_both_sides(hall):
    keys = DeviceKeys.make()
    got = enrol(FakeLink(hall), grouped(hall.new_code()).lower(), keys, RATCHET)
    assert (got.device, got.station, got.hall) == ("D1", STATION, "hall-1")
    assert got.profile["level"] == "village"
    assert got.first_ratchet_key == first_ratchet_key(hall.keys.box_private, public_of(RATCHET), "hall-1", "D1")
    with hall.engine.begin() as conn:
        assert journal.head(conn, "D1")[0] == 0


def test_a_lost_answer_costs_nothing(hall):
    keys, code = DeviceKeys.make(), hall.new_code()
    with pytest.raises(LinkCut):
        enrol(FakeLink(hall, [Trouble(down=40)]), code, keys, RATCHET)
    again = enrol(FakeLink(hall), code, keys, RATCHET)
    assert again.device == "D1"
    assert len(hall.devices) == 1


def test_a_code_used_by_other_keys_is_refused(hall):
    code = hall.new_code()
    enrol(FakeLink(hall), code, DeviceKeys.make(), RATCHET)
    with pytest.raises(CounterError) as caught:
        enrol(FakeLink(hall), code, DeviceKeys.make(), RATCHET)
    assert code_of(caught) == "code_used"


def test_an_unknown_code_is_refused_by_the_hall(hall):
    other = hall.new_code()
    del hall.codes[other]
    with pytest.raises(CounterError) as caught:
        enrol(FakeLink(hall), other, DeviceKeys.make(), RATCHET)
    assert code_of(caught) == "code_unknown"


def test_a_code_of_another_hall_is_not_believed_to_be_unknown(hall, make_engine):
    elsewhere = FakeHall(make_engine("elsewhere"), id="hall-2")
    link = FakeLink(hall)
    with pytest.raises(CounterError) as caught:
        enrol(link, elsewhere.new_code(), DeviceKeys.make(), RATCHET)
    assert code_of(caught) == "not_the_hall"


@pytest.mark.parametrize("page", [b"<html></html>", b"", b"\x01\0\0\0\x01\xc1" + bytes(64)])
def test_a_log_in_page_is_not_the_hall(hall, page):
    with pytest.raises(CounterError) as caught:
        enrol(FakeLink(hall, [Trouble(instead=page)]), hall.new_code(), DeviceKeys.make(), RATCHET)
    assert code_of(caught) == "not_the_hall"


def test_an_answer_for_other_keys_is_not_taken(hall):
    code, recorded = hall.new_code(), []
    original = hall.enrol
    hall.enrol = lambda body: recorded.append(original(body)) or recorded[-1]
    enrol(FakeLink(hall), code, DeviceKeys.make(), RATCHET)
    with pytest.raises(CounterError) as caught:
        enrol(FakeLink(hall, [Trouble(instead=recorded[0])]), code, DeviceKeys.make(), RATCHET)
    assert code_of(caught) == "not_the_hall"


def test_what_is_no_code_is_not_sent(hall):
    link = FakeLink(hall)
    with pytest.raises(CounterError) as caught:
        enrol(link, "ABCD-1234", DeviceKeys.make(), RATCHET)
    assert (code_of(caught), link.calls) == ("enrolment_code_unreadable", [])
