"""Sign-in and lock: a name, six digits, Enter."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from counter_app.domain.errors import CounterError
from counter_app.ui.background import Background
from counter_app.ui.sign_in import SignInPage, pin_sentence
from counter_app.ui.widgets.banner import Banner
from counter_app.ui.widgets.label import Label
from counter_app.ui.widgets.person_card import PersonCard, PersonLine
from counter_app.ui.widgets.pin import PinBoxes
from tests.counter_app.ui import gallery


@pytest.fixture
def page(qtbot: QtBot, background: Background) -> SignInPage:
    made = gallery.sign_in(background)
    qtbot.addWidget(made)
    made.resize(1366, 768)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    return made


def words(page: QWidget) -> list[str]:
    return [label.text() for label in page.findChildren(Label) if label.isVisible()]


def test_six_digits_and_enter_sign_in(qtbot: QtBot, page: SignInPage):
    with qtbot.waitSignal(page.signed_in) as signed_in:
        qtbot.keyClicks(QApplication.focusWidget(), "135790")
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert signed_in.args == ["周敏"]


def test_arrows_choose_another_person_from_within_the_pin(qtbot: QtBot, page: SignInPage):
    with qtbot.waitSignal(page.signed_in) as signed_in:
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Down)
        qtbot.keyClicks(QApplication.focusWidget(), "135790")
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert signed_in.args == ["马文浩"]


def test_a_wrong_pin_says_how_many_tries_are_left_and_empties_the_boxes(qtbot: QtBot, page: SignInPage):
    pin = page.findChild(PinBoxes)
    qtbot.keyClicks(pin, "000000")
    qtbot.keyClick(pin, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "PIN 不对，还可以试 4 次" in words(page))
    assert pin.text() == ""
    assert pin.hasFocus()


def test_too_few_digits_are_not_tried(qtbot: QtBot, page: SignInPage):
    pin = page.findChild(PinBoxes)
    qtbot.keyClicks(pin, "1357")
    qtbot.keyClick(pin, Qt.Key.Key_Return)
    assert "PIN 是 6 位数字，还没输全" in words(page)
    assert pin.text() == "1357"


def test_only_digits_are_taken_also_full_width_ones(qtbot: QtBot, page: SignInPage):
    pin = page.findChild(PinBoxes)
    pin.insert("１２a３4567")
    pin.textEdited.emit(pin.text())
    assert pin.text() == "123456"


def test_a_locked_person_is_told_until_when():
    sentence = pin_sentence(CounterError("person_locked", until_ms=1_795_400_000_000))
    assert sentence.startswith("连错 5 次，锁到 ")


def test_offline_is_amber_and_a_duty_by_law_is_red_and_names_nobody(page: SignInPage):
    names = [banner.accessibleName() for banner in page.findChildren(Banner)]
    assert names[0].startswith("没有网络，照常登录")
    assert names[1].startswith("今天 17:30 前有 2 件必须答复")
    assert len(names) == 2


def test_the_clock_stays_where_it_is_when_it_becomes_known_how_the_machine_stands(qtbot: QtBot):
    panel = gallery.panel(500)
    qtbot.addWidget(panel)
    panel.resize(500, 720)
    panel.show()
    [clock] = [label for label in panel.findChildren(Label) if label.text() == f"{gallery.NOW:%H:%M}"]
    qtbot.waitUntil(lambda: clock.y() > 0)
    known = clock.geometry()
    panel.show_facts(())
    qtbot.wait(50)
    assert clock.geometry() == known


def test_more_than_three_people_are_behind_one_button(qtbot: QtBot, background: Background):
    people = [PersonLine(f"人{n}", "窗口人员") for n in range(5)]
    page = gallery.sign_in(background, people)
    qtbot.addWidget(page)
    page.show()
    assert sum(card.isVisible() for card in page.findChildren(PersonCard)) == 3
    for _step in range(4):
        qtbot.keyClick(page.findChild(PinBoxes), Qt.Key.Key_Down)
    assert page.chosen() == "人4"
    assert sum(card.isVisible() for card in page.findChildren(PersonCard)) == 5


def test_the_lock_opens_with_the_pin_of_the_person_who_locked(qtbot: QtBot, background: Background):
    lock = gallery.lock(background)
    qtbot.addWidget(lock)
    lock.show()
    pin = lock.findChild(PinBoxes)
    qtbot.keyClicks(pin, "111111")
    qtbot.keyClick(pin, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "PIN 不对，还可以试 4 次" in words(lock))
    with qtbot.waitSignal(lock.unlocked):
        qtbot.keyClicks(pin, "135790")
        qtbot.keyClick(pin, Qt.Key.Key_Return)
