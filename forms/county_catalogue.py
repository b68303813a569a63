"""The items as the hall released them over the shipped ones: which are offered on a day, and every version there was.

From the first release that holds, only what is released is offered. Versions that a hall makes are counted from
`FIRST_OWN`, so that they are never those of a program; every version ever released can be read, for the cases that
began with it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from counter_app.domain.errors import InvalidInput
from counter_app.domain.service_item import ServiceItem
from forms.catalogue import Catalogue
from forms.item_release import Listed, Piece, item_of_content, known_documents, listed_after

FIRST_OWN = 1001


@dataclass(frozen=True, slots=True)
class Release:
    """What is offered from a day on, until a later release holds."""

    n: int
    valid_from: date
    listed: Listed


class ReleasedItems:
    """All releases that are whole, and the documents that they brought."""

    def __init__(self, pieces: Iterable[Piece]) -> None:
        """pieces in the order of n and part; the releases end where one is not whole."""
        self._documents: dict[bytes, bytes] = {}
        self._digests: dict[tuple[str, str], bytes] = {}
        self.releases: list[Release] = []
        self._read: dict[bytes, ServiceItem] = {}
        before: Listed = {}
        for n, group in groupby(pieces, key=lambda piece: piece.n):
            found = list(group)
            after = listed_after(before, found) if n == len(self.releases) + 1 else None
            if after is None:
                break
            self._documents |= known_documents(found)
            for piece in found:
                for entry in piece.put:
                    self._digests[entry.code, entry.version] = entry.sha256
            self.releases.append(Release(n, found[0].valid_from, after))
            before = after

    @property
    def newest(self) -> Listed:
        """The list of the newest release, whenever it begins to hold."""
        return self.releases[-1].listed if self.releases else {}

    def listed_on(self, day: date) -> Listed | None:
        """What is offered on a day; None before the first release holds."""
        held = [release for release in self.releases if release.valid_from <= day]
        return held[-1].listed if held else None

    def versions(self, code: str) -> list[str]:
        """All versions of the item that were released, oldest first."""
        return sorted((version for known, version in self._digests if known == code), key=int)

    def document(self, code: str, version: str) -> bytes | None:
        """The document of a version, None if it was never released."""
        return self._documents.get(self._digests.get((code, version), b""))

    def documents(self) -> Mapping[bytes, bytes]:
        """All documents by their digest."""
        return self._documents

    def item(self, code: str, version: str) -> ServiceItem | None:
        """The item in that version, None if it was not released. InvalidInput `item_not_readable`."""
        content = self.document(code, version)
        if content is None:
            return None
        sha256 = self._digests[code, version]
        if sha256 not in self._read:
            self._read[sha256] = item_of_content(content)
        return self._read[sha256]


class CountyCatalogue(Catalogue):
    """A catalogue that follows its releases. mark changes whenever pieces gives others than before."""

    def __init__(
        self,
        shipped: Catalogue,
        mark: Callable[[], Hashable],
        pieces: Callable[[], Sequence[Piece]],
        today: Callable[[], date],
    ) -> None:
        super().__init__(())
        self._shipped, self._mark, self._pieces, self._today = shipped, mark, pieces, today
        self._seen: Hashable = None
        self._released = ReleasedItems(())

    @property
    def shipped(self) -> Catalogue:
        """The items of the program."""
        return self._shipped

    @property
    def released(self) -> ReleasedItems:
        """What the hall released, as far as it is known now."""
        mark = self._mark()
        if mark != self._seen:
            self._released = ReleasedItems(self._pieces())
            self._seen = mark
        return self._released

    def items(self) -> tuple[ServiceItem, ...]:
        released = self.released
        listed = released.listed_on(self._today())
        if listed is None:
            return self._shipped.items()
        found = (self._readable(released, entry.code, entry.version) for _, entry in sorted(listed.items()))
        return tuple(item for item in found if item is not None)

    def get(self, code: str, version: str | None = None) -> ServiceItem:
        if version is not None:
            return self._of_version(code, version)
        released = self.released
        listed = released.listed_on(self._today()) or {}
        offered = listed[code].version if code in listed else None
        for known in [*([offered] if offered else []), *reversed(released.versions(code))]:
            item = self._readable(released, code, known)
            if item is not None:
                return item
        return self._shipped.get(code)

    def first_version(self, code: str) -> str:
        return self._shipped.first_version(code) or next(iter(self.released.versions(code)), "")

    def is_offered(self, item: ServiceItem) -> bool:
        listed = self.released.listed_on(self._today())
        if listed is None:
            return self._shipped.is_offered(item)
        return item.code in listed and listed[item.code].version == item.version

    def _of_version(self, code: str, version: str) -> ServiceItem:
        """A version never changes: what is known already is not looked for again."""
        item = self._readable(self._released, code, version) or self._readable(self.released, code, version)
        return item or self._shipped.get(code, version)

    @staticmethod
    def _readable(released: ReleasedItems, code: str, version: str) -> ServiceItem | None:
        try:
            return released.item(code, version)
        except InvalidInput:
            return None
