"""Two processes serve one hall on PostgreSQL: each feed has its events in the order of their commits and without a
gap, whoever writes beside whom."""

from __future__ import annotations

import os
import random
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
from sqlalchemy import select

from counter_app.domain.events import NewEvent
from counter_app.domain.states import Action
from sync import journal
from sync.hall import apply, numbers
from sync.hall.store import HallStore
from sync.hall.tables import feed
from sync.http_link import HttpLink
from tests.support.planted import planted
from tests.sync.hall.conftest import POSTGRESQL, SQLITE, HallMaker, RealHall
from tests.sync.hall.village import Village

ROUNDS = int(os.environ.get("COUNTER_TEST_ROUNDS", "4"))
LOOKS_EVERY_S = 0.01
on_postgresql = pytest.mark.parametrize("database", [POSTGRESQL], indirect=True)


class Reader(threading.Thread):
    """Reads one station's feed as a device does: what lies behind the last number that it has."""

    def __init__(self, store: HallStore, station: str) -> None:
        super().__init__()
        self._store, self.station = store, station
        self.over = threading.Event()
        self.seen: list[int] = []
        self.skipped: list[int] = []  # what it never saw, known at the end

    @property
    def last(self) -> int:
        return self.seen[-1] if self.seen else 0

    def run(self) -> None:
        while not self.over.wait(LOOKS_EVERY_S):
            self.seen += self._behind(self.last)
        self.seen += self._behind(self.last)
        self.skipped = sorted(set(self._behind(0)) - set(self.seen))

    def _behind(self, n: int) -> list[int]:
        with self._store.read() as conn:
            found = select(feed.c.n).where(feed.c.station == self.station, feed.c.n > n)
            return list(conn.scalars(found.order_by(feed.c.n)))


@contextmanager
def reading(hall: RealHall, stations: set[str]) -> Iterator[list[Reader]]:
    """A reader for each feed, beside whatever is done."""
    with hall.opened() as opened:
        readers = [Reader(opened.store, station) for station in sorted(stations)]
        for reader in readers:
            reader.start()
        try:
            yield readers
        finally:
            for reader in readers:
                reader.over.set()
            for reader in readers:
                reader.join()


@pytest.fixture
def two_workers(make_hall: Callable[..., RealHall]) -> RealHall:
    hall = make_hall("hall")
    hall.start("--workers", "2")
    return hall


def together(*works: Callable[[], object]) -> None:
    """Each in a thread of its own; what one of them raises is raised here."""
    failed: list[BaseException] = []

    def run(work: Callable[[], object]) -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001  it is raised again
            failed.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]


def statuses_of(village: Village) -> list[int]:
    """Of all answers that it will get."""
    found: list[int] = []
    assert isinstance(village.link, HttpLink)
    hooks: Any = village.link._session.hooks["response"]
    hooks.append(lambda answer, *args, **more: found.append(answer.status_code))
    return found


def work(village: Village, others: list[Village], chance: random.Random) -> None:
    """Some days of a busy counter: cases taken in, moved, given to others, and papers taken for others' cases."""
    for _ in range(ROUNDS):
        mine = [village.receive() for _ in range(chance.randrange(1, 4))]
        village.act(mine[0], Action.ACCEPT)
        for case in mine:
            village.save_raw(*(NewEvent("annotated", case, 0, "u", {}, {"note": "x" * 50}) for _ in range(5)))
        other = chance.choice(others)
        if other.cases:
            named = chance.choice(sorted(other.cases))
            village.save_raw(NewEvent("annotated", named, 0, "u", {}, {"note": "此处另收材料"}))
        epoch = village.cases[mine[-1]].epoch
        village.save_raw(NewEvent("handed_over", mine[-1], epoch, "u", {"to": other.device}, {}))
        result = village.sync()
        assert result.error is None, result.error
        assert result.acknowledged == result.seq


