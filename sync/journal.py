"""The journal: events appended once, chained, never changed (sync design section 1).

Plain functions over a SQLAlchemy connection, inside the caller's transaction;
the station's encrypted store and the hall's database both use them. What may be
appended is decided in `journal_rules.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from sqlalchemy import Connection, LargeBinary, cast, insert, select, update

from counter_app.domain.events import ClockReading, Event, NewEvent
from sync import chain, journal_rules
from sync.canonical import event_of
from sync.journal_rules import JournalNotOpen, Link, RawEvent, Row, State
from sync.journal_tables import journal, journal_private, journal_ratchet
from sync.many_rows import write_rows

PAGE = 500  # rows read at once: a long journal never stands in memory whole
_INTO_JOURNAL, _INTO_PRIVATE = insert(journal), insert(journal_private)


def open_journal(conn: Connection, device: str, hall_id: str, device_public_key: bytes, k1: bytes) -> None:
    """Begin the journal of a device, once: its genesis h(0) and its first ratchet key k(1)."""
    h0 = chain.genesis(hall_id, device, device_public_key)
    row = {"device": device, "hall": hall_id, "device_key": device_public_key, "h0": h0, "k": k1, "seq": 0, "h": h0}
    conn.execute(insert(journal_ratchet).values(row))


class JournalTables:
    """The tables behind one connection, as `journal_rules` asks of them."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    def locked(self, device: str) -> State:
        """The state of a journal, its row locked until the transaction ends (SQLite locks the whole store)."""
        ratchet = journal_ratchet.c
        query = select(ratchet.seq, ratchet.h, ratchet.k).where(ratchet.device == device).with_for_update()
        row = self._conn.execute(query).first()
        if row is None:
            raise JournalNotOpen(device)
        return State(row.seq, bytes(row.h), bytes(row.k))

    def hash_at(self, device: str, seq: int) -> bytes | None:
        """As the function of that name."""
        return hash_at(self._conn, device, seq)

    def rows(self, device: str, after: int = 0, last: int | None = None) -> Iterator[Row]:
        """As the function of that name."""
        return rows(self._conn, device, after, last)

    def write(self, device: str, links: Sequence[Link], state: State) -> None:
        """Add the links, if there are any, behind which the journal stands at state."""
        if not links:
            return
        public = [{"device": device, "seq": x.seq, "public": x.public, "h": x.h, "c": x.c} for x in links]
        write_rows(self._conn, _INTO_JOURNAL, public)
        private = [{"device": device, "seq": x.seq, "private": x.private, "e": x.e} for x in links]
        write_rows(self._conn, _INTO_PRIVATE, private)
        ours = journal_ratchet.c.device == device
        self._conn.execute(update(journal_ratchet).where(ours).values(seq=state.seq, h=state.h, k=state.k))


def append(conn: Connection, device: str, new_events: Iterable[NewEvent], clock: ClockReading) -> list[Event]:
    """`journal_rules.append` into these tables."""
    return journal_rules.append(JournalTables(conn), device, new_events, clock)


def append_received(
    conn: Connection, device: str, first_seq: int, pairs: Sequence[tuple[bytes, bytes]], signed_head: bytes
) -> list[RawEvent]:
    """`journal_rules.append_received` into these tables."""
    return journal_rules.append_received(JournalTables(conn), device, first_seq, pairs, signed_head)


def append_returned(
    conn: Connection,
    device: str,
    first_seq: int,
    triples: Sequence[tuple[bytes, bytes | None, bytes | None]],
    signed_head: bytes,
) -> list[RawEvent]:
    """`journal_rules.append_returned` into these tables."""
    return journal_rules.append_returned(JournalTables(conn), device, first_seq, triples, signed_head)


def head(conn: Connection, device: str) -> tuple[int, bytes]:
    """(seq, h) of the newest event; (0, h(0)) of an empty journal. JournalNotOpen."""
    ratchet = journal_ratchet.c
    row = conn.execute(select(ratchet.seq, ratchet.h).where(ratchet.device == device)).first()
    if row is None:
        raise JournalNotOpen(device)
    return row.seq, bytes(row.h)


def hash_at(conn: Connection, device: str, seq: int) -> bytes | None:
    """h(seq), h(0) for 0; None if the journal does not go that far or is not open."""
    if seq == 0:
        found = conn.scalar(select(journal_ratchet.c.h0).where(journal_ratchet.c.device == device))
    else:
        found = conn.scalar(select(journal.c.h).where(journal.c.device == device, journal.c.seq == seq))
    return None if found is None else bytes(found)


def read(conn: Connection, device: str, after: int = 0, limit: int | None = None) -> Iterator[Event]:
    """The events with seq > after, oldest first. EventNotReadable where a received one is not canonical."""
    for row in islice(rows(conn, device, after), limit):
        yield event_of(device, row.seq, row.public, row.private)


def raw(conn: Connection, device: str, first: int, last: int) -> list[RawEvent]:
    """The bytes of the events first..last, as far as they are here."""
    return [RawEvent(row.seq, row.public, row.private) for row in rows(conn, device, first - 1, last)]


def rows(conn: Connection, device: str, after: int = 0, last: int | None = None) -> Iterator[Row]:
    """The table rows with after < seq <= last, oldest first, a page at a time."""
    sealed = journal_private.c
    joined = journal.outerjoin(
        journal_private, (sealed.device == journal.c.device) & (sealed.seq == journal.c.seq)
    )
    blobs = (journal.c.public, journal.c.h, journal.c.c, sealed.private, sealed.e)
    # cast: a value changed behind our back may have become text, and must still be read to be named
    columns = (journal.c.seq, *(cast(blob, LargeBinary) for blob in blobs), sealed.seq.is_not(None))
    query = select(*columns).select_from(joined).where(journal.c.device == device).order_by(journal.c.seq)
    if last is not None:
        query = query.where(journal.c.seq <= last)
    while page := conn.execute(query.where(journal.c.seq > after).limit(PAGE)).all():
        yield from map(Row._make, page)
        after = page[-1][0]


def erase(conn: Connection, device: str, seqs: Iterable[int]) -> None:
    """Forget the private parts of these events and their keys, together. The chain still verifies."""
    ours = (journal_private.c.device == device) & journal_private.c.seq.in_(list(seqs))
    conn.execute(update(journal_private).where(ours).values(private=None, e=None))
