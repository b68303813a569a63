"""Strange bytes for the readers of the exchange: well formed here, false there, for every codec that they know."""

from __future__ import annotations

import random

import msgspec
import zstandard
from hypothesis import strategies as st

from sync import dictionary
from sync.envelope import CODECS, PLAIN, PRIMED, Answer, HeadQuery, Request
from sync.feed import OwnRange, WholeEvent
from sync.frame_stream import FrameWriter
from sync.frames import (
    AttachmentFrame,
    ColumnFrame,
    EventFrame,
    Frame,
    encoded,
    event_frame,
    feed_frame,
    return_frame,
)
from sync.keys import DeviceKeys
from sync.wire import MAX_FRAME

H = b"\x07" * 32
_UNSIGNED = bytes(64)
_pack = msgspec.msgpack.Encoder().encode


def some_frames(keys: DeviceKeys, hall: str, device: str, station: str) -> list[Frame]:
    """One of each kind, as they should be, signed by these keys."""
    return [
        event_frame(keys, hall, device, 1, [(b"public", b"private"), (b"p2", b"")], H),
        AttachmentFrame(H, 100_000, 65_536, random.Random(1).randbytes(1000)),
        feed_frame(keys, hall, station, 1, [OwnRange(1, 3, H), WholeEvent("D2", 5, b"p", None, b"q", H)], H),
        return_frame(keys, hall, device, 1, [(b"p", None, H)], H),
    ]


def length_and(body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + body


def nested(depth: int, tag: int = 1) -> bytes:
    """A frame of lists in lists."""
    return bytes([0x92, tag]) + b"\x91" * depth + b"\xc0"


def long_lists(count: int) -> dict[str, bytes]:
    """Frames whose lists have as many entries as they say, and hardly any bytes."""
    def frame(*parts: bytes) -> bytes:
        return bytes([0x90 | len(parts)]) + b"".join(parts)

    listed = b"\xdd" + count.to_bytes(4, "big")
    place, signature = _pack(count), _pack(_UNSIGNED)
    event, own, lost = _pack([b"", b""]), _pack([0, 1, 1, H]), _pack([b"", None, H])
    return {
        "events": frame(_pack(1), _pack(1), place, _pack(H), listed + event * count, signature),
        "ranges": frame(_pack(3), _pack("S"), _pack(1), place, _pack(H), listed + own * count, signature),
        "returned": frame(_pack(4), _pack(1), place, _pack(H), listed + lost * count, signature),
    }


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text(max_size=20)
    | st.binary(max_size=40),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=20,
)

_false_bodies = st.one_of(
    st.binary(max_size=200),
    values.map(_pack),
    st.tuples(st.integers(0, 9), values, values, values).map(_pack),
    st.integers(1, 3000).map(nested),
    st.builds(lambda last, events: encoded(EventFrame(1, last, H, events, _UNSIGNED)),
              st.integers(0, 2**53), st.lists(st.tuples(st.binary(max_size=9), st.binary(max_size=9)), max_size=3)),
    st.builds(lambda size, at: encoded(AttachmentFrame(H, size, at, b"x")), st.integers(0, 2**64 - 1),
              st.integers(0, 2**64 - 1)),
    st.binary(max_size=300).map(lambda columns: encoded(ColumnFrame(EventFrame(1, 1, H, [], _UNSIGNED), columns))),
)
_raw_frames = st.one_of(
    _false_bodies.map(length_and),
    st.builds(lambda says, body: says.to_bytes(4, "big") + body, st.integers(0, 2**32 - 1), st.binary(max_size=60)),
    st.sampled_from([MAX_FRAME, MAX_FRAME + 1, 2**32 - 1]).map(lambda says: says.to_bytes(4, "big")),
)


@st.composite
def streams(draw: st.DrawFn, good: list[Frame], codec: int) -> bytes:
    """What lies behind an envelope of that codec: good frames and false ones, packed, cut or changed."""
    writer = FrameWriter(codec, level=1)
    whole = b"".join(writer.write(frame) for frame in draw(st.lists(st.sampled_from(good), max_size=4)))
    false = b"".join(draw(st.lists(_raw_frames, max_size=4)))
    data = whole + (draw(st.sampled_from([b"", false])) if codec == PLAIN else _zstd(codec, false, draw))
    if draw(st.booleans()):
        data = data[: draw(st.integers(0, len(data)))]
    if data and draw(st.booleans()):
        at = draw(st.integers(0, len(data) - 1))
        data = data[:at] + bytes([data[at] ^ draw(st.integers(1, 255))]) + data[at + 1 :]
    return data * draw(st.sampled_from([1, 1, 1, 3]))


def in_one_stream(codec: int, raw: bytes, *, window_log: int = 20) -> bytes:
    """Bytes as that codec packs frames, whatever they are."""
    if codec == PLAIN:
        return raw
    known = dictionary.content() if codec == PRIMED else None
    parameters = zstandard.ZstdCompressionParameters.from_level(3, window_log=window_log)
    stream = zstandard.ZstdCompressor(dict_data=known, compression_params=parameters).compressobj()
    return stream.compress(raw) + stream.flush()


def _zstd(codec: int, raw: bytes, draw: st.DrawFn) -> bytes:
    return in_one_stream(codec, raw, window_log=draw(st.sampled_from([10, 20, 21, 27])))


codecs = st.sampled_from(CODECS) | st.integers(0, 2**53)
hashes = st.binary(min_size=32, max_size=32)
places = st.tuples(st.integers(0, 2**53) | st.integers(0, 3), hashes)
counts = st.integers(0, 2**53)
names = st.text(max_size=130) | st.sampled_from(["", "hall", "\0", "D1"])


def requests(hall: st.SearchStrategy[str], device: st.SearchStrategy[str], x: st.SearchStrategy[int]) -> (
    st.SearchStrategy[Request]
):
    return st.builds(
        Request, hall, device, x, counts, places, places, places, codecs, counts, st.integers(-(2**53), 2**53),
        st.lists(hashes, max_size=3), st.booleans(),
    )


def head_queries(hall: st.SearchStrategy[str], device: st.SearchStrategy[str], x: st.SearchStrategy[int]) -> (
    st.SearchStrategy[HeadQuery]
):
    return st.builds(HeadQuery, hall, device, x, st.lists(hashes, max_size=3))


def answers(hall: str, device: str, x: int) -> st.SearchStrategy[Answer]:
    exceptions = st.lists(st.tuples(counts, st.text(max_size=128)), max_size=2)
    held = st.lists(st.tuples(hashes, counts, st.sampled_from(["part", "whole", "unknown", "?"])), max_size=2)
    return st.builds(
        Answer, st.just(hall), st.just(device), st.just(x), counts, st.integers(-(2**53), 2**53), places, counts,
        exceptions, places, counts, st.booleans(), held, codecs,
    )