@on_postgresql
def test_many_at_once_get_every_event_once_and_in_order(two_workers: RealHall) -> None:
    villages = [two_workers.village(station) for station in ("QX03", "QX03", "QX03", "QX04", "QX05", "QX05")]
    statuses = [statuses_of(village) for village in villages]
    jobs = [
        lambda village=village, n=n: work(village, [v for v in villages if v is not village], random.Random(n))
        for n, village in enumerate(villages)
    ]
    with reading(two_workers, {"QX03", "QX04", "QX05"}) as readers:
        together(*jobs)
    for reader in readers:
        assert reader.skipped == []
        assert reader.seen == list(range(1, reader.last + 1))
    assert {status for of_one in statuses for status in of_one} == {200}
    report = two_workers.command("verify").json
    assert report["ok"], report["problems"]
    heads = {row["device"]: (row["seq"], row["head"]) for row in report["devices"]}
    for village in villages:
        assert village.sync().error is None
        assert heads[village.device] == village.head()
        assert village.station.cursor[0] == next(r.last for r in readers if r.station == village.enrolment.station)
    rows = two_workers.command("cases").lines
    assert len(rows) == len({row["case_no"] for row in rows}) == sum(len(village.cases) for village in villages)


def long_and_short(long: Village, short: Village) -> Callable[[], None]:
    """One machine sends a long week at once, another one of the same station a word at a time."""
    case, other = long.receive(), short.receive()
    long.sync()
    short.sync()
    done = threading.Event()

    def week() -> None:
        long.save_raw(*(NewEvent("annotated", case, 0, "u", {}, {"note": "x"}) for _ in range(400)))
        long.sync()
        done.set()

    def words() -> None:
        while not done.is_set():
            short.save_raw(NewEvent("annotated", other, 0, "u", {}, {"note": "x"}))
            short.sync()

    return lambda: together(week, words)


@on_postgresql
@pytest.mark.parametrize("fault", ["", "feed_numbers_from_a_sequence"])
def test_a_reader_skips_nothing_and_would_be_seen_to(
    make_hall: Callable[..., RealHall], tmp_path: Path, fault: str
) -> None:
    hall = make_hall("hall")
    if fault:
        hall.change('CREATE SEQUENCE "feed_of_QX03"')
        hall.more = {"PYTHONPATH": os.pathsep.join([str(planted(tmp_path / "planted", fault)), os.getcwd()])}
    hall.start("--workers", "2")
    both = hall.village("QX03"), hall.village("QX03")

    def skipped() -> list[int]:
        send = long_and_short(*both)
        with reading(hall, {"QX03"}) as [reader]:
            send()
        return reader.skipped

    weeks = 12 if fault else 1  # now and then all words come before the week or behind it
    assert any(skipped() for _ in range(weeks)) == bool(fault)


@on_postgresql
def test_a_word_to_a_case_that_comes_at_the_same_moment_does_not_wait_for_ever(
    own_hall: RealHall, hall_maker: HallMaker
) -> None:
    first, second = own_hall.village("QX03"), own_hall.village("QX04")
    case = first.receive()
    second.save_raw(NewEvent("annotated", case, 0, "u", {}, {"note": "此处另收材料"}))
    own_hall.stop()
    with own_hall.opened() as opened:
        with opened.store.write() as conn:
            for village in (first, second):
                [row] = village.station.own_rows(0, 1)
                journal.append_received(conn, village.device, 1, [(row.public, row.private or b"")], row.h)
        appliers = [
            threading.Thread(target=apply.apply_received, args=(opened, village.device)) for village in (first, second)
        ]
        with opened.store.write() as conn:
            numbers.take_turn(conn)  # so that each has read what there is before the other one writes
            for applier in appliers:
                applier.start()
            waiting = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            while hall_maker.cluster.run(waiting) + sum(not applier.is_alive() for applier in appliers) < len(appliers):
                appliers[0].join(0.02)
        for applier in appliers:
            applier.join()
    assert own_hall.command("exceptions").lines == []
    report = own_hall.command("verify").json
    assert report["ok"], report["problems"]


@pytest.mark.parametrize("database", [SQLITE], indirect=True)
def test_workers_end_with_the_server_that_started_them(two_workers: RealHall) -> None:
    assert two_workers.server is not None
    workers = psutil.Process(two_workers.server.pid).children(recursive=True)
    assert len(workers) >= 2
    two_workers.stop(signal.SIGKILL)
    _, alive = psutil.wait_procs(workers, timeout=60)
    assert alive == []
    two_workers.start("--workers", "2")
    assert two_workers.village("QX03").sync().error is None
