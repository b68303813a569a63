"""What became of every number: the entries that events make in the register, and what they leave unexplained.

Numbers of notices are counted by agency, series and year and come in blocks leased by the hall;
each ends used, spoiled with a reason, or returned (specs domain 8.1, sync design section 8). Blank
receipt slips (5.3.1) are counted by the device that printed the pad, and may be used in any order.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from counter_app.domain.errors import InvalidInput
from counter_app.domain.events import Event
from counter_app.domain.identifiers import HALL, CaseId, EventId
from counter_app.domain.wire_values import map_of, number_of, rows_of, text_of

TEMPORARY = "temporary"  # the series of temporary numbers; in place of the agency stands the device
SLIPS = "slip"  # the series of blank receipt slips; in place of the agency stands the device that printed them
NO_YEAR = 0  # slips are not counted anew each year
MOST_NUMBERS = 10**9  # of a series; more is a fault of whoever wrote it


class Series(NamedTuple):
    """What numbers are counted by; kind is the code of the notice by which blocks are leased, or SLIPS."""

    agency: str
    kind: str
    year: int


class Fate(StrEnum):
    """What an event did with numbers."""

    USED = "used"
    SPOILED = "spoiled"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class Entry:
    """A run of numbers, first to last, and what one event did with it.

    case, paper and number are empty where the numbers never stood on a paper of a case; reason is
    empty where it was erased with the private part of its event. writer: the closed device id under which it was
    done, where another device has brought the event.
    """

    series: Series
    first: int
    last: int
    fate: Fate
    event: EventId
    at_ms: int
    user: str = ""
    case: CaseId | None = None
    paper: str = ""
    number: str = ""
    reason: str = ""
    writer: str = ""

    @property
    def by(self) -> str:
        """The device id under which it was done: writer where another device has brought the event."""
        return self.writer or self.event.device


@dataclass(frozen=True, slots=True)
class Block:
    """Numbers that one device may use."""

    series: Series
    first: int
    last: int
    device: str


class Run(NamedTuple):
    """Numbers from first to last, both included."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Doubt:
    """Numbers that nothing explains. why is a code of `numbers.why.*`; entries are what is known of them."""

    run: Run
    why: str
    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenRun:
    """Numbers of a block that wait to be used."""

    device: str
    run: Run


@dataclass(frozen=True, slots=True)
class SeriesReport:
    """One series down to the last number; unexplained is empty where all is right."""

    series: Series
    blocks: tuple[Block, ...]
    entries: tuple[Entry, ...]
    open: tuple[OpenRun, ...]
    unexplained: tuple[Doubt, ...]

    def with_fate(self, fate: Fate) -> tuple[Entry, ...]:
        """The entries of one fate, by number."""
        return tuple(entry for entry in self.entries if entry.fate is fate)


class Slip(NamedTuple):
    """A blank receipt slip of a printed pad, such as QX03-01-S0007."""

    device: str
    n: int

    @property
    def series(self) -> Series:
        """The series in which the device counts its slips."""
        return Series(self.device, SLIPS, NO_YEAR)

    def __str__(self) -> str:
        return f"{self.device}-S{self.n:04d}"

    @classmethod
    def parse(cls, text: str) -> Slip | None:
        """The slip of that printed number, None for any other text."""
        match = _SLIP.fullmatch(text.strip().upper())
        return None if match is None else cls(match[1], int(match[2]))


_SLIP = re.compile(r"([A-Z0-9]+(?:-[A-Z0-9]+)*)-S(\d{4,9})")


def entries_of(event: Event) -> Iterator[Entry]:
    """What the event enters in the register. InvalidInput `value_misshapen` where it has not the shape of its kind."""
    for row in rows_of(event.data, "notices"):
        if "n" in row and row.get("temporary") is not True:
            yield _entry(event, row, Fate.USED, paper=text_of(row, "kind"))
    if event.kind == "number_registered":
        yield _entry(event, event.data, Fate.USED, paper=text_of(event.data, "kind"))
    elif event.kind == "number_spoiled" and ("n" in event.data or "first" in event.data):
        yield _entry(event, event.data, Fate.SPOILED, paper=text_of(event.data, "kind"))
    elif event.kind == "numbers_returned":
        yield _entry(event, event.data, Fate.RETURNED)
    elif event.kind == "received" and "slip" in event.data:
        slip = map_of(event.data, "slip")
        counted = Slip(text_of(slip, "device"), number_of(slip, "n"))
        row = {**counted.series._asdict(), "n": counted.n, "number": str(counted)}
        yield _entry(event, row | {"series": SLIPS}, Fate.USED)


def temporaries_of(event: Event) -> Iterator[Entry]:
    """The temporary numbers that the event put on paper. InvalidInput `value_misshapen`."""
    for row in rows_of(event.data, "notices"):
        if "n" in row and row.get("temporary") is True:
            counted = {**row, "agency": event.writer, "series": TEMPORARY}
            yield _entry(event, counted, Fate.USED, paper=text_of(row, "kind"))


def block_of(event: Event) -> Block | None:
    """The numbers that the event gives to a device to use, None if it gives none."""
    data = event.data
    if event.kind == "slips_reserved":
        series = Slip(event.writer, 1).series
        return Block(series, *_checked(number_of(data, "first"), number_of(data, "last")), event.writer)
    if event.kind != "block_leased":
        return None
    series = Series(text_of(data, "agency"), text_of(data, "kind"), _year(data))
    return Block(series, *_checked(number_of(data, "first"), number_of(data, "last")), text_of(data, "to"))


