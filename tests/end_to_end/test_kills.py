"""`kill -9` in the middle of an upload, again and again: nothing is lost and nothing comes twice.

A kill counts only if what the hall then had lay strictly between what it had before and all that there is, events or
bytes of scans. COUNTER_KILLS=200 takes the counts of issue 4, a third of them each for the client, the hall on
SQLite and the hall on PostgreSQL; the default is smaller. COUNTER_KILLS_SEED takes other moments.
"""

from __future__ import annotations

import hashlib
import os
import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from subprocess import Popen
from typing import NamedTuple
from unittest.mock import patch

import pytest
from PIL import Image
from sqlalchemy import func, select

from counter_app.bootstrap import open_station
from sync import journal
from sync.hall import attachments
from sync.hall.home import Hall, open_hall
from sync.hall.tables import attachments as files
from tests.support.homes import AGENT
from tests.support.in_process import Counter
from tests.support.lines import good_line
from tests.support.postgres import postgres
from tests.support.programs import HallProgram, StationProgram, running
from tests.support.proxy import SlowLine, slow_line

KILLS = -(-int(os.environ.get("COUNTER_KILLS", "3")) // 3)
SEED = int(os.environ.get("COUNTER_KILLS_SEED", "20260817"))
AT_ONCE = min(6, 1 + KILLS)  # cases
NOTES = 4  # of a case, 6 KB each, that do not pack and stand on no paper
SCAN_SIDE = 230  # pixels, of noise: 160 KB
RATE = 192 * 1024  # bytes a second
FRAME = 32 * 1024
LEAST_TO_CUT = 4 * FRAME
MOST_TRIES = 25 * KILLS
DEVICE = "QX03-01"


class Held(NamedTuple):
    """What the hall has of the device's work, or what there is: events, bytes of scans."""

    events: int
    bytes: int


@dataclass
class Upload:
    """A station with much work, behind a slow line."""

    hall: HallProgram
    opened: Hall
    station: StationProgram
    line: SlowLine
    chance: random.Random
    cases: int = 0
    scans: dict[bytes, int] = field(default_factory=dict)  # size by SHA-256

    @property
    def here(self) -> Counter:
        """The station's commands that no kill is to meet."""
        return Counter(self.station.home)

    @property
    def all(self) -> Held:
        return Held(int(self.here.run("verify").done().json["events"]), sum(self.scans.values()))

    def held(self) -> Held:
        with self.opened.store.read() as conn:
            seq, _ = journal.head(conn, DEVICE)
            return Held(seq, conn.scalar(select(func.sum(files.c.held))) or 0)

    def take_in(self, count: int) -> None:
        """So many more cases, each with a scan and notes."""
        lines = [self._with_scan(good_line(n)) for n in range(self.cases, self.cases + count)]
        taken = self.here.intake(*lines).done().lines
        self.cases += count
        with patch.dict(os.environ, self.station.environment()):
            opened = open_station(self.station.home)
        with closing(opened):
            for case in (row["case"] for row in taken for _ in range(NOTES)):
                note = "".join(chr(self.chance.randrange(0x4E00, 0x9000)) for _ in range(2000))
                opened.acts.act(AGENT, case, "annotate", {"note": note})

    def broken_off(self, kill: Callable[[Popen[bytes]], None]) -> Held:
        """Kill one side of an exchange at a random moment after it moved something; what the hall has afterwards."""
        self.line.rate, before = RATE, self.held()
        sync = self.station.start("sync")
        while sync.poll() is None and self.held() == before:
            self.line.wait_until(self.line.up + FRAME // 4, timeout_s=0.2)
        moment = self.line.up + self.chance.randrange(2 * FRAME)
        while sync.poll() is None and not self.line.wait_until(moment, timeout_s=0.2):
            pass
        kill(sync)
        if self.hall.server is not None and self.hall.server.poll() is not None:
            self.hall.stop()
            self.hall.serve()
        sync.kill()
        sync.communicate()
        self.line.rate = None
        return self.held()

    def kill_sync(self, sync: Popen[bytes]) -> None:
        sync.kill()

    def kill_serve(self, sync: Popen[bytes]) -> None:
        assert self.hall.server is not None
        self.hall.server.kill()
        self.hall.server.wait(120)

    def _with_scan(self, line: dict[str, object]) -> dict[str, object]:
        content = BytesIO()
        noise = self.chance.randbytes(3 * SCAN_SIDE * SCAN_SIDE)
        Image.frombytes("RGB", (SCAN_SIDE, SCAN_SIDE), noise).save(content, "PNG")
        raw = content.getvalue()
        self.scans[hashlib.sha256(raw).digest()] = len(raw)
        file = self.station.home.parent / f"scan{len(self.scans)}.png"
        file.write_bytes(raw)
        materials = line["materials"]
        assert isinstance(materials, list)
        first, *others = materials
        return {**line, "materials": [{**first, "files": [str(file)]}, *others]}


@pytest.fixture
def upload(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Upload]:
    with ExitStack() as open_until_the_end:
        db = ""
        if request.param == "postgresql":
            cluster = open_until_the_end.enter_context(postgres(durable=True))
            db = cluster.url(cluster.new_database())
        hall = HallProgram.at(tmp_path, db)
        open_until_the_end.enter_context(running(hall))
        line = open_until_the_end.enter_context(slow_line(hall.url))
        station = StationProgram.at(tmp_path).enrol(hall, url=line.url)
        with patch.dict(os.environ, hall.environment()):
            opened = open_hall(hall.home)
        open_until_the_end.callback(opened.store.close)
        made = Upload(hall, opened, station, line, random.Random(SEED))
        made.take_in(AT_ONCE)
        yield made


@pytest.mark.parametrize(
    ("upload", "victim"),
    [("sqlite", Upload.kill_sync), ("sqlite", Upload.kill_serve), ("postgresql", Upload.kill_serve)],
    ids=["client", "hall on sqlite", "hall on postgresql"],
    indirect=["upload"],
)
def test_whoever_is_killed_in_the_middle_of_it_everything_arrives_once(
    upload: Upload, victim: Callable[[Upload, Popen[bytes]], None]
) -> None:
    everything, counted, tries = upload.all, 0, 0
    while counted < KILLS and tries < MOST_TRIES:
        before, tries = upload.held(), tries + 1
        if everything.bytes - before.bytes < LEAST_TO_CUT:
            upload.take_in(AT_ONCE)
            everything = upload.all
        counted += before < upload.broken_off(lambda sync: victim(upload, sync)) < everything
    assert counted == KILLS
    result = upload.station.run("sync").done().json
    assert result["acknowledged"] == result["seq"]
    ours = upload.station.verified()
    theirs = upload.hall.run("verify").done().json
    assert theirs["ok"]
    assert theirs["cases"] == upload.cases == len(upload.here.cases())
    assert upload.hall.head_of(DEVICE) == (ours["events"], ours["head"])
    assert upload.held() == upload.all
    assert hashes_at(upload.opened) == set(upload.scans)
    assert upload.hall.run("exceptions").done().lines == []
    print(f"kills: {counted} counted of {tries}, {ours['events']} events, {upload.cases} cases,"  # noqa: T201
          f" {len(upload.scans)} scans of {everything.bytes} bytes")


def hashes_at(hall: Hall) -> set[bytes]:
    """Of the scans that the hall says it has whole, each as its file now is."""
    with hall.store.read() as conn:
        whole = [bytes(sha256) for sha256 in conn.scalars(select(files.c.sha256).where(files.c.whole))]
    return {hashlib.sha256(attachments.path_of(hall.home, sha256).read_bytes()).digest() for sha256 in whole}
