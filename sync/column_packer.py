"""Events in columns: what lies at the same place of many events lies side by side (PROTOCOL.md section 4.1).

The events of a frame are taken apart into a tree of places (`d.materials[].form`). Each place has a column of tokens
(a text that was there before, a known set of keys, the step from the number before) and a column of the letters of
new texts. What was seen stays known until the stream ends, on both sides alike. The very bytes of each event come out
again; an event that is not canonical msgpack travels whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from sync.column_tree import (
    BYTES,
    END,
    FALSE,
    HEAD_BYTES,
    KNOWN,
    LETTERS,
    LIST,
    MANY_PLACES,
    MAP,
    MAX_DEPTH,
    NEW,
    NULL,
    OTHER,
    OWN,
    PACE,
    STEP,
    TEXT,
    TRUE,
    TWO,
    Pair,
    Place,
    Tree,
    public_order,
    symbol,
)

WORTH_IT = 14  # bits that a number must be shorter by in the other type
_SCALARS = frozenset({int, bool, type(None), bytes})

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder().decode


class Packer:
    """Packs the events of one frame after another, knowing what the other side knows by then."""

    def __init__(self, tree: Tree | None = None) -> None:
        self.tree = tree or Tree()

    def pack(self, pairs: Iterable[Pair]) -> bytes:
        """The columns of these events."""
        count = 0
        for public, private in pairs:
            self._event(public, private)
            count += 1
        return self._columns(count)

    def _event(self, public: bytes, private: bytes | None) -> None:
        tree = self.tree
        if len(tree.places) > MANY_PLACES:
            fields: Any = public
            closed: Any = private
        else:
            fields, closed = _opened(public), None if private is None else _opened(private)
        kind = self._public(fields)
        self._value(self._child(tree.private, kind), closed)

    def _public(self, fields: Any) -> object:
        """The public part, its data last and at places of the kind's own. Gives the kind."""
        tree = self.tree
        place = tree.public
        if not isinstance(fields, dict):
            self._value(place, fields)
            return None
        self._shape(place, fields)
        kind = None
        for key in public_order(fields):
            value = fields[key]
            if key == "d":
                self._value(self._child(place, ("d", kind)), value)
            elif isinstance(value, list):  # positions are places of their own
                child = self._child(place, key)
                self._length(child, value)
                for position, item in enumerate(value):
                    self._value(self._child(child, position), item)
            else:
                self._value(self._child(place, key), value)
                if key == "t" and type(value) is int:
                    tree.time = value
                elif key == "k" and type(value) is str:
                    kind = value
        return kind

    def _child(self, place: Place, key: object) -> Place:
        if place.children is None:
            place.children = {}
        child = place.children.get(key)
        if child is None:
            child = place.children[key] = self.tree.place()
        return child

    def _value(self, place: Place, value: Any) -> None:
        _PACK[type(value)](self, place, value)

    def _constant(self, place: Place, value: bool | None) -> None:
        place.tokens.append(TRUE if value else NULL if value is None else FALSE)

    def _map(self, place: Place, value: dict[str, Any]) -> None:
        self._shape(place, value)
        for key, item in value.items():
            _PACK[type(item)](self, self._child(place, key), item)

    def _list(self, place: Place, value: list[Any]) -> None:
        self._length(place, value)
        if value:
            child = self._child(place, None)
            for item in value:
                _PACK[type(item)](self, child, item)

    def _bytes(self, place: Place, value: bytes) -> None:
        self._typed(place, BYTES)
        _put(place.tokens, OWN + len(value))
        place.text += value

    def _typed(self, place: Place, type_: int) -> None:
        if place.type != type_:
            place.tokens += bytes((OTHER, type_))
            place.type = type_

    def _text(self, place: Place, value: str) -> None:
        self._typed(place, TEXT)
        if place.known is None:
            place.known, place.letters = {}, {}
        number = place.known.get(value)
        if number is not None:
            _put(place.tokens, KNOWN + number)
            return
        place.known[value] = len(place.known)
        place.tokens.append(OWN)
        letters = place.letters
        if not letters.keys() >= set(map(ord, value)):
            place.text += bytes((NEW,)) * self._learn(letters, value)
        place.text += value.translate(letters).encode("latin-1")
        place.text.append(END)

    def _learn(self, letters: dict[int, str], value: str) -> int:
        """Number the letters that are new to the place; how many there are."""
        new = [letter for letter in dict.fromkeys(value) if ord(letter) not in letters]
        if len(letters) + len(new) > LETTERS:
            letters.clear()
            new = list(dict.fromkeys(value))
        for letter in new:
            code = symbol(len(letters))
            letters[ord(letter)] = chr(code) if code < TWO else chr(code >> 8) + chr(code & 255)
        self.tree.fresh.text += "".join(new).encode()
        return len(new)

    def _number(self, place: Place, value: int) -> None:
        pace = value - self.tree.time
        steps = {STEP: _folded(value - place.last), PACE: _folded(pace - place.pace)}
        own = place.type if place.type in steps else STEP
        other = PACE if own == STEP else STEP
        self._typed(place, other if steps[other].bit_length() + WORTH_IT <= steps[own].bit_length() else own)
        _put(place.tokens, OWN + steps[place.type])
        place.last, place.pace = value, pace

    def _shape(self, place: Place, value: dict[str, Any]) -> None:
        self._typed(place, MAP)
        if place.shapes is None:
            place.shapes = {}
        shape = tuple(value)
        number = place.shapes.get(shape)
        if number is not None:
            _put(place.tokens, KNOWN + number)
            return
        place.shapes[shape] = len(place.shapes)
        place.tokens.append(OWN)
        _put(place.tokens, len(shape))
        for key in shape:
            self._text(self.tree.keys, key)

    def _length(self, place: Place, value: list[Any]) -> None:
        self._typed(place, LIST)
        _put(place.tokens, OWN + len(value))

    def _columns(self, count: int) -> bytes:
        """The number of events; of each column that is not empty how many empty ones it follows, and its length; all
        columns. The head goes before, with its length."""
        head, body = bytearray(), bytearray()
        _put(head, count)
        empty = 0
        for place in self.tree.places:
            for column in (place.tokens, place.text):
                if not column:
                    empty += 1
                    continue
                _put(head, empty)
                _put(head, len(column))
                body += column
                column.clear()
                empty = 0
        return len(head).to_bytes(HEAD_BYTES, "big") + head + body


