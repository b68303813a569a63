"""The gap report as commands print it (cli design): the keys here are the contract, at station and hall alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from counter_app.domain.moments import local_time
from counter_app.domain.number_register import SLIPS, Doubt, Entry, Fate, SeriesReport, runs_of

Plain = dict[str, Any]


def report_to_plain(year: int | None, series: Sequence[SeriesReport], temporary: Iterable[Plain]) -> Plain:
    """The whole report: notices by series, slips, temporary numbers, and all that is unexplained in one list."""
    papers = [series_to_plain(found) for found in series if found.series.kind != SLIPS]
    slips = [series_to_plain(found) for found in series if found.series.kind == SLIPS]
    unexplained = [_doubt(found, doubt) for found in series for doubt in found.unexplained]
    return {
        "year": year,
        "explained": not unexplained,
        "series": papers,
        "slips": slips,
        "temporary": list(temporary),
        "unexplained": unexplained,
    }


def series_to_plain(found: SeriesReport) -> Plain:
    """One series: blocks, what became of their numbers, what is open and what nothing explains."""
    used = sorted({entry.first for entry in found.with_fate(Fate.USED)})
    return {
        "agency": found.series.agency,
        "kind": found.series.kind,
        "year": found.series.year or None,
        "blocks": [{"device": block.device, "first": block.first, "last": block.last} for block in found.blocks],
        "used": {"count": len(used), "runs": [list(run) for run in runs_of(used)]},
        "spoiled": [_spoiled(entry) for entry in found.with_fate(Fate.SPOILED)],
        "returned": [_ended(entry) for entry in found.with_fate(Fate.RETURNED)],
        "open": [{"device": each.device, "next": each.run.first, "last": each.run.last} for each in found.open],
        "unexplained": [_doubt(found, doubt) for doubt in found.unexplained],
    }


def temporary_to_plain(case: str, kind: str, number: str, final: str, *, spoiled: bool) -> Plain:
    """A paper that was issued without a leased number; final is null while it waits for one."""
    return {"case": case, "kind": kind, "number": number, "final": final or None, "spoiled": spoiled}


def _ended(entry: Entry) -> Plain:
    return {
        "first": entry.first,
        "last": entry.last,
        "device": entry.event.device,
        "user": entry.user or None,
        "at": local_time(entry.at_ms).isoformat(timespec="seconds"),
    }


def _spoiled(entry: Entry) -> Plain:
    case = None if entry.case is None else str(entry.case)
    paper = {"number": entry.number or None, "paper": entry.paper or None, "case": case}
    return {**_ended(entry), **paper, "reason": entry.reason or None}


def _doubt(found: SeriesReport, doubt: Doubt) -> Plain:
    series = {"agency": found.series.agency, "kind": found.series.kind, "year": found.series.year or None}
    return {
        **series,
        "first": doubt.run.first,
        "last": doubt.run.last,
        "why": doubt.why,
        "events": [
            {
                "device": entry.event.device,
                "seq": entry.event.seq,
                "fate": entry.fate.value,
                "case": None if entry.case is None else str(entry.case),
            }
            for entry in doubt.entries
        ],
    }
