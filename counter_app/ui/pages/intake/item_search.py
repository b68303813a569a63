"""Finding an item: by a piece of its name, by initials typed without the IME, or by its code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from counter_app.domain.service_item import ServiceItem


@dataclass(frozen=True, slots=True)
class Found:
    """An item with the places of the characters of its name that matched, for showing them bold."""

    item: ServiceItem
    marks: tuple[int, ...]


def find_items(items: Iterable[ServiceItem], wanted: str, counts: Mapping[str, int]) -> list[Found]:
    """The items that fit, the best first: the name or its initials from the start, then anywhere, then the code.

    Of those that fit as well (two names may have the same initials) the one taken in most lately comes first.
    wanted is committed text; upper and lower case are the same. Nothing wanted finds nothing.
    """
    sought = wanted.strip().casefold()
    if not sought:
        return []
    ranked = [(rank, found) for item in items if (match := _match(item, sought)) for rank, found in [match]]

    def place(pair: tuple[int, Found]) -> tuple[int, int, str]:
        rank, found = pair
        return rank, -counts.get(found.item.code, 0), found.item.name

    return [found for _, found in sorted(ranked, key=place)]


def most_used(items: Sequence[ServiceItem], counts: Mapping[str, int], at_most: int) -> list[ServiceItem]:
    """The items of this counter by how often they were taken in lately; those never used come last, by name."""
    return sorted(items, key=lambda item: (-counts.get(item.code, 0), item.name))[:at_most]


def _match(item: ServiceItem, sought: str) -> tuple[int, Found] | None:
    for rank, text in ((0, item.name.casefold()), (1, item.initials.casefold())):
        place = text.find(sought)
        if place >= 0:
            marks = tuple(range(place, place + len(sought))) if len(text) == len(item.name) else ()
            return (rank if place == 0 else rank + 2), Found(item, marks)
    if sought in item.code.casefold() or sought in item.task_code.casefold():
        return 4, Found(item, ())
    return None
