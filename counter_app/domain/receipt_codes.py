"""The signed code on receipts and acceptances (two-stage receipt): what is in it, and how it is written as text.

`SQE1-QX03-01-0318-6-<letters>`: the marker SQ with the two characters of the signature scheme, the local number in
clear for people and scanners, then the statement and its signature in base 32. Only digits, capital letters and
hyphens: a QR code takes them in its alphanumeric mode, and a keyboard-wedge scanner types them the same under any
input method. Nothing of the person stands in it: `taken` is a hash over a commitment whose key never leaves the
journals.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from counter_app.domain.errors import InvalidInput
from counter_app.domain.identifiers import CaseId
from counter_app.domain.notice import NoticeKind

MARKER = "SQ"
KEY_ID_BYTES, TAKEN_BYTES, NODE_BYTES = 6, 16, 16
MOST_STEPS = 5  # of the way from a leaf to the hall's root: 32 acceptances a signature
DRIFT_S = 120  # what a clock may be off beside its known offset (sync design section 9 takes less for no doubt)
LONGEST_TEXT = 1024  # characters that are looked at; a code has 400 at most

_KINDS = (NoticeKind.RECEIPT, NoticeKind.RECEIPT_SUPPLEMENT, NoticeKind.ACCEPTANCE, NoticeKind.TOLERANT_ACCEPTANCE)
ACCEPTANCES = frozenset({NoticeKind.ACCEPTANCE, NoticeKind.TOLERANT_ACCEPTANCE})
_EPOCH_S = 1_577_836_800  # 2020-01-01 UTC
_MOST_S = 2**24 - 2
_UNKNOWN_S = 2**24 - 1
_STATEMENT_BYTES = 1 + 1 + KEY_ID_BYTES + 4 + 3 + TAKEN_BYTES

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's, as in enrolment codes
_VALUES = {character: value for value, character in enumerate(_ALPHABET)}
_FORM = re.compile(rf"{MARKER}([A-Z0-9]{{2}})-([A-Z0-9-]+)-([{_ALPHABET}]+)")
_MARKED = re.compile(rf"{MARKER}([A-Z0-9]{{2}})-")
_OLD = re.compile(r"本地编号 (\S+) 查询码 \d+")  # the code of papers printed before codes were signed
BY_DEVICE, BY_HALL = 1, 2  # the two stages


class CodeDamaged(InvalidInput):
    """Text that begins like a signed code and is none: cut off, or changed. reason: `form`, `length`, `number`."""


class CodeOfNobody(InvalidInput):
    """Text that is no code of this program (`not_ours`), or an unsigned one of an older version (`unsigned`)."""


def is_signed_kind(kind: str) -> bool:
    """Whether papers of this kind carry a signed code."""
    return kind in _KINDS


@dataclass(frozen=True, slots=True)
class Statement:
    """What is signed: this device took these papers in, or accepted them, at that time.

    key: the first bytes of the SHA-256 of the device's public key; taken: see `sync/receipts.taken_hash`; at_s in s
    UTC by the device's clock, as on the paper; uncertain_s: by how much the hall's clock may differ, None where the
    device had never heard it.
    """

    kind: NoticeKind
    case: CaseId
    key: bytes
    taken: bytes
    at_s: int
    uncertain_s: int | None

    def to_bytes(self, stage: int) -> bytes:
        """31 bytes; the case is not among them, it stands in clear."""
        parts = (
            bytes((stage, _KINDS.index(self.kind) + 1)),
            self.key,
            max(0, min(self.at_s - _EPOCH_S, 2**32 - 1)).to_bytes(4, "big"),
            (_UNKNOWN_S if self.uncertain_s is None else min(self.uncertain_s, _MOST_S)).to_bytes(3, "big"),
            self.taken,
        )
        return b"".join(parts)


@dataclass(frozen=True, slots=True)
class HallWord:
    """The second stage: when the hall signed, and the way from this statement's leaf to the root that it signed."""

    at_s: int
    place: int
    steps: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class SignedCode:
    """A code as read. signature is the device's, or with hall the hall's."""

    scheme: str
    statement: Statement
    signature: bytes
    hall: HallWord | None = None

    def to_text(self) -> str:
        """The one text that this code has."""
        if self.hall is None:
            body = self.statement.to_bytes(BY_DEVICE)
        else:
            body = self.statement.to_bytes(BY_HALL) + _word_bytes(self.hall)
        return f"{MARKER}{self.scheme}-{self.statement.case}-{_letters(body + self.signature)}"


