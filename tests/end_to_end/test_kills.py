"""`kill -9` in the middle of an upload, again and again: nothing is lost and nothing comes twice.

A kill counts only if the hall's head then lay strictly between where the station began and where it ends.
COUNTER_TEST_KILLS=20 and COUNTER_TEST_LINES=500 take the counts of issue 2; the default is smaller.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count, cycle, islice
from pathlib import Path
from subprocess import Popen
from unittest.mock import patch

import pytest

from sync import journal
from sync.hall.home import open_hall
from tests.support.lines import big_line, good_line
from tests.support.programs import HallProgram, StationProgram, running
from tests.support.proxy import SlowLine, slow_line

KILLS = int(os.environ.get("COUNTER_TEST_KILLS", "2"))
BIG_CASES = 4 * KILLS
PLAIN_CASES = max(5, int(os.environ.get("COUNTER_TEST_LINES", "0")) - 10 - BIG_CASES)
RATE = 64 * 1024  # bytes a second: a frame takes about half a second
FRAME = 32 * 1024
MOST_TRIES = 25 * KILLS
SEED = 20260817


@dataclass
class Upload:
    """A station with a week's work, behind a slow line."""

    hall: HallProgram
    station: StationProgram
    line: SlowLine
    chance: random.Random
    cases: int

    def head_at_hall(self) -> int:
        """How far the hall has received the device's journal."""
        with patch.dict(os.environ, self.hall.environment()):
            hall = open_hall(self.hall.home)
        with hall.store.read() as conn:
            seq, _ = journal.head(conn, "QX03-01")
        hall.store.close()
        return seq

    def broken_off(self, kill: Callable[[Popen[bytes]], None]) -> int:
        """Start an exchange and kill one side at a random moment of it; the hall's head afterwards."""
        self.line.rate = RATE
        moment = self.line.up + self.chance.randrange(FRAME // 2, 3 * FRAME)
        sync = self.station.start("sync")
        while sync.poll() is None and not self.line.wait_until(moment, timeout_s=0.2):
            pass
        kill(sync)
        if self.hall.server is not None and self.hall.server.poll() is not None:
            self.hall.stop()
            self.hall.serve()
        sync.kill()
        sync.communicate()
        self.line.rate = None
        return self.head_at_hall()

    def kill_sync(self, sync: Popen[bytes]) -> None:
        sync.kill()

    def kill_serve(self, sync: Popen[bytes]) -> None:
        assert self.hall.server is not None
        self.hall.server.kill()
        self.hall.server.wait(120)


@pytest.fixture
def upload(tmp_path: Path) -> Iterator[Upload]:
    hall = HallProgram.at(tmp_path)
    with running(hall), slow_line(hall.url) as line:
        station = StationProgram.at(tmp_path).enrol(hall, url=line.url)
        lines = [*(big_line(n) for n in range(BIG_CASES)), *(good_line(n) for n in range(PLAIN_CASES))]
        assert len(station.intake(*lines).done().lines) == len(lines)
        yield Upload(hall, station, line, random.Random(SEED), len(lines))


def test_whoever_is_killed_in_the_middle_of_it_every_case_arrives_once(upload: Upload):
    last, counted, more = upload.station.verified()["events"], 0, count(BIG_CASES)
    for victim in islice(cycle((upload.kill_sync, upload.kill_serve)), MOST_TRIES):
        before = upload.head_at_hall()
        if last - before < 15:  # too little left to be cut in two
            upload.station.intake(*(big_line(n) for n in islice(more, 5))).done()
            upload.cases += 5
            last = upload.station.verified()["events"]
        counted += before < upload.broken_off(victim) < last
        if counted == KILLS:
            break
    assert counted == KILLS
    result = upload.station.run("sync").done().json
    assert result["acknowledged"] == result["seq"]
    ours = upload.station.verified()
    theirs = upload.hall.run("verify").done().json
    assert theirs["ok"]
    assert theirs["cases"] == upload.cases
    assert upload.hall.head_of("QX03-01") == (ours["events"], ours["head"])
    assert len(upload.station.run("cases", "--limit", "100000").lines) == upload.cases
    assert upload.hall.run("exceptions").done().lines == []
