"""What the hall answers: the truth about the device's head, and the frames of its feed (PROTOCOL.md sections 3, 4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from sync.envelope import CODECS, PLAIN, ZSTD, Answer, ErrorNote, HeadQuery, Place, Request, SecondStage
from sync.frame_stream import FrameWriter
from sync.frames import FeedFrame, ReturnFrame, feed_frame, packed_size, return_frame
from sync.hall import feeds, second_stage
from sync.hall.ports import ExchangeHall, Records
from sync.hall.receive import Caller, Sender
from sync.wire import ANSWER, signed

FRAME_BYTES, QUICK_FRAME_BYTES = 96 * 1024, 384 * 1024  # unpacked; about a third of it packed
LEAST_ANSWER, MOST_ANSWER = 16 * 1024, 1024 * 1024  # packed bytes of frames in one answer
MOST_UNPACKED = 3 * 1024 * 1024  # stays below what the client takes, MAX_MESSAGE

T = TypeVar("T")
_NOWHERE: Place = (0, bytes(32))


@dataclass(frozen=True, slots=True)
class _Frames:
    """Packed frames, how far in the feed they go, and whether more is left."""

    body: bytes
    feed_to: int
    more: bool


def answer(hall: ExchangeHall, caller: Caller, error: ErrorNote | None, *, with_feed: bool = True) -> bytes:
    """The whole signed message to a device that was identified. with_feed False: its feed comes with a later one."""
    asked = caller.asked
    with hall.records.read() as tx:
        if isinstance(asked, HeadQuery):
            frames, codec = _Frames(b"", 0, more=False), PLAIN
        else:
            codec = asked.codec if asked.codec in CODECS else PLAIN
            later = _Frames(b"", asked.feed[0], more=True)
            frames = _frames(tx, hall, caller, asked, error, codec) if with_feed or error is not None else later
        envelope = standing(tx, hall, caller, asked.attachments)
        unapplied = error is None and envelope.applied < envelope.received[0] and not tx.waits_for_recovery()
        envelope = msgspec.structs.replace(
            envelope, x=asked.x, feed_to=frames.feed_to, more=frames.more or unapplied, codec=codec, error=error,
            second_stage=_second_stage(tx, hall, caller) if error is None else None,
        )
    return signed(envelope, ANSWER, hall.keys) + frames.body


def _second_stage(tx: Records, hall: ExchangeHall, caller: Caller) -> SecondStage | None:
    asked = caller.asked
    return second_stage.signed(tx, hall, caller.device, asked.accepted) if isinstance(asked, Request) else None


def standing(tx: Records, hall: ExchangeHall, sender: Sender, asked: Iterable[bytes]) -> Answer:
    """What the hall knows of the device now, and holds of the files asked for; to no try, its feed to the end."""
    known, feed_head = tx.device(sender.device), tx.feed_head(sender.station)
    assert known is not None, "a device is never removed"
    return Answer(
        hall=hall.id,
        device=sender.device,
        x=0,
        generation=tx.generation(),
        hall_time_ms=hall.now_ms,
        received=tx.journal_head(sender.device),
        applied=known.applied,
        exceptions=tx.not_accepted(sender.device),
        feed_head=feed_head,
        feed_to=feed_head.n,
        more=False,
        held=tx.held(asked),
        codec=PLAIN,
        sharing=tx.sharing(sender.station),
    )


def refusal(hall: ExchangeHall, error: ErrorNote) -> bytes:
    """The signed answer to somebody who was not identified: it names no device, no try and nothing of the store."""
    envelope = Answer(
        hall=hall.id,
        device="",
        x=0,
        generation=0,
        hall_time_ms=hall.now_ms,
        received=_NOWHERE,
        applied=0,
        exceptions=[],
        feed_head=_NOWHERE,
        feed_to=0,
        more=False,
        held=[],
        codec=PLAIN,
        error=error,
    )
    return signed(envelope, ANSWER, hall.keys)


def _frames(
    tx: Records, hall: ExchangeHall, caller: Caller, asked: Request, error: ErrorNote | None, codec: int
) -> _Frames:
    packer = _Packer(codec, max(LEAST_ANSWER, min(asked.answer_bytes, MOST_ANSWER)))
    n, cursor = asked.feed
    if error is not None and error.code == "behind":
        packer.fill(return_frames(tx, hall, caller, asked.head[0]))
        return _Frames(packer.ended(), n, more=True)
    if error is not None or tx.feed_hash_at(caller.station, n) != cursor:
        return _Frames(b"", n, more=False)
    more = packer.fill(feed_frames(tx, hall, caller, n, QUICK_FRAME_BYTES if codec == ZSTD else FRAME_BYTES))
    return _Frames(packer.ended(), packer.last or n, more)


class _Packer:
    """Frames packed one after another until the budget of packed bytes is spent."""

    def __init__(self, codec: int, budget: int) -> None:
        self._writer = FrameWriter(codec)
        self._budget = budget
        self._parts: list[bytes] = []
        self.last = 0

    def fill(self, frames: Iterable[FeedFrame | ReturnFrame]) -> bool:
        """Pack as many as fit, at least one; whether some are left over."""
        for frame in frames:
            if self._writer.packed >= self._budget or self._writer.unpacked > MOST_UNPACKED:
                return True
            self._parts.append(self._writer.write(frame))
            self.last = frame.last
        return False

    def ended(self) -> bytes:
        """All of it, the stream closed."""
        return b"".join([*self._parts, self._writer.end()])


def feed_frames(
    tx: Records, hall: ExchangeHall, caller: Sender, after: int, size: int
) -> Iterator[FeedFrame]:
    """The feed behind the cursor, in frames of about so many bytes, unpacked."""
    stretches = feeds.stretches(tx.feed_rows(caller.station, after), caller.device)
    for group in _grouped(stretches, lambda stretch: stretch.entry, size):
        entries = [stretch.entry for stretch in group]
        end = group[-1].last
        yield feed_frame(hall.keys, hall.id, caller.station, after + 1, entries, end.hash)
        after = end.n


def return_frames(tx: Records, hall: ExchangeHall, caller: Sender, after: int) -> Iterator[ReturnFrame]:
    """The device's own events behind its head, that it has lost (sync design section 7)."""
    rows = tx.journals.rows(caller.device, after)
    for group in _grouped(rows, lambda row: (row.public, row.private, row.c), FRAME_BYTES):
        events = [(row.public, row.private, row.c) for row in group]
        yield return_frame(hall.keys, hall.id, caller.device, group[0].seq, events, group[-1].h)


def _grouped(things: Iterable[T], content: Callable[[T], object], most: int) -> Iterator[list[T]]:
    """Runs of things of at most so many bytes each, or of one."""
    group: list[T] = []
    size = 0
    for thing in things:
        own = packed_size([content(thing)])
        if group and size + own > most:
            yield group
            group, size = [], 0
        group.append(thing)
        size += own
    if group:
        yield group
