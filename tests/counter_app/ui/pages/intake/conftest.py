"""A counter to be worked at, closed in good order after each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication

from tests.counter_app.ui.pages.intake.desk import IntakeDesk
from tests.support.homes import EnrolledHome, lease_for_all

OpenDesk = Callable[..., IntakeDesk]


@pytest.fixture
def open_desk(home: EnrolledHome) -> Iterator[OpenDesk]:
    """Opens a desk over the test's home; numbers are leased for the first one."""
    opened: list[IntakeDesk] = []

    def make(**options: Any) -> IntakeDesk:
        desk = IntakeDesk(home, **options)
        if not opened:
            lease_for_all(desk.station, ("N02", "N03-A", "N03-B", "N04"))
        opened.append(desk)
        return desk

    yield make
    for desk in opened:
        if not desk.closed:
            desk.close()


def compose(desk: IntakeDesk, preedit: str) -> None:
    """Open an IME composition in what has the focus; an empty preedit closes it."""
    widget = desk.window.focusWidget()
    assert widget is not None
    QApplication.sendEvent(widget, QInputMethodEvent(preedit, []))

