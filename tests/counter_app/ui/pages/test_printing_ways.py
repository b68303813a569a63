"""Settings of a printer and its preprinted sheets; the register of seals: kept as left, done by Enter."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from counter_app.services.device_ports import PrintWay
from counter_app.services.print_ways import ways_of
from counter_app.ui.pages.settings.page import SettingsPage
from counter_app.ui.pages.today.page import TodayPage
from counter_app.ui.pages.today.stamps import StampDialog
from counter_app.ui.widgets.line_edit import LineEdit
from forms.rendering.placement import Placement
from tests.counter_app.ui.pages.conftest import ZHOU, AtWork, working
from tests.counter_app.ui.pages.intake.printers import RecordingPrinter

LASER = "激光打印机 · 3号窗口"


@pytest.fixture(scope="module")
def printer() -> RecordingPrinter:
    return RecordingPrinter(can=PrintWay(duplex=False, two_up=True))


@pytest.fixture(scope="module")
def day(
    secrets: None, qapp: QApplication, tmp_path_factory: pytest.TempPathFactory, printer: RecordingPrinter
) -> Iterator[AtWork]:
    with working(qapp, tmp_path_factory.mktemp("day"), lambda backend: replace(backend, printer=printer)) as work:
        yield work


@pytest.fixture
def work(day: AtWork) -> AtWork:
    day.begin_again()
    return day


def settings(work: AtWork) -> SettingsPage:
    page = work.open("settings")
    assert isinstance(page, SettingsPage)
    work.until(lambda: page.printing.printer.value() == LASER)
    return page


def kept(work: AtWork):
    with work.station.store.read() as reading:
        return ways_of(reading, LASER)


def test_two_pages_on_a_sheet_are_kept_and_what_the_printer_cannot_is_not_offered(work: AtWork) -> None:
    card = settings(work).printing
    assert (card.duplex.isEnabled(), card.two_up.isEnabled()) == (False, True)
    card.two_up.click()
    work.until(lambda: kept(work).way == PrintWay(two_up=True))


def test_a_correction_is_kept_as_the_field_is_left_and_the_test_page_comes_under_it(
    work: AtWork, printer: RecordingPrinter
) -> None:
    card = settings(work).printing
    name = card.sheet.value()
    edit = card.to_right.findChild(LineEdit)
    assert edit is not None
    edit.setFocus()
    edit.setText("2.5")
    work.key(Qt.Key.Key_Tab)
    card.on.click()
    work.until(lambda: kept(work).placement_on(name) == Placement(2.5, 0, 100))
    before = len(printer.sent)
    card.test_page.click()
    work.until(lambda: len(printer.sent) > before)
    if folder := os.environ.get("COUNTER_TEST_GRABS"):
        work.window.grab().save(f"{folder}/settings.png")


def test_a_wrong_figure_is_refused_and_nothing_changes(work: AtWork) -> None:
    card = settings(work).printing
    was = kept(work)
    edit = card.down.findChild(LineEdit)
    assert edit is not None
    for wrong in ("links", "99"):
        edit.setFocus()
        edit.setText(wrong)
        work.key(Qt.Key.Key_Tab)
        work.settle()
        assert kept(work) == was


def test_enter_says_that_a_paper_was_stamped_and_it_leaves_the_list(work: AtWork) -> None:
    case = work.take_in("accept")
    for notice in case.notices:
        work.station.papers.log_printed(ZHOU, case, notice, "printer", 2)
    page = work.open("today")
    assert isinstance(page, TodayPage)
    page.counts.stamps.click()
    dialog = work.dialog()
    assert isinstance(dialog, StampDialog)
    work.until(lambda: dialog.table.rows.rowCount() == 2)
    if folder := os.environ.get("COUNTER_TEST_GRABS"):
        work.window.grab().save(f"{folder}/seals.png")
    dialog.table.setFocus()
    work.key(Qt.Key.Key_Return)
    work.until(lambda: dialog.table.rows.rowCount() == 1)
    now = work.station.cases.view(str(case.id)).case
    assert sorted(notice.to_stamp for notice in now.notices) == [0, 2]
    assert now.notices[0].stamped == 2
