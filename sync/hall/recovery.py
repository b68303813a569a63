"""A hall that came out of a backup: what it lost comes back from its stations (sync design section 7).

From the first proof that it went back until an operator has said `recovered`, the hall receives and acknowledges, and
applies, numbers and leases nothing. The stations send their own events again, and hand back the end of their feeds
with the hall's signature over it (`sync/feed_return.py`). Then the lost order of each case is enacted once more, and
what was received meanwhile follows it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Connection, insert, select, update

from counter_app.domain import dossiers, fold
from counter_app.domain.case import Case
from counter_app.domain.entrustment import Entrustment
from counter_app.domain.errors import CounterError, MoveNotAllowed
from counter_app.domain.events import Event, NewEvent
from counter_app.domain.identifiers import HALL, CaseId
from counter_app.domain.moments import local_date
from counter_app.domain.number_register import Fate, block_of, entries_of
from counter_app.domain.people import Person, Role
from counter_app.domain.skipped import skipped_in
from sync import journal
from sync.canonical import EventNotReadable, event_of
from sync.feed_return import KIND as RETURNED
from sync.feed_return import Returned, verified_tail
from sync.hall import calendars, feeds, jobs, lines, number_register, numbers, troubles, went_back
from sync.hall.batch import Batch, Placed
from sync.hall.home import Hall
from sync.hall.store import RESTORED, fact, number_fact, put_fact
from sync.hall.tables import case_events, devices, number_blocks, stations
from sync.hall.troubles import Kind

SPARED_DEVICES = 10  # ids a station may have given out after the backup: they are not given again


@dataclass(frozen=True, slots=True)
class Recovered:
    """What `recovered` did. silent: stations that were not heard since the hall knew; cases: enacted again."""

    generation: int
    cases: int
    silent: tuple[str, ...]


@dataclass
class _Lost:
    """The ends of all feeds that came back: what was lost of each case, in its order, and of the hall about stations.

    A case stands in the feed of every station that takes part in it; the longest piece tells most of it.
    """

    cases: dict[CaseId, list[Returned]] = field(default_factory=dict)
    about_stations: dict[int, Returned] = field(default_factory=dict)


class _Enacted(NamedTuple):
    """An event in the place that it has now."""

    event: Event
    place: Placed


def recovered(hall: Hall, person: Person) -> Recovered:
    """Enact what the stations handed back, and let the hall work again under a new generation.

    MoveNotAllowed `not_your_role`. Harmless where nothing was lost.
    """
    if not person.roles & {Role.OPERATOR, Role.ADMIN}:
        raise MoveNotAllowed("not_your_role", action="recovered", actors=Role.OPERATOR.value)
    with hall.store.write() as conn:
        feeds.lock(conn, conn.scalars(select(stations.c.code)).all())
        silent = _silent(conn)
        batch = Batch(hall.records.on(conn))
        lost = _lost(conn, hall)
        _tell_stations_again(conn, batch, hall, lost)
        done = sum(_enact(conn, batch, hall, case, order) for case, order in sorted(lost.cases.items()))
        batch.write()
        generation = max(number_fact(conn, "generation"), int(fact(conn, went_back.SEEN) or 0)) + 1
        put_fact(conn, "generation", str(generation))
        put_fact(conn, numbers.RECOVERED_DAY, local_date(hall.now_ms).isoformat())
        put_fact(conn, RESTORED, "")
        conn.execute(update(stations).values(devices=stations.c.devices + SPARED_DEVICES))
    return Recovered(generation, done, silent)


def _silent(conn: Connection) -> tuple[str, ...]:
    """Stations with a device that has not called since the hall knew that it went back."""
    since = int(fact(conn, RESTORED) or 0)
    d = devices.c
    unheard = d.revoked_ms.is_(None) & (d.last_contact_ms.is_(None) | (d.last_contact_ms < since))
    return tuple(conn.scalars(select(d.station).where(unheard).distinct().order_by(d.station))) if since else ()


def _lost(conn: Connection, hall: Hall) -> _Lost:
    lost = _Lost()
    for row in conn.execute(select(devices.c.device, devices.c.station, devices.c.applied)).all():
        pieces = [event for event in _unapplied(conn, row.device, row.applied) if event.kind == RETURNED]
        if not pieces:
            continue
        tail = verified_tail(
            pieces, hall.id, row.station, row.device, hall.keys.sign_public,
            lambda n, station=row.station: feeds.hash_at(conn, station, n),  # type: ignore[misc]
            lambda seq, device=row.device: next(journal.rows(conn, device, seq - 1, seq), None),  # type: ignore[misc]
        )
        _sort_in(lost, tail)
    return lost


def _unapplied(conn: Connection, device: str, applied: int) -> Iterator[Event]:
    for row in journal.rows(conn, device, applied):
        try:
            yield event_of(device, row.seq, row.public, row.private)
        except EventNotReadable:
            continue


def _sort_in(lost: _Lost, tail: list[Returned]) -> None:
    by_case: dict[CaseId, list[Returned]] = {}
    for entry in tail:
        if entry.event.case is not None:
            by_case.setdefault(entry.event.case, []).append(entry)
        elif entry.event.id.device == HALL:
            lost.about_stations[entry.event.id.seq] = entry
    for case, order in by_case.items():
        if len(order) > len(lost.cases.get(case, ())):
            lost.cases[case] = order


def _tell_stations_again(conn: Connection, batch: Batch, hall: Hall, lost: _Lost) -> None:
    """Blocks that were leased and calendars that were released."""
    for _, entry in sorted(lost.about_stations.items()):
        event = entry.event
        block = block_of(event) if event.kind == "block_leased" else None
        if block is not None:
            b = number_blocks.c
            series = block.series
            overlapping = (b.agency == series.agency) & (b.series == series.kind) & (b.year == series.year)
            overlapping &= (b.first <= block.last) & (b.last >= block.first)
            if conn.execute(select(b.first).where(overlapping)).first() is not None:
                continue
            row = {"agency": series.agency, "series": series.kind, "year": series.year}
            conn.execute(
                insert(number_blocks).values(**row, first=block.first, last=block.last, device=block.device)
            )
            numbers.make_room(conn, numbers.SeriesKey(series.agency, series.kind, series.year), block.last)
            station = batch.station_of(block.device)
            if station is not None:
                batch.enter(station, _written_again(batch, event).place)
        elif event.kind == calendars.KIND:
            calendars.restore(conn, batch, event, lambda again: _written_again(batch, again).place)


def _enact(conn: Connection, batch: Batch, hall: Hall, case: CaseId, order: list[Returned]) -> bool:
    """The lost events of a case in their old order, as far as all of them are here; whether there were any."""
    skipped, done = skipped_in(entry.event for entry in order), False
    for entry in order:
        if _is_there(conn, entry):
            continue
        found = _in_place(conn, batch, entry)
        if found is None or not _apply(conn, batch, hall, found, late=entry.event.id in skipped):
            break  # the device has not sent it yet: what is left comes by itself, or stands among the exceptions
        done = True
    return done


def _is_there(conn: Connection, entry: Returned) -> bool:
    """Whether the hall has this very event in the order of a case."""
    e = case_events.c
    device, seq = entry.event.id.device, entry.event.id.seq
    if conn.execute(select(e.position).where(e.device == device, e.seq == seq)).first() is None:
        return False
    return any(row.public == entry.public for row in journal.rows(conn, device, seq - 1, seq))


def _in_place(conn: Connection, batch: Batch, entry: Returned) -> _Enacted | None:
    """A device's event as it sent it again, one of the hall written anew; None if it has not come."""
    if entry.event.id.device == HALL:
        return _written_again(batch, entry.event)
    device, seq = entry.event.id.device, entry.event.id.seq
    row = next(journal.rows(conn, device, seq - 1, seq), None)
    if row is None or row.public != entry.public:
        return None
    return _Enacted(event_of(device, seq, row.public, row.private), Placed(device, seq, row.public, row.c))


