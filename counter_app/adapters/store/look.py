"""One transaction on the store, and what every question about it needs."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert as upsert

from counter_app.adapters.store import own_devices, schema
from counter_app.services.ports import SystemClock


class StateTable:
    """Small values of this machine by name: who we are, where the exchange stands, settings."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._read: dict[str, bytes] | None = None  # one transaction sees one state, and reads it at once

    def get(self, name: str, default: Any = None) -> Any:
        """The value, default if there is none."""
        found = self._all().get(name)
        return default if found is None else msgspec.msgpack.decode(found)

    def put(self, name: str, value: Any) -> None:
        """Keep the value with this transaction."""
        packed = self._all()[name] = msgspec.msgpack.encode(value)
        put = upsert(schema.state).values(name=name, value=packed)
        self._connection.execute(put.on_conflict_do_update(index_elements=["name"], set_={"value": packed}))

    def _all(self) -> dict[str, bytes]:
        if self._read is None:
            rows = self._connection.execute(select(schema.state.c.name, schema.state.c.value))
            self._read = {row.name: row.value for row in rows}
        return self._read


class Look:
    """A connection inside a transaction, with the small values of this machine."""

    def __init__(self, connection: Connection, clock: SystemClock) -> None:
        self.connection = connection
        self.state = StateTable(connection)
        self._clock = clock

    def device(self) -> str:
        """This machine's device id."""
        return str(self.state.get("device"))

    def former_devices(self) -> frozenset[str]:
        """Ids that this machine had before its present one."""
        return frozenset(former.device for former in own_devices.former(self.connection))

    def _own_devices(self) -> frozenset[str]:
        return self.former_devices() | {self.device()}
