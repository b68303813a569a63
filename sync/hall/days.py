"""日结 at the hall: each close of a station's machine is counted again from the journal as the hall holds it, and the
station is told case by case where the two differ (`counter_app.domain.day_close`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, func, literal, select

from counter_app.domain import day_close
from counter_app.domain.day_close import ClosedDay, HallsAnswer, answer_to_plain
from counter_app.domain.errors import CounterError
from counter_app.domain.events import Event, NewEvent
from sync import journal, journal_tables
from sync.canonical import EventNotReadable, event_of
from sync.day_codes import written
from sync.hall.ports import Records
from sync.hall.tables import devices
from sync.journal_rules import JournalStore

MOST_WAITING = 200  # cases named in one answer


@dataclass(frozen=True, slots=True)
class CountedDay:
    """A close as the station wrote it and as the hall counts it now. left_out: events of the machine that no close
    covers though the last one should have; station_code: over all machines of the station that closed that day."""

    station: str
    day: ClosedDay
    now: HallsAnswer
    left_out: int
    station_code: bytes


def answer(tx: Records, event: Event) -> NewEvent | None:
    """What the station is told of its close; None of one that a successor brought, whose journal is another.

    InvalidInput `value_misshapen`.
    """
    if event.origin is not None:
        return None
    refused = [seq for seq, _ in tx.not_accepted(event.id.device)]
    found = _counted(tx.journals, event, refused)
    data = {"to": event.id.device, "seq": event.id.seq, "day": event.data["day"], **answer_to_plain(found)}
    return NewEvent(day_close.CHECKED, None, 0, "", data)


def listed(conn: Connection, refused: dict[str, list[int]], station: str = "") -> Iterator[CountedDay]:
    """Every close of all stations or of one, counted now, by station, machine and place.

    refused: events of each device that stand among the exceptions.
    """
    d = devices.c
    wanted = select(d.device, d.station).order_by(d.station, d.device)
    if station:
        wanted = wanted.where(d.station == station)
    closes = {(row.station, row.device): list(_closes(conn, row.device)) for row in conn.execute(wanted).all()}
    codes: defaultdict[tuple[str, date], dict[str, bytes]] = defaultdict(dict)
    for (code, device), events in closes.items():
        for event in events:
            codes[code, day_close.mark_of(event).day][device] = day_close.closed_day(event).code
    tables = journal.JournalTables(conn)
    for (code, device), events in closes.items():
        left_out = _left_out(tables, device, events)
        for event in events:
            day = day_close.closed_day(event)
            now = _counted(tables, event, refused.get(device, []))
            yield CountedDay(code, day, now, left_out, day_close.station_code(codes[code, day.day]))


def _counted(journals: JournalStore, event: Event, refused: list[int]) -> HallsAnswer:
    mark, day = day_close.mark_of(event), day_close.closed_day(event)
    rows = list(written(event.id.device, journals.rows(event.id.device, mark.after, mark.seq - 1)))
    ours = day_close.counted(event.id.device, mark.day, rows, mark.after)
    theirs = day_close.leaves_of(event)
    agrees = ours.code == day.code
    found = () if agrees else _differences(theirs, ours.leaves)
    waiting = sorted({str(row.case) for row in rows if row.seq in refused and row.case is not None})
    return HallsAnswer(agrees, ours.code, found, tuple(waiting[:MOST_WAITING]))


def _differences(theirs: Mapping[str, bytes], ours: Mapping[str, bytes]) -> tuple[day_close.Difference, ...]:
    """At least one line wherever the codes differ; a day of very many cases is not named case by case."""
    found = day_close.differences(theirs, ours) if theirs else ()
    return found or (day_close.Difference("", here=True, there=True),)


def _left_out(journals: JournalStore, device: str, closes: list[Event]) -> int:
    if not closes:
        return 0
    first, last = day_close.mark_of(closes[0]), closes[-1].id.seq
    return day_close.left_out(written(device, journals.rows(device, first.after, last)))


def _closes(conn: Connection, device: str) -> Iterator[Event]:
    """The closes in the journal of a machine; what says the same word elsewhere is left out when it is read."""
    table = journal_tables.journal.c
    says = func.instr(table.public, day_close.KIND.encode()) > 0
    if conn.dialect.name == "postgresql":
        says = func.position(literal(day_close.KIND.encode()).op("IN")(table.public)) > 0
    for seq in conn.scalars(select(table.seq).where(table.device == device, says).order_by(table.seq)).all():
        for row in journal.rows(conn, device, seq - 1, seq):
            event = _readable(device, row.seq, row.public)
            if event is not None and event.kind == day_close.KIND and event.origin is None:
                yield event


def _readable(device: str, seq: int, public: bytes) -> Event | None:
    try:
        event = event_of(device, seq, public, None)
        if event.kind == day_close.KIND:
            day_close.closed_day(event)
            day_close.mark_of(event)
    except (EventNotReadable, CounterError):
        return None
    return event
