"""What the lists show, made from events in the same transaction that stores them (sync design section 1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Connection, Table, and_, bindparam, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from counter_app.adapters.store import schema
from counter_app.adapters.store.case_bytes import from_bytes, to_bytes
from counter_app.adapters.store.initials import initials_of
from counter_app.domain.case import Case
from counter_app.domain.events import Event
from counter_app.domain.fold import apply, replay
from counter_app.domain.identifiers import CaseId
from counter_app.domain.moments import local_date
from counter_app.domain.states import END_STATES
from counter_app.domain.wire_values import number_of, rows_of, text_of
from sync import journal, journal_tables
from sync.canonical import event_of

NO_DUTY = "9999-12-31"


def project_own(connection: Connection, event: Event) -> None:
    """Take an event of this device into the projections. Raises what the fold raises."""
    if event.case is not None:
        _note_event(connection, event, None)
        save_case(connection, apply(load_case(connection, event.case), event))
    _book_numbers(connection, event)
    _note_uploads(connection, event)


def project_feed(
    connection: Connection, device: str, own: Iterable[tuple[int, int]], foreign: Iterable[tuple[int, Event]]
) -> None:
    """Take in what the feed brought: (n, seq) of own events that have their place now, and others' events with n.

    The order of a case is feed order, then own events not yet in the feed (sync
    design section 3). So a case is folded anew only where somebody else's event
    comes in before own ones that are still on their way.
    """
    table = schema.case_events
    places = [{"place": n, "own_seq": seq} for n, seq in own]
    if places:
        mine = (table.c.device == device) & (table.c.seq == bindparam("own_seq"))
        connection.execute(update(table).where(mine).values(feed_n=bindparam("place")), places)
    anew: set[CaseId] = set()
    for n, event in foreign:
        if event.case is None:
            _without_case(connection, device, event)
            continue
        if _has_own_on_the_way(connection, event.case):
            anew.add(event.case)
        _note_event(connection, event, n)
        if event.case not in anew:
            save_case(connection, apply(load_case(connection, event.case), event))
    for case in sorted(anew):
        folded = replay(case_history(connection, case))
        if folded is not None:
            save_case(connection, folded)


def case_history(connection: Connection, case: CaseId) -> Iterator[Event]:
    """The events of a case in the order that holds."""
    places, foreign = schema.case_events.c, schema.foreign_events.c
    own, sealed = journal_tables.journal.name, journal_tables.journal_private.name
    public, private = schema.metadata.tables[own], schema.metadata.tables[sealed]
    rows = connection.execute(
        select(
            places.device,
            places.seq,
            func.coalesce(public.c.public, foreign.public).label("public"),
            func.coalesce(private.c.private, foreign.private).label("private"),
        )
        .join_from(
            schema.case_events, public, (public.c.device == places.device) & (public.c.seq == places.seq), isouter=True
        )
        .join(private, (private.c.device == places.device) & (private.c.seq == places.seq), isouter=True)
        .join(
            schema.foreign_events, (foreign.device == places.device) & (foreign.seq == places.seq), isouter=True
        )
        .where(places.case_device == case.device, places.case_n == case.n)
        .order_by(places.feed_n.is_(None), places.feed_n, places.seq)
    ).all()
    for row in rows:
        yield event_of(row.device, row.seq, row.public, row.private)


def load_case(connection: Connection, case: CaseId) -> Case | None:
    """The case as projected."""
    table = schema.cases.c
    body = connection.scalar(
        select(table.body).where(table.case_device == case.device, table.case_n == case.n)
    )
    return None if body is None else from_bytes(body)


def save_case(connection: Connection, case: Case) -> None:
    """Write the case's row and its search words."""
    _put(connection, schema.cases, case_row(case))
    _put(connection, schema.search, _search_row(case))


def case_row(case: Case) -> dict[str, Any]:
    """The columns of a case that lists sort and select by, and its body."""
    running = [clock.due.isoformat() for clock in case.clocks if clock.runs]
    return {
        "case_device": case.id.device,
        "case_n": case.id.n,
        "case_no": case.case_no,
        "state": case.state.value,
        "open": case.state not in END_STATES,
        "item": case.item.code,
        "opened_by": case.opened_by,
        "received_on": local_date(case.received_at_ms).isoformat(),
        "received_ms": case.received_at_ms,
        "changed_ms": case.changed_at_ms,
        "due": min(running, default=NO_DUTY),
        "unprinted": len(case.unprinted),
        "body": to_bytes(case),
    }


