"""What the words in the box find, read on the thread of the search."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from counter_app.domain.service_item import ServiceItem
from counter_app.services.search import Found, Search
from counter_app.ui.pages.intake.item_search import Found as FoundItem
from counter_app.ui.pages.intake.item_search import find_items

ITEMS = 3


@dataclass(frozen=True, slots=True)
class SearchServices:
    """What the panel asks; items: those that are offered here."""

    search: Search
    items: Callable[[], Sequence[ServiceItem]]


@dataclass(frozen=True, slots=True)
class Looked:
    """What fits words: cases and people of this station, and items that people may apply for."""

    words: str
    found: Found
    items: tuple[FoundItem, ...]


def look(services: SearchServices, items: Sequence[ServiceItem], words: str) -> Looked:
    """Everything that fits these words; items: those to look among."""
    return Looked(words, services.search.find(words), tuple(find_items(items, words, {})[:ITEMS]))
