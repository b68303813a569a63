"""Sealing a stream to one reader's X25519 key, chunk by chunk, so that a file of any size needs little memory.

The key comes of a one-time key pair of the writer and is bound to the bytes that stand in clear before it; a
chunk's nonce is its place and whether it ends the stream, so a chunk that is missing, moved, changed or cut is found.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from counter_app.domain.errors import CounterError
from sync.keys import KEY_BYTES
from sync.wire import lp

CHUNK = 64 * 1024  # in clear
TAG = 16
LABEL = "counter-bundle/1"
MORE, END, LAST_END = 0, 1, 2
"""How a chunk stands in its stream: more follow; it ends the part; it ends the last part of a bundle."""


class BundleCut(CounterError):
    """The stream ends before its end: the copy was broken off, or the stick was pulled out."""

    def __init__(self) -> None:
        super().__init__("bundle_cut")


class BundleDamaged(CounterError):
    """A byte is not what was written, or it was sealed to another key."""

    def __init__(self) -> None:
        super().__init__("bundle_damaged")


class Sealer:
    """Writes a sealed stream: a one-time public key, then chunks."""

    def __init__(self, out: IO[bytes], reader_public: bytes, clear: bytes) -> None:
        own = X25519PrivateKey.generate()
        public = own.public_key().public_bytes_raw()
        self._cipher = _cipher(own, reader_public, clear, public, reader_public)
        self._out = out
        self._buffer = bytearray()
        self._place = 0
        out.write(public)

    def write(self, data: bytes) -> None:
        """Add to the stream."""
        self._buffer += data
        while len(self._buffer) > CHUNK:  # the one that ends the stream is never empty, unless all is
            self._put(bytes(self._buffer[:CHUNK]), MORE)
            del self._buffer[:CHUNK]

    def end(self, *, last: bool) -> None:
        """Write what is left; nothing may be added after."""
        self._put(bytes(self._buffer), LAST_END if last else END)

    def _put(self, chunk: bytes, standing: int) -> None:
        self._out.write(self._cipher.encrypt(_nonce(self._place, standing), chunk, None))
        self._place += 1


def opened(sealed: IO[bytes], reader_private: bytes, clear: bytes, *, last: bool, cut: bool) -> Iterator[bytes]:
    """The stream's chunks in clear, one at a time; cut: it is known to be shorter than it was written.

    BundleCut, BundleDamaged: what was given until then is right.
    """
    public = sealed.read(KEY_BYTES)
    if len(public) < KEY_BYTES:
        raise BundleCut
    own = X25519PrivateKey.from_private_bytes(reader_private)
    cipher = _cipher(own, public, clear, public, own.public_key().public_bytes_raw())
    place, chunk = 0, sealed.read(CHUNK + TAG)
    while following := sealed.read(CHUNK + TAG):
        yield _open(cipher, place, MORE, chunk)
        place, chunk = place + 1, following
    try:
        end = _open(cipher, place, LAST_END if last else END, chunk)
    except BundleDamaged:
        if cut:
            raise BundleCut from None
        raise
    yield end


def _open(cipher: ChaCha20Poly1305, place: int, standing: int, chunk: bytes) -> bytes:
    try:
        return cipher.decrypt(_nonce(place, standing), chunk, None)
    except InvalidTag:
        raise BundleDamaged from None


def _nonce(place: int, standing: int) -> bytes:
    return place.to_bytes(11, "big") + bytes([standing])


def _cipher(
    own: X25519PrivateKey, other_public: bytes, clear: bytes, one_time_public: bytes, reader_public: bytes
) -> ChaCha20Poly1305:
    try:
        agreed = own.exchange(X25519PublicKey.from_public_bytes(other_public))
    except ValueError:  # a point of small order: no writer makes it
        raise BundleDamaged from None
    info = lp(LABEL, clear, one_time_public, reader_public)
    return ChaCha20Poly1305(HKDF(SHA256(), KEY_BYTES, salt=None, info=info).derive(agreed))
