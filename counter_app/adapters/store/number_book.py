"""The register of this device's numbers: what became of each, and what its blocks still hold (sync design, 8)."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, bindparam, func, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from counter_app.adapters.store import schema
from counter_app.domain.events import Event
from counter_app.domain.identifiers import CaseId, EventId
from counter_app.domain.number_register import Block, Entry, Fate, Series, block_of, entries_of
from counter_app.domain.wire_values import number_of, rows_of
from sync import journal
from sync.canonical import event_of


def book(connection: Connection, event: Event) -> None:
    """Enter what an own event did with numbers. What it took or ended, its block does not give any more."""
    for entry in note(connection, event):
        table = schema.blocks.c
        touched = and_(_of(table, entry.series), table.first <= entry.last, table.last >= entry.first)
        for block in connection.execute(select(schema.blocks).where(touched)).all():
            _settle(connection, block)


def note(connection: Connection, event: Event) -> list[Entry]:
    """Write the entries of an own event, and the slips that it reserves; blocks are to be settled after it."""
    if event.origin is not None:
        _count_temporary(connection, event)  # such papers wait for their final numbers here
        return []  # done under an id that is closed: its numbers are explained at the hall
    block = block_of(event) if event.kind == "slips_reserved" else None
    if block is not None:
        _put_block(connection, block)
    entries = list(entries_of(event))
    for place, entry in enumerate(entries):
        connection.execute(upsert(schema.numbers).values(_row_of(entry, place)).on_conflict_do_nothing())
    _count_temporary(connection, event)
    return entries


def lease(connection: Connection, block: Block) -> None:
    """A block that the hall leased; its uses may have come back before it."""
    _put_block(connection, block)
    one = {**_words(block.series), "of_first": block.first}
    _settle(connection, connection.execute(_BLOCK, one).one())


def settle_all(connection: Connection) -> None:
    """What every block still holds, after a rebuild."""
    for block in connection.execute(select(schema.blocks)).all():
        _settle(connection, block)


def entries(connection: Connection, device: str, year: int | None) -> list[Entry]:
    """What this device did with numbers of a year (None: of all), by number; reasons as far as they are not erased."""
    table = schema.numbers.c
    wanted = select(schema.numbers).order_by(table.agency, table.kind, table.year, table.first, table.seq)
    if year is not None:
        wanted = wanted.where(table.year == year)
    return [_entry(connection, device, row) for row in connection.execute(wanted).all()]


def entries_at(connection: Connection, device: str, series: Series, first: int, last: int) -> list[Entry]:
    """What this device did with these numbers."""
    table = schema.numbers.c
    among = and_(_of(table, series), table.first <= last, table.last >= first)
    wanted = select(schema.numbers).where(among).order_by(table.first, table.seq)
    return [_entry(connection, device, row) for row in connection.execute(wanted).all()]


def count_used(connection: Connection, since_ms: int) -> Counter[tuple[str, str]]:
    """How many numbers of each agency's papers were used here since then, whatever the year."""
    table = schema.numbers.c
    recent = select(table.agency, table.kind, func.count().label("used")).where(table.at_ms >= since_ms)
    used = recent.where(table.fate == Fate.USED.value).group_by(table.agency, table.kind)
    return Counter({(row.agency, row.kind): row.used for row in connection.execute(used)})


def _entry(connection: Connection, device: str, row: Row[Any]) -> Entry:
    fate = Fate(row.fate)
    reason = ""
    if fate is Fate.SPOILED:
        [found] = journal.rows(connection, device, row.seq - 1, row.seq)
        event = event_of(device, row.seq, found.public, found.private)
        reason = next((entry.reason for entry in entries_of(event) if entry.fate is fate), "")
    return Entry(
        Series(row.agency, row.kind, row.year),
        row.first,
        row.last,
        fate,
        EventId(device, row.seq),
        row.at_ms,
        row.user,
        CaseId(row.case_device, row.case_n) if row.case_device else None,
        row.paper,
        row.number,
        reason,
    )


def _row_of(entry: Entry, place: int) -> dict[str, Any]:
    return {
        "seq": entry.event.seq,
        "place": place,
        **entry.series._asdict(),
        "first": entry.first,
        "last": entry.last,
        "fate": entry.fate.value,
        "at_ms": entry.at_ms,
        "user": entry.user,
        "case_device": entry.case.device if entry.case else None,
        "case_n": entry.case.n if entry.case else None,
        "paper": entry.paper,
        "number": entry.number,
    }


def _put_block(connection: Connection, block: Block) -> None:
    row = {**block.series._asdict(), "first": block.first, "last": block.last, "next": block.first}
    connection.execute(_NEW_BLOCK, row)


def _settle(connection: Connection, block: Row[Any]) -> None:
    """The next number of a block: behind the last used one, and none that was spoiled or returned before its use."""
    series = Series(block.agency, block.kind, block.year)
    words = _words(series)
    last_used = connection.scalar(_LAST_USED, {**words, "of_first": block.first, "of_last": block.last})
    following = block.first if last_used is None else last_used + 1
    while following <= block.last:
        end = connection.scalar(_LAST_ENDED, {**words, "of_number": following})
        if end is None:
            break
        following = end + 1
    following = min(following, block.last + 1)
    if following != block.next:
        one = and_(_of(schema.blocks.c, series), schema.blocks.c.first == block.first)
        connection.execute(update(schema.blocks).where(one).values(next=following))


def _count_temporary(connection: Connection, event: Event) -> None:
    """The next count of temporary numbers lies behind those that the event used."""
    table = schema.temporary_numbers
    for row in rows_of(event.data, "notices"):
        if "n" in row and row.get("temporary") is True:
            following = number_of(row, "n") + 1
            count = upsert(table).values(year=number_of(row, "year"), next=following)
            later = {"next": func.max(table.c.next, following)}
            connection.execute(count.on_conflict_do_update(index_elements=["year"], set_=later))


def _of(columns: Any, series: Series) -> ColumnElement[bool]:
    return and_(columns.agency == series.agency, columns.kind == series.kind, columns.year == series.year)


def _words(series: Series) -> dict[str, Any]:
    return {"of_agency": series.agency, "of_kind": series.kind, "of_year": series.year}


def _named(columns: Any) -> ColumnElement[bool]:
    return and_(*(columns[name] == bindparam(f"of_{name}") for name in Series._fields))


# Made once: a machine that enrols gets more than a hundred blocks.
_NEW_BLOCK = upsert(schema.blocks).on_conflict_do_nothing()
_used = schema.numbers.c
_BLOCK = select(schema.blocks).where(_named(schema.blocks.c), schema.blocks.c.first == bindparam("of_first"))
_LAST_USED = select(func.max(_used.last)).where(
    _named(_used),
    _used.first <= bindparam("of_last"),
    _used.last >= bindparam("of_first"),
    _used.fate == Fate.USED.value,
)
_LAST_ENDED = select(func.max(_used.last)).where(
    _named(_used),
    _used.first <= bindparam("of_number"),
    _used.last >= bindparam("of_number"),
    _used.fate != Fate.USED.value,
)
