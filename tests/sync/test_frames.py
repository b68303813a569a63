"""Messages and frames: what goes on the wire, and what is made of anything else."""

import random
import resource
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from sync import wire
from sync.envelope import CODECS, PLAIN, ZSTD, Answer, HeadQuery, Request
from sync.feed import OwnRange, WholeEvent
from sync.frame_stream import FrameReader, FrameWriter
from sync.frames import (
    AttachmentFrame,
    EventFrame,
    Frame,
    checked,
    decoded,
    encoded,
    event_frame,
    feed_frame,
    return_frame,
)
from sync.keys import DeviceKeys
from sync.wire import EnvelopeReader, WireError, signed
from tests.support.budgets import examples

KEYS = DeviceKeys(b"\x01" * 32, b"\x02" * 32)
H = b"\x07" * 32


def frames() -> list[Frame]:
    return [
        event_frame(KEYS, "hall-1", "D1", 4, [(b"public", b"private"), (b"p2", b"")], H),
        AttachmentFrame(H, 100_000, 65_536, random.Random(1).randbytes(1000)),
        feed_frame(KEYS, "hall-1", "S1", 9, [OwnRange(1, 3, H), WholeEvent("D2", 5, b"p", None, b"q", H)], H),
        return_frame(KEYS, "hall-1", "D1", 1, [(b"p", None, H)], H),
    ]


@contextmanager
def only_typed_errors() -> Iterator[None]:
    """Whatever is refused inside is refused with a code that an answer can carry."""
    try:
        yield
    except WireError as error:
        if error.code not in wire.HTTP_STATUS:
            raise


def packed(some: list[Frame], codec: int) -> bytes:
    writer = FrameWriter(codec)
    data = b"".join([writer.write(frame) for frame in some]) + writer.end()
    assert writer.packed == len(data)
    return data


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("step", [1, 7, 100_000])
def test_frames_arrive_whole_however_the_bytes_are_cut(codec, step):
    data, reader, arrived = packed(frames_sent := frames(), codec), FrameReader(codec), []
    for start in range(0, len(data), step):
        arrived += reader.feed(data[start : start + step])
    assert arrived == frames_sent


@pytest.mark.parametrize("codec", CODECS)
def test_a_frame_can_be_used_before_the_next_one_comes(codec):
    writer, reader = FrameWriter(codec), FrameReader(codec)
    for frame in frames():
        assert list(reader.feed(writer.write(frame))) == [frame]


def test_frames_before_a_broken_one_are_still_given():
    reader, arrived = FrameReader(PLAIN).feed(packed(frames_sent := frames(), PLAIN) + b"\0\0\0\x01\xc1"), []
    arrived += [next(reader) for _ in range(4)]
    with pytest.raises(WireError):
        next(reader)
    assert arrived == frames_sent


def test_signatures_bind_hall_owner_places_and_head():
    frame = frames()[0]
    assert frame.is_by(KEYS.sign_public, "hall-1", "D1")
    for other in (
        frame.is_by(DeviceKeys.make().sign_public, "hall-1", "D1"),
        frame.is_by(KEYS.sign_public, "hall-2", "D1"),
        frame.is_by(KEYS.sign_public, "hall-1", "D2"),
        msgspec.structs.replace(frame, first=5).is_by(KEYS.sign_public, "hall-1", "D1"),
        msgspec.structs.replace(frame, last=6).is_by(KEYS.sign_public, "hall-1", "D1"),
        msgspec.structs.replace(frame, head=b"\x08" * 32).is_by(KEYS.sign_public, "hall-1", "D1"),
    ):
        assert not other


def test_a_feed_frame_is_no_event_frame_of_a_device_of_that_name():
    feed = feed_frame(KEYS, "hall-1", "D1", 1, [OwnRange(1, 1, H)], H)
    event = event_frame(KEYS, "hall-1", "D1", 1, [(b"", b"")], H)
    assert not msgspec.structs.replace(event, signature=feed.signature).is_by(KEYS.sign_public, "hall-1", "D1")


@pytest.mark.parametrize(
    "frame",
    [
        EventFrame(1, 3, H, [(b"a", b"b")], bytes(64)),
        EventFrame(1, 0, H, [], bytes(64)),
        EventFrame(1, 1, H, [(b"a" * 60_000, b"b" * 6_000)], bytes(64)),
        EventFrame(1, 1, b"short", [(b"a", b"b")], bytes(64)),
        EventFrame(0, 0, H, [(b"a", b"b")], bytes(64)),
        AttachmentFrame(H, 10, 8, b"abc"),
        AttachmentFrame(H, 10**6, 0, bytes(64 * 1024 + 1)),
        AttachmentFrame(H, 10, 0, b""),
    ],
)
def test_a_frame_that_contradicts_itself_is_malformed(frame):
    with pytest.raises(WireError) as caught:
        checked(decoded(encoded(frame)))
    assert caught.value.code == "malformed"


