"""Days that this machine closed: their events in the journal, the code of a day that is to be closed, and the hall's
answers (domain/day_close.py)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time

import msgspec
from sqlalchemy import Connection, select

from counter_app.adapters.store import own_devices, rows, schema
from counter_app.domain.day_close import CHECKED, KIND, ClosedDay, DayCode, answer_of, closed_day
from counter_app.domain.events import Event
from counter_app.domain.moments import local_date, to_ms
from counter_app.domain.wire_values import number_of, text_of
from resources.typed import unpacker
from sync import journal
from sync.day_codes import day_code

__all__ = ["CHECKED", "closed", "code_of", "note", "note_answer"]


def note(connection: Connection, event: Event) -> None:
    """Keep a close of this machine, of its present id or of an earlier one; events of other kinds say nothing.

    InvalidInput `value_misshapen`.
    """
    if event.kind == KIND:
        _put(connection, closed_day(event))


def note_answer(connection: Connection, event: Event) -> None:
    """Keep what the hall counted, if the close is one of this machine. InvalidInput `value_misshapen`."""
    table, device, seq = schema.closed_days.c, text_of(event.data, "to"), number_of(event.data, "seq")
    body = connection.scalar(select(table.body).where(table.device == device, table.seq == seq))
    if body is not None:
        _put(connection, replace(_opened(body), answer=answer_of(event)))


def closed(connection: Connection, first: date = date.min, last: date = date.max) -> list[ClosedDay]:
    """The closed days from first to last, both inclusive, in the order of the days."""
    table = schema.closed_days.c
    days = table.day.between(first.isoformat(), last.isoformat())
    found = connection.scalars(select(table.body).where(days).order_by(table.day, table.device, table.seq))
    return [_opened(body) for body in found]


def code_of(connection: Connection, device: str, day: date) -> DayCode:
    """What a close of that day would cover if it were written now."""
    table = schema.closed_days.c
    newest = select(table.body).where(table.device == device).order_by(table.seq.desc()).limit(1)
    body = connection.scalar(newest)
    after = _before(connection, device, day) if body is None else _opened(body).after
    return day_code(device, day, journal.rows(connection, device, after), after)


def _before(connection: Connection, device: str, day: date) -> int:
    """The last seq before the first close of this machine begins: with the first event of the day, or with the next."""
    since_ms = to_ms(datetime.combine(day, time()))
    recent = own_devices.events_since(connection, device, since_ms)
    first = next((event for event in recent if local_date(event.at_ms) >= day), None)
    return journal.head(connection, device)[0] if first is None else first.id.seq - 1


def _put(connection: Connection, day: ClosedDay) -> None:
    row = {"device": day.device, "seq": day.seq, "day": day.day.isoformat(), "body": msgspec.msgpack.encode(day)}
    rows.put(connection, schema.closed_days, [row])


def _opened(body: bytes) -> ClosedDay:
    return unpacker(ClosedDay).decode(body)
