"""What may be appended to a journal: places without a gap, one chain, one history (sync design section 1).

Plain functions over a small store interface. The tables of `journal.py` are one such store;
the simulator of the tests is another. The head is read inside the transaction that appends.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

from counter_app.domain.errors import CounterError
from counter_app.domain.events import ClockReading, Event, NewEvent
from sync import chain
from sync.canonical import bytes_of, event_of


class RawEvent(NamedTuple):
    """An event as bytes; private is None once it was erased."""

    seq: int
    public: bytes
    private: bytes | None


Triple = tuple[bytes, bytes | None, bytes | None]
"""An event as it comes: public, private (None once erased) and c, which only an erased one brings along."""


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


class State(NamedTuple):
    """Where a journal stands: its head, and the key of the event after it."""

    seq: int
    h: bytes
    k: bytes


class Link(NamedTuple):
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


class JournalStore(Protocol):
    """The journals of one store, inside the caller's transaction."""

    def locked(self, device: str) -> State:
        """The state of a journal, which nobody else can move until the transaction ends. JournalNotOpen."""

    def hash_at(self, device: str, seq: int) -> bytes | None:
        """h(seq), h(0) for 0; None if the journal does not go that far or is not open."""

    def rows(self, device: str, after: int = 0, last: int | None = None) -> Iterator[Row]:
        """The events with after < seq <= last, oldest first."""

    def write(self, device: str, links: Sequence[Link], state: State) -> None:
        """Add the links, if there are any, behind which the journal stands at state."""


def append(store: JournalStore, device: str, new_events: Iterable[NewEvent], clock: ClockReading) -> list[Event]:
    """Write events of this device at its head; all or none, with the caller's transaction.

    EventTooBig and InvalidInput as `canonical.bytes_of`; JournalNotOpen.
    """
    links, state, events = prepared(store.locked(device), device, new_events, clock)
    store.write(device, links, state)
    return events


def prepared(
    state: State, device: str, new_events: Iterable[NewEvent], clock: ClockReading
) -> tuple[list[Link], State, list[Event]]:
    """What `append` writes behind that state, for somebody who writes it later in the same transaction."""
    links, state = forged(state, [(*bytes_of(device, new, clock), None) for new in new_events])
    return links, state, [event_of(device, link.seq, link.public, link.private) for link in links]


def append_received(
    store: JournalStore, device: str, first_seq: int, pairs: Sequence[tuple[bytes, bytes]], signed_head: bytes
) -> list[RawEvent]:
    """Append what a device sent: the events from first_seq on, whose chain must end in signed_head.

    Events that are here already are skipped; returns the new ones. They need not be readable, only
    whole. JournalGap, JournalMismatch, JournalFork, JournalNotOpen: then nothing is written.
    """
    triples = [(public, private, None) for public, private in pairs]
    return append_returned(store, device, first_seq, triples, signed_head)


def append_returned(
    store: JournalStore,
    device: str,
    first_seq: int,
    triples: Sequence[Triple],
    signed_head: bytes,
) -> list[RawEvent]:
    """As append_received, of (public, private, c): the hall gives back erased events without their private part.

    c is looked at only where private is None.
    """
    state = store.locked(device)
    if first_seq > state.seq + 1:
        raise JournalGap(device, state.seq + 1, first_seq)
    held = triples[: state.seq + 1 - first_seq]
    h, forks = _followed(store, device, first_seq, held) if held else (state.h, [])
    links, ahead = forged(State(state.seq, h, state.k), triples[len(held) :])
    if ahead.h != signed_head:
        raise JournalMismatch(device, first_seq + len(triples) - 1)
    if forks:
        raise JournalFork(device, forks[0])
    store.write(device, links, ahead)
    return [RawEvent(link.seq, link.public, link.private) for link in links]


def _followed(store: JournalStore, device: str, first_seq: int, triples: Sequence[Triple]) -> tuple[bytes, list[int]]:
    """h behind events that are here already, as they came, and where it is not the one that they have here."""
    h, forks = _known_hash(store, device, first_seq - 1), []
    known = {row.seq: row for row in store.rows(device, first_seq - 1, first_seq - 1 + len(triples))}
    for seq, (public, private, c) in enumerate(triples, first_seq):
        h = chain.next_head(h, public, _known_commitment(known.get(seq), private, c))
        forks += [seq] if h != _known_hash(store, device, seq) else []
    return h, forks


def forged(state: State, triples: Iterable[Triple]) -> tuple[list[Link], State]:
    """The next links of a chain, and the state behind them; nothing is written. An erased event brings its c along."""
    seq, h, k = state
    links: list[Link] = []
    for public, private, c in triples:
        seq, e = seq + 1, chain.event_key(k)
        made = (c or b"") if private is None else chain.commitment(e, private)
        h, k = chain.next_head(h, public, made), chain.next_key(k)
        links.append(Link(seq, public, private, made, None if private is None else e, h))
    return links, State(seq, h, k)


def _known_commitment(row: Row | None, private: bytes | None, c: bytes | None) -> bytes:
    """c of an event that is here already and came again: recomputed, as far as it was not erased."""
    if private is None or row is None:
        return c or b""
    return row.c if row.e is None else chain.commitment(row.e, private)


def _known_hash(store: JournalStore, device: str, seq: int) -> bytes:
    h = store.hash_at(device, seq)
    if h is None:
        raise JournalDamaged(device, seq)
    return h
