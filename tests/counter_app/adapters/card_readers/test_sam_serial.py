"""The driver against the emulated reader over a real pseudo-terminal."""

from __future__ import annotations

import fcntl
import os
import struct
import subprocess
import sys
import termios
import time
import tomllib
import tty
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from threading import Thread

import pytest

from counter_app.adapters.card_readers.emulated_cards import EmulatedCard, invented_photo, load_cards, sample_cards
from counter_app.adapters.card_readers.emulated_sam import CardState, base_reply
from counter_app.adapters.card_readers.emulator import Emulator, Rotation
from counter_app.adapters.card_readers.finding import find_sam, open_reader
from counter_app.adapters.card_readers.sam_commands import READ_BASE
from counter_app.adapters.card_readers.sam_serial import SamReader
from counter_app.adapters.card_readers.serial_link import SerialLink
from counter_app.domain.errors import CounterError, InvalidInput
from resources.texts import catalogue

VECTORS = tomllib.loads((Path(__file__).parents[2] / "domain/card_vectors.toml").read_text("utf-8"))
NEWEST_ADDRESS = "北京市东城区测试街道新虚构路8号".ljust(35).encode("utf-16-le")
CARDS = [
    EmulatedCard(bytes.fromhex(VECTORS["V1"]["text"]), invented_photo()),
    EmulatedCard(bytes.fromhex(VECTORS["V2"]["text"]), invented_photo(), NEWEST_ADDRESS),
]
NUMBERS = ["110101199001019917", "110101198506159929"]
SHORT_S = 1.5  # long enough for a reading, short for a fault
AMPLE_S = 10.0  # a good reading ends as soon as it is done


def today() -> date:
    return date(2026, 7, 1)


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    emulator = Emulator(CARDS)
    yield emulator
    emulator.unplug()


@pytest.fixture
def reader(emulator: Emulator) -> Iterator[SamReader]:
    reader = SamReader(emulator.device, today)
    yield reader
    reader.close()


def error_of_reading(reader: SamReader, timeout_s: float = SHORT_S) -> CounterError:
    with pytest.raises(CounterError) as refused:
        reader.read(timeout_s)
    return refused.value


def after(seconds: float, act: object, *arguments: object) -> Thread:
    """Do it while the driver is polling."""

    def later() -> None:
        time.sleep(seconds)
        act(*arguments)  # type: ignore[operator]

    thread = Thread(target=later)
    thread.start()
    return thread


def test_a_card_that_lies_there_is_read_whole(emulator, reader):
    emulator.control("place 1")
    card = reader.read(AMPLE_S)
    assert (card.number, card.name, card.newest_address, card.warnings) == (NUMBERS[0], "测试甲", "", ())
    assert card.photo == invented_photo()


def test_the_newest_address_is_read_with_the_card(emulator, reader):
    emulator.control("place 2")
    assert reader.read(AMPLE_S).newest_address == "北京市东城区测试街道新虚构路8号"


def test_a_card_laid_down_later_is_waited_for(emulator, reader):
    hand = after(0.3, emulator.control, "place 1")
    assert reader.read(AMPLE_S).number == NUMBERS[0]
    hand.join()


def test_scenario_a_the_same_card_is_read_once_and_the_next_one_after_a_lift(emulator, reader):
    emulator.control("place 1")
    assert reader.read(AMPLE_S).number == NUMBERS[0]
    assert error_of_reading(reader).code == "same_card"
    assert not reader.wait_lifted(0.1)
    emulator.control("lift")
    assert reader.wait_lifted(SHORT_S)
    emulator.control("place 2")
    assert reader.read(AMPLE_S).number == NUMBERS[1]


def test_a_card_that_was_read_before_this_program_started_is_the_same_card_too(emulator, reader):
    emulator.control("place 1")
    reader.read(AMPLE_S)
    reader.close()
    newcomer = SamReader(emulator.device, today)
    assert error_of_reading(newcomer).code == "same_card"
    newcomer.close()


