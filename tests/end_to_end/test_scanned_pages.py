"""Pages scanned at a counter: sealed at once, light on the way, their originals kept until the hall has them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from counter_app.adapters.file_vault import VAULT_FOLDER
from counter_app.domain.people import Person, Role
from counter_app.services.pictures import Ink, Picture, ScannedPage
from counter_app.services.scans import settle_scans
from counter_app.services.stored_facts import Draft
from forms.catalogue import Catalogue
from forms.examples import example_line
from tests.support.county import Machine, SmallCounty
from tests.support.sheets import page_of_text, png

CHIEF = Person("周敏", frozenset({Role.CHIEF}))
BIRTH = Catalogue.load().get("birth_registration")

pytestmark = pytest.mark.usefixtures("papers_later")


@pytest.fixture
def county(tmp_path: Path) -> Iterator[SmallCounty]:
    made = SmallCounty(tmp_path)
    made.add_station("QX03")
    yield made
    made.close()


@pytest.fixture
def machine(county: SmallCounty) -> Machine:
    return county.machines["QX03"]


def scanned(n: int) -> ScannedPage:
    light = png(page_of_text((60 + n, 80)))
    taken = Picture(b"\xff\xd8\xff original" + bytes(9000 + n), 300, flat=True)
    return ScannedPage(taken, light, "image/png", light, 60, 80, 150, Ink.GREY, cut=False)


def files_of(machine: Machine) -> int:
    return sum(1 for file in (machine.station.home / VAULT_FOLDER).rglob("*") if file.is_file())


def test_an_original_stays_until_the_hall_has_its_page_and_then_only_the_page_is_left(
    county: SmallCounty, machine: Machine
) -> None:
    line = example_line(BIRTH, "accept", 1)
    line["materials"][0]["files"] = [machine.station.scans.keep(scanned(1))]
    taken = machine.station.intake.take_in(CHIEF, line)
    assert taken.case is not None
    [file] = taken.case.materials[0].files
    assert (file.size, file.media_type) == (scanned(1).after, "image/png")
    county.clock.now += timedelta(days=3)
    settle_scans(machine.station.desk)
    assert files_of(machine) == 2, "without a line the original is the only one there is"
    machine.sync()
    settle_scans(machine.station.desk)
    assert files_of(machine) == 1
    assert machine.station.desk.vault.get(file.sha256) == scanned(1).content


def test_a_page_that_nobody_names_goes_after_a_day_and_one_of_a_draft_stays(
    county: SmallCounty, machine: Machine
) -> None:
    scans, desk = machine.station.scans, machine.station.desk
    kept, forsaken = scans.keep(scanned(1)), scans.keep(scanned(2))
    material = {"id": BIRTH.materials[0].id, "form": "original", "files": [kept]}
    draft = machine.station.drafts.save(CHIEF, Draft(None, CHIEF.name, BIRTH.code, {"materials": [material]}))
    settle_scans(desk)
    assert files_of(machine) == 4, "it may have been scanned a moment ago"
    county.clock.now += timedelta(days=2)
    settle_scans(desk)
    assert files_of(machine) == 2
    assert forsaken != kept
    machine.station.intake.check_scan(kept)
    assert draft.id is not None
    machine.station.drafts.drop(draft.id)
    settle_scans(desk)
    assert files_of(machine) == 0
