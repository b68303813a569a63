"""Files that are no workbook, or one that could eat the machine: refused with what they are, in bounded memory."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.styles import Font

from counter_app.domain.errors import InvalidInput
from forms.given_files import read_given
from forms.item_texts import read_zip, zip_of
from forms.workbook.opening import LONGEST_UNPACKED, MOST_ROWS
from forms.workbook.reading import read_workbook
from tests.support.county_items import county_documents, raw_book, sheet_cells

OLE = bytes.fromhex("d0cf11e0a1b11ae1")
GOOD = raw_book(sheet_cells(county_documents(2)))


def refusal(content: bytes) -> str:
    with pytest.raises(InvalidInput) as caught:
        read_workbook(content)
    return caught.value.code


def with_part(name: str, content: bytes) -> bytes:
    """The good book with one part replaced or added."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(GOOD)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            if part != name:
                new.writestr(part, old.read(part))
        new.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "workbook_unreadable"),
        ("事项编码,事项名称\n".encode(), "workbook_unreadable"),
        (GOOD[:-200], "workbook_unreadable"),
        (with_part("xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row"), "workbook_unreadable"),
        (with_part("xl/workbook.xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]><workbook/>"), "workbook_unreadable"),
        (OLE + bytes(600), "workbook_xls"),
        (OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "workbook_locked"),
        (bytes(21 << 20), "workbook_too_big"),
    ],
    ids=["empty", "csv", "cut", "broken sheet", "entities", "xls", "password", "too long"],
)
def test_what_is_no_workbook_is_named(content: bytes, code: str) -> None:
    assert refusal(content) == code


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = with_part("xl/media/zeros.bin", bytes(LONGEST_UNPACKED + 1))
    tracemalloc.start()
    assert refusal(bomb) == "workbook_too_big"
    assert tracemalloc.get_traced_memory()[1] < 8 << 20
    tracemalloc.stop()


def test_a_sheet_with_a_million_rows_is_refused_without_holding_them() -> None:
    book = load_workbook(io.BytesIO(GOOD))
    book["材料"].cell(1_048_576, 1, "item_000")  # what a stray format at the sheet's end does
    file = io.BytesIO()
    book.save(file)
    tracemalloc.start()
    assert refusal(file.getvalue()) == "workbook_too_many_rows"
    assert tracemalloc.get_traced_memory()[1] < 32 << 20
    tracemalloc.stop()
    assert MOST_ROWS < 1_048_576


def test_merged_cells_and_formulas_that_nobody_counted_are_named_by_cell() -> None:
    book = load_workbook(io.BytesIO(GOOD))
    book["材料"].merge_cells("D2:D3")
    book["事项"]["C2"] = '=LEFT(B2,4)'
    book["事项"]["B3"].font = Font(bold=True)
    file = io.BytesIO()
    book.save(file)
    found = {(str(fault.place), fault.code) for fault in read_workbook(file.getvalue()).faults}
    assert found >= {("材料!D2", "cells_merged"), ("事项!C2", "formula_without_value")}


def test_text_files_with_faults_are_named_by_file_and_line(tmp_path: Path) -> None:
    documents = county_documents(3)
    good = zip_of(documents)
    (tmp_path / "good.zip").write_bytes(good)
    assert [item.code for item in read_given(tmp_path / "good.zip").items] == [row["code"] for row in documents]
    with zipfile.ZipFile(io.BytesIO(good)) as archive:
        archive.extractall(tmp_path / "items")
    texts = tmp_path / "items"
    wrong = (texts / "item_001.yaml").read_text(encoding="utf-8").replace("kind: ", "kind: X", 1)
    (texts / "item_001.yaml").write_text(wrong.replace("source: 依据为样例", f"source: {'长' * 501}"), encoding="utf-8")
    (texts / "item_002.yaml").write_text("code: [", encoding="utf-8")
    found = read_given(texts)
    assert [item.code for item in found.items] == ["item_000"]
    lines = wrong.splitlines()
    at = {key: next(n for n, line in enumerate(lines, 1) if line.startswith(key)) for key in ("kind:", "source:")}
    places = [str(fault.place) for fault in found.faults]
    assert {f"item_001.yaml:{at['kind:']}", f"item_001.yaml:{at['source:']}"} < set(places)
    assert any(place.startswith("item_002.yaml:") for place in places)


def test_an_archive_that_is_locked_or_too_long_is_refused() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.yaml", bytes(2 << 20))
    with pytest.raises(InvalidInput, match="items_too_big"):
        read_zip(file.getvalue())
    with pytest.raises(InvalidInput, match="items_zip_unreadable"):
        read_zip(zip_of(county_documents(1))[:-30])