def place_in_register(events: Iterable[Event], number: str) -> Mapping[str, object]:
    """agency, series, year and n of a printed number of a case; {} if no leased number stands behind it."""
    for event in events:
        for entry in entries_of(event):
            if entry.fate is Fate.USED and entry.number == number and entry.series.kind != SLIPS:
                agency, kind, year = entry.series
                return {"agency": agency, "series": kind, "year": year, "n": entry.first}
    return {}


def explain(
    series: Series, blocks: Sequence[Block], entries: Iterable[Entry], given_out: int | None = None
) -> SeriesReport:
    """What became of each number of the series, and what nothing explains.

    given_out: the last number that the hall ever leased or used, each up to it must be explained
    and what no block holds is the hall's own; None: only those of the blocks (a station knows no others).
    """
    listed = tuple(sorted(set(entries), key=lambda entry: (entry.first, entry.last, entry.at_ms, entry.event)))
    ours = tuple(sorted(blocks, key=lambda block: (block.first, block.device)))
    at = _by_number(listed, max([given_out or 0, *(block.last for block in ours)]))
    whys: dict[int, str] = {}
    waiting: dict[int, str] = {}
    for block in ours:
        following = _first_open(series, block, at)
        for n in range(block.first, block.last + 1):
            if not at.get(n):
                (waiting if n >= following else whys)[n] = block.device if n >= following else "hole"
    for n in range(1, (given_out or 0) + 1):
        if not at.get(n) and n not in waiting and n not in whys:
            whys[n] = "hole"
    for n, found in at.items():
        why = _doubt(series, n, found, ours, given_out)
        if why:
            whys[n] = why
    doubts = [Doubt(run, why, _known(at, run)) for run, why in _runs(whys)]
    doubts += _beyond(listed, max([given_out or 0, *(block.last for block in ours)]))
    opened = tuple(OpenRun(device, run) for run, device in _runs(waiting))
    return SeriesReport(series, ours, listed, opened, tuple(doubts))


def _entry(event: Event, row: Mapping[str, object], fate: Fate, paper: str = "") -> Entry:
    series = Series(text_of(row, "agency"), text_of(row, "series"), _year(row))
    first = number_of(row, "n" if "n" in row else "first")
    last = number_of(row, "last") if "last" in row else first
    return Entry(
        series,
        *_checked(first, last),
        fate,
        event.id,
        event.at_ms,
        event.user,
        event.case,
        paper,
        text_of(row, "number"),
        text_of(event.private or {}, "reason") if fate is Fate.SPOILED else "",
        event.writer if event.origin else "",
    )


def _year(data: Mapping[str, object]) -> int:
    year = number_of(data, "year")
    if not 0 <= year < MOST_NUMBERS:
        raise InvalidInput("value_misshapen", field="year")
    return year


def _checked(first: int, last: int) -> Run:
    if not 0 < first <= last < MOST_NUMBERS:
        raise InvalidInput("value_misshapen", field="first")
    return Run(first, last)


def _by_number(entries: Iterable[Entry], most: int) -> dict[int, list[Entry]]:
    """The entries of each number as far as numbers were ever given out: a run may claim any end."""
    at: dict[int, list[Entry]] = defaultdict(list)
    for entry in entries:
        for n in range(entry.first, min(entry.last, most) + 1):
            at[n].append(entry)
    return dict(at)


def _first_open(series: Series, block: Block, at: Mapping[int, list[Entry]]) -> int:
    """Numbers are used in order, so what lies before the last used one is not open any more; slips lie loose."""
    if series.kind == SLIPS:
        return block.first
    used = [n for n, found in at.items() if block.first <= n <= block.last and _has(found, Fate.USED)]
    return max(used, default=block.first - 1) + 1


def _doubt(
    series: Series, n: int, found: Sequence[Entry], blocks: Sequence[Block], given_out: int | None
) -> str:
    """Why these entries cannot all be right, "" if they can."""
    used = [entry for entry in found if entry.fate is Fate.USED]
    ended = [entry for entry in found if entry.fate is not Fate.USED]
    if len(used) > 1:
        return "used_twice"
    if len(ended) > 1:
        return "ended_twice"
    if used and ended and (ended[0].fate is Fate.RETURNED or ended[0].case != used[0].case):
        return f"used_and_{ended[0].fate}"
    block = next((block for block in blocks if block.first <= n <= block.last), None)
    if block is None:
        own = given_out is not None and all(entry.event.device == HALL for entry in found)
        return "" if own else "outside_block"
    if series.kind != SLIPS and any(entry.by not in (block.device, HALL) for entry in found):
        return "outside_block"
    taken_by_hall = used and used[0].event.device == HALL and block.device != HALL
    return "outside_block" if taken_by_hall else ""


def _has(found: Iterable[Entry], fate: Fate) -> bool:
    return any(entry.fate is fate for entry in found)


def _runs(marks: Mapping[int, str]) -> Iterator[tuple[Run, str]]:
    """Neighbours with the same mark as one run."""
    first: int | None = None
    for n in sorted(marks):
        if first is None:
            first = n
        if marks.get(n + 1) != marks[n]:
            yield Run(first, n), marks[n]
            first = None


def _known(at: Mapping[int, list[Entry]], run: Run) -> tuple[Entry, ...]:
    found = (entry for n in range(run.first, run.last + 1) for entry in at.get(n, ()))
    return tuple(dict.fromkeys(found))


def _beyond(entries: Iterable[Entry], most: int) -> Iterator[Doubt]:
    """Entries of numbers that were never given out."""
    for entry in entries:
        if entry.last > most:
            yield Doubt(Run(max(entry.first, most + 1), entry.last), "outside_block", (entry,))


def runs_of(numbers: Iterable[int]) -> list[Run]:
    """The numbers as runs."""
    return [run for run, _ in _runs(dict.fromkeys(numbers, ""))]
