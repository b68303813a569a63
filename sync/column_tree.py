"""The tree of places that packer and unpacker of columns both keep (PROTOCOL.md section 4.1)."""

from __future__ import annotations

import pickle
from collections.abc import Iterable
from typing import Any

Pair = tuple[bytes, bytes | None]
"""Public and private bytes of an event; None where the private ones were erased."""

MANY_PLACES = 4096  # from here on the packer sends whole events
MAX_DEPTH = 40
HEAD_BYTES = 3

OTHER, NULL, FALSE, TRUE, OWN = range(5)
"""The first tokens of every place; those from OWN on belong to the type that the place has at the time."""
KNOWN = OWN + 1  # texts and maps: OWN is a new one
TEXT, STEP, PACE, MAP, LIST, BYTES = range(6)
"""Types. A number stands by its step from the one before, or from the pace of the events' time."""

END, NEW, FIRST, TWO = 0, 1, 2, 240
"""The letters of a place by the order in which they came there: one byte from FIRST on, two from TWO on."""
SHORT = TWO - FIRST
LETTERS = SHORT + (256 - TWO) * 255


class Place:
    """One place of the tree: what is known there, and its columns in the frame at hand."""

    __slots__ = ("at", "children", "known", "last", "letters", "pace", "shapes", "text", "text_at", "tokens", "type")

    def __init__(self) -> None:
        self.type = TEXT
        self.last = self.pace = 0
        self.known: Any = None  # texts: to their number when packing, by their number when unpacking
        self.letters: Any = None
        self.shapes: Any = None
        self.children: dict[object, Place] | None = None
        self.tokens: Any = bytearray()
        self.text: Any = bytearray()
        self.at = self.text_at = 0


class Tree:
    """The places in the order in which they were first met, the same on both sides; `time` of the newest event."""

    def __init__(self) -> None:
        self.time = 0
        self.places: list[Place] = []
        self.keys, self.fresh, self.public, self.private = (self.place() for _ in range(4))

    def place(self) -> Place:
        made = Place()
        self.places.append(made)
        return made

    def copy(self) -> Tree:
        copied: Tree = pickle.loads(pickle.dumps(self, pickle.HIGHEST_PROTOCOL))  # our own bytes, of this moment
        return copied


def symbol(n: int) -> int:
    """The symbol of the n-th letter of a place: one byte, or two of which the second is never END."""
    if n < SHORT:
        return n + FIRST
    high, low = divmod(n - SHORT, 255)
    return (TWO + high) << 8 | (low + 1)


def public_order(fields: Iterable[str]) -> list[str]:
    """Time and kind come before what leans on them."""
    return sorted(fields, key=lambda key: (key == "d", key != "t", key))
