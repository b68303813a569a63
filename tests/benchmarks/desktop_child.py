"""A desktop that measures itself, for `bench_desktop`: window | exchange."""

from __future__ import annotations

import gc
import json
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:

    from counter_app.ui.app import Desktop
    from counter_app.ui.pages.sending.exchanger import Exchanger

TICK_MS = 2
PAGES = ("cases", "today", "sending", "ledger", "settings", "intake")
LEDGER_ROWS = 3000
EVENTS = 5000


class Watch:
    """How long the thread of the window was away from its timer, at most: by the clock, and by its own work.

    Beside it the watch of the tests: single events over 50 ms of the processor, and those that read or write.
    """

    def __init__(self) -> None:
        from PySide6.QtCore import QTimer

        from tests.support.ui_watch import UiWatch, WatchedApplication, keep_watch

        self._events = UiWatch()
        keep_watch(self._events)
        WatchedApplication.watch = self._events
        self._timer = QTimer()
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)
        self.gaps: list[float] = []
        self.works: list[float] = []
        self._last = (0.0, 0.0)

    def _tick(self) -> None:
        now = time.perf_counter(), time.thread_time()
        self.gaps.append((now[0] - self._last[0]) * 1000)
        self.works.append((now[1] - self._last[1]) * 1000)
        self._last = now

    @contextmanager
    def during(self) -> Iterator[None]:
        self.gaps, self.works = [], []
        self._last = time.perf_counter(), time.thread_time()
        self._timer.start()
        self._events.armed = True
        try:
            yield
        finally:
            self._events.armed = False
            self._timer.stop()

    def told(self, name: str) -> dict[str, float]:
        over = sum(gap > 50 for gap in self.gaps)
        defects = self._events.defects()
        sys.stderr.write("".join(f"{defect}\n" for defect in defects))
        return {
            f"{name}: longest block, ms": max(self.gaps),
            f"{name}: longest piece of own work, ms": max(self.works),
            f"{name}: blocks over 50 ms": float(over),
            f"{name}: events that the watch names": float(len(defects)),
        }


def turn() -> None:
    """Wait for the next event and deliver it: a loop that only asks would keep the interpreter from the workers."""
    from PySide6.QtCore import QCoreApplication, QEventLoop

    QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)


