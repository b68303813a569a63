"""What both sides know before the first frame of codec PRIMED: dictionary 1, shipped with the program.

A file of two parts in one zstd frame: events in columns, which prime the tree of places, and what primes zstd itself.
A dictionary is never changed once it was shipped; a better one is a new file and a new codec. `train_dictionary.py`
in `installer/` makes it.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

import msgspec
import zstandard

from resources.typed import unpacker
from sync.column_packer import Packer
from sync.column_tree import Pair, Tree
from sync.column_unpacker import Unpacker
from sync.wire import MAX_MESSAGE

FILE = "1.dict"
_packed = msgspec.msgpack.Encoder().encode
_parts = unpacker(tuple[bytes, bytes])


def packing() -> Tree:
    """A tree for a Packer, of its own."""
    return _packing().copy()


def unpacking() -> Tree:
    """A tree for an Unpacker, of its own."""
    return _unpacking().copy()


@cache
def content() -> zstandard.ZstdCompressionDict:
    """What zstd knows beforehand."""
    return zstandard.ZstdCompressionDict(_file()[1])


def written(events: list[Pair], known_to_zstd: bytes) -> bytes:
    """The file of a dictionary."""
    return zstandard.ZstdCompressor(level=19).compress(_packed((Packer().pack(events), known_to_zstd)))


@cache
def _file() -> tuple[bytes, bytes]:
    packed = (resources.files("sync") / "dictionaries" / FILE).read_bytes()
    return _parts.decode(zstandard.ZstdDecompressor().decompress(packed, max_output_size=MAX_MESSAGE))


@cache
def _unpacked() -> tuple[Unpacker, list[Pair]]:
    unpacker = Unpacker()
    return unpacker, unpacker.unpack(_file()[0], MAX_MESSAGE)


@cache
def _unpacking() -> Tree:
    return _unpacked()[0].tree


@cache
def _packing() -> Tree:
    packer = Packer()
    packer.pack(_unpacked()[1])
    return packer.tree
