"""A bundle written part after part: as many files as its frames need, each whole before the next is begun."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import IO

from counter_app.domain.errors import InvalidInput
from sync.bundle_part import CODEC, PartWriter, Routing
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

    whole are the files of which it has the last piece, begun is (SHA-256, bytes) of one that goes on in the next.
    """

    events: int = 0
    first: int = 0
    last: int = 0
    whole: tuple[bytes, ...] = ()
    begun: tuple[bytes, int] | None = None

    @property
    def scans(self) -> int:
        """How many files end in it."""
        return len(self.whole)

    def and_then(self, frame: Frame) -> Content:
        """With one frame more."""
        match frame:
            case AttachmentFrame():
                end = frame.offset + len(frame.piece)
                if end == frame.size:
                    return replace(self, whole=(*self.whole, frame.sha256), begun=None)
                return replace(self, begun=(frame.sha256, end))
            case FeedFrame() | EventFrame() | ReturnFrame():
                more = frame.last - frame.first + 1
                return replace(self, events=self.events + more, first=self.first or frame.first, last=frame.last)


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
        codec: int = CODEC,
    ) -> None:
        """start: the signed envelope of a part, by its number and first frame; it says the codec too.

        InvalidInput `bundle_part_small`.
        """
        if part_bytes < LEAST_PART:
            raise InvalidInput("bundle_part_small", least=LEAST_PART // 2**20)
        self._routing, self._reader_public, self._start = routing, reader_public, start
        self._new_part, self._part_bytes, self._codec = new_part, part_bytes, codec
        self._ratio: float | None = None

    @property
    def ratio(self) -> float | None:
        """Packed to unpacked bytes of the part that is being written."""
        return self._ratio

    def has_room(self, size: int) -> bool:
        """Always: another part is begun."""
        return size > 0

    def write(self, frames: Iterable[Frame], step: Step, after_part: int = 0) -> Iterator[WrittenPart]:
        """The parts behind those that are there, each as soon as it stands whole; one also where there are no frames.

        What new_part and step raise; the parts given until then stay good.
        """
        waiting = iter(frames)
        frame, number, done = next(waiting, None), after_part, 0
        while frame is not None or number == after_part:
            number += 1
            content = Content()
            with self._new_part(number) as file:
                start = self._start(number, frame)
                part = PartWriter(file, self._routing(number), self._reader_public, start, self._codec)
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
