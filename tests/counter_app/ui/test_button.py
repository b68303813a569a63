"""Buttons: never a dead one."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.column import Column
from counter_app.ui.widgets.focus_ring import Ring

Stage = Callable[..., QWidget]


def test_enter_and_space_press_a_button(qtbot: QtBot, stage: Stage):
    button, pressed = Button("收件", key="F7"), []
    button.acted.connect(lambda: pressed.append(1))
    stage(button)
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Return)
    qtbot.keyClick(button, Qt.Key.Key_Space)
    assert pressed == [1, 1]


def test_a_blocked_button_takes_the_focus_and_says_its_reason_but_does_not_act(qtbot: QtBot, stage: Stage):
    button, acted, said = Button("补正告知", key="F8"), [], []
    button.acted.connect(lambda: acted.append(1))
    button.refused.connect(said.append)
    button.block("没有缺项可以告知")
    stage(Button("别的"), button)
    button.setFocus(Qt.FocusReason.TabFocusReason)
    assert button.hasFocus()
    qtbot.keyClick(button, Qt.Key.Key_Return)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert (acted, said) == ([], ["没有缺项可以告知"] * 2)
    assert button.accessibleDescription() == "没有缺项可以告知"


def test_an_opened_button_acts_again(qtbot: QtBot):
    button, acted = Button("收件"), []
    qtbot.addWidget(button)
    button.acted.connect(lambda: acted.append(1))
    button.block("还差 1 处")
    button.block("")
    button.click()
    assert acted == [1]


def test_readers_hear_the_word_and_the_key(qtbot: QtBot):
    button = Button("受理并打印", "primary", key="F9")
    qtbot.addWidget(button)
    assert button.accessibleName() == "受理并打印 F9"


def test_the_focus_ring_is_for_the_keyboard_only(qtbot: QtBot, stage: Stage):
    first, second = Button("一"), Button("二")
    window = stage(first, second)
    second.setFocus(Qt.FocusReason.TabFocusReason)
    rings = window.findChildren(Ring)
    assert [ring.geometry().contains(second.geometry()) for ring in rings if ring.isVisible()] == [True]
    first.setFocus(Qt.FocusReason.MouseFocusReason)
    assert not [ring for ring in window.findChildren(Ring) if ring.isVisible()]


def test_the_focus_ring_is_not_cut_off_at_the_edge_of_a_column(stage: Stage):
    column, before, button = Column(), Button("读证"), Button("补录手工单", "link")
    column.add(before)
    column.add(button)
    stage(column)
    button.setFocus(Qt.FocusReason.TabFocusReason)
    ground = column.widget()
    ring = column.findChild(Ring)
    assert ground is not None
    assert ring is not None
    assert ground.rect().contains(ring.geometry())
