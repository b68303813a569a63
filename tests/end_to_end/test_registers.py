"""Registers of what the hall does with a case: a station has them by the feed, as it has the case."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from counter_app.domain.case import Case
from counter_app.services.ledgers import masked
from forms.examples import example_line
from tests.support.county import Machine, SmallCounty
from tests.support.walk import CHIEF

FIRST, LAST = date(2026, 11, 1), date(2027, 1, 31)


def register(machine: Machine, kind: str) -> list[dict[str, Any]]:
    ledger = masked(machine.station.desk, kind, FIRST, LAST)
    return [dict(zip((column.code for column in ledger.columns), row.cells, strict=True)) for row in ledger.rows]


def taken_in(machine: Machine, n: int) -> Case:
    line = example_line(machine.station.desk.catalogue.get("elder_allowance"), "accept", n)
    case = machine.station.intake.take_in(CHIEF, line).case
    assert case is not None
    return case


def test_special_procedures_and_joint_cases_of_the_hall_stand_in_the_stations_registers(county: SmallCounty) -> None:
    machine = county.machines["YL01"]
    alone, together = taken_in(machine, 1), taken_in(machine, 2)
    machine.station.acts.act(CHIEF, str(alone.id), "submit", {})
    machine.station.acts.act(CHIEF, str(together.id), "hand_over", {})
    machine.sync()
    began = county.clock.now.date()
    county.by_hall(alone.id, "suspend", {"ground": "inspection", "needed_days": 10, "reason": "现场勘验"})
    agencies = ["county_civil_affairs", "county_market_regulation"]
    county.by_hall(together.id, "pass_on", {"co_agencies": agencies, "reply_days": 3, "feedback": "是否同意"})
    machine.sync()
    [special] = register(machine, "special")
    assert (special["kind"], special["days"], special["approved_by"]) == ("检验", "", "钱局")
    assert "没有结束" in special["span"]
    first, second = register(machine, "joint")
    assert (first["co_agency"], second["co_agency"]) == ("云岭县民政局", "云岭县市场监督管理局")
    assert first["number"]
    assert first["answered_at"] == first["opinion"] == first["missed"] == ""

    county.clock.now += timedelta(days=3)
    county.by_hall(alone.id, "resume", {"result": "合格"})
    county.by_hall(alone.id, "extend", {"reason": "情况复杂"})
    opinions = [
        {"agency": agencies[0], "opinion": "agree", "note": "无异议"},
        {"agency": agencies[1], "opinion": "absent"},
    ]
    county.by_hall(together.id, "join", {"opinions": opinions})
    machine.sync()
    special, extended = register(machine, "special")
    assert special["days"] == 4
    assert special["span"] == f"{began} 至 {began + timedelta(days=3)}"
    assert (extended["kind"], extended["days"]) == ("延期", 10)
    first, second = register(machine, "joint")
    assert (first["opinion"], first["missed"]) == ("同意 无异议", "")
    assert first["answered_at"]
    assert (second["opinion"], second["missed"], second["answered_at"]) == ("", "缺席", "")
    assert register(county.machines["QX03"], "joint") == []
