"""`hall catalogue`: 240 items from a workbook with thirty wrong cells to a release, and out again as they are."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from openpyxl import load_workbook

from tests.support.catalogues import SHIPPED_ITEMS
from tests.support.county_items import PLANTS, county_documents, plant, raw_book, sheet_cells
from tests.sync.hall.conftest import Outcome, RealHall

MakeHall = Callable[[str], RealHall]


def code_of(outcome: Outcome) -> str:
    assert outcome.code == 1, outcome
    return str(outcome.json["error"]["code"])


def cells_of(file: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every cell of a workbook but those of the versions, which the hall gives."""
    book = load_workbook(io.BytesIO(file.read_bytes()), read_only=True)
    found = {}
    for page in book.worksheets[-12:]:
        rows = [tuple(row) for row in page.iter_rows(values_only=True)]
        width = len(rows[0]) - (rows[0][-1] == "版本")
        found[page.title] = [(*row, *[None] * len(rows[0]))[:width] for row in rows]
    return found


def test_240_items_with_30_wrong_cells_are_named_mended_released_and_come_out_as_they_went_in(
    make_hall: MakeHall, tmp_path: Path
) -> None:
    hall = make_hall("hall")
    hall.code_for("QX03")
    documents = [{**document, "version": None} for document in county_documents(240)]
    cells, spared = sheet_cells(documents), set[str]()
    good, wrong, out = tmp_path / "good.xlsx", tmp_path / "wrong.xlsx", tmp_path / "out.xlsx"
    good.write_bytes(raw_book(cells))
    chance = Random(30)
    planted = {plant(cells, chance, one, spared): one.code for one in chance.sample(PLANTS, 30)}
    wrong.write_bytes(raw_book(cells))

    refused = hall.command("catalogue", "import", str(wrong), "--apply")
    assert code_of(refused) == "catalogue_faults"
    faults = refused.json["faults"]
    assert {fault["place"]: fault["code"] for fault in faults} == planted
    assert len(faults) == 30
    for fault in faults:
        assert fault["place"] == f"{fault['sheet']}!{fault['column']}{fault['row']}"
        assert fault["problem"]
        assert fault["remedy"].startswith("这里写："), fault
    assert hall.command("catalogue", "show").json["releases"] == []

    done = hall.command("catalogue", "import", str(good), "--apply").json
    assert (done["applied"], done["release"], done["stations"]) == (True, 1, 1)
    assert {row["version"] for row in done["new"]} == {"1001"}
    assert (len(done["new"]), done["changed"], len(done["dropped"])) == (240, [], len(SHIPPED_ITEMS))

    exported = hall.command("catalogue", "export", "--out", str(out)).json
    assert exported["items"] == 240
    assert cells_of(out) == cells_of(good)
    again = hall.command("catalogue", "import", str(out), "--apply").json
    assert (again["release"], again["unchanged"]) == (None, 240)
    assert [again[key] for key in ("new", "changed", "dropped")] == [[], [], []]
    assert hall.command("verify").json["problems"] == []


