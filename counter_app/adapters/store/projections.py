"""What the lists show, made from events in the same transaction that stores them (sync design section 1)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from operator import itemgetter
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, and_, bindparam, delete, func, select
from sqlalchemy.dialects.sqlite import insert as upsert

from counter_app.adapters.store import (
    calendars,
    days,
    number_book,
    own_devices,
    rows,
    schema,
)
from counter_app.adapters.store.dossier_rows import load_dossier, save_dossiers
from counter_app.adapters.store.feed_troubles import FOUND_HERE, WAITS, put_trouble
from counter_app.adapters.store.hall_word import take_word
from counter_app.domain import dossiers
from counter_app.domain.dossiers import Dossier
from counter_app.domain.errors import MoveNotAllowed
from counter_app.domain.events import Event
from counter_app.domain.fold import UnknownKind
from counter_app.domain.identifiers import MOST_CASES, CaseId, EventId
from counter_app.domain.replayed import each_once
from counter_app.domain.wire_values import number_of, rows_of, text_of
from sync import journal_tables
from sync.canonical import EventNotReadable, event_of

VERSION = 21  # raised whenever the fold, a row made here or what is read of items changes: older stores are rebuilt
TAKEN_UP = "feed_taken_up"  # a state: see `taken_up`

log = logging.getLogger(__name__)


def project_own(connection: Connection, event: Event) -> None:
    """Take an act of this device into the projections. Raises what the fold raises, and `case_erased`."""
    _note_uploads(connection, event)
    if event.case is not None:
        _note_event(connection, event, None)
        before = load_dossier(connection, event.case)
        if before is not None and before.erased and event.kind != "erased":
            raise MoveNotAllowed("case_erased", case=str(before.id))  # no paper without a name, no name comes back
        if before is None and event.kind == "papers_taken":
            return  # papers of a case of elsewhere: the feed brings the case once the hall knows that we took part
        save_dossiers(connection, [dossiers.apply(before, event)])
    _note_calendar(connection, event)
    days.note(connection, event)
    number_book.book(connection, event)


def project_returned(connection: Connection, device: str, events: Iterable[Event]) -> None:
    """Take in own events that this store had lost; what they rested on may still have to come by the feed."""
    touched: set[CaseId] = set()
    for event in events:
        if event.case is not None:
            _note_event(connection, event, None)
            touched.add(event.case)
        _note_calendar(connection, event)
        days.note(connection, event)
        number_book.book(connection, event)
        _note_uploads(connection, event)
    fold_cases(connection, device, touched)


def note_foreign(
    connection: Connection, device: str, foreign: Iterable[tuple[int, Event]]
) -> dict[CaseId, list[Event]]:
    """Give others' events their places; the cases that they touch, each with its events in feed order."""
    touched: dict[CaseId, list[Event]] = {}
    places = []
    for n, event in foreign:
        if event.case is None:
            take_word(connection, device, n, event)
        elif event.case.n > MOST_CASES:
            put_trouble(connection, event)
        else:
            places.append(_event_row(event, event.case, n))
            touched.setdefault(event.case, []).append(event)
    rows.put(connection, schema.case_events, places)
    return touched


def fold_cases(connection: Connection, device: str, cases: Iterable[CaseId]) -> list[Dossier]:
    """Make these cases anew from their events, and note which of them has an event that waits. Those that there are.

    An unknown kind or version waits without alarm: it is taken up after an upgrade.
    """
    trouble, made = schema.troubles.c, list[Dossier]()
    its = and_(trouble.case_device == bindparam("of_device"), trouble.case_n == bindparam("of_n"))
    of_others = delete(schema.troubles).where(its, trouble.device != device)
    for case in sorted(cases):
        folded, waiting, why = dossiers.folded(case_history(connection, case), device)
        if folded is not None:
            made.append(folded)
        connection.execute(of_others, {"of_device": case.device, "of_n": case.n})
        if waiting is not None and not isinstance(why, UnknownKind):
            log.warning("event %s/%d waits: %s", waiting.id.device, waiting.id.seq, why)
            put_trouble(connection, waiting)
    save_dossiers(connection, made)
    return made


def case_history(
    connection: Connection, case: CaseId, seen: int | None = None, until: EventId | None = None
) -> Iterator[Event]:
    """The events of a case in the order that holds; or that held when the feed had come as far as seen, until an own
    event was written."""
    found = connection.execute(_HISTORY, {"of_device": case.device, "of_n": case.n}).all()
    if seen is not None and until is not None:
        found = [row for row in found if _was_known(row, seen, until)]
    events = (event_of(row.device, row.seq, row.public, row.private) for row in sorted(found, key=_by_place(seen)))
    yield from each_once(events)


def _of_case() -> Select[Any]:
    """The events of one case, whoever wrote them."""
    places, foreign = schema.case_events.c, schema.foreign_events.c
    own, sealed = journal_tables.journal.name, journal_tables.journal_private.name
    public, private = schema.metadata.tables[own], schema.metadata.tables[sealed]
    return (
        select(
            places.device,
            places.seq,
            places.feed_n,
            func.coalesce(foreign.public, public.c.public).label("public"),
            func.coalesce(foreign.private, private.c.private).label("private"),
        )
        .join_from(
            schema.case_events, public, (public.c.device == places.device) & (public.c.seq == places.seq), isouter=True
        )
        .join(private, (private.c.device == places.device) & (private.c.seq == places.seq), isouter=True)
        .join(
            schema.foreign_events, (foreign.device == places.device) & (foreign.seq == places.seq), isouter=True
        )
        .where(places.case_device == bindparam("of_device"), places.case_n == bindparam("of_n"))
    )


