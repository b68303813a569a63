"""The watch over the window's thread sees what it is there for."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from counter_app.station import Station
from counter_app.ui.widgets.button import Button
from tests.support.ui_watch import LIMIT_MS, UiWatch

Stage = Callable[..., QWidget]


def burn(ms: float) -> None:
    begun = time.thread_time()
    while (time.thread_time() - begun) * 1000 < ms:
        sum(range(1000))


def pressed(qtbot: QtBot, stage: Stage, then: Callable[[], object]) -> None:
    button = Button("办")
    button.acted.connect(then)
    stage(button)
    qtbot.keyClick(button, " ")


def test_a_slot_that_takes_too_long_is_seen_with_who_was_asked(qtbot: QtBot, stage: Stage, ui_watch: UiWatch):
    pressed(qtbot, stage, lambda: burn(8 * LIMIT_MS))
    assert [found for found in ui_watch.defects() if found.startswith("Button: KeyRelease took")]


def test_a_quick_slot_and_a_long_sleep_of_the_test_itself_are_none_of_its_business(
    qtbot: QtBot, stage: Stage, ui_watch: UiWatch
):
    pressed(qtbot, stage, lambda: burn(LIMIT_MS / 10))
    burn(3 * LIMIT_MS)
    assert ui_watch.defects() == []


def test_a_store_that_is_read_by_a_key_is_seen_and_one_read_by_the_test_is_not(
    qtbot: QtBot, stage: Stage, station: Station, ui_watch: UiWatch
):
    def look() -> None:
        with station.desk.store.read():
            pass

    look()
    assert ui_watch.defects() == []
    pressed(qtbot, stage, look)
    assert [found for found in ui_watch.defects() if found.startswith("store.read")]
