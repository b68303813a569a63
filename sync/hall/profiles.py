"""What changed of a station reaches its machines: agencies that came later, level, whom it may accept for, its name.

A machine learns its profile at enrolment. From then on its station's feed brings the whole profile (`profile_told`)
each time that it is another one; the facts keep the digest of what the machines of a station know. `sharing` is said by
each answer.
"""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, func, select

from counter_app.domain.errors import CounterError
from counter_app.domain.events import NewEvent
from counter_app.domain.station import TOLD
from sync.hall import feeds, places
from sync.hall.batch import Batch
from sync.hall.crossing import again_if_crossed
from sync.hall.home import Hall
from sync.hall.store import fact, put_fact, recovery_waits
from sync.hall.tables import devices, hall_facts

_FACT = "profile."
MOST_BYTES = 60_000  # of one event, which must stay below 64 KiB


@again_if_crossed
def tell(hall: Hall) -> None:
    """Tell the stations what they were not told yet. CounterError `profile_too_large` of too many agencies."""
    with hall.store.read() as conn:
        if recovery_waits(conn) or not _untold(conn):
            return
    with hall.store.write() as conn:
        codes = _enrolled(conn)
        feeds.lock(conn, codes)
        batch = Batch(hall.records.on(conn))
        for code, known in _untold(conn).items():
            data = {"profile": {key: value for key, value in known.items() if key != "name"}, "name": known["name"]}
            _, place = batch.append(NewEvent(TOLD, None, 0, "", data), hall.clock())
            batch.enter(code, place)
            put_fact(conn, _FACT + code, _digest(known))
        batch.write()


def note_enrolled(conn: Connection, code: str) -> None:
    """The first machine of a station learns the profile by its enrolment."""
    count = conn.scalar(select(func.count()).where(devices.c.station == code))
    if count == 1:
        put_fact(conn, _FACT + code, _digest(_known(conn, code)))


def forget(conn: Connection) -> None:
    """After a recovery nobody knows what the stations were told last: they are told again."""
    conn.execute(delete(hall_facts).where(hall_facts.c.name.startswith(_FACT, autoescape=True)))


def _untold(conn: Connection) -> dict[str, dict[str, Any]]:
    found = {code: _known(conn, code) for code in _enrolled(conn)}
    return {code: known for code, known in found.items() if fact(conn, _FACT + code) != _digest(known)}


def _enrolled(conn: Connection) -> list[str]:
    return list(conn.scalars(select(devices.c.station).distinct().order_by(devices.c.station)))


def _known(conn: Connection, code: str) -> dict[str, Any]:
    station = places.station(conn, code)
    profile = places.profile(conn, station, "")
    said = {key: profile[key] for key in ("level", "entrusted", "agency_records", "county")}
    return {**said, "name": station.name}


def _digest(known: dict[str, Any]) -> str:
    packed = msgspec.msgpack.encode(known, order="deterministic")
    if len(packed) > MOST_BYTES:
        raise CounterError("profile_too_large", n=len(known["agency_records"]))
    return hashlib.sha256(packed).hexdigest()
