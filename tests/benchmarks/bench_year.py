"""A year of a county in one store: does the work at the counter stay as fast as on the first day?

    python -m tests.benchmarks.bench_year [--cases 265612] [--first-day 400]

31,366 cases of the county and 234,246 of its townships (specs domain 11.4). The same questions are asked of a store
of the first day and of one of the year, and beside each the raw query that the answer rests on. What is printed are
medians and ratios of the same run; the machine's own speed does not matter. Making the year's store takes some
minutes: its cases are made by events, chained and folded, as the journal would have them.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from counter_app.adapters.store import dossier_rows, schema
from counter_app.domain.case import Case
from counter_app.domain.events import Event, NewEvent
from counter_app.domain.fold import apply
from counter_app.domain.identifiers import CaseId
from counter_app.domain.moments import local_date, to_ms
from counter_app.services.ledger import counter_ledger
from counter_app.services.stored_facts import CaseQuery
from counter_app.station import Station
from forms.examples import example_line
from sync import journal
from tests.support.homes import AGENT, CHIEF, DEVICE, MONDAY, EnrolledHome, SetClock, lease_for_all, make_home

YEAR = 31_366 + 234_246
PATTERNS = 48
ROUNDS = 15
BATCH = 400
OPEN = 800  # cases of the last days may still be open
FIRST_DAY, WHOLE_YEAR = "first day", "year"
SURNAMES, GIVEN = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高", "秀英国强建华桂兰志明玉梅春生海燕文军"


def made(folder: Path, cases: int) -> Station:
    """A station with so many cases; the last day's are open, most of the others ended."""
    home = make_home(folder, "town")  # where every item is taken in
    home.clock.now = MONDAY - timedelta(days=20)
    station = home.open()
    lease_for_all(station, ["N02", "N03-A", "N04", "N12"], last=100_000)
    for n in range(PATTERNS):
        _pattern(station, n, home)
    home.clock.now = MONDAY
    found = station.cases.search(CaseQuery(limit=1000))
    histories = [_history(station, case.id) for case in found]
    ended = [_history(station, case.id) for case in found if not case.is_open]
    for first in range(PATTERNS, cases, BATCH):
        numbers = range(first, min(cases, first + BATCH))
        _clone(station, ended if cases - first > OPEN else histories, numbers, cases, home.clock)
        sys.stderr.write(f"\r{numbers.stop:>8} of {cases} cases")
    sys.stderr.write("\n")
    return station


def _pattern(station: Station, n: int, home: EnrolledHome) -> None:
    """One real case: some stay open, most are withdrawn or refused."""
    item = station.desk.catalogue.items()[n % len(station.desk.catalogue.items())]
    outcome = "accept" if n % 8 < 6 else "not_required"
    case = station.intake.take_in(AGENT, example_line(item, outcome, n)).case
    assert case is not None
    for notice in case.notices:
        station.papers.log_printed(AGENT, case, notice, "file", 2)
    if outcome == "accept" and n % 16:
        station.acts.act(CHIEF, str(case.id), "withdraw", {"signed": True})
        after = station.cases.view(str(case.id)).case
        for notice in after.unprinted:
            station.papers.log_printed(AGENT, after, notice, "file", 2)


def _history(station: Station, case: CaseId) -> list[Event]:
    return list(station.cases.view(str(case)).events)


def _clone(station: Station, histories: list[list[Event]], numbers: range, cases: int, clock: SetClock) -> None:
    """These cases at once: events chained in the journal, rows written as the projection would write them."""
    moment = MONDAY - timedelta(days=365) * (1 - numbers.start / cases)
    news = [_moved(event, n + 1, n, cases) for n in numbers for event in histories[n % len(histories)]]
    with station.store.write() as writing:
        conn = writing.connection
        written = journal.append(conn, DEVICE, news, replace(clock.read(), wall_ms=to_ms(moment)))
        folded: dict[CaseId, Case] = {}
        for event in written:
            assert event.case is not None
            folded[event.case] = apply(folded.get(event.case), event)
        conn.execute(schema.cases.insert(), [dossier_rows.case_row(case) for case in folded.values()])
        conn.execute(schema.search.insert(), [dossier_rows.search_row(case) for case in folded.values()])
        keys = [row for case in folded.values() for row in dossier_rows.search_key_rows(case)]
        conn.execute(schema.search_keys.insert(), keys)
        conn.execute(schema.case_events.insert(), [_place(event) for event in written])


def _place(event: Event) -> dict[str, object]:
    assert event.case is not None
    place = {"device": event.id.device, "seq": event.id.seq, "feed_n": None}
    return {**place, "case_device": event.case.device, "case_n": event.case.n}


