"""The ids that this machine has had (sync design section 7): one in use, those before it closed.

Of a closed one, `kept` is the seq up to which the hall had confirmed its events; what came after is brought
by the id in use, and then stands in the journal a second time, as replayed events.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, select

from counter_app.adapters.store import schema
from counter_app.domain.events import Event
from sync import journal

FORMER = "former_devices"  # a state: a list of Former, the oldest first


class Former(NamedTuple):
    """A closed id. replayed: its unsent events stand in the journal of the id in use."""

    device: str
    kept: int
    replayed: bool


def former(connection: Connection) -> list[Former]:
    """The closed ids, the oldest first."""
    value = connection.scalar(select(schema.state.c.value).where(schema.state.c.name == FORMER))
    return [] if value is None else [Former(*row) for row in msgspec.msgpack.decode(value)]


def events(connection: Connection, device: str) -> Iterator[Event]:
    """What this machine has written, each once: under the closed ids as far as it was not replayed, then as device."""
    for closed in former(connection):
        for event in journal.read(connection, closed.device):
            if not closed.replayed or event.id.seq <= closed.kept:
                yield event
    yield from journal.read(connection, device)
