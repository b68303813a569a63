"""The feed taken into the projections piece by piece, once it is stored (sync design section 4: receive, then apply).

What the feed brought is safe before anything is made of it; until it is taken up, this machine works as if it had not
come. A case whose new events come behind all others of it is carried on from where it stands, many cases at once;
only where an own event is still on its way into the feed, or an event waits, is its history folded anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from counter_app.adapters.store import (
    calendars,
    dossier_rows,
    erasure,
    feed_troubles,
    own_devices,
    projections,
    rows,
    schema,
)
from counter_app.adapters.store.station_store import StationStore
from counter_app.adapters.store.writing import WriteTransaction
from counter_app.domain import dossiers
from counter_app.domain.dossiers import Dossier
from counter_app.domain.errors import CounterError
from counter_app.domain.events import Event
from counter_app.domain.identifiers import CaseId
from counter_app.domain.skipped import EXCEPTION_SETTLED
from resources.pace import unhurried

PIECE = 1000  # feed numbers in one transaction: a long one would keep the counter's work waiting
_BROUGHT = "replayed_devices"  # a state: closed ids whose work came again under another

Touched = dict[CaseId, list[Event]]


def take_up_all(store: StationStore) -> None:
    """Take up what is left, a piece in each transaction. Killed in the middle, the next start goes on."""
    with store.read() as reading:
        left = _is_left(reading.connection)
    moved = False
    while left:
        with store.write() as writing:
            moved |= _take_up(writing)
            left = _is_left(writing.connection)
    if moved:
        store.recount()


def _is_left(connection: Connection) -> bool:
    return projections.taken_up(connection) < projections.newest_fed(connection)


def _take_up(writing: WriteTransaction) -> bool:
    """The next piece; whether a calendar came with it, that may move cases."""
    connection, device = writing.connection, writing.device()
    after = projections.taken_up(connection)
    last = min(after + PIECE, projections.newest_fed(connection))
    own: list[tuple[int, int]] = []
    foreign: list[tuple[int, Event]] = []
    for row in unhurried(connection.execute(_FED, {"after": after, "last": last})):
        if row.public is None:
            own.append((row.n, row.seq))
            continue
        event = projections.readable(connection, row.device, row.seq, row.public, row.private)
        if event is not None:
            foreign.append((row.n, event))
    _note_brought(writing, (event for _, event in foreign))
    touched = _project(writing, device, own, foreign)
    erasure.erase(connection, device, erasure.over(touched))
    writing.state.put(projections.TAKEN_UP, last)
    return any(event.kind == calendars.BY_FEED for _, event in foreign)


def _project(
    writing: WriteTransaction, device: str, own: Iterable[tuple[int, int]], foreign: Iterable[tuple[int, Event]]
) -> list[Dossier]:
    """Own events get their places, others' are taken in; the cases that those touched, as they are now.

    What cannot be taken waits: nothing that others wrote may keep the feed from going on.
    """
    connection = writing.connection
    touched = projections.note_foreign(connection, device, foreign)
    folded_anew = _on_the_way(connection, touched) | _waiting(connection) | _rewritten(writing, device, touched)
    places = [{"place": n, "own_device": device, "own_seq": seq} for n, seq in own]
    if places:
        connection.execute(_PLACE, places)
    carried = _carried_on(connection, {case: new for case, new in touched.items() if case not in folded_anew})
    return carried + projections.fold_cases(connection, device, touched.keys() - {case.id for case in carried})


def _carried_on(connection: Connection, touched: Touched) -> list[Dossier]:
    """The cases that took all their new events, saved; one that refuses an event is left for its history to tell."""
    before = dossier_rows.load_dossiers(connection, touched)
    carried: list[Dossier] = []
    for case_id, events in unhurried(touched.items()):
        dossier = before.get(case_id)
        try:
            for event in events:
                dossier = dossiers.apply(dossier, event)
        except CounterError:
            continue
        if dossier is not None:
            carried.append(dossier)
    dossier_rows.save_dossiers(connection, carried)
    return carried


def _on_the_way(connection: Connection, cases: Iterable[CaseId]) -> set[CaseId]:
    """Those of the cases with an own event that had no place in the feed yet: it stands behind what came now."""
    places = schema.case_events.c
    query = select(places.case_device, places.case_n).where(places.feed_n.is_(None))
    return {CaseId(row.case_device, row.case_n) for row in rows.of_cases(connection, query, places, cases)}


def _waiting(connection: Connection) -> set[CaseId]:
    """Cases in which an event waits."""
    table = schema.troubles.c
    query = select(table.case_device, table.case_n).where(table.code == feed_troubles.WAITS, table.case_n.is_not(None))
    return {CaseId(row.case_device, row.case_n) for row in connection.execute(query)}


def _rewritten(writing: WriteTransaction, device: str, touched: Touched) -> set[CaseId]:
    """Cases whose history may hold the same work twice, or that a person at the hall has changed afterwards."""
    closed = set(writing.state.get(_BROUGHT, [])) | {former.device for former in own_devices.former(writing.connection)}
    return {
        case
        for case, events in touched.items()
        if any(
            event.origin is not None or event.kind == EXCEPTION_SETTLED or event.id.device in closed
            for event in events
        )
    }


def _note_brought(writing: WriteTransaction, events: Iterable[Event]) -> None:
    new = {event.origin.id.device for event in events if event.origin is not None}
    known = set(writing.state.get(_BROUGHT, []))
    if new - known:
        writing.state.put(_BROUGHT, sorted(new | known))


def _fed() -> Any:
    feed, foreign = schema.feed.c, schema.foreign_events.c
    same = (foreign.device == feed.device) & (foreign.seq == feed.seq)
    columns = (feed.n, feed.device, feed.seq, foreign.public, foreign.private)
    joined = select(*columns).join_from(schema.feed, schema.foreign_events, same, isouter=True)
    return joined.where(feed.n > bindparam("after"), feed.n <= bindparam("last")).order_by(feed.n)


_FED = _fed()
_PLACE = (
    update(schema.case_events)
    .where(schema.case_events.c.device == bindparam("own_device"), schema.case_events.c.seq == bindparam("own_seq"))
    .values(feed_n=bindparam("place"))
)
