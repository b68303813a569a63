"""Roots of electronic seals as the feed brings them; the newest word on each holds."""

from __future__ import annotations

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert as upsert

from counter_app.adapters.store import schema
from counter_app.domain.events import Event
from counter_app.domain.seal_roots import ToldRoot, roots_of


def note(connection: Connection, event: Event) -> None:
    """Keep what the hall says of these roots. InvalidInput as `roots_of`."""
    for root in list(roots_of(event.data)):
        row = {"fingerprint": root.fingerprint, "certificate": root.certificate, "revoked_ms": root.revoked_ms}
        put = upsert(schema.seal_roots).values(row)
        connection.execute(put.on_conflict_do_update(index_elements=["fingerprint"], set_=row))


def told(connection: Connection) -> list[ToldRoot]:
    """All that the hall told, by fingerprint."""
    found = connection.execute(select(schema.seal_roots).order_by(schema.seal_roots.c.fingerprint))
    return [ToldRoot(bytes(row.certificate), row.revoked_ms) for row in found]
