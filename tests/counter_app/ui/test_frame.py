"""The window: pages, keys, badges, strip, lock, and the widths it can have."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from counter_app.ui.frame import MainWindow
from counter_app.ui.help import help_of
from counter_app.ui.outcome_bar import OutcomeBar
from counter_app.ui.page import Handlers, Page
from counter_app.ui.strip import StripCell
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.column import Column, Columns
from counter_app.ui.widgets.dialog import Dialog
from counter_app.ui.widgets.field import Field
from counter_app.ui.widgets.label import Label


class Plain(Page):
    """A page with one field, that writes down what it was asked."""

    def __init__(self, name: str, rail: str = "", blocked: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self.name, self.rail = name, rail
        self.field, self.asked = Field("手机"), []
        self._blocked = blocked or {}
        self.bar = OutcomeBar(Button("受理并打印", "primary", key="F9", height=44))
        right = Column(280)
        right.add(Field("右栏"))
        middle = Column()
        middle.add(self.field)
        self.columns = Columns(middle, right, drawer=right)
        QVBoxLayout(self).addWidget(self.columns)

    def title(self) -> str:
        return self.name

    def refresh(self) -> None:
        self.asked.append("refresh")

    def handlers(self) -> Handlers:
        return {"accept": lambda: self.asked.append("accept")}

    def blocked(self) -> Mapping[str, str]:
        return self._blocked

    def first_focus(self) -> None:
        self.field.setFocus()

    def outcome_bar(self) -> QWidget | None:
        return self.bar if self.name == "intake" else None

    def leave(self) -> None:
        self.asked.append("leave")


@pytest.fixture
def window(qtbot: QtBot):
    blocked = {"correct": "11月5日已受理，受理后不能再告知补正"}
    made = MainWindow([Plain("today"), Plain("intake"), Plain("cases"), Plain("case", "cases", blocked)])
    qtbot.addWidget(made)
    made.resize(1366, 768)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    return made


def key(qtbot: QtBot, window: MainWindow, code: Qt.Key, *modifiers: Qt.KeyboardModifier) -> None:
    together = Qt.KeyboardModifier.NoModifier
    for modifier in modifiers:
        together |= modifier
    qtbot.keyClick(window.windowHandle(), code, together)


def test_a_case_opens_over_its_list_and_esc_returns(qtbot: QtBot, window: MainWindow):
    window.open("cases")
    window.open("case")
    assert window.page().name == "case"
    key(qtbot, window, Qt.Key.Key_Escape)
    assert window.page().name == "cases"
    key(qtbot, window, Qt.Key.Key_Escape)
    assert window.page().name == "today"


@pytest.mark.parametrize(("code", "modifier"), [(Qt.Key.Key_F9, None), (Qt.Key.Key_9, "control")])
def test_a_key_reaches_the_page_from_within_a_field(
    qtbot: QtBot, window: MainWindow, code: Qt.Key, modifier: str | None
):
    page = window.page()
    page.first_focus()
    held = [Qt.KeyboardModifier.ControlModifier] if modifier else []
    key(qtbot, window, code, *held)
    assert "accept" in page.asked


def test_the_rail_is_reached_by_alt_and_a_number(qtbot: QtBot, window: MainWindow):
    key(qtbot, window, Qt.Key.Key_3, Qt.KeyboardModifier.AltModifier)
    assert window.page().name == "cases"
    key(qtbot, window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    assert window.page().name == "intake"


def test_a_blocked_key_says_its_reason_and_a_key_without_meaning_does_nothing(qtbot: QtBot, window: MainWindow):
    said: list[str] = []
    window.open("cases")
    window.open("case")
    window.page().say.connect(lambda sentence, _tone: said.append(sentence))
    key(qtbot, window, Qt.Key.Key_F8)
    key(qtbot, window, Qt.Key.Key_F6)
    assert said == ["11月5日已受理，受理后不能再告知补正"]


def test_pages_store_what_is_open_before_another_is_shown(window: MainWindow):
    page = window.page()
    window.open("intake")
    assert page.asked[-1] == "leave"


def test_the_outcome_bar_is_there_on_its_page_only(window: MainWindow):
    window.open("intake")
    QApplication.processEvents()
    bar = window.page().bar
    assert bar.isVisible()
    assert bar.height() == 64
    assert bar.mapTo(window, bar.rect().bottomLeft()).y() == window.height() - window.strip.height() - 1
    window.open("cases")
    assert not bar.isVisible()


def test_search_is_one_key_away_and_enter_searches(qtbot: QtBot, window: MainWindow):
    found: list[str] = []
    window.searched.connect(found.append)
    key(qtbot, window, Qt.Key.Key_F3)
    qtbot.keyClicks(window.focusWidget(), "ldsh")
    qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Return)
    assert found == ["ldsh"]
    key(qtbot, window, Qt.Key.Key_Escape)
    assert window.page().field.editor.hasFocus()


def test_an_open_dialog_takes_all_keys(qtbot: QtBot, window: MainWindow):
    served: list[str] = []
    dialog = Dialog(window, "打印", keys={"print": lambda: served.append("print")})
    dialog.foot(Button("稍后", "link"), Button("打印", "primary"))
    dialog.open()
    key(qtbot, window, Qt.Key.Key_F9)
    key(qtbot, window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    key(qtbot, window, Qt.Key.Key_3, Qt.KeyboardModifier.AltModifier)
    assert served == ["print"]
    assert "accept" not in window.page().asked
    assert window.page().name == "today"
    key(qtbot, window, Qt.Key.Key_Escape)
    assert window.open_dialog() is None


def test_f1_tells_of_the_page_and_twice_shows_all_keys(qtbot: QtBot, window: MainWindow):
    field = window.focusWidget()
    key(qtbot, window, Qt.Key.Key_F1)
    assert window.help is not None
    assert window.help.isVisible()
    assert window.help.shown == help_of("page.today")
    assert window.open_dialog() is None
    key(qtbot, window, Qt.Key.Key_F1)
    assert not window.help.isVisible()
    dialog = window.open_dialog()
    assert dialog is not None
    dialog.close_dialog()
    assert window.focusWidget() is field


def test_the_lock_hides_everything_and_gives_field_and_caret_back(qtbot: QtBot, window: MainWindow):
    field = window.page().field.editor
    field.setFocus()
    qtbot.keyClicks(field, "13800")
    field.setCursorPosition(2)
    page = window.page()
    window.cover(QWidget())
    assert not page.isVisible()
    key(qtbot, window, Qt.Key.Key_F9)
    assert "accept" not in page.asked
    window.uncover()
    assert page.isVisible()
    assert field.hasFocus()
    assert (field.cursorPosition(), field.selectedText()) == (2, "")


def test_a_dialog_survives_the_lock(qtbot: QtBot, window: MainWindow):
    dialog = Dialog(window, "打印")
    dialog.foot(Button("稍后", "link"), Button("打印", "primary"))
    dialog.open()
    window.cover(QWidget())
    assert not dialog.isVisible()
    window.uncover()
    assert window.open_dialog() is dialog


def test_what_was_said_stays_until_a_page_is_opened(window: MainWindow):
    page = window.page()
    page.say.emit("11月23日 已日结", "ok")
    page.head_changed.emit()
    assert "11月23日 已日结" in {label.text() for label in window.top.findChildren(Label)}
    window.open(page.name)
    assert "11月23日 已日结" not in {label.text() for label in window.top.findChildren(Label)}


def test_the_strip_carries_the_nearest_deadline(window: MainWindow):
    window.show_status([StripCell("user", "周敏")], StripCell("octagon-alert", "今天 17:30 前须答复 2 件", "danger"))
    QApplication.processEvents()
    alarm = window.findChild(QWidget, "deadline_alarm")
    assert alarm is not None
    assert alarm.accessibleName() == "今天 17:30 前须答复 2 件"
    assert alarm.mapTo(window, alarm.rect().topRight()).x() > 1340


def test_a_badge_is_read_with_its_entry(window: MainWindow):
    window.show_badge("sending", 12)
    names = [cell.accessibleName() for cell in window.rail.findChildren(QWidget) if cell.accessibleName()]
    assert "传送 12 件 Alt+4" in names


def test_no_personal_data_stands_in_the_window_title(window: MainWindow):
    assert window.windowTitle() == "政务服务窗口"


def test_in_a_narrow_window_the_right_column_is_a_drawer(qtbot: QtBot, window: MainWindow):
    columns = window.page().columns
    assert not columns.drawer_open()
    window.resize(1100, 640)
    QApplication.processEvents()
    assert window.rail.width() == 56
    right = columns.findChildren(Column)[-1]
    assert not right.isVisible()
    key(qtbot, window, Qt.Key.Key_0, Qt.KeyboardModifier.AltModifier)
    assert columns.drawer_open()
    window.resize(1366, 768)
    QApplication.processEvents()
    assert window.rail.width() == 84
    assert all(column.isVisible() for column in columns.findChildren(Column))
