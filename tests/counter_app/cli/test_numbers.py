"""`numbers`, `slips`, `act CASE spoil`: the register of numbers by command."""

from __future__ import annotations

import json
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from counter_app.domain.moments import CHINA
from forms.catalogue import Catalogue
from tests.support.in_process import Counter
from tests.support.lines import accepted_line

THIS_YEAR = str(datetime.now(CHINA).year)


def series(counter: Counter, agency: str, kind: str = "N02") -> Any:
    found = counter.run("numbers", "--year", THIS_YEAR).done().json
    assert (found["explained"], found["unexplained"]) == (True, [])
    return next(row for row in found["series"] if (row["agency"], row["kind"]) == (agency, kind))


def test_a_paper_is_spoiled_and_the_report_says_what_became_of_each_number(counter: Counter) -> None:
    case = counter.intake(accepted_line("elder_allowance", 1)).done().lines[0]["case"]
    first = counter.run("case", case).done().json["notices"][1]["number"]
    given = json.dumps({"kind": "N02", "reason": "打印卡纸"})
    [again] = counter.by_clerk("act", case, "spoil", "--data", given).done().json["issued"]
    assert (again["kind"], again["number"] == first) == ("N02", False)
    agency = Catalogue.load().get("elder_allowance").agency
    sheets = (agency, "N02", "7", "--to", "8", "--year", THIS_YEAR)
    counter.by_clerk("numbers", "spoil", *sheets, "--reason", "撕坏").done()
    found = series(counter, agency)
    assert found["blocks"] == [{"device": "QX03-01", "first": 1, "last": 50}]
    assert (found["used"], found["returned"]) == ({"count": 2, "runs": [[1, 2]]}, [])
    assert [(row["first"], row["last"], row["case"], row["reason"]) for row in found["spoiled"]] == [
        (1, 1, case, "打印卡纸"), (7, 8, None, "撕坏"),
    ]  # fmt: skip
    assert [(row["next"], row["last"]) for row in found["open"]] == [(3, 6), (9, 50)]
    receipt = json.dumps({"kind": "N01", "reason": "打印卡纸"})
    assert counter.refused("act", case, "spoil", "--data", receipt) == "notice_without_number"
    assert counter.refused("numbers", "spoil", agency, "N02", "1", "--reason", "撕坏") == "number_used"
    assert counter.is_whole()


def test_a_machine_that_is_given_up_returns_its_numbers(counter: Counter) -> None:
    returned = counter.by_clerk("numbers", "return").done().json
    assert returned["count"] == sum(row["last"] - row["first"] + 1 for row in returned["returned"]) > 0
    assert series(counter, "town_government")["open"] == []
    assert counter.by_clerk("numbers", "return").done().json["count"] == 0


def test_a_pad_of_slips_is_a_file_and_stands_in_the_report(counter: Counter, tmp_path: Path) -> None:
    out = tmp_path / "slips.pdf"
    pad = counter.by_clerk("slips", "--count", "3", "--out", str(out)).done().json
    assert (pad["first"], pad["last"], pad["count"]) == ("QX03-01-S0001", "QX03-01-S0003", 3)
    read = subprocess.run(["pdftotext", str(out), "-"], capture_output=True, text=True, check=True).stdout
    assert read.count("QX03-01-S0003") == 2  # one for each copy
    counter.by_clerk("slips", "spoil", "2", "--reason", "写坏").done()
    entry = {"reason": "停电", "slip_no": "QX03-01-S0001"}
    late = {"outcome": "receive", "received_at": "2026-11-13T10:00:00", "late_entry": entry}
    counter.intake(accepted_line("elder_allowance", 2) | late).done()
    [row] = counter.intake(accepted_line("elder_allowance", 3) | late).lines
    assert row["error"]["code"] == "slip_used"
    [found] = counter.run("numbers").done().json["slips"]
    assert (found["used"]["runs"], [each["next"] for each in found["open"]]) == ([[1, 1]], [3])


def test_a_pad_that_could_not_be_written_takes_no_numbers(counter: Counter, tmp_path: Path) -> None:
    assert counter.refused("slips", "--count", "3", "--out", str(tmp_path)) == "out_is_folder"
    pad = counter.by_clerk("slips", "--count", "3", "--out", str(tmp_path / "pad.pdf")).done().json
    assert pad["first"] == "QX03-01-S0001"


@pytest.mark.parametrize("form", ["xlsx", "pdf", "csv"])
def test_the_register_is_a_ledger_too(shared_counter: Counter, tmp_path: Path, form: str) -> None:
    out = tmp_path / f"register.{form}"
    days = ("--from", f"{THIS_YEAR}-01-01", "--to", f"{THIS_YEAR}-12-31")
    made = shared_counter.run("ledger", "--kind", "numbers", *days, "--format", form, "--out", str(out)).done().json
    assert made["rows"] == len(shared_counter.run("numbers").done().json["series"]) > 0
    if form == "csv":
        rows = out.read_text(encoding="utf-8-sig").splitlines()
        assert rows[0].split(",")[:2] == ["序号", "机关"]
        assert f"受理通知书,{THIS_YEAR},QX03-01,1,50,,,1—50" in rows[1]


@pytest.mark.parametrize(
    "line",
    [("slips",), ("numbers", "spoil", "a", "N02"), ("numbers", "spoil", "a", "N02", "1"), ("numbers", "eat")],
    ids=" ".join,
)
def test_wrong_usage_of_numbers_ends_with_2(shared_counter: Counter, line: tuple[str, ...]) -> None:
    assert shared_counter.by_clerk(*line).code == 2
