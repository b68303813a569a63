"""The hall's register of numbers: what became of each, booked as events are applied (sync design section 8).

A number is used once and ends once; whatever comes second stays an exception and changes nothing here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, insert, or_, select

from counter_app.domain.events import Event
from counter_app.domain.identifiers import HALL, CaseId
from counter_app.domain.number_register import (
    SLIPS,
    TEMPORARY,
    Block,
    Entry,
    Fate,
    Series,
    block_of,
    entries_of,
    temporaries_of,
)
from sync import journal
from sync.canonical import event_of
from sync.hall.tables import number_blocks, numbers_ended, numbers_used

DOUBLED, NOT_LEASED, ENDED = "number_doubled", "number_not_leased", "number_ended"
_OF_NO_BLOCK = (SLIPS, TEMPORARY)  # counted by a device; any machine of its station may enter a slip


def book(conn: Connection, event: Event) -> list[str]:
    """Enter what the event did with numbers; the codes of what cannot be right."""
    doubts = [_booked_block(conn, block)] if (block := _own_block(event)) else []
    for part, entry in enumerate(_all_of(event)):
        enter = _book_use if entry.fate is Fate.USED else _book_end
        doubts.append(enter(conn, entry, part))
    return [doubt for doubt in doubts if doubt]


def tells(event: Event) -> bool:
    """Whether the event says anything of numbers."""
    return bool(_own_block(event)) or any(True for _ in _all_of(event))


def blocks_given_by(conn: Connection, device: str) -> frozenset[Block]:
    """The blocks that its events gave out: the hall's all that it leased, a device's its slips."""
    wanted = select(number_blocks)
    rows = conn.execute(wanted if device == HALL else wanted.where(number_blocks.c.device == device))
    return frozenset(Block(Series(row.agency, row.series, row.year), row.first, row.last, row.device) for row in rows)


def missing(conn: Connection, known: Set[Block], event: Event) -> Iterator[str]:
    """What of an applied event the register does not know as its: `block_not_registered`, `number_not_booked`."""
    block = block_of(event)
    ours = event.id.device == HALL or (event.origin is None and _own_block(event) is not None)
    if block is not None and ours and block not in known:
        yield "block_not_registered"
    for part, entry in enumerate(_all_of(event)):
        if entry.fate is Fate.USED:
            place = _place_of_use(conn, entry)
        else:
            e = numbers_ended.c
            mine = and_(e.device == event.id.device, e.seq == event.id.seq, e.part == part)
            row = conn.execute(select(e.first, e.last).where(mine)).first()
            place = event.id if row is not None and tuple(row) == (entry.first, entry.last) else None
        if place is None or (place.device, place.seq) != (event.id.device, event.id.seq):
            yield "number_not_booked"


def _all_of(event: Event) -> Iterable[Entry]:
    return (*entries_of(event), *temporaries_of(event))


def _own_block(event: Event) -> Block | None:
    """Slips that a device reserved: the only block that the hall does not lease itself."""
    return block_of(event) if event.kind == "slips_reserved" else None


def _booked_block(conn: Connection, block: Block) -> str:
    b = number_blocks.c
    overlapping = and_(_of(b, block.series), b.first <= block.last, b.last >= block.first)
    known = conn.execute(select(b.first, b.last).where(overlapping)).first()
    if known is not None:
        return "" if tuple(known) == (block.first, block.last) else DOUBLED
    row = {"agency": block.series.agency, "series": block.series.kind, "year": block.series.year}
    conn.execute(insert(number_blocks).values(**row, first=block.first, last=block.last, device=block.device))
    return ""


def _book_use(conn: Connection, entry: Entry, part: int) -> str:
    first_use = _place_of_use(conn, entry)
    if first_use is not None:
        return "" if (first_use.device, first_use.seq) == (entry.event.device, entry.event.seq) else DOUBLED
    place = {"device": entry.event.device, "seq": entry.event.seq, "at_ms": entry.at_ms}
    series = {"agency": entry.series.agency, "series": entry.series.kind, "year": entry.series.year}
    conn.execute(insert(numbers_used).values(**series, n=entry.first, **place))
    if _ended_before(conn, entry):
        return ENDED
    return "" if _is_holder(conn, entry) else NOT_LEASED


def _book_end(conn: Connection, entry: Entry, part: int) -> str:
    e = numbers_ended.c
    mine = and_(e.device == entry.event.device, e.seq == entry.event.seq, e.part == part)
    if conn.execute(select(e.part).where(mine)).first() is not None:
        return ""
    doubted = _ended_before(conn, entry) or _used_by_others(conn, entry)
    series = {"agency": entry.series.agency, "series": entry.series.kind, "year": entry.series.year}
    place = {"device": entry.event.device, "seq": entry.event.seq, "part": part, "at_ms": entry.at_ms}
    run = {"first": entry.first, "last": entry.last, "fate": entry.fate.value}
    conn.execute(insert(numbers_ended).values(**series, **place, **run))
    if doubted:
        return ENDED
    return "" if _is_holder(conn, entry) else NOT_LEASED


def _place_of_use(conn: Connection, entry: Entry) -> Any:
    used = numbers_used.c
    same = and_(_of(used, entry.series), used.n == entry.first)
    return conn.execute(select(used.device, used.seq).where(same)).first()


def _ended_before(conn: Connection, entry: Entry) -> bool:
    e = numbers_ended.c
    of_another = or_(e.device != entry.event.device, e.seq != entry.event.seq)
    among = and_(_of(e, entry.series), e.first <= entry.last, e.last >= entry.first)
    return conn.execute(select(e.part).where(among, of_another)).first() is not None


def _used_by_others(conn: Connection, entry: Entry) -> bool:
    """Whether one of the numbers stands on a paper; only that of a paper of the same case is spoiled after use."""
    used = numbers_used.c
    among = and_(_of(used, entry.series), used.n >= entry.first, used.n <= entry.last)
    uses = conn.execute(select(used.device, used.seq).where(among).limit(2)).all()
    if entry.case is None or len(uses) > 1:
        return bool(uses)
    return any(_case_of(conn, row.device, row.seq) != entry.case for row in uses)


def _case_of(conn: Connection, device: str, seq: int) -> CaseId | None:
    [row] = journal.rows(conn, device, seq - 1, seq)
    return event_of(device, seq, row.public, None).case


def _is_holder(conn: Connection, entry: Entry) -> bool:
    """Whether the device had the numbers; what nobody leased is the hall's own."""
    if entry.series.kind in _OF_NO_BLOCK:
        return True
    b = number_blocks.c
    around = and_(_of(b, entry.series), b.first <= entry.first, b.last >= entry.last)
    holder = conn.scalar(select(b.device).where(around)) or HALL
    return bool(holder == entry.by)


def _of(columns: Any, series: Series) -> ColumnElement[bool]:
    return and_(columns.agency == series.agency, columns.series == series.kind, columns.year == series.year)
