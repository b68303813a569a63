"""The register of number blocks and spoiled numbers (文书号段与作废登记, specs domain 11.3): one row for each block."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from counter_app.domain.masking import MASKED, Sight
from counter_app.domain.notice import NoticeKind
from counter_app.domain.number_register import SLIPS, Block, Doubt, Entry, Fate, Run, SeriesReport, runs_of
from counter_app.domain.station import StationProfile
from counter_app.services.desk import Desk
from counter_app.services.ledger import Cell, Column, Ledger, Row, Total
from counter_app.services.numbers import report
from resources.texts import text


def number_ledger(desk: Desk, first: date, last: date, sight: Sight = MASKED) -> Ledger:
    """The blocks of this machine of the years in which the two days lie, and its slips."""
    years = range(first.year, last.year + 1)
    with desk.store.read() as reading:
        found = [each for each in report(reading, None).series if each.series.year in (0, *years)]
        profile = reading.profile()
    lines = [line for series in found for line in _lines(series, profile, sight)]
    year = str(first.year) if len(years) == 1 else f"{first.year}—{last.year}"
    return Ledger(
        title=text("numbers.register.title"),
        heading=text("numbers.register.heading", station=profile.name, year=year),
        columns=tuple(Column(code, text(f"numbers.register.column.{code}")) for code in _CELLS),
        rows=tuple(
            Row(None, None, (n, *(cell(line) for code, cell in _CELLS.items() if code != "no")))
            for n, line in enumerate(lines, 1)
        ),
        totals=tuple(_total(code, map(count, lines)) for code, count in _SUMS),
        made_at_ms=desk.now_ms(),
        sight=sight,
    )


def _total(code: str, counts: Iterable[int]) -> Total:
    return Total(code, text(f"numbers.register.total.{code}"), sum(counts))


@dataclass(frozen=True, slots=True)
class _Line:
    """What a row is made from: a block with what happened within it, or numbers of no block that nothing explains."""

    agency: str
    paper: str
    year: int
    device: str
    run: Run
    used: tuple[int, ...] = ()
    returned: tuple[int, ...] = ()
    open: tuple[int, ...] = ()
    spoiled: tuple[Entry, ...] = ()
    doubts: tuple[Doubt, ...] = ()


def _lines(series: SeriesReport, profile: StationProfile, sight: Sight) -> Iterator[_Line]:
    is_slips = series.series.kind == SLIPS
    agency = "" if is_slips else _agency(profile, series.series.agency)
    paper = text("numbers.register.cell.slips") if is_slips else NoticeKind(series.series.kind).facts.title
    spoiled = [replace(entry, reason=sight.words(entry.reason)) for entry in series.with_fate(Fate.SPOILED)]
    for block in series.blocks:
        yield _Line(
            agency,
            paper,
            series.series.year,
            block.device,
            Run(block.first, block.last),
            used=_within(block, (_run(entry) for entry in series.with_fate(Fate.USED))),
            returned=_within(block, (_run(entry) for entry in series.with_fate(Fate.RETURNED))),
            open=_within(block, (each.run for each in series.open)),
            spoiled=tuple(entry for entry in spoiled if _touches(block, _run(entry))),
            doubts=tuple(doubt for doubt in series.unexplained if _touches(block, doubt.run)),
        )
    for doubt in series.unexplained:
        if not any(_touches(block, doubt.run) for block in series.blocks):
            yield _Line(agency, paper, series.series.year, "", doubt.run, doubts=(doubt,))


def _agency(profile: StationProfile, code: str) -> str:
    found = profile.agencies.get(code)
    return found.name if found else code


def _run(entry: Entry) -> Run:
    return Run(entry.first, entry.last)


def _touches(block: Block, run: Run) -> bool:
    return run.first <= block.last and run.last >= block.first


def _within(block: Block, runs: Iterable[Run]) -> tuple[int, ...]:
    found = {
        n for run in runs if _touches(block, run)
        for n in range(max(run.first, block.first), min(run.last, block.last) + 1)
    }  # fmt: skip
    return tuple(sorted(found))


def _words(runs: Iterable[Run]) -> str:
    return text("ledger.separator").join(str(a) if a == b else f"{a}—{b}" for a, b in runs)


def _spoiled(line: _Line) -> str:
    reasons = [(_words([_run(entry)]), entry.reason) for entry in line.spoiled]
    return text("ledger.separator").join(
        text("numbers.register.cell.spoiled", numbers=numbers, reason=reason or text("numbers.register.cell.no_reason"))
        for numbers, reason in reasons
    )


def _doubts(line: _Line) -> str:
    return text("ledger.separator").join(
        text("numbers.register.cell.doubt", numbers=_words([doubt.run]), why=text(f"numbers.why.{doubt.why}"))
        for doubt in line.doubts
    )


# The columns in their order, each with how its cell is made; the first counts the rows.
_CELLS: dict[str, Callable[[_Line], Cell]] = {
    "no": lambda line: "",
    "agency": lambda line: line.agency,
    "paper": lambda line: line.paper,
    "year": lambda line: line.year or "",
    "device": lambda line: line.device,
    "first": lambda line: line.run.first,
    "last": lambda line: line.run.last,
    "used": lambda line: _words(runs_of(line.used)),
    "returned": lambda line: _words(runs_of(line.returned)),
    "open": lambda line: _words(runs_of(line.open)),
    "spoiled": _spoiled,
    "doubts": _doubts,
}

_SUMS: tuple[tuple[str, Callable[[_Line], int]], ...] = (
    ("used", lambda line: len(line.used)),
    ("spoiled", lambda line: sum(entry.last - entry.first + 1 for entry in line.spoiled)),
    ("returned", lambda line: len(line.returned)),
    ("open", lambda line: len(line.open)),
    ("unexplained", lambda line: sum(doubt.run.last - doubt.run.first + 1 for doubt in line.doubts)),
)
