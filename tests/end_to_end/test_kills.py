"""`kill -9` in the middle of an upload, again and again: nothing is lost and nothing comes twice.

A kill counts only if the hall's head then lay strictly between where the station began and where it ends.
COUNTER_TEST_KILLS=20 and COUNTER_TEST_LINES=500 take the counts of issue 2; the default is smaller.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from subprocess import Popen
from unittest.mock import patch

import pytest

from counter_app.bootstrap import open_station
from sync import journal
from sync.hall.home import open_hall
from tests.support.homes import AGENT
from tests.support.in_process import Counter
from tests.support.lines import good_line
from tests.support.programs import HallProgram, StationProgram, running
from tests.support.proxy import SlowLine, slow_line

KILLS = int(os.environ.get("COUNTER_TEST_KILLS", "2"))
BIG_CASES = 6 * KILLS
NOTES = 4  # of a big case
LEAST_TO_CUT = 35  # events; with less the first frame may be the last
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
    cases: int = 0

    @property
    def here(self) -> Counter:
        """The station's commands that no kill is to meet."""
        return Counter(self.station.home)

    def head_at_hall(self) -> int:
        """How far the hall has received the device's journal."""
        with patch.dict(os.environ, self.hall.environment()):
            hall = open_hall(self.hall.home)
        with hall.store.read() as conn:
            seq, _ = journal.head(conn, "QX03-01")
        hall.store.close()
        return seq

    def take_in_big(self, count: int) -> None:
        """So many more cases, each with about 15 KB of notes that do not pack well and stand on no paper."""
        taken = self.here.intake(*(good_line(n) for n in range(self.cases, self.cases + count))).done().lines
        self.cases += count
        with patch.dict(os.environ, self.station.environment()):
            opened = open_station(self.station.home)
        with closing(opened):
            for case in (row["case"] for row in taken for _ in range(NOTES)):
                note = "".join(chr(self.chance.randrange(0x4E00, 0x9000)) for _ in range(2000))
                opened.acts.act(AGENT, case, "annotate", {"note": note})

    def broken_off(self, kill: Callable[[Popen[bytes]], None]) -> int:
        """Kill one side of an exchange at a random moment after its first frame; the hall's head afterwards."""
        self.line.rate, before = RATE, self.head_at_hall()
        sync = self.station.start("sync")
        while sync.poll() is None and self.head_at_hall() == before:
            self.line.wait_until(self.line.up + FRAME // 4, timeout_s=0.2)
        moment = self.line.up + self.chance.randrange(FRAME)
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
        made = Upload(hall, station, line, random.Random(SEED))
        made.take_in_big(BIG_CASES)
        plain = [good_line(BIG_CASES + n) for n in range(PLAIN_CASES)]
        assert len(made.here.intake(*plain).done().lines) == PLAIN_CASES
        made.cases += PLAIN_CASES
        yield made


def test_whoever_is_killed_in_the_middle_of_it_every_case_arrives_once(upload: Upload):
    last, counted = upload.here.run("verify").done().json["events"], 0
    for victim in islice(cycle((upload.kill_sync, upload.kill_serve)), MOST_TRIES):
        before = upload.head_at_hall()
        if last - before < LEAST_TO_CUT:
            upload.take_in_big(BIG_CASES)
            last = upload.here.run("verify").done().json["events"]
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
    assert len(upload.here.cases()) == upload.cases
    assert upload.hall.run("exceptions").done().lines == []