def rebuild(connection: Connection, device: str) -> None:
    """Make every projection again from journal and feed. How far uploads got and the drafts stay."""
    for table in schema.PROJECTIONS:
        connection.execute(delete(table))
    feed_places = _feed_places(connection)
    for event in journal.read(connection, device):
        if event.case is not None:
            _note_event(connection, event, feed_places.get((device, event.id.seq)))
    foreign = schema.foreign_events.c
    rows = connection.execute(select(foreign.device, foreign.seq, foreign.public, foreign.private)).all()
    events = [event_of(row.device, row.seq, row.public, row.private) for row in rows]
    events.sort(key=lambda event: feed_places[event.id.device, event.id.seq])
    for event in events:
        if event.case is None:
            _without_case(connection, device, event)
        else:
            _note_event(connection, event, feed_places[event.id.device, event.id.seq])
    for event in journal.read(connection, device):
        _book_numbers(connection, event)
    keys = connection.execute(
        select(schema.case_events.c.case_device, schema.case_events.c.case_n).distinct()
    ).all()
    for key in keys:
        folded = replay(case_history(connection, CaseId(key.case_device, key.case_n)))
        if folded is not None:
            save_case(connection, folded)


def rows_to_compare(connection: Connection) -> dict[str, list[tuple[Any, ...]]]:
    """Every projection's rows in a fixed order, for comparing a store with its rebuild."""
    return {
        table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
        for table in schema.PROJECTIONS
    }


def _feed_places(connection: Connection) -> dict[tuple[str, int], int]:
    rows = connection.execute(select(schema.feed.c.n, schema.feed.c.device, schema.feed.c.seq))
    return {(row.device, row.seq): row.n for row in rows}


def _note_event(connection: Connection, event: Event, feed_n: int | None) -> None:
    assert event.case is not None
    row = {
        "device": event.id.device,
        "seq": event.id.seq,
        "case_device": event.case.device,
        "case_n": event.case.n,
        "feed_n": feed_n,
    }
    _put(connection, schema.case_events, row)


def _has_own_on_the_way(connection: Connection, case: CaseId) -> bool:
    table = schema.case_events.c
    on_the_way = and_(table.case_device == case.device, table.case_n == case.n, table.feed_n.is_(None))
    return connection.execute(select(table.seq).where(on_the_way).limit(1)).first() is not None


def _without_case(connection: Connection, device: str, event: Event) -> None:
    """Feed events about the station itself; kinds that this program does not know wait for an upgrade."""
    if event.kind == "block_leased" and text_of(event.data, "to") == device:
        data = event.data
        row = {
            "agency": text_of(data, "agency"),
            "kind": text_of(data, "kind"),
            "year": number_of(data, "year"),
            "first": number_of(data, "first"),
            "last": number_of(data, "last"),
            "next": number_of(data, "first"),
        }
        connection.execute(upsert(schema.blocks).values(row).on_conflict_do_nothing())


def _book_numbers(connection: Connection, event: Event) -> None:
    """Numbers taken by an event: the next one of its block, or of the temporary count, lies behind it."""
    for notice in rows_of(event.data, "notices"):
        if "n" not in notice:
            continue
        year, n = number_of(notice, "year"), number_of(notice, "n")
        if notice.get("temporary"):
            table = schema.temporary_numbers
            count = upsert(table).values(year=year, next=n + 1)
            connection.execute(
                count.on_conflict_do_update(index_elements=["year"], set_={"next": func.max(table.c.next, n + 1)})
            )
        else:
            block = schema.blocks.c
            its_block = and_(
                block.agency == text_of(notice, "agency"),
                block.kind == text_of(notice, "series"),
                block.year == year,
                block.first <= n,
                block.last >= n,
                block.next <= n,
            )
            connection.execute(update(schema.blocks).where(its_block).values(next=n + 1))


def _note_uploads(connection: Connection, event: Event) -> None:
    if event.case is None:
        return
    for material in rows_of(event.data, "materials"):
        for file in rows_of(material, "files"):
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


def _search_row(case: Case) -> dict[str, Any]:
    return {
        "case_device": case.id.device,
        "case_n": case.id.n,
        "name": case.applicant.name,
        "initials": initials_of(case.applicant.name),
        "id_number": case.applicant.id_number,
        "phone": case.applicant.phone,
        "local_no": str(case.id),
        "case_no": case.case_no,
    }


def _put(connection: Connection, table: Table, row: dict[str, Any]) -> None:
    keys = [column.name for column in table.primary_key]
    rest = {name: value for name, value in row.items() if name not in keys}
    connection.execute(upsert(table).values(row).on_conflict_do_update(index_elements=keys, set_=rest))


