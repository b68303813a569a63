"""The shipped items as one file that is read at once: what `read_item` made of each YAML file, with its hash.

YAML is for people and takes twenty times as long as this. `installer/compile_items.py` writes the file after an
edit; an item file that is not exactly the compiled one is read and checked in full instead, so a forgotten or
foreign file costs time and never shows an old item.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache

import msgspec

from counter_app.domain.service_item import ServiceItem
from resources.typed import from_json

FILE_NAME = "compiled.json"


class _Compiled(msgspec.Struct, frozen=True):
    sha256: str
    item: ServiceItem


class CompiledItems:
    """Items by the name and the content of the file that they were made of."""

    def __init__(self, rows: dict[str, _Compiled]) -> None:
        self._rows = rows

    def item(self, file_name: str, content: bytes) -> ServiceItem | None:
        """The item of that file; None if it was not compiled from these very bytes."""
        row = self._rows.get(file_name)
        return row.item if row is not None and row.sha256 == _hash(content) else None


@cache
def read_compiled(content: bytes) -> CompiledItems:
    """What `compiled` wrote, read once a process. A file that is none holds no items: all are read from YAML then."""
    try:
        return CompiledItems(from_json(content, dict[str, _Compiled]))
    except msgspec.DecodeError:
        return CompiledItems({})


def compiled(items: Iterable[tuple[str, bytes, ServiceItem]]) -> bytes:
    """The compiled form of items, each with the name and the bytes of its file; one line for each item."""
    rows = [
        msgspec.json.encode(name) + b":" + msgspec.json.encode(_Compiled(_hash(content), item))
        for name, content, item in items
    ]
    return b"{\n" + b",\n".join(rows) + b"\n}\n"


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
