"""The table of keys."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from counter_app.ui.key_sheet import show_keys
from counter_app.ui.keys import FORBIDDEN, HANDS, KEYS, bindings
from counter_app.ui.widgets.label import KeyCap
from counter_app.ui.widgets.line_edit import LineEdit, TextEdit

SEQUENCES = [sequence for sequence, _name in bindings()]


def test_no_key_of_the_system_or_the_ime_is_bound():
    assert not set(SEQUENCES) & set(FORBIDDEN)


def test_no_key_has_two_meanings():
    assert len(SEQUENCES) == len(set(SEQUENCES))
    assert len(KEYS) == len({key.name for key in KEYS})


def test_the_sheet_names_every_key_once_and_is_there_once(stage: Callable[..., QWidget]):
    window = stage(LineEdit())
    sheet = show_keys(window)
    assert show_keys(window) is sheet
    caps = [cap.accessibleName() for cap in sheet.findChildren(KeyCap)]
    assert {key.shown for key in (*KEYS, *HANDS)} == set(caps)
    assert len(caps) == len(set(caps))


def test_function_keys_have_doubles_for_laptops():
    assert {f"Ctrl+{n}" for n in range(1, 10)} | {f"F{n}" for n in range(1, 10)} <= set(SEQUENCES)


@pytest.mark.parametrize("sequence", [key for key in SEQUENCES if key != "Ctrl+C"])
@pytest.mark.parametrize("editor", [LineEdit, TextEdit])
def test_no_editor_claims_one_of_our_keys(qtbot: QtBot, editor: type, sequence: str):
    field = editor()
    qtbot.addWidget(field)
    combination = QKeySequence(sequence)[0]
    event = QKeyEvent(QEvent.Type.ShortcutOverride, combination.key(), combination.keyboardModifiers())
    event.ignore()
    QApplication.sendEvent(field, event)
    assert not event.isAccepted()


def test_copying_selected_text_goes_before_copying_the_number(qtbot: QtBot):
    field = LineEdit()
    qtbot.addWidget(field)
    field.setText("some text")
    field.selectAll()
    event = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    event.ignore()
    QApplication.sendEvent(field, event)
    assert event.isAccepted()
