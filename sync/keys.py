"""Keys of a device and of the hall, the fingerprint, and the one-time enrolment code (sync design section 10)."""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from counter_app.domain.errors import InvalidInput
from sync.wire import lp

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O, U
RANDOM_LENGTH = 12  # 60 bits
FINGERPRINT_LENGTH = 8
GROUP = 4
KEY_BYTES = 32

_MISREAD = str.maketrans("OILU", "011V")


@dataclass(frozen=True, repr=False)
class DeviceKeys:
    """The two key pairs of a device, or of the hall: Ed25519 to sign, X25519 to agree on keys and open bags."""

    sign_private: bytes
    box_private: bytes

    @classmethod
    def make(cls) -> DeviceKeys:
        """New random keys."""
        return cls(
            Ed25519PrivateKey.generate().private_bytes_raw(), X25519PrivateKey.generate().private_bytes_raw()
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> DeviceKeys:
        """The keys that to_bytes gave; InvalidInput keys_not_whole."""
        if len(data) != 2 * KEY_BYTES:
            raise InvalidInput("keys_not_whole")
        return cls(data[:KEY_BYTES], data[KEY_BYTES:])

    def to_bytes(self) -> bytes:
        """64 bytes, secret: for the system keyring or a sealed key file, nowhere else."""
        return self.sign_private + self.box_private

    @property
    def sign_public(self) -> bytes:
        return Ed25519PrivateKey.from_private_bytes(self.sign_private).public_key().public_bytes_raw()

    @property
    def box_public(self) -> bytes:
        return public_of(self.box_private)

    def sign(self, data: bytes) -> bytes:
        """The Ed25519 signature over data, 64 bytes."""
        return Ed25519PrivateKey.from_private_bytes(self.sign_private).sign(data)


def fingerprint(hall_sign_public: bytes) -> str:
    """8 characters (40 bits) that stand for the hall's key in an enrolment code."""
    digest = hashlib.sha256(lp("counter-fingerprint/1", hall_sign_public)).digest()
    bits = int.from_bytes(digest[:5], "big")
    return "".join(ALPHABET[bits >> 5 * place & 31] for place in reversed(range(FINGERPRINT_LENGTH)))


def new_enrolment_code(hall_sign_public: bytes) -> str:
    """A one-time code, without hyphens: 12 random characters and the hall's fingerprint."""
    return "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_LENGTH)) + fingerprint(hall_sign_public)


def grouped(code: str) -> str:
    """The code as it is read aloud and printed: groups of four."""
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def enrolment_code(text: str) -> str:
    """The code somebody typed, without hyphens; small letters, full width, spaces, O for 0 and I or L for 1 are taken.

    InvalidInput enrolment_code_unreadable, with the number of characters that are there and that belong there.
    """
    plain = unicodedata.normalize("NFKC", text).upper()
    code = re.sub(r"[\s\-\u2010-\u2015\u2212_.]", "", plain).translate(_MISREAD)
    length = RANDOM_LENGTH + FINGERPRINT_LENGTH
    if len(code) != length or any(character not in ALPHABET for character in code):
        raise InvalidInput("enrolment_code_unreadable", characters=len(code), expected=length)
    return code


def fingerprint_in(code: str) -> str:
    """The fingerprint at the end of an enrolment code as enrolment_code gives it."""
    return code[-FINGERPRINT_LENGTH:]


def new_ratchet_private() -> bytes:
    """A one-time X25519 key for k(1): once both sides have k(1) and this is forgotten, k(1) cannot be found again."""
    return X25519PrivateKey.generate().private_bytes_raw()


def public_of(private: bytes) -> bytes:
    """The public key of an X25519 private key."""
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def first_ratchet_key(own_box_private: bytes, other_box_public: bytes, hall_id: str, device: str) -> bytes:
    """k(1) of a device's journal, the same on both sides; nothing of it travels.

    The device's key of the two is its one-time key, never its box key: that one stays, and with the
    hall's public key it would give k(1), and so every e(n) of an erased event, again.
    InvalidInput box_key_weak for a public key that gives no secret.
    """
    own = X25519PrivateKey.from_private_bytes(own_box_private)
    try:
        shared = own.exchange(X25519PublicKey.from_public_bytes(other_box_public))
    except ValueError:
        raise InvalidInput("box_key_weak") from None
    pair = sorted((own.public_key().public_bytes_raw(), other_box_public))
    info = lp("counter-ratchet/1", hall_id, device, *pair)
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(shared)
