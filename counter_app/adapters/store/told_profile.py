"""What the hall said of this station after its enrolment (`profile_told`): agencies, level, whom it may accept for."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, select, update

from counter_app.adapters.store import schema
from counter_app.domain.events import Event
from counter_app.domain.wire_values import map_of, text_of

PROFILE, NAME = "profile", "station_name"


def note(connection: Connection, event: Event) -> None:
    """The newest word holds; what it does not say stays. InvalidInput `value_misshapen`."""
    s = schema.state.c
    packed = connection.execute(select(s.value).where(s.name == PROFILE)).scalar()
    known = msgspec.msgpack.decode(bytes(packed)) if packed is not None else {}
    _put(connection, PROFILE, {**known, **map_of(event.data, "profile")})
    name = text_of(event.data, "name")
    if name:
        _put(connection, NAME, name)


def _put(connection: Connection, name: str, value: object) -> None:
    packed = msgspec.msgpack.encode(value)
    connection.execute(update(schema.state).where(schema.state.c.name == name).values(value=packed))