def test_a_change_is_shown_cell_by_cell_before_it_is_released(make_hall: MakeHall, tmp_path: Path) -> None:
    hall = make_hall("hall")
    template, texts = tmp_path / "template.xlsx", tmp_path / "items.zip"
    assert hall.command("catalogue", "template", "--out", str(template)).json["items"] == 2
    dropped = hall.command("catalogue", "import", str(template), "--dry-run").json["dropped"]
    assert len(dropped) == len(SHIPPED_ITEMS) - 2, "what the file does not have is not offered any more"
    shown = hall.command("catalogue", "import", str(template), "--keep-others").json
    assert (shown["new"], shown["changed"], shown["dropped"], shown["unchanged"]) == ([], [], [], 2)
    book = load_workbook(template)
    page = book["期限"]
    row = next(row for row in page.iter_rows(min_row=2) if (row[0].value, row[1].value) == ("temporary_aid", "承诺"))
    before, row[2].value = row[2].value, 3
    book.save(template)
    for options in ((), ("--apply",)):
        [change] = hall.command("catalogue", "import", str(template), "--keep-others", *options).json["changed"]
        assert change["cells"] == [
            {"sheet": "期限", "row": "承诺", "column": "多长", "before": str(before), "after": "3"}
        ]
        assert (change["version_before"], change["version"]) == ("1", "1001")
    one = hall.command("catalogue", "show", "temporary_aid").json
    assert (one["version"], one["by"], one["item"]["limits"]["promise"]["length"]) == ("1001", "hall", 3)
    assert hall.command("catalogue", "export", "--out", str(texts)).code == 0
    assert hall.command("catalogue", "import", str(texts)).json["unchanged"] == len(SHIPPED_ITEMS)

    stale = load_workbook(template)  # made from the version before, by somebody who did not see the change
    page = stale["事项"]
    heads = [cell.value for cell in page[1]]
    at = next(row for row in page.iter_rows(min_row=2) if row[0].value == "temporary_aid")
    at[heads.index("版本")].value, at[heads.index("简称")].value = "1", "急难救助"
    at[heads.index("部门")].value = "county_moon_affairs"
    stale.save(template)
    refused = hall.command("catalogue", "import", str(template), "--keep-others")
    assert {(fault["code"], fault["column"]) for fault in refused.json["faults"]} == {
        ("version_behind", "P"), ("agency_unknown", "I"),
    }


def test_only_the_operator_releases_and_what_cannot_be_done_is_named(make_hall: MakeHall, tmp_path: Path) -> None:
    hall = make_hall("hall")
    file = tmp_path / "items.xlsx"
    hall.command("catalogue", "template", "--out", str(file))
    run = hall.command
    assert code_of(run("catalogue", "import", str(tmp_path / "nowhere.xlsx"))) == "given_missing"
    assert code_of(run("catalogue", "import", str(file), "--from", "next week")) == "valid_from_wrong"
    assert code_of(run("catalogue", "import", str(file), "--apply", "--from", "2020-01-01")) == "valid_from_past"
    assert code_of(run("catalogue", "export", "--out", str(tmp_path))) == "out_is_folder"
    assert code_of(run("catalogue", "show", "no_such_item")) == "item_unknown"
    assert run("catalogue", "import", str(file), "--apply", "--dry-run").code == 2
    (tmp_path / "notes.txt").write_text("事项", encoding="utf-8")
    assert code_of(run("catalogue", "import", str(tmp_path / "notes.txt"))) == "workbook_unreadable"
    hall.more["HALL_NEW_PIN"] = hall.more["HALL_PIN"] = "246810"
    assert run("user", "add", "boss", "--role", "admin").code == 0
    assert run("user", "add", "clerk", "--role", "clerk", "--user", "boss").code == 0
    assert code_of(run("catalogue", "import", str(file), "--apply", "--user", "clerk")) == "catalogue_not_yours"
    assert run("catalogue", "import", str(file), "--apply", "--user", "boss").json["release"] == 1


def test_verify_tells_of_a_release_that_is_not_where_the_table_says(make_hall: MakeHall, tmp_path: Path) -> None:
    hall = make_hall("hall")
    file = tmp_path / "items.xlsx"
    hall.command("catalogue", "template", "--out", str(file))
    hall.command("catalogue", "import", str(file), "--apply")
    assert hall.command("verify").json["ok"]
    assert hall.change("UPDATE item_pieces SET seq = 99") == 1
    found = {problem["problem"] for problem in hall.command("verify").json["problems"]}
    assert {"items_not_released", "items_not_registered"} <= found


def test_a_hall_of_an_earlier_program_gets_the_table_and_releases(make_hall: MakeHall, tmp_path: Path) -> None:
    hall = make_hall("hall")
    hall.change("DROP TABLE item_pieces")
    hall.change("UPDATE hall_facts SET value = '8' WHERE name = 'schema'")
    file = tmp_path / "items.xlsx"
    assert hall.command("catalogue", "template", "--out", str(file)).code == 0
    assert json.loads(hall.command("catalogue", "import", str(file), "--apply").out)["release"] == 1
