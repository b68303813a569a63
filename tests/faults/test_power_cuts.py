"""The power goes at any moment: every act that was confirmed is there afterwards, with its papers and its scans.

COUNTER_TEST_EXAMPLES=20 takes 20 times as many moments.
"""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from counter_app.bootstrap import open_station
from counter_app.domain.case import Case
from counter_app.domain.identifiers import CaseId
from tests.faults.power import Disk, Recording, record
from tests.support.budgets import examples
from tests.support.in_process import Counter
from tests.support.lines import accepted_line, good_line
from tests.support.programs import CLERK, PIN

SEED = 20261123
MOMENTS = examples(12)
MOST_MOMENTS_TO_FIND = 60
SETTINGS = {
    "COUNTER_PASSPHRASE": "station words", "COUNTER_PIN": PIN, "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent/bus"
}


@pytest.fixture(scope="module")
def recording(enrolled_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """A morning at the counter: cases with scans and papers, and notes."""
    return _recorded(enrolled_home, tmp_path_factory.mktemp("morning"))


def test_what_was_confirmed_survives_a_power_cut_at_any_moment(recording: Recording, tmp_path: Path) -> None:
    chance = random.Random(SEED)
    cut = [Cut(recording, chance, tmp_path / str(n)) for n in range(MOMENTS)]
    assert [found for each in cut for found in each.losses()] == []
    assert any(each.confirmed for each in cut)


def test_a_store_that_does_not_wait_for_the_disk_is_found(enrolled_home: Path, tmp_path: Path) -> None:
    chance = random.Random(SEED)
    lazy = _recorded(enrolled_home, tmp_path / "lazy", lazy=True)
    cuts = (Cut(lazy, chance, tmp_path / str(n)) for n in range(MOST_MOMENTS_TO_FIND))
    assert any(any(each.losses()) for each in cuts)


class Cut:
    """One moment of a recording, and the home as it may stand on the disk after it."""

    def __init__(self, recording: Recording, chance: random.Random, home: Path) -> None:
        end = chance.randint(1, len(recording.done))
        disk = Disk.of(recording.before)
        for done in recording.done[:end]:
            disk.do(done)
        home.mkdir(mode=0o700, parents=True)
        disk.after_power_cut(chance, home)
        self.home = home
        self.end = end
        self.confirmed = [said for said in recording.said_until(end) if said.get("case")]

    def losses(self) -> Iterator[str]:
        """What the program finds wrong, and what of the confirmed is not there. The home is gone afterwards."""
        counter = Counter(self.home)
        verified = counter.run("verify")
        found = verified.json if verified.out else {}
        if verified.code != 0 or not found.get("ok"):
            yield f"at {self.end}: verify says {verified.out or verified.err}"
        else:
            yield from (f"at {self.end}: {said['case']} is lost" for said in self._lost())
        shutil.rmtree(self.home)

    def _lost(self) -> list[dict[str, Any]]:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in SETTINGS.items():
                patch.setenv(name, value)
            station = open_station(self.home)
        with station.store.read() as reading:
            lost = [said for said in self.confirmed if not _is_there(reading.case(CaseId.parse(said["case"])), said)]
        station.close()
        return lost


def _is_there(case: Case | None, said: dict[str, Any]) -> bool:
    """The case with the papers that were named when it was confirmed; an act that noted something, with its note."""
    if case is None or ("line" not in said and not case.notes):
        return False
    numbers = {paper.shown_number or str(case.id) for paper in case.notices}
    return all(row["number"] in numbers for row in said.get("notices") or [])


def _recorded(enrolled_home: Path, folder: Path, *, lazy: bool = False) -> Recording:
    home = folder / "home"
    folder.mkdir(exist_ok=True)
    shutil.copytree(enrolled_home, home)
    lines = [_with_scan(accepted_line("elder_allowance", n), folder, n) for n in range(3)]
    more = [good_line(n + 50) for n in range(3)]
    first, second = (folder / name for name in ("first.jsonl", "second.jsonl"))
    for file, rows in ((first, lines), (second, more)):
        file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    note = ("act", "QX03-01-0001-O", "annotate", "--data", '{"note": "来电询问"}', "--user", CLERK)
    by_clerk = [["intake", str(first), "--user", CLERK], list(note), ["intake", str(second), "--user", CLERK]]
    return record(home, by_clerk, SETTINGS, lazy=lazy)


def _with_scan(line: dict[str, Any], folder: Path, n: int) -> dict[str, Any]:
    scan = folder / f"{n}.png"
    Image.effect_noise((120, 160), 40 + n).save(scan)
    first, *others = line["materials"]
    return {**line, "materials": [{**first, "files": [str(scan)]}, *others]}
