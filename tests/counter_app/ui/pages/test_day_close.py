"""日结 and 换人接着办 by keys alone, with an IME composition open at each Enter."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from counter_app.domain.people import Role
from counter_app.services.stored_facts import Draft
from counter_app.ui.backend import Backend
from counter_app.ui.hand_over_card import HandOverCard
from counter_app.ui.lock import LockPage
from counter_app.ui.pages.ledger.day_close import DayClosePanel
from counter_app.ui.pages.ledger.page import LedgerPage
from counter_app.ui.pages.ledger.signing import SignDialog
from counter_app.ui.widgets.button import Button
from tests.counter_app.ui.pages.conftest import PIN, ZHOU, AtWork, working
from tests.counter_app.ui.pages.intake.printers import RecordingPrinter
from tests.support.homes import MONDAY
from tests.support.ui_watch import UiWatch

SUPERVISOR, NEXT, CHIEF = "梁建国", "马文浩", "王芳"
PINS = {SUPERVISOR: "111111", NEXT: "222222", CHIEF: "333333"}


def add_people(work: AtWork) -> None:
    roles = {SUPERVISOR: Role.SUPERVISOR, NEXT: Role.CLERK, CHIEF: Role.CHIEF}
    for name, role in roles.items():
        work.station.people.add(ZHOU, name, {role}, PINS[name])


def enter(work: AtWork) -> None:
    """Enter while a composition is open belongs to the IME; once it is closed, Enter is the page's."""
    here = work.focus()
    QApplication.sendEvent(here, QInputMethodEvent("zhou", []))
    work.key(Qt.Key.Key_Return)
    QApplication.processEvents()
    assert work.focus() is here, "Enter was taken from the IME"
    QApplication.sendEvent(here, QInputMethodEvent("", []))
    work.key(Qt.Key.Key_Return)
    work.settle()


def commit(work: AtWork, text: str) -> None:
    """What an IME does when a word is chosen."""
    event = QInputMethodEvent()
    event.setCommitString(text)
    QApplication.sendEvent(work.focus(), event)


def tab_to(work: AtWork, wanted: QWidget, most: int) -> None:
    for _ in range(most):
        if work.focus() is wanted:
            return
        work.key(Qt.Key.Key_Tab)
    assert work.focus() is wanted, f"not reached with {most} keys"


def words_on(widget: QWidget) -> str:
    return " ".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def ledger(work: AtWork) -> LedgerPage:
    page = work.open("ledger")
    assert isinstance(page, LedgerPage)
    return page


def test_before_it_is_known_how_the_day_stands_nothing_can_be_pressed(qtbot: QtBot) -> None:
    panel = DayClosePanel(ZHOU)
    qtbot.addWidget(panel)
    assert [button for button in panel.findChildren(Button) if not button.isHidden()] == []


def test_two_people_close_the_day_by_keys_alone(at_work: AtWork) -> None:
    add_people(at_work)
    at_work.take_in("accept")
    page = ledger(at_work)
    at_work.key(Qt.Key.Key_5, Qt.KeyboardModifier.AltModifier)
    tab_to(at_work, page.panel.close_day, 2)
    at_work.key(Qt.Key.Key_Return)
    dialog = at_work.dialog()
    assert isinstance(dialog, SignDialog)
    at_work.type(PIN)
    enter(at_work)
    assert at_work.focus() is dialog.second_pin.boxes
    at_work.key(Qt.Key.Key_Down)
    assert dialog.second.value() == CHIEF
    at_work.key(Qt.Key.Key_Up)
    at_work.type("999999")
    enter(at_work)
    assert "还可以试 4 次" in words_on(dialog)
    assert at_work.station.day_close.closed(date.min, date.max) == []
    at_work.type(PINS[dialog.second.value()])
    enter(at_work)
    at_work.until(lambda: at_work.window.open_dialog() is None)
    at_work.settle()
    [closed] = at_work.station.day_close.closed(date.min, date.max)
    assert (closed.day, closed.by, closed.cases) == (MONDAY.date(), ZHOU.name, 1)
    assert closed.second == SUPERVISOR
    assert closed.shown_code in words_on(page.panel)
    assert closed.shown_code in words_on(at_work.window.top), "said, and not gone as the page is read again"
    assert page.panel.close_day.isHidden()


def test_a_closed_day_is_exported_under_its_code_and_what_came_later_is_told(at_work: AtWork) -> None:
    add_people(at_work)
    at_work.take_in("accept")
    people = {known.name: known for known in at_work.station.people.all()}
    assert SUPERVISOR in people
    supervisor = at_work.station.people.sign_in(SUPERVISOR, PINS[SUPERVISOR])
    closed = at_work.station.day_close.close(ZHOU, supervisor)
    page = ledger(at_work)
    assert page._sight is not None
    assert closed.shown_code in page._sight.ledger.closing
    asked: list[str] = []
    page.output.ask_where = lambda _over, name, _form: asked.append(name)
    at_work.window.press("export")
    assert closed.shown_code.replace(" ", "") in asked[0]


def test_what_is_shown_goes_to_the_printer_of_this_counter(qapp: QApplication, tmp_path: Path, secrets: None) -> None:
    printer = RecordingPrinter()

    def with_printer(backend: Backend) -> Backend:
        return replace(backend, printer=printer, ledger_pdf=lambda ledger: f"%PDF {len(ledger.rows)}".encode())

    with working(qapp, tmp_path, with_printer) as work:
        work.take_in("accept")
        ledger(work)
        work.window.press("print")
        work.settle()
        assert [(job.title, job.pdf) for job in printer.printed] == [("窗口办件日台账", b"%PDF 1")]


