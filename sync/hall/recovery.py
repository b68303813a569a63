"""A hall that came out of a backup: what it lost comes back from its stations (sync design section 7).

From the first proof that it went back until an operator has said `recovered`, the hall receives and acknowledges, and
applies, numbers and leases nothing. The stations send their own events again, and hand back the end of their feeds
with the hall's signature over it (`sync/feed_return.py`). Then the lost order of each case is enacted once more, and
what was received meanwhile follows it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from sqlalchemy import Connection, insert, select, update

from counter_app.domain import dossiers, fold
from counter_app.domain.case import Case
from counter_app.domain.device_keys import KIND as KEYS_TOLD
from counter_app.domain.entrustment import Entrustment
from counter_app.domain.errors import CounterError, MoveNotAllowed
from counter_app.domain.events import Event, NewEvent
from counter_app.domain.fold_history import with_late
from counter_app.domain.identifiers import HALL, CaseId, EventId
from counter_app.domain.moments import local_date
from counter_app.domain.number_register import Block, Fate, Series, block_of, entries_of
from counter_app.domain.people import Person, Role
from counter_app.domain.skipped import skipped_in
from forms import template_release
from forms.item_release import KIND as ITEMS
from sync.canonical import EventNotReadable, event_of
from sync.feed_return import KIND as RETURNED
from sync.feed_return import Returned, verified_tail
from sync.hall import (
    apply,
    calendars,
    device_keys,
    items,
    jobs,
    lines,
    notice_templates,
    numbers,
    profiles,
    seal_roots,
    went_back,
)
from sync.hall.batch import Batch, Placed
from sync.hall.home import Hall
from sync.hall.ports import ExchangeHall, Records
from sync.hall.store import RESTORED, fact, number_fact, put_fact
from sync.hall.tables import case_events, devices, number_blocks, stations
from sync.hall.troubles import Kind
from sync.journal_rules import Row

SPARED_DEVICES = 10  # ids a station may have given out after the backup: they are not given again


@dataclass(frozen=True, slots=True)
class Recovered:
    """What `recovered` did. silent: stations that were not heard since the hall knew; cases: enacted again."""

    generation: int
    cases: int
    silent: tuple[str, ...]


class Sender(NamedTuple):
    """A device, and up to where its events are applied."""

    device: str
    station: str
    applied: int


class Registers(Protocol):
    """What a recovery asks of the store beside `Records`, in the same transaction."""

    def stations(self) -> list[str]: ...

    def senders(self) -> list[Sender]: ...

    def is_ordered(self, event: EventId) -> bool:
        """Whether an event at this place stands in the order of a case."""

    def take_block(self, block: Block) -> bool:
        """Enter a block that was leased; False where one of its numbers is leased already."""

    def make_room(self, series: Series, last: int) -> None:
        """Numbers up to this one are not given again."""

    def restore_calendar(self, batch: Batch, event: Event, again: Callable[[Event], Placed]) -> None:
        """`calendars.restore`."""

    def restore_items(self, batch: Batch, event: Event, again: Callable[[Event], Placed]) -> None:
        """`items.restore`."""

    def restore_notices(self, batch: Batch, event: Event, again: Callable[[Event], Placed]) -> None:
        """`notice_templates.restore`."""

    def restore_keys(self, batch: Batch, event: Event, again: Callable[[Event], Placed]) -> None:
        """`device_keys.restore`."""

    def restore_roots(self, batch: Batch, event: Event, again: Callable[[Event], Placed]) -> None:
        """`seal_roots.restore`."""


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
        silent = _silent(conn)
        done = enact_lost(hall, hall.records.on(conn), _Tables(conn))
        generation = max(number_fact(conn, "generation"), int(fact(conn, went_back.SEEN) or 0)) + 1
        put_fact(conn, "generation", str(generation))
        put_fact(conn, numbers.RECOVERED_DAY, local_date(hall.now_ms).isoformat())
        put_fact(conn, RESTORED, "")
        profiles.forget(conn)
        conn.execute(update(stations).values(devices=stations.c.devices + SPARED_DEVICES))
    return Recovered(generation, done, silent)


def enact_lost(hall: ExchangeHall, tx: Records, registers: Registers) -> int:
    """Enact what the stations handed back, inside the transaction; how many cases had lost something."""
    tx.lock_feeds(registers.stations())
    batch = Batch(tx)
    lost = _lost(hall, tx, registers)
    _tell_stations_again(batch, registers, lost)
    done = sum(_enact(batch, hall, registers, case, order) for case, order in sorted(lost.cases.items()))
    for case in sorted(batch.blocked & lost.cases.keys()):
        apply.retry(batch, hall, case)
    batch.write()
    return done


def _silent(conn: Connection) -> tuple[str, ...]:
    """Stations with a device that has not called since the hall knew that it went back."""
    since = int(fact(conn, RESTORED) or 0)
    d = devices.c
    unheard = d.revoked_ms.is_(None) & (d.last_contact_ms.is_(None) | (d.last_contact_ms < since))
    return tuple(conn.scalars(select(d.station).where(unheard).distinct().order_by(d.station))) if since else ()


@dataclass(frozen=True, slots=True)
class _Tables:
    """`Registers` over the tables."""

    conn: Connection

    def stations(self) -> list[str]:
        return list(self.conn.scalars(select(stations.c.code)))

    def senders(self) -> list[Sender]:
        columns = select(devices.c.device, devices.c.station, devices.c.applied)
        return [Sender(*row) for row in self.conn.execute(columns).all()]

    def is_ordered(self, event: EventId) -> bool:
        e = case_events.c
        same = select(e.position).where(e.device == event.device, e.seq == event.seq)
        return self.conn.execute(same).first() is not None

    def take_block(self, block: Block) -> bool:
        b = number_blocks.c
        series = block.series
        overlapping = (b.agency == series.agency) & (b.series == series.kind) & (b.year == series.year)
        overlapping &= (b.first <= block.last) & (b.last >= block.first)
        if self.conn.execute(select(b.first).where(overlapping)).first() is not None:
            return False
        row = {"agency": series.agency, "series": series.kind, "year": series.year}
        row |= {"first": block.first, "last": block.last, "device": block.device}
        self.conn.execute(insert(number_blocks).values(**row))
        return True

    def make_room(self, series: Series, last: int) -> None:
        numbers.make_room(self.conn, numbers.SeriesKey(*series), last)

    def restore_calendar(self, batch: Batch, event: Event, again: Callable[[Event], Placed]) -> None:
        calendars.restore(self.conn, batch, event, again)

    def restore_items(self, batch: Batch, event: Event, again: Callable[[Event], Placed]) -> None:
        items.restore(self.conn, batch, event, again)

    def restore_notices(self, batch: Batch, event: Event, again: Callable[[Event], Placed]) -> None:
        notice_templates.restore(self.conn, batch, event, again)

    def restore_keys(self, batch: Batch, event: Event, again: Callable[[Event], Placed]) -> None:
        device_keys.restore(self.conn, batch, event, again)

    def restore_roots(self, batch: Batch, event: Event, again: Callable[[Event], Placed]) -> None:
        seal_roots.restore(self.conn, batch, event, again)


def _lost(hall: ExchangeHall, tx: Records, registers: Registers) -> _Lost:
    lost = _Lost()
    for sender in registers.senders():
        pieces = [event for event in _unapplied(tx, sender) if event.kind == RETURNED]
        if not pieces:
            continue
        tail = verified_tail(
            pieces, hall.id, sender.station, sender.device, hall.keys.sign_public,
            lambda n, station=sender.station: tx.feed_hash_at(station, n),  # type: ignore[misc]
            lambda seq, device=sender.device: _row(tx, device, seq),  # type: ignore[misc]
        )
        _sort_in(lost, tail)
    return lost


def _unapplied(tx: Records, sender: Sender) -> Iterator[Event]:
    for row in tx.journals.rows(sender.device, sender.applied):
        try:
            yield event_of(sender.device, row.seq, row.public, row.private)
        except EventNotReadable:
            continue


def _row(tx: Records, device: str, seq: int) -> Row | None:
    return next(iter(tx.journals.rows(device, seq - 1, seq)), None)


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


def _tell_stations_again(batch: Batch, registers: Registers, lost: _Lost) -> None:
    """Blocks that were leased, calendars and items that were released, keys of devices."""
    for _, entry in sorted(lost.about_stations.items()):
        event = entry.event
        block = block_of(event) if event.kind == "block_leased" else None
        if block is not None:
            if not registers.take_block(block):
                continue
            registers.make_room(block.series, block.last)
            station = batch.station_of(block.device)
            if station is not None:
                batch.enter(station, _written_again(batch, event).place)
        elif event.kind == calendars.KIND:
            registers.restore_calendar(batch, event, lambda again: _written_again(batch, again).place)
        elif event.kind == ITEMS:
            registers.restore_items(batch, event, lambda again: _written_again(batch, again).place)
        elif event.kind == template_release.KIND:
            registers.restore_notices(batch, event, lambda again: _written_again(batch, again).place)
        elif event.kind == KEYS_TOLD:
            registers.restore_keys(batch, event, lambda again: _written_again(batch, again).place)
        elif event.kind == seal_roots.BOOK.kind:
            registers.restore_roots(batch, event, lambda again: _written_again(batch, again).place)


def _enact(batch: Batch, hall: ExchangeHall, registers: Registers, case: CaseId, order: list[Returned]) -> bool:
    """The lost events of a case in their old order, as far as all of them are here; whether there were any."""
    skipped, done = skipped_in(entry.event for entry in order), False
    for entry in order:
        if _is_there(batch.tx, registers, entry):
            continue
        found = _in_place(batch, entry)
        if found is None or not _apply(batch, hall, registers, found, late=entry.event.id in skipped):
            break  # the device has not sent it yet: what is left comes by itself, or stands among the exceptions
        done = True
    return done


def _is_there(tx: Records, registers: Registers, entry: Returned) -> bool:
    """Whether the hall has this very event in the order of a case."""
    if not registers.is_ordered(entry.event.id):
        return False
    row = _row(tx, entry.event.id.device, entry.event.id.seq)
    return row is not None and row.public == entry.public


def _in_place(batch: Batch, entry: Returned) -> _Enacted | None:
    """A device's event as it sent it again, one of the hall written anew; None if it has not come."""
    if entry.event.id.device == HALL:
        return _written_again(batch, entry.event)
    device, seq = entry.event.id.device, entry.event.id.seq
    row = _row(batch.tx, device, seq)
    if row is None or row.public != entry.public:
        return None
    return _Enacted(event_of(device, seq, row.public, row.private), Placed(device, seq, row.public, row.c))


def _written_again(batch: Batch, event: Event) -> _Enacted:
    """An event of the hall with the time that it had."""
    new = NewEvent(event.kind, event.case, event.epoch, event.user, event.data, event.private or {}, event.v)
    return _Enacted(*batch.append(new, event.clock))


def _apply(batch: Batch, hall: ExchangeHall, registers: Registers, found: _Enacted, *, late: bool) -> bool:
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
        moved, late = with_late(before, event), True
        batch.tx.record(event.id, Kind.LATE, "late", event.case, hall.now_ms)
    except CounterError:
        return False
    batch.tx.settle(event.id)  # it may have waited when the backup was made
    batch.put(moved)
    for device in _takes_part(event, moved):
        station = batch.station_of(device)
        if station is not None:
            batch.join(event.case, station)
    batch.link(event.case, found.place, late=late)
    _book(batch.tx, hall, registers, event)
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


def _book(tx: Records, hall: ExchangeHall, registers: Registers, event: Event) -> None:
    for doubt in tx.book_numbers(event):
        tx.record(event.id, Kind.NUMBER, doubt, event.case, hall.now_ms)
    for entry in entries_of(event):
        if entry.fate is Fate.USED and event.id.device == HALL:
            registers.make_room(entry.series, entry.last)


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
