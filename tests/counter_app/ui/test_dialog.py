"""Dialogs: Esc closes without effect, Enter does, the page gets its focus back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from counter_app.domain.errors import CounterError
from counter_app.ui.error_card import message_of, number_of, remedy_of, safe_of, show_error
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.dialog import Dialog, ask
from counter_app.ui.widgets.field import Field
from counter_app.ui.widgets.focus_ring import Ring
from counter_app.ui.widgets.label import Label

Stage = Callable[..., QWidget]


def opened(window: QWidget, *fields: Field) -> tuple[Dialog, Button, Button]:
    dialog = Dialog(window, "打印", width="small")
    for field in fields:
        dialog.rows.addWidget(field)
    way_out, do = Button("稍后再印", "link", key="Esc"), Button("接着印 2 份", "primary", key="Enter")
    dialog.foot(way_out, Button("换打印机"), do)
    dialog.open()
    return dialog, way_out, do


def test_the_doing_button_has_the_focus_and_enter_does(qtbot: QtBot, stage: Stage):
    window = stage(Field("手机"))
    _dialog, _way_out, do = opened(window)
    done: list[int] = []
    do.acted.connect(lambda: done.append(1))
    assert do.hasFocus()
    qtbot.keyClick(do, Qt.Key.Key_Return)
    assert done == [1]


def test_enter_that_is_held_down_does_nothing(stage: Stage):
    dialog, _way_out, do = opened(stage(Field("手机")))
    done: list[int] = []
    do.acted.connect(lambda: done.append(1))
    held = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier, "\r", True)
    QApplication.sendEvent(do, held)
    assert done == []
    assert dialog.isVisible()


def test_esc_closes_without_effect_and_gives_the_focus_back(qtbot: QtBot, stage: Stage):
    phone = Field("手机")
    window = stage(phone)
    phone.setFocus()
    dialog, _way_out, do = opened(window)
    done: list[str] = []
    do.acted.connect(lambda: done.append("done"))
    dialog.closed.connect(lambda: done.append("closed"))
    qtbot.keyClick(do, Qt.Key.Key_Escape)
    assert done == ["closed"]
    assert phone.editor.hasFocus()


def test_what_comes_later_makes_the_dialog_higher_and_the_ring_goes_with_its_button(qtbot: QtBot, stage: Stage):
    window = stage(Field("手机"))
    window.resize(900, 640)
    more = Field("要求怎样补", lines=4)
    more.hide()
    _dialog, _way_out, do = opened(window, Field("原因"), more)
    do.setFocus(Qt.FocusReason.TabFocusReason)
    ring = window.findChild(Ring)
    assert ring is not None
    before = do.mapTo(window, do.rect().topLeft())
    more.show()
    qtbot.waitUntil(lambda: do.mapTo(window, do.rect().topLeft()) != before)
    assert more.editor.height() >= more.editor.sizeHint().height()
    qtbot.waitUntil(lambda: ring.geometry().center() == do.mapTo(window, do.rect().center()))


def test_tab_stays_in_the_dialog(qtbot: QtBot, stage: Stage):
    phone = Field("手机")
    window = stage(phone)
    dialog, _way_out, _do = opened(window, Field("原因"))
    for _step in range(8):
        qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
        assert dialog.isAncestorOf(window.focusWidget())


def test_the_first_field_has_the_focus_where_there_is_one(stage: Stage):
    window = stage(Field("手机"))
    reason = Field("原因")
    opened(window, reason)
    assert reason.editor.hasFocus()


def test_a_destructive_act_is_never_done_by_enter(qtbot: QtBot, stage: Stage):
    window = stage(Field("手机"))
    done: list[int] = []
    dialog = ask(window, "作废", "作废后编号不能再用。", "作废这件", "留着", lambda: done.append(1), danger=True)
    qtbot.keyClick(dialog, Qt.Key.Key_Return)  # the focus lies on no button
    assert done == []
    assert dialog.isVisible()
    qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Return)  # it lies on keeping
    assert done == []
    assert not dialog.isVisible()


def test_an_error_has_its_three_parts_and_a_number(qtbot: QtBot, stage: Stage):
    window = stage(Field("手机"))
    window.resize(800, 600)
    error = CounterError("disk_full")
    dialog = show_error(window, error)
    words = [label.text() for label in dialog.findChildren(Label)]
    for part in (message_of(error), safe_of(error), remedy_of(error)):
        assert part in words
    assert any(number_of(error) in word for word in words)
    copy = next(button for button in dialog.findChildren(Button) if button.text() == "复制")
    copy.click()
    assert QGuiApplication.clipboard().text() == number_of(error)


@pytest.mark.parametrize("width", [480, 660])
def test_a_long_text_in_a_dialog_is_shown_whole(stage: Stage, width: int):
    window = stage(Field("手机"))
    window.resize(900, 700)
    dialog = Dialog(window, "原因", width="small" if width == 480 else "medium")
    text = Label("这件要首席代表写原因，写好后两个人各输一次 PIN。" * 6, wrap=True)
    dialog.rows.addWidget(text)
    dialog.foot(Button("关上", "link"))
    dialog.open()
    assert text.height() >= text.heightForWidth(text.width())