def is_marked(given: str) -> bool:
    """Whether the text says of itself that it is a signed code."""
    return _MARKED.match(clean(given)) is not None


def clean(given: str) -> str:
    """The text without what surrounds it; all small letters are those of a gun under Caps Lock. One is a change."""
    text = given.strip()[: LONGEST_TEXT + 1]
    return text if any(character.isupper() for character in text) else text.upper()


def scheme_of(text: str) -> str:
    """The scheme that a signed code names. CodeOfNobody, with `case` where an old code names its number."""
    marked = _MARKED.match(text)
    if marked is not None:
        return marked[1]
    old = _OLD.fullmatch(text)
    if old is not None:
        raise CodeOfNobody("receipt_code_unsigned", local_no=old[1][:80])
    raise CodeOfNobody("receipt_code_not_ours")


def read_code(text: str, signature_bytes: int) -> SignedCode:
    """The code of a text whose scheme is known. CodeDamaged for whatever is not exactly such a text."""
    found = _FORM.fullmatch(text)
    if found is None:
        raise CodeDamaged("receipt_code_damaged", reason="form")
    scheme, number, letters = found.groups()
    body = _bytes_of(letters)
    signed, signature = body[:-signature_bytes], body[-signature_bytes:]
    statement, rest = signed[:_STATEMENT_BYTES], signed[_STATEMENT_BYTES:]
    if len(statement) < _STATEMENT_BYTES or len(signature) < signature_bytes:
        raise CodeDamaged("receipt_code_damaged", reason="length")
    code = SignedCode(scheme, _statement(statement, _case(number)), signature, _word(statement[0], rest))
    if code.to_text() != text:
        raise CodeDamaged("receipt_code_damaged", reason="form")
    return code


def _statement(raw: bytes, case: CaseId) -> Statement:
    kind, key, rest = raw[1], raw[2 : 2 + KEY_ID_BYTES], raw[2 + KEY_ID_BYTES :]
    if not 1 <= kind <= len(_KINDS):
        raise CodeDamaged("receipt_code_damaged", reason="form")
    uncertain = int.from_bytes(rest[4:7], "big")
    at_s = int.from_bytes(rest[:4], "big") + _EPOCH_S
    return Statement(_KINDS[kind - 1], case, key, rest[7:], at_s, None if uncertain == _UNKNOWN_S else uncertain)


def _word(stage: int, rest: bytes) -> HallWord | None:
    if stage == BY_DEVICE and not rest:
        return None
    if stage != BY_HALL or len(rest) < 6:
        raise CodeDamaged("receipt_code_damaged", reason="length")
    count, place, nodes = rest[4], rest[5], rest[6:]
    if count > MOST_STEPS or place >= 2**count or len(nodes) != count * NODE_BYTES:
        raise CodeDamaged("receipt_code_damaged", reason="length")
    steps = (nodes[at : at + NODE_BYTES] for at in range(0, len(nodes), NODE_BYTES))
    return HallWord(int.from_bytes(rest[:4], "big") + _EPOCH_S, place, tuple(steps))


def _word_bytes(word: HallWord) -> bytes:
    head = max(0, min(word.at_s - _EPOCH_S, 2**32 - 1)).to_bytes(4, "big")
    return head + bytes((len(word.steps), word.place)) + b"".join(word.steps)


def _case(number: str) -> CaseId:
    try:
        return CaseId.parse(number)
    except InvalidInput:
        raise CodeDamaged("receipt_code_damaged", reason="number") from None


def _letters(body: bytes) -> str:
    filling = -len(body) * 8 % 5
    bits = int.from_bytes(body, "big") << filling
    count = (len(body) * 8 + filling) // 5
    return "".join(_ALPHABET[bits >> 5 * place & 31] for place in reversed(range(count)))


def _bytes_of(letters: str) -> bytes:
    """Left-over bits are dropped here: that the text is the one its bytes have is seen afterwards."""
    bits = 0
    for character in letters:
        bits = bits << 5 | _VALUES[character]
    size, left_over = divmod(len(letters) * 5, 8)
    return (bits >> left_over).to_bytes(size, "big")