def test_a_card_lifted_and_nothing_laid_down_is_no_card(emulator, reader):
    emulator.control("place 1")
    reader.read(AMPLE_S)
    hand = after(0.4, emulator.control, "lift")
    assert error_of_reading(reader, 2).code == "no_card"
    hand.join()


def test_scenario_b_a_card_that_slipped_is_read_after_it_was_laid_down_again(emulator, reader):
    emulator.control("place 1")
    emulator.control("fault moved")
    assert error_of_reading(reader).code == "card_moved"
    assert error_of_reading(reader).code == "no_card"
    emulator.control("lift")
    emulator.control("place 1")
    assert reader.read(AMPLE_S).number == NUMBERS[0]


def test_scenario_c_a_card_that_cannot_be_selected_is_given_up_after_three_tries(emulator, reader):
    emulator.control("place 1")
    emulator.control("fault status_81")
    assert error_of_reading(reader).code == "card_moved"
    emulator.control("fault none")
    assert reader.read(AMPLE_S).number == NUMBERS[0]


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("wrong_checksum", "garbled"),
        ("half_frame", "card_not_whole"),
        ("lifted", "card_moved"),
        ("moved", "card_moved"),
        ("no_answer", "card_moved"),
        ("wrong_kind", "garbled"),
        ("wrong_lengths", "garbled"),
        ("silent", "reader_timeout"),
        ("status_31", "card_moved"),
        ("status_32", "card_not_verified"),
        ("status_33", "card_not_verified"),
        ("status_40", "wrong_card"),
        ("status_41", "card_moved"),
        ("status_47", "sam_fault"),
        ("status_21", "sam_fault"),
        ("status_60", "sam_fault"),
        ("status_66", "sam_unauthorised"),
        ("status_10", "garbled"),
    ],
)
def test_every_fault_has_its_error_and_the_next_card_is_read_well(emulator, reader, fault, code):
    emulator.control("place 1")
    emulator.control(f"fault {fault}")
    error = error_of_reading(reader)
    assert error.code == code
    emulator.control("fault none")
    emulator.control("lift")
    emulator.control("place 2")
    assert reader.read(AMPLE_S).number == NUMBERS[1]
    for language in ("zh_CN", "en"):
        for part in ("message", "remedy"):
            assert catalogue(language)[f"errors.{code}.{part}"].format(**error.params)


def test_no_card_a_wrong_checksum_half_a_frame_and_a_lifted_card_are_four_messages():
    messages = {
        catalogue("zh_CN")[f"errors.{code}.message"] for code in ("no_card", "garbled", "card_not_whole", "card_moved")
    }
    assert len(messages) == 4


@pytest.mark.parametrize("fault", ["slow", "noise"])
def test_a_slow_or_noisy_line_does_no_harm(emulator, reader, fault):
    emulator.control("place 2")
    emulator.control(f"fault {fault}")
    card = reader.read(AMPLE_S)
    assert (card.number, card.warnings) == (NUMBERS[1], ())


def test_a_card_lifted_before_the_newest_address_is_kept_with_a_warning(emulator, reader):
    emulator.control("place 2")
    emulator.control("fault lifted_early")
    card = reader.read(AMPLE_S)
    assert (card.number, card.warnings) == (NUMBERS[1], ("newest_address_not_read",))


@pytest.mark.parametrize(
    ("fault", "warnings"), [("address_unknown", ()), ("address_unanswered", ("newest_address_not_read",))]
)
def test_a_reader_that_knows_no_newest_address_reads_the_rest_once(emulator, reader, fault, warnings):
    emulator.control(f"fault {fault}")
    emulator.control("place 2")
    card = reader.read(AMPLE_S)
    assert (card.number, card.warnings) == (NUMBERS[1], warnings)
    assert error_of_reading(reader).code == "no_card"
    emulator.control("lift")
    emulator.control("place 1")
    assert reader.read(AMPLE_S).number == NUMBERS[0]


def test_without_a_card_the_call_ends_in_its_time(reader):
    started = time.monotonic()
    assert error_of_reading(reader, 1).code == "no_card"
    assert time.monotonic() - started < 15  # a machine may be busy; without a limit it would never end


