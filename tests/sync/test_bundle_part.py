"""A part of a bundle: any bytes give a typed error, and none much memory."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from io import BytesIO

import msgspec
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from counter_app.domain.errors import CounterError
from sync.bundle_part import CODEC, TO_DEVICE, TO_HALL, PartReader, PartWriter, Routing, part_in
from sync.bundle_seal import Sealer
from sync.bundle_writing import BundleWriter, Content
from sync.envelope import ZSTD, DeviceBundle
from sync.frame_stream import LENGTH_BYTES, MOST_EVENT_BYTES
from sync.frames import AttachmentFrame, Frame, encoded, event_frame
from sync.keys import DeviceKeys
from sync.wire import BUNDLE, MAX_FRAMES, signed

HALL, DEVICE = DeviceKeys.make(), DeviceKeys.make()
ROUTING = Routing(TO_HALL, "H-1", "QX03-01", 1_763_769_600_000, 1)
PLACE = (0, bytes(32))
START = signed(DeviceBundle("H-1", "QX03-01", ROUTING.made_ms, 1, 1, PLACE, PLACE, PLACE, CODEC), BUNDLE, DEVICE)


def piece(n: int, size: int = 60_000) -> AttachmentFrame:
    return AttachmentFrame(bytes([n]) * 32, size, 0, random.Random(n).randbytes(size))


def written(*frames: Frame, last: bool = True) -> bytes:
    file = BytesIO()
    part = PartWriter(file, ROUTING, HALL.box_public, START)
    for frame in frames:
        part.write(frame, len(encoded(frame)))
    assert part.end(last=last) == len(file.getvalue())
    return file.getvalue()


def read(raw: bytes) -> list[Frame]:
    reader = PartReader(part_in(BytesIO(raw)), HALL.box_private)
    envelope = reader.envelope().decode(DeviceBundle)
    return list(reader.frames(envelope.codec))


def code_of(do: Callable[[], object]) -> str:
    try:
        do()
    except CounterError as error:
        return error.code
    return ""


def test_frames_of_many_requests_length_lie_in_one_part() -> None:
    frames = [*(piece(n) for n in range(100)), *(piece(n % 256, 50) for n in range(2 * MAX_FRAMES))]
    raw = written(*frames, last=False)
    part = part_in(BytesIO(raw))
    assert (part.routing, part.last, part.cut) == (ROUTING, False, False)
    assert read(raw) == frames


def test_a_cut_file_is_known_as_such_at_once() -> None:
    raw = written(piece(1))
    assert part_in(BytesIO(raw[:-1])).cut
    assert not part_in(BytesIO(raw)).cut


@given(st.binary(max_size=300))
def test_any_bytes_give_a_typed_error(raw: bytes) -> None:
    for content in (raw, b"CTB\x01" + raw, written()[: len(raw)] + raw):
        assert code_of(partial(read, content)) in (
            "not_a_bundle", "bundle_newer", "bundle_cut", "bundle_damaged", "bundle_unsigned"
        )


@given(st.binary(max_size=2000))
def test_any_sealed_content_gives_a_typed_error(content: bytes) -> None:
    for inner in (content, START + content):
        file = around(inner)
        assert code_of(partial(read, file)) in ("", "bundle_damaged", "bundle_unsigned", "bundle_newer")


def around(content: bytes) -> bytes:
    """A part whose sealed content is anything."""
    whole = written()
    clear = msgspec.msgpack.encode(ROUTING)
    file = BytesIO()
    sealer = Sealer(file, HALL.box_public, clear)
    sealer.write(content)
    sealer.end(last=True)
    return whole[: whole.index(clear) + len(clear)] + file.getvalue()


def test_a_bomb_is_refused_before_it_fills_the_memory() -> None:
    start = signed(DeviceBundle("H-1", "QX03-01", ROUTING.made_ms, 1, 1, PLACE, PLACE, PLACE, ZSTD), BUNDLE, DEVICE)
    one = encoded(AttachmentFrame(bytes(32), 2**30, 0, bytes(60_000)))
    raw = (len(one).to_bytes(LENGTH_BYTES, "big") + one) * 2000  # 120 MB of nothing
    bomb = zstandard.ZstdCompressor(level=19).compress(raw)
    assert len(bomb) < 20_000
    assert code_of(lambda: read(around(start + bomb))) == "bundle_unsigned"


def test_parts_are_begun_anew_before_events_fill_the_readers_memory() -> None:
    big = [(b"k", random.Random(n).randbytes(60_000)) for n in range(16)]
    frames = [event_frame(DEVICE, "H-1", "QX03-01", 1 + n * 16, big, bytes(32)) for n in range(20)]
    files: list[BytesIO] = []

    class Kept:
        def __enter__(self) -> BytesIO:
            files.append(BytesIO())
            return files[-1]

        def __exit__(self, *_: object) -> None: ...

    writer = BundleWriter(lambda _: ROUTING, HALL.box_public, lambda _part, _first: START, lambda _: Kept(), 2**30)
    parts = list(writer.write(frames, lambda _done: None))
    assert [part.content for part in parts] == [Content(17 * 16, 1, 17 * 16), Content(3 * 16, 17 * 16 + 1, 320)]
    assert MOST_EVENT_BYTES // (16 * 60_000) == 17
    back = [frame for file in files for frame in read(file.getvalue())]
    assert back == frames


def test_a_direction_that_there_is_not_is_no_bundle() -> None:
    assert {TO_HALL, TO_DEVICE} == {1, 2}
    clear = msgspec.msgpack.encode([3, "H-1", "QX03-01", 0, 1])
    raw = b"CTB\x01" + bytes(9) + len(clear).to_bytes(2, "big") + clear
    assert code_of(lambda: part_in(BytesIO(raw))) == "not_a_bundle"


@pytest.mark.parametrize(
    ("length", "code"), [(0, "not_a_bundle"), (3, "not_a_bundle"), *((n, "bundle_cut") for n in (4, 5, 13, 14, 20))]
)
def test_a_beginning_alone_is_cut(length: int, code: str) -> None:
    assert code_of(lambda: part_in(BytesIO(written()[:length]))) == code
