"""Keys, fingerprint, enrolment code, first ratchet key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counter_app.domain.errors import InvalidInput
from sync.keys import (
    ALPHABET,
    DeviceKeys,
    enrolment_code,
    fingerprint,
    fingerprint_in,
    first_ratchet_key,
    grouped,
    new_enrolment_code,
)
from sync.wire import verified

HALL = DeviceKeys(b"\x01" * 32, b"\x02" * 32)
DEVICE = DeviceKeys(b"\x03" * 32, b"\x04" * 32)


def test_keys_survive_the_keyring():
    keys = DeviceKeys.make()
    again = DeviceKeys.from_bytes(keys.to_bytes())
    assert verified(keys.sign_public, again.sign(b"x"), b"x")
    assert not verified(keys.sign_public, again.sign(b"x"), b"y")
    with pytest.raises(InvalidInput):
        DeviceKeys.from_bytes(keys.to_bytes()[:-1])


def test_keys_do_not_show_in_messages():
    assert HALL.sign_private.hex() not in repr(HALL)
    assert repr(b"\x01" * 3)[2:-1] not in repr(HALL)


def test_the_fingerprint_is_fixed_for_a_key():
    assert fingerprint(HALL.sign_public) == "XV2XKJS8"
    assert fingerprint(HALL.sign_public) != fingerprint(DEVICE.sign_public)


def test_a_code_ends_in_the_fingerprint_and_reads_in_groups_of_four():
    code = new_enrolment_code(HALL.sign_public)
    assert fingerprint_in(code) == fingerprint(HALL.sign_public)
    assert [len(group) for group in grouped(code).split("-")] == [4, 4, 4, 4, 4]
    assert new_enrolment_code(HALL.sign_public) != code


@given(st.text(ALPHABET, min_size=20, max_size=20))
def test_a_code_is_taken_as_people_write_it(code):
    written = [
        grouped(code),
        grouped(code).lower(),
        f"  {code[:10]} {code[10:]}\n",
        grouped(code).replace("0", "O").replace("1", "l").replace("V", "u"),
        "".join(chr(ord(character) + 0xFEE0) for character in code),
        grouped(code).replace("-", "—"),
    ]
    assert {enrolment_code(text) for text in written} == {code}


@pytest.mark.parametrize("text", ["", "ABCD", "A" * 21, "A" * 19 + "!", "A" * 19 + "张"])
def test_what_is_no_code_is_refused(text):
    with pytest.raises(InvalidInput) as caught:
        enrolment_code(text)
    assert caught.value.code == "enrolment_code_unreadable"


def test_both_sides_agree_on_the_first_ratchet_key_of_one_device_at_one_hall():
    at_device = first_ratchet_key(DEVICE.box_private, HALL.box_public, "hall-1", "D1")
    at_hall = first_ratchet_key(HALL.box_private, DEVICE.box_public, "hall-1", "D1")
    assert at_device == at_hall
    assert at_device.hex() == "08fb7d673026a0ee965d75b77996bc62a14e42340810e010b9b2bbf09c81656c"
    others = {
        first_ratchet_key(HALL.box_private, DEVICE.box_public, "hall-1", "D2"),
        first_ratchet_key(HALL.box_private, DEVICE.box_public, "hall-2", "D1"),
        first_ratchet_key(DeviceKeys.make().box_private, DEVICE.box_public, "hall-1", "D1"),
    }
    assert len(others) == 3
    assert at_device not in others


def test_a_public_key_that_gives_no_secret_is_refused():
    with pytest.raises(InvalidInput):
        first_ratchet_key(DEVICE.box_private, bytes(32), "hall-1", "D1")
    with pytest.raises(InvalidInput):
        first_ratchet_key(DEVICE.box_private, b"short", "hall-1", "D1")