def _written_again(batch: Batch, event: Event) -> _Enacted:
    """An event of the hall with the time that it had."""
    new = NewEvent(event.kind, event.case, event.epoch, event.user, event.data, event.private or {}, event.v)
    return _Enacted(*batch.append(new, event.clock))


def _apply(conn: Connection, batch: Batch, hall: Hall, found: _Enacted, *, late: bool) -> bool:
    """Its effects on case, order and registers; nobody is told anything a second time."""
    event = found.event
    assert event.case is not None, "only events of cases are sorted in by case"
    before = batch.dossier(event.case)
    try:
        if late and isinstance(before, Case):
            raise fold.Late("late")
        moved = dossiers.apply(before, event)
    except fold.Late:
        assert isinstance(before, Case), "only a case has a baton"
        moved, late = fold.with_late(before, event), True
        troubles.record(conn, event.id, Kind.LATE, "late", event.case, hall.now_ms)
    except CounterError:
        return False
    batch.put(moved)
    for device in _takes_part(event, moved):
        station = batch.station_of(device)
        if station is not None:
            batch.join(event.case, station)
    batch.link(event.case, found.place, late=late)
    _book(conn, hall, event)
    if not late and isinstance(moved, Case):
        _note_links(batch, event, moved)
    return True


def _takes_part(event: Event, moved: dossiers.Dossier) -> Iterator[str]:
    yield event.id.device
    if not isinstance(moved, Entrustment):
        yield moved.holder
    other = lines.named_in(event) or jobs.named_in(event)
    if other is not None:
        yield other.device


def _book(conn: Connection, hall: Hall, event: Event) -> None:
    for doubt in number_register.book(conn, event):
        troubles.record(conn, event.id, Kind.NUMBER, doubt, event.case, hall.now_ms)
    for entry in entries_of(event):
        if entry.fate is Fate.USED and event.id.device == HALL:
            numbers.make_room(conn, numbers.SeriesKey(*entry.series), entry.last)


def _note_links(batch: Batch, event: Event, case: Case) -> None:
    """Which lines are one application, and which job a case came from: said by events, kept in tables."""
    if event.kind == "received":
        lines.note(batch, case)
        if case.job:
            jobs.note(batch.tx, case)
    elif event.kind == "linked":
        batch.tx.mark_line(case.id)
    elif event.kind == "job_linked":
        batch.tx.mark_job(case.id)
