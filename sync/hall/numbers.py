"""Numbers: blocks leased to devices, the hall's own numbers, and case numbers (sync design section 8).

Unique over (agency, series, year, n). A series is the kind of notice that a
block is counted by; 不受理 and 不予受理 share one (`counter_app/domain/notice.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, func, insert, select, update

from counter_app.domain.errors import InvalidInput
from counter_app.domain.events import Event, NewEvent
from counter_app.domain.identifiers import HALL
from counter_app.domain.moments import local_date
from counter_app.domain.notice import ISSUED_AT_STATIONS, NoticeKind, series_of
from counter_app.domain.wire_values import number_of, text_of
from sync.hall.store import fact
from sync.hall.tables import case_serials, devices, journal_ratchet, number_blocks, number_series, numbers_used

SERIES = series_of(ISSUED_AT_STATIONS)
ALL_SERIES = series_of(NoticeKind)

FIRST_BLOCK = 100  # numbers, before any use of the device is known
LEAST_BLOCK = 5
MOST_WANTED = 1000  # numbers in one block, whatever is asked for
USE_COUNTED = timedelta(days=14)
RECOVERED_DAY = "recovered_day"  # a fact: the day on which the hall last came out of a backup, ISO
AFTER_RECOVERY = 5000  # case serials of days until then go on behind this: those before may have been told already
NEXT_YEAR_FROM_MONTH = 12  # the blocks of next year are leased from 1 December


class SeriesKey(NamedTuple):
    """Numbers are counted for each of these."""

    agency: str
    series: str
    year: int


def series_due(conn: Connection, device: str, agencies: Iterable[str], today: date) -> list[SeriesKey]:
    """Every series of which the device has no block yet for this year, and from December for the next."""
    years = [today.year] + ([today.year + 1] if today.month >= NEXT_YEAR_FROM_MONTH else [])
    blocks = number_blocks.c
    found = conn.execute(select(blocks.agency, blocks.series, blocks.year).where(blocks.device == device))
    has = {SeriesKey(*row) for row in found}
    wanted = (SeriesKey(agency, series, year) for agency in agencies for series in SERIES for year in years)
    return [key for key in wanted if key not in has]


def first_blocks(conn: Connection, device: str, keys: Sequence[SeriesKey]) -> list[NewEvent]:
    """The first lease of a year for each: two weeks' use of the device, at least 5; 100 if it never had any of it."""
    blocks = number_blocks.c
    had = {tuple(row) for row in conn.execute(select(blocks.agency, blocks.series).where(blocks.device == device))}
    return _leased(
        conn,
        device,
        {key: _two_weeks_size(conn, device, key) if key[:2] in had else FIRST_BLOCK for key in keys},
    )


def further_block(conn: Connection, device: str, wanted: Event, this_year: int) -> NewEvent:
    """The lease that a `block_wanted` event asks for: two weeks' use of this device, at least 5, and as many as it
    says that it lacks.

    InvalidInput `value_misshapen` for a series that is none, or of another year than this one or its neighbours.
    """
    year = number_of(wanted.data, "year") if "year" in wanted.data else local_date(wanted.at_ms).year
    key = SeriesKey(text_of(wanted.data, "agency"), text_of(wanted.data, "kind"), year)
    if key.series not in ALL_SERIES or abs(year - this_year) > 1:
        raise InvalidInput("value_misshapen", field="kind")
    missing = number_of(wanted.data, "count") if "count" in wanted.data else 0
    return lease(conn, device, key, max(_two_weeks_size(conn, device, key), min(missing, MOST_WANTED)))


def lease(conn: Connection, device: str, key: SeriesKey, size: int) -> NewEvent:
    """Take the next numbers of the series out for this device; the event says so to its station."""
    [event] = _leased(conn, device, {key: size})
    return event


def next_own(conn: Connection, key: SeriesKey) -> int:
    """The next number of a series for the hall's own use."""
    return _take(conn, {key: 1})[key]


def take_turn(conn: Connection) -> bool:
    """Let nobody else take numbers or write as the hall until the transaction ends. First of all, so that two who take
    several numbers never wait for each other; the hall's next event will name the number anyway."""
    if conn.dialect.name == "sqlite":  # which lets one writer in at a time
        return False
    ratchet = journal_ratchet.c
    conn.execute(select(ratchet.seq).where(ratchet.device == HALL).with_for_update())
    return True


