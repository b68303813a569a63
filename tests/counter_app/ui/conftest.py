"""All tests of the desktop run on a dressed application, without a display."""

from __future__ import annotations

import gc
import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, SignalInstance
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot
from pytestqt.wait_signal import SignalBlocker

from counter_app.ui.app import Desktop
from counter_app.ui.background import Background
from counter_app.ui.frame import MainWindow
from counter_app.ui.garbage import collect_if_due
from counter_app.ui.lock import LockPage
from counter_app.ui.look import dress, dress_window
from counter_app.ui.pages.intake.page import IntakePage
from counter_app.ui.pages.ledger.page import LedgerPage
from counter_app.ui.scale import TextSize
from counter_app.ui.widgets.dialog import Dialog
from tests.support.stray_windows import stray_windows
from tests.support.ui_watch import UiWatch, WatchedApplication, keep_watch

PATIENCE_MS = 60_000
PAGE_CHANGES = (
    (MainWindow, "_show"),
    (MainWindow, "uncover"),
    (IntakePage, "_show"),
    (LedgerPage, "_make_table"),
    (LockPage, "show_hand_over"),
    (Dialog, "open"),
)


@pytest.fixture(scope="session")
def ui_watch() -> UiWatch:
    """The one watch over the window's thread."""
    watch = UiWatch()
    keep_watch(watch)
    for start in ("_ask_who", "_let_in"):  # a start: the window with all its pages, once for a person
        watch.excuse(Desktop, start)
    for owner, name in PAGE_CHANGES:
        watch.is_page_change(owner, name)
    WatchedApplication.watch = watch
    return watch


@pytest.fixture(autouse=True)
def _not_blocked(ui_watch: UiWatch) -> Iterator[None]:
    """No event of the test may block the window (desktop design 10: 50 ms), read or write."""
    ui_watch.armed = True
    ui_watch.defects()
    yield
    ui_watch.armed = False
    found = ui_watch.defects()
    assert not found, "the window was held up:\n" + "\n".join(found)


@pytest.fixture(scope="session")
def strays() -> list[str]:
    """What was shown as a window of its own and is none."""
    return stray_windows()


@pytest.fixture(autouse=True)
def _nothing_flashes(strays: list[str]) -> Iterator[None]:
    """No part of a page is shown before it stands in one."""
    strays.clear()
    yield
    assert not strays, "a window for a moment:\n" + "\n".join(sorted(set(strays)))


@pytest.fixture(autouse=True)
def _dressed(qapp: QApplication) -> Iterator[None]:
    dress(qapp)
    gc.disable()  # as in the program: a worker thread that collects would end widgets of the window's thread
    yield
    # pytest-qt asks its widgets to end later; without an event loop that moment has to be made
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    collect_if_due()
    gc.enable()
    dress(qapp, TextSize.STANDARD)


class PatientBot(QtBot):
    """Waits as long as a busy machine may need, not five seconds; what it shows has the look of the program."""

    def addWidget(self, widget: QWidget, **options: Any) -> None:
        if widget.isWindow():
            dress_window(widget)
        super().addWidget(widget, **options)

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = PATIENCE_MS) -> None:
        super().waitUntil(callback, timeout=timeout)

    def waitSignal(self, signal: SignalInstance, *, timeout: int = PATIENCE_MS, **options: Any) -> SignalBlocker:
        return super().waitSignal(signal, timeout=timeout, **options)


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:
    return PatientBot(request)


@pytest.fixture
def background() -> Iterator[Background]:
    made = Background()
    yield made
    made.close()


@pytest.fixture
def stage(qtbot: QtBot) -> Callable[..., QWidget]:
    """Shows widgets under each other in an active window, and keeps it until the end of the test."""
    windows: list[QWidget] = []

    def show(*widgets: QWidget) -> QWidget:
        window = QWidget()
        windows.append(window)
        lines = QVBoxLayout(window)
        for widget in widgets:
            lines.addWidget(widget)
        qtbot.addWidget(window)
        window.show()
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        return window

    return show
