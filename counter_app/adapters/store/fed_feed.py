"""The feed as this station was fed: handed back to a hall that lost its end, and cut where the hall has gone on anew.

Sync design section 7. What is handed back stands in the journal before anything is cut.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import delete, select

from counter_app.adapters.store import projections, schema
from counter_app.adapters.store.writing import WriteTransaction
from sync import journal_tables
from sync.feed import next_hash, start_hash
from sync.feed_return import Fed, Seal, pieces

OF_EARLIER_LIFE = "feed_of_earlier_life"  # a state: the hall has a new generation, the feed may be of the one before
_RETURNED = "feed_handed_back"  # a state: from after which number, up to which


def hand_back(writing: WriteTransaction, after: int, f: bytes) -> bool:
    """Append what the hall lost behind this number, if that is ours too and it was not done yet."""
    seal = writing.state.get("feed_seal")
    if seal is None or after >= seal[1] or writing.state.get(_RETURNED) == [after, seal[1]]:
        return False
    before, lost = _known(writing, after), list(_fed(writing, after, seal[1]))
    if before != f or len(lost) != seal[1] - after:
        return False
    writing.append(list(pieces(after, lost, Seal(*seal))))
    writing.state.put(_RETURNED, [after, seal[1]])
    return True


def cut(writing: WriteTransaction) -> bool:
    """Back to the last number that the hall has not written anew; the exchange fetches what follows."""
    n, _ = writing.state.get("feed")
    if not writing.state.get(OF_EARLIER_LIFE) or not n:
        return False
    after, _ = writing.state.get(_RETURNED, [0, 0])
    feed, foreign = schema.feed.c, schema.foreign_events.c
    gone = select(feed.n).where(feed.n > after, feed.device == foreign.device, feed.seq == foreign.seq)
    writing.connection.execute(delete(schema.foreign_events).where(gone.exists()))
    writing.connection.execute(delete(schema.feed).where(feed.n > after))
    writing.state.put("feed", [after, _known(writing, after)])
    writing.state.put(projections.TAKEN_UP, min(after, projections.taken_up(writing.connection)))
    for name, value in ((OF_EARLIER_LIFE, False), ("feed_seal", None), (_RETURNED, [0, 0])):
        writing.state.put(name, value)
    projections.rebuild(writing.connection, writing.device())
    return True


def _known(writing: WriteTransaction, last: int) -> bytes:
    """f of a number, computed from what is here."""
    f = start_hash(str(writing.state.get("hall")), str(writing.state.get("station")))
    for n, row in enumerate(_fed(writing, 0, last, own_bytes=True), 1):
        f = next_hash(f, n, row.device, row.seq, row.public or b"", row.c or b"")
    return f


def _fed(writing: WriteTransaction, after: int, last: int, *, own_bytes: bool = False) -> Iterator[Fed]:
    """The feed numbers after < n <= last; own events without their bytes, which the hall gets from the journal."""
    feed, foreign = schema.feed.c, schema.foreign_events.c
    own = schema.metadata.tables[journal_tables.journal.name]
    wanted = (
        select(feed.device, feed.seq, foreign.public, foreign.c, foreign.private, foreign.e,
               own.c.public.label("own_public"), own.c.c.label("own_c"))
        .join_from(schema.feed, schema.foreign_events, (foreign.device == feed.device) & (foreign.seq == feed.seq),
                   isouter=True)
        .join(own, (own.c.device == feed.device) & (own.c.seq == feed.seq), isouter=True)
        .where(feed.n > after, feed.n <= last)
        .order_by(feed.n)
    )
    for row in writing.connection.execute(wanted):
        yield _row(row, writing.device(), own_bytes=own_bytes)


def _row(row: Any, device: str, *, own_bytes: bool) -> Fed:
    if row.device == device and not own_bytes:
        return Fed(device, row.seq, None, None, None, None)
    if row.public is None:
        return Fed(row.device, row.seq, row.own_public, row.own_c, None, None)
    return Fed(row.device, row.seq, row.public, row.c, row.private, row.e)
