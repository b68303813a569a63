"""`counter read-card` against the emulated reader: the card's facts, and for each fault its own message."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from unittest.mock import patch

import pytest

from counter_app.adapters.card_readers.emulated_cards import sample_cards
from counter_app.adapters.card_readers.emulator import Emulator
from tests.support.in_process import Counter

KEYS = {
    "type", "name", "name_raw", "sex", "ethnicity", "birth", "address", "number", "issuer", "valid_from", "valid_to",
    "warnings",
}


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    made = Emulator(sample_cards())
    yield made
    made.unplug()


def test_a_card_gives_its_facts_without_a_home(emulator: Emulator, counter: Counter):
    counter.home = counter.home / "none"
    emulator.control("place 1")
    found = counter.run("read-card", "--reader", f"sam:{emulator.device}", "--timeout", "5").done().json
    assert set(found) >= KEYS
    assert (found["type"], found["sex"] in {"1", "2"}, len(found["number"])) == ("resident", True, 18)
    assert "text_block" not in found


def test_without_the_parts_for_readers_a_reading_and_the_doctor_say_what_to_install(counter: Counter):
    cached = ("counter_app.adapters.card_readers.finding",)
    with patch.dict(sys.modules, {"serial": None, "serial.tools": None}):
        for name in cached:
            sys.modules.pop(name, None)
        ran = counter.run("read-card", "--timeout", "1")
        checks = {row["name"]: row for row in counter.run("doctor").done().json["checks"]}
    assert (ran.code, ran.error) == (1, "part_not_installed")
    assert (checks["readers"]["code"], checks["readers"]["state"]) == ("part_not_installed", "warning")


def test_raw_gives_the_bytes_of_the_chip_as_well(emulator: Emulator, counter: Counter):
    emulator.control("place 1")
    found = counter.run("read-card", "--reader", f"sam:{emulator.device}", "--raw").done().json
    assert len(bytes.fromhex(found["text_block"])) == 256


@pytest.mark.parametrize(
    ("accident", "code"),
    [
        ("lift", "no_card"),
        ("fault half_frame", "card_not_whole"),
        ("fault wrong_checksum", "garbled"),
        ("fault silent", "reader_timeout"),
    ],
)
def test_each_fault_of_a_reading_ends_within_its_time_with_a_message(
    emulator: Emulator, counter: Counter, accident: str, code: str
):
    emulator.control("place 1")
    emulator.control(accident)
    began = time.monotonic()
    ran = counter.run("read-card", "--reader", f"sam:{emulator.device}", "--timeout", "1.5")
    assert ran.code == 1
    assert ran.json["error"]["message"]
    assert ran.error == code
    assert time.monotonic() - began < 9.5  # not the 10 seconds of the default, on a busy machine too
