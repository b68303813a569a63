"""Frames on their way: packed into one zstd stream, and taken out of it as the bytes come.

The stream is flushed at each frame's end, so that each frame can be stored as
it arrives; one stream compresses as well as the whole, separate blocks do not
(sync design section 4). The reader stops before it would hold more than the limits.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from io import RawIOBase
from typing import IO, TYPE_CHECKING, cast

import zstandard

from sync import dictionary
from sync.column_packer import Packer
from sync.column_unpacker import Unpacker
from sync.envelope import CODECS, COLUMNS, PLAIN, PRIMED, ZSTD
from sync.frames import (
    MAX_PIECE,
    AttachmentFrame,
    ColumnFrame,
    Frame,
    checked,
    decoded,
    encoded,
    with_events,
    without_events,
)
from sync.wire import MAX_FRAME, MAX_FRAMES, MAX_MESSAGE, WireError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

WINDOW_LOG = 20  # 1 MiB
LEVEL = 19  # a village's link is slower than any processor
QUICK_LEVEL = 1  # for a link that is not
LENGTH_BYTES = 4
MOST_EVENT_BYTES = 16 * 1024 * 1024  # of a file, unpacked: what was seen in columns is kept until it ends


class FrameWriter:
    """Packs frames one after another; what it gives back can be sent at once.

    level: of zstd, by itself LEVEL, and QUICK_LEVEL without columns, which nobody asks for on a slow line.
    endless: for a file, which no limit of a message binds.
    """

    def __init__(self, codec: int = PRIMED, level: int | None = None, *, endless: bool = False) -> None:
        self.packed = 0
        self.unpacked = 0
        self._most = sys.maxsize if endless else MAX_MESSAGE
        usual = QUICK_LEVEL if codec == ZSTD else LEVEL
        self._stream = None if codec == PLAIN else _compressor(codec, level or usual)
        self._columns = Packer(dictionary.packing() if codec == PRIMED else None) if codec >= COLUMNS else None

    @property
    def ratio(self) -> float | None:
        """Packed to unpacked bytes so far; None before the first frame."""
        return self.packed / self.unpacked if self.unpacked else None

    def has_room(self, size: int) -> bool:
        """Whether a frame of about so many bytes, unpacked, stays below the limit with a little to spare."""
        return self.unpacked + size <= self._most - MAX_PIECE

    def write(self, frame: Frame) -> bytes:
        """The frame's bytes on the wire. ValueError if it is over a limit that the receiver keeps: a defect."""
        body = encoded(frame)
        raw = len(body).to_bytes(LENGTH_BYTES, "big") + body
        if len(body) > MAX_FRAME or self.unpacked + len(raw) > self._most:
            raise ValueError(f"frame of {len(body)} bytes after {self.unpacked}")
        self.unpacked += len(raw)
        if self._stream is None:
            return self._counted(raw)
        if self._columns is not None and not isinstance(frame, AttachmentFrame):
            bare, events = without_events(frame)
            body = encoded(ColumnFrame(bare, self._columns.pack(events)))
            raw = len(body).to_bytes(LENGTH_BYTES, "big") + body
        return self._counted(self._stream.compress(raw) + self._stream.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK))

    def end(self) -> bytes:
        """What ends the stream: a few bytes, or none if no frame was written."""
        if self._stream is None or not self.unpacked:
            return b""
        return self._counted(self._stream.flush(zstandard.COMPRESSOBJ_FLUSH_FINISH))

    def _counted(self, data: bytes) -> bytes:
        self.packed += len(data)
        return data


class FrameReader:
    """Takes the bytes behind an envelope as they come and gives whole frames.

    Holds at most MAX_FRAME of them, and never unpacks more than MAX_MESSAGE,
    whatever is sent: WireError too_big, or malformed for what is no frame. endless: for a file, of which
    so much may be unpacked at each feed, and MOST_EVENT_BYTES of events in all.
    """

    def __init__(self, codec: int, *, endless: bool = False) -> None:
        if codec not in CODECS:
            raise WireError("malformed", part="codec")
        columns = Unpacker(dictionary.unpacking() if codec == PRIMED else None) if codec >= COLUMNS else None
        self._frames = _Frames(columns, MOST_EVENT_BYTES if endless else MAX_MESSAGE)
        self._endless = endless
        self._unpack = None if codec == PLAIN else _decompressor(codec, self._frames)

    def feed(self, chunk: bytes) -> Iterator[Frame]:
        """The frames that are whole now. After an error the reader is of no further use."""
        if self._endless:
            self._frames.count_anew()
        try:
            if self._unpack is None:
                self._frames.write(chunk)
            else:
                self._unpack.write(chunk)
        except zstandard.ZstdError:
            yield from self._frames.taken()
            raise WireError("malformed", part="stream") from None
        except WireError:
            yield from self._frames.taken()
            raise
        yield from self._frames.taken()


class _Frames(RawIOBase):
    """Where unpacked bytes arrive, in pieces; a file for the decompressor, which stops when write raises."""

    def __init__(self, columns: Unpacker | None, room: int) -> None:
        super().__init__()
        self._columns = columns
        self._buffer = bytearray()
        self._unpacked = 0
        self._room = room  # for events that come in columns
        self._whole: list[Frame] = []
        self._frames_left = MAX_FRAMES

    def write(self, data: ReadableBuffer, /) -> int:
        piece = bytes(data)
        self._unpacked += len(piece)
        if self._unpacked > MAX_MESSAGE:
            raise WireError("too_big", part="message")
        self._buffer += piece
        while (body := self._next_body()) is not None:
            if not self._frames_left:
                raise WireError("too_big", part="frames")
            self._frames_left -= 1
            self._whole.append(checked(self._frame(body)))
        return len(piece)

    def count_anew(self) -> None:
        self._unpacked, self._frames_left = 0, MAX_FRAMES

    def taken(self) -> list[Frame]:
        whole, self._whole = self._whole, []
        return whole

    def _frame(self, body: bytes) -> Frame:
        frame = decoded(body)
        if not isinstance(frame, ColumnFrame):
            return frame
        if self._columns is None:
            raise WireError("malformed", part="columns")
        events = self._columns.unpack(frame.columns, self._room)
        self._room -= sum(len(public) + len(private or b"") for public, private in events)
        return with_events(frame.frame, events)

    def _next_body(self) -> bytes | None:
        if len(self._buffer) < LENGTH_BYTES:
            return None
        end = LENGTH_BYTES + int.from_bytes(self._buffer[:LENGTH_BYTES], "big")
        if end > LENGTH_BYTES + MAX_FRAME:
            raise WireError("too_big", part="frame")
        if len(self._buffer) < end:
            return None
        body = bytes(self._buffer[LENGTH_BYTES:end])
        del self._buffer[:end]
        return body


def _compressor(codec: int, level: int) -> zstandard.ZstdCompressionObj:
    parameters = zstandard.ZstdCompressionParameters.from_level(
        level, window_log=WINDOW_LOG, write_content_size=0, write_dict_id=0
    )
    known = dictionary.content() if codec == PRIMED else None
    return zstandard.ZstdCompressor(dict_data=known, compression_params=parameters).compressobj()


def _decompressor(codec: int, into: _Frames) -> zstandard.ZstdDecompressionWriter:
    known = dictionary.content() if codec == PRIMED else None
    decompressor = zstandard.ZstdDecompressor(dict_data=known, max_window_size=1 << WINDOW_LOG)
    return decompressor.stream_writer(cast(IO[bytes], into), closefd=False)
