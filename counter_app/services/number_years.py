"""The end of a year's numbers: what is left of them goes back to the hall, however late (sync design section 8)."""

from __future__ import annotations

from collections.abc import Iterable

from counter_app.domain.events import NewEvent
from counter_app.domain.number_register import SLIPS, Fate, Run, Series, runs_of
from counter_app.services.final_numbers import register_final_numbers
from counter_app.services.ports import Reading, Writing
from counter_app.services.stored_facts import LeasedBlock


def return_left(writing: Writing, year: int, user: str = "") -> list[tuple[Series, Run]]:
    """Return every number of an earlier year than this that was never used; what was returned.

    A paper of that year that still waits for its final number gets it first.
    """
    if not is_left(writing, year):
        return []
    register_final_numbers(writing)
    return return_blocks(writing, [block for block in writing.blocks() if _is_left(block, year)], user)


def is_left(reading: Reading, year: int) -> bool:
    """Whether there is anything to return."""
    return any(_is_left(block, year) for block in reading.blocks())


def _is_left(block: LeasedBlock, year: int) -> bool:
    return block.kind != SLIPS and block.year < year and block.left > 0


def return_blocks(writing: Writing, blocks: Iterable[LeasedBlock], user: str) -> list[tuple[Series, Run]]:
    """Return what is left of these leased blocks, an event for each run of numbers; they give no number after it."""
    returned = [(Series(b.agency, b.kind, b.year), run) for b in blocks for run in left(writing, b)]
    writing.append([NewEvent("numbers_returned", None, 0, user, _data(series, run)) for series, run in returned])
    return returned


def left(reading: Reading, block: LeasedBlock) -> list[Run]:
    """The numbers of a block that can still be used."""
    if not block.left:
        return []
    found = reading.entries_at(Series(block.agency, block.kind, block.year), block.next, block.last)
    ended = {n for entry in found if entry.fate is not Fate.USED for n in range(entry.first, entry.last + 1)}
    return runs_of(n for n in range(block.next, block.last + 1) if n not in ended)


def _data(series: Series, run: Run) -> dict[str, object]:
    return {"agency": series.agency, "series": series.kind, "year": series.year, **run._asdict()}
