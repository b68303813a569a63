"""Releases of items as the feed brings them: kept piece by piece, and what this program cannot read of them noted."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, func, select

from counter_app.adapters.store import rows, schema
from counter_app.domain.errors import InvalidInput
from counter_app.domain.events import Event
from forms.county_catalogue import ReleasedItems
from forms.item_release import KIND, Piece, item_of_content, piece_from_plain

__all__ = ["INCOMPLETE", "KIND", "NEWER", "mark", "note", "pieces"]

INCOMPLETE = "items_incomplete"
NEWER = "feed_event_waits"  # a shape of a newer program: an upgrade takes it up
VERSION = 1

_pack = msgspec.msgpack.Encoder(order="sorted").encode


def note(connection: Connection, event: Event, feed_n: int) -> str:
    """Keep the piece that the event brings; why it, or an item in it, is not offered here, "" if all is well.

    The pieces that came stay whatever is wrong with one of them: the exchange goes on, and an upgrade reads them anew.
    """
    if event.v != VERSION:
        return NEWER
    try:
        piece = piece_from_plain(event.data)
    except InvalidInput as error:
        return error.code
    row = {"n": piece.n, "part": piece.part, "feed_n": feed_n, "body": _pack(dict(event.data))}
    rows.put(connection, schema.item_pieces, [row])
    try:
        for content in piece.documents:
            item_of_content(content)
    except InvalidInput as error:
        return error.code
    whole = piece.part < piece.parts or len(ReleasedItems(pieces(connection)).releases) >= piece.n
    return "" if whole else INCOMPLETE


def mark(connection: Connection) -> tuple[int, int]:
    """Another value whenever `pieces` gives others than before."""
    table = schema.item_pieces.c
    wanted = select(func.count(), func.max(table.feed_n)).select_from(schema.item_pieces)
    count, newest = connection.execute(wanted).one()
    return count, newest or 0


def pieces(connection: Connection) -> Sequence[Piece]:
    """All pieces that came, in the order of the releases."""
    table = schema.item_pieces.c
    bodies = connection.scalars(select(table.body).order_by(table.n, table.part))
    return [piece_from_plain(msgspec.msgpack.decode(body)) for body in bodies]
