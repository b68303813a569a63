"""A feed frame held against the cursor and the own journal before anything of it is stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from counter_app.domain.errors import CounterError
from resources.pace import unhurried
from sync.feed import FeedEntry, OwnRange, WholeEvent, next_hash
from sync.frames import FeedFrame
from sync.journal_rules import Row
from sync.ports import FeedEvent, Identity, StationLedger

SHORT = 256  # own events: so many of a range are held in memory


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
    own = _own_rows(frame, ledger)
    for entry in unhurried(frame.entries):
        for event, public, c in _events(entry, n, own, ledger, identity.device):
            n = event.n
            f = next_hash(f, n, event.device, event.seq, public, c)
            events.append((event, f))
    if (n, f) != (frame.last, frame.head):
        raise FeedBroken(frame.last)
    return events


def is_trusted(frame: FeedFrame, identity: Identity) -> bool:
    """Whether the hall signed the frame, for this station."""
    return frame.is_by(identity.hall_sign_public, identity.hall) and frame.station == identity.station


def _own_rows(frame: FeedFrame, ledger: StationLedger) -> dict[int, Row]:
    """The own events of the frame's short ranges; those that follow each other are read at once."""
    found: dict[int, Row] = {}
    short = (entry for entry in frame.entries if isinstance(entry, OwnRange) and entry.length <= SHORT)
    ranges = sorted((entry.first, entry.last) for entry in short)
    start = end = 0
    for first, last in [*ranges, (0, 0)]:
        if start and first == end + 1:
            end = last
            continue
        if start:
            found.update((row.seq, row) for row in ledger.own_rows(start - 1, end))
        start, end = first, last
    return found


def _events(
    entry: FeedEntry, n: int, own: Mapping[int, Row], ledger: StationLedger, device: str
) -> Iterator[tuple[FeedEvent, bytes, bytes]]:
    """The events behind feed number n that the entry stands for, with the public bytes and c of each."""
    if isinstance(entry, WholeEvent):
        c = entry.commitment
        yield FeedEvent(n + 1, entry.device, entry.seq, entry.public, c, entry.private, entry.e), entry.public, c
        return
    if entry.length <= SHORT:
        found = [own[seq] for seq in range(entry.first, entry.last + 1) if seq in own]
        if len(found) != entry.length or found[-1].h != entry.h:
            raise FeedBroken(n + 1)
        rows: Iterable[Row] = found
    elif ledger.own_hash(entry.last) == entry.h:
        rows = ledger.own_rows(entry.first - 1, entry.last)
    else:
        raise FeedBroken(n + 1)
    for place, row in enumerate(rows, n + 1):
        yield FeedEvent(place, device, row.seq, None, None, None, None), row.public, row.c