_PACK: dict[type, Callable[[Packer, Place, Any], None]] = {
    str: Packer._text,
    int: Packer._number,
    bool: Packer._constant,
    type(None): Packer._constant,
    dict: Packer._map,
    list: Packer._list,
    bytes: Packer._bytes,
}


def _opened(packed: bytes) -> Any:
    """The map that these bytes are, or the bytes themselves if packing the map would not give them again."""
    try:
        value = _decode(packed)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return packed
    return value if type(value) is dict and _is_plain(value, 0) and _encode(value) == packed else packed


def _is_plain(value: Any, depth: int) -> bool:
    """Whether only what a place can hold is in it."""
    type_ = type(value)
    if type_ is str:
        return len(value) <= LETTERS
    if type_ is dict:
        return depth < MAX_DEPTH and all(
            type(key) is str and (_is_plain(item, depth + 1)) for key, item in value.items()
        )
    if type_ is list:
        return depth < MAX_DEPTH and all(_is_plain(item, depth + 1) for item in value)
    return type_ in _SCALARS


def _put(column: bytearray, number: int) -> None:
    while number >= 128:
        column.append(number & 127 | 128)
        number >>= 7
    column.append(number)


def _folded(number: int) -> int:
    """0, -1, 1, -2 ... as 0, 1, 2, 3 ..."""
    return number << 1 if number >= 0 else ~(number << 1)
