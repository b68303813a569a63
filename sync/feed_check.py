"""A feed frame held against the cursor and the own journal before anything of it is stored."""

from __future__ import annotations

from collections.abc import Iterator

from counter_app.domain.errors import CounterError
from sync.feed import FeedEntry, WholeEvent, next_hash
from sync.frames import FeedFrame
from sync.ports import FeedEvent, Identity, StationLedger


class FeedBroken(CounterError):
    """The feed does not continue what this station has: another hall's state, or a damaged journal here."""

    def __init__(self, n: int) -> None:
        super().__init__("feed_broken", n=n)


def checked(
    frame: FeedFrame, cursor: tuple[int, bytes], identity: Identity, ledger: StationLedger
) -> list[FeedEvent]:
    """The events of a frame that follows the cursor, its signature and every hash of it checked; FeedBroken."""
    return [event for event, _ in placed(frame, cursor, identity, ledger)]


def placed(
    frame: FeedFrame, before: tuple[int, bytes], identity: Identity, ledger: StationLedger
) -> list[tuple[FeedEvent, bytes]]:
    """As `checked` of a frame that follows any place, each event with the feed's hash at it."""
    n, f = before
    if not is_trusted(frame, identity) or frame.first != n + 1:
        raise FeedBroken(frame.first)
    events: list[tuple[FeedEvent, bytes]] = []
    for entry in frame.entries:
        for event, public, c in _events(entry, n, ledger, identity.device):
            n = event.n
            f = next_hash(f, n, event.device, event.seq, public, c)
            events.append((event, f))
    if (n, f) != (frame.last, frame.head):
        raise FeedBroken(frame.last)
    return events


def is_trusted(frame: FeedFrame, identity: Identity) -> bool:
    """Whether the hall signed the frame, for this station."""
    return frame.is_by(identity.hall_sign_public, identity.hall) and frame.station == identity.station


def _events(
    entry: FeedEntry, n: int, ledger: StationLedger, device: str
) -> Iterator[tuple[FeedEvent, bytes, bytes]]:
    """The events behind feed number n that the entry stands for, with the public bytes and c of each."""
    if isinstance(entry, WholeEvent):
        c = entry.commitment
        yield FeedEvent(n + 1, entry.device, entry.seq, entry.public, c, entry.private, entry.e), entry.public, c
        return
    if ledger.own_hash(entry.last) != entry.h:
        raise FeedBroken(n + 1)
    for place, row in enumerate(ledger.own_rows(entry.first - 1, entry.last), n + 1):
        yield FeedEvent(place, device, row.seq, None, None, None, None), row.public, row.c
