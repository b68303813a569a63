"""A history in which work of a closed device id may stand twice: as it was first written, and as it was brought."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from counter_app.domain.events import Event
from counter_app.domain.identifiers import EventId


def each_once(events: Iterable[Event]) -> Iterator[Event]:
    """A history without the replays of what stands in it as it was first written, or was brought by somebody else."""
    history = list(events)
    first = {event.id for event in history if event.origin is None}
    brought: set[tuple[EventId, bytes]] = set()
    for event in history:
        if event.origin is not None:
            key = event.origin.id, event.origin.hash
            if key in brought or (event.origin.id in first and _is_same(history, event)):
                continue
            brought.add(key)
        yield event


def _is_same(history: list[Event], replayed: Event) -> bool:
    assert replayed.origin is not None, "only replayed events are asked about"
    found = next(event for event in history if event.id == replayed.origin.id)
    return (found.kind, found.clock, found.data) == (replayed.kind, replayed.clock, replayed.data)
