"""Counters of one station claim its cases at once, and the hall is killed meanwhile: each case gets one holder."""

from __future__ import annotations

import os
import random
import signal
import threading
from contextlib import suppress

from sqlalchemy import select

from counter_app.domain.errors import CounterError
from counter_app.domain.events import NewEvent
from counter_app.domain.identifiers import CaseId
from sync.envelope import Claim
from sync.exchange import SyncResult, synchronise
from sync.hall import cases as hall_cases
from sync.hall.tables import cases
from tests.sync.hall.conftest import RealHall
from tests.sync.hall.test_hall_workers import together
from tests.sync.hall.village import AGENT, Village

ROUNDS = int(os.environ.get("COUNTER_TEST_ROUNDS", "1"))
CASES = 12


def sharing_station(hall: RealHall) -> tuple[list[Village], list[CaseId]]:
    """Three counters of a station, and cases of the first one at their desk."""
    station = hall.new_station()
    counters = [hall.village(station, "--level", "county", "--sharing", "desk") for _ in range(3)]
    taken = [counters[0].receive() for _ in range(CASES)]
    counters[0].save_raw(*(handed(counters[0], case, 0) for case in taken))
    assert [counter.sync().error for counter in counters] == [None] * 3
    return counters, taken


def handed(counter: Village, case: CaseId, epoch: int) -> NewEvent:
    return NewEvent("handed_over", case, epoch, "", {"to": f"{counter.enrolment.station}-desk"})


def claim(counter: Village, *wanted: CaseId) -> SyncResult:
    wishes = [Claim(case.device, case.n, AGENT.name) for case in wanted]
    return synchronise(counter.station, counter.link, claims=wishes)


def holders(hall: RealHall) -> dict[CaseId, tuple[str, int]]:
    """Holder and epoch of each case, by the rows of the hall."""
    with hall.opened() as opened, opened.store.read() as conn:
        return {case.id: (case.holder, case.epoch) for case in hall_cases.listed(conn)}


def claims_of(hall: RealHall, case: CaseId) -> list[str]:
    with hall.opened() as opened, opened.store.read() as conn:
        return [str(event.data["to"]) for event, _ in hall_cases.history(conn, case) if event.kind == "claimed"]


def test_counters_that_claim_the_same_cases_at_once_get_each_exactly_once(own_hall: RealHall) -> None:
    counters, taken = sharing_station(own_hall)
    chance = random.Random(5)
    for turn in range(ROUNDS):
        orders = [chance.sample(taken, len(taken)) for _ in counters]
        jobs = [lambda c=c, o=o: [claim(c, case) for case in o] for c, o in zip(counters, orders, strict=True)]
        together(*jobs)
        now = holders(own_hall)
        assert {epoch for _, epoch in now.values()} == {2 * turn + 2}  # handed and claimed, once each
        by_device = {counter.device: counter for counter in counters}
        assert {holder for holder, _ in now.values()} <= set(by_device)
        for case, (holder, epoch) in now.items():
            by_device[holder].save_raw(handed(by_device[holder], case, epoch))
        together(*(counter.sync for counter in counters))
        assert {holder for holder, _ in holders(own_hall).values()} == {f"{counters[0].enrolment.station}-desk"}
    assert own_hall.command("exceptions").lines == []
    assert own_hall.command("verify").json["ok"]


def test_a_hall_that_is_killed_while_it_gives_out_cases_gives_none_out_twice(own_hall: RealHall) -> None:
    counters, taken = sharing_station(own_hall)
    chance = random.Random(6)
    for _ in range(max(2, ROUNDS // 2)):
        over = threading.Event()

        def keep_claiming(counter: Village, over: threading.Event = over) -> None:
            while not over.is_set():
                with suppress(CounterError):
                    claim(counter, *chance.sample(taken, 3))

        threads = [threading.Thread(target=keep_claiming, args=(counter,)) for counter in counters]
        for thread in threads:
            thread.start()
        _until_claimed(own_hall, taken, chance.randrange(1, CASES))
        own_hall.stop(signal.SIGKILL)
        over.set()
        for thread in threads:
            thread.join()
        own_hall.start()
    for counter in counters:
        assert claim(counter, *taken).error is None
    for case in taken:
        [got] = claims_of(own_hall, case)
        assert holders(own_hall)[case] == (got, 2)
    for counter in counters:  # each heard once of each claim
        assert [kind for kind, _ in counter.fed_events()].count("claimed") == len(taken)
    assert own_hall.command("verify").json["ok"]


def _until_claimed(hall: RealHall, taken: list[CaseId], count: int) -> None:
    """Wait until so many are claimed, or all: the kill falls at another moment each time."""
    claimed = select(cases.c.case_n).where(cases.c.case_device == taken[0].device, cases.c.holder.not_like("%-desk"))
    with hall.opened() as opened:
        while True:
            with opened.store.read() as conn:
                if len(conn.execute(claimed).all()) >= min(count, len(taken)):
                    return
