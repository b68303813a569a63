"""Clocks that are wrong, zones that are wrong, and a year that changes in the middle of a case."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from counter_app.domain.moments import CHINA
from tests.support.lines import accepted_line, good_line
from tests.support.programs import HallProgram, StationProgram, running


@pytest.fixture
def station(enrolled_home: Path, tmp_path: Path) -> StationProgram:
    """An enrolled machine without a hall, with number blocks of this year only."""
    shutil.copytree(enrolled_home, tmp_path / "home")
    return StationProgram.at(tmp_path)


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HallProgram]:
    with running(HallProgram.at(tmp_path_factory.mktemp("hall"))) as served:
        yield served


def at(station: StationProgram, moment: str) -> StationProgram:
    """The same machine with its clock at a moment in China, or moved by a span such as -365d."""
    before = ("faketime", moment) if moment[0].isdigit() else ("faketime", "-f", moment)
    return replace(station, before=before, settings={**station.settings, "TZ": "Asia/Shanghai"})


def test_a_case_received_in_the_old_year_gets_its_number_in_the_new_one(station: StationProgram):
    year = datetime.now(CHINA).year
    evening = at(station, f"{year}-12-31 23:58:00")
    taken = evening.intake(accepted_line("elder_allowance", 1) | {"outcome": "receive"}).done().lines[0]
    morning = at(station, f"{year + 1}-01-01 00:02:00")
    accepted = morning.by_clerk("act", taken["case"], "accept").done().json
    [notice] = accepted["issued"]
    assert notice["number"].startswith(f"临〔{year + 1}〕")
    assert accepted["facts"]["saved"].startswith(f"{year}-12-31T23:58")
    assert accepted["facts"]["accepted"].startswith(f"{year + 1}-01-01T00:02")
    assert all(clock["provisional"] for clock in accepted["clocks"] if clock["code"] in {"K_PROM", "K_STAT"})
    old_year = at(station, f"{year}-12-31 23:59:00").intake(accepted_line("elder_allowance", 2)).done().lines[0]
    went_back_at_the_first_start = f"临〔{year}〕QX03-01-1"
    assert old_year["notices"][1]["number"] == went_back_at_the_first_start
    assert station.verified()["ok"]


@pytest.mark.parametrize("moved", ["-365d", "+365d"])
def test_a_clock_a_year_off_is_found_at_the_first_contact_and_loses_nothing(
    hall: HallProgram, tmp_path: Path, moved: str
):
    wrong = at(StationProgram.at(tmp_path), moved)
    wrong.run("enrol", "--hall", hall.url, "--code", hall.code("C365" if "-" in moved else "C366"), "--plain").done()
    wrong.run("user", "add", "王芳", "--role", "clerk,agent,chief").done()
    case = wrong.intake(good_line(1)).lines[0].get("case")
    result = wrong.run("sync").done().json
    assert result["acknowledged"] == result["seq"]
    checks = {check["name"]: check for check in wrong.run("doctor").done().json["checks"]}
    assert (checks["clock"]["state"], checks["clock"]["code"]) == ("failed", "clock_wrong")
    assert case is None or [row["case"] for row in hall.run("cases", "--query", case).done().lines] == [case]
    assert wrong.verified()["ok"]


@pytest.mark.parametrize("zone", ["America/New_York", "nonsense"])
def test_a_wrong_zone_changes_no_legal_day(station: StationProgram, zone: str):
    # 2026-11-22 20:00 UTC is Monday the 23rd in China, and the 22nd in New York
    before = ("env", "TZ=UTC", "faketime", "2026-11-22 20:00:00", "env", f"TZ={zone}")
    away = replace(station, before=before)
    taken = away.intake(accepted_line("elder_allowance", 1) | {"outcome": "receive"}).done().lines[0]
    found = away.run("case", taken["case"]).done().json
    [check] = found["clocks"]
    assert check["start"] == "2026-11-23"
    assert found["facts"]["saved"][:10] == "2026-11-23"


def test_a_late_entry_counts_from_its_true_receipt(station: StationProgram):
    line = accepted_line("elder_allowance", 1) | {
        "outcome": "receive",
        "received_at": "2026-11-16T09:30",
        "late_entry": {"reason": "停电", "slip_no": "手-0007"},
    }
    two_days_later = at(station, "2026-11-18 10:00:00")
    taken = two_days_later.intake(line).done().lines[0]
    [check] = two_days_later.run("case", taken["case"]).done().json["clocks"]
    assert (check["start"], check["first_day"], taken["due"]["check"]) == ("2026-11-16", "2026-11-17", check["due"])
