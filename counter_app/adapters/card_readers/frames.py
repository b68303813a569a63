"""Frames of the SAM inside an ID-card reader (specs id-cards 2.2, 2.11).

`AA AA AA 96 69`, a big-endian length of two bytes that counts everything after
itself, the body, and the XOR of length and body. The line may add, lose, change
and cut bytes anywhere; nothing is escaped.
"""

from __future__ import annotations

from functools import reduce
from operator import xor

PREAMBLE = bytes.fromhex("AAAAAA9669")
SHORTEST_REPLY = 4  # three status bytes and the checksum
SHORTEST_REQUEST = 3  # command, parameter and the checksum
LONGEST = 0x0C00  # own bound, above the largest reply known (0x090A)

_HEAD = len(PREAMBLE) + 2


def frame(body: bytes) -> bytes:
    """The frame that carries the body."""
    checked = (len(body) + 1).to_bytes(2, "big") + body
    return PREAMBLE + checked + bytes([_checksum(checked)])


class FrameParser:
    """Finds whole frames in a stream that arrives in any pieces; holds less than one longest frame.

    rejected counts what began like a frame and had an impossible length or a wrong checksum,
    dropped the bytes that belonged to no frame.
    """

    def __init__(self, shortest: int = SHORTEST_REPLY) -> None:
        self._shortest = shortest
        self._buffer = bytearray()
        self.rejected = 0
        self.dropped = 0

    @property
    def is_inside_frame(self) -> bool:
        """Whether a frame has begun and its end has not come."""
        return self._buffer.startswith(PREAMBLE)

    def feed(self, chunk: bytes) -> list[bytes]:
        """The bodies of the frames that are whole now, in order."""
        self._buffer += chunk
        bodies = []
        while self._find_preamble() and (end := self._end_of_frame()):
            body = self._take(end)
            if body is not None:
                bodies.append(body)
        return bodies

    def _find_preamble(self) -> bool:
        start = self._buffer.find(PREAMBLE)
        if start < 0:
            self._drop(len(self._buffer) - (len(PREAMBLE) - 1))  # the rest may be the start of one
            return False
        self._drop(start)
        return True

    def _drop(self, size: int) -> None:
        if size > 0:
            self.dropped += size
            del self._buffer[:size]

    def _end_of_frame(self) -> int:
        """Where the frame at the front ends; 0 while bytes are missing."""
        while len(self._buffer) >= _HEAD:
            length = int.from_bytes(self._buffer[len(PREAMBLE) : _HEAD], "big")
            if self._shortest <= length <= LONGEST:
                return _HEAD + length if len(self._buffer) >= _HEAD + length else 0
            self._reject()
            if not self._find_preamble():
                break
        return 0

    def _take(self, end: int) -> bytes | None:
        """The body of the frame at the front, or None after dropping one byte of what was none."""
        checked, received = self._buffer[len(PREAMBLE) : end - 1], self._buffer[end - 1]
        if _checksum(checked) != received:
            self._reject()
            return None
        del self._buffer[:end]
        return bytes(checked[2:])

    def _reject(self) -> None:
        self.rejected += 1
        self._drop(1)


def _checksum(data: bytes | bytearray) -> int:
    return reduce(xor, data, 0)
