"""A home that must not use its device id any more: restored from a backup, or one of two with one id (sync design, 7).

It goes on under an id of its own making, which no hall knows and no other home has: papers get temporary numbers, new
cases numbers that nobody else gives. Enrolled again, it gets an id of the hall, and its work is brought under that
(`replays.py`).
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from counter_app.adapters.store import own_devices, projections, schema
from counter_app.adapters.store.own_devices import FORMER, Former
from sync import journal
from sync.enrolment import Enrolment

if TYPE_CHECKING:
    from counter_app.adapters.store.writing import WriteTransaction

APART = "set_apart"  # a state: why; also the code of the trouble and of what an exchange is refused with
KEYS = "keys"  # a state: under which name the key vault has the keys of the id in use
TO_REPLAY = "to_replay"  # a state: enrolled again, and the work under the closed ids is not brought yet
_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_LENGTH = 5


def set_apart(writing: WriteTransaction, why: str, now_ms: int) -> None:
    """Close the id in use, once, and go on under one of the home's own."""
    if writing.state.get(APART):
        return
    device, received = writing.device(), int(writing.state.get("received", 0))
    own = f"{device}-{''.join(secrets.choice(_LETTERS) for _ in range(_LENGTH))}"
    ratchet = schema.metadata.tables["journal_ratchet"].c
    kept = writing.connection.execute(select(ratchet.hall, ratchet.device_key).where(ratchet.device == device)).one()
    journal.open_journal(writing.connection, own, kept.hall, kept.device_key, secrets.token_bytes(32))
    writing.state.put(APART, why)
    writing.state.put("last_error", why)
    _close(writing, device, received, own)
    trouble = {"device": device, "seq": max(1, received), "code": why, "since_ms": now_ms}
    writing.connection.execute(upsert(schema.troubles).values(trouble).on_conflict_do_nothing())
    projections.rebuild(writing.connection, own)


def enrolled_again(writing: WriteTransaction, answer: Enrolment, sign_public: bytes, keys: str) -> None:
    """The hall has given an id: everything from now on is done under it, and what was done before waits to be brought.

    keys: the name under which the vault has the keys of this id.
    """
    journal.open_journal(writing.connection, answer.device, answer.hall, sign_public, answer.first_ratchet_key)
    _close(writing, writing.device(), 0, answer.device)
    for name, value in (
        (KEYS, keys), (APART, ""), (TO_REPLAY, True), ("profile", dict(answer.profile)), ("x", 0), ("answered_x", 0),
        ("last_contact_ms", None), ("last_error", ""), ("next_try_ms", None), ("station_name", answer.station_name),
    ):  # fmt: skip
        writing.state.put(name, value)
    writing.connection.execute(delete(schema.state).where(schema.state.c.name.startswith("setting.wish.")))
    projections.rebuild(writing.connection, answer.device)


def _close(writing: WriteTransaction, device: str, kept: int, following: str) -> None:
    generation = int(writing.state.get("generation", 0))
    former = [list(each) for each in own_devices.former(writing.connection)]
    writing.state.put(FORMER, [*former, list(Former(device, kept, replayed=False, generation=generation))])
    receipts = select(schema.receipts.c.seq, schema.receipts.c.at_ms)
    for row in writing.connection.execute(receipts).all():
        writing.connection.execute(insert(schema.former_receipts).values(device=device, seq=row.seq, at_ms=row.at_ms))
    writing.connection.execute(delete(schema.receipts))
    for name, value in (("device", following), ("received", 0), ("applied", 0)):
        writing.state.put(name, value)
