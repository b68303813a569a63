"""What is asked of a SAM and what its answers mean (specs id-cards 2.3-2.7)."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from counter_app.adapters.card_readers.frames import frame
from counter_app.domain.card_layouts import BLOCK_BYTES
from counter_app.domain.errors import CounterError

DONE, CARD_FOUND, NO_CONTENT, NO_CARD = 0x90, 0x9F, 0x91, 0x80
SELECT_FAILED, NOT_NOW, UNRECOGNISED, UNKNOWN_COMMAND = 0x81, 0x23, 0x24, 0x21
REQUEST_DAMAGED = frozenset({0x10, 0x11})
SAM_IS_ILL = frozenset({0x47, 0x60})  # a reset may help

# Status -> code of the error; a status that is not here is a fault of the SAM.
_ERRORS = {
    SELECT_FAILED: "card_moved",
    0x31: "card_moved",
    0x41: "card_moved",
    NO_CARD: "card_moved",
    0x32: "card_not_verified",
    0x33: "card_not_verified",
    0x40: "wrong_card",
    0x66: "sam_unauthorised",
}

_LONG_REPLY = 0x0508 - 4  # data bytes from which on a reply can only be a card's base data
_PHOTO_SIZES = (1024, 0)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: the only status byte that carries meaning, and the data after it."""

    status: int
    data: bytes

    @classmethod
    def of(cls, body: bytes) -> Reply:
        """The reply in the body of a frame (two unused bytes, status, data)."""
        return cls(body[2], body[3:])


@dataclass(frozen=True, slots=True)
class Command:
    """A request: its two code bytes, how long to wait, and how many bytes come at most."""

    code: bytes
    timeout_s: float
    reply_bytes: int

    @property
    def wire(self) -> bytes:
        """The request as sent."""
        return frame(self.code)

    def seconds_at(self, baud: int) -> float:
        """How long to wait for the answer: twice its wire time comes on top (10 bits a byte)."""
        return self.timeout_s + 2 * self.reply_bytes * 10 / baud

    def may_be_answered_by(self, reply: Reply) -> bool:
        """False for an answer that can only belong to another, earlier request."""
        if reply.status == CARD_FOUND:
            return self is FIND
        if self is READ_BASE and reply.status == DONE:
            return len(reply.data) > 4
        return len(reply.data) < _LONG_REPLY or self is READ_BASE


RESET = Command(b"\x10\xff", 1.0, 11)
STATUS = Command(b"\x11\xff", 1.0, 11)
DETECT_SPEED = Command(b"\x11\xff", 0.5, 11)
MODULE_ID = Command(b"\x12\xff", 1.0, 27)
FIND = Command(b"\x20\x01", 0.8, 15)
SELECT = Command(b"\x20\x02", 0.8, 19)
READ_BASE = Command(b"\x30\x01", 3.0, 1295)
READ_NEWEST_ADDRESS = Command(b"\x30\x03", 2.0, 81)


def error_of(status: int) -> CounterError:
    """The error that a clerk can act on for a status that ends the reading."""
    return CounterError(_ERRORS.get(status, "sam_fault"), status=f"{status:02X}")


def base_parts(data: bytes) -> tuple[bytes, bytes]:
    """The text block and the photo (1024 bytes or none) of a base reply's data.

    Fingerprints, if the reply has them, are left out: they are never shown or stored.
    Raises CounterError `garbled` where the inner lengths do not fit.
    """
    text_size, photo_size = _big_endian(data[0:2]), _big_endian(data[2:4])
    head = 4
    if len(data) != head + text_size + photo_size:
        head = 6
        if len(data) != head + text_size + photo_size + _big_endian(data[4:6]):
            raise CounterError("garbled")
    if text_size != BLOCK_BYTES or photo_size not in _PHOTO_SIZES:
        raise CounterError("garbled")
    return data[head : head + text_size], data[head + text_size : head + text_size + photo_size]


def printed_module_id(data: bytes) -> str:
    """The SAM's number (模块编号) as makers print it: factory.type-date-serial-serial."""
    if len(data) != struct.calcsize("<HHIII"):
        raise CounterError("garbled")
    factory, kind, day, first, second = struct.unpack("<HHIII", data)
    return f"{factory:02d}.{kind:02d}-{day:08d}-{first:010d}-{second:010d}"


def _big_endian(two_bytes: bytes) -> int:
    return int.from_bytes(two_bytes, "big")
