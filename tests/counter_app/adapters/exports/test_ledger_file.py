from __future__ import annotations

import csv
import hashlib
import os
import re
import subprocess
import tracemalloc
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from counter_app.adapters.exports.ledger_file import FORMATS, export_ledger, ledger_bytes
from counter_app.adapters.exports.pdf import LAYOUTS
from counter_app.domain.errors import CounterError
from counter_app.domain.identifiers import CaseId
from counter_app.domain.states import CaseState
from counter_app.services import agent_ledger
from counter_app.services.ledger import _CELLS, Column, Ledger, Row, Total
from resources.texts import text
from tests.support.disks import make_read_only, mounted

RARE = "䶮𬭎㼆𪻐犇"
CASE_NO = "11370124MB2850123X1000109001000202611230001"


def a_ledger(rows: int = 1, **cells: Any) -> Ledger:
    columns = tuple(Column(code, text(f"ledger.column.{code}")) for code in _CELLS)
    plain = {"no": 1, "applicant": "王小明", "copies": 3, **cells}
    return Ledger(
        title="窗口办件日台账",
        heading="柳河镇便民服务中心　2026-11-23",
        columns=columns,
        rows=tuple(
            Row(CaseId("D1", n), CaseState.ACCEPTED, tuple({**plain, "no": n}.get(c.code, "") for c in columns))
            for n in range(1, rows + 1)
        ),
        totals=(Total("received", "收件", rows), Total("kind.PROMISE", "承诺件", rows)),
        made_at_ms=1_795_422_000_000,
    )


def sheet_of(ledger: Ledger) -> Any:
    return load_workbook(BytesIO(ledger_bytes(ledger, "xlsx"))).active


def xlsx_cell(sheet: Any, title: str) -> Any:
    [head] = [cell for row in sheet.iter_rows() for cell in row if cell.value == title]
    return sheet.cell(head.row + 1, head.column)


def pdf_text(ledger: Ledger, tmp_path: Path) -> list[str]:
    """The text of each page without white space, as poppler reads it."""
    file = tmp_path / "ledger.pdf"
    file.write_bytes(ledger_bytes(ledger, "pdf"))
    read = subprocess.run(["pdftotext", "-raw", file, "-"], capture_output=True, text=True, check=True).stdout
    return [re.sub(r"\s", "", page) for page in read.split("\f")[:-1]]


DANGEROUS = ["=HYPERLINK(1)", "+1", "-1", "@SUM(1)", "\t=1", "\r=1"]


@pytest.mark.parametrize("value", [*DANGEROUS, "440232199001010024", "2026-11-23", "1E5", "TRUE", "", "王\n小明"])
def test_text_in_a_workbook_stays_text_whatever_it_looks_like(value: str) -> None:
    cell = xlsx_cell(sheet_of(a_ledger(item=value)), "事项名称")
    assert cell.data_type == "s" or (value == "" and cell.value is None)
    assert (cell.value or "") == value.replace("\r", "_x000D_")
    assert cell.number_format == "@"


def test_counts_in_a_workbook_are_numbers_that_can_be_added() -> None:
    cell = xlsx_cell(sheet_of(a_ledger(copies=7)), "材料份数")
    assert (cell.value, cell.data_type) == (7, "n")


def test_a_workbook_keeps_three_columns_and_its_head_in_sight_and_on_every_page() -> None:
    sheet = sheet_of(a_ledger(3))
    assert sheet.freeze_panes == "D5"
    assert sheet.print_title_rows == "$1:$4"
    assert sheet.print_title_cols == "$A:$C"
    assert sheet.page_setup.orientation == "landscape"
    words = [cell.value for row in sheet.iter_rows() for cell in row if cell.value]
    assert {"收件", "承诺件", "合计"} <= set(words)
    assert any("首席代表" in str(word) for word in words)


def test_the_rows_of_a_workbook_are_not_all_held_at_once() -> None:
    def most(rows: int) -> int:
        tracemalloc.reset_peak()
        ledger_bytes(ledgers[rows], "xlsx")
        return tracemalloc.get_traced_memory()[1]

    ledgers = {rows: a_ledger(rows, remarks="王小明") for rows in (20, 120)}
    tracemalloc.start()
    try:
        most(20)  # what is loaded stays
        assert most(120) - most(20) < 200_000  # a million as cells of XlsxWriter
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("value", DANGEROUS)
def test_csv_does_not_run_in_a_spreadsheet(value: str) -> None:
    [cells] = list(csv.reader(StringIO(ledger_bytes(a_ledger(item=value), "csv").decode("utf-8-sig"), newline="")))[1:]
    assert f"'{value}" in cells


