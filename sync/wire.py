"""A message on the wire: protocol byte, signed envelope, frames; its limits and its errors (PROTOCOL.md)."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol, TypeVar

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from counter_app.domain.errors import CounterError
from resources.typed import unpacker

T = TypeVar("T", bound=msgspec.Struct)

PROTOCOL = 1
CONTENT_TYPE = "application/vnd.counter"
MAX_ENVELOPE = 256 * 1024
MAX_FRAME = 1024 * 1024
MAX_MESSAGE = 4 * 1024 * 1024  # unpacked, without the envelope
MAX_FRAMES = 1024  # of a message: each costs the hall a transaction
PREFIX_BYTES = 5  # protocol byte and length of the envelope
SIGNATURE_BYTES = 64

EXCHANGE, HEAD, ENROL, ANSWER, ENROLLED = "exchange/1", "head/1", "enrol/1", "answer/1", "enrolled/1"
BUNDLE, BUNDLE_ANSWER = "bundle/1", "bundle-answer/1"

HTTP_STATUS: dict[str, HTTPStatus] = {
    "malformed": HTTPStatus.BAD_REQUEST,
    "unauthorised": HTTPStatus.UNAUTHORIZED,
    "revoked": HTTPStatus.FORBIDDEN,
    "code_unknown": HTTPStatus.NOT_FOUND,
    "behind": HTTPStatus.CONFLICT,
    "fork": HTTPStatus.CONFLICT,
    "gap": HTTPStatus.CONFLICT,
    "stale": HTTPStatus.CONFLICT,
    "code_used": HTTPStatus.CONFLICT,
    "code_expired": HTTPStatus.GONE,
    "too_big": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "mismatch": HTTPStatus.UNPROCESSABLE_ENTITY,
    "too_new": HTTPStatus.UPGRADE_REQUIRED,
    "busy": HTTPStatus.SERVICE_UNAVAILABLE,
}
"""Every error an answer of the hall can carry. `not_the_hall` and the link's own faults are made by the client."""


class WireError(CounterError):
    """One of the typed errors of the exchange, found while reading what the other side sent."""


class Signer(Protocol):
    """A private key that signs."""

    def sign(self, data: bytes) -> bytes: ...


class Verifier(Protocol):
    """A public key of another kind than Ed25519's 32 bytes, that knows itself how to verify."""

    def verifies(self, signature: bytes, data: bytes) -> bool: ...


_LENGTH = struct.Struct(">I").pack


def lp(*parts: str | bytes | int) -> bytes:
    """The parts one after another, each with its length in 4 bytes: what signatures and key derivations run over."""
    made: list[bytes] = []
    for part in parts:
        raw = _part(part)
        made += (_LENGTH(len(raw)), raw)
    return b"".join(made)


def _part(part: str | bytes | int) -> bytes:
    if isinstance(part, int):
        return part.to_bytes(8, "big")
    return part.encode() if isinstance(part, str) else part


def verified(public_key: bytes | Verifier, signature: bytes, data: bytes) -> bool:
    """Whether the Ed25519 signature over data is by that key; a key or signature of wrong form is simply not."""
    if not isinstance(public_key, bytes):
        return public_key.verifies(signature, data)
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


@dataclass(frozen=True, slots=True)
class SignedEnvelope:
    """The signed beginning of a message: not yet decoded, not yet verified."""

    envelope: bytes
    signature: bytes

    def is_by(self, public_key: bytes, label: str) -> bool:
        return verified(public_key, self.signature, lp(label, self.envelope))

    def decode(self, kind: type[T]) -> T:
        """The envelope as that struct; WireError malformed."""
        try:
            return unpacker(kind).decode(self.envelope)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise WireError("malformed", part="envelope") from None


def signed(envelope: msgspec.Struct, label: str, signer: Signer) -> bytes:
    """Protocol byte, length, envelope and signature; frames follow."""
    packed = msgspec.msgpack.encode(envelope)
    return bytes([PROTOCOL]) + len(packed).to_bytes(4, "big") + packed + signer.sign(lp(label, packed))


class EnvelopeReader:
    """Takes a message's bytes as they come, until its envelope is whole; what lies behind it is left over."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, chunk: bytes) -> SignedEnvelope | None:
        """The envelope once it is whole. WireError too_new, too_big: nothing more is buffered then."""
        self._buffer += chunk
        if self._buffer and self._buffer[0] > PROTOCOL:
            raise WireError("too_new", protocol=self._buffer[0])
        if self._buffer and self._buffer[0] < PROTOCOL:
            raise WireError("malformed", part="protocol")
        if len(self._buffer) < PREFIX_BYTES:
            return None
        length = int.from_bytes(self._buffer[1:PREFIX_BYTES], "big")
        if length > MAX_ENVELOPE:
            raise WireError("too_big", part="envelope")
        end = PREFIX_BYTES + length
        if len(self._buffer) < end + SIGNATURE_BYTES:
            return None
        found = SignedEnvelope(bytes(self._buffer[PREFIX_BYTES:end]), bytes(self._buffer[end : end + SIGNATURE_BYTES]))
        self._buffer = self._buffer[end + SIGNATURE_BYTES :]
        return found

    def rest(self) -> bytes:
        """What came behind the envelope: the beginning of the frames."""
        return bytes(self._buffer)
