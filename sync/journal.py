"""The journal: events appended once, chained, never changed (sync design section 1).

Plain functions over a SQLAlchemy connection, inside the caller's transaction;
the station's encrypted store and the hall's database both use them. The head
is read inside the transaction that appends, never kept in memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from sqlalchemy import Connection, LargeBinary, cast, insert, select, update

from counter_app.domain.errors import CounterError
from counter_app.domain.events import ClockReading, Event, NewEvent
from sync import chain
from sync.canonical import bytes_of, event_of
from sync.journal_tables import journal, journal_private, journal_ratchet

PAGE = 500  # rows read at once: a long journal never stands in memory whole


class RawEvent(NamedTuple):
    """An event as bytes; private is None once it was erased."""

    seq: int
    public: bytes
    private: bytes | None


class JournalNotOpen(CounterError):
    """There is no journal of that device here."""

    def __init__(self, device: str) -> None:
        super().__init__("journal_not_open", device=device)


class JournalGap(CounterError):
    """Received events begin beyond the head: those between are missing."""

    def __init__(self, device: str, expected: int, first: int) -> None:
        super().__init__("gap", device=device, expected=expected, first=first)


class JournalMismatch(CounterError):
    """The chain recomputed from received events does not end in the head that was signed."""

    def __init__(self, device: str, last: int) -> None:
        super().__init__("mismatch", device=device, last=last)


class JournalFork(CounterError):
    """There is another event at this place already: two machines write as one device."""

    def __init__(self, device: str, seq: int) -> None:
        super().__init__("fork", device=device, seq=seq)


class JournalDamaged(CounterError):
    """A row that must be here is gone; `journal_verify.verify` names all of them."""

    def __init__(self, device: str, seq: int) -> None:
        super().__init__("journal_damaged", device=device, seq=seq)


class _State(NamedTuple):
    """Where a journal stands: its head, and the key of the event after it."""

    seq: int
    h: bytes
    k: bytes


class _Link(NamedTuple):
    """An event with its place in the chain, ready to be written."""

    seq: int
    public: bytes
    private: bytes | None
    c: bytes
    e: bytes | None
    h: bytes


class Row(NamedTuple):
    """An event as it stands in the tables. private and e are null together once erased."""

    seq: int
    public: bytes
    h: bytes
    c: bytes
    private: bytes | None
    e: bytes | None
    has_private_row: bool


def open_journal(conn: Connection, device: str, hall_id: str, device_public_key: bytes, k1: bytes) -> None:
    """Begin the journal of a device, once: its genesis h(0) and its first ratchet key k(1)."""
    h0 = chain.genesis(hall_id, device, device_public_key)
    row = {"device": device, "hall": hall_id, "device_key": device_public_key, "h0": h0, "k": k1, "seq": 0, "h": h0}
    conn.execute(insert(journal_ratchet).values(row))


def append(conn: Connection, device: str, new_events: Iterable[NewEvent], clock: ClockReading) -> list[Event]:
    """Write events of this device at its head; all or none, with the caller's transaction.

    EventTooBig and InvalidInput as `canonical.bytes_of`; JournalNotOpen.
    """
    pairs = [bytes_of(device, new, clock) for new in new_events]
    state = _locked(conn, device)
    links: list[_Link] = []
    for public, private in pairs:
        link, state = _forged(state, public, private, None)
        links.append(link)
    _write(conn, device, links, state)
    return [event_of(device, link.seq, link.public, link.private) for link in links]


def append_received(
    conn: Connection, device: str, first_seq: int, pairs: Sequence[tuple[bytes, bytes]], signed_head: bytes
) -> list[RawEvent]:
    """Append what a device sent: the events from first_seq on, whose chain must end in signed_head.

    Events that are here already are skipped; returns the new ones. They need not be readable, only
    whole. JournalGap, JournalMismatch, JournalFork, JournalNotOpen: then nothing is written.
    """
    return append_returned(conn, device, first_seq, [(public, private, None) for public, private in pairs], signed_head)


def append_returned(
    conn: Connection,
    device: str,
    first_seq: int,
    triples: Sequence[tuple[bytes, bytes | None, bytes | None]],
    signed_head: bytes,
) -> list[RawEvent]:
    """As append_received, of (public, private, c): the hall gives back erased events without their private part.

    c is looked at only where private is None.
    """
    state = _locked(conn, device)
    if first_seq > state.seq + 1:
        raise JournalGap(device, state.seq + 1, first_seq)
    h = _known_hash(conn, device, first_seq - 1)
    known = {row.seq: row for row in rows(conn, device, first_seq - 1, first_seq - 1 + len(triples))}
    forks: list[int] = []
    links: list[_Link] = []
    for seq, (public, private, c) in enumerate(triples, first_seq):
        if seq > state.seq:
            link, state = _forged(state._replace(h=h), public, private, c)
            links.append(link)
            h = link.h
        else:
            h = chain.next_head(h, public, _known_commitment(known.get(seq), private, c))
            forks += [seq] if h != _known_hash(conn, device, seq) else []
    if h != signed_head:
        raise JournalMismatch(device, first_seq + len(triples) - 1)
    if forks:
        raise JournalFork(device, forks[0])
    _write(conn, device, links, state)
    return [RawEvent(link.seq, link.public, link.private) for link in links]


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
    columns = (journal.c.seq, *(cast(blob, LargeBinary) for blob in blobs), sealed.seq)
    query = select(*columns).select_from(joined).where(journal.c.device == device).order_by(journal.c.seq)
    if last is not None:
        query = query.where(journal.c.seq <= last)
    while page := conn.execute(query.where(journal.c.seq > after).limit(PAGE)).all():
        for seq, public, h, c, private, e, sealed_seq in page:
            yield Row(seq, bytes(public), bytes(h), bytes(c), _bytes(private), _bytes(e), sealed_seq is not None)
        after = page[-1][0]


def erase(conn: Connection, device: str, seqs: Iterable[int]) -> None:
    """Forget the private parts of these events and their keys, together. The chain still verifies."""
    ours = (journal_private.c.device == device) & journal_private.c.seq.in_(list(seqs))
    conn.execute(update(journal_private).where(ours).values(private=None, e=None))


def _locked(conn: Connection, device: str) -> _State:
    """The state of a journal, its row locked until the transaction ends (SQLite locks the whole store)."""
    ratchet = journal_ratchet.c
    query = select(ratchet.seq, ratchet.h, ratchet.k).where(ratchet.device == device).with_for_update()
    row = conn.execute(query).first()
    if row is None:
        raise JournalNotOpen(device)
    return _State(row.seq, bytes(row.h), bytes(row.k))


def _forged(state: _State, public: bytes, private: bytes | None, c: bytes | None) -> tuple[_Link, _State]:
    """The next link of the chain, and the state behind it. An erased event brings its c along."""
    e = chain.event_key(state.k)
    made = (c or b"") if private is None else chain.commitment(e, private)
    h = chain.next_head(state.h, public, made)
    link = _Link(state.seq + 1, public, private, made, None if private is None else e, h)
    return link, _State(link.seq, h, chain.next_key(state.k))


def _known_commitment(row: Row | None, private: bytes | None, c: bytes | None) -> bytes:
    """c of an event that is here already and came again: recomputed, as far as it was not erased."""
    if private is None or row is None:
        return c or b""
    return row.c if row.e is None else chain.commitment(row.e, private)


def _known_hash(conn: Connection, device: str, seq: int) -> bytes:
    h = hash_at(conn, device, seq)
    if h is None:
        raise JournalDamaged(device, seq)
    return h


def _write(conn: Connection, device: str, links: Sequence[_Link], state: _State) -> None:
    if not links:
        return
    conn.execute(
        insert(journal),
        [{"device": device, "seq": x.seq, "public": x.public, "h": x.h, "c": x.c} for x in links],
    )
    conn.execute(
        insert(journal_private),
        [{"device": device, "seq": x.seq, "private": x.private, "e": x.e} for x in links],
    )
    ours = journal_ratchet.c.device == device
    conn.execute(update(journal_ratchet).where(ours).values(seq=state.seq, h=state.h, k=state.k))


def _bytes(value: bytes | memoryview | None) -> bytes | None:
    return None if value is None else bytes(value)
