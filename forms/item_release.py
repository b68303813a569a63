"""A release of a county's items: what of the catalogue changed, in pieces that fit into events of the hall.

Releases are counted from 1. Each says which items are offered in which version from a day on, and which no longer,
against the release before it; the last piece bears the digest of the whole list, so that a reader knows that nothing
of it is missing. Documents travel once, under the SHA-256 of their bytes, compressed together.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import msgspec
import zstandard

from counter_app.domain.errors import InvalidInput
from counter_app.domain.service_item import ServiceItem
from counter_app.domain.wire_values import Plain, list_of, number_of, text_of
from forms.item_file import item_of_document
from resources.typed import unpacker

KIND = "items_released"
MOST_PIECE = 40 * 1024  # packed bytes of documents in an event, which must stay below canonical.MAX_EVENT_BYTES
MOST_UNPACKED = 8 << 20  # of one piece: a reader makes no more of it
_TOGETHER = 60  # documents that are compressed at once at first
_KEYS = frozenset(field for field in ServiceItem.__dataclass_fields__)
_pack = msgspec.msgpack.Encoder(order="sorted").encode


class Entry(NamedTuple):
    """An item as a release offers it: its version, and the digest of its document."""

    code: str
    version: str
    sha256: bytes


Listed = Mapping[str, Entry]


@dataclass(frozen=True, slots=True)
class Piece:
    """One event's part of release n, the part-th of parts; head: the digest of the whole list after the release."""

    n: int
    part: int
    parts: int
    valid_from: date
    put: tuple[Entry, ...]
    withdrawn: tuple[str, ...]
    documents: tuple[bytes, ...]
    head: bytes


def pieces_of(
    n: int, valid_from: date, before: Listed, after: Listed, documents: Mapping[bytes, bytes]
) -> list[Piece]:
    """The pieces of a release; documents: those that no release before brought, by their digest."""
    put = [entry for code, entry in sorted(after.items()) if before.get(code) != entry]
    withdrawn = tuple(sorted(set(before) - set(after)))
    groups = list(_groups(put, documents)) or [[]]
    head = digest_of(after)
    return [
        Piece(
            n, part, len(groups), valid_from, tuple(group), withdrawn if part == 1 else (),
            tuple(documents[entry.sha256] for entry in group if entry.sha256 in documents), head,
        )
        for part, group in enumerate(groups, 1)
    ]


def piece_to_plain(piece: Piece) -> dict[str, object]:
    """The piece as an event's data."""
    return {
        "n": piece.n,
        "part": piece.part,
        "parts": piece.parts,
        "valid_from": piece.valid_from.isoformat(),
        "put": [[*entry] for entry in piece.put],
        "withdrawn": list(piece.withdrawn),
        "documents": _compressed(piece.documents),
        "head": piece.head,
    }


def piece_from_plain(plain: Plain) -> Piece:
    """The piece of an event. InvalidInput `value_misshapen`, `release_damaged`."""
    packed, head = plain.get("documents"), plain.get("head")
    if not isinstance(packed, bytes) or not isinstance(head, bytes):
        raise InvalidInput("release_damaged")
    try:
        valid_from = date.fromisoformat(text_of(plain, "valid_from"))
        put = tuple(_entry(row) for row in list_of(plain, "put"))
        documents = tuple(unpacker(list[bytes]).decode(_unpacked(packed)))
    except (ValueError, TypeError, zstandard.ZstdError, msgspec.DecodeError):
        raise InvalidInput("release_damaged") from None
    withdrawn = tuple(str(code) for code in list_of(plain, "withdrawn"))
    n, part, parts = (number_of(plain, key) for key in ("n", "part", "parts"))
    if n < 1 or not 1 <= part <= parts:
        raise InvalidInput("release_damaged")
    return Piece(n, part, parts, valid_from, put, withdrawn, documents, head)


def listed_after(before: Listed, pieces: Sequence[Piece]) -> Listed | None:
    """The list after a release; None where a piece is missing, or what came is not what the hall wrote."""
    if not pieces or [piece.part for piece in pieces] != list(range(1, pieces[0].parts + 1)):
        return None
    after = dict(before)
    for piece in pieces:
        for code in piece.withdrawn:
            after.pop(code, None)
        after.update((entry.code, entry) for entry in piece.put)
    return after if all(piece.head == digest_of(after) for piece in pieces) else None


def digest_of(listed: Listed) -> bytes:
    """SHA-256 over the whole list."""
    return hashlib.sha256(_pack([[*listed[code]] for code in sorted(listed)])).digest()


def item_of_content(content: bytes) -> ServiceItem:
    """The item of a released document. InvalidInput `item_not_readable`: a newer program's hall wrote it."""
    try:
        document: dict[str, Any] = unpacker(dict[str, Any]).decode(content)
        if not document.keys() <= _KEYS:
            raise InvalidInput("item_not_readable")
        return item_of_document(document)
    except (msgspec.DecodeError, KeyError, TypeError, ValueError, AttributeError):
        raise InvalidInput("item_not_readable") from None


def _groups(put: Sequence[Entry], documents: Mapping[bytes, bytes]) -> Iterator[list[Entry]]:
    """The entries in runs whose documents fit into an event together."""
    waiting = [list(put[at : at + _TOGETHER]) for at in range(0, len(put), _TOGETHER)]
    while waiting:
        group = waiting.pop(0)
        size = len(_compressed(documents[entry.sha256] for entry in group if entry.sha256 in documents))
        if size > MOST_PIECE and len(group) > 1:
            waiting[:0] = [group[: len(group) // 2], group[len(group) // 2 :]]
        elif size > MOST_PIECE:
            raise InvalidInput("item_too_big", item=group[0].code)
        else:
            yield group


def _compressed(documents: Iterable[bytes]) -> bytes:
    return zstandard.ZstdCompressor(level=19).compress(_pack(list(documents)))


def _unpacked(content: bytes) -> bytes:
    size = zstandard.frame_content_size(content)
    if not 0 <= size <= MOST_UNPACKED:
        raise ValueError
    return zstandard.ZstdDecompressor().decompress(content, max_output_size=MOST_UNPACKED)


def _entry(row: object) -> Entry:
    if not isinstance(row, list) or len(row) != 3:
        raise ValueError
    code, version, sha256 = row
    if not (isinstance(code, str) and isinstance(version, str) and version.isdigit() and isinstance(sha256, bytes)):
        raise ValueError
    return Entry(code, version, sha256)


def known_documents(pieces: Iterable[Piece]) -> dict[bytes, bytes]:
    """The documents that came, by their digest."""
    return {hashlib.sha256(content).digest(): content for piece in pieces for content in piece.documents}
