"""A whole desktop over a real enrolled home, worked by keys as a person works it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from counter_app.adapters.exports.ledger_file import export_ledger
from counter_app.bootstrap import Station
from counter_app.domain.case import Case
from counter_app.domain.events import NewEvent
from counter_app.domain.people import Person, Role
from counter_app.ui.app import Backend, Desktop
from counter_app.ui.frame import MainWindow
from counter_app.ui.garbage import destroy_windows
from counter_app.ui.page import Page
from counter_app.ui.sign_in import SignInPage
from counter_app.ui.widgets.dialog import Dialog
from counter_app.ui.workplace import Workplace
from forms.catalogue import Catalogue
from forms.examples import example_line
from tests.support.homes import DEVICE, MONDAY, EnrolledHome, bring

ZHOU = Person("周敏", frozenset({Role.CLERK, Role.CHIEF, Role.ADMIN}))
PIN = "258036"
SERIES = ("N02", "N03-A", "N04", "N10", "N12")
ITEM = "temporary_aid"
WAIT_MS = 15_000


@dataclass
class AtWork:
    """A signed-in person before the window. `station` is a second look at the same home."""

    desktop: Desktop
    station: Station
    home: EnrolledHome
    qtbot: QtBot
    made: int = 0
    cases: list[Case] = field(default_factory=list)

    @property
    def place(self) -> Workplace:
        assert self.desktop.place is not None
        return self.desktop.place

    @property
    def window(self) -> MainWindow:
        return self.place.window

    def take_in(self, outcome: str, item: str = ITEM) -> Case:
        """One more invented application."""
        line = example_line(Catalogue.load().get(item), outcome, self.made)
        self.made += 1
        case = self.station.intake.take_in(ZHOU, line).case
        assert case is not None
        self.cases.append(case)
        return case

    def after(self, **gone: float) -> None:
        """The clock of the machine at so much after Monday, 9:30."""
        self.home.clock.now = MONDAY + timedelta(**gone)

    def open(self, name: str) -> Page:
        """A page, once it has shown what it read."""
        self.window.open(name)
        self.settle()
        return self.window.page()

    def open_case(self, case: Case) -> None:
        self.place.open_case(str(case.id))
        self.until(lambda: self.place.case.shown_number() == str(case.id) and bool(self.place.case.panel.buttons))
        self.settle()

    def settle(self) -> None:
        """Wait until all that was asked of the threads has been answered and shown."""
        for _ in range(3):
            for executor in self.desktop.background._lanes.values():
                executor.submit(lambda: None).result()
            QApplication.processEvents()

    def until(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition, timeout=WAIT_MS)

    def focus(self) -> QWidget:
        found = self.window.focusWidget()
        assert found is not None
        return found

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """One key to whatever has the focus."""
        QTest.keyClick(self.focus(), key, modifier)

    def type(self, text: str) -> None:
        for character in text:
            QTest.keyClicks(self.focus(), character)

    def dialog(self) -> Dialog:
        self.until(lambda: self.window.open_dialog() is not None)
        found = self.window.open_dialog()
        assert found is not None
        return found

    def state(self, case: Case) -> str:
        return self.station.cases.view(str(case.id)).case.state.value


@pytest.fixture
def home_in_use(home: EnrolledHome) -> Iterator[Station]:
    """The home with blocks of numbers and one person."""
    opened = home.open()
    agencies = sorted({item.agency for item in opened.desk.catalogue.items()})
    bring(opened, *(_block(agency, kind) for agency in agencies for kind in SERIES))
    opened.people.add(None, ZHOU.name, ZHOU.roles, PIN)
    yield opened
    opened.close()


def _block(agency: str, kind: str) -> NewEvent:
    data = {"agency": agency, "kind": kind, "year": 2026, "first": 1, "last": 50, "to": DEVICE}
    return NewEvent("block_leased", None, 0, "", data)


@pytest.fixture
def backend(home: EnrolledHome) -> Backend:
    """What __main__ gives, without devices."""
    return Backend(home.open, _no_hall, nullcontext, export_ledger, list)


@pytest.fixture
def desktop(qapp: QApplication, backend: Backend) -> Iterator[Desktop]:
    made = Desktop(qapp, backend)
    yield made
    made.close()
    destroy_windows(qapp)


@pytest.fixture
def at_work(home_in_use: Station, home: EnrolledHome, desktop: Desktop, qtbot: QtBot) -> AtWork:
    """Signed in at 1366x768, on the home page."""
    work = AtWork(desktop, home_in_use, home, qtbot)
    desktop.start()
    sign_in(desktop, qtbot)
    work.window.resize(1366, 768)
    work.until(lambda: work.place.standing is not None)
    work.settle()
    return work


def sign_in(desktop: Desktop, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: isinstance(desktop.entry.currentWidget(), SignInPage), timeout=WAIT_MS)
    QTest.keyClicks(desktop.entry.focusWidget(), PIN)
    QTest.keyClick(desktop.entry.focusWidget(), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: desktop.place is not None, timeout=WAIT_MS)


def _no_hall(url: str, code: str, plain: bool) -> Station:
    raise AssertionError(f"nothing is enrolled here: {url}")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder for exports."""
    made = tmp_path / "exports"
    made.mkdir()
    return made
