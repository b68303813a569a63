"""A part of a bundle as a file (`.ctb`): what routing needs in clear, then a sealed message (PROTOCOL.md section 7).

The sealed content is a message of the exchange: protocol byte, signed envelope, frames in one stream.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import SEEK_END
from typing import IO, Annotated

import msgspec
from msgspec import Meta

from counter_app.domain.errors import CounterError
from resources.typed import unpacker
from sync.bundle_seal import CHUNK, TAG, BundleCut, BundleDamaged, Sealer, opened
from sync.envelope import PRIMED, Millis, Name
from sync.frame_stream import MOST_EVENT_BYTES, FrameReader, FrameWriter
from sync.frames import AttachmentFrame, Frame
from sync.wire import EnvelopeReader, SignedEnvelope, WireError

SUFFIX = ".ctb"
MAGIC = b"CTB"
FORMAT = 1
CODEC = PRIMED  # of bundles that are written; read is every codec
LEVEL = 3  # a stick is quick and has room: time is what a person with much to pack waits for
TO_HALL, TO_DEVICE = 1, 2
MAX_CLEAR = 1024
WORST_PACKED = 200  # what cannot be packed grows by less than one part in so many
OVERHEAD = 4 * 1024  # of a part: what stands in clear, and the ends of both streams
SLICE = 1024  # fed to the unpacker at once: the frames of so few packed bytes never fill much memory

_START = len(MAGIC) + 1
_STANDING = 1 + 8  # whether it is the last part, and the size of the file: known when it ends


class NotABundle(CounterError):
    """The file is something else."""

    def __init__(self) -> None:
        super().__init__("not_a_bundle")


class BundleUnsigned(CounterError):
    """The content is not signed by whom the part names, or says something else than the part."""

    def __init__(self) -> None:
        super().__init__("bundle_unsigned")


class Routing(msgspec.Struct, frozen=True, array_like=True):
    """What stands in clear: who opens it, of or for which device, and which part it is. made_ms names the bundle."""

    to: Annotated[int, Meta(ge=TO_HALL, le=TO_DEVICE)]
    hall: Name
    device: Name
    made_ms: Millis
    part: Annotated[int, Meta(ge=1, le=2**32)]


@dataclass(frozen=True, slots=True)
class Part:
    """The beginning of a part that somebody brought; the file stands behind it. cut: it is shorter than written."""

    file: IO[bytes]
    clear: bytes
    routing: Routing
    last: bool
    cut: bool


class PartWriter:
    """Writes one part; memory for one chunk and one frame. The file must be seekable."""

    def __init__(
        self, file: IO[bytes], routing: Routing, reader_public: bytes, message_start: bytes, codec: int = CODEC
    ) -> None:
        clear = msgspec.msgpack.encode(routing)
        file.write(MAGIC + bytes([FORMAT]) + bytes(_STANDING) + len(clear).to_bytes(2, "big") + clear)
        self._file = file
        self._frames = FrameWriter(codec, LEVEL, endless=True)
        self._sealer = Sealer(file, reader_public, clear)
        self._sealer.write(message_start)
        self._start_bytes = len(message_start)
        self._event_bytes = 0

    @property
    def packed(self) -> int:
        """Bytes of frames until now."""
        return self._frames.packed

    @property
    def ratio(self) -> float | None:
        """Packed to unpacked bytes until now; None before the first frame."""
        return self._frames.ratio

    def has_room(self, raw: int, limit: int) -> bool:
        """Whether one more frame of so many bytes, however badly it packs, keeps the file below the limit, and
        the reader's memory in bounds. A part takes one frame in any case."""
        if not self.packed:
            return True
        sealed = self._start_bytes + self.packed + raw + raw // WORST_PACKED + OVERHEAD
        return sealed + sealed // CHUNK * TAG <= limit and self._event_bytes + raw <= MOST_EVENT_BYTES

    def write(self, frame: Frame, raw: int) -> None:
        """Add a frame of so many bytes."""
        self._event_bytes += 0 if isinstance(frame, AttachmentFrame) else raw
        self._sealer.write(self._frames.write(frame))

    def end(self, *, last: bool) -> int:
        """Close the stream; the size of the file."""
        self._sealer.write(self._frames.end())
        self._sealer.end(last=last)
        size = self._file.seek(0, SEEK_END)
        self._file.seek(_START)
        self._file.write(bytes([last]) + size.to_bytes(8, "big"))
        return size


def part_in(file: IO[bytes]) -> Part:
    """The part that an opened file holds. NotABundle, BundleCut; CounterError `bundle_newer` of a later program."""
    head = file.read(_START + _STANDING + 2)
    if not head.startswith(MAGIC) or len(head) < _START:
        raise NotABundle
    if head[len(MAGIC)] > FORMAT:
        raise CounterError("bundle_newer", format=head[len(MAGIC)])
    if len(head) < _START + _STANDING + 2:
        raise BundleCut
    last, size, length = head[_START], int.from_bytes(head[_START + 1 : -2], "big"), int.from_bytes(head[-2:], "big")
    clear = file.read(min(length, MAX_CLEAR))
    if len(clear) < min(length, MAX_CLEAR):
        raise BundleCut
    try:
        routing = unpacker(Routing).decode(clear)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise NotABundle from None
    place = file.tell()
    cut = file.seek(0, SEEK_END) < size
    file.seek(place)
    return Part(file, clear, routing, last == 1, cut)


class PartReader:
    """The message sealed in a part: its envelope first, then its frames. Memory for a few frames."""

    def __init__(self, part: Part, box_private: bytes) -> None:
        self._chunks = opened(part.file, box_private, part.clear, last=part.last, cut=part.cut)
        self._start = EnvelopeReader()

    def envelope(self) -> SignedEnvelope:
        """The signed beginning. BundleCut, BundleDamaged; CounterError `bundle_newer`."""
        for chunk in self._chunks:
            try:
                found = self._start.feed(chunk)
            except WireError as error:
                raise _readable(error) from None
            if found is not None:
                return found
        raise BundleDamaged

    def frames(self, codec: int) -> Iterator[Frame]:
        """The frames behind the envelope, as they lie. BundleCut, BundleDamaged: those given before are whole."""
        try:
            reader = FrameReader(codec, endless=True)
            for chunk in self._after_envelope():
                for at in range(0, len(chunk), SLICE):
                    yield from reader.feed(chunk[at : at + SLICE])
        except WireError as error:
            raise _readable(error) from None

    def _after_envelope(self) -> Iterator[bytes]:
        yield self._start.rest()
        yield from self._chunks


def _readable(error: WireError) -> CounterError:
    """A message that was sealed whole and cannot be read comes of a later program, or of a faulty one."""
    return CounterError("bundle_newer", format=FORMAT) if error.code == "too_new" else BundleUnsigned()
