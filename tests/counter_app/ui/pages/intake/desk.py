"""A counter with the intake page in a window, over a real station home; and the page in each of its states.

    desk = IntakeDesk(home)                 # opens the home; with `cards=True` an emulated reader over a pty
    desk.start(); desk.ready(); desk.blocked(); desk.gaps(); desk.others(); desk.paper(); desk.card_fault("...")
    desk.window.grab()
    desk.close()

`python -m tests.counter_app.ui.pages.intake.desk FOLDER [WIDTH HEIGHT]` writes a picture of every state.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import delete

from counter_app.adapters.card_readers.emulated_cards import sample_cards
from counter_app.adapters.card_readers.emulator import Emulator
from counter_app.adapters.card_readers.sam_serial import SamReader
from counter_app.adapters.exports.ledger_file import export_ledger
from counter_app.domain.moments import CHINA
from counter_app.domain.people import Person
from counter_app.domain.service_item import ServiceItem
from counter_app.services.device_ports import PictureMeans
from counter_app.ui.backend import Backend, Opened
from counter_app.ui.background import Background, Lane
from counter_app.ui.frame import MainWindow
from counter_app.ui.look import dress
from counter_app.ui.page import Page
from counter_app.ui.page_services import PageServices
from counter_app.ui.pages.intake.page import IntakePage
from counter_app.ui.strip import StripCell
from forms.examples import example_line
from tests.counter_app.ui.pages.intake.printers import RecordingPrinter
from tests.support.homes import AGENT, EnrolledHome, lease_for_all, make_home

ELDER = "elder_allowance"
PATIENCE_S = 60  # several people's tests may share the machine


class HomePage(Page):
    """Something to go back to."""

    name = "today"

    def title(self) -> str:
        return "今日"


def wait_until(condition: Callable[[], object], patience_s: float = PATIENCE_S) -> None:
    """Let events run until something is the case; AssertionError if it never is."""
    until = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < until, "it did not come about"
        QApplication.processEvents()
        time.sleep(0.002)


class IntakeDesk:
    """One opened home, one window, one person."""

    def __init__(
        self,
        home: EnrolledHome,
        *,
        cards: bool = False,
        printer: RecordingPrinter | None = None,
        person: Person = AGENT,
        size: tuple[int, int] = (1366, 768),
        files: Callable[[QWidget], list[str]] = lambda _over: [],
        pictures: PictureMeans | None = None,
        camera: str = "",
        tones: bool = False,
    ) -> None:
        self.home, self.station = home, home.open()
        self.emulator = Emulator(sample_cards()) if cards else None
        self.printer = printer or RecordingPrinter()
        self.background = Background()
        backend = Backend(
            home.open, lambda *_: self.station, nullcontext, export_ledger, list,
            printer=self.printer, open_reader=self._reader if cards else None, pictures=pictures, camera_spec=camera,
        )
        asks = PageServices(backend, Opened(self.station, self.station.whereabouts), person)
        self.services = replace(asks.intake(), items=self.station.desk.catalogue.items, tones=lambda: tones)
        self.page = IntakePage(self.services, self.background, files)
        self.window = MainWindow([HomePage(), self.page])
        self.window.show_status(
            (StripCell("user", f"{person.name} · 代办员"), StripCell("cloud-off", "没有网络 · 上次连上 08:52", "warn")),
            StripCell("octagon-alert", "今天 17:30 前须答复 2 件", "danger"),
        )
        self.window.resize(*size)
        self.window.show()
        self.window.activateWindow()  # focus events come to an active window only
        wait_until(self.window.isActiveWindow)
        self.page.closed.connect(self.window.go_back)
        self.window.open("intake")
        self.keys, self.closed = 0, False
        self.settle()

    def _reader(self, _spec: str, _timeout_s: float) -> SamReader:
        assert self.emulator is not None
        return SamReader(self.emulator.device, self.station.desk.today)

    def close(self) -> None:
        """End everything in good order."""
        self.closed = True
        self.page.leave()
        if self.emulator is not None:
            self.emulator.unplug()
        self.background.close()
        delete(self.window)
        self.station.close()

    # hands --------------------------------------------------------------------------------

    def press(self, *keys: str) -> None:
        """Press keys by name, such as `F9`, `Enter`, `Space`, `Ctrl+N`; each counts as one."""
        for key in keys:
            self.keys += 1
            modifiers = Qt.KeyboardModifier.NoModifier
            name = key
            while "+" in name and name != "+":
                first, name = name.split("+", 1)
                modifiers |= getattr(Qt.KeyboardModifier, {"Ctrl": "ControlModifier", "Shift": "ShiftModifier"}[first])
            code = _KEYS.get(name) or getattr(Qt.Key, f"Key_{name}")
            QTest.keyClick(self.window.focusWidget() or self.window, code, modifiers)
            QApplication.processEvents()

    def type(self, text: str) -> None:
        """Type text into what has the focus, Chinese through the IME; text does not count as keys."""
        focus = self.window.focusWidget()
        assert focus is not None, "nothing has the focus"
        if text.isascii():
            QTest.keyClicks(focus, text)
        else:
            commit = QInputMethodEvent("", [])
            commit.setCommitString(text)
            QApplication.sendEvent(focus, commit)
        QApplication.processEvents()

    def settle(self) -> None:
        """Wait until every answer that is under way has come."""
        for lane in ("READ", "STORE", "READ"):
            done: list[bool] = []
            self.background.run(Lane[lane], lambda: True, done.append, lambda _error: None)
            wait_until(lambda done=done: done)
        QApplication.processEvents()

    # states -------------------------------------------------------------------------------

    def item(self, code: str = ELDER) -> ServiceItem:
        return self.station.desk.catalogue.get(code)

    def start(self, initials: str = "") -> None:
        """The search, with something typed."""
        self.page.start()
        self.settle()
        if initials:
            self.type(initials)

    def choose(self, initials: str = "gljt") -> None:
        """An item chosen by its initials."""
        self.page.parts.start.search.setFocus()
        self.type(initials)
        self.press("Enter")
        self.settle()

    def fill(self, n: int = 1, code: str = ELDER, outcome: str = "accept", **changes: Any) -> dict[str, Any]:
        """The form filled as the n-th example, all through the page's own signals; the line it was filled with."""
        page, item = self.page, self.item(code)
        line = {**example_line(item, outcome, n), **changes}
        page.choose_item(item)
        page.person.open_fields()
        for who in ("applicant", "proxy"):
            for key, value in line.get(who, {}).items():
                page.current.application.set_person(who, key, value)
        if "situation" in line:
            page.current.application.line["situation"] = line["situation"]
        for name, value in line["fields"].items():
            page.current.application.set_value(name, value)
        for row in line["materials"]:
            page.current.application.take(item.material(row["id"]), **row)
        page.current.anew()
        page.current.keeping.keep()
        page.person._find_earlier()
        self.settle()
        return line

    def card(self, n: int = 1) -> None:
        """A card laid on the reader and read."""
        assert self.emulator is not None
        self.emulator.control(f"place {n}")
        wait_until(lambda: self.page.current.application.aside().get("card"))
        self.settle()

    def card_fault(self, fault: str, n: int = 1) -> None:
        """A card laid on the reader while something is wrong."""
        assert self.emulator is not None
        self.emulator.control(f"fault {fault}")
        self.emulator.control(f"place {n}")
        wait_until(lambda: self.page.parts.card.fault.isVisible())

    def dialog_ready(self) -> None:
        """The notice dialog has its paper."""
        wait_until(lambda: (deciding := self.page.finishing.deciding) and not deciding.dialog.act.reason())
        self.settle()


