"""The end of what a station knows of a person, by the two programs as an outsider runs them."""

from __future__ import annotations

from pathlib import Path

import pytest

from counter_app import bootstrap
from sync import chain, journal
from sync.key_vault import open_vault
from sync.keys import first_ratchet_key
from tests.support.lines import good_line
from tests.support.programs import HallProgram, StationProgram, running

HALF_A_YEAR = ("faketime", "-f", "+200d")


def test_a_case_past_its_time_is_erased_at_the_station_and_stays_at_the_hall(tmp_path: Path):
    hall = HallProgram.at(tmp_path)
    with running(hall):
        station = StationProgram.at(tmp_path).enrol(hall)
        over, still = good_line(1, "not_required"), good_line(2, "accept")
        rows = station.intake(over, still).done().lines
        for row in rows:
            for notice in row["notices"]:
                station.by_clerk("notice", row["case"], notice["kind"], "--out", str(tmp_path / "paper.pdf")).done()
        gone, stays = (row["case"] for row in rows)
        assert station.by_clerk("retention").done().json["kept"] == {"not_at_hall": 1}
        station.run("sync").done()
        assert station.by_clerk("retention").done().json["kept"] == {"in_time": 1}
        later = StationProgram(station.module, station.home, station.temp, station.settings, before=HALF_A_YEAR)
        papers = {path for path in (station.home / "vault").glob("??/*") if path.is_file()}
        looked = later.by_clerk("retention", "--dry-run").done().json
        assert (looked["dry_run"], looked["files_deleted"]) == (True, 0)
        assert [row["case"] for row in looked["cases"]] == [gone]
        assert {path for path in papers if path.is_file()} == papers
        assert later.by_clerk("retention", "--before", "2000-01-01").done().json["kept"] == {"after_day": 1}
        assert later.run("retention").error == "user_needed"
        later.run("user", "add", "李雷", "--role", "clerk", "--user", "王芳").done()
        assert later.run("retention", "--user", "李雷").error == "retention_not_administrator"
        done = later.by_clerk("retention").done().json
        assert done["cases"] == looked["cases"]
        assert done["files_deleted"] == len(rows[0]["notices"])
        station.verified()
        name, number = over["applicant"]["name"], over["applicant"]["id_number"]
        assert later.run("cases", "--query", name).done().lines == []
        [erased] = [row for row in later.run("cases").done().lines if row["case"] == gone]
        assert (erased["applicant"], erased["id_number"], erased["erased"]) == ("已到期清除", "", True)
        shown = later.run("case", gone).done().json
        assert (shown["erased"], shown["events"][-1]["kind"]) == (True, "erased")
        assert number not in str(shown)
        paper = ("notice", gone, "N01", "--out", str(tmp_path / "x.pdf"), "--reprint")
        assert later.by_clerk(*paper).error == "case_erased"
        station.run("sync").done()
        station.verified()
        assert hall.run("verify").done().json["ok"]
        assert hall.run("exceptions").done().out == ""
        assert [row["case"] for row in hall.run("cases", "--query", name).done().lines] == [gone]
        found = later.run("cases", "--query", still["applicant"]["name"]).done().lines
        assert stays in [row["case"] for row in found]
        assert later.by_clerk("retention").done().json["cases"] == []


def test_an_enrolled_home_keeps_nothing_that_gives_the_first_ratchet_key_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the key of an erased event could be made again from k(1), and what it said guessed back."""
    hall = HallProgram.at(tmp_path)
    with running(hall):
        station = StationProgram.at(tmp_path, slow_key_file=True).enrol(hall)
    for name, value in {**station.settings, "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent/bus"}.items():
        monkeypatch.setenv(name, value)
    vault = open_vault(station.home, bootstrap.KEY_SERVICE, bootstrap.PASSPHRASE)
    assert vault.load("ratchet") is None
    opened = bootstrap.open_station(station.home)
    with opened.store.read() as reading:
        hall_box, where, device = (reading.state.get(name) for name in ("hall_box_public", "hall", "device"))
        first = next(journal.rows(reading.connection, device))
    opened.close()
    derived = first_ratchet_key(opened.keys.box_private, hall_box, where, device)
    assert chain.event_key(derived) != first.e
