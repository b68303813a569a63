"""Catalogues as a county hands them in, over a small county's hall."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import msgspec

from counter_app.domain.events import NewEvent
from counter_app.station import Station
from forms.catalogue import Catalogue
from forms.given_items import GivenCatalogue, GivenItem, Place
from forms.item_document import Document, digest, document_of, packed
from forms.item_release import KIND, Entry, Listed, piece_to_plain, pieces_of
from forms.workbook.reading import read_workbook
from forms.workbook.writing import workbook_of
from sync.hall import catalogue
from sync.hall.catalogue import Released
from tests.support.county import OPERATOR, SmallCounty
from tests.support.homes import bring

SHIPPED_ITEMS = {item.code: document_of(item) for item in Catalogue.load().items()}


def handed_in(
    county: SmallCounty, documents: Iterable[Document], day: date | None = None, *, keep_others: bool = False
) -> Released:
    """A workbook with these items taken in and released."""
    given = read_workbook(workbook_of([{**document, "version": None} for document in documents]))
    assert given.faults == ()
    return catalogue.release(county.hall, given, OPERATOR, day, keep_others=keep_others)


def released(county: SmallCounty, documents: Iterable[Document]) -> Released:
    """These items taken in without a file between; the others stay as they are."""
    items = tuple(GivenItem(document, "", {(): Place()}) for document in documents)
    return catalogue.release(county.hall, GivenCatalogue(items, ()), OPERATOR, keep_others=True)


def changed(code: str, **changes: Any) -> Document:
    """A shipped item with other parts."""
    return {**SHIPPED_ITEMS[code], **changes}


def with_length(document: Document, which: str, length: int) -> Document:
    """The item with another period."""
    limits = document["limits"]
    return {**document, "limits": {**limits, which: {**limits[which], "length": length}}}


def brought(station: Station, documents: Iterable[Document], n: int = 1, before: Listed | None = None) -> Listed:
    """The n-th release, in the feed of a station without a hall; what is listed then."""
    contents = {document["code"]: packed(document) for document in documents}
    listed = {code: Entry(code, _version(content), digest(content)) for code, content in contents.items()}
    news = {digest(content): content for content in contents.values()}
    for piece in pieces_of(n, station.desk.today(), before or {}, listed, news):
        bring(station, NewEvent(KIND, None, 0, "", piece_to_plain(piece)))
    return listed


def _version(content: bytes) -> str:
    return str(msgspec.msgpack.decode(content)["version"])
