"""Events out of their columns, the other half of `column_packer`: bounded, whatever is sent (PROTOCOL.md 4.1)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, NoReturn

import msgspec

from sync.canonical import MAX_EVENT_BYTES, MAX_INT, MIN_INT
from sync.column_tree import (
    BYTES,
    END,
    FALSE,
    FIRST,
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
from sync.wire import WireError

MOST_PLACES = MANY_PLACES + MAX_EVENT_BYTES  # an event has fewer places than bytes
MAX_SHIFT = 70  # bits of a token
_CONSTANTS = {NULL: None, FALSE: False, TRUE: True}
_NEW_LETTER = bytes((NEW,))
_ORDINARY = bytes(range(FIRST, TWO))

_encode = msgspec.msgpack.Encoder().encode


class Unpacker:
    """Gives the events of one frame after another. After an error it is of no further use."""

    def __init__(self, tree: Tree | None = None) -> None:
        self.tree = tree or Tree()
        self._columns: dict[int, bytes] = {}
        self._fresh: Iterator[str] = iter("")
        self._left = 0

    def unpack(self, packed: bytes, room: int) -> list[Pair]:
        """The events, at most `room` bytes of them. WireError malformed, too_big."""
        pairs: list[Pair] = []
        try:
            for _ in range(self._open(packed)):
                pair = self._event()
                room -= len(pair[0]) + len(pair[1] or b"")
                if room < 0:
                    raise WireError("too_big", part="columns")
                pairs.append(pair)
        except (LookupError, ValueError):
            _malformed()
        if self._columns or any(True for _ in self._fresh):
            _malformed()
        return pairs

    def _open(self, packed: bytes) -> int:
        """Lay the columns out at their places; how many events they hold."""
        at = HEAD_BYTES + int.from_bytes(packed[:HEAD_BYTES], "big")
        head = Place()
        head.tokens = packed[HEAD_BYTES:at]
        count = _take(head)
        number = 0
        self._columns = {}
        while head.at < len(head.tokens):
            number += _take(head)
            end = at + _take(head)
            self._columns[number] = packed[at:end]
            at, number = end, number + 1
        if at != len(packed):
            _malformed()
        for n, place in enumerate(self.tree.places):
            self._lay_out(place, n)
        self._fresh = iter(self.tree.fresh.text.decode())
        self.tree.fresh.text = b""
        return count

    def _lay_out(self, place: Place, n: int) -> None:
        if place.at != len(place.tokens) or place.text_at != len(place.text):
            _malformed()  # the frame before held more than its events
        place.tokens, place.text = self._columns.pop(2 * n, b""), self._columns.pop(2 * n + 1, b"")
        place.at = place.text_at = 0

    def _child(self, place: Place, key: object) -> Place:
        if place.children is None:
            place.children = {}
        child = place.children.get(key)
        if child is None:
            n = len(self.tree.places)
            if n >= MOST_PLACES:
                _malformed()
            child = place.children[key] = self.tree.place()
            child.tokens = child.text = b""
            self._lay_out(child, n)
        return child

    def _event(self) -> Pair:
        self._left = MAX_EVENT_BYTES
        public, kind = self._public()
        private = self._value(self._child(self.tree.private, kind), 0)
        return _closed(public), None if private is None else _closed(private)

    def _public(self) -> tuple[Any, object]:
        tree = self.tree
        place = tree.public
        token = self._token(place)
        if place.type != MAP or token < OWN:
            return self._of_token(place, token, 0), None
        shape = self._shape(place, token)
        fields: dict[str, Any] = dict.fromkeys(shape)
        kind = None
        for key in public_order(fields):
            if key == "d":
                fields[key] = self._value(self._child(place, ("d", kind)), 1)
                continue
            child = self._child(place, key)
            token = self._token(child)
            if child.type == LIST and token >= OWN:
                fields[key] = [self._value(self._child(child, n), 1) for n in range(self._length(token))]
                continue
            value = fields[key] = self._of_token(child, token, 1)
            if key == "t" and type(value) is int:
                tree.time = value
            elif key == "k" and type(value) is str:
                kind = value
        return fields, kind

    def _value(self, place: Place, depth: int) -> Any:
        return self._of_token(place, self._token(place), depth)

    def _token(self, place: Place) -> int:
        """The next token, the type that it is of being that of the place."""
        token = _take(place)
        if token == OTHER:
            place.type = _take(place)
            token = _take(place)
            if token < OWN:
                _malformed()
        self._spend(1)
        return token

    def _of_token(self, place: Place, token: int, depth: int) -> Any:
        if token < OWN:
            return _CONSTANTS[token]
        return _UNPACK[place.type](self, place, token, depth)

    def _text(self, place: Place, token: int, _depth: int = 0) -> str:
        if place.known is None:
            place.known, place.letters = [], {}
        if token >= KNOWN:
            known: str = place.known[token - KNOWN]
            self._spend(len(known))
            return known
        end = place.text.index(END, place.text_at)
        letters = place.text[place.text_at : end]
        place.text_at = end + 1
        self._spend(len(letters) >> 1)
        symbols = letters.lstrip(_NEW_LETTER)
        if len(symbols) < len(letters):
            self._learn(place.letters, len(letters) - len(symbols))
        text = "".join(map(place.letters.__getitem__, _symbols(symbols)))
        place.known.append(text)
        return text

    def _learn(self, letters: dict[int, str], count: int) -> None:
        if len(letters) + count > LETTERS:
            letters.clear()
        for letter in islice(self._fresh, count):
            letters[symbol(len(letters))] = letter

    def _number(self, place: Place, token: int, _depth: int) -> int:
        step = _unfolded(token - OWN)
        time = self.tree.time
        value = place.last + step if place.type == STEP else time + place.pace + step
        if not MIN_INT <= value <= MAX_INT:
            _malformed()
        place.last, place.pace = value, value - time
        return value

    def _map(self, place: Place, token: int, depth: int) -> dict[str, Any]:
        if depth >= MAX_DEPTH:
            _malformed()
        return {key: self._value(self._child(place, key), depth + 1) for key in self._shape(place, token)}

    def _list(self, place: Place, token: int, depth: int) -> list[Any]:
        length = self._length(token)
        if depth >= MAX_DEPTH:
            _malformed()
        if not length:
            return []
        child = self._child(place, None)
        return [self._value(child, depth + 1) for _ in range(length)]

    def _shape(self, place: Place, token: int) -> tuple[str, ...]:
        if place.shapes is None:
            place.shapes = []
        if token >= KNOWN:
            shape: tuple[str, ...] = place.shapes[token - KNOWN]
        else:
            shape = tuple(self._keys(_take(place)))
            place.shapes.append(shape)
        self._spend(sum(map(len, shape)))
        return shape

    def _keys(self, count: int) -> Iterator[str]:
        keys = self.tree.keys
        for _ in range(count):
            token = self._token(keys)
            if keys.type != TEXT or token < OWN:
                _malformed()
            yield self._text(keys, token)

    def _length(self, token: int) -> int:
        self._spend(token - OWN)
        return token - OWN

    def _bytes(self, place: Place, token: int, _depth: int) -> bytes:
        end = place.text_at + self._length(token)
        found = bytes(place.text[place.text_at : end])
        if len(place.text) < end:
            _malformed()
        place.text_at = end
        return found

    def _spend(self, size: int) -> None:
        """Stop before an event grows beyond what an event may be, however little of it was sent."""
        self._left -= size
        if self._left < 0:
            raise WireError("too_big", part="event")


_UNPACK: dict[int, Callable[[Unpacker, Place, int, int], Any]] = {
    TEXT: Unpacker._text,
    STEP: Unpacker._number,
    PACE: Unpacker._number,
    MAP: Unpacker._map,
    LIST: Unpacker._list,
    BYTES: Unpacker._bytes,
}


def _symbols(column: bytes) -> Iterable[int]:
    if not column.translate(None, _ORDINARY):
        return column
    rest = iter(column)
    return (symbol if symbol < TWO else symbol << 8 | next(rest, END) for symbol in rest)


def _closed(value: Any) -> bytes:
    packed = value if type(value) is bytes else _encode(value)
    if len(packed) > MAX_EVENT_BYTES:
        raise WireError("too_big", part="event")
    return packed


def _take(place: Place) -> int:
    tokens, at = place.tokens, place.at
    byte = tokens[at]
    number: int = byte & 127
    shift = 0
    while byte >= 128:
        at += 1
        byte = tokens[at]
        shift += 7
        if shift > MAX_SHIFT:
            _malformed()
        number |= (byte & 127) << shift
    place.at = at + 1
    return number


def _unfolded(number: int) -> int:
    return ~(number >> 1) if number & 1 else number >> 1


def _malformed() -> NoReturn:
    raise WireError("malformed", part="columns")
