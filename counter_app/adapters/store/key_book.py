"""What signed codes are checked by: keys that the feed told, hashes of events, the hall's word on own acceptances."""

from __future__ import annotations

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert as upsert

from counter_app.adapters.store import schema
from counter_app.domain.device_keys import DeviceKey, keys_of
from counter_app.domain.events import Event
from counter_app.domain.identifiers import EventId
from sync import journal_tables, receipts


def note(connection: Connection, event: Event) -> None:
    """Keep what the hall says of these devices; the newest word holds. InvalidInput as `keys_of`."""
    for key in list(keys_of(event.data)):
        row = {"device": key.device, "station": key.station, "station_name": key.station_name,
               "public": key.public, "revoked_ms": key.revoked_ms}
        put = upsert(schema.device_keys).values(row)
        connection.execute(put.on_conflict_do_update(index_elements=["device"], set_=row))


def all_keys(connection: Connection) -> list[DeviceKey]:
    """All that are known, by device."""
    found = connection.execute(select(schema.device_keys).order_by(schema.device_keys.c.device))
    return [
        DeviceKey(row.device, row.station, row.station_name, bytes(row.public), row.revoked_ms) for row in found
    ]


def taken_hash(connection: Connection, event: EventId) -> bytes | None:
    """The hash of what an event of this machine or of others says was taken; None if its bytes are not here."""
    for table in (schema.metadata.tables[journal_tables.journal.name], schema.foreign_events):
        place = (table.c.device == event.device, table.c.seq == event.seq)
        row = connection.execute(select(table.c.public, table.c.c).where(*place)).first()
        if row is not None:
            return receipts.taken_hash(event, bytes(row.public), bytes(row.c))
    return None


def second_stage(connection: Connection, event: EventId) -> str | None:
    """The code of an own acceptance under the hall's signature, None while there is none."""
    table = schema.second_stages.c
    return connection.scalar(select(table.code).where(table.device == event.device, table.seq == event.seq))
