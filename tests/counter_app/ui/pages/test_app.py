"""The program from its first start to the lock: nothing is lost on the way, nothing is shown that should not be."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from shiboken6 import delete, isValid

from counter_app.adapters.exports.ledger_file import export_ledger
from counter_app.domain.errors import CounterError
from counter_app.domain.people import Person, Role
from counter_app.services.device_ports import Printer
from counter_app.station import Station
from counter_app.ui.app import Backend, Desktop, size_for
from counter_app.ui.enrolment_page import CannotOpenPage, EnrolmentPage, FirstPersonPage, is_loopback
from counter_app.ui.help import help_of
from counter_app.ui.idle import IdleWatch
from counter_app.ui.lock import LockPage
from counter_app.ui.look import dress
from counter_app.ui.pages.notice import NoticeServices
from counter_app.ui.pages.notice.printing import Printing
from counter_app.ui.scale import TextSize
from counter_app.ui.sign_in import SignInPage
from counter_app.ui.texts import tr
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.check_box import CheckBox
from counter_app.ui.widgets.line_edit import LineEdit
from counter_app.ui.widgets.pin import PinBoxes
from tests.counter_app.ui.pages.conftest import PIN, ZHOU, AtWork
from tests.support.homes import make_home

UI = Path(__file__).parents[4] / "counter_app" / "ui"


@contextmanager
def started(app: QApplication, backend: Backend) -> Iterator[Desktop]:
    """The program at its start."""
    dress(app)
    desktop = Desktop(app, backend)
    desktop.start()
    try:
        yield desktop
    finally:
        windows = [desktop.entry, *([desktop.place.window] if desktop.place else [])]
        desktop.close()
        for window in filter(isValid, windows):
            delete(window)


def until(condition: Callable[[], bool]) -> None:
    for _ in range(6000):
        if condition():
            return
        QTest.qWait(10)
    raise AssertionError("waited in vain")


def words_on(widget: QWidget) -> str:
    return " ".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def not_enrolled() -> Station:
    raise CounterError("not_enrolled", home="here")


def enrol_fails(_url: str, _code: str, _plain: bool, _pin: str) -> Station:
    raise CounterError("code_used")


def test_a_new_machine_is_enrolled_gets_its_first_person_and_opens_the_window(
    qapp: QApplication, tmp_path: Path, secrets: None
) -> None:
    asked: list[tuple[str, str, bool, str]] = []

    def enrol(url: str, code: str, plain: bool, pin: str) -> Station:
        asked.append((url, code, plain, pin))
        return make_home(tmp_path / "home").open()

    @contextmanager
    def held() -> Iterator[None]:
        assert (tmp_path / "home").is_dir(), "there is no folder to hold before the enrolment"
        yield

    with started(qapp, Backend(not_enrolled, enrol, held, export_ledger, list)) as desktop:
        until(lambda: isinstance(desktop.entry.currentWidget(), EnrolmentPage))
        QTest.keyClicks(desktop.entry.focusWidget(), "http://127.0.0.1:8400")
        QTest.keyClick(desktop.entry.focusWidget(), Qt.Key.Key_Return)
        QTest.keyClicks(desktop.entry.focusWidget(), "abcd efgh")
        for _ in range(3):  # the code, the fingerprint that loopback does not need, the button
            QTest.keyClick(desktop.entry.focusWidget(), Qt.Key.Key_Return)
        until(lambda: isinstance(desktop.entry.currentWidget(), FirstPersonPage))
        assert asked == [("http://127.0.0.1:8400", "ABCDEFGH", True, "")]
        page = desktop.entry.currentWidget()
        page.findChildren(LineEdit)[0].setText("周敏")
        page.findChildren(CheckBox)[0].setChecked(True)
        for boxes in page.findChildren(PinBoxes):
            QTest.keyClicks(boxes, PIN)
        doing = next(button for button in page.findChildren(Button) if button.kind() == "primary")
        doing.click()
        until(lambda: desktop.place is not None)
        assert desktop.place is not None
        assert desktop.place.person == Person("周敏", frozenset({Role.CLERK, Role.ADMIN}))
        assert desktop.place.window.isVisible()
        assert not desktop.entry.isVisible()


def test_a_used_code_is_said_and_what_was_typed_stays(qapp: QApplication) -> None:
    with started(qapp, Backend(not_enrolled, enrol_fails, nullcontext, export_ledger, list)) as desktop:
        until(lambda: isinstance(desktop.entry.currentWidget(), EnrolmentPage))
        page = desktop.entry.currentWidget()
        assert isinstance(page, EnrolmentPage)
        url, code = page.findChildren(LineEdit)[:2]
        url.setText("https://hall.example.gov.cn")
        code.setText("ABCDEF")
        page.doing.click()  # type: ignore[union-attr]
        until(lambda: "用过" in page.fault.accessibleName())
        assert (url.text(), code.text()) == ("https://hall.example.gov.cn", "ABCDEF")


@pytest.mark.parametrize(
    ("url", "loopback"),
    [
        ("http://127.0.0.1:8400", True),
        ("http://localhost", True),
        ("http://[::1]:8400", True),
        ("http://192.168.1.7", False),
        ("https://hall.example.gov.cn", False),
        ("http://127.0.0.1.example.com", False),
    ],
)
def test_plain_http_is_only_for_the_machine_itself(url: str, loopback: bool) -> None:
    assert is_loopback(url) is loopback


def test_a_second_window_says_which_one_is_open_and_can_be_tried_again(
    qapp: QApplication, tmp_path: Path, secrets: None
) -> None:
    @contextmanager
    def taken() -> Iterator[None]:
        raise CounterError("window_open", pid=4711)
        yield

    home = make_home(tmp_path / "home")
    with started(qapp, Backend(home.open, enrol_fails, taken, export_ledger, list)) as desktop:
        until(lambda: isinstance(desktop.entry.currentWidget(), CannotOpenPage))
        page = desktop.entry.currentWidget()
        assert isinstance(page, CannotOpenPage)
        assert "4711" in page.fault.accessibleName()
        assert page.doing is not None
        assert page.doing.hasFocus()


def test_a_wrong_pin_says_how_often_it_can_still_be_tried(at_work: AtWork) -> None:
    at_work.desktop._other_person()
    entry = at_work.desktop.entry
    at_work.until(lambda: isinstance(entry.currentWidget(), SignInPage))
    QTest.keyClicks(entry.focusWidget(), "000000")
    QTest.keyClick(entry.focusWidget(), Qt.Key.Key_Return)
    at_work.until(lambda: "还可以试 4 次" in words_on(entry))
    assert at_work.desktop.place is None


def test_the_lock_hides_everything_and_gives_back_the_field_and_the_caret(at_work: AtWork) -> None:
    case = at_work.take_in("accept")
    at_work.open_case(case)
    at_work.window.press("search")
    edit = at_work.window.top.search.edit
    edit.setText("王小")
    edit.setCursorPosition(1)
    at_work.window.press("lock")
    lock = at_work.window.findChild(LockPage)
    assert lock is not None
    assert lock.isVisible()
    shown = words_on(at_work.window)
    assert case.applicant.name not in shown
    assert str(case.id) not in shown
    at_work.window.press("new_intake")
    assert at_work.window.page().name == "case", "no key reaches the page beneath"
    [boxes] = lock.findChildren(PinBoxes)
    QTest.keyClicks(boxes, "999999")
    QTest.keyClick(boxes, Qt.Key.Key_Return)
    at_work.until(lambda: "还可以试" in words_on(lock))
    QTest.keyClicks(boxes, PIN)
    QTest.keyClick(boxes, Qt.Key.Key_Return)
    at_work.until(lambda: at_work.desktop._lock is None)
    assert at_work.focus() is edit
    assert (edit.text(), edit.cursorPosition()) == ("王小", 1)
    assert at_work.window.page().name == "case"


def test_the_lock_covers_an_open_dialog_and_gives_it_back(at_work: AtWork) -> None:
    at_work.open_case(at_work.take_in("accept"))
    at_work.key(Qt.Key.Key_Return)
    dialog = at_work.dialog()
    at_work.desktop.lock()
    assert not dialog.isVisible()
    at_work.desktop.unlock()
    assert dialog.isVisible()


def test_f1_helps_on_the_lock_and_at_sign_in_and_esc_gives_the_pin_back(at_work: AtWork) -> None:
    at_work.open_case(at_work.take_in("accept"))
    at_work.window.press("lock")
    lock = at_work.window.findChild(LockPage)
    assert lock is not None
    [boxes] = lock.findChildren(PinBoxes)
    at_work.window.press("guide")
    on_lock = at_work.window.help
    assert on_lock is not None
    assert on_lock.shown == help_of("page.lock")
    assert tr("help.panel.keys") not in [button.text() for button in on_lock.findChildren(Button)]
    at_work.window.press("back")
    assert not on_lock.isVisible()
    assert boxes.isAncestorOf(at_work.focus()) or at_work.focus() is boxes
    at_work.desktop._other_person()
    entry = at_work.desktop.entry
    at_work.until(lambda: isinstance(entry.currentWidget(), SignInPage) and entry.isActiveWindow())
    before = entry.focusWidget()
    QTest.keyClick(entry.windowHandle(), Qt.Key.Key_F1)
    at_work.until(lambda: at_work.desktop._help_panel is not None and at_work.desktop._help_panel.isVisible())
    panel = at_work.desktop._help_panel
    assert panel is not None
    assert panel.shown == help_of("page.sign_in")
    QTest.keyClick(entry.windowHandle(), Qt.Key.Key_Escape)
    assert not panel.isVisible()
    assert entry.focusWidget() is before


def test_ten_minutes_without_a_touch_lock_once_and_work_that_must_not_be_cut_waits(qapp: QApplication) -> None:
    now = [0.0]
    watch = IdleWatch(10, lambda: now[0])
    fired: list[float] = []
    watch.idle.connect(lambda: fired.append(now[0]))
    now[0] = 599
    watch.look()
    assert fired == []
    now[0] = 601
    watch.look()
    watch.look()
    assert fired == [601.0]
    watch.again()
    watch.look()
    assert len(fired) == 2
    watch.touched()
    now[0] = 1100
    watch.look()
    assert len(fired) == 2


def test_the_idle_lock_leaves_a_page_alone_that_has_work(at_work: AtWork, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(at_work.window.page(), "has_work", lambda: True)
    at_work.desktop._lock_if_idle()
    assert at_work.desktop._lock is None
    monkeypatch.undo()
    at_work.desktop._lock_if_idle()
    assert at_work.desktop._lock is not None


def test_the_idle_lock_waits_until_the_printer_has_the_paper(at_work: AtWork) -> None:
    window, station = at_work.window, at_work.station
    printer = cast("Printer", object())
    services = NoticeServices(ZHOU, station.papers, station.print_jobs, printer)
    case = at_work.take_in("accept")
    background = at_work.desktop.background
    printing = Printing(services, background, "窗口", case, lambda: None, lambda *_: None, window.page())
    printing.working = True
    at_work.desktop._lock_if_idle()
    assert at_work.desktop._lock is None
    printing.start([])
    at_work.desktop._lock_if_idle()
    assert at_work.desktop._lock is not None


def test_another_person_may_sign_in_and_drafts_stay(at_work: AtWork) -> None:
    at_work.station.people.add(ZHOU, "马文浩", [Role.CLERK], PIN)
    at_work.take_in("receive")
    at_work.desktop.lock()
    at_work.desktop._other_person()
    entry = at_work.desktop.entry
    at_work.until(lambda: isinstance(entry.currentWidget(), SignInPage))
    QTest.keyClick(entry.focusWidget(), Qt.Key.Key_Down)
    at_work.until(lambda: entry.currentWidget().chosen() != "")
    other = entry.currentWidget().chosen()
    QTest.keyClicks(entry.focusWidget(), PIN)
    QTest.keyClick(entry.focusWidget(), Qt.Key.Key_Return)
    at_work.until(lambda: at_work.desktop.place is not None)
    assert at_work.place.person.name == other


def test_sign_in_shows_how_many_must_be_answered_and_no_name(at_work: AtWork) -> None:
    case = at_work.take_in("receive")
    at_work.after(days=7)
    at_work.desktop._other_person()
    entry = at_work.desktop.entry
    at_work.until(lambda: isinstance(entry.currentWidget(), SignInPage))
    at_work.settle()
    assert "今天 17:30 前有 1 件必须答复" in words_on(entry)
    assert case.applicant.name not in words_on(entry)


def test_strip_and_badges_say_how_things_stand(at_work: AtWork) -> None:
    at_work.take_in("receive")
    at_work.after(days=7)
    at_work.place.look()
    at_work.settle()
    strip = words_on(at_work.window.strip)
    assert "周敏" in strip
    assert "未到中心 1 件" in strip
    assert "今天 17:30 前须答复 1 件" in strip
    assert "号段余" in strip
    assert "1 件" in at_work.window.rail._cells["today"].accessibleName()


def test_agents_start_with_large_text_and_the_settings_go_first() -> None:
    agent, clerk = Person("何秀兰", frozenset({Role.AGENT})), Person("周敏", frozenset({Role.CLERK, Role.AGENT}))
    assert size_for(agent, "") is TextSize.LARGE
    assert size_for(clerk, "") is TextSize.STANDARD
    assert size_for(agent, "STANDARD") is TextSize.STANDARD


def test_no_chinese_stands_in_the_program_of_the_screens() -> None:
    for file in sorted(UI.rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        spoken = {id(node) for node in _docstrings(tree)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in spoken:
                assert not any("\u4e00" <= character <= "\u9fff" for character in node.value), f"{file}:{node.lineno}"


def _docstrings(tree: ast.AST) -> Iterator[ast.AST]:
    """Docstrings, also those that follow an attribute."""
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        for statement in body if isinstance(body, list) else []:
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                yield statement.value