def p95(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def rss_mib() -> float:
    [line] = [row for row in Path("/proc/self/status").read_text().splitlines() if row.startswith("VmRSS")]
    return int(line.split()[1]) / 1024


def window(cases: int) -> dict[str, float]:
    """One desktop over the large store, worked as a person works it."""
    import os

    from counter_app.bootstrap import open_station
    from tests.support.homes import SetClock

    station = open_station(Path(os.environ["COUNTER_HOME"]), SetClock())
    with at_work(station) as (desktop, settle):
        found = {"RSS signed in, MiB": rss_mib()}
        for part in (pages, partial(search, cases=cases), echo, ledger):
            found |= part(desktop, settle)
            found["RSS after search, pages and an export, MiB"] = rss_mib()
            sys.stderr.write(f"{found}\n")
    return found


@contextmanager
def at_work(station: Any, hall: Any = None) -> Iterator[tuple[Desktop, Callable[[], None]]]:
    """A desktop somebody has signed in to, and how to wait until all is read and shown."""
    from counter_app.ui.lean_pyside import load_lean_pyside

    load_lean_pyside()
    from counter_app.adapters.exports.ledger_file import export_ledger
    from counter_app.ui.app import Backend, Desktop, Wear
    from counter_app.ui.garbage import collect_only_here, destroy_windows, prompt_hand_over
    from counter_app.ui.look import dress
    from tests.benchmarks.large_home import WHO
    from tests.support.ui_watch import WatchedApplication

    app = WatchedApplication([])
    dress(app)
    collect_only_here(app)
    prompt_hand_over()
    gc.freeze()
    desktop = Desktop(app, Backend(lambda: station, lambda *_: station, nullcontext, export_ledger, list))

    def settle() -> None:
        for _ in range(4):
            for executor in desktop.background._lanes.values():
                executor.submit(lambda: None).result()
            app.processEvents()

    desktop.start()
    while desktop._opened is None:
        app.processEvents()
    settle()
    desktop._let_in(WHO, Wear())
    settle()
    assert desktop.place is not None
    desktop.place.window.resize(1366, 768)
    settle()
    try:
        yield desktop, settle
    finally:
        settle()
        desktop.close()
        destroy_windows(app)


def pages(desktop: Desktop, settle: Callable[[], None]) -> dict[str, float]:
    """From the key to the page painted; and, of the list, to its first rows."""
    from PySide6.QtWidgets import QApplication

    assert desktop.place is not None
    place, changes, spent, rows = desktop.place, [], [], []
    for lap in range(5):
        for name in PAGES:
            begun, before = time.perf_counter(), time.thread_time()
            place.window.open(name)
            QApplication.processEvents()
            changes.append((time.perf_counter() - begun) * 1000)
            spent.append((time.thread_time() - before) * 1000)
            if name == "cases":
                listed = place.cases._listed
                while place.cases._listed is listed or not place.cases.table.rows.rowCount():
                    turn()
                QApplication.processEvents()
                if lap:
                    rows.append((time.perf_counter() - begun) * 1000)
            settle()
    later = changes[len(PAGES) :]
    return {
        "page change, median ms": statistics.median(later),
        "page change, p95 ms": p95(later),
        "page change, p95 ms of the processor": p95(spent[len(PAGES) :]),
        "list first rows, ms": statistics.median(rows),
    }


def search(desktop: Desktop, settle: Callable[[], None], cases: int) -> dict[str, float]:
    """Each word from the key to the rows shown, and beside it the query on the index that it rests on."""
    from PySide6.QtWidgets import QApplication

    from tests.benchmarks.bench_year import GIVEN, SURNAMES

    assert desktop.place is not None
    place, chance = desktop.place, random.Random(20261122)
    initials = "wlzcyhxgmsqj"
    words = [chance.choice(SURNAMES) + chance.choice(GIVEN) for _ in range(30)]
    words += [chance.choice(SURNAMES) + chance.choice(GIVEN) + chance.choice(GIVEN) for _ in range(30)]
    words += list(SURNAMES[:10])
    words += ["".join(chance.choices(initials, k=k)) for k in (1, 2, 3, 3) for _ in range(10)]
    words += [f"{chance.randrange(cases) % 10**k:0{k}d}" for k in (3, 4, 6) for _ in range(12)]
    words += [f"{chance.randrange(cases):07d}X" for _ in range(12)]
    raw = (
        "SELECT received_ms, case_device, case_n FROM search_keys WHERE key = ?"
        " ORDER BY received_ms DESC, case_device DESC, case_n DESC LIMIT 200"
    )
    typed, asked, spent = [], [], []
    place.window.open("today")
    settle()
    place.window.press("search")
    edit = place.window.top.search.edit
    for word in words:
        begun, before = time.perf_counter(), time.process_time()
        edit.setText(word)
        while (looked := place.finder._looked) is None or looked.words != word:
            turn()
        QApplication.processEvents()
        typed.append((time.perf_counter() - begun) * 1000)
        spent.append((time.process_time() - before) * 1000)
        key = f"{'n' if word[0] > '一' else 'i'}:{word[:2].lower()}"
        with place._station.desk.store.read() as reading:
            connection = reading.connection  # type: ignore[attr-defined]
            begun = time.perf_counter()
            connection.exec_driver_sql(raw, (key,)).all()
            asked.append((time.perf_counter() - begun) * 1000)
    worst = max(zip(typed, words, strict=True))
    sys.stderr.write(f"slowest search: {worst}\n")
    place.window.press("back")
    return {
        "search as you type, median ms": statistics.median(typed),
        "search as you type, p95 ms": p95(typed),
        "search as you type, p95 ms of the processor": p95(spent),
        "raw query, p95 ms": p95(asked),
        "search against the raw query, medians": statistics.median(typed) / statistics.median(asked),
    }


def echo(desktop: Desktop, settle: Callable[[], None]) -> dict[str, float]:
    """From a key in a field of the form to its letter painted."""
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    assert desktop.place is not None
    place, times = desktop.place, []
    place.window.open("intake")
    settle()
    place.intake.begin(place._station.offer.items()[0])
    settle()
    field = place.intake.parts.person.contact.phone if hasattr(place.intake.parts, "person") else None
    target = field or place.window.focusWidget()
    assert target is not None
    for turn in range(60):
        begun = time.perf_counter()
        QTest.keyClicks(target, str(turn % 10))
        QApplication.processEvents()
        times.append((time.perf_counter() - begun) * 1000)
    return {"key echo, median ms": statistics.median(times), "key echo, p95 ms": p95(times)}


def ledger(desktop: Desktop, settle: Callable[[], None]) -> dict[str, float]:
    """The days with at least so many cases, shown and exported, while the window's thread is watched."""
    from datetime import timedelta

    from counter_app.services.stored_facts import CaseQuery
    from counter_app.ui.pages.ledger.reading import LedgerQuery

    assert desktop.place is not None
    place, watch = desktop.place, Watch()
    last = place._station.desk.today() - timedelta(days=2)
    first = last
    while place._station.cases.count(CaseQuery(received_from=first, received_to=last)) < LEDGER_ROWS:
        first -= timedelta(days=1)
    place.window.open("ledger")
    settle()
    page, said = place.ledger, []
    page.say.connect(lambda sentence, tone: said.append(tone))
    with TemporaryDirectory() as folder:
        page.output.ask_where = lambda _over, name, _form: Path(folder) / name
        with watch.during():
            page._query = LedgerQuery("chosen", first, last)
            before = page._sight
            page.refresh()
            while page._sight is before:
                turn()
            page.handlers()["export"]()
            while "ok" not in said:
                turn()
    assert page._sight is not None
    sys.stderr.write(f"ledger of {len(page._sight.ledger.rows)} rows\n")
    return watch.told("ledger of 3,000 rows shown and exported")


def exchange(_cases: int) -> dict[str, float]:
    """5,000 events to a hall on loopback, seen on the page of sending, while the window's thread is watched."""
    import os

    from counter_app.bootstrap import open_station
    from counter_app.services.stored_facts import CaseQuery
    from tests.benchmarks.bench_year import _clone, _history
    from tests.support.homes import AGENT, SetClock
    from tests.support.lines import good_line
    from tests.support.programs import HallProgram, StationProgram, running

    with TemporaryDirectory() as temporary, running(HallProgram.at(Path(temporary))) as hall:
        assert hall.server is not None
        os.setpriority(os.PRIO_PROCESS, hall.server.pid, 19)  # a hall elsewhere does not take the window's processor
        program = StationProgram.at(Path(temporary)).enrol(hall)
        os.environ |= program.environment()
        station = open_station(program.home)
        for n in range(4):
            station.intake.take_in(AGENT, good_line(n))
        histories = [_history(station, case.id) for case in station.cases.search(CaseQuery(limit=4))]
        of_case = statistics.mean(len(history) for history in histories)
        watch = Watch()
        with at_work(station) as (desktop, _settle):
            run: Exchanger | None = desktop.exchanger
            assert run is not None
            while run.running or not run.confirmed():  # signing in sends the four
                turn()
            _clone(station, histories, range(4, 4 + round(EVENTS / of_case)), 10**6, SetClock())
            assert desktop.place is not None
            ended: list[Any] = []
            run.ended.connect(ended.append)
            with watch.during():
                desktop.place.window.open("sending")
                run.start()
                while sum(result.pushed for result in ended) < EVENTS - of_case:
                    turn()
        sys.stderr.write(f"exchange: {ended[-1]}\n")
    return watch.told("exchange of 5,000 events")


TASKS = {"window": window, "exchange": exchange}

if __name__ == "__main__":
    sys.stdout.write(json.dumps(TASKS[sys.argv[1]](int(sys.argv[2]))) + "\n")
    sys.stdout.flush()
