"""What the hall decides is printed where the applicant stands: the station renders it from the event of the hall."""

from __future__ import annotations

import subprocess
from pathlib import Path

from counter_app.domain.case import Case
from counter_app.domain.events import NewEvent
from counter_app.station import Station
from forms.catalogue import Catalogue
from forms.examples import example_line
from tests.support.homes import AGENT, DEVICE, bring

NUMBER = "云民准〔2026〕7号"


def submitted(station: Station) -> Case:
    taken = station.intake.take_in(AGENT, example_line(Catalogue.load().get("temporary_aid"), "accept", 1)).case
    assert taken is not None
    return station.acts.act(AGENT, str(taken.id), "submit", {}).case


def words(pdf: bytes, folder: Path) -> str:
    (folder / "paper.pdf").write_bytes(pdf)
    return subprocess.run(
        ["pdftotext", "-raw", folder / "paper.pdf", "-"], capture_output=True, text=True, check=True
    ).stdout.replace("\n", "")


def test_a_decision_of_the_hall_is_rendered_as_it_was_when_the_hall_made_it(station: Station, tmp_path: Path) -> None:
    case = submitted(station)
    data = {"to": DEVICE, "decision_no": NUMBER, "notices": [{"kind": "N10", "template": "1", "number": NUMBER}]}
    bring(station, NewEvent("granted", case.id, case.epoch, "何伟", data, {}))
    station.acts.act(AGENT, str(case.id), "annotate", {"phone": "555 0177"})
    granted, notice = station.papers.find(str(case.id), "N10")
    said = words(station.papers.pdf(granted.id, notice), tmp_path)
    assert NUMBER in said
    assert case.applicant.name in said
    assert [row.kind for _, row in station.papers.unprinted() if row.kind == "N10"] == ["N10"]
    assert station.verifier.verify().ok