def test_a_dead_reader_is_told_from_a_missing_card_in_its_time(emulator, reader):
    emulator.control("fault silent")
    started = time.monotonic()
    assert error_of_reading(reader, 1).code == "reader_timeout"
    assert time.monotonic() - started < 15  # a machine may be busy; without a limit it would never end


def test_g14_a_late_answer_is_never_taken_for_the_next_persons(emulator, reader):
    emulator.control("place 1")
    emulator.control("fault late")
    assert error_of_reading(reader).code == "card_moved"
    emulator.control("lift")
    emulator.control("place 2")
    assert reader.read(AMPLE_S).number == NUMBERS[1]


def wait_until_they_lie_in_the_port(slave: int, awaited: int) -> None:
    """A pseudo-terminal carries bytes over in a job of the kernel: written is not yet arrived."""
    deadline = time.monotonic() + AMPLE_S
    while struct.unpack("i", fcntl.ioctl(slave, termios.FIONREAD, bytes(4)))[0] < awaited:
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_g14_bytes_that_lie_in_the_port_before_a_request_are_no_answer_to_it():
    master, slave = os.openpty()
    tty.setraw(slave)
    link = SerialLink(os.ttyname(slave))
    stray = base_reply(CARDS[0])
    os.write(master, stray)
    wait_until_they_lie_in_the_port(slave, len(stray))

    def answer_with_the_second_card() -> None:
        os.read(master, 100)
        os.write(master, base_reply(CARDS[1]))

    sam = Thread(target=answer_with_the_second_card)
    sam.start()
    reply = link.ask(READ_BASE, time.monotonic() + AMPLE_S)
    sam.join()
    link.close()
    os.close(master)
    os.close(slave)
    assert CARDS[1].text in reply.data


@pytest.mark.parametrize("speed", [115200, 38400, 9600])
def test_the_speed_of_the_reader_is_found(speed):
    emulator = Emulator(CARDS, speed)
    reader = SamReader(emulator.device, today)
    try:
        emulator.control("place 1")
        assert reader.read(AMPLE_S).number == NUMBERS[0]
    finally:
        reader.close()
        emulator.unplug()


def test_the_module_id_is_told(reader):
    assert reader.module_id() == "05.03-20240101-0000000001-0000000002"


def test_a_second_program_is_told_that_the_port_is_busy(emulator, reader):
    with pytest.raises(CounterError) as refused:
        SamReader(emulator.device, today)
    assert (refused.value.code, refused.value.params) == ("port_busy", {"device": emulator.device})


def test_a_reader_unplugged_while_waiting_is_gone(emulator, reader):
    hand = after(0.4, emulator.unplug)
    assert error_of_reading(reader, 3).code == "reader_gone"
    hand.join()
    assert error_of_reading(reader, 3).code == "no_reader"


def test_a_reader_plugged_in_again_is_opened_by_the_next_reading(tmp_path):
    plug = tmp_path / "reader"
    first, second = Emulator(CARDS), Emulator(CARDS)
    plug.symlink_to(first.device)
    reader = SamReader(str(plug), today)
    try:
        first.unplug()
        assert error_of_reading(reader).code == "reader_gone"
        plug.unlink()
        plug.symlink_to(second.device)
        second.control("place 2")
        assert reader.read(AMPLE_S).number == NUMBERS[1]
    finally:
        reader.close()
        second.unplug()


@pytest.mark.parametrize("kind", ["missing", "file", "folder", "fifo"])
def test_what_is_no_serial_port_is_no_reader(tmp_path, kind):
    path = tmp_path / "reader"
    if kind == "file":
        path.write_bytes(b"")
    elif kind == "folder":
        path.mkdir()
    elif kind == "fifo":
        os.mkfifo(path)
    with pytest.raises(CounterError, match="no_reader"):
        open_reader(f"sam:{path}", today)