@pytest.mark.parametrize("entry", [OwnRange(3, 2, H), OwnRange(5, 1, H)])
def test_a_range_that_runs_backwards_is_malformed(entry):
    with pytest.raises(WireError):
        checked(decoded(encoded(feed_frame(KEYS, "hall-1", "S1", 1, [entry, OwnRange(1, 9, H)], H))))


@given(st.binary(max_size=300), st.sampled_from(CODECS), st.integers(1, 300))
def test_any_bytes_give_frames_or_a_typed_error(junk, codec, step):
    reader = FrameReader(codec)
    with only_typed_errors():
        for start in range(0, len(junk), step):
            list(reader.feed(junk[start : start + step]))


@settings(max_examples=examples(200))
@given(st.data(), st.sampled_from(CODECS))
def test_a_changed_byte_gives_other_frames_or_a_typed_error(data, codec):
    wire_bytes = bytearray(packed(frames(), codec))
    wire_bytes[data.draw(st.integers(0, len(wire_bytes) - 1))] ^= data.draw(st.integers(1, 255))
    with only_typed_errors():
        list(FrameReader(codec).feed(bytes(wire_bytes)))


@given(st.binary(max_size=300))
def test_any_bytes_behind_the_tag_give_a_frame_or_malformed(junk):
    with only_typed_errors():
        decoded(junk)


def test_a_frame_over_1_mib_is_refused_at_its_length_before_it_is_held():
    for codec in CODECS:
        length = (wire.MAX_FRAME + 1).to_bytes(4, "big")
        data = length if codec == PLAIN else zstandard.ZstdCompressor().compress(length)
        with pytest.raises(WireError) as caught:
            list(FrameReader(codec).feed(data))
        assert caught.value.code == "too_big"


def test_a_bomb_is_given_up_at_4_mib_without_growing():
    parameters = zstandard.ZstdCompressionParameters.from_level(19, window_log=20)
    stream = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    frame = encoded(AttachmentFrame(H, 1, 0, b"x"))
    many = (len(frame).to_bytes(4, "big") + frame) * 10_000
    bomb = b"".join(stream.compress(many) for _ in range(300)) + stream.flush()
    assert len(bomb) < len(many) < wire.MAX_MESSAGE
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(WireError) as caught:
        list(FrameReader(ZSTD).feed(bomb))
    assert caught.value.code == "too_big"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024  # KiB


def test_a_stream_that_wants_a_window_over_1_mib_is_malformed():
    parameters = zstandard.ZstdCompressionParameters.from_level(3, window_log=24)
    stream = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    data = stream.compress(random.Random(2).randbytes(3_000_000)) + stream.flush()
    with pytest.raises(WireError) as caught:
        list(FrameReader(ZSTD).feed(data))
    assert caught.value.code == "malformed"


def test_the_writer_never_sends_what_the_reader_refuses():
    writer = FrameWriter(PLAIN)
    with pytest.raises(ValueError, match="frame of"):
        writer.write(event_frame(KEYS, "h", "D1", 1, [(bytes(60_000), b"")] * 20, H))


def a_request() -> Request:
    place = (3, H)
    return Request("hall-1", "D1", 5, 1, place, place, (0, H), ZSTD, 65_536, 1_763_769_600_000)


def test_an_envelope_is_read_however_it_is_cut_and_leaves_the_frames():
    message = signed(a_request(), wire.EXCHANGE, KEYS) + b"frames"
    for step in (1, 10, 1000):
        reader, found = EnvelopeReader(), None
        for start in range(0, len(message), step):
            if found is None:
                found = reader.feed(message[start : start + step])
                consumed = start + step
        assert found is not None
        assert found.decode(Request) == a_request()
        assert found.is_by(KEYS.sign_public, wire.EXCHANGE)
        assert not found.is_by(KEYS.sign_public, wire.HEAD)
        assert (reader.rest() + message[consumed:]) == b"frames"


def test_a_newer_protocol_is_told_by_its_first_byte_alone():
    with pytest.raises(WireError) as caught:
        EnvelopeReader().feed(b"\x02")
    assert caught.value.code == "too_new"


@given(st.binary(max_size=200))
def test_any_bytes_as_a_message_give_an_envelope_or_a_typed_error(junk):
    for kind in (Request, HeadQuery, Answer):
        with only_typed_errors():
            found = EnvelopeReader().feed(b"\x01\0\0\0" + bytes([min(len(junk), 100)]) + junk + bytes(164))
            assert found is not None
            found.decode(kind)


def test_fields_added_later_do_not_disturb_an_older_reader():
    longer = [*msgspec.msgpack.decode(msgspec.msgpack.encode(HeadQuery("h", "d", 1, []))), "new"]
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(longer), type=HeadQuery) == HeadQuery("h", "d", 1, [])
