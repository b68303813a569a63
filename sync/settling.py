"""What a signed answer of the hall says of this device, kept: the same whether it came over a link or in a bundle."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sync.envelope import UNKNOWN, WHOLE, Answer
from sync.frames import ReturnFrame
from sync.ports import HallRefused, HallState, Identity, NotTheHall, PendingAttachment, Standing, StationLedger


class Held(NamedTuple):
    """What an answer changed about attachments: how many are whole now, how many moved, and those nobody named."""

    whole: int
    moved: int
    unknown: frozenset[bytes]


def settle(
    ledger: StationLedger, answer: Answer, standing: Standing, pending: Sequence[PendingAttachment],
    x: int | None, offset_ms: int | None,
) -> Held | None:
    """Store how far the hall is, with files first: once its try counts as answered, nobody asks again what came of
    them. None where it has events that this machine lost: they must come back first.

    HallRefused `fork` where the hall has another history.
    """
    seq, h = answer.received
    own = ledger.own_hash(seq)
    if own is None:
        return None
    if own != h:
        if x is not None and (answer.error is None or answer.error.code != "fork"):
            return None  # two histories: the next request shows the hall this one, and the hall says so
        raise HallRefused("fork")
    state = HallState(
        x=x,
        generation=answer.generation,
        received=seq,
        applied=answer.applied,
        exceptions=answer.exceptions,
        offset_ms=offset_ms,
        went_back=seq < standing.acknowledged,
        hall_ms=answer.hall_time_ms,
    )
    held = _settle_attachments(ledger, answer, pending)
    ledger.store_answer(state)
    return held


def _settle_attachments(ledger: StationLedger, answer: Answer, pending: Sequence[PendingAttachment]) -> Held:
    """Store how much of each file the hall holds."""
    asked = {attachment.sha256: attachment for attachment in pending}
    unknown: set[bytes] = set()
    finished = moved = 0
    for sha256, held, state in answer.held:
        if sha256 not in asked:
            continue
        if state == UNKNOWN:
            unknown.add(sha256)
            continue
        whole = state == WHOLE
        if whole or held != asked[sha256].held:
            ledger.store_attachment_held(sha256, min(held, asked[sha256].size), whole)
            finished += whole
            moved += 1
    return Held(finished, moved, frozenset(unknown))


def take_back(ledger: StationLedger, identity: Identity, frame: ReturnFrame) -> None:
    """Append own events that the hall gives back. NotTheHall without its signature; as `journal.append_returned`."""
    if not frame.is_by(identity.hall_sign_public, identity.hall, identity.device):
        raise NotTheHall("signature")
    ledger.append_returned(frame.first, frame.events, frame.head)
