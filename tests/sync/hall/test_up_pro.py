"""What a row for the provincial hub must be, and how it is written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from counter_app.domain.errors import CounterError
from resources.codes import standard_codes
from sync.hall.up_pro.checks import Outcome, faults_of
from sync.hall.up_pro.files import creates, csv_of, dialect, inserts
from sync.hall.up_pro.folder import check_folder
from sync.hall.up_pro.tables import ColumnType, Table, Value, tables
from tests.sync.hall.conftest import RealHall

CODES = standard_codes()
ACCEPT = tables()[0]
MOMENT = datetime(2026, 11, 23, 9, 5, 7)  # noqa: DTZ001  (moments of rows have no zone)


def a_row(table: Table, **changes: Value) -> dict[str, Value]:
    """A row that is right, each text as long as it may be."""
    row: dict[str, Value] = {}
    for column in table.columns:
        text = next(iter(CODES.sets[column.codes])) if column.codes else "字" * column.length
        row[column.name] = {ColumnType.TEXT: text, ColumnType.NUMBER: 1, ColumnType.MOMENT: MOMENT}[column.type]
    return {**row, **changes}


def found(table: Table, row: dict[str, Value], *, three_bytes: bool = True) -> list[tuple[str, str, str]]:
    return [(one.column, one.code, one.detail) for one in faults_of(table, row, CODES, three_bytes=three_bytes)]


def test_the_five_tables_have_the_columns_of_the_exchange() -> None:
    """Counted in specs domain 9.6, with the six that all have."""
    assert {table.name: len(table.columns) for table in tables()} == {
        "up_pro_accept": 34, "up_pro_process": 13, "up_pro_special_procedure": 16, "up_pro_result": 15,
        "up_pro_material": 11,
    }  # fmt: skip


@pytest.mark.parametrize("table", tables(), ids=lambda table: table.name)
def test_a_value_may_be_as_long_as_its_column_and_no_longer(table: Table) -> None:
    assert found(table, a_row(table)) == []
    for column in table.columns:
        if column.type is ColumnType.TEXT and not column.codes:
            longer = a_row(table, **{column.name: "字" * (column.length + 1)})
            assert found(table, longer) == [(column.name, "too_long", f"{column.length + 1}/{column.length}")]
        for nothing in (None, ""):
            missing = [(column.name, "missing", "")] if column.needed else []
            assert found(table, a_row(table, **{column.name: nothing})) == missing


def test_what_the_hub_cannot_hold_is_named_by_its_code_points_and_never_by_the_name() -> None:
    assert found(ACCEPT, a_row(ACCEPT, applyer_name="李𬭎𫖮")) == [("applyer_name", "four_bytes", "U+2B5AE U+2CB4E")]
    assert found(ACCEPT, a_row(ACCEPT, applyer_name="王䶮")) == []  # of the basic plane
    assert found(ACCEPT, a_row(ACCEPT, applyer_name="李𬭎"), three_bytes=False) == []
    # a length counts characters, not units of UTF-16
    assert found(ACCEPT, a_row(ACCEPT, applyer_name="𬭎" * 100), three_bytes=False) == []
    assert found(ACCEPT, a_row(ACCEPT, applyer_type="8", apply_type="x\0")) == [
        ("applyer_type", "no_such_code", "8"),
        ("apply_type", "no_such_code", "x\0"),
        ("apply_type", "character_nul", ""),
    ]


def test_the_two_kinds_of_database_write_a_backslash_each_in_its_way() -> None:
    row = a_row(ACCEPT, applyer_name="O'Neill\\n", zip_code=None)
    rows = {table.name: [row] if table is ACCEPT else [] for table in tables()}
    mysql, postgresql = (
        inserts(tables(), rows, dialect(name, three_bytes=True)).decode() for name in ("mysql", "postgresql")
    )
    assert "'O''Neill\\\\n'" in mysql
    assert "'O''Neill\\n'" in postgresql
    assert "SET NAMES utf8;" in mysql
    assert "'2026-11-23 09:05:07'" in mysql
    assert "NULL" in mysql
    assert "CHARSET=utf8mb4" in creates(tables(), CODES, dialect("mysql", three_bytes=False)).decode()


def test_a_name_that_looks_like_a_formula_is_a_name_in_the_table() -> None:
    content = csv_of(ACCEPT, [a_row(ACCEPT, applyer_name="=1+1")]).decode()
    assert ",=1+1," in content


def test_a_folder_with_something_in_it_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "kept.txt").write_text("x")
    (tmp_path / "empty").mkdir()
    for out, code in ((tmp_path, "out_not_empty"), (tmp_path / "none" / "out", "out_folder_missing")):
        with pytest.raises(CounterError) as refused:
            check_folder(out)
        assert refused.value.code == code
    check_folder(tmp_path / "empty")
    check_folder(tmp_path / "new")


def test_every_fault_has_an_outcome_that_says_what_becomes_of_the_row() -> None:
    assert {one.outcome for one in faults_of(ACCEPT, {}, CODES, three_bytes=True)} == {Outcome.REJECTED}
    for one in faults_of(ACCEPT, {}, CODES, three_bytes=True):
        assert one.reason
        assert one.remedy


def test_only_who_answers_for_the_hall_takes_everybody_out_of_it(
    make_hall: Callable[[str], RealHall], tmp_path: Path
) -> None:
    hall = make_hall("hall")
    export = ("export", "up-pro", "--from", "2026-01-01", "--to", "2026-12-31")

    def refused(*options: str) -> str:
        outcome = hall.command(*export, *options)
        assert outcome.code == 1
        return str(outcome.json["error"]["code"])

    out, codes = tmp_path / "out", tmp_path / "codes.toml"
    codes.write_text("[maps.get_type]\nlent = '1'\n")
    assert refused("--out", str(out), "--database", "oracle") == "export_database"
    assert refused("--out", str(out), "--codes", str(codes)) == "export_codes"
    done = hall.command(*export, "--out", str(out)).json
    assert (done["adds_up"], done["rows"]) == (True, 0)
    assert all(path.stat().st_mode & 0o077 == 0 for path in (out, *out.iterdir()))
    assert refused("--out", str(out)) == "out_not_empty"
    hall.more = {"HALL_NEW_PIN": "482913", "HALL_PIN": "482913"}
    hall.command("user", "add", "李芳", "--role", "clerk")
    assert refused("--out", str(tmp_path / "second"), "--user", "李芳") == "not_your_role"
    assert not (tmp_path / "second").exists()
