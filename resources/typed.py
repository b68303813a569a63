"""What packed bytes and plain values are read into, safe to use from several threads at once. Usage:

_unpack = unpacker(Case)                 # msgpack, for what is read often
case = _unpack.decode(body)
agency = from_plain(record, Agency)      # dicts and lists, as of TOML or YAML

msgspec (seen with 0.22) shows other threads what it has learned of a type before it has learned all of it: two threads
that read a type for the first time together end the process with a segmentation fault. Here types are learned one at
a time, so nothing else in the program makes typed decoders of its own.
"""

from __future__ import annotations

from threading import RLock
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")

_learning = RLock()
_unpackers: dict[Any, msgspec.msgpack.Decoder[Any]] = {}


def unpacker(kind: type[T]) -> msgspec.msgpack.Decoder[T]:
    """The one decoder of msgpack into that type; its `decode` raises msgspec.DecodeError."""
    known = _unpackers.get(kind)
    if known is None:
        with _learning:
            known = _unpackers.setdefault(kind, msgspec.msgpack.Decoder(kind))
    return known


def from_plain(content: object, kind: type[T]) -> T:
    """Dicts, lists and plain values as that type; msgspec.ValidationError tells the path of what is wrong."""
    unpacker(kind)
    return msgspec.convert(content, kind)


def from_json(content: bytes | str, kind: type[T]) -> T:
    """JSON as that type; msgspec.DecodeError."""
    unpacker(kind)
    return msgspec.json.decode(content, type=kind)