def case_serial(conn: Connection, task_code: str, received_on: date) -> int:
    """The last serial of the cases of that day, locked until the transaction ends."""
    take_turn(conn)
    serials = case_serials.c
    query = select(serials.last).where(serials.task_code == task_code, serials.day == received_on)
    floor = AFTER_RECOVERY if received_on.isoformat() <= fact(conn, RECOVERED_DAY) else 0
    return max(conn.scalar(query.with_for_update()) or 0, floor)


def make_room(conn: Connection, key: SeriesKey, last: int) -> None:
    """Numbers up to this one were given out by a life of the hall that it has forgotten: they are not given again."""
    series = number_series.c
    same = (series.agency == key.agency, series.series == key.series, series.year == key.year)
    following: int | None = conn.scalar(select(series.next).where(*same).with_for_update())
    if following is None:
        conn.execute(insert(number_series).values(**key._asdict(), next=last + 1))
    elif following <= last:
        conn.execute(update(number_series).where(*same).values(next=last + 1))


def store_case_serial(conn: Connection, task_code: str, received_on: date, last: int) -> None:
    """So many cases of that day have their number."""
    same = (case_serials.c.task_code == task_code, case_serials.c.day == received_on)
    if not conn.execute(update(case_serials).where(*same).values(last=last)).rowcount:
        conn.execute(insert(case_serials).values(task_code=task_code, day=received_on, last=last))


def case_no(task_code: str, day: date, serial: int) -> str:
    """Task code (31), day of receipt (8) and the day's serial (4): 43 characters (specs domain 8.2)."""
    return f"{task_code}{day:%Y%m%d}{serial:04d}"


def _leased(conn: Connection, device: str, sizes: Mapping[SeriesKey, int]) -> list[NewEvent]:
    leased = [(key, first, first + sizes[key] - 1) for key, first in _take(conn, sizes).items()]
    rows = [{**key._asdict(), "first": first, "last": last, "device": device} for key, first, last in leased]
    if rows:
        conn.execute(insert(number_blocks), rows)
    return [
        NewEvent(
            "block_leased", None, 0, "",
            {"agency": key.agency, "kind": key.series, "year": key.year, "first": first, "last": last, "to": device},
        )
        for key, first, last in leased
    ]  # fmt: skip


def _take(conn: Connection, sizes: Mapping[SeriesKey, int]) -> dict[SeriesKey, int]:
    """The first of the next so many numbers of each series, which are now taken."""
    take_turn(conn)
    series = number_series.c
    columns = (series.agency, series.series, series.year)
    query = select(*columns, series.next).where(
        *(column.in_({key[n] for key in sizes}) for n, column in enumerate(columns))
    )
    known = {SeriesKey(*row[:3]): row[3] for row in conn.execute(query.with_for_update())}
    firsts = {key: known.get(key, 1) for key in sizes}
    new = [{**key._asdict(), "next": first + sizes[key]} for key, first in firsts.items() if key not in known]
    if new:
        conn.execute(insert(number_series), new)
    going_on = [
        {"in_" + name: value for name, value in key._asdict().items()} | {"following": first + sizes[key]}
        for key, first in firsts.items() if key in known
    ]  # fmt: skip
    if going_on:
        same = (column == bindparam(f"in_{column.name}") for column in columns)
        conn.execute(update(number_series).where(*same).values(next=bindparam("following")), going_on)
    return firsts


def _two_weeks_size(conn: Connection, device: str, key: SeriesKey) -> int:
    """How many numbers of these papers the device used in the two weeks before its last contact, whatever the year; at
    least 5."""
    used = numbers_used.c
    until = conn.scalar(select(devices.c.last_contact_ms).where(devices.c.device == device)) or 0
    since = until - USE_COUNTED // timedelta(milliseconds=1)
    count = select(func.count()).where(
        used.device == device, used.agency == key.agency, used.series == key.series, used.at_ms >= since
    )
    return max(LEAST_BLOCK, conn.scalar(count) or 0)
