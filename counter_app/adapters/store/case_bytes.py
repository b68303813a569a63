"""A projected case as bytes: the same case always gives the same bytes, so that a rebuild can be compared."""

from __future__ import annotations

import msgspec

from counter_app.domain.case import Case

_encoder = msgspec.msgpack.Encoder(order="sorted")
_decoder = msgspec.msgpack.Decoder(Case)


def to_bytes(case: Case) -> bytes:
    """msgpack with sorted keys."""
    return _encoder.encode(case)


def from_bytes(body: bytes) -> Case:
    """The case of `to_bytes`."""
    return _decoder.decode(body)
