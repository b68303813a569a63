"""Everything at once: names for readers, nothing clipped, three text sizes, English."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from counter_app.ui.background import Background
from counter_app.ui.frame import MainWindow
from counter_app.ui.look import dress
from counter_app.ui.scale import TextSize
from counter_app.ui.widgets.label import Label
from counter_app.ui.widgets.pill import Pill
from tests.counter_app.ui import gallery

CONTROLS = (QAbstractButton, QLineEdit, QPlainTextEdit, QComboBox, QAbstractItemView)


def window() -> MainWindow:
    made = MainWindow([gallery.GalleryPage(), gallery.ListPage()])
    made.show_status(gallery.STRIP, gallery.ALARM)
    made.show_badge("today", 9, "danger")
    return made


@pytest.fixture(params=["today", "intake", "sign_in", "lock", "empty"])
def view(request: pytest.FixtureRequest, qtbot: QtBot, background: Background) -> Callable[[], QWidget]:
    def make() -> QWidget:
        if request.param in ("today", "intake"):
            made = window()
            made.open(request.param)
            return made
        if request.param == "empty":
            return gallery.empty()
        return gallery.sign_in(background) if request.param == "sign_in" else gallery.lock(background)

    return make


def shown(qtbot: QtBot, widget: QWidget, width: int, height: int) -> QWidget:
    qtbot.addWidget(widget)
    widget.resize(width, height)
    widget.show()
    QApplication.processEvents()
    return widget


def visible(root: QWidget, kind: type[QWidget] = QWidget) -> list[QWidget]:
    return [widget for widget in root.findChildren(kind) if widget.isVisible()]


def clipped(root: QWidget) -> list[str]:
    """Words that have less room than they need."""
    found = []
    for label in visible(root, Label):
        needed = label.heightForWidth(label.width()) if label.wordWrap() else label.sizeHint().height()
        narrow = not label.wordWrap() and label.sizePolicy().horizontalPolicy().name != "Ignored" and label.is_cut()
        if label.text() and (label.height() < needed or narrow):
            found.append(label.text())
    for widget in visible(root):
        if isinstance(widget, QAbstractButton | Pill):
            hint = widget.sizeHint()
            if widget.width() < hint.width() or widget.height() < hint.height():
                found.append(widget.accessibleName())
    return found


def test_every_control_has_a_name_for_readers(qtbot: QtBot, view: Callable[[], QWidget]):
    root = shown(qtbot, view(), 1366, 768)
    nameless = [
        repr(widget)
        for widget in visible(root)
        if isinstance(widget, CONTROLS) and not widget.accessibleName() and widget.objectName() != "qt_spinbox_lineedit"
    ]
    assert nameless == []


def test_every_control_can_be_reached_by_tab(qtbot: QtBot, view: Callable[[], QWidget]):
    root = shown(qtbot, view(), 1366, 768)
    for widget in visible(root):
        if isinstance(widget, CONTROLS) and widget.focusPolicy() == Qt.FocusPolicy.NoFocus:
            raise AssertionError(repr(widget))


@pytest.mark.parametrize("size", [(1366, 768), (1280, 680), (1920, 1080)])
def test_no_word_is_clipped(qtbot: QtBot, view: Callable[[], QWidget], size: tuple[int, int]):
    root = shown(qtbot, view(), *size)
    if size == (1280, 680):
        # the gallery's longest row of pills is wider than its column there: it is a test of elision
        assert [word for word in clipped(root) if word != "已装邮袋，在路上"] == []
    else:
        assert clipped(root) == []


@pytest.mark.parametrize("text_size", list(TextSize))
def test_no_word_is_clipped_at_any_text_size(
    qtbot: QtBot, qapp: QApplication, view: Callable[[], QWidget], text_size: TextSize
):
    dress(qapp, text_size)
    root = shown(qtbot, view(), 1920, 1080)
    assert clipped(root) == []


@pytest.mark.parametrize("name", ["today", "intake"])
def test_the_text_size_can_be_changed_while_the_window_is_open(qtbot: QtBot, qapp: QApplication, name: str):
    root = window()
    root.open(name)
    shown(qtbot, root, 1920, 1080)
    before = root.rail.width(), root.strip.height()
    dress(qapp, TextSize.LARGEST)
    QApplication.processEvents()
    assert clipped(root) == []
    assert root.rail.width() > before[0]
    assert root.strip.height() > before[1]


def test_all_rows_of_a_column_keep_apart(qtbot: QtBot):
    root = shown(qtbot, window(), 1280, 680)
    cards = [card for card in visible(root) if card.property("role") == "card"]
    for one in cards:
        for other in cards:
            if one is not other and one.parentWidget() is other.parentWidget():
                assert not one.geometry().intersects(other.geometry())


def test_the_desktop_speaks_english_where_it_is_asked_to(
    qtbot: QtBot, background: Background, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("COUNTER_LANGUAGE", "en")
    page = shown(qtbot, gallery.lock(background), 1366, 768)
    assert "Locked" in [label.text() for label in visible(page, Label)]


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None is immortal there")
def test_none_does_not_run_out(qtbot: QtBot):
    root = shown(qtbot, window(), 1366, 768)
    for _paint in range(5):
        root.grab()
    assert sys.getrefcount(None) > 1 << 50
    assert sys.getrefcount(True) > 1 << 50
