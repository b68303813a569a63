"""Frames on the wire against specs id-cards 11.1, 11.2 and 11.5."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from counter_app.adapters.card_readers import sam_commands as sam
from counter_app.adapters.card_readers.emulated_cards import EmulatedCard, invented_photo
from counter_app.adapters.card_readers.emulated_sam import EmulatedSam, base_reply
from counter_app.adapters.card_readers.frames import LONGEST, PREAMBLE, FrameParser, frame
from counter_app.domain.errors import CounterError

VECTORS = tomllib.loads((Path(__file__).parents[2] / "domain/card_vectors.toml").read_text("utf-8"))
TEXTS = {name: bytes.fromhex(vector["text"]) for name, vector in VECTORS.items()}
REPLIES = {name: base_reply(EmulatedCard(text, invented_photo())) for name, text in TEXTS.items()}
V1 = REPLIES["V1"]
FINGERPRINT = b"".join(b"\x43\x01" + bytes([n]) + bytes((13 * i + n) % 256 for i in range(3, 512)) for n in (1, 2))
STATUS_90 = "AA AA AA 96 69 00 04 00 00 90 94"


def statuses(wire: bytes) -> list[int]:
    return [sam.Reply.of(body).status for body in FrameParser().feed(wire)]


@pytest.mark.parametrize(
    ("command", "wire"),
    [
        (sam.RESET, "AA AA AA 96 69 00 03 10 FF EC"),
        (sam.STATUS, "AA AA AA 96 69 00 03 11 FF ED"),
        (sam.MODULE_ID, "AA AA AA 96 69 00 03 12 FF EE"),
        (sam.FIND, "AA AA AA 96 69 00 03 20 01 22"),
        (sam.SELECT, "AA AA AA 96 69 00 03 20 02 21"),
        (sam.READ_BASE, "AA AA AA 96 69 00 03 30 01 32"),
        (sam.READ_NEWEST_ADDRESS, "AA AA AA 96 69 00 03 30 03 30"),
    ],
)
def test_requests_are_the_published_bytes(command, wire):
    assert command.wire == bytes.fromhex(wire)


@pytest.mark.parametrize(
    ("wire", "status"),
    [
        (STATUS_90, 0x90),
        ("AA AA AA 96 69 00 04 00 00 91 95", 0x91),
        ("AA AA AA 96 69 00 04 00 00 10 14", 0x10),
        ("AA AA AA 96 69 00 04 00 00 31 35", 0x31),
        ("AA AA AA 96 69 00 04 00 00 66 62", 0x66),
        ("AA AA AA 96 69 00 04 00 00 80 84", 0x80),
        ("AA AA AA 96 69 00 08 00 00 9F 00 00 00 00 97", 0x9F),
        ("AA AA AA 96 69 00 08 00 00 9F 01 02 03 04 93", 0x9F),
        ("AA AA AA 96 69 00 04 00 00 9F 9B", 0x9F),
        ("AA AA AA 96 69 00 0C 00 00 90 11 22 33 44 55 66 77 88 14", 0x90),
        ("AA AA AA 96 69 00 0C 00 00 90 AA AA AA 96 69 00 04 00 CD", 0x90),
    ],
)
def test_short_replies_are_understood_whatever_data_they_carry(wire, status):
    assert statuses(bytes.fromhex(wire)) == [status]


@pytest.mark.parametrize(
    ("wire", "expected", "dropped"),
    [
        pytest.param("00 FF AA AA AA AA 96 69 00 04 00 00 90 94", [0x90], 3, id="G1 noise first"),
        pytest.param("AA AA AA AA AA 96 69 00 04 00 00 90 94", [0x90], 2, id="G2 extra AA"),
        pytest.param("AA AA AA 96 69 00 04 00 00 90 95", [], 7, id="G3 bad checksum"),
        pytest.param("AA AA AA 96 69 00 04 00 00 90 95 " + STATUS_90, [0x90], 11, id="G4 bad then good"),
        pytest.param(
            "AA AA AA 96 69 00 04 00 00 80 84 AA AA AA 96 69 00 08 00 00 9F 00 00 00 00 97",
            [0x80, 0x9F],
            0,
            id="G5 two frames",
        ),
        pytest.param("AA AA AA 96 69 00 04 " + STATUS_90, [0x90], 7, id="G6 false preamble"),
        pytest.param("AA AA AA 96 69 00 00 " + STATUS_90, [0x90], 7, id="G7 length 0"),
        pytest.param("AA AA AA 96 69 00 03 00 90 93", [], 6, id="G8 length 3"),
        pytest.param("AA AA AA 96 69 FF FF 00 00 90 " + STATUS_90, [0x90], 10, id="G9 length FFFF"),
        pytest.param("AA AA AA 96 69 00 05 05 05 05", [], 0, id="G10 pseudo frame"),
    ],
)
def test_a_disturbed_line_gives_the_whole_frames_and_no_others(wire, expected, dropped):
    parser = FrameParser()
    bodies = parser.feed(bytes.fromhex(wire))
    assert [sam.Reply.of(body).status for body in bodies] == expected
    assert parser.dropped == dropped


def test_g11_a_cut_reply_delivers_nothing_and_is_known_to_be_unfinished():
    parser = FrameParser()
    assert parser.feed(V1[:1294]) == []
    assert parser.is_inside_frame


def test_g12_one_flipped_bit_is_noticed():
    parser = FrameParser()
    assert parser.feed(V1[:100] + b"\x60" + V1[101:]) == []
    assert parser.rejected == 1


@pytest.mark.parametrize("cuts", [[1] * 1295, [7, 1288], [64] * 21, [1294, 1]], ids=["bytes", "7+1288", "64", "1294+1"])
def test_g13_a_reply_comes_whole_in_any_pieces(cuts):
    parser, bodies, start = FrameParser(), [], 0
    for size in cuts:
        bodies += parser.feed(V1[start : start + size])
        start += size
    assert bodies == [V1[7:-1]]


@pytest.mark.parametrize("name", sorted(VECTORS))
def test_base_replies_of_all_cards_are_the_published_bytes(name):
    assert REPLIES[name][-1] == VECTORS[name]["checksum"]
    assert hashlib.sha256(REPLIES[name]).hexdigest() == VECTORS[name]["sha256"]
    assert sam.base_parts(FrameParser().feed(REPLIES[name])[0][3:]) == (TEXTS[name], invented_photo())


@pytest.mark.parametrize(
    ("lengths", "parts", "sha256"),
    [
        ("01000400 0400", 2, "b63653fdae40b79897d31fd285e4afde47956f127453a01c6014113ceaf7e8bd"),
        ("01000400 0000", 1, "77b029dd33a83e6463b3774e80f4dfda33cbb061adbfd9074c3cefb747671d6a"),
        ("01000000", 0, "29f1cd521c85f0e409fcb063555574701cf0cc9854682a206acccdfd6fa79ffa"),
    ],
    ids=["with fingerprints", "fingerprint length 0", "photo length 0"],
)
def test_long_replies_with_and_without_fingerprints_and_photo_are_taken_apart(lengths, parts, sha256):
    photo = invented_photo() if parts else b""
    wire = frame(b"\0\0\x90" + bytes.fromhex(lengths) + TEXTS["V1"] + photo + (FINGERPRINT if parts == 2 else b""))
    assert hashlib.sha256(wire).hexdigest() == sha256
    assert sam.base_parts(FrameParser().feed(wire)[0][3:]) == (TEXTS["V1"], photo)


@pytest.mark.parametrize("data", ["", "02 00 04 00", "01 00 04 00", "01", "01 00 04 00 04 00"])
def test_g16_inner_lengths_that_lie_are_refused(data):
    with pytest.raises(CounterError, match="garbled"):
        sam.base_parts(bytes.fromhex(data))


def test_a_text_of_another_length_is_refused_even_if_the_sum_fits():
    with pytest.raises(CounterError, match="garbled"):
        sam.base_parts(bytes.fromhex("0100 0200") + bytes(256 + 512))


def test_g15_a_find_reply_is_no_answer_to_a_read():
    found = sam.Reply(0x9F, bytes(4))
    assert sam.FIND.may_be_answered_by(found)
    assert not sam.READ_BASE.may_be_answered_by(found)


def test_base_data_answers_nothing_but_a_read():
    base = sam.Reply.of(FrameParser().feed(V1)[0])
    assert sam.READ_BASE.may_be_answered_by(base)
    assert not any(command.may_be_answered_by(base) for command in (sam.FIND, sam.SELECT, sam.STATUS))


@pytest.mark.parametrize(
    ("data", "printed"),
    [
        ("05 00 03 00 E5 D6 34 01 01 00 00 00 02 00 00 00", "05.03-20240101-0000000001-0000000002"),
        ("05 00 0A 00 FF 17 34 01 4E 61 BC 00 00 28 6B EE", "05.10-20191231-0012345678-4000000000"),
    ],
)
def test_the_module_id_is_printed_as_makers_do(data, printed):
    assert sam.printed_module_id(bytes.fromhex(data)) == printed


def test_a_slow_line_gets_twice_the_wire_time_on_top():
    assert sam.READ_BASE.seconds_at(9600) == pytest.approx(3.0 + 2 * 1.349, abs=0.001)


@pytest.mark.parametrize(
    ("request_wire", "answers"),
    [
        pytest.param("AA AA AA 96 69 00 03 20 01 21", ["AA AA AA 96 69 00 04 00 00 10 14"], id="G17"),
        pytest.param("AA AA AA 96 69 00 03 77 01 75", ["AA AA AA 96 69 00 04 00 00 21 25"], id="G18"),
        pytest.param("AA AA AA 96 69 00 04 20 01 00", [], id="G19"),
        pytest.param("AA AA AA 96 68 00 03 20 01 22", [], id="wrong preamble"),
        pytest.param("AA AA AA 96 69 00 03 01 FF FD", [STATUS_90], id="other reset"),
    ],
)
def test_the_emulated_sam_answers_bad_requests_as_a_sam_does(request_wire, answers):
    sam_of_v1 = EmulatedSam([EmulatedCard(TEXTS["V1"], invented_photo())])
    assert sam_of_v1.answer(bytes.fromhex(request_wire)) == [bytes.fromhex(answer) for answer in answers]


noise_around_frames = st.lists(
    st.one_of(
        st.binary(max_size=40),
        st.just(PREAMBLE),
        st.integers(0, 0xFFFF).map(lambda length: PREAMBLE + length.to_bytes(2, "big")),
        st.binary(min_size=3, max_size=60).map(frame),
        st.binary(min_size=3, max_size=60).map(lambda body: frame(body)[:-1]),
    ),
    max_size=30,
)


@given(noise_around_frames, st.integers(1, 200))
@example([PREAMBLE + b"\x0c\x00"] * 300, 1)
def test_any_stream_gives_only_true_frames_and_never_fills_the_memory(pieces, chunk_size):
    stream = b"".join(pieces)
    parser, bodies = FrameParser(), []
    for start in range(0, len(stream), chunk_size):
        bodies += parser.feed(stream[start : start + chunk_size])
        assert len(parser._buffer) <= 7 + LONGEST
    position = 0
    for body in bodies:
        position = stream.index(frame(body), position) + len(frame(body))


@given(st.lists(st.binary(min_size=3, max_size=60), max_size=8), st.integers(1, 200))
def test_frames_back_to_back_all_come_in_order(bodies, chunk_size):
    stream = b"".join(frame(body) for body in bodies)
    parser, found = FrameParser(), []
    for start in range(0, len(stream), chunk_size):
        found += parser.feed(stream[start : start + chunk_size])
    assert found == bodies


@given(st.binary(max_size=3000))
def test_any_requests_leave_the_emulated_sam_well(noise):
    emulated = EmulatedSam([EmulatedCard(TEXTS["V1"], invented_photo())])
    emulated.place(1)
    for answer in emulated.answer(noise):
        assert FrameParser().feed(answer)
