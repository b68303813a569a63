"""All tests of the desktop run on a dressed application, without a display."""

from __future__ import annotations

import gc
import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from counter_app.ui.background import Background
from counter_app.ui.garbage import collect_if_due
from counter_app.ui.look import dress
from counter_app.ui.scale import TextSize


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
