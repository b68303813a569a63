"""An enrolled home with very many cases, made once and kept for the next run.

    home = large_home(folder, cases=500_000)

A few hundred cases are taken in as a person takes them in; the others repeat them with a person, a day and a number of
their own, all rows as the program writes them, chained as its journal is. All but the last events are at the hall, as
at a station that has a line. The clock of the home is `SetClock()`.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec

from counter_app.adapters.store import dossier_rows, projections, rows, schema
from counter_app.domain.case import Case
from counter_app.domain.identifiers import CaseId, EventId
from counter_app.domain.moments import to_ms
from counter_app.domain.people import Person, Role
from counter_app.services.stored_facts import CaseQuery
from counter_app.station import Station
from sync import journal, journal_rules
from sync.journal_rules import Link
from tests.benchmarks.bench_year import GIVEN, SURNAMES, made
from tests.support.homes import DEVICE, MONDAY

WHO = Person("周敏", frozenset({Role.CLERK, Role.CHIEF, Role.ADMIN}))
PIN = "258036"
PASSPHRASE = "words of a benchmark"
TAKEN_IN = 400
OPEN = 800  # cases of the last days may still be open
UNSENT = 120  # events that the hall does not have yet
BATCH = 10_000
COUNTED = re.compile("〕[0-9]+号")
_pack = msgspec.msgpack.Encoder(order="sorted").encode
_unpack = msgspec.msgpack.decode


@dataclass(frozen=True)
class Pattern:
    """A case that was taken in, and its events: seq, public and private part."""

    case: Case
    events: Sequence[tuple[int, Mapping[str, Any], Mapping[str, Any]]]


def large_home(folder: Path, cases: int) -> Path:
    """The home; COUNTER_PASSPHRASE must be `PASSPHRASE`. Where it is not kept, it takes minutes."""
    home = folder / f"cases-{cases}-projections-{projections.VERSION}"
    if not home.exists():
        unfinished = home.with_suffix(".part")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.parent.mkdir(parents=True, exist_ok=True)
        station = made(unfinished, min(cases, TAKEN_IN))
        station.people.add(None, WHO.name, WHO.roles, PIN)
        _repeat(station, cases)
        _acknowledge(station)
        station.close()
        unfinished.rename(home)
    return home


def _repeat(station: Station, cases: int) -> None:
    patterns = list(_patterns(station))
    ended = [pattern for pattern in patterns if not pattern.case.is_open]
    starts = [*range(TAKEN_IN, max(TAKEN_IN, cases - OPEN), BATCH), max(TAKEN_IN, cases - OPEN), cases]
    for first, after in pairwise(starts):
        _write(station, ended if after < cases else patterns, range(first, after), cases)
        sys.stderr.write(f"\r{after:>8} of {cases} cases")
    sys.stderr.write("\n")


def _patterns(station: Station) -> Iterator[Pattern]:
    for case in station.cases.search(CaseQuery(limit=TAKEN_IN)):
        with station.store.read() as reading:
            links = [next(journal.rows(reading.connection, DEVICE, seq - 1, seq)) for seq in reading.seqs_of(case.id)]
        yield Pattern(case, [(link.seq, _unpack(link.public), _unpack(link.private or b"\x80")) for link in links])


def _write(station: Station, patterns: Sequence[Pattern], turns: range, cases: int) -> None:
    with station.store.write() as writing:
        store = journal.JournalTables(writing.connection)
        state = store.locked(DEVICE)
        links: list[Link] = []
        places: list[dict[str, object]] = []
        found: list[Case] = []
        for turn in turns:
            pattern, n = patterns[turn % len(patterns)], turn + 1
            case = _case_of(pattern.case, n, turn, cases)
            moved = {}
            for seq, public, private in pattern.events:
                [link], state = journal_rules.forged(state, [(*_bytes_of(public, private, case), None)])
                moved[EventId(DEVICE, seq)] = EventId(DEVICE, link.seq)
                links.append(link)
                place = {"device": DEVICE, "seq": link.seq, "feed_n": None}
                places.append({**place, "case_device": DEVICE, "case_n": n})
            papers = [
                replace(paper, event=moved[paper.event], number=COUNTED.sub(f"〕{n}号", paper.number))
                for paper in case.notices
            ]
            found.append(replace(case, notices=tuple(papers)))
        store.write(DEVICE, links, state)
        conn = writing.connection
        rows.add(conn, schema.case_events, places)
        rows.add(conn, schema.cases, [dossier_rows.case_row(case) for case in found])
        rows.add(conn, schema.search, [dossier_rows.search_row(case) for case in found])
        keys = (row for case in found for row in dossier_rows.search_key_rows(case))
        rows.add(conn, schema.search_keys, _in_order(keys))


def _in_order(keys: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """As they lie in the table: what is written in its order is written fast."""
    return sorted(keys, key=lambda row: (row["key"], row["received_ms"], row["case_n"]))


def _case_of(pattern: Case, n: int, turn: int, cases: int) -> Case:
    """The pattern as of another person, moment and number."""
    name = SURNAMES[turn % 20] + GIVEN[turn // 20 % 18] + GIVEN[turn // 360 % 18]
    person = replace(
        pattern.applicant, name=name, id_number=f"3799011968{turn % 10**7:07d}X", phone=f"139{turn % 10**8:08d}"
    )
    received = to_ms(MONDAY - timedelta(days=365) * (1 - turn / cases))
    spent = received - pattern.received_at_ms
    opened, changed = pattern.opened_at_ms + spent, pattern.changed_at_ms + spent
    return replace(
        pattern, id=CaseId(DEVICE, n), applicant=person, received_at_ms=received, opened_at_ms=opened,
        changed_at_ms=min(changed, to_ms(MONDAY)), query_code=f"{turn * 7919 % 10**6:06d}",
    )


def _bytes_of(public: Mapping[str, Any], private: Mapping[str, Any], case: Case) -> tuple[bytes, bytes]:
    """The event as of this case."""
    data = public["d"]
    if public["k"] == "received":
        data = {**data, "received_at": case.received_at_ms}
        person = case.applicant
        known = {"name": person.name, "id_number": person.id_number, "phone": person.phone}
        private = {**private, "applicant": {**private["applicant"], **known}, "query_code": case.query_code}
    return _pack({**public, "c": case.id.n, "d": data, "t": case.changed_at_ms}), _pack(private)


def _acknowledge(station: Station) -> None:
    """The hall has all but the newest events."""
    with station.store.write() as writing:
        seq, _ = writing.head()
        for name in ("received", "applied"):
            writing.state.put(name, seq - UNSENT)
        writing.connection.execute(schema.receipts.insert(), [{"seq": seq - UNSENT, "at_ms": to_ms(MONDAY)}])
