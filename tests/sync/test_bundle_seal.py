"""A sealed stream: opened by its reader alone, and a byte or a chunk that is not in its place is found."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.bundle_seal import CHUNK, TAG, BundleCut, BundleDamaged, Sealer, opened
from sync.keys import KEY_BYTES, DeviceKeys

READER, OTHER = DeviceKeys.make(), DeviceKeys.make()
CLEAR = b"to the hall"
SEALED_CHUNK = CHUNK + TAG


def sealed(content: bytes, *, last: bool = True) -> bytes:
    out = BytesIO()
    sealer = Sealer(out, READER.box_public, CLEAR)
    for at in range(0, len(content), 10_000):
        sealer.write(content[at : at + 10_000])
    sealer.end(last=last)
    return out.getvalue()


def read(
    raw: bytes, keys: DeviceKeys = READER, clear: bytes = CLEAR, *, last: bool = True, cut: bool = False
) -> bytes:
    return b"".join(opened(BytesIO(raw), keys.box_private, clear, last=last, cut=cut))


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 77])
def test_what_was_sealed_comes_out_again_whatever_its_size(size: int) -> None:
    content = bytes(range(256)) * (size // 256 + 1)
    assert read(sealed(content[:size])) == content[:size]


def test_nobody_else_can_open_it_nor_with_another_beginning_nor_as_another_part() -> None:
    raw = sealed(b"words")
    for wrong in (
        lambda: read(raw, OTHER),
        lambda: read(raw, clear=b"to another hall"),
        lambda: read(raw, last=False),
        lambda: read(sealed(b"words", last=False)),
    ):
        with pytest.raises(BundleDamaged):
            wrong()


@given(st.data())
def test_any_changed_bit_is_found(data: st.DataObject) -> None:
    raw = bytearray(sealed(b"x" * (CHUNK + 500)))
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(BundleDamaged):
        read(bytes(raw))


def until_cut(chunks: Iterator[bytes]) -> Iterator[bytes]:
    with suppress(BundleCut):
        yield from chunks


@given(st.integers(0, KEY_BYTES + 3 * SEALED_CHUNK + 100))
def test_a_cut_is_found_and_what_stood_before_it_is_right(length: int) -> None:
    content = b"".join(bytes([n]) * CHUNK for n in range(3)) + b"end" * 100
    raw = sealed(content)[:length]
    chunks = opened(BytesIO(raw), READER.box_private, CLEAR, last=True, cut=True)
    got = b"".join(until_cut(chunks))
    with pytest.raises(BundleCut):
        read(raw, cut=True)
    assert content.startswith(got)
    assert len(got) <= max(0, length - KEY_BYTES)


@pytest.mark.parametrize("edge", [1, 2, 3])
def test_a_stream_cut_between_two_chunks_is_not_taken_for_whole(edge: int) -> None:
    raw = sealed(b"y" * (3 * CHUNK + 5))[: KEY_BYTES + edge * SEALED_CHUNK]
    with pytest.raises(BundleDamaged):  # even where the file says that it is as long as it was
        read(raw)


def test_chunks_that_changed_places_are_found() -> None:
    raw = sealed(b"a" * CHUNK + b"b" * CHUNK + b"c")
    first, second = (raw[KEY_BYTES + n * SEALED_CHUNK :][:SEALED_CHUNK] for n in (0, 1))
    swapped = raw[:KEY_BYTES] + second + first + raw[KEY_BYTES + 2 * SEALED_CHUNK :]
    without = raw[:KEY_BYTES] + second + raw[KEY_BYTES + 2 * SEALED_CHUNK :]
    for bad in (swapped, without):
        with pytest.raises(BundleDamaged):
            read(bad)


def test_a_key_that_no_writer_makes_is_refused() -> None:
    with pytest.raises(BundleDamaged):
        read(bytes(KEY_BYTES) + sealed(b"words")[KEY_BYTES:])
