"""The day code from the bytes of a journal: the same on the machine that closes its day and at the hall that counts it
again (`counter_app.domain.day_close` says what a day is)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date

from counter_app.domain import day_close
from counter_app.domain.day_close import DayCode, Written
from counter_app.domain.errors import InvalidInput
from counter_app.domain.events import Event
from counter_app.domain.moments import local_date
from counter_app.domain.wire_values import number_of, rows_of
from sync.canonical import EventNotReadable, event_of
from sync.journal_rules import Row


def day_code(device: str, day: date, rows: Iterable[Row], after: int) -> DayCode:
    """The code of a close of that day that stands behind all these rows of the device: those behind `after`."""
    return day_close.counted(device, day, written(device, rows), after)


def written(device: str, rows: Iterable[Row]) -> Iterator[Written]:
    """The rows as the code sees them; what cannot be read is counted by its bytes all the same."""
    for row in rows:
        digest = day_close.digest(row.public, row.c)
        try:
            event = event_of(device, row.seq, row.public, None)
            yield _written(event, digest)
        except (EventNotReadable, InvalidInput, ValueError, OverflowError, OSError):
            yield Written(row.seq, digest)


def _written(event: Event, digest: bytes) -> Written:
    mark = received_on = None
    if event.kind == day_close.KIND and event.origin is None:
        mark = day_close.mark_of(event)
    if event.kind == "received":
        with suppress(InvalidInput, ValueError, OverflowError, OSError):
            received_on = local_date(number_of(event.data, "received_at"))
    papers = len(rows_of(event.data, "notices")) if "notices" in event.data else 0
    return Written(
        event.id.seq, digest, local_date(event.at_ms), event.case, event.kind, papers, received_on, mark
    )
