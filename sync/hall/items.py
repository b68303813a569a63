"""The items that this hall knows: those of the program, and what it released, read from its journal."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Connection, func, insert, select

from counter_app.domain.errors import NotFound
from counter_app.domain.events import Event
from counter_app.domain.identifiers import HALL
from counter_app.domain.service_item import ServiceItem
from forms.catalogue import Catalogue
from forms.county_catalogue import CountyCatalogue, ReleasedItems
from forms.item_release import KIND, Piece, piece_from_plain
from sync import journal
from sync.canonical import event_of
from sync.hall import release_book
from sync.hall.batch import Batch, Placed
from sync.hall.store import fact
from sync.hall.tables import item_pieces
from sync.hall.tables import journal as journal_table

_MOST_CACHED = 4
_cached: dict[Hashable, ReleasedItems] = {}


@cache
def shipped_items() -> Catalogue:
    """The service items of this program, read once."""
    return Catalogue.load()


def catalogue(conn: Connection, today: date) -> CountyCatalogue:
    """All items that this hall knows, with what is offered today."""
    return _Known(released(conn), today)


def item_of(conn: Connection, code: str, version: str) -> ServiceItem:
    """The item of a case, as `item_in`."""
    return item_in(catalogue(conn, date.max), code, version)


def item_in(known: Catalogue, code: str, version: str) -> ServiceItem:
    """The item in that version. One that this hall never had is that of a newer program: then the newest it has.

    NotFound `item_unknown`.
    """
    try:
        return known.get(code, version)
    except NotFound:
        return known.get(code)


def restore(conn: Connection, batch: Batch, event: Event, written_again: Callable[[Event], Placed]) -> None:
    """A piece that the hall lost is one again, if none is in its place; the feeds of all stations are locked."""
    piece = piece_from_plain(event.data)
    p = item_pieces.c
    if conn.scalar(select(p.seq).where(p.n == piece.n, p.part == piece.part)) is not None:
        return
    enter(conn, batch, piece, written_again(event))


def enter(conn: Connection, batch: Batch, piece: Piece, place: Placed) -> None:
    """The piece is at that place of the hall's journal, and goes to all stations, whose feeds must be locked."""
    conn.execute(insert(item_pieces).values(n=piece.n, part=piece.part, seq=place.seq))
    release_book.tell_all(conn, batch, place)


def bring_up(conn: Connection, batch: Batch, station: str) -> None:
    """Put into the feed of a station, which must be locked, what was released before there was one."""
    release_book.bring_up(conn, batch, station, _places(conn))


def is_registered(conn: Connection, seq: int) -> bool:
    """Whether the piece at this place of the hall's journal is among those that count."""
    return seq in _places(conn)


def not_pieces(conn: Connection) -> Iterator[int]:
    """Places that the table names and at which the hall's journal has no piece of a release."""
    return release_book.not_of_kind(conn, KIND, _places(conn))


class _Known(CountyCatalogue):
    """What is known now, and does not change while it is looked at."""

    def __init__(self, found: ReleasedItems, today: date) -> None:
        super().__init__(shipped_items(), lambda: 1, lambda: (), lambda: today)
        self._released, self._seen = found, 1


def released(conn: Connection) -> ReleasedItems:
    """What the journal has, put together once as long as nothing comes to it."""
    last, count = conn.execute(select(func.max(item_pieces.c.seq), func.count()).select_from(item_pieces)).one()
    if not count:
        return ReleasedItems(())
    j = journal_table.c
    h = conn.scalar(select(j.h).where(j.device == HALL, j.seq == last))
    mark = fact(conn, "hall"), count, bytes(h or b"")
    if mark not in _cached:
        while len(_cached) >= _MOST_CACHED:
            _cached.pop(next(iter(_cached)))
        _cached[mark] = ReleasedItems(_read(conn, seq) for seq in _places(conn))
    return _cached[mark]


def _places(conn: Connection) -> list[int]:
    p = item_pieces.c
    return list(conn.scalars(select(p.seq).order_by(p.n, p.part)))


def _read(conn: Connection, seq: int) -> Piece:
    [row] = journal.rows(conn, HALL, seq - 1, seq)
    data: Mapping[str, Any] = event_of(HALL, seq, row.public, row.private).data
    return piece_from_plain(data)
