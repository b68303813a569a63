"""The ledger on the screen is the ledger that is exported."""

from __future__ import annotations

import csv
from pathlib import Path

from PySide6.QtCore import Qt

from counter_app.services.ledger import counter_ledger
from counter_app.ui.pages.ledger.page import LedgerPage
from counter_app.ui.pages.ledger.reading import LedgerQuery, narrowed
from counter_app.ui.widgets.table import Row
from tests.counter_app.ui.pages.conftest import AtWork
from tests.support.homes import MONDAY


def shown(work: AtWork) -> LedgerPage:
    page = work.open("ledger")
    assert isinstance(page, LedgerPage)
    return page


def rows_of(page: LedgerPage) -> list[Row]:
    assert page.table is not None
    model = page.table.staying.rows
    entries = [model.entry(place) for place in range(model.rowCount())]
    return [entry for entry in entries if isinstance(entry, Row)]


def test_ctrl_s_writes_exactly_the_rows_that_are_shown(at_work: AtWork, folder: Path) -> None:
    cases = [at_work.take_in("accept"), at_work.take_in("receive", "elder_allowance"), at_work.take_in("refuse")]
    page = shown(at_work)
    page._choose_path = lambda _over, name, _form: folder / name
    assert [row.key for row in rows_of(page)] == [str(case.id) for case in cases]
    at_work.window.press("export")
    at_work.until(lambda: len(list(folder.glob("*.xlsx"))) == 1)
    page.csv.click()
    at_work.until(lambda: len(list(folder.glob("*.csv"))) == 1)
    at_work.settle()
    [written] = folder.glob("*.csv")
    with written.open(encoding="utf-8-sig", newline="") as file:
        text = [cell for row in csv.reader(file) for cell in row]
    for case in cases:
        assert str(case.id) in " ".join(text)
        assert case.applicant.id_number not in " ".join(text)


def test_the_first_three_columns_stay_and_both_parts_show_the_same_row(at_work: AtWork) -> None:
    for _ in range(3):
        at_work.take_in("accept")
    table = shown(at_work).table
    assert table is not None
    assert table.staying.rows.columnCount() == 3
    table.setFocus()
    at_work.key(Qt.Key.Key_Down)
    assert table.moving.current_key() == table.staying.current_key() != ""
    at_work.key(Qt.Key.Key_Return)
    assert at_work.window.page().name == "case"


def test_a_kind_narrows_rows_and_totals_alike(at_work: AtWork) -> None:
    for item, outcome in (("temporary_aid", "accept"), ("rural_homestead", "accept"), ("temporary_aid", "refuse")):
        if any(found.code == item for found in at_work.station.desk.catalogue.items()):
            at_work.take_in(outcome, item)
    ledger = counter_ledger(at_work.station.desk, MONDAY.date(), MONDAY.date())
    kinds = [total for total in ledger.totals if total.code.startswith("kind.")]
    for kind in kinds:
        some = narrowed(ledger, LedgerQuery(kind=kind.title))
        counts = {total.code: total.count for total in some.totals}
        assert len(some.rows) == kind.count == counts["received"] == counts[kind.code]
        assert [code for code in counts if code.startswith("kind.")] == [kind.code]
    whole = {total.code: total.count for total in ledger.totals}
    parts = [{t.code: t.count for t in narrowed(ledger, LedgerQuery(kind=kind.title)).totals} for kind in kinds]
    for code in ("accepted", "corrected", "not_accepted", "decided", "overdue"):
        assert sum(part[code] for part in parts) == whole[code], code


def test_the_day_close_names_what_must_be_answered_and_is_blocked_with_its_reason(at_work: AtWork) -> None:
    case = at_work.take_in("receive")
    at_work.after(days=7)
    page = shown(at_work)
    names = [widget.accessibleName() for widget in page.panel._body.children() if hasattr(widget, "accessibleName")]
    assert any("1 件今天必须答复" in name and case.applicant.name in name for name in names)
    assert page.panel.close_day.reason()
    assert page.panel.answer.text() == "先答复 1 件"
    page.panel.answer.click()
    assert at_work.window.page().name == "today"


def test_a_day_that_does_not_exist_is_said_below_the_field(at_work: AtWork) -> None:
    page = shown(at_work)
    page._period.set_value("chosen")
    page._period.chosen.emit("chosen")
    at_work.settle()
    assert page._first.isVisible()
    page._first.set_value("2026-02-30")
    assert page._first.is_wrong()
