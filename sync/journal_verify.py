"""Whether a journal still is what it was: names every row that was changed or removed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, select

from sync import chain
from sync.journal import rows
from sync.journal_rules import Row
from sync.journal_tables import journal_ratchet

PUBLIC_CHANGED, HASH_CHANGED, COMMITMENT_CHANGED, PRIVATE_CHANGED = (
    "public_changed",
    "hash_changed",
    "commitment_changed",
    "private_changed",
)
MISSING, PRIVATE_MISSING, BEYOND_HEAD, HEAD_CHANGED = ("missing", "private_missing", "beyond_head", "head_changed")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong at one place: seq, or seq..last for rows that are missing. seq 0: the journal's own record."""

    device: str
    seq: int
    what: str
    last: int | None = None

    def __str__(self) -> str:
        """As `counter verify` lists it: `QX03-01 17: public_changed`, `QX03-01 17-19: missing`."""
        return f"{self.device} {self.seq}{f'-{self.last}' if self.last not in (None, self.seq) else ''}: {self.what}"


def verify(conn: Connection, device: str) -> list[Problem]:
    """Every problem of the device's journal, oldest first; empty if it is whole."""
    record = conn.execute(select(journal_ratchet).where(journal_ratchet.c.device == device)).first()
    if record is None:
        return [Problem(device, 0, MISSING)]
    h0 = chain.genesis(record.hall, device, bytes(record.device_key))
    found = [] if h0 == bytes(record.h0) else [Problem(device, 0, HASH_CHANGED)]
    return found + list(_walk(rows(conn, device), device, h0, record.seq, bytes(record.h)))


def _walk(events: Iterator[Row], device: str, h0: bytes, head_seq: int, head_h: bytes) -> Iterator[Problem]:
    """Looks at each row with the one before and the one behind it, so that a change is named once."""
    before: bytes | None = h0  # h of the row before, as it must have been; None behind a gap
    expected = 1
    row = next(events, None)
    while row is not None:
        following = next(events, None)
        if row.seq > expected:
            yield Problem(device, expected, MISSING, row.seq - 1)
            before = None
        if row.seq > head_seq:
            yield Problem(device, row.seq, BEYOND_HEAD)
        what, before = _judged(row, before, following, head_h if row.seq == head_seq else None)
        if what:
            yield Problem(device, row.seq, what)
        expected, row = row.seq + 1, following
    if expected <= head_seq:
        yield Problem(device, expected, MISSING, head_seq)
    elif expected == head_seq + 1 and before not in (None, head_h):
        yield Problem(device, head_seq, HEAD_CHANGED)


def _judged(row: Row, before: bytes | None, following: Row | None, head_h: bytes | None) -> tuple[str | None, bytes]:
    """What is wrong with the row, and the h it must have had."""
    sealed = _private_problem(row)
    if before is None:
        return sealed, row.h
    made = chain.next_head(before, row.public, row.c)
    if made == row.h:
        return sealed, row.h
    if _continues(row.seq, made, following, head_h):
        return HASH_CHANGED, made
    return COMMITMENT_CHANGED if sealed == PRIVATE_CHANGED else PUBLIC_CHANGED, row.h


def _private_problem(row: Row) -> str | None:
    if not row.has_private_row:
        return PRIVATE_MISSING
    if row.private is None and row.e is None:
        return None
    if row.private is None or row.e is None or chain.commitment(row.e, row.private) != row.c:
        return PRIVATE_CHANGED
    return None


def _continues(seq: int, h: bytes, following: Row | None, head_h: bytes | None) -> bool:
    """Whether what comes after the row was made from this h."""
    if following is None:
        return h == head_h
    if following.seq != seq + 1:
        return False
    return chain.next_head(h, following.public, following.c) == following.h
