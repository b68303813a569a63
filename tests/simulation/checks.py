"""What must hold, whatever happened: sync design, the promises of its head and of sections 1-4 and 8."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from counter_app.domain import dossiers, fold
from counter_app.domain.case import Case
from counter_app.domain.dossiers import Dossier
from counter_app.domain.events import Event
from counter_app.domain.fold_history import with_late
from counter_app.domain.identifiers import HALL, CaseId, EventId
from counter_app.domain.number_register import Fate, entries_of
from sync import chain
from sync import feed as feed_chain
from sync.hall.ports import Records
from sync.journal_rules import Row
from tests.simulation.station_dicts import event_of


class Violation(AssertionError):
    """A promise was broken."""


@dataclass(frozen=True)
class Kept:
    """What a station has, read after everything was exchanged."""

    home: str
    device: str
    station: str
    h0: bytes
    rows: list[Row]
    cases: dict[CaseId, Dossier]
    cursor: tuple[int, bytes]
    acknowledged: int


def journal_is_whole(owner: str, device: str, h0: bytes, rows: list[Row]) -> None:
    """Places without a gap, each hash made from the one before."""
    h = h0
    for seq, row in enumerate(rows, 1):
        _must(row.seq == seq, "%s: journal of %s has seq %d at place %d", owner, device, row.seq, seq)
        h = chain.next_head(h, row.public, row.c)
        _must(h == row.h, "%s: journal of %s: chain breaks at %d", owner, device, seq)
        sealed = row.private is None or (row.e is not None and chain.commitment(row.e, row.private) == row.c)
        _must(sealed, "%s: journal of %s: private part of %d is not what was committed to", owner, device, seq)


def confirmed_is_there(home: str, confirmed: Mapping[tuple[str, int], bytes], written: Collection[Any]) -> None:
    """Each act that a clerk was told is saved is there as it was."""
    for (device, seq), h in confirmed.items():
        _must((device, seq, h) in written, "%s: confirmed event %s/%d is lost or another", home, device, seq)


def hall_has_all(tx: Records, kept: Kept) -> None:
    """Every event exactly once, in order, with equal hashes; heads equal; nothing left over."""
    rows = list(tx.journals.rows(kept.device))
    journal_is_whole("hall", kept.device, kept.h0, rows)
    _must(
        [(row.public, row.h, row.private) for row in rows] == [(row.public, row.h, row.private) for row in kept.rows],
        "%s has %d events, the hall has %d, or others", kept.device, len(kept.rows), len(rows),
    )
    head = (rows[-1].seq, rows[-1].h) if rows else (0, kept.h0)
    _must(tx.journal_head(kept.device) == head, "%s: the hall's head is not its last event", kept.device)
    _must(kept.acknowledged == len(rows), "%s: acknowledged %d of %d", kept.device, kept.acknowledged, len(rows))
    known = tx.device(kept.device)
    _must(known is not None and known.applied == len(rows), "%s: not all is applied", kept.device)


def applied_once(tx: Records, kept: Kept, cases: set[CaseId]) -> None:
    """Each event with a case stands in its order once, or among the exceptions; none in two places."""
    ordered = Counter(EventId(device, seq) for case in cases for device, seq, _ in tx.order(case))
    _must(not ordered or max(ordered.values()) == 1, "an event stands twice in an order")
    aside = {seq for seq, _ in tx.not_accepted(kept.device)}
    for row in kept.rows:
        event = event_of(kept.device, row.seq, row.public, row.private)
        placed = ordered[event.id] > 0 or row.seq in aside
        _must(event.case is None or placed or event.origin is not None, "%s/%d is nowhere", kept.device, row.seq)


def feed_is_whole(tx: Records, hall: str, station: str) -> None:
    """Numbered without gaps, each hash made from the one before, no event twice."""
    n, f, seen = 0, feed_chain.start_hash(hall, station), set[tuple[str, int]]()
    for row in tx.feed_rows(station):
        n += 1
        _must(row.n == n, "feed of %s: number %d at place %d", station, row.n, n)
        f = feed_chain.next_hash(f, n, row.device, row.seq, row.public, row.c)
        _must(f == row.hash, "feed of %s: chain breaks at %d", station, n)
        _must((row.device, row.seq) not in seen, "feed of %s: %s/%d twice", station, row.device, row.seq)
        seen.add((row.device, row.seq))
    _must(tuple(tx.feed_head(station)) == (n, f), "feed of %s: its head is not its end", station)


def feed_has_its_cases(tx: Records, station: str, cases: set[CaseId]) -> None:
    """Every event of a case in which the station takes part, in the case's order."""
    fed = [(row.device, row.seq) for row in tx.feed_rows(station)]
    place = {event: n for n, event in enumerate(fed)}
    for case in cases:
        if station in tx.dockets([case])[case].stations:
            order = [(device, seq) for device, seq, _ in tx.order(case)]
            _must(all(event in place for event in order), "feed of %s lacks events of %s", station, case)
            in_feed = [place[event] for event in order]
            _must(in_feed == sorted(in_feed), "feed of %s has %s in another order", station, case)


