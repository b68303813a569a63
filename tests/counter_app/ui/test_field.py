"""Fields: labels, checks, lengths, Enter, and the IME."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QInputMethodEvent, QShortcut, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from counter_app.ui.widgets.field import ChoiceField, Field
from counter_app.ui.widgets.field_kinds import FieldKind, half_width, iso_date

Stage = Callable[..., QWidget]


def compose(field: Field, preedit: str) -> None:
    QApplication.sendEvent(field.editor, QInputMethodEvent(preedit, []))


def commit(field: Field, text: str) -> None:
    event = QInputMethodEvent()
    event.setCommitString(text)
    QApplication.sendEvent(field.editor, event)


def leave(field: Field) -> None:
    field.editor.clearFocus()


def test_enter_goes_to_the_next_field_and_shift_enter_back(qtbot: QtBot, stage: Stage):
    one, two = Field("姓名"), Field("手机")
    stage(one, two)
    one.setFocus()
    qtbot.keyClick(one.editor, Qt.Key.Key_Return)
    assert two.editor.hasFocus()
    qtbot.keyClick(two.editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert one.editor.hasFocus()


def test_enter_skips_computed_and_already_right_fields_but_tab_does_not(qtbot: QtBot, stage: Stage):
    one, age, right, last = Field("姓名"), Field("年龄", computed=True), Field("村组"), Field("手机")
    right.set_value("石桥村")
    stage(one, age, right, last)
    one.setFocus()
    qtbot.keyClick(one.editor, Qt.Key.Key_Return)
    assert last.editor.hasFocus()
    one.setFocus()
    qtbot.keyClick(one.editor, Qt.Key.Key_Tab)
    assert age.editor.hasFocus()


def test_enter_in_an_open_composition_does_not_move_the_focus(qtbot: QtBot, stage: Stage):
    name, phone = Field("姓名"), Field("手机")
    stage(name, phone)
    name.setFocus()
    compose(name, "wang")
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab, Qt.Key.Key_Escape, Qt.Key.Key_1):
        qtbot.keyClick(name.editor, key)
    assert name.editor.hasFocus()
    assert name.value() == ""
    commit(name, "王桂芳")
    qtbot.keyClick(name.editor, Qt.Key.Key_Return)
    assert phone.editor.hasFocus()
    assert name.value() == "王桂芳"


def test_no_shortcut_fires_while_a_composition_is_open(qtbot: QtBot, stage: Stage):
    name, fired = Field("姓名"), []
    window = stage(name)
    QShortcut("Esc", window).activated.connect(lambda: fired.append(1))
    name.setFocus()
    compose(name, "wang")
    qtbot.keyClick(window.windowHandle(), Qt.Key.Key_Escape)
    assert fired == []
    commit(name, "王")
    qtbot.keyClick(window.windowHandle(), Qt.Key.Key_Escape)
    assert fired == [1]


def test_leaving_a_field_commits_the_open_composition(qtbot: QtBot, stage: Stage):
    name, phone = Field("姓名"), Field("手机")
    stage(name, phone)
    name.setFocus()
    commit(name, "王")
    compose(name, "桂芳")
    phone.setFocus()
    assert name.value() == "王桂芳"


def test_lengths_count_code_points(qtbot: QtBot, stage: Stage):
    name = Field("姓名", most=3)
    stage(name, Field("手机"))
    name.setFocus()
    commit(name, "𬭎㼆喆")
    leave(name)
    assert (name.value(), name.message()) == ("𬭎㼆喆", "")
    name.setFocus()
    commit(name, "𪻐")
    leave(name)
    assert name.message() == "有 4 个字，最多 3 个"


def test_a_number_that_is_too_short_says_how_long_it_is_and_must_be(qtbot: QtBot, stage: Stage):
    number = Field("证件号", FieldKind.ID_NUMBER, length=18)
    stage(number, Field("手机"))
    number.setFocus()
    qtbot.keyClicks(number.editor, "53012319410208002")
    assert number.message() == ""  # never while typing
    leave(number)
    assert number.is_wrong()
    assert number.message() == "只有 17 位，应为 18 位"
    assert number.editor.accessibleDescription() == number.message()


def test_full_width_digits_and_a_small_x_are_tidied_on_leaving(qtbot: QtBot, stage: Stage):
    number, settled = Field("证件号", FieldKind.ID_NUMBER, length=18), []
    number.settled.connect(settled.append)
    stage(number, Field("手机"))
    number.setFocus()
    commit(number, "５３０１２３１９４１０２０８００２ｘ")
    leave(number)
    assert settled == ["53012319410208002X"]


def test_a_value_is_stored_once_and_only_when_it_has_changed(qtbot: QtBot, stage: Stage):
    name, settled = Field("姓名"), []
    name.settled.connect(settled.append)
    stage(name, Field("手机"))
    for _visit in range(2):
        name.setFocus()
        if not name.value():
            commit(name, "王桂芳 ")
        leave(name)
    assert settled == ["王桂芳"]


def test_a_check_runs_on_leaving_and_its_sentence_goes_when_the_value_is_right(qtbot: QtBot, stage: Stage):
    phone = Field("手机", FieldKind.PHONE, check=lambda value: "" if value.startswith("1") else "手机号以 1 开头")
    stage(phone, Field("住址"))
    for value, message in (("23800000000", "手机号以 1 开头"), ("13800000000", "")):
        phone.setFocus()
        phone.editor.selectAll()
        qtbot.keyClicks(phone.editor, value)
        leave(phone)
        assert phone.message() == message


@pytest.mark.parametrize(
    "typed", ["20260301", "2026-3-1", "2026.3.1", "2026/03/01", "2026年3月1日", "２０２６０３０１"]
)
def test_a_date_may_be_typed_in_many_ways(typed: str):
    assert iso_date(typed) == "2026-03-01"


def test_a_date_field_says_how_a_date_is_written_before_and_after_a_wrong_one(qtbot: QtBot, stage: Stage):
    day = Field("收件日期", FieldKind.DATE, optional=True)
    stage(day)
    assert "2026-11-22" in day.editor.placeholderText()
    day.setFocus()
    qtbot.keyClicks(day.editor, "20260231")
    leave(day)
    assert "2026-11-22" in day.message()
    assert day.value() == "2026-02-31"


def test_what_is_no_date_stays_as_it_was_typed():
    assert iso_date("明天") == "明天"
    assert iso_date("202631") == "202631"


def test_a_date_is_shown_in_words_and_given_as_iso(qtbot: QtBot):
    field = Field("有效期", FieldKind.DATE)
    qtbot.addWidget(field)
    field.set_value("2026-03-01")
    assert field.editor.text() == "2026年3月1日"
    assert field.value() == "2026-03-01"


def test_names_keep_their_full_width_signs():
    assert half_width("ＡＢ１２　") == "AB12"
    field = Field("姓名")
    field.set_value("阿依古丽·买买提")
    assert field.value() == "阿依古丽·买买提"


def test_a_choice_never_changes_under_the_wheel(qtbot: QtBot, stage: Stage):
    field = ChoiceField("发放方式", (("card", "社会保障卡"), ("bank", "银行卡")))
    stage(field)
    field.choice.setFocus()
    wheel = QWheelEvent(
        QPointF(5, 5), QPointF(5, 5), QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(field.choice, wheel)
    assert field.value() == "card"
    assert not wheel.isAccepted()


def test_a_choice_tells_what_the_person_chose_and_not_what_the_program_set(qtbot: QtBot, stage: Stage):
    field, settled = ChoiceField("发放方式", (("card", "社会保障卡"), ("bank", "银行卡"))), []
    field.settled.connect(settled.append)
    stage(field)
    field.set_value("bank")
    field.choice.setFocus()
    qtbot.keyClick(field.choice, Qt.Key.Key_Up)
    assert settled == ["card"]


def test_enter_in_a_multi_line_field_is_a_new_line_and_ctrl_enter_leaves(qtbot: QtBot, stage: Stage):
    note, last = Field("备注", lines=3), Field("手机")
    stage(note, last)
    note.setFocus()
    qtbot.keyClicks(note.editor, "a")
    qtbot.keyClick(note.editor, Qt.Key.Key_Return)
    qtbot.keyClicks(note.editor, "b")
    assert note.value() == "a\nb"
    qtbot.keyClick(note.editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert last.editor.hasFocus()
