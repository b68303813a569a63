"""Signing and verifying the codes of `domain/receipt_codes`, with the schemes that there are.

Station and hall make the same statement of the same event, so nothing of it travels; the hall signs the root over many
at once (`sync/hall/second_stage.py`), and each paper carries the way from its own leaf.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from counter_app.domain.events import Event
from counter_app.domain.identifiers import EventId
from counter_app.domain.notice import NoticeKind
from counter_app.domain.receipt_codes import (
    BY_DEVICE,
    DRIFT_S,
    KEY_ID_BYTES,
    NODE_BYTES,
    TAKEN_BYTES,
    HallWord,
    SignedCode,
    Statement,
    read_code,
    scheme_of,
)
from sync.wire import Signer, lp, verified


@dataclass(frozen=True, slots=True)
class Scheme:
    """How signatures of a kind are checked, and how long they are. Another kind (SM2) is another row of SCHEMES."""

    signature_bytes: int
    verifies: Callable[[bytes, bytes, bytes], bool]  # public key, signature, data


ED25519 = "E1"
SCHEMES = {ED25519: Scheme(64, verified)}


class SchemeUnknown(ValueError):
    """The code names a scheme that this program does not have."""


def read(text: str) -> SignedCode:
    """The code of a cleaned text. SchemeUnknown; CodeOfNobody, CodeDamaged."""
    scheme = SCHEMES.get(scheme_of(text))
    if scheme is None:
        raise SchemeUnknown
    return read_code(text, scheme.signature_bytes)


def key_id(public_key: bytes) -> bytes:
    """By what a code names the key that signed it."""
    return hashlib.sha256(public_key).digest()[:KEY_ID_BYTES]


def taken_hash(event: EventId, public: bytes, c: bytes) -> bytes:
    """What was taken, as a hash: the event that says so, with the commitment c to its private part.

    c is keyed by e(n), which only those have who have the event: without it nobody can try names and numbers against
    the hash, and with event and c, which stay after an erasure, anybody can compare.
    """
    part = lp("counter-taken/1", event.device, event.seq, hashlib.sha256(public).digest(), c)
    return hashlib.sha256(part).digest()[:TAKEN_BYTES]


def statement_of(event: Event, kind: NoticeKind, taken: bytes, public_key: bytes) -> Statement:
    """What the holder of that key says by a paper that this event of a case issued."""
    assert event.case is not None, "only papers of cases bear a code"
    offset_ms = event.clock.offset_ms
    uncertain_s = None if offset_ms is None else -(-abs(offset_ms) // 1000) + DRIFT_S
    return Statement(kind, event.case, key_id(public_key), taken, event.at_ms // 1000, uncertain_s)


def signed_by_device(statement: Statement, hall_id: str, signer: Signer, scheme: str = ED25519) -> SignedCode:
    """The first stage. The same statement and key give the same code."""
    return SignedCode(scheme, statement, signer.sign(_said(statement, hall_id, scheme)))


def is_by_device(code: SignedCode, hall_id: str, public_key: bytes) -> bool:
    """Whether that device of that hall's county signed the first stage."""
    said = _said(code.statement, hall_id, code.scheme)
    return SCHEMES[code.scheme].verifies(public_key, code.signature, said)


@dataclass(frozen=True, slots=True)
class Root:
    """What the hall signs for many acceptances at once: the root over their leaves, and when."""

    root: bytes
    at_s: int
    signature: bytes


def signed_by_hall(
    statements: Sequence[Statement], hall_id: str, at_s: int, signer: Signer, scheme: str = ED25519
) -> Root:
    """The second stage of these statements, in this order."""
    root = _levels(statements, hall_id, scheme)[-1][0]
    return Root(root, at_s, signer.sign(_sealed(root, at_s, hall_id, scheme)))


def with_second_stage(
    statements: Sequence[Statement], hall_id: str, at_s: int, signature: bytes, scheme: str = ED25519
) -> list[SignedCode]:
    """The codes of these statements under the hall's signature over them all."""
    levels = _levels(statements, hall_id, scheme)
    return [
        SignedCode(scheme, statement, signature, HallWord(at_s, place, tuple(_steps(levels, place))))
        for place, statement in enumerate(statements)
    ]


def is_by_hall(code: SignedCode, hall_id: str, public_key: bytes) -> bool:
    """Whether the hall signed the second stage of the code."""
    word = code.hall
    if word is None:
        return False
    node = _leaf(code.statement, word.place, hall_id, code.scheme)
    for height, step in enumerate(word.steps):
        is_right = word.place >> height & 1
        node = _node(step, node) if is_right else _node(node, step)
    said = _sealed(node, word.at_s, hall_id, code.scheme)
    return SCHEMES[code.scheme].verifies(public_key, code.signature, said)


def _said(statement: Statement, hall_id: str, scheme: str) -> bytes:
    return lp("counter-receipt/1", scheme, hall_id, str(statement.case), statement.to_bytes(BY_DEVICE))


def _sealed(root: bytes, at_s: int, hall_id: str, scheme: str) -> bytes:
    return lp("counter-accepted/1", scheme, hall_id, root, at_s)


def _leaf(statement: Statement, place: int, hall_id: str, scheme: str) -> bytes:
    """With its place: beside a node that was doubled to fill its level, left and right would be the same."""
    return hashlib.sha256(bytes((0, place)) + _said(statement, hall_id, scheme)).digest()[:NODE_BYTES]


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()[:NODE_BYTES]


def _levels(statements: Sequence[Statement], hall_id: str, scheme: str) -> list[list[bytes]]:
    """Leaves, and each level above them up to the root. An odd level is filled up with its last node."""
    level = [_leaf(statement, place, hall_id, scheme) for place, statement in enumerate(statements)]
    levels = [level]
    while len(level) > 1:
        if len(level) % 2:
            level.append(level[-1])
        level = [_node(*pair) for pair in _pairs(level)]
        levels.append(level)
    return levels


def _pairs(level: Sequence[bytes]) -> Iterable[tuple[bytes, bytes]]:
    return zip(level[::2], level[1::2], strict=True)


def _steps(levels: Sequence[Sequence[bytes]], place: int) -> Iterable[bytes]:
    """What stands beside the way from a leaf to the root."""
    for height, level in enumerate(levels[:-1]):
        yield level[place >> height ^ 1]
