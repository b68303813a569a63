"""The gap report of the hall: every series from its first number to the last one ever given out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Connection, Row, and_, select

from counter_app.domain.case import Case
from counter_app.domain.errors import CounterError
from counter_app.domain.events import Event
from counter_app.domain.identifiers import CaseId, EventId
from counter_app.domain.number_register import (
    NO_YEAR,
    TEMPORARY,
    Block,
    Entry,
    Fate,
    Series,
    SeriesReport,
    entries_of,
    explain,
)
from counter_app.domain.number_report import Plain, report_to_plain, temporary_to_plain
from sync import journal
from sync.canonical import EventNotReadable, event_of
from sync.hall import cases, closed
from sync.hall.tables import case_events, exceptions, number_blocks, number_series, numbers_ended, numbers_used


def report(conn: Connection, year: int | None) -> Plain:
    """What became of every number of a year, None for all years; slips, which have no year, always."""
    return report_to_plain(year, series_reports(conn, year), _temporary(conn, year))


def series_reports(conn: Connection, year: int | None) -> list[SeriesReport]:
    """Each series down to the last number. What waits as an exception counts: its paper is served."""
    years = None if year is None else (year, NO_YEAR)
    blocks: dict[Series, list[Block]] = defaultdict(list)
    for row in _rows(conn, number_blocks, years):
        blocks[_series(row)].append(Block(_series(row), row.first, row.last, row.device))
    given_out = {_series(row): row.next - 1 for row in _rows(conn, number_series, years)}
    entries: dict[Series, dict[tuple[EventId, int, Fate], Entry]] = defaultdict(dict)
    for entry in (*_used(conn, years), *_ended(conn, years), *_of_exceptions(conn)):
        if years is None or entry.series.year in years:
            entries[entry.series].setdefault((entry.event, entry.first, entry.fate), entry)
    found = sorted({*blocks, *given_out, *entries})
    return [explain(series, blocks[series], entries[series].values(), given_out.get(series)) for series in found]


def _used(conn: Connection, years: tuple[int, ...] | None) -> Iterator[Entry]:
    used, place = numbers_used.c, case_events.c
    wanted = (
        select(numbers_used, place.case_device, place.case_n)
        .outerjoin(case_events, and_(place.device == used.device, place.seq == used.seq))
        .where(used.series != TEMPORARY)
    )
    writers = closed.origins(conn)
    for row in conn.execute(wanted if years is None else wanted.where(used.year.in_(years))):
        case = CaseId(row.case_device, row.case_n) if row.case_device else None
        event, writer = EventId(row.device, row.seq), writers.get((row.device, row.seq), "")
        yield Entry(_series(row), row.n, row.n, Fate.USED, event, row.at_ms, case=case, writer=writer)


def _ended(conn: Connection, years: tuple[int, ...] | None) -> Iterator[Entry]:
    """With reason and person, which only the events have."""
    for row in _rows(conn, numbers_ended, years):
        event = _event(conn, row.device, row.seq)
        known = [] if event is None else list(entries_of(event))
        ended = [entry for entry in known if (entry.first, entry.fate) == (row.first, Fate(row.fate))]
        plain = Entry(
            _series(row), row.first, row.last, Fate(row.fate), EventId(row.device, row.seq), row.at_ms
        )
        yield ended[0] if ended else plain


def _of_exceptions(conn: Connection) -> Iterator[Entry]:
    """What the events say that wait, came late, or use a number that cannot be theirs."""
    places = select(exceptions.c.device, exceptions.c.seq).distinct()
    for row in conn.execute(places.order_by(exceptions.c.device, exceptions.c.seq)):
        event = _event(conn, row.device, row.seq)
        try:
            yield from () if event is None else entries_of(event)
        except CounterError:
            continue  # misshapen: among the exceptions it is named


def _event(conn: Connection, device: str, seq: int) -> Event | None:
    rows = journal.rows(conn, device, seq - 1, seq)
    try:
        return next((event_of(device, seq, row.public, row.private) for row in rows), None)
    except EventNotReadable:
        return None


def _temporary(conn: Connection, year: int | None) -> Iterator[Plain]:
    """The papers that had no leased number, each with its final one or waiting for it."""
    used, place = numbers_used.c, case_events.c
    wanted = (
        select(place.case_device, place.case_n)
        .join_from(numbers_used, case_events, and_(place.device == used.device, place.seq == used.seq))
        .where(used.series == TEMPORARY)
        .distinct()
        .order_by(place.case_device, place.case_n)
    )
    for row in conn.execute(wanted if year is None else wanted.where(used.year == year)):
        case = cases.load(conn, CaseId(row.case_device, row.case_n))
        yield from () if case is None else _of_case(case, year)


def _of_case(case: Case, year: int | None) -> Iterable[Plain]:
    for notice in case.notices:
        if notice.temporary and (year is None or f"〔{year}〕" in notice.number):
            named = (str(case.id), notice.kind, notice.number, notice.final_number)
            yield temporary_to_plain(*named, spoiled=bool(notice.spoiled))


def _rows(conn: Connection, table: Any, years: tuple[int, ...] | None) -> list[Row[Any]]:
    wanted = select(table)
    return list(conn.execute(wanted if years is None else wanted.where(table.c.year.in_(years))))


def _series(row: Row[Any]) -> Series:
    return Series(row.agency, row.series, row.year)
