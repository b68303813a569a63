"""The ledger on the screen is the ledger that is exported."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from counter_app.adapters.exports.ledger_file import export_ledger
from counter_app.services.ledger import counter_ledger
from counter_app.services.ledgers import masked
from counter_app.ui.pages.ledger.dialogs import EntryDialog
from counter_app.ui.pages.ledger.page import LedgerPage
from counter_app.ui.pages.ledger.reading import LedgerQuery, narrowed
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.field import Field
from counter_app.ui.widgets.label import Label
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
    page.output.ask_where = lambda _over, name, _form: folder / name
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


def test_what_is_pressed_before_the_ledger_was_read_is_done_once_it_is(
    at_work: AtWork, folder: Path, qtbot: QtBot
) -> None:
    at_work.take_in("accept")
    page = LedgerPage(shown(at_work)._services, export_ledger, at_work.desktop.background)
    qtbot.addWidget(page)
    page.output.ask_where = lambda _over, name, _form: folder / name
    page.handlers()["export"]()
    assert list(folder.iterdir()) == []
    page.refresh()
    at_work.until(lambda: len(list(folder.glob("*.xlsx"))) == 1)
    at_work.settle()


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


def test_rows_that_were_paged_in_while_it_was_read_again_stay_and_so_does_the_chosen_one(
    at_work: AtWork, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    cases = [str(at_work.take_in("accept").id) for _ in range(5)]
    monkeypatch.setattr("counter_app.ui.pages.ledger.page.PAGE", 2)
    page = LedgerPage(shown(at_work)._services, export_ledger, at_work.desktop.background)
    qtbot.addWidget(page)
    page.refresh()
    at_work.until(lambda: page.table is not None)
    assert [row.key for row in rows_of(page)] == cases[:2]
    table = page.table
    assert table is not None
    page.refresh()
    before = page._sight
    for _ in range(2):
        table.moving.more_wanted.emit()
    table.moving.choose(cases[4])
    at_work.until(lambda: page._sight is not before)
    assert [row.key for row in rows_of(page)] == cases
    assert table.moving.current_key() == table.staying.current_key() == cases[4]
    page._book.step(1)  # another register begins with its first page
    page._book.step(-1)
    at_work.settle()
    assert [row.key for row in rows_of(page)] == cases[:2]


def test_the_panel_of_the_day_is_made_anew_only_when_it_says_something_else(at_work: AtWork) -> None:
    at_work.take_in("accept")
    page = shown(at_work)
    said = page.panel._body
    page.refresh()
    at_work.settle()
    assert page.panel._body is said
    at_work.take_in("accept")
    page.refresh()
    at_work.until(lambda: page.panel._body is not said)
    assert any("出文书 4 份" in label.text() for label in page.panel._body.findChildren(Label))


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


def choose_book(at_work: AtWork, page: LedgerPage, book: str) -> None:
    page._book.set_value(book)
    page._book.chosen.emit(book)
    at_work.settle()


def test_another_book_shows_its_own_columns_and_is_what_is_exported(at_work: AtWork, folder: Path) -> None:
    case = at_work.take_in("correct")
    page = shown(at_work)
    assert page.entry.isHidden()
    choose_book(at_work, page, "once_notice")
    assert page.table is not None
    [row] = rows_of(page)
    assert page._kind.isHidden()
    page.output.ask_where = lambda _over, name, _form: folder / name
    page.csv.click()
    at_work.until(lambda: len(list(folder.glob("一次性告知登记-*.csv"))) == 1)
    at_work.settle()
    page._act_on(row.key)
    at_work.settle()
    assert at_work.window.page().name == "case"
    assert at_work.place.case.shown_number() == str(case.id)
    choose_book(at_work, page, "counter")
    assert [row.key for row in rows_of(page)] == [str(case.id)]


def test_a_question_is_entered_and_its_answer_written_later(at_work: AtWork) -> None:
    page = shown(at_work)
    choose_book(at_work, page, "inquiries")
    assert rows_of(page) == []
    page.entry.click()
    dialog = at_work.dialog()
    assert isinstance(dialog, EntryDialog)
    dialog.doing.click()
    at_work.settle()
    assert at_work.window.open_dialog() is None  # nothing was typed: nothing to enter
    page.entry.click()
    dialog = at_work.dialog()
    assert isinstance(dialog, EntryDialog)
    dialog.fields["answer"].set_value("五点半")
    dialog.doing.click()
    at_work.settle()
    assert at_work.window.open_dialog() is dialog  # the question itself is missing: it says so and stays
    dialog.fields["content"].set_value("几点下班")
    dialog.doing.click()
    at_work.until(lambda: len(rows_of(page)) == 1)
    at_work.settle()
    page._act_on(rows_of(page)[0].key)
    dialog = at_work.dialog()
    assert isinstance(dialog, EntryDialog)
    assert dialog.fields["answer"].value() == "五点半"
    dialog.fields["passed_to"].set_value("社保窗口")
    dialog.doing.click()
    at_work.settle()
    at_work.settle()
    [row] = masked(at_work.station.desk, "inquiries", MONDAY.date(), MONDAY.date()).rows
    assert row.cells[-3:] == ("几点下班", "五点半", "社保窗口")


def test_whole_numbers_go_out_with_a_reason_that_is_logged_first(at_work: AtWork, folder: Path) -> None:
    case = at_work.take_in("accept")
    page = shown(at_work)
    page.output.ask_where = lambda _over, name, _form: folder / name
    page.full.click()
    dialog = at_work.dialog()
    [export] = [button for button in dialog.findChildren(Button) if button.text() == "CSV"]
    export.click()
    assert at_work.window.open_dialog() is dialog  # not without a reason
    [reason] = dialog.findChildren(Field)
    reason.set_value("档案核对")
    export.click()
    at_work.until(lambda: len(list(folder.glob("*（完整）*.csv"))) == 1)
    at_work.settle()
    [written] = folder.glob("*（完整）*.csv")
    assert case.applicant.id_number in written.read_text(encoding="utf-8-sig")
    with at_work.station.desk.store.read() as reading:
        event = reading.own_events("revealed")[-1]
    assert (event.user, event.private, event.data["what"]) == ("周敏", {"reason": "档案核对"}, "ledger.counter")
