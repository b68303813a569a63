"""An entrusted village takes in what may be entrusted to one; what an older program accepted, the hall keeps."""

from __future__ import annotations

from pathlib import Path

import pytest

from counter_app.domain import acceptance
from counter_app.domain.case import Case
from counter_app.domain.states import CaseState
from counter_app.services import intake
from forms.examples import example_line
from tests.support.county import OPERATOR, Machine, SmallCounty, refused
from tests.support.walk import AGENT, CHIEF

TOWNSHIP_ONLY, ANYWHERE = "food_workshop", "temporary_aid"


@pytest.fixture
def county(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SmallCounty:
    monkeypatch.setenv("COUNTER_PASSPHRASE", "station words")
    monkeypatch.setenv("HALL_PASSPHRASE", "hall words")
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")
    return SmallCounty(tmp_path)


def line(machine: Machine, code: str, outcome: str, n: int) -> dict[str, object]:
    return example_line(machine.station.desk.catalogue.get(code), outcome, n)


def of_an_older_program(machine: Machine, outcome: str, n: int) -> Case:
    with pytest.MonkeyPatch.context() as patch:
        for module in (acceptance, intake):
            patch.setattr(module, "why_not_here", lambda scene: None)
        case = machine.station.intake.take_in(AGENT, line(machine, TOWNSHIP_ONLY, outcome, n)).case
    assert case is not None
    return case


def test_an_entrusted_village_takes_on_what_it_may_not_accept_and_the_hall_keeps_what_an_older_program_did(
    county: SmallCounty,
) -> None:
    village = county.add_station("QX03", "village", entrusted="all")
    station = village.station
    accepted = station.intake.take_in(AGENT, line(village, ANYWHERE, "accept", 1)).case
    assert accepted is not None
    assert accepted.state is CaseState.ACCEPTED
    taken_on = station.intake.take_in(AGENT, line(village, TOWNSHIP_ONLY, "receive", 2))
    assert (taken_on.case, [notice.kind for notice in taken_on.notices]) == (None, ["N14", "N15"])
    for person, outcome in ((AGENT, "accept"), (AGENT, "correct"), (CHIEF, "refuse"), (CHIEF, "receive")):
        given = line(village, TOWNSHIP_ONLY, outcome, 3)
        assert refused(lambda given=given, who=person: station.intake.take_in(who, given)) == "item_not_entrustable"

    old, waiting = of_an_older_program(village, "accept", 4), of_an_older_program(village, "receive", 5)
    village.sync()
    assert {case.id: case.state for case in county.hall_cases()} == {
        accepted.id: CaseState.ACCEPTED, old.id: CaseState.ACCEPTED, waiting.id: CaseState.RECEIVED,
    }
    ways = {way.action.value: way for way in station.cases.possibilities(AGENT, str(waiting.id))}
    why_not = ways["accept"].why_not
    assert why_not is not None
    assert (why_not.code, "不委托村（社区）受理" in ways["accept"].rule) == ("item_not_entrustable", True)
    station.acts.act(AGENT, str(old.id), "submit", {})  # what was accepted goes on
    station.acts.act(AGENT, str(waiting.id), "hand_over", {})
    village.sync()
    assert county.by_hall(waiting.id, "withdraw", {"signed": True}, OPERATOR).state is CaseState.WITHDRAWN
    village.sync()
    assert county.hall_problems() == []
    assert station.verifier.verify().ok
    with station.store.read() as reading:
        assert reading.troubles() == []
    county.close()
