"""A bundle written part after part: as many files as its frames need, each whole before the next is begun."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import IO

from counter_app.domain.errors import InvalidInput
from sync.bundle_part import PartWriter, Routing
from sync.frames import AttachmentFrame, EventFrame, FeedFrame, Frame, ReturnFrame, encoded

LEAST_PART = 1024 * 1024  # a frame must always fit
DEFAULT_PART = 1000 * 1024 * 1024  # several go on a stick, and none is beyond what a FAT file can be

NewPart = Callable[[int], AbstractContextManager[IO[bytes]]]
"""The file of the part of that number: whole under its name when the block ends well, else gone."""

Step = Callable[[int], None]
"""Told after each frame how many bytes, unpacked, are done; may raise CounterError to stop."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a part holds. first and last are the places of its events, (0, 0) if it has none.

    scans counts the files of which the part has the last piece.
    """

    events: int = 0
    first: int = 0
    last: int = 0
    scans: int = 0

    def and_then(self, frame: Frame) -> Content:
        """With one frame more."""
        match frame:
            case AttachmentFrame():
                ends = frame.offset + len(frame.piece) == frame.size
                return Content(self.events, self.first, self.last, self.scans + ends)
            case FeedFrame() | EventFrame() | ReturnFrame():
                more = frame.last - frame.first + 1
                return Content(self.events + more, self.first or frame.first, frame.last, self.scans)


@dataclass(frozen=True, slots=True)
class WrittenPart:
    """A part that stands whole on its medium."""

    number: int
    size: int
    content: Content


class BundleWriter:
    """Writes the frames of one bundle; it is also what frames are made to fit into (`outgoing.Filling`)."""

    def __init__(
        self,
        routing: Callable[[int], Routing],
        reader_public: bytes,
        start: Callable[[int, Frame | None], bytes],
        new_part: NewPart,
        part_bytes: int,
    ) -> None:
        """start: the signed envelope of a part, by its number and first frame. InvalidInput `bundle_part_small`."""
        if part_bytes < LEAST_PART:
            raise InvalidInput("bundle_part_small", least=LEAST_PART // 2**20)
        self._routing, self._reader_public, self._start = routing, reader_public, start
        self._new_part, self._part_bytes = new_part, part_bytes
        self._ratio: float | None = None

    @property
    def ratio(self) -> float | None:
        """Packed to unpacked bytes of the part that is being written."""
        return self._ratio

    def has_room(self, size: int) -> bool:
        """Always: another part is begun."""
        return size > 0

    def write(self, frames: Iterable[Frame], step: Step) -> Iterator[WrittenPart]:
        """The parts, each as soon as it stands whole; one also where there are no frames.

        What new_part and step raise; the parts given until then stay good.
        """
        waiting = iter(frames)
        frame, number, done = next(waiting, None), 0, 0
        while frame is not None or number == 0:
            number += 1
            content = Content()
            with self._new_part(number) as file:
                part = PartWriter(file, self._routing(number), self._reader_public, self._start(number, frame))
                while frame is not None:
                    raw = len(encoded(frame))
                    if not part.has_room(raw, self._part_bytes):
                        break
                    part.write(frame, raw)
                    content, self._ratio, done = content.and_then(frame), part.ratio, done + raw
                    step(done)
                    frame = next(waiting, None)
                size = part.end(last=frame is None)
            yield WrittenPart(number, size, content)
