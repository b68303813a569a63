"""A whole desktop over a real enrolled home, worked by keys as a person works it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from time import monotonic

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import delete, isValid

from counter_app.adapters.exports.ledger_file import export_ledger
from counter_app.domain.case import Case
from counter_app.domain.people import Person, Role
from counter_app.station import Station
from counter_app.ui.app import Backend, Desktop
from counter_app.ui.frame import MainWindow
from counter_app.ui.look import dress
from counter_app.ui.page import Page
from counter_app.ui.sign_in import SignInPage
from counter_app.ui.widgets.dialog import Dialog
from counter_app.ui.workplace import Workplace
from forms.catalogue import Catalogue
from forms.examples import example_line
from tests.support.homes import MONDAY, EnrolledHome, make_home
from tests.support.key_files import quick_pins

ZHOU = Person("周敏", frozenset({Role.CLERK, Role.CHIEF, Role.ADMIN}))
PIN = "258036"
SERIES = ("N02", "N03-A", "N04", "N10", "N12")
ITEM = "temporary_aid"
WAIT_S = 60.0  # several people's tests may share the machine


@dataclass
class AtWork:
    """A signed-in person before the window. `station` is a second look at the same home."""

    desktop: Desktop
    station: Station
    home: EnrolledHome
    made: int = 0
    cases: list[Case] = field(default_factory=list)

    @property
    def place(self) -> Workplace:
        assert self.desktop.place is not None
        return self.desktop.place

    @property
    def window(self) -> MainWindow:
        return self.place.window

    def take_in(self, outcome: str, item: str = ITEM, without: Collection[str] = ()) -> Case:
        """One more invented application; without: the materials that a whole one lacks."""
        line = {**example_line(Catalogue.load().get(item), "accept" if without else outcome, self.made)}
        line |= {"outcome": outcome, "materials": [row for row in line["materials"] if row["id"] not in without]}
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
        """Let Qt work until it is so; the test fails if it never is."""
        give_up_at = monotonic() + WAIT_S
        while not condition():
            assert monotonic() < give_up_at, "waited in vain"
            QTest.qWait(5)

    def begin_again(self) -> None:
        """Close what is open, and go home at Monday, 9:30."""
        self.settle()
        for _ in range(5):  # a dialog may open another as it closes
            dialog = self.window.open_dialog()
            if dialog is not None:
                dialog.close_dialog()
                self.settle()
        assert self.window.open_dialog() is None
        self.home.clock.now = MONDAY
        self.open("today")

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


@contextmanager
def working(
    app: QApplication,
    folder: Path,
    change: Callable[[Backend], Backend] = replace,
    person: Person = ZHOU,
    entrusted: Sequence[str] | None = None,
    settings: Mapping[str, str] | None = None,
) -> Iterator[AtWork]:
    """A home in the folder, signed in at 1366x768, on the home page. COUNTER_PASSPHRASE must be set."""
    home = make_home(folder / "home", entrusted=entrusted)
    opened = home.open_with_numbers(SERIES, last=500)
    with quick_pins():
        opened.people.add(None, person.name, person.roles, PIN)
    with opened.store.write() as writing:
        for name, value in (settings or {}).items():
            writing.save_setting(name, value)
    with window_over(app, home, opened, change) as work:
        yield work


@contextmanager
def window_over(
    app: QApplication, home: EnrolledHome, opened: Station, change: Callable[[Backend], Backend] = replace
) -> Iterator[AtWork]:
    """The window over a home whose one person signs in; it closes the home."""
    dress(app)
    desktop = Desktop(app, change(Backend(lambda: opened, _no_hall, nullcontext, export_ledger, list)))
    work = AtWork(desktop, opened, home)
    try:
        desktop.start()
        sign_in(work)
        work.window.resize(1366, 768)
        work.until(lambda: work.place.standing is not None)
        work.settle()
        yield work
    finally:
        windows = [desktop.entry, *([desktop.place.window] if desktop.place else [])]
        desktop.close()
        for window in filter(isValid, windows):
            delete(window)
        desktop.deleteLater()


def sign_in(work: AtWork) -> None:
    """Type the PIN and press Enter."""
    entry = work.desktop.entry
    work.until(lambda: isinstance(entry.currentWidget(), SignInPage))
    QTest.keyClicks(entry.focusWidget(), PIN)
    QTest.keyClick(entry.focusWidget(), Qt.Key.Key_Return)
    work.until(lambda: work.desktop.place is not None)


@pytest.fixture(scope="module")
def secrets() -> Iterator[None]:
    """The passphrase of the homes."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("COUNTER_PASSPHRASE", "correct horse battery")
        environment.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        yield


@pytest.fixture
def at_work(secrets: None, qapp: QApplication, tmp_path: Path) -> Iterator[AtWork]:
    """A window over a home of its own."""
    with working(qapp, tmp_path) as work:
        yield work


@pytest.fixture(scope="module")
def long_day(secrets: None, qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AtWork]:
    """One window for all tests of a module; `all_day` is what they ask for."""
    with working(qapp, tmp_path_factory.mktemp("day")) as work:
        yield work


@pytest.fixture
def all_day(long_day: AtWork) -> AtWork:
    """The window of the module as a test may expect it: Monday morning, home page, no dialog, nothing shown yet."""
    long_day.begin_again()
    return long_day


def _no_hall(url: str, code: str, plain: bool, pin: str) -> Station:
    raise AssertionError(f"nothing is enrolled here: {url}")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder for exports."""
    made = tmp_path / "exports"
    made.mkdir()
    return made
