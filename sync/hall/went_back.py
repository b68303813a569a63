"""The hall learns that it came out of a backup: from its operator, or from a device that was told more than it has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection

from counter_app.domain.identifiers import EventId
from sync.hall import troubles
from sync.hall.store import RESTORED, fact, put_fact, recovery_waits
from sync.hall.troubles import Kind

if TYPE_CHECKING:
    from sync.hall.ports import Proof

SEEN = "generation_seen"  # a fact: the highest generation that a station has named
CODE = "hall_went_back"


def note_restored(conn: Connection, now_ms: int) -> None:
    """Remember that this hall came out of a backup."""
    if not recovery_waits(conn):
        put_fact(conn, RESTORED, str(now_ms))


def note_proof(conn: Connection, proof: Proof, now_ms: int) -> None:
    """A device was told more than the hall has: it went back, now or before its last recovery."""
    if proof.generation:
        note_restored(conn, now_ms)
        if proof.generation > int(fact(conn, SEEN) or 0):
            put_fact(conn, SEEN, str(proof.generation))
    seen = {"hall": {"seq": proof.seq}, "device": {"acknowledged": proof.acknowledged}}
    place = EventId(proof.device, max(1, proof.seq))
    troubles.record(conn, place, Kind.WENT_BACK, CODE, None, now_ms)
    troubles.note_evidence(conn, place, Kind.WENT_BACK, seen)
