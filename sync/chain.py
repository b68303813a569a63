"""The hash chain of a journal, its commitments and their ratchet (sync design section 1).

h(n) = SHA-256(h(n-1) || SHA-256(public) || c(n)) and c(n) = HMAC-SHA-256(e(n), private).
Both sides compute e(n) from k(n), so no key travels; once e(n) and the private
part are erased the chain still verifies and the commitment cannot be guessed back.
"""

from __future__ import annotations

import hashlib
import hmac

from sync.wire import lp


def genesis(hall_id: str, device: str, device_public_key: bytes) -> bytes:
    """h(0) of a device's journal: binds it to one hall, one device, one key."""
    return hashlib.sha256(lp("counter-journal/1", hall_id, device, device_public_key)).digest()


def next_head(head: bytes, public: bytes, c: bytes) -> bytes:
    """h(n) from h(n-1), the public bytes and the commitment to the private ones."""
    return hashlib.sha256(head + hashlib.sha256(public).digest() + c).digest()


def commitment(e: bytes, private: bytes) -> bytes:
    """c(n)."""
    return hmac.digest(e, private, "sha256")


def event_key(k: bytes) -> bytes:
    """e(n) from k(n)."""
    return hmac.digest(k, b"event", "sha256")


def next_key(k: bytes) -> bytes:
    """k(n+1) from k(n); the way back does not exist."""
    return hmac.digest(k, b"next", "sha256")
