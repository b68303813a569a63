"""Which event of the feed waits, and what this machine found amiss, until somebody at the hall has settled it."""

from __future__ import annotations

from sqlalchemy import Connection, delete

from counter_app.adapters.store import rows, schema
from counter_app.domain.events import Event
from counter_app.domain.identifiers import MOST_CASES
from counter_app.domain.wire_values import number_of, text_of

WAITS = "feed_event_waits"
# Kinds of the hall, and the code by which the station has them.
_SETTLED_THERE = {"went_back": "hall_went_back", "fork": "device_forked", "restored": "home_restored"}
FOUND_HERE = (*_SETTLED_THERE.values(), "erased_event_wanted")  # troubles that this machine has found itself
_FAR_MS = 10**15  # no moment of a case lies so far


def put_trouble(connection: Connection, event: Event, code: str = WAITS) -> None:
    """Say which event of others waits, since it was written, and why."""
    case = event.case if event.case is not None and event.case.n <= MOST_CASES else None
    row = {
        "device": event.id.device,
        "seq": event.id.seq,
        "code": code,
        "case_device": case.device if case else None,
        "case_n": case.n if case else None,
        "since_ms": event.at_ms if abs(event.at_ms) < _FAR_MS else 0,
    }
    rows.put(connection, schema.troubles, [row])


def settle_trouble(connection: Connection, event: Event) -> None:
    """What this machine had found itself and somebody at the hall has settled."""
    code, troubles = _SETTLED_THERE.get(text_of(event.data, "kind")), schema.troubles.c
    if code is not None:
        place = troubles.device == text_of(event.data, "device")
        if code == "hall_went_back":
            place &= troubles.seq == number_of(event.data, "seq")
        connection.execute(delete(schema.troubles).where(place, troubles.code == code))