_HISTORY = _of_case()


def _was_known(row: Any, seen: int, until: EventId) -> bool:
    if row.device == until.device:
        return bool(row.seq <= until.seq)
    return row.feed_n is not None and bool(row.feed_n <= seen)


def _by_place(seen: int | None) -> Callable[[Any], tuple[bool, int, str, int]]:
    """Feed order, then own events that were not yet in the feed."""

    def place(row: Any) -> tuple[bool, int, str, int]:
        on_the_way = row.feed_n is None or (seen is not None and row.feed_n > seen)
        return on_the_way, 0 if on_the_way else row.feed_n, row.device, row.seq

    return place


def rebuild(connection: Connection, device: str) -> None:
    """Make every projection again from journal and feed, as far as it was taken up. How far uploads got and the drafts
    stay."""
    for table in schema.PROJECTIONS:
        connection.execute(delete(table))
    trouble = schema.troubles.c
    connection.execute(delete(schema.troubles).where(trouble.device != device, trouble.code.not_in(FOUND_HERE)))
    feed_places = _feed_places(connection)
    touched: set[CaseId] = set()
    for event in own_devices.events(connection, device):
        if event.case is not None:
            _note_event(connection, event, feed_places.get((event.id.device, event.id.seq)))
            _note_files(connection, event, event.case)
            touched.add(event.case)
        _note_calendar(connection, event)
        days.note(connection, event)
        if event.id.device == device:
            number_book.note(connection, event)
    touched |= note_foreign(connection, device, _foreign(connection, feed_places)).keys()
    fold_cases(connection, device, touched)
    calendars.forget_cases(connection)
    number_book.settle_all(connection)


def _foreign(connection: Connection, places: Mapping[tuple[str, int], int]) -> list[tuple[int, Event]]:
    """What the feed brought of others, in its order; what cannot be read waits."""
    foreign = schema.foreign_events.c
    found = []
    for row in connection.execute(select(foreign.device, foreign.seq, foreign.public, foreign.private)):
        n = places.get((row.device, row.seq))
        event = None if n is None else readable(connection, row.device, row.seq, row.public, row.private)
        if n is not None and event is not None:
            found.append((n, event))
    return sorted(found, key=itemgetter(0))


def readable(connection: Connection, device: str, seq: int, public: bytes, private: bytes | None) -> Event | None:
    """The event of others of these bytes; None if this program cannot read it, which is noted."""
    try:
        return event_of(device, seq, public, private)
    except EventNotReadable:
        rows.put(connection, schema.troubles, [{"device": device, "seq": seq, "code": WAITS, "since_ms": 0}])
        return None


def rows_to_compare(connection: Connection) -> dict[str, list[tuple[Any, ...]]]:
    """Every projection's rows in a fixed order, for comparing a store with its rebuild."""
    return {
        table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
        for table in schema.PROJECTIONS
    }


def taken_up(connection: Connection) -> int:
    """The feed number up to which the projections know it; what was stored behind it is still to be taken up.

    A store that was never told has taken up all that is there.
    """
    value = connection.scalar(select(schema.state.c.value).where(schema.state.c.name == TAKEN_UP))
    return newest_fed(connection) if value is None else int(msgspec.msgpack.decode(value))


def newest_fed(connection: Connection) -> int:
    """The number of the newest feed event that is stored, 0 if there is none."""
    return connection.scalar(select(func.max(schema.feed.c.n))) or 0


def _feed_places(connection: Connection) -> dict[tuple[str, int], int]:
    feed = schema.feed.c
    rows = connection.execute(select(feed.n, feed.device, feed.seq).where(feed.n <= taken_up(connection)))
    return {(row.device, row.seq): row.n for row in rows}


def _note_event(connection: Connection, event: Event, feed_n: int | None) -> None:
    assert event.case is not None
    rows.put(connection, schema.case_events, [_event_row(event, event.case, feed_n)])


def _event_row(event: Event, case: CaseId, feed_n: int | None) -> dict[str, Any]:
    place = {"device": event.id.device, "seq": event.id.seq, "feed_n": feed_n}
    return {**place, "case_device": case.device, "case_n": case.n}


def _note_calendar(connection: Connection, event: Event) -> None:
    """A calendar that was added here, from a file of the hall."""
    if event.kind == calendars.BY_FILE:
        calendars.note(connection, event, None)


def _note_uploads(connection: Connection, event: Event) -> None:
    """The scans that an own event names are sent once, however many cases name them."""
    if event.case is None:
        return
    _note_files(connection, event, event.case)
    for file in files_of(event):
        row = {
            "sha256": file["sha256"],
            "size": number_of(file, "size"),
            "media_type": text_of(file, "type"),
            "case_device": event.case.device,
            "case_n": event.case.n,
            "seq": event.id.seq,
            "sent": 0,
        }
        connection.execute(upsert(schema.uploads).values(row).on_conflict_do_nothing())


def _note_files(connection: Connection, event: Event, case: CaseId) -> None:
    for file in files_of(event):
        row = {"sha256": file["sha256"], "case_device": case.device, "case_n": case.n}
        connection.execute(upsert(schema.case_files).values(row).on_conflict_do_nothing())


def files_of(event: Event) -> list[Mapping[str, object]]:
    """The scans that an event names."""
    return [file for material in rows_of(event.data, "materials") for file in rows_of(material, "files")]
