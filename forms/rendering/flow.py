"""Filling pages from the top: slices that cannot be cut, and rules about which of them stay together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from forms.rendering.pen import Pen


def _nothing(pen: Pen, top: float) -> None:
    """A blank slice draws nothing."""


@dataclass(frozen=True, slots=True)
class Slice:
    """A strip of the text block, height points high, drawn below the given top.

    with_next keeps it on the page of the slice after it. heading is repeated above
    it where it is the first on a page. blank slices are dropped at the top of a page. sealed is the distance from the
    top to the middle of the seal that comes here, None where none does.
    """

    height: float
    draw: Callable[[Pen, float], None] = _nothing
    with_next: bool = False
    heading: Slice | None = None
    sealed: float | None = None

    @property
    def blank(self) -> bool:
        """Whether it is only distance."""
        return self.draw is _nothing


def keep_together(slices: Sequence[Slice]) -> list[Slice]:
    """The slices, none of which may part from the next; the last is free."""
    return [replace(each, with_next=True) for each in slices[:-1]] + list(slices[-1:])


def paginate(slices: Sequence[Slice], height: float) -> list[list[Slice]]:
    """The slices on as few pages of that height as their rules allow.

    What is kept together but higher than a page is cut between its slices.
    """
    pages: list[list[Slice]] = [[]]
    room = height
    for group in _groups(slices, height):
        needed = sum(each.height for each in group)
        if needed > room and pages[-1]:
            pages.append([])
            room = height
            group = _at_top_of_page(group)
            needed = sum(each.height for each in group)
        pages[-1] += group
        room -= needed
    return pages


def _groups(slices: Sequence[Slice], height: float) -> list[list[Slice]]:
    groups: list[list[Slice]] = []
    group: list[Slice] = []
    for each in slices:
        group.append(each)
        if not each.with_next:
            groups.append(group)
            group = []
    if group:
        groups.append(group)
    return [part for group in groups for part in _parts_that_fit(group, height)]


def _parts_that_fit(group: list[Slice], height: float) -> list[list[Slice]]:
    total = sum(each.height for each in group) + (group[0].heading.height if group[0].heading else 0)
    return [group] if total <= height else [[each] for each in group]


def _at_top_of_page(group: list[Slice]) -> list[Slice]:
    while group and group[0].blank:
        group = group[1:]
    if group and group[0].heading is not None:
        return [group[0].heading, *group]
    return group
