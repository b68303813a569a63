"""A hall of dicts that came out of a backup, and what a station hands back to it: `recovery.Registers`, `fed_feed`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from counter_app.domain.events import Event
from counter_app.domain.identifiers import EventId
from counter_app.domain.moments import local_date
from counter_app.domain.number_register import Block, Series
from sync import feed as feed_chain
from sync.feed_return import Fed, Seal, pieces
from sync.hall import recovery
from sync.hall.batch import Batch, Placed
from sync.hall.ports import ExchangeHall
from sync.hall.recovery import Sender
from sync.ports import Identity
from tests.simulation.disk import Transaction
from tests.simulation.former_dicts import state
from tests.simulation.hall_dicts import BLOCK, DictJournals

OF_EARLIER_LIFE, RETURNED = "feed_of_earlier_life", "feed_handed_back"


@dataclass(frozen=True)
class DictRegisters:
    """`recovery.Registers`."""

    tx: Transaction

    def stations(self) -> list[str]:
        return [station for station, _ in self.tx.items("feed head")]

    def senders(self) -> list[Sender]:
        return [Sender(device, known.station, known.applied) for device, known in self.tx.items("device")]

    def is_ordered(self, event: EventId) -> bool:
        return self.tx.get("ordered", event) is not None

    def take_block(self, block: Block) -> bool:
        if self.tx.get("block", (block.series, block.first)) is not None:
            return False
        self.tx.insert("block", (block.series, block.first), block.device)
        return True

    def make_room(self, series: Series, last: int) -> None:
        following = -(-last // BLOCK) * BLOCK + 1
        self.tx.put("series", series, max(self.tx.get("series", series) or 1, following))

    def restore_calendar(self, batch: Batch, event: Event, again: Callable[[Event], Placed]) -> None:
        raise NotImplementedError("nobody releases calendars in the simulator")

    def restore_items(self, batch: Batch, event: Event, again: Callable[[Event], Placed]) -> None:
        raise NotImplementedError("nobody releases items in the simulator")

    def restore_notices(self, batch: Batch, event: Event, again: Callable[[Event], Placed]) -> None:
        raise NotImplementedError("nobody releases templates in the simulator")

    def restore_keys(self, batch: Batch, event: Event, again: Callable[[Event], Placed]) -> None:
        raise NotImplementedError("devices of the simulator sign no papers")

    def restore_roots(self, batch: Batch, event: Event, again: Callable[[Event], Placed]) -> None:
        raise NotImplementedError("nobody releases roots of seals in the simulator")


def recovered(hall: ExchangeHall) -> int:
    """As `recovery.recovered`; how many cases had lost something."""
    with hall.records.write() as records:
        tx: Transaction = records.tx  # type: ignore[attr-defined]
        done = recovery.enact_lost(hall, records, DictRegisters(tx))
        tx.put("fact", "generation", max(records.generation(), tx.get("fact", "generation_seen") or 0) + 1)
        tx.put("fact", "recovered_day", local_date(hall.now_ms))
        tx.put("fact", "restored", None)
    return done


def hand_back(tx: Transaction, journals: DictJournals, me: Identity, hall_feed: tuple[int, bytes]) -> Iterator[Any]:
    """As `fed_feed.hand_back`: the events to append; none if nothing is to be handed back."""
    (after, f), seal = hall_feed, state(tx, "feed_seal")
    if seal is None or after >= seal.last or state(tx, RETURNED) == (after, seal.last):
        return
    lost = list(_fed(tx, me.device, after, seal.last))
    if known_hash(tx, me, after) != f or len(lost) != seal.last - after:
        return
    tx.put("state", RETURNED, (after, seal.last))
    yield from pieces(after, lost, Seal(*seal))


def cut(tx: Transaction, me: Identity) -> bool:
    """As `fed_feed.cut`, but for the projections."""
    if not state(tx, OF_EARLIER_LIFE) or not state(tx, "feed")[0]:
        return False
    after = state(tx, RETURNED, (0, 0))[0]
    for n, place in list(tx.items("feed")):
        if n > after:
            tx.delete("feed", n)
            tx.delete("foreign", place)
    tx.put("state", "feed", (after, known_hash(tx, me, after)))
    for name, value in ((OF_EARLIER_LIFE, False), ("feed_seal", None), (RETURNED, (0, 0))):
        tx.put("state", name, value)
    return True


def known_hash(tx: Transaction, me: Identity, last: int) -> bytes:
    """f of a number, computed from what is here."""
    f = feed_chain.start_hash(me.hall, me.station)
    for n, row in enumerate(_fed(tx, "", 0, last), 1):
        f = feed_chain.next_hash(f, n, row.device, row.seq, row.public or b"", row.c or b"")
    return f


def _fed(tx: Transaction, own: str, after: int, last: int) -> Iterator[Fed]:
    """The feed numbers after < n <= last; events of the id own without their bytes."""
    for n, (device, seq) in tx.items("feed"):
        if not after < n <= last:
            continue
        foreign = tx.get("foreign", (device, seq))
        if device == own:
            yield Fed(device, seq, None, None, None, None)
        elif foreign is None:
            row = tx.get("journal", (device, seq))
            yield Fed(device, seq, row.public, row.c, None, None)
        else:
            public, private, c, e = foreign
            yield Fed(device, seq, public, c, private, e)