def _moved(event: Event, n: int, turn: int, cases: int) -> NewEvent:
    """The event as of another case, person and day."""
    data, private = dict(event.data), dict(event.private or {})
    if event.kind == "received":
        received = MONDAY - timedelta(days=365) * (1 - turn / cases)
        data["received_at"] = to_ms(received)
        applicant: dict[str, Any] = dict(private["applicant"])  # type: ignore[call-overload]
        applicant["name"] = SURNAMES[turn % 20] + GIVEN[turn // 20 % 18] + GIVEN[turn // 360 % 18]
        applicant["id_number"] = f"3799011968{turn % 10**7:07d}X"
        applicant["phone"] = f"139{turn % 10**8:08d}"
        private["applicant"] = applicant
    return NewEvent(event.kind, CaseId(DEVICE, n), event.epoch, event.user, data, private)


def questions(station: Station) -> dict[str, tuple[Callable[[], object], Callable[[], object]]]:
    """What the counter asks all day, each with the raw query that its answer rests on."""
    newest = station.cases.search(CaseQuery(limit=1))[0]
    day = station.desk.today()

    def raw(query: str, **given: object) -> Callable[[], object]:
        def ask() -> object:
            with station.store.read() as reading:
                return reading.connection.execute(text(query), given).all()

        return ask

    near = (day + timedelta(days=1)).isoformat()
    name, end = newest.applicant.name[:2], newest.applicant.id_number[-4:]
    joined = "SELECT body FROM cases JOIN search USING (case_device, case_n) WHERE "
    newest_first = " ORDER BY received_ms DESC, case_device DESC, case_n DESC LIMIT 50"
    return {
        "home page": (
            station.duties.today,
            raw("SELECT body FROM cases WHERE open AND due <= :near", near=near),
        ),
        "list, first page": (
            lambda: station.cases.search(CaseQuery(limit=50)),
            raw("SELECT body FROM cases" + newest_first),
        ),
        "search by name": (
            lambda: station.cases.search(CaseQuery(text=name, limit=50)),
            raw(joined + "name LIKE :word" + newest_first, word=f"%{name}%"),
        ),
        "search by end of number": (
            lambda: station.cases.search(CaseQuery(text=end, limit=50)),
            raw(joined + "id_number LIKE :word" + newest_first, word=f"%{end}"),
        ),
        "search by whole number": (
            lambda: station.memory.of(newest.applicant.id_number, None),
            raw(joined + "id_number = :word", word=newest.applicant.id_number),
        ),
        "case page": (
            lambda: station.cases.view(str(newest.id)),
            raw("SELECT body FROM cases WHERE case_device = :d AND case_n = :n", d=DEVICE, n=newest.id.n),
        ),
        "actions": (
            lambda: station.cases.possibilities(CHIEF, str(newest.id)),
            raw("SELECT body FROM cases WHERE case_device = :d AND case_n = :n", d=DEVICE, n=newest.id.n),
        ),
        "note on a case (write)": (
            lambda: station.acts.act(AGENT, str(newest.id), "annotate", {"note": "来电"}),
            raw("SELECT 1"),
        ),
    }


def ledger_row_ms(station: Station) -> float:
    """The ledger of the last day, for each of its rows: the two stores' days have not the same number of cases."""
    [newest] = station.cases.search(CaseQuery(limit=1))
    day = local_date(newest.received_at_ms)
    rows = len(counter_ledger(station.desk, day, day).rows)
    return median_ms(lambda: counter_ledger(station.desk, day, day)) / rows


def median_ms(ask: Callable[[], object]) -> float:
    ask()
    found = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        ask()
        found.append((time.perf_counter() - begin) * 1000)
    return statistics.median(found)


def lines(stations: dict[str, Station]) -> Iterator[str]:
    yield f"{'':26}{'first day':>11}{'year':>11}{'year/day':>10}{'year/raw query':>16}"
    asked = {name: questions(station) for name, station in stations.items()}
    for question in asked[FIRST_DAY]:
        small = median_ms(asked[FIRST_DAY][question][0])
        large, raw = median_ms(asked[WHOLE_YEAR][question][0]), median_ms(asked[WHOLE_YEAR][question][1])
        yield f"{question:26}{small:>9.2f}ms{large:>9.2f}ms{large / small:>10.2f}{large / raw:>16.2f}"
    small, large = (ledger_row_ms(station) for station in stations.values())
    yield f"{'ledger, a row':26}{small:>9.2f}ms{large:>9.2f}ms{large / small:>10.2f}{'':>16}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=YEAR)
    parser.add_argument("--first-day", type=int, default=400)
    asked = parser.parse_args()
    os.environ["COUNTER_PASSPHRASE"] = "words of a benchmark"
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    with tempfile.TemporaryDirectory() as folder:
        stations = {
            FIRST_DAY: made(Path(folder) / "day", asked.first_day),
            WHOLE_YEAR: made(Path(folder) / "year", asked.cases),
        }
        for line in lines(stations):
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
        for station in stations.values():
            station.close()


if __name__ == "__main__":
    main()