@pytest.fixture
def as_nobody() -> Iterator[None]:
    """Root may open every port, so step down if the tests run as root."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    yield
    os.seteuid(user)


def test_a_port_without_permission_says_so(emulator, request):
    Path(emulator.device).chmod(0)
    request.getfixturevalue("as_nobody")
    with pytest.raises(CounterError, match="port_permission"):
        open_reader(f"sam:{emulator.device}", today)


def test_a_configured_reader_is_opened_by_its_spec(emulator):
    reader = open_reader(f"sam:{emulator.device}", today)
    emulator.control("place 1")
    assert reader.read(AMPLE_S).number == NUMBERS[0]
    reader.close()


@pytest.mark.parametrize("spec", ["pcsc", "pcsc:ACS ACR39U"])
def test_a_pcsc_reader_is_known_to_be_no_use_for_identity_cards(spec):
    with pytest.raises(CounterError, match="reader_without_sam"):
        open_reader(spec, today)


@pytest.mark.parametrize("spec", ["", "sam", "sam:", "usb:1", "auto:x"])
def test_a_spec_that_nobody_knows_is_refused(spec):
    with pytest.raises(InvalidInput, match="reader_spec_unknown"):
        open_reader(spec, today)


def test_the_search_finds_the_port_where_a_sam_answers():
    deaf, other = Emulator(CARDS), Emulator(CARDS, 9600)
    deaf.control("fault silent")
    reader = find_sam([deaf.device, other.device], today, 10)
    try:
        other.control("place 1")
        assert reader.read(AMPLE_S).number == NUMBERS[0]
        SamReader(deaf.device, today).close()  # the search let it go
    finally:
        reader.close()
        deaf.unplug()
        other.unplug()


def test_a_search_that_finds_none_says_why(emulator, reader):
    with pytest.raises(CounterError, match="no_reader"):
        find_sam([], today, 1)
    with pytest.raises(CounterError, match="port_busy"):
        find_sam([emulator.device], today, 1)


def test_rotating_hands_lay_down_one_sample_person_after_the_other():
    cards = sample_cards()
    emulator = Emulator(cards)
    reader = SamReader(emulator.device, today)
    rotation, names, now = Rotation(emulator, len(cards)), [], 0.0
    try:
        for _ in range(len(cards) + 1):
            while emulator.state is not CardState.PLACED:
                rotation.tick(now)
                now += 1
            names.append(reader.read(AMPLE_S).name)
    finally:
        reader.close()
        emulator.unplug()
    assert names == ["张小满", "李𬭎䶮", "吾买尔·艾力", "王福来", "陈凯雯", "白安娜", "张小满"]


def test_the_sample_persons_show_what_a_clerk_should_see(emulator):
    shown = Emulator(sample_cards())
    reader = SamReader(shown.device, today)
    cards = []
    try:
        for n in range(1, 7):
            shown.control(f"place {n}")
            cards.append(reader.read(AMPLE_S))
            shown.control("lift")
    finally:
        reader.close()
        shown.unplug()
    assert [card.warnings for card in cards] == [(), (), (), ("card_expired",), (), ()]
    assert [card.type for card in cards] == ["resident"] * 4 + ["hmt", "foreigner"]
    assert cards[1].newest_address == "云岭县青石镇柳树村4组8号"


@pytest.mark.parametrize(
    "toml",
    [
        "",
        "card = 1",
        "[[card]]\nname = 'x'\nhat = 'y'",
        "[[card]]\nlayout = 'Q'\nname = 'x'",
        f"[[card]]\nname = '{'x' * 16}'",
    ],
)
def test_a_file_of_cards_that_cannot_be_is_refused(tmp_path, toml):
    file = tmp_path / "cards.toml"
    file.write_text(toml)
    with pytest.raises(ValueError, match=r"card"):
        load_cards(file)


def test_the_emulator_runs_as_a_program_and_obeys_lines(tmp_path):
    link = tmp_path / "reader"
    command = [sys.executable, "-m", "counter_app.adapters.card_readers.emulator", "--link", str(link)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        assert program.stdout.readline().strip() == str(link)
        program.stdin.write("place 2\nnonsense\n")
        program.stdin.close()
        reader = open_reader(f"sam:{link}", today)
        assert reader.read(AMPLE_S).name == "李𬭎䶮"
        reader.close()
        program.terminate()
        assert program.wait(60) == 0
    assert not link.exists()
    assert not link.is_symlink()
