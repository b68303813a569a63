"""`kill -9` in the middle of a bundle export: what has its name is whole, and nothing else counts as given.

COUNTER_TEST_EXAMPLES=20 makes 20 times as many kills, COUNTER_BUNDLE_KILLS_SEED takes other moments.
"""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import wraps
from pathlib import Path
from typing import Any

import pytest

from counter_app.adapters.store.exchange_ledger import ExchangeLedger
from counter_app.domain.people import Person, Role
from forms.catalogue import Catalogue
from forms.examples import example_line
from sync import bundle_writing, journal
from sync.bundle_files import BundleFiles
from sync.bundle_part import PartWriter
from sync.bundle_ports import GivenBundle
from tests.support.budgets import examples
from tests.support.county import Machine, SmallCounty
from tests.support.key_files import quick_key_files
from tests.support.postbag import answered, brought, unpacked

KILLS = examples(5)
SEED = int(os.environ.get("COUNTER_BUNDLE_KILLS_SEED", "20261122"))
PART = 150 * 1024
SCAN = 90_000
MOST_STEPS = 40  # of an export as it is here: two for each frame, each sync, each rename, and each note in the store
CHIEF = Person("周敏", frozenset({Role.CHIEF}))
BIRTH = Catalogue.load().get("birth_registration")

pytestmark = pytest.mark.usefixtures("papers_later")


@pytest.fixture
def county(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallCounty]:
    monkeypatch.setattr(bundle_writing, "LEAST_PART", PART)
    with quick_key_files():
        made = SmallCounty(tmp_path)
        made.add_station("QX03")
        yield made
        made.close()


def test_a_killed_export_leaves_whole_parts_and_the_next_one_brings_the_rest(
    county: SmallCounty, tmp_path: Path
) -> None:
    station = Postbag(county, tmp_path / "stick", random.Random(SEED))
    while station.kills < KILLS:
        station.takes_in()
        station.export_is_killed()
        station.what_is_on_the_stick_is_taken_in()
        if station.chance.random() < 0.4:
            station.hears_of_the_hall()
    station.goes_on_to_the_end()
    station.what_is_on_the_stick_is_taken_in()
    station.hears_of_the_hall()
    assert station.machine.station.sending.outbox().waiting == ()
    assert len(county.hall_cases()) == station.cases
    assert station.machine.station.verifier.verify().ok
    assert county.hall_problems() == []


class Postbag:
    """A station whose exports are killed, and a stick that is carried to the hall."""

    def __init__(self, county: SmallCounty, stick: Path, chance: random.Random) -> None:
        self.county, self.stick, self.chance = county, stick, chance
        self.kills = self.cases = 0
        stick.mkdir()

    @property
    def machine(self) -> Machine:
        return self.county.machines["QX03"]

    def takes_in(self) -> None:
        self.cases += 1
        line: dict[str, Any] = example_line(BIRTH, "accept", self.cases)
        scan = self.stick.parent / f"{self.cases}.pdf"
        scan.write_bytes(b"%PDF-1.4\n" + self.chance.randbytes(SCAN) + b"\n%%EOF\n")
        line["materials"][0]["files"] = [str(scan)]
        self.machine.station.intake.take_in(CHIEF, line)
        self.county.clock.now += timedelta(minutes=1)

    def export_is_killed(self) -> None:
        """In a process of its own, at a random step; a stick of before is overwritten or gone on with."""
        goes_on = self.machine.station.bundles.is_begun() and self.chance.random() < 0.6
        if not goes_on:
            for file in self.stick.iterdir():
                file.unlink()
        self.machine.station.close()
        at = self.chance.randrange(1, MOST_STEPS)
        child = os.fork()
        if child == 0:
            ended = 1
            try:
                _die_at(at)
                self._opened().station.bundles.export(self.stick / "bag.ctb", part_bytes=PART, go_on=goes_on)
                ended = 0
            finally:
                os._exit(ended)
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status) or os.waitstatus_to_exitcode(status) == 0
        self.kills += os.WIFSIGNALED(status)
        self.county.machines["QX03"] = self._opened()

    def _opened(self) -> Machine:
        return self.county.opened(self.county.folder / "QX03")

    def what_is_on_the_stick_is_taken_in(self) -> None:
        """Every part, in its order; what the station believes given is at the hall then."""
        for file in sorted(self.stick.glob("*.ctb"), key=BundleFiles().order):
            taken = brought(self.county, file)
            assert taken.error is None, (file.name, taken.error)
        given = self.given()
        if given is None:
            return
        with self.county.hall.store.read() as conn:
            assert journal.head(conn, self.machine.device)[0] >= given.seq
        with self.county.hall.records.read() as tx:
            wanted = [*given.done, *([given.begun[0]] if given.begun else [])]
            held = {sha256: (size, state) for sha256, size, state in tx.held(wanted)}
        assert {state for sha256, (_, state) in held.items() if sha256 in given.done} <= {"whole"}
        assert given.begun is None or held[given.begun[0]][0] >= given.begun[1]

    def given(self) -> GivenBundle | None:
        with self.machine.station.store.read() as reading:
            return reading.bundle()

    def hears_of_the_hall(self) -> None:
        self.county.clock.now += timedelta(minutes=1)
        files = answered(self.county, self.machine.device, self.stick.parent / "back.ctb")
        assert unpacked(self.machine, files).error is None

    def goes_on_to_the_end(self) -> None:
        """What a person does next morning: the rest of what was begun, and then what came since."""
        bundles = self.machine.station.bundles
        if bundles.is_begun():
            bundles.export(self.stick / "bag.ctb", part_bytes=PART, go_on=True)
            self.what_is_on_the_stick_is_taken_in()
            self.county.clock.now += timedelta(minutes=1)
        bundles.export(self.stick / "new.ctb", part_bytes=PART)


def _die_at(step: int) -> None:
    """Let this process be killed at that step, before or behind what an export does to the stick and the store."""
    left = step

    def passed() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def counted(function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def around(*given: Any, **named: Any) -> Any:
            passed()
            result = function(*given, **named)
            passed()
            return result

        return around

    for owner, name in ((PartWriter, "write"), (os, "fsync"), (Path, "replace"), (ExchangeLedger, "store_bundle")):
        setattr(owner, name, counted(getattr(owner, name)))
