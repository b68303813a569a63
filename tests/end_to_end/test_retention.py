"""The end of what a station knows of a person, by the two programs as an outsider runs them."""

from __future__ import annotations

from pathlib import Path

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
