"""Calendars as they arrive: kept, put together, and the cases noted that they may move (specs domain 6.4)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Connection, delete, insert, or_, select
from sqlalchemy.dialects.sqlite import insert as upsert

from counter_app.adapters.store import schema
from counter_app.domain.calendar_release import (
    CalendarRelease,
    first_difference,
    newest_calendar,
    release_from_plain,
    release_to_plain,
)
from counter_app.domain.events import Event
from counter_app.domain.identifiers import EventId
from counter_app.domain.wire_values import map_of
from counter_app.domain.working_calendar import WorkingCalendar
from resources.calendars import national_calendar

BY_FEED, BY_FILE = "calendar_released", "calendar_added"

_pack = msgspec.msgpack.Encoder(order="sorted").encode


class Known(NamedTuple):
    """A release with the ways on which it came."""

    release: CalendarRelease
    by_feed: bool
    by_file: bool


def note(connection: Connection, event: Event, feed_n: int | None) -> None:
    """Keep the calendar that the event brings, by the feed or by a file that the hall signed.

    What came before by the other way is the same; should it not be, the feed's holds.

    InvalidInput as `release_from_plain`.
    """
    release = release_from_plain(map_of(event.data, "calendar"))
    before = newest(connection)
    row = {"version": release.version, "body": _pack(release_to_plain(release))}
    place = {"feed_n": feed_n} if event.kind == BY_FEED else {"own_seq": event.id.seq}
    changes = {**place, **({"body": row["body"]} if event.kind == BY_FEED else {})}
    put = upsert(schema.calendars).values(**row, **place)
    connection.execute(put.on_conflict_do_update(index_elements=["version"], set_=changes))
    _note_cases(connection, before, newest(connection))


def newest(connection: Connection) -> WorkingCalendar:
    """The calendar to count by now."""
    return _together(tuple(connection.scalars(select(schema.calendars.c.body).order_by(schema.calendars.c.version))))


def known_at(connection: Connection, device: str, seen: int, last: EventId) -> WorkingCalendar:
    """The calendar by which this event was written: seen is how far the feed had come there."""
    table = schema.calendars.c
    here: list[ColumnElement[bool]] = [table.own_seq <= last.seq] if last.device == device else []
    known = or_(table.feed_n <= seen, *here)
    return _together(tuple(connection.scalars(select(table.body).where(known).order_by(table.version))))


def known(connection: Connection) -> list[Known]:
    """All calendars that arrived, in the hall's order."""
    table = schema.calendars.c
    rows = connection.execute(select(table.body, table.feed_n, table.own_seq))
    found = [Known(_release(row.body), row.feed_n is not None, row.own_seq is not None) for row in rows]
    return sorted(found, key=lambda row: (row.release.n, row.release.version))


def forget_cases(connection: Connection) -> None:
    """Nothing is left to be counted again."""
    connection.execute(delete(schema.to_recount))


def cases_to_recount(connection: Connection, limit: int) -> Sequence[bytes]:
    """Bodies of some cases that are to be counted again; they are off the list with this transaction."""
    wanted, cases = schema.to_recount.c, schema.cases.c
    keys = connection.execute(select(schema.to_recount).order_by(*schema.to_recount.primary_key).limit(limit)).all()
    if not keys:
        return []
    last = keys[-1]
    upto = or_(
        wanted.case_device < last.case_device,
        (wanted.case_device == last.case_device) & (wanted.case_n <= last.case_n),
    )
    its_row = (cases.case_device == wanted.case_device) & (cases.case_n == wanted.case_n)
    found = select(cases.body).join_from(schema.to_recount, schema.cases, its_row).where(upto)
    bodies = connection.scalars(found).all()
    connection.execute(delete(schema.to_recount).where(upto))
    return bodies


def any_to_recount(connection: Connection) -> bool:
    """Whether cases are still to be counted again."""
    return connection.scalar(select(schema.to_recount.c.case_n).limit(1)) is not None


def _note_cases(connection: Connection, before: WorkingCalendar, after: WorkingCalendar) -> None:
    """Cases with a clock that reaches the first day that changed, and those that a calendar moved before."""
    if before == after:
        return
    table, first = schema.cases.c, first_difference(before, after)
    moved = [table.moved > 0]
    for which in moved if first is None else [table.reach >= first.isoformat(), *moved]:
        keys = select(table.case_device, table.case_n).where(which)
        add = insert(schema.to_recount).prefix_with("OR IGNORE").from_select(["case_device", "case_n"], keys)
        connection.execute(add)


@lru_cache(maxsize=8)
def _together(bodies: tuple[bytes, ...]) -> WorkingCalendar:
    return newest_calendar(national_calendar(), [_release(body) for body in bodies])


def _release(body: bytes) -> CalendarRelease:
    return release_from_plain(msgspec.msgpack.decode(body))
