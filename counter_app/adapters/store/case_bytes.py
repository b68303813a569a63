"""A projected case as bytes: the same case always gives the same bytes, so that a rebuild can be compared."""

from __future__ import annotations

import msgspec

from counter_app.domain.case import Case
from counter_app.domain.dossiers import Dossier
from counter_app.domain.entrustment import Entrustment
from resources.typed import unpacker

_encoder = msgspec.msgpack.Encoder(order="sorted")
_decoder = unpacker(Case)
_entrustments = unpacker(Entrustment)


def to_bytes(case: Dossier) -> bytes:
    """msgpack with sorted keys."""
    return _encoder.encode(case)


def from_bytes(body: bytes) -> Case:
    """The case of `to_bytes`."""
    return _decoder.decode(body)


def entrustment_from_bytes(body: bytes) -> Entrustment:
    """The entrustment of `to_bytes`."""
    return _entrustments.decode(body)