_KEYS = {
    "Enter": Qt.Key.Key_Return,
    "Esc": Qt.Key.Key_Escape,
    "Space": Qt.Key.Key_Space,
    "Del": Qt.Key.Key_Delete,
    "+": Qt.Key.Key_Plus,
    "PgDn": Qt.Key.Key_PageDown,
    "PgUp": Qt.Key.Key_PageUp,
}


def open_desk(folder: Path, **options: Any) -> IntakeDesk:
    """A desk over a new home with numbers leased."""
    os.environ.setdefault("COUNTER_PASSPHRASE", "pictures")
    os.environ.setdefault("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    home = make_home(folder)
    home.clock.now = datetime(2026, 11, 23, 10, 42, 7, tzinfo=CHINA)
    station = home.open()
    lease_for_all(station, ("N02", "N03-A", "N03-B", "N04"), 318, 500)
    item = station.desk.catalogue.get(ELDER)
    station.intake.take_in(AGENT, {**example_line(item, "accept", 1), "key": "earlier"})
    station.close()
    return IntakeDesk(home, **options)


def main(folder: str, width: int = 1366, height: int = 768) -> None:
    """A picture of every state."""
    app = QApplication([])
    dress(app)
    with TemporaryDirectory() as home:
        _shoot_all(open_desk(Path(home) / "home", cards=True, size=(width, height)), Path(folder), width)


def _shoot_all(desk: IntakeDesk, place: Path, width: int) -> None:

    def shoot(name: str) -> None:
        QApplication.processEvents()
        desk.window.grab().save(str(place / f"{name}-{width}.png"))

    desk.start("gl")
    shoot("start")
    desk.page.parts.start.search.clear()
    desk.card(4)
    desk.choose()
    desk.type("13900000001")
    desk.press("Enter")
    for material in ("application", "id_card"):
        desk.page.current.application.take(desk.item().material(material))
    desk.page._materials_changed()
    desk.settle()
    shoot("card")
    desk.emulator.control("lift")
    desk.start()
    desk.card_fault("moved")
    shoot("fault")
    desk.start()
    desk.fill(1)
    shoot("ready")
    desk.press("F9")
    desk.dialog_ready()
    shoot("print")
    desk.press("Esc")
    desk.press("Ctrl+B")
    shoot("others")
    desk.press("Esc")
    short = {"name": "王桂芳", "id_number": "53012319410208002", "phone": "13808716021"}
    desk.fill(3, applicant=short, outcome="correct")
    shoot("blocked")
    desk.start()
    desk.fill(3, outcome="correct")
    desk.press("F8")
    shoot("gaps")
    desk.press("Esc")
    desk.press("Ctrl+O")
    desk.settle()
    shoot("drafts")
    desk.press("Esc")
    desk.page.finishing.late_entry()
    shoot("late")
    desk.press("Esc")
    desk.press("F1")
    shoot("guide")
    desk.press("Esc")
    desk.printer.has_paper = False
    desk.start()
    desk.fill(5)
    desk.press("F9")
    desk.dialog_ready()
    asked = desk.page.finishing.deciding.dialog
    desk.press("Enter")
    wait_until(lambda: desk.window.open_dialog() is not asked)
    shoot("stopped")
    desk.press("Esc")
    wait_until(lambda: desk.page.current.application.item is None)
    desk.settle()
    shoot("after")
    desk.close()


if __name__ == "__main__":
    main(sys.argv[1], *(int(part) for part in sys.argv[2:]))
