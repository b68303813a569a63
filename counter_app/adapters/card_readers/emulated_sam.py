"""A SAM that obeys the protocol and can be told to misbehave; bytes in, bytes out (specs id-cards 10)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum, auto

from counter_app.adapters.card_readers.emulated_cards import EmulatedCard
from counter_app.adapters.card_readers.frames import SHORTEST_REQUEST, FrameParser, frame

MODULE_ID_DATA = bytes.fromhex("05000300E5D634010100000002000000")  # 05.03-20240101-0000000001-0000000002
_FIND_REPLY = frame(b"\0\0\x9f" + bytes(4))


class CardState(Enum):
    """Where the card is in its reading; STUCK is one that slipped and must be lifted."""

    EMPTY = auto()
    PLACED = auto()
    FOUND = auto()
    SELECTED = auto()
    READ = auto()
    STUCK = auto()


# What the base reply becomes under a fault that strikes once.
_DISTORTIONS: dict[str, Callable[[bytes], bytes]] = {
    "wrong_checksum": lambda wire: wire[:-1] + bytes([wire[-1] ^ 1]),
    "half_frame": lambda wire: wire[: len(wire) // 2],
    "wrong_kind": lambda wire: _FIND_REPLY,
    "wrong_lengths": lambda wire: frame(wire[7:10] + b"\x02\0" + wire[12:-1]),
    "no_answer": lambda wire: b"",
}
_SLIPS = {"lifted": CardState.EMPTY, "moved": CardState.STUCK}
_ADDRESS_SLIP = "lifted_early"
_LATE = "late"
_LASTING = frozenset({"silent", "slow", "noise", "address_unknown", "address_unanswered", "none"})
FAULTS = (*_DISTORTIONS, *_SLIPS, _ADDRESS_SLIP, _LATE, *sorted(_LASTING))

# Which request a forced status answers: that of the whole module, of selecting, else of reading.
_MODULE_STATUSES = frozenset({0x60, 0x66})
_SELECT_STATUSES = frozenset({0x31, 0x32, 0x33, 0x40, 0x81})


class EmulatedSam:
    """A SAM with a set of cards. place and lift are what hands do, fault is what breaks."""

    def __init__(self, cards: Sequence[EmulatedCard]) -> None:
        self._cards = cards
        self._parser = FrameParser(SHORTEST_REQUEST)
        self._card = cards[0]
        self.state = CardState.EMPTY
        self.lasting_fault = "none"
        self._next_fault = ""
        self._forced_status = 0
        self._held_back = b""

    def place(self, n: int) -> None:
        """Lay down card n, counted from 1. ValueError if there is none."""
        if not 1 <= n <= len(self._cards):
            raise ValueError(f"there are cards 1 to {len(self._cards)}")
        self._card = self._cards[n - 1]
        self.state = CardState.PLACED

    def lift(self) -> None:
        """Take the card away."""
        self.state = CardState.EMPTY

    def fault(self, name: str) -> None:
        """Break in the way named: one of FAULTS, or `status_XX` for a status in hexadecimal.

        A fault of one reading strikes once; the others (_LASTING and status_XX) last until `none`.
        ValueError if there is no such fault.
        """
        if name.startswith("status_"):
            self._forced_status = int(name.removeprefix("status_"), 16)
        elif name not in FAULTS:
            raise ValueError(f"faults are {', '.join(FAULTS)}, status_XX")
        elif name in _LASTING:
            self.lasting_fault, self._next_fault, self._forced_status = name, "", 0
        else:
            self._next_fault = name

    def overdue(self) -> bytes:
        """A reply held back by the fault `late`, once the card is lifted; it comes when nobody waits for it."""
        if self.state is not CardState.EMPTY:
            return b""
        overdue, self._held_back = self._held_back, b""
        return overdue

    def answer(self, chunk: bytes) -> list[bytes]:
        """The wire bytes that answer what came in; nothing while a request is not whole."""
        rejected = self._parser.rejected
        requests = self._parser.feed(chunk)
        if self.lasting_fault == "silent":
            return []
        if not requests and self._parser.rejected > rejected:
            return [_status(0x10)]
        return [self._reply(request) for request in requests]

    def _reply(self, request: bytes) -> bytes:
        command = request[:2]
        handler = _HANDLERS.get(command)
        if handler is None:
            return _status(0x21)
        if self._forced_status and self._is_struck(command):
            return _status(self._forced_status)
        wire = handler(self)
        return b"\x00\xff\xaa" + wire if self.lasting_fault == "noise" else wire

    def _is_struck(self, command: bytes) -> bool:
        if self._forced_status in _MODULE_STATUSES:
            return True
        return command == (b"\x20\x02" if self._forced_status in _SELECT_STATUSES else b"\x30\x01")

    def _done(self) -> bytes:
        return _status(0x90)

    def _module_id(self) -> bytes:
        return _status(0x90, MODULE_ID_DATA)

    def _find(self) -> bytes:
        if self.state in (CardState.PLACED, CardState.FOUND, CardState.SELECTED):
            self.state = CardState.FOUND
            return _FIND_REPLY
        return _status(0x80)

    def _select(self) -> bytes:
        if self.state is not CardState.FOUND:
            return _status(0x81)
        self.state = CardState.SELECTED
        return _status(0x90, bytes(8))

    def _base(self) -> bytes:
        fault, self._next_fault = self._next_fault, ""
        if fault == _ADDRESS_SLIP:
            self._next_fault = fault  # it waits for the next request
        self.state = _SLIPS.get(fault, self.state)
        if self.state is not CardState.SELECTED:
            return _status(0x41)
        self.state = CardState.READ
        wire = base_reply(self._card)
        if fault == _LATE:
            self._held_back = wire
            return b""
        return _DISTORTIONS[fault](wire) if fault in _DISTORTIONS else wire

    def _newest_address(self) -> bytes:
        if self.lasting_fault == "address_unknown":
            return _status(0x21)
        if self.lasting_fault == "address_unanswered":
            return b""
        if self._next_fault == _ADDRESS_SLIP and self.state is CardState.READ:
            self.state, self._next_fault = CardState.EMPTY, ""
        if self.state not in (CardState.SELECTED, CardState.READ):
            return _status(0x41)
        address = self._card.newest_address
        return _status(0x90, address) if address else _status(0x91)


_HANDLERS: dict[bytes, Callable[[EmulatedSam], bytes]] = {
    b"\x10\xff": EmulatedSam._done,
    b"\x01\xff": EmulatedSam._done,
    b"\x11\xff": EmulatedSam._done,
    b"\x12\xff": EmulatedSam._module_id,
    b"\x20\x01": EmulatedSam._find,
    b"\x20\x02": EmulatedSam._select,
    b"\x30\x01": EmulatedSam._base,
    b"\x30\x03": EmulatedSam._newest_address,
}


def base_reply(card: EmulatedCard) -> bytes:
    """The whole reply to `read base data` for a card."""
    sizes = len(card.text).to_bytes(2, "big") + len(card.photo).to_bytes(2, "big")
    return _status(0x90, sizes + card.text + card.photo)


def _status(status: int, data: bytes = b"") -> bytes:
    return frame(bytes([0, 0, status]) + data)
