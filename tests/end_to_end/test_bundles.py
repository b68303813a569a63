"""The USB postbag between a village and the hall: in any order, twice, with the line in between, and with every fault."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from math import isqrt
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from counter_app.domain.people import Person, Role
from counter_app.services.papers import Papers
from forms.catalogue import Catalogue
from forms.examples import example_line
from sync import journal
from sync.bundle_writing import LEAST_PART
from sync.hall.places import revoke
from tests.support.county import Machine, SmallCounty
from tests.support.postbag import SUPERVISOR, answered, brought, packed, round_trip, unpacked

CHIEF = Person("周敏", frozenset({Role.CHIEF}))
BIRTH = Catalogue.load().get("birth_registration")


@pytest.fixture
def county(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallCounty]:
    monkeypatch.setenv("COUNTER_PASSPHRASE", "station words")
    monkeypatch.setenv("HALL_PASSPHRASE", "hall words")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.setattr(Papers, "render_all", lambda *_: [])
    made = SmallCounty(tmp_path)
    made.add_station("QX03", "village")
    yield made
    made.close()


@pytest.fixture
def machine(county: SmallCounty) -> Machine:
    return county.machines["QX03"]


def take(machine: Machine, n: int, *scans: Path, outcome: str = "accept") -> str:
    """A case, with scans of its first material."""
    line: dict[str, Any] = example_line(BIRTH, outcome, n)
    if scans:
        line["materials"][0]["files"] = [str(scan) for scan in scans]
    taken = machine.station.intake.take_in(CHIEF, line)
    assert taken.case is not None
    return str(taken.case.id)


def scan(folder: Path, n: int, size: int) -> Path:
    """A picture of about that size in bytes, which cannot be packed smaller."""
    file, side = folder / f"scan-{n}.png", isqrt(size // 3)
    Image.frombytes("RGB", (side, side), random.Random(n).randbytes(side * side * 3)).save(file)
    return file


def passes(county: SmallCounty, minutes: int = 1) -> None:
    county.clock.now += timedelta(minutes=minutes)


def heads(county: SmallCounty, machine: Machine) -> tuple[tuple[int, bytes], tuple[int, bytes]]:
    """The head of the device's journal at the station and at the hall."""
    with county.hall.store.read() as conn:
        hall = journal.head(conn, machine.device)
    return machine.station.exchange.means.ledger.standing().head, hall


def all_is_there(county: SmallCounty, machine: Machine, cases: int) -> None:
    own, hall = heads(county, machine)
    assert own == hall
    assert len(county.hall_cases()) == cases
    assert county.hall_problems() == []
    assert machine.station.verifier.verify().problems == ()


def test_cases_and_scans_reach_the_hall_and_its_answer_comes_back(
    county: SmallCounty, machine: Machine, tmp_path: Path
) -> None:
    take(machine, 1, scan(tmp_path, 1, 300_000))
    take(machine, 2)
    passes(county)
    exported = packed(machine, tmp_path / "bag.ctb")
    assert (exported.cases, exported.scans, len(exported.parts)) == (2, 1, 1)
    taken = brought(county, tmp_path / "bag.ctb")
    assert (taken.error, taken.events, taken.duplicates, taken.attachments) == (None, exported.events, 0, 1)
    imported = unpacked(machine, answered(county, machine.device, tmp_path / "back.ctb"))
    assert (imported.error, imported.acknowledged) == (None, taken.acknowledged)
    assert machine.station.sending.outbox().waiting == ()
    all_is_there(county, machine, 2)