def case_is_its_events(tx: Records, case_id: CaseId) -> None:
    """The hall's case is what the one fold makes of its order; late events changed nothing."""
    case: Dossier | None = None
    for device, seq, late in tx.order(case_id):
        event = _event(tx, device, seq)
        if late:
            assert isinstance(case, Case)
            try:
                fold.apply(case, event)
            except fold.Late:
                case = with_late(case, event)
                continue
            raise Violation(f"{case_id}: {device}/{seq} was not late")
        try:
            case = dossiers.apply(case, event)
        except fold.Late:
            raise Violation(f"{case_id}: {device}/{seq} moved a case whose baton it did not have") from None
    _must(case == tx.dockets([case_id])[case_id].dossier, "%s is not what its events make", case_id)


def station_shows_it(tx: Records, kept: Kept, cases: set[CaseId], blocked: set[CaseId]) -> None:
    """The cursor is at the feed's head, and every case stands at the station as at the hall."""
    _must(tuple(tx.feed_head(kept.station)) == tuple(kept.cursor), "%s: cursor is not the feed's head", kept.device)
    for case in cases - blocked:
        docket = tx.dockets([case])[case]
        if kept.station in docket.stations:
            _must(kept.cases.get(case) == docket.dossier, "%s shows %s otherwise than the hall", kept.home, case)


def numbers_are_unique(tx: Records, cases: set[CaseId], doubled: Collection[EventId]) -> None:
    """No number on two papers; but two machines with one id may have printed it, and the hall says so (doubled)."""
    used: dict[tuple[object, int], EventId] = {}
    for device, seq, _ in (place for case in cases for place in tx.order(case)):
        event = _event(tx, device, seq)
        for entry in entries_of(event) if event.kind == "accepted" and "notices" in event.data else ():
            if entry.fate is Fate.USED:
                other = used.setdefault((entry.series, entry.first), event.id)
                named = other == event.id or other in doubled or event.id in doubled
                _must(named, "number %d on %s and %s", entry.first, other, event.id)


def late_is_kept(tx: Records, cases: set[CaseId], devices: list[str]) -> None:
    """Each late event is linked, and among the exceptions until a person has settled it."""
    aside = {device: {seq for seq, _ in tx.not_accepted(device)} for device in devices}
    for case in cases:
        for device, seq, late in tx.order(case):
            _must(not late or seq in aside[device], "%s: late %s/%d is no exception", case, device, seq)
            _must(late or device == HALL or seq not in aside[device], "%s: %s/%d both", case, device, seq)


def only_its_case_waits(tx: Records, kept: Kept, blocked: set[CaseId], cases: set[CaseId]) -> None:
    """What is set aside is late, or of a case that waits."""
    late = {EventId(device, seq) for case in cases for device, seq, is_late in tx.order(case) if is_late}
    for seq, code in tx.not_accepted(kept.device):
        event = _event(tx, kept.device, seq)
        fits = event.case is None or event.case in blocked or event.id in late
        _must(fits, "%s/%d is set aside (%s), its case is not", kept.device, seq, code)


def nothing_is_misshapen_but_poison(tx: Records, devices: list[str], poisoned: int) -> None:
    """What the hall took for misshapen was: a defect of the hall itself would look the same."""
    codes = [code for device in devices for _, code in tx.not_accepted(device)]
    _must(codes.count("event_misshapen") <= poisoned, "%d events misshapen", codes.count("event_misshapen"))


def _event(tx: Records, device: str, seq: int) -> Event:
    [row] = tx.journals.rows(device, seq - 1, seq)
    return event_of(device, seq, row.public, row.private)


def _must(holds: bool, text: str, *facts: object) -> None:
    if not holds:
        raise Violation(text % facts)
