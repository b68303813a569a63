"""The keys of all devices in the feed of every station, so that papers can be verified without a line.

A row stands in the feeds once, and again where its device was revoked or its id closed. Who was told what stands in
`told_keys`; a station whose first device enrols is given all of them in one event of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select

from counter_app.domain.device_keys import KIND, MOST_ROWS, DeviceKey, keys_of, rows_of_keys
from counter_app.domain.errors import InvalidInput
from counter_app.domain.events import Event, NewEvent
from counter_app.domain.moments import to_ms
from sync.hall.batch import Batch, Placed
from sync.hall.crossing import again_if_crossed
from sync.hall.home import Hall
from sync.hall.release_book import lock_all, tell_all
from sync.hall.store import recovery_waits
from sync.hall.tables import closed_devices, devices, stations, told_keys


@again_if_crossed
def tell(hall: Hall) -> None:
    """Tell all stations what they were not told yet: new devices, and keys that count no more."""
    with hall.store.read() as conn:
        if not _untold(conn):
            return
    with hall.store.write() as conn:
        tell_in(conn, hall)


def since_ms(given: str, now_ms: int) -> int:
    """The moment that somebody wrote, in China's time if it names no zone; "" is now. InvalidInput `moment_wrong`."""
    if not given:
        return now_ms
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        raise InvalidInput("moment_wrong", given=given[:40]) from None
    at_ms = to_ms(moment)
    if not 0 < at_ms <= now_ms:
        raise InvalidInput("moment_wrong", given=given[:40])
    return at_ms


def tell_in(conn: Connection, hall: Hall) -> None:
    """The same inside a transaction that has locked nothing behind the feeds."""
    if recovery_waits(conn):
        return
    codes = lock_all(conn)
    untold = _untold(conn)
    _give(conn, hall, codes, untold)
    conn.execute(delete(told_keys).where(told_keys.c.device.in_([key.device for key in untold])))
    if untold:
        rows = [{"device": key.device, "revoked_ms": key.revoked_ms} for key in untold]
        conn.execute(insert(told_keys), rows)


def bring_up(conn: Connection, hall: Hall, station: str) -> None:
    """Give a station, whose feed must be locked, what all others were told before it had a device."""
    is_first = conn.scalar(select(func.count()).where(devices.c.station == station)) == 1
    if is_first:
        _give(conn, hall, [station], [key for key in _known(conn) if key.station != station])


def restore(conn: Connection, batch: Batch, event: Event, written_again: Callable[[Event], Placed]) -> None:
    """What the hall told and has forgotten goes to all stations again; the feeds of all stations are locked.

    A device that it has forgotten stays known by its key: papers that it signed are out.
    """
    if all(key.public in {known.public for known in _known(conn)} for key in keys_of(event.data)):
        return
    tell_all(conn, batch, written_again(event))


def _give(conn: Connection, hall: Hall, codes: Sequence[str], keys: Sequence[DeviceKey]) -> None:
    batch = Batch(hall.records.on(conn))
    for at in range(0, len(keys), MOST_ROWS):
        new = NewEvent(KIND, None, 0, "", {"rows": rows_of_keys(keys[at : at + MOST_ROWS])})
        _, place = batch.append(new, hall.clock())
        for code in codes:
            batch.enter(code, place)
    batch.write()


def _untold(conn: Connection) -> list[DeviceKey]:
    told = {row.device: row.revoked_ms for row in conn.execute(select(told_keys))}
    return [key for key in _known(conn) if key.device not in told or told[key.device] != key.revoked_ms]


def _known(conn: Connection) -> list[DeviceKey]:
    """All devices, those that are revoked or closed with the earlier of both moments."""
    d, closed = devices.c, closed_devices.c
    found = (
        select(d.device, d.station, stations.c.name, d.sign_public, d.revoked_ms, closed.since_ms)
        .join_from(devices, stations, stations.c.code == d.station)
        .join(closed_devices, closed.device == d.device, isouter=True)
        .order_by(d.device)
    )
    return [
        DeviceKey(
            row.device, row.station, row.name, bytes(row.sign_public),
            min((ms for ms in (row.revoked_ms, row.since_ms) if ms is not None), default=None),
        )
        for row in conn.execute(found)
    ]
