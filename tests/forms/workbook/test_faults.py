"""What is wrong in a workbook is named by sheet, row and column, all of it in one run, and nothing else is."""

from __future__ import annotations

from copy import deepcopy
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms.item_document import content_of
from forms.workbook.layout import layout
from forms.workbook.reading import read_workbook
from tests.support.county_items import PLANTS, Plant, county_documents, plant, raw_book, sheet_cells


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(PLANTS), st.integers(0, 2**32))
def test_any_single_wrong_cell_is_named_and_no_other(wrong: Plant, seed: int) -> None:
    cells = sheet_cells(county_documents(5, seed))
    if wrong.key == "examples" and not any(row[3] == "日期" for row in cells["字段"]):
        return
    if wrong.sheet == "法律用语" and len(cells["法律用语"]) == 1:
        return
    place = plant(cells, Random(seed), wrong, set())
    found = read_workbook(raw_book(cells))
    assert {(str(fault.place), fault.code) for fault in found.faults} == {(place, wrong.code)}
    assert len(found.items) == 4


def test_two_wrong_cells_of_one_item_are_found_in_the_same_run() -> None:
    cells = sheet_cells(county_documents(1))
    cells["事项"][1][1] = None
    cells["字段"][-1][5] = "nobody=是"
    cells["材料"][1][6] = 99
    found = {(str(fault.place), fault.code) for fault in read_workbook(raw_book(cells)).faults}
    last = len(cells["字段"])
    assert found == {("事项!B2", "cell_empty"), (f"字段!F{last}", "field_not_above"), ("材料!G2", "too_large")}


def test_a_text_that_no_paper_could_show_is_named_before_it_stops_the_papers() -> None:
    cells = sheet_cells(county_documents(2))
    cells["事项"][1][1] = "高龄\ue123津贴"
    cells["材料"][1][2] = "证明\ue124"
    cells["办理指南"][1][2] = "大厅一楼☎"
    faults = read_workbook(raw_book(cells)).faults
    assert {(str(fault.place), fault.code, fault.params["codes"]) for fault in faults} == {
        ("事项!B2", "not_printable", "U+E123"), ("材料!C2", "not_printable", "U+E124"),
    }


def test_rows_of_an_item_that_is_not_there_are_told_once_a_sheet() -> None:
    cells = sheet_cells(county_documents(3))
    cells["事项"] = [row for row in cells["事项"] if row[0] != "item_001"]
    faults = read_workbook(raw_book(cells)).faults
    assert {fault.code for fault in faults} == {"item_without_row"}
    sheets = [fault.place.sheet for fault in faults]
    assert len(sheets) == len(set(sheets)) >= 8


def test_a_missing_sheet_column_or_part_is_named() -> None:
    cells = sheet_cells(county_documents(2))
    del cells["收费"]
    cells["情形"][0][2] = "名字"
    cells["期限"] = [row for row in cells["期限"] if row[0] != "item_000" or row[1] != "送达"]
    found = {(str(fault.place), fault.code) for fault in read_workbook(raw_book(cells)).faults}
    assert found == {
        ("收费", "sheet_missing"), ("情形!C1", "head_unknown"), ("情形!A1", "head_missing"), ("事项!A2", "key_missing"),
    }


@pytest.mark.parametrize("sheet", [sheet.name for sheet in layout().sheets if not sheet.optional])
def test_a_sheet_that_is_missing_is_one_fault_and_not_one_of_every_item(sheet: str) -> None:
    cells = sheet_cells(county_documents(4))
    del cells[sheet]
    [fault] = read_workbook(raw_book(cells)).faults
    assert (str(fault.place), fault.code) == (sheet, "sheet_missing")


def test_what_people_do_to_cells_is_forgiven_where_it_can_mean_only_one_thing() -> None:
    documents = county_documents(6)
    cells = sheet_cells(documents)
    for sheet in layout().sheets:
        rows = cells[sheet.name]
        rows.insert(1, [None] * len(rows[0]))  # blank rows
        rows.insert(len(rows), ["  "] * len(rows[0]))
        head = rows[0]
        for row in rows:
            row.reverse()  # columns in another order
        head[0] = f" {head[0]}　"
    for row in cells["期限"][2:-1]:
        row[2] = f" {row[2]} "  # a number typed as a text with blanks
        row[3] = {"承诺": "promise"}.get(row[3], row[3])
        row[4] = row[4].upper().translate(str.maketrans("_", "＿"))
    for row in cells["期限"][2:-1]:
        row[4] = row[4].lower()
    for row in cells["权限"][2:-1]:
        row[1] = {"镇": 5, "县": "４"}.get(row[1], row[1])
    read = read_workbook(raw_book(cells))
    assert [str(fault.place) for fault in read.faults] == []
    assert [content_of(item.document) for item in read.items] == [content_of(document) for document in documents]


@pytest.mark.parametrize("value", ["", None, "   "])
def test_a_book_without_items_says_so(value: str | None) -> None:
    cells = sheet_cells([])
    cells["事项"].append([value] * 16)
    [fault] = read_workbook(raw_book(deepcopy(cells))).faults
    assert fault.code == "no_items"
