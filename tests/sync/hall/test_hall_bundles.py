"""Bundles at a hall on SQLite and on PostgreSQL: the same in, the same out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from counter_app.domain.people import Person, Role
from counter_app.services.papers import Papers
from forms.catalogue import Catalogue
from forms.examples import example_line
from sync.hall.places import revoke
from tests.support.county import SmallCounty
from tests.support.postbag import SUPERVISOR, answered, brought, packed, round_trip, unpacked
from tests.sync.hall.conftest import HallMaker

CHIEF = Person("周敏", frozenset({Role.CHIEF}))
BIRTH = Catalogue.load().get("birth_registration")


@pytest.fixture
def county(
    tmp_path: Path, hall_maker: HallMaker, database: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[SmallCounty]:
    monkeypatch.setenv("COUNTER_PASSPHRASE", "station words")
    monkeypatch.setenv("HALL_PASSPHRASE", "a passphrase for tests")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.setattr(Papers, "render_all", lambda *_: [])
    hall = hall_maker.make(tmp_path / "hall", tmp_path, database)
    made = SmallCounty(tmp_path)
    yield made
    made.close()
    hall_maker.end(hall)


def test_a_bundle_is_taken_in_once_however_often_it_comes_and_answered(county: SmallCounty, tmp_path: Path) -> None:
    machine = county.add_station("QX03")
    Image.new("L", (900, 900), 200).save(tmp_path / "scan.png")
    line = example_line(BIRTH, "accept", 1)
    line["materials"][0]["files"] = [str(tmp_path / "scan.png")]
    machine.station.intake.take_in(CHIEF, line)
    exported = packed(machine, tmp_path / "bag.ctb")
    first, second = (brought(county, tmp_path / "bag.ctb") for _ in range(2))
    assert (first.error, first.events, first.attachments) == (None, exported.events, 1)
    assert (second.error, second.events, second.duplicates) == (None, 0, exported.events)
    files = answered(county, machine.device, tmp_path / "back.ctb")
    assert unpacked(machine, files).acknowledged == exported.events
    assert round_trip(county, machine, tmp_path).error is None
    assert machine.station.sending.outbox().waiting == ()
    assert len(county.hall_cases()) == 1
    assert county.hall_problems() == []


def test_whoever_took_in_a_revoked_machines_bundle_is_on_record(county: SmallCounty, tmp_path: Path) -> None:
    machine = county.add_station("QX03")
    machine.station.intake.take_in(CHIEF, example_line(BIRTH, "accept", 1))
    file = packed(machine, tmp_path / "bag.ctb").parts[0].file
    with county.hall.store.write() as conn:
        revoke(conn, machine.device, county.hall.now_ms)
    refused = brought(county, file).error
    assert refused is not None
    assert refused.code == "bundle_of_revoked"
    assert brought(county, file, SUPERVISOR).error is None
    with county.hall.store.read() as conn:
        assert conn.exec_driver_sql("SELECT part, person FROM bundle_parts").one() == (1, SUPERVISOR.name)