def test_the_page_says_why_nobody_can_close_the_day(at_work: AtWork) -> None:
    at_work.take_in("receive")
    page = ledger(at_work)
    assert "签第二个" in page.panel.close_day.reason()
    add_people(at_work)
    page.refresh()
    at_work.settle()
    assert page.panel.close_day.reason() == ""
    at_work.after(days=7)
    page.refresh()
    at_work.settle()
    assert "必须答复" in page.panel.close_day.reason()
    page._period.set_value("yesterday")
    page._period.chosen.emit("yesterday")
    at_work.settle()
    assert page.panel.close_day.reason() == "", "yesterday asked for nothing"


def test_the_registers_are_tabs_that_keys_turn_and_columns_stay_as_a_person_puts_them(at_work: AtWork) -> None:
    page = ledger(at_work)
    at_work.window.press("section_after")
    at_work.settle()
    assert page._book.value() == "agent"
    for _ in range(14):
        at_work.window.press("section_after")
    at_work.settle()
    assert page._book.value() == "counter"
    assert page.table is not None
    header = page.table.moving.horizontalHeader()
    header.moveSection(0, 2)
    header.resizeSection(1, 333)
    page.table.moving._tell_layout()
    at_work.settle()
    for book in ("once_notice", "counter"):
        page._book._choose(book)
        at_work.settle()
    header = page.table.moving.horizontalHeader()
    assert (header.visualIndex(0), header.sectionSize(1)) == (2, 333)


def lock_and_ask(work: AtWork) -> HandOverCard:
    work.window.press("lock")
    work.window.press("correct")
    work.settle()
    lock = work.window.findChild(LockPage)
    assert lock is not None
    assert lock.hand_over is not None
    return lock.hand_over


def test_the_next_person_goes_on_where_the_one_before_stopped(at_work: AtWork, ui_watch: UiWatch) -> None:
    ui_watch.armed = False  # a draft is opened the first time
    add_people(at_work)
    drafts = at_work.station.drafts
    line: dict[str, object] = {"item": "temporary_aid", "applicant": {"name": "李大山"}}
    draft = drafts.save(ZHOU, Draft(None, ZHOU.name, "temporary_aid", line))
    at_work.place.open_draft(draft.id or 0)
    at_work.settle()
    ui_watch.armed = True
    card = lock_and_ask(at_work)
    assert "李大山" not in words_on(at_work.window)
    assert "没办完的登记" in words_on(card)
    assert at_work.focus() is card.seals.editor
    commit(at_work, "行政许可章 1 枚")
    enter(at_work)
    assert at_work.focus() is card.giver_pin.boxes
    for _ in range(3):
        if card.receiver() != NEXT:
            at_work.key(Qt.Key.Key_Down)
    assert card.receiver() == NEXT
    at_work.type(PIN)
    enter(at_work)
    assert at_work.focus() is card.receiver_pin.boxes
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Up):  # to somebody else and back: what was typed first stays
        at_work.key(key)
    assert card.giver_pin.boxes.text() == PIN
    at_work.type("000000")
    enter(at_work)
    assert "还可以试 4 次" in words_on(card)
    assert at_work.place.person == ZHOU
    at_work.window.showMaximized()
    at_work.type(PINS[NEXT])
    ui_watch.armed = False  # a whole window is made, and one ends, as at a start
    enter(at_work)
    at_work.until(lambda: at_work.desktop.place is not None and at_work.place.person.name == NEXT)
    at_work.settle()
    assert at_work.window.isMaximized(), "as large as the window before"
    assert at_work.window.isActiveWindow()
    assert at_work.window.page().name == "intake"
    assert at_work.place.intake.current.keeping.draft_id() == draft.id
    assert drafts.open(draft.id or 0).user == NEXT


def test_both_pins_of_the_hand_over_are_in_sight_on_a_low_screen(at_work: AtWork) -> None:
    add_people(at_work)
    at_work.window.resize(1280, 680)
    card = lock_and_ask(at_work)
    lock = at_work.window.findChild(LockPage)
    assert lock is not None
    view = lock.form.viewport()
    at_work.until(lambda: card._counts is not None)
    at_work.until(lambda: view.rect().contains(card.doing.mapTo(view, card.doing.rect().bottomRight())))


def test_a_chief_hands_over_for_somebody_absent_and_says_why(at_work: AtWork, ui_watch: UiWatch) -> None:
    add_people(at_work)
    card = lock_and_ask(at_work)
    tab_to(at_work, card.absent, 1)
    at_work.key(Qt.Key.Key_Space)
    card.signer.set_value(CHIEF)
    card._look()
    for _ in range(3):
        if card.receiver() != NEXT:
            card._step(1)
    card.seals.set_value("章 1 枚")
    card.giver_pin.boxes.setText(PINS[CHIEF])
    card.receiver_pin.boxes.setText(PINS[NEXT])
    card.doing.click()
    at_work.settle()
    assert card.reason.is_wrong(), "without a reason nothing is handed over"
    card.reason.set_value("病假")
    ui_watch.armed = False  # as above
    card.doing.click()
    at_work.until(lambda: at_work.desktop.place is not None and at_work.place.person.name == NEXT)
    with at_work.station.desk.store.read() as reading:
        [event] = reading.own_events("entered")
    assert (event.user, (event.private or {})["absent"]) == (CHIEF, ZHOU.name)


def test_esc_takes_the_hand_over_away_and_the_lock_stays(at_work: AtWork) -> None:
    add_people(at_work)
    lock_and_ask(at_work)
    at_work.window.press("back")
    lock = at_work.window.findChild(LockPage)
    assert lock is not None
    assert lock.hand_over is None
    assert any(button.isVisible() for button in lock.findChildren(Button) if "换人接着办" in button.text())
