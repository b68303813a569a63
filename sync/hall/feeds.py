"""The feed of each station: numbered without gaps under the lock of its head (sync design section 3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sqlalchemy import Connection, select

from sync import feed as feed_chain
from sync.feed import FeedEntry, OwnRange, whole_event
from sync.hall.store import fact
from sync.hall.tables import feed, journal, journal_private, stations

_PAGE = 1000


class FeedPlace(NamedTuple):
    """A number of a feed and its hash."""

    n: int
    hash: bytes


class FeedRow(NamedTuple):
    """One feed number with the event it stands for."""

    n: int
    hash: bytes
    device: str
    seq: int
    public: bytes
    h: bytes
    c: bytes
    private: bytes | None
    e: bytes | None


def lock(conn: Connection, codes: Iterable[str]) -> None:
    """Lock the heads of these stations' feeds, always in the same order, so that no two writers wait for each other."""
    conn.execute(
        select(stations.c.code).where(stations.c.code.in_(sorted(set(codes)))).order_by(stations.c.code)
        .with_for_update()
    )


def head(conn: Connection, station: str) -> FeedPlace:
    """The newest number of the station's feed."""
    row = conn.execute(select(stations.c.feed_n, stations.c.feed_hash).where(stations.c.code == station)).one()
    return FeedPlace(row.feed_n, bytes(row.feed_hash))


def hash_at(conn: Connection, station: str, n: int) -> bytes | None:
    """f(n), None beyond the head."""
    if n == 0:
        return feed_chain.start_hash(fact(conn, "hall"), station)
    found = conn.scalar(select(feed.c.hash).where(feed.c.station == station, feed.c.n == n))
    return None if found is None else bytes(found)


def rows(conn: Connection, station: str, after: int = 0) -> Iterator[FeedRow]:
    """The feed behind a number, a page at a time; a row whose event is gone is left out, so that the count shows it."""
    columns = (
        feed.c.n, feed.c.hash, feed.c.device, feed.c.seq,
        journal.c.public, journal.c.h, journal.c.c, journal_private.c.private, journal_private.c.e,
    )
    same_event = (journal.c.device == feed.c.device) & (journal.c.seq == feed.c.seq)
    same_private = (journal_private.c.device == feed.c.device) & (journal_private.c.seq == feed.c.seq)
    joined = feed.join(journal, same_event).outerjoin(journal_private, same_private)
    query = select(*columns).select_from(joined).where(feed.c.station == station).order_by(feed.c.n).limit(_PAGE)
    while page := conn.execute(query.where(feed.c.n > after)).all():
        for row in page:
            yield FeedRow(*row)
        after = page[-1].n


class Stretch(NamedTuple):
    """An entry as it travels, the last feed number it covers and the hash there."""

    entry: FeedEntry
    last: FeedPlace


def stretches(found: Iterable[FeedRow], device: str) -> Iterator[Stretch]:
    """A part of the feed as one device gets it: its own events as ranges, others' whole."""
    own: Stretch | None = None
    for row in found:
        place = FeedPlace(row.n, bytes(row.hash))
        if row.device == device:
            own, done = _lengthened(own, row, place)
        else:
            own, done = None, own
        if done is not None:
            yield done
        if own is None:
            entry = whole_event(
                row.device, row.seq, bytes(row.public), bytes(row.c), _bytes(row.private), _bytes(row.e)
            )
            yield Stretch(entry, place)
    if own is not None:
        yield own


def _lengthened(own: Stretch | None, row: FeedRow, place: FeedPlace) -> tuple[Stretch, Stretch | None]:
    """The range with this event added; or a new range, and the old one that ended before it."""
    if own is not None and isinstance(own.entry, OwnRange) and own.entry.last == row.seq - 1:
        return Stretch(OwnRange(own.entry.first, row.seq, bytes(row.h)), place), None
    return Stretch(OwnRange(row.seq, row.seq, bytes(row.h)), place), own


def _bytes(value: bytes | None) -> bytes | None:
    return None if value is None else bytes(value)
