"""The pages that were scanned and are not kept yet: their order, what was thrown away and can come back."""

from __future__ import annotations

from dataclasses import dataclass, field

from counter_app.services.pictures import ScannedPage


@dataclass(slots=True)
class PageStack:
    """Pages by keys that stay the same while they move. files are documents taken whole (PDF, TIFF), at the end."""

    pages: list[tuple[str, ScannedPage]] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    _gone: list[tuple[int, str, ScannedPage]] = field(default_factory=list)
    _count: int = 0

    def __len__(self) -> int:
        return len(self.pages) + len(self.files)

    def add(self, page: ScannedPage) -> str:
        """Lay a page under the others; its key."""
        self._count += 1
        key = f"page-{self._count}"
        self.pages.append((key, page))
        return key

    def page(self, key: str) -> ScannedPage | None:
        """The page of a key."""
        return next((page for name, page in self.pages if name == key), None)

    def place(self, key: str) -> int:
        """Where it lies, from 0; -1 if it does not."""
        return next((n for n, (name, _page) in enumerate(self.pages) if name == key), -1)

    def put(self, key: str, page: ScannedPage) -> None:
        """Put another picture in the place of a page, as after turning it; nothing if it is gone by now."""
        place = self.place(key)
        if place >= 0:
            self.pages[place] = (key, page)

    def move(self, key: str, by: int) -> None:
        """Move a page up (-1) or down (1)."""
        here = self.place(key)
        there = min(max(0, here + by), len(self.pages) - 1)
        if here >= 0:
            self.pages.insert(there, self.pages.pop(here))

    def throw_away(self, key: str) -> None:
        """Take a page out; `bring_back` puts it where it was."""
        place = self.place(key)
        if place >= 0:
            _key, page = self.pages.pop(place)
            self._gone.append((place, key, page))

    def bring_back(self) -> str:
        """Put the page back that was thrown away last; its key, "" if there is none."""
        if not self._gone:
            return ""
        place, key, page = self._gone.pop()
        self.pages.insert(min(place, len(self.pages)), (key, page))
        return key

    def bytes(self) -> tuple[int, int]:
        """Before and after the diet, of all pages."""
        return sum(page.before for _key, page in self.pages), sum(page.after for _key, page in self.pages)
