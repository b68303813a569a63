"""Events in columns: the very bytes come out again, whatever they were, and whatever else is sent is refused."""

import resource

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counter_app.domain.events import ClockReading, NewEvent
from counter_app.domain.identifiers import CaseId
from forms.example_words import example_words
from sync import dictionary
from sync.canonical import MAX_EVENT_BYTES, bytes_of
from sync.column_packer import Packer
from sync.column_tree import LETTERS, MANY_PLACES, Pair
from sync.column_unpacker import Unpacker
from sync.wire import MAX_MESSAGE, WireError
from tests.support.budgets import examples

pack = msgspec.msgpack.Encoder(order="sorted").encode

texts = st.text(max_size=20) | st.sampled_from(["", "李秀英", "13900000001", "收件", "\x00\x01\xf0", "𬭎㼆"])
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.binary(max_size=40) | texts,
    lambda inside: st.lists(inside, max_size=5) | st.dictionaries(texts, inside, max_size=5),
    max_leaves=20,
)
maps = st.dictionaries(st.sampled_from("ckdetmuvx"), values, max_size=9) | st.dictionaries(texts, values, max_size=5)
parts = maps.map(pack) | st.binary(max_size=60) | values.map(pack)
events: st.SearchStrategy[Pair] = st.tuples(parts, st.none() | parts)


def both(primed: bool) -> tuple[Packer, Unpacker]:
    if primed:
        return Packer(dictionary.packing()), Unpacker(dictionary.unpacking())
    return Packer(), Unpacker()


@settings(max_examples=examples(60))
@given(st.lists(st.lists(events, max_size=6), max_size=4), st.booleans())
def test_any_events_come_out_as_they_went_in_frame_after_frame(frames, primed):
    packer, unpacker = both(primed)
    for pairs in frames:
        assert unpacker.unpack(packer.pack(pairs), MAX_MESSAGE) == pairs


@pytest.mark.parametrize(
    "value",
    [
        {"a": 1.5},
        {"a": msgspec.msgpack.Ext(5, b"x")},
        {"long": "字" * 6000},
        {"many letters": "".join(map(chr, range(0x4E00, 0x4E00 + LETTERS + 9)))},
        {"deep": [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]},
        {str(n): n for n in range(MANY_PLACES + 100)},
        {"t": 2**63, "m": ["boot", -5, None], "d": {"at": 2**64 - 1}},
    ],
)
def test_what_no_column_can_hold_travels_whole(value):
    packer, unpacker = both(primed=True)
    pairs = [(pack(value), pack({})), (pack({"k": "noted"}), pack(value)), (pack({"k": "noted"}), pack({"x": "后"}))]
    for _ in range(2):
        assert unpacker.unpack(packer.pack(pairs), MAX_MESSAGE) == pairs


def test_letters_beyond_what_a_place_can_number_begin_anew():
    alphabet = list(map(chr, range(0x4E00, 0x4E00 + 3 * LETTERS)))
    pairs = [(pack({"k": "noted"}), pack({"note": "".join(alphabet[at : at + 900])})) for at in range(0, 9000, 450)]
    packer, unpacker = both(primed=False)
    assert unpacker.unpack(packer.pack(pairs), MAX_MESSAGE) == pairs


@settings(max_examples=examples(100))
@given(st.binary(max_size=400), st.booleans())
def test_any_bytes_give_events_or_a_typed_error(junk, primed):
    _, unpacker = both(primed)
    for packed in (junk, len(junk[:7]).to_bytes(3, "big") + junk):
        try:
            unpacker.unpack(packed, MAX_MESSAGE)
        except WireError as error:
            assert error.code in {"malformed", "too_big"}  # noqa: PT017


@settings(max_examples=examples(100))
@given(st.data())
def test_a_changed_byte_gives_other_events_or_a_typed_error(data):
    packer, unpacker = both(primed=True)
    packed = bytearray(packer.pack(some_events(8)))
    packed[data.draw(st.integers(0, len(packed) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        unpacker.unpack(bytes(packed), MAX_MESSAGE)
    except WireError as error:
        assert error.code in {"malformed", "too_big"}  # noqa: PT017


def test_a_long_text_said_again_and_again_is_stopped_before_it_is_made():
    packer = Packer()
    bomb = packer.pack([(pack({"k": "x", "d": ["字" * 3000]}), None)])
    again = bytearray(Packer().pack([(pack({"k": "x", "d": [0] * 60_000}), None)]))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    unpacker = Unpacker()
    unpacker.unpack(bomb, MAX_MESSAGE)
    with pytest.raises(WireError):
        unpacker.unpack(bytes(again).replace(b"\x04", b"\x05"), MAX_MESSAGE)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 32 * 1024


def test_events_beyond_the_room_are_refused():
    packer, unpacker = both(primed=True)
    events = some_events(10)
    with pytest.raises(WireError) as caught:
        unpacker.unpack(packer.pack(events), sum(len(a) + len(b or b"") for a, b in events) - 1)
    assert caught.value.code == "too_big"
    assert max(len(a) for a, _ in events) < MAX_EVENT_BYTES


def test_a_day_of_notes_takes_less_than_half_the_bytes_that_the_events_alone_would():
    import zstandard

    def shrunk(data: bytes) -> int:
        return len(zstandard.ZstdCompressor(level=19).compress(data))

    events = some_events(300)
    assert shrunk(Packer().pack(events)) < 0.6 * shrunk(msgspec.msgpack.encode(events))


def some_events(count: int) -> list[Pair]:
    words = [word for words in example_words().values() if isinstance(words, list) for word in words]
    clock = ClockReading(1_794_792_600_000, "c5b1b4f2-0c1a-4b7e-9c1e-4a5f3d2b1a00", 3_600_123, 12)
    made = []
    for n in range(count):
        then = ClockReading(clock.wall_ms + n * 61_007, clock.boot, clock.monotonic_ms + n * 61_006, clock.offset_ms)
        private = {"note": f"{words[n % len(words)]}{n}", "phone": f"139{n * 7919 % 10**8:08d}"}
        new = NewEvent("annotated", CaseId("QX03-01", 1 + n // 3), 0, "何秀兰", {"at": then.wall_ms}, private)
        made.append(bytes_of("QX03-01", new, then))
    return made
