"""The hall's power goes at any moment while a station uploads: what it acknowledged is there, events and scans."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.hall import home as hall_home
from sync.hall import verify
from sync.hall.attachments import path_of
from tests.faults.power import Disk, Recording, record_script
from tests.support.budgets import examples
from tests.support.county import SmallCounty

SEED = 20261123
MOMENTS = examples(8)
MOST_MOMENTS_TO_FIND = 80
SETTINGS = {
    "COUNTER_PASSPHRASE": "station words", "HALL_PASSPHRASE": "hall words",
    "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent/bus",
}
_LAZY = """
from sync.hall import store
kept = store._prepare_sqlite
def lazy(connection, record):
    kept(connection, record)
    connection.execute("PRAGMA synchronous = OFF")
store._prepare_sqlite = lazy
"""
_MORNING = """
import json, sys
from pathlib import Path
from PIL import Image
from tests.support.county import SmallCounty
from tests.support.lines import accepted_line
from tests.support.walk import CHIEF
folder = Path(sys.argv[1])
county = SmallCounty.again(folder, ["QX03"])
machine = county.machines["QX03"]
for n in range(3):
    scan = folder / f"{n}.png"
    Image.effect_noise((160, 160), 40 + n).save(scan)
    line = accepted_line("elder_allowance", n)
    line["materials"][0]["files"] = [str(scan)]
    machine.station.intake.take_in(CHIEF, {**line, "outcome": "accept"})
    result = machine.sync()
    with machine.station.store.read() as reading:
        h = reading.head()
        files = [row.sha256.hex() for row in reading.connection.exec_driver_sql(
            "select sha256 from uploads where whole_ms is not null")]
    print(json.dumps({"device": machine.device, "seq": h[0], "h": h[1].hex(), "files": files}), flush=True)
"""


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    return _recorded(tmp_path_factory.mktemp("county"), "")


def test_what_the_hall_acknowledged_survives_a_power_cut_at_any_moment(recorded: Recording, tmp_path: Path) -> None:
    chance = random.Random(SEED)
    losses = [loss for n in range(MOMENTS) for loss in _losses(recorded, chance, tmp_path / str(n))]
    assert losses == []


def test_a_hall_that_does_not_wait_for_the_disk_is_found(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    (tmp_path / "county").mkdir()
    lazy = _recorded(tmp_path / "county", _LAZY)
    assert any(any(_losses(lazy, chance, tmp_path / str(n))) for n in range(MOST_MOMENTS_TO_FIND))


def _recorded(folder: Path, fault: str) -> Recording:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in SETTINGS.items():
            patch.setenv(name, value)
        county = SmallCounty(folder)
        county.add_station("QX03")
        county.close()
    return record_script(folder / "hall", fault + _MORNING, str(folder), SETTINGS)


def _losses(recording: Recording, chance: random.Random, place: Path) -> Iterator[str]:
    """What of the acknowledged is not there at one moment, or what `hall verify` finds. The home is gone afterwards."""
    end = chance.randint(1, len(recording.done))
    disk = Disk.of(recording.before)
    for done in recording.done[:end]:
        disk.do(done)
    place.mkdir(mode=0o700)
    disk.after_power_cut(chance, place)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HALL_PASSPHRASE", SETTINGS["HALL_PASSPHRASE"])
        patch.setenv("DBUS_SESSION_BUS_ADDRESS", SETTINGS["DBUS_SESSION_BUS_ADDRESS"])
        try:
            yield from (f"at {end}: {loss}" for loss in _lost(recording, end, place))
        except Exception as damaged:  # noqa: BLE001  whatever the store says of itself is a loss
            yield f"at {end}: {damaged}"
    shutil.rmtree(place)


def _lost(recording: Recording, end: int, place: Path) -> Iterator[str]:
    hall = hall_home.open_hall(place)
    try:
        yield from map(str, verify.verify(hall).problems)
        for said in recording.said_until(end):
            with hall.records.read() as tx:
                if (h := tx.journals.hash_at(said["device"], said["seq"])) is None or h.hex() != said["h"]:
                    yield f"event {said['seq']} is lost"
            yield from (f"scan {x[:8]} is lost" for x in said["files"] if not path_of(place, bytes.fromhex(x)).exists())
    finally:
        hall.store.close()
