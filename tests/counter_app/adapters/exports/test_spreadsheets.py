"""Every ledger and register in LibreOffice: what is opened there says what was written, whatever it looks like."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from counter_app.adapters.exports.ledger_file import ledger_bytes
from counter_app.services.ledger import Cell, Ledger, Row, Total
from counter_app.services.ledgers import KINDS, masked
from tests.support.stations import StationAtWork

DAY = date(2026, 11, 23)
TEXTS = (
    "=1+1", '=HYPERLINK("x")', "+8613800001234", "-5", "@SUM(A1)", "'=x", "'", "440232199001010024",
    "11010519491231002X", "0012", "2026-11-23", "3/4", "1E5", "TRUE", "王小明", "䶮𬭎㼆𪻐犇",
    '甲,"乙"', "第一行\n第二行", "100%", "１２３", "＝1",
    "a&b<c>", "_x0041_", "  王  小明 ",
)  # fmt: skip
pytestmark = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (libreoffice-calc) is not here")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every kind of ledger with hard texts in all its columns, in all forms, and each as LibreOffice reads it."""
    made = tmp_path_factory.mktemp("ledgers")
    station = StationAtWork(made)
    for kind in KINDS:
        whole = filled(masked(station.desk, kind, DAY, DAY))
        for form in ("xlsx", "csv"):
            (made / f"{kind}.{form}").write_bytes(ledger_bytes(whole, form))
        (made / f"{kind}.own.pdf").write_bytes(ledger_bytes(whole, "pdf"))
    books, plain = sorted(made.glob("*.xlsx")), sorted(made.glob("*.csv"))
    convert(made, made / "read", "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false", books)
    convert(made, made / "paper", "pdf:calc_pdf_Export", books)
    convert(made, made / "opened", "xlsx", plain, infilter="Text - txt - csv (StarCalc):44,34,76,1")
    return made


def convert(folder: Path, into: Path, to: str, given: list[Path], infilter: str = "") -> None:
    how = [f"--infilter={infilter}"] if infilter else []
    line = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", *how, "--convert-to", to]
    subprocess.run([*line, "--outdir", into, *given], check=True, capture_output=True, timeout=300)


def filled(ledger: Ledger) -> Ledger:
    """Rows for a few pages: each text stands in every column but the first, which counts."""
    width = len(ledger.columns)
    rows = [Row(None, None, (n, *[TEXTS[n % len(TEXTS)]] * (width - 2), 7)) for n in range(1, 6 * len(TEXTS) + 1)]
    return replace(ledger, rows=tuple(rows), totals=(*ledger.totals, Total("listed", "应收", 120_050, is_money=True)))


def cells_of(ledger: Ledger) -> list[list[str]]:
    return [[str(cell) for cell in row.cells] for row in ledger.rows]


def ledger_in(folder: Path, kind: str) -> Ledger:
    """What was written; made anew, which gives the same."""
    width = len(csv_rows(folder / f"{kind}.csv")[0])
    rows: list[tuple[Cell, ...]] = [
        (n, *[TEXTS[n % len(TEXTS)]] * (width - 2), 7) for n in range(1, 6 * len(TEXTS) + 1)
    ]
    return Ledger(kind, "", (), tuple(Row(None, None, cells) for cells in rows), (), 0)


def csv_rows(file: Path) -> list[list[str]]:
    with file.open(encoding="utf-8-sig", newline="") as content:
        return list(csv.reader(content))


@pytest.mark.parametrize("kind", KINDS)
def test_a_workbook_says_in_libreoffice_what_was_written(folder: Path, kind: str) -> None:
    found = csv_rows(folder / "read" / f"{kind}.csv")
    wanted = cells_of(ledger_in(folder, kind))
    width = len(wanted[0])
    rows = [row[:width] for row in found]
    begin = rows.index(wanted[0])
    assert rows[begin : begin + len(wanted)] == wanted
    assert {"1200.5", "1200.50"} & {cell for row in found for cell in row}
    assert found[0][0]
    [head] = [row[:width] for row in rows[begin - 1 : begin]]
    assert head == csv_rows(folder / f"{kind}.csv")[0]


@pytest.mark.parametrize("kind", KINDS)
def test_the_printed_workbook_repeats_its_head_on_every_page(folder: Path, kind: str) -> None:
    read = subprocess.run(
        ["pdftotext", "-layout", folder / "paper" / f"{kind}.pdf", "-"], capture_output=True, text=True, check=True
    ).stdout
    pages = [re.sub(r"\s", "", page) for page in read.split("\f")[:-1]]
    title = re.sub(r"\s", "", load_workbook(folder / f"{kind}.xlsx").active["A1"].value)
    assert len(pages) > 1
    head = csv_rows(folder / f"{kind}.csv")[0]
    assert all(title in page and head[0] in page for page in pages)
    assert "11010519491231002X" in "".join(pages)
    assert "䶮𬭎㼆𪻐犇" in "".join(pages)


@pytest.mark.parametrize("kind", KINDS)
def test_a_csv_runs_nothing_and_loses_nothing_in_libreoffice(folder: Path, kind: str) -> None:
    sheet: Any = load_workbook(folder / "opened" / f"{kind}.xlsx").active
    rows = list(sheet.iter_rows(min_row=2))
    assert all(cell.data_type != "f" for row in rows for cell in row)
    texts = {text for text in TEXTS if text not in ("2026-11-23", "3/4", "TRUE", "100%", "１２３")}
    said = {str(cell.value).removeprefix("'") for row in rows for cell in row}
    assert texts <= said


@pytest.mark.parametrize("kind", KINDS)
def test_a_csv_gives_back_every_text_once_one_apostrophe_is_taken_away(folder: Path, kind: str) -> None:
    found = [[cell.removeprefix("'") for cell in row] for row in csv_rows(folder / f"{kind}.csv")[1:]]
    assert found == cells_of(ledger_in(folder, kind))


@pytest.mark.parametrize("kind", KINDS)
def test_the_paper_has_every_column_title_on_every_page_and_room_for_all_texts(folder: Path, kind: str) -> None:
    file = folder / f"{kind}.own.pdf"
    read = subprocess.run(["pdftotext", "-raw", file, "-"], capture_output=True, text=True, check=True).stdout
    pages = [re.sub(r"\s", "", page) for page in read.split("\f")[:-1]]
    head = csv_rows(folder / f"{kind}.csv")[0]
    for page in pages[:-1]:
        assert all(re.sub(r"\s", "", title) in page for title in head)
    assert "1200.50" in pages[-1]
    assert "䶮𬭎㼆𪻐犇" in "".join(pages)