def test_csv_has_a_byte_order_mark_one_head_and_one_line_a_row() -> None:
    content = ledger_bytes(a_ledger(3, applicant=RARE, item='甲,"乙"'), "csv")
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(StringIO(content.decode("utf-8-sig"), newline="")))
    assert len(rows) == 4
    assert len(rows[0]) == len(_CELLS)
    assert all(RARE in row and '甲,"乙"' in row for row in rows[1:])


def test_every_column_has_its_place_on_paper() -> None:
    for layout, cells in zip(LAYOUTS[:2], (_CELLS, agent_ledger._CELLS), strict=True):
        assert sorted(code for field in layout for code in field.codes) == sorted(cells)


def test_the_paper_repeats_its_head_counts_its_pages_and_ends_with_signatures(tmp_path: Path) -> None:
    pages = pdf_text(a_ledger(40, applicant=RARE), tmp_path)
    assert len(pages) > 2
    for number, page in enumerate(pages, start=1):
        assert "窗口办件日台账" in page
        assert f"第{number}页，共{len(pages)}页" in page
        assert "首席代表" in page if number == len(pages) else "首席代表" not in page
    assert "合计收件40承诺件40" in pages[-1]
    assert "".join(pages).count(RARE) == 40
    assert all("申请人" in page for page in pages[:-1])


@pytest.mark.parametrize("rows", [0, 1, 9, 10, 11, 12, 13, 14])
def test_every_row_is_on_paper_and_the_signatures_stand_on_the_last_page(tmp_path: Path, rows: int) -> None:
    pages = pdf_text(a_ledger(rows, applicant="王小明", case_no=CASE_NO), tmp_path)
    assert "".join(pages).count("王小明") == rows
    assert "窗口人员" in pages[-1]


def test_a_row_that_is_longer_than_a_page_goes_on_on_the_next(tmp_path: Path) -> None:
    reason = "".join(f"第{n}条理由，" for n in range(1, 400))
    columns = tuple(Column(code, code) for code in ("no", "reason"))
    rows = tuple(Row(None, None, (n, reason if n == 2 else "短")) for n in range(1, 4))
    pages = pdf_text(Ledger("退件登记", "柳河镇", columns, rows, (), 0), tmp_path)
    assert len(pages) > 1
    whole = "".join(pages)
    assert all(f"第{n}条理由" in whole for n in (1, 57, 200, 399))


def test_every_font_of_the_paper_is_embedded(tmp_path: Path) -> None:
    file = tmp_path / "ledger.pdf"
    file.write_bytes(ledger_bytes(a_ledger(2, applicant=RARE), "pdf"))
    rows = subprocess.run(["pdffonts", file], capture_output=True, text=True, check=True).stdout.splitlines()[2:]
    assert rows
    assert all(row.split()[-5] == "yes" for row in rows)


def test_a_name_that_cannot_be_drawn_does_not_stop_the_ledger(tmp_path: Path) -> None:
    [page] = pdf_text(a_ledger(2, applicant="王\U0010fffd"), tmp_path)
    assert "王〓" in page
    assert "〓：" in page


@pytest.mark.parametrize("form", FORMATS)
def test_the_file_is_what_its_hash_says_and_replaces_an_older_one(tmp_path: Path, form: str) -> None:
    out = tmp_path / f"台账.{form}"
    out.write_bytes(b"older")
    sha256 = export_ledger(a_ledger(), form, out)
    assert hashlib.sha256(out.read_bytes()).hexdigest() == sha256
    assert os.listdir(tmp_path) == [out.name]


@pytest.mark.parametrize("form", FORMATS)
def test_nothing_goes_through_the_temp_folder(tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "none"))
    assert ledger_bytes(a_ledger(3), form)


def refusal(out: Path, rows: int = 1) -> str:
    with pytest.raises(CounterError) as refused:
        export_ledger(a_ledger(rows), "csv", out)
    return refused.value.code


def test_where_nothing_can_be_written_it_says_why(tmp_path: Path) -> None:
    assert refusal(tmp_path) == "out_is_folder"
    assert refusal(tmp_path / "none" / "a.csv") == "out_folder_missing"
    with mounted(tmp_path / "disk", "64k") as disk:
        (disk / "a.csv").write_bytes(b"older")
        assert refusal(disk / "a.csv", 5000) == "disk_full"
        assert (disk / "a.csv").read_bytes() == b"older"
        assert os.listdir(disk) == ["a.csv"]
        make_read_only(disk)
        assert refusal(disk / "b.csv") == "out_not_writable"
