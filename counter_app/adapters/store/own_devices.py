"""The ids that this machine has had (sync design section 7): one in use, those before it closed.

Of a closed one, `kept` is the seq up to which the hall had confirmed its events; what came after is brought
by the id in use, and then stands in the journal a second time, as replayed events.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, func, select

from counter_app.adapters.store import schema
from counter_app.domain.events import Event
from sync import journal, journal_tables

FORMER = "former_devices"  # a state: a list of Former, the oldest first


class Former(NamedTuple):
    """A closed id. replayed: its unsent events stand in the journal of the id in use. generation: of the hall that had
    confirmed up to kept; one that came out of a backup since may have less."""

    device: str
    kept: int
    replayed: bool
    generation: int


def former(connection: Connection) -> list[Former]:
    """The closed ids, the oldest first."""
    value = connection.scalar(select(schema.state.c.value).where(schema.state.c.name == FORMER))
    return [] if value is None else [Former(*row) for row in msgspec.msgpack.decode(value)]


def events(connection: Connection, device: str, kind: str = "") -> Iterator[Event]:
    """What this machine has written: under the closed ids as far as it was not replayed or the feed has it as it was
    written here, then as device. What stands in two places by that is told once by `domain.replayed.each_once`.

    kind: only events of it; others are not even read.
    """
    feed, foreign = schema.feed.c, schema.foreign_events.c
    for closed in former(connection):
        fed = set(connection.scalars(select(feed.seq).where(feed.device == closed.device)))
        fed -= set(connection.scalars(select(foreign.seq).where(foreign.device == closed.device)))
        for event in _written(connection, closed.device, kind):
            if not closed.replayed or event.id.seq <= closed.kept or event.id.seq in fed:
                yield event
    yield from _written(connection, device, kind)


def events_since(connection: Connection, device: str, since_ms: int) -> list[Event]:
    """The journal's end, read backwards until it comes to an event from before: a clock may have been set back, so that
    the first page may hold earlier ones too."""
    found: list[Event] = []
    last, _ = journal.head(connection, device)
    while last:
        after = max(0, last - journal.PAGE)
        page = list(journal.read(connection, device, after, last - after))
        found = page + found
        if page[0].at_ms < since_ms:
            break
        last = after
    return found


def _written(connection: Connection, device: str, kind: str) -> Iterator[Event]:
    """An event says its kind in its public part; what says the same word elsewhere is left out when it is read."""
    if not kind:
        yield from journal.read(connection, device)
        return
    table = journal_tables.journal.c
    says = func.instr(table.public, kind.encode()) > 0
    for seq in connection.scalars(select(table.seq).where(table.device == device, says).order_by(table.seq)).all():
        yield from (event for event in journal.read(connection, device, seq - 1, 1) if event.kind == kind)
