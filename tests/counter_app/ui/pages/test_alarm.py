"""The alarm that the law answers by itself: at sign-in, on the lock, in the tray and on the case; never a name."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QSystemTrayIcon, QWidget

from counter_app.domain.people import Person, Role
from counter_app.domain.states import CaseState
from counter_app.services.alarms import Alarm
from counter_app.ui.lock import LockPage
from counter_app.ui.pages.case.act_panel import possible_acts
from counter_app.ui.pages.case.reading import CaseServices, read_shown
from counter_app.ui.sign_in import SignInPage
from counter_app.ui.standing import deadline_cell, read_standing
from counter_app.ui.tray import Tray, message_words, system_tray
from tests.counter_app.ui.pages.conftest import PIN, ZHOU, AtWork
from tests.support.homes import MONDAY

LAW = "五日内不告知，自收到之日起即为受理"


class RecordingTray(Tray):
    """The tray with its messages kept: the screen of the tests has no tray."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, str]] = []
        super().__init__()

    def show_alarm(self, alarm: Alarm, before: str) -> None:
        super().show_alarm(alarm, before)
        if alarm.new_due or alarm.new_over:
            self.messages.append((self.icon.toolTip(), message_words(alarm)))


@pytest.fixture
def tray(at_work: AtWork) -> RecordingTray:
    made = RecordingTray()
    at_work.desktop.tray = made
    made.opened.connect(at_work.desktop.come_forward)
    return made


def texts(widget: QWidget) -> str:
    return " ".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def look(work: AtWork) -> None:
    work.desktop.look_at_alarm()
    work.settle()


def test_a_case_is_told_once_on_its_last_day_and_once_on_each_day_after_it(
    at_work: AtWork, tray: RecordingTray
) -> None:
    case = at_work.take_in("receive")
    look(at_work)
    assert tray.messages == []
    assert "没有必须答复" in tray.icon.toolTip()
    at_work.after(days=7)
    look(at_work)
    look(at_work)
    [(state, message)] = tray.messages
    assert "今天 17:30 前有 1 件必须答复" in state
    assert f"{case.item.name} 1 件" in message
    assert LAW in message
    at_work.after(days=8)
    look(at_work)
    look(at_work)
    at_work.after(days=9)
    look(at_work)
    assert len(tray.messages) == 3
    assert "1 件期限已过" in tray.icon.toolTip()
    shown = " ".join(part for row in tray.messages for part in row)
    assert case.applicant.name not in shown
    assert str(case.id) not in shown


def test_the_alarm_is_raised_under_the_lock_and_with_nobody_signed_in(at_work: AtWork, tray: RecordingTray) -> None:
    at_work.take_in("receive")
    at_work.desktop.lock()
    lock = at_work.window.findChild(LockPage)
    assert isinstance(lock, LockPage)
    assert LAW not in texts(lock)
    at_work.after(days=7)
    look(at_work)
    assert len(tray.messages) == 1
    assert LAW in texts(lock)
    assert "Alt+1" in texts(lock)
    tray.opened.emit()
    assert lock.isVisible(), "no click opens what the lock hides"
    at_work.desktop._other_person()
    entry = at_work.desktop.entry
    at_work.until(lambda: isinstance(entry.currentWidget(), SignInPage))
    assert LAW in texts(entry)
    at_work.after(days=8)
    look(at_work)
    assert len(tray.messages) == 2
    assert "1 件期限已过" in texts(entry)
    tray.opened.emit()
    QTest.keyClicks(entry.focusWidget(), PIN)
    assert isinstance(entry.currentWidget(), SignInPage)


def test_a_click_on_the_tray_opens_home(at_work: AtWork, tray: RecordingTray) -> None:
    at_work.open("cases")
    at_work.window.showMinimized()
    tray.icon.activated.emit(QSystemTrayIcon.ActivationReason.Trigger)
    assert at_work.window.page().name == "today"
    assert not at_work.window.isMinimized()
    at_work.open("cases")
    tray.icon.messageClicked.emit()
    assert at_work.window.page().name == "today"


def test_there_is_no_tray_where_the_system_has_none(monkeypatch: pytest.MonkeyPatch, qapp: object) -> None:
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", lambda: False)
    assert system_tray() is None


def test_the_strip_tells_what_is_over_from_what_can_still_be_answered(at_work: AtWork) -> None:
    at_work.take_in("receive")
    at_work.after(days=2)
    at_work.take_in("receive")
    at_work.after(days=9)
    cell = deadline_cell(read_standing(at_work.station))
    assert cell is not None
    assert cell.text == "今天 17:30 前须答复 1 件，已过 1 件"


def test_after_expiry_the_case_offers_only_the_confirmation_dated_at_the_receipt(at_work: AtWork) -> None:
    case = at_work.take_in("receive")
    at_work.after(days=9)
    at_work.open_case(case)
    page = at_work.place.case
    first = next(iter(page.panel.buttons))
    assert first == "deem_accepted"
    assert not {"accept", "correct", "refuse", "not_required", "return", "fix_on_spot"} & set(page.panel.buttons)
    said = texts(page.above)
    assert "五日内没有答复，依法自收到之日（11月16日）起就算已受理" in said
    assert "受理日期写收件那天" in said
    page.panel.wanted.emit("deem_accepted")
    at_work.dialog().doing.click()  # type: ignore[attr-defined]
    at_work.until(lambda: at_work.state(case) == CaseState.ACCEPTED)
    after = at_work.station.cases.view(str(case.id)).case
    assert after.deemed
    assert after.accepted_on == MONDAY.date()


def test_a_clerk_is_told_who_must_confirm(at_work: AtWork) -> None:
    case = at_work.take_in("receive")
    at_work.after(days=9)
    services: CaseServices = at_work.place.asks.case()
    clerk = Person("马文浩", frozenset({Role.CLERK}))
    of_clerk = replace(services, person=clerk)
    shown = read_shown(of_clerk, str(case.id))
    assert "deem_accepted" not in possible_acts(shown)
    page = at_work.place.case
    page.open_case(str(case.id))
    at_work.window.open("case")
    at_work.settle()
    page.show_case(shown)
    at_work.settle()
    assert "要由首席代表确认" in texts(page.above)
    assert ZHOU.name not in texts(page.above)
