"""What every page owes to everybody: names for readers, reasons for what is blocked, nothing cut off at small sizes."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLineEdit, QPlainTextEdit, QTableView, QWidget

from counter_app.ui.look import dress
from counter_app.ui.pages.ledger.frozen_table import FrozenTable
from counter_app.ui.scale import TextSize
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.column import Column
from counter_app.ui.widgets.label import Label
from counter_app.ui.widgets.table import RowTable
from tests.counter_app.ui.pages.conftest import AtWork

PAGES = ("today", "intake", "cases", "case", "check", "sending", "ledger", "settings")
SIZES = ((1280, 680), (1366, 768))
CONTROLS = (QAbstractButton, QComboBox, QLineEdit, QPlainTextEdit, QTableView)
WHOLE = ("strong", "title", "page", "figure", "head", "pill")
"""Roles of text that says duties, names, dates and numbers: never elided without being able to be read."""


def filled(work: AtWork) -> None:
    """Some of everything, once for the window."""
    if not work.cases:
        for outcome in ("receive", "accept", "correct", "refuse", "accept"):
            work.take_in(outcome)
    work.after(days=7)


def opened(work: AtWork, name: str) -> QWidget:
    if name == "case":
        work.open_case(work.cases[0])
    else:
        work.open(name)
    work.settle()
    return work.window.page()


@pytest.mark.parametrize("name", PAGES)
def test_every_control_has_a_name_and_every_blocked_one_its_reason(all_day: AtWork, name: str) -> None:
    filled(all_day)
    page = opened(all_day, name)
    for control in page.findChildren(QWidget):
        if not control.isVisible() or not isinstance(control, CONTROLS):
            continue
        assert control.accessibleName(), f"{type(control).__name__} {control.objectName()} of {name}"
        if isinstance(control, Button) and control.property("blocked"):
            assert control.reason()
            assert control.accessibleDescription() == control.reason()
            assert control.isEnabled()
    page = all_day.window.page()
    assert all(page.blocked().values())


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_squeezed_or_cut_off(all_day: AtWork, name: str, size: tuple[int, int]) -> None:
    filled(all_day)
    all_day.window.resize(*size)
    try:
        page = opened(all_day, name)
        _whole(page)
    finally:
        all_day.window.resize(1366, 768)
        all_day.settle()


def test_large_text_cuts_nothing_off_on_any_page(all_day: AtWork, qapp: QApplication) -> None:
    filled(all_day)
    all_day.window.resize(1280, 680)
    dress(qapp, TextSize.LARGE)
    try:
        for name in PAGES:
            _whole(opened(all_day, name))
    finally:
        dress(qapp)
        all_day.window.resize(1366, 768)


def _whole(page: QWidget) -> None:
    area = QRect(page.mapToGlobal(QPoint(0, 0)), page.size())
    for table in page.findChildren(RowTable):
        if table.isVisible() and not isinstance(table.parent(), FrozenTable):
            assert table.horizontalScrollBar().maximum() == 0, f"{table.accessibleName()} is too wide"
    for widget in page.findChildren(QWidget):
        if not widget.isVisible() or not isinstance(widget, (Button, Label)):
            continue
        name = widget.text() or widget.accessibleName()
        hint = widget.minimumSizeHint()
        if isinstance(widget, Button) or not widget.wordWrap():
            least = min(hint.width(), area.width())
            assert widget.width() >= least, f"{name} is {widget.width()}, wants {least}"
        assert widget.height() >= hint.height() - 1, f"{name} is {widget.height()} high, wants {hint.height()}"
        if isinstance(widget, Label) and widget.property("role") in WHOLE and not widget.wordWrap():
            assert not widget.is_cut() or widget.toolTip(), f"{name} is cut"
        if not _scrolls(widget):
            at = widget.mapToGlobal(QPoint(0, 0))
            assert area.contains(QRect(at, widget.size())), f"{name} leaves the page"


def _scrolls(widget: QWidget) -> bool:
    """Whether what is out of sight can be scrolled to."""
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, Column):
            return True
        parent = parent.parentWidget()
    return False
