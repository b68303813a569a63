"""Sign-in before the program is loaded: who works here is known, and what is typed there is not lost."""

from __future__ import annotations

import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path
from unittest.mock import patch

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from shiboken6 import delete, isValid

from counter_app.__main__ import _who_works_here
from counter_app.adapters.exports.ledger_file import export_ledger
from counter_app.adapters.home import STORE_FILE
from counter_app.adapters.store.door import read_door
from counter_app.domain.people import Person, Role
from counter_app.ui import tokens
from counter_app.ui.app import Backend, Desktop
from counter_app.ui.first_window import FirstWindow
from counter_app.ui.help.panel import HelpPanel
from counter_app.ui.sign_in import SignInPage
from counter_app.ui.texts import tr
from counter_app.ui.widgets.label import Label
from counter_app.ui.widgets.person_card import PersonCard
from counter_app.ui.widgets.pin import PinBoxes
from sync.key_vault import INDEX
from tests.counter_app.ui.test_lean_pyside import LEAN
from tests.support.homes import EnrolledHome, make_home
from tests.support.key_files import quick_pins

PIN = "258036"
LOADED = """
import sys
from pathlib import Path
from counter_app.__main__ import _who_works_here
from counter_app.ui.first_window import FirstWindow
first = FirstWindow(lambda: _who_works_here(Path(sys.argv[1])))
names = ("sqlalchemy", "logging", "concurrent.futures", "counter_app.domain.case", "counter_app.ui.widgets.dialog")

def look():
    print(type(first.entry.currentWidget()).__name__, *(name for name in names if name in sys.modules))

first.load(look)
"""
PEOPLE = (Person("马文浩", frozenset({Role.CLERK, Role.ADMIN})), Person("周敏", frozenset({Role.CLERK})))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> EnrolledHome:
    """A station where two people work and large text is chosen."""
    monkeypatch.setenv("COUNTER_PASSPHRASE", "correct horse battery")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    made = make_home(tmp_path / "home")
    station = made.open()
    with quick_pins():
        station.people.add(None, PEOPLE[0].name, PEOPLE[0].roles, PIN)
        station.people.add(PEOPLE[0], PEOPLE[1].name, PEOPLE[1].roles, PIN)
    with station.store.write() as writing:
        writing.save_setting("text_size", "LARGE")
    station.close()
    return made


def test_the_door_says_what_the_whole_store_says(home: EnrolledHome) -> None:
    door, station = _who_works_here(home.path)(), home.open()
    assert door is not None
    with station.store.read() as reading:
        profile, people = reading.profile(), reading.people()
    assert door.people == tuple(Person(person.name, person.roles) for person in people)
    assert (door.county, door.station, door.window) == (profile.county, profile.name, profile.name)
    assert (door.text_size, door.language) == ("LARGE", "")
    station.close()


def test_the_pin_of_a_home_with_a_key_file_waits_for_no_module_that_sign_in_does_not_need(home: EnrolledHome) -> None:
    command = [sys.executable, "-c", f"{LEAN}\n{LOADED}", str(home.path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == ["SignInPage"]


def test_what_cannot_be_read_at_the_door_is_left_to_the_opening(
    home: EnrolledHome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert read_door(home.path / STORE_FILE, bytes(32)) is None
    assert _who_works_here(tmp_path / "nowhere")() is None
    assert not (tmp_path / "nowhere").exists()
    with patch.object(Path, "read_bytes", side_effect=PermissionError):
        assert _who_works_here(home.path)() is None, "a folder that may not be entered"
    monkeypatch.setenv("COUNTER_PASSPHRASE", "another one")
    assert _who_works_here(home.path)() is None
    (home.path / INDEX).unlink()
    (home.path / INDEX).mkdir()
    assert _who_works_here(home.path)() is None, "no file can be read there"


def test_a_pin_and_f1_pressed_before_the_home_is_open_are_answered_when_it_is(
    home: EnrolledHome, qapp: QApplication, qtbot: QtBot
) -> None:
    first = FirstWindow(lambda: _who_works_here(home.path))
    assert first.load(lambda: None)
    assert first.entry.windowTitle() == "政务服务窗口", "the bar of tasks names it as it will later"
    page = first.entry.currentWidget()
    assert isinstance(page, SignInPage)
    assert [card.person.name for card in page.findChildren(PersonCard)] == sorted(person.name for person in PEOPLE)
    assert page.grab().toImage().pixelColor(5, 5).name().upper() == tokens.RAIL, "as it looks later"
    boxes = page.findChild(PinBoxes)
    QTest.keyClick(boxes, Qt.Key.Key_Down)
    wanted = page.chosen()
    QTest.keyClicks(boxes, PIN)
    QTest.keyClick(boxes, Qt.Key.Key_F1)
    assert tr("ui.sign_in.help_opening") in [label.text() for label in page.findChildren(Label)]
    QTest.keyClick(boxes, Qt.Key.Key_Return)

    backend = Backend(home.open, lambda *_: pytest.fail("no hall"), nullcontext, export_ledger, list)
    desktop = Desktop(qapp, backend, first.entry)
    try:
        desktop.start()
        assert first.entry.currentWidget() is page
        qtbot.waitUntil(lambda: desktop.place is not None)
        assert desktop.place is not None
        assert desktop.place.person.name == wanted
        qtbot.waitUntil(lambda: bool(first.entry.findChildren(HelpPanel)))
    finally:
        windows = [first.entry, *([desktop.place.window] if desktop.place else [])]
        desktop.close()
        for window in filter(isValid, windows):
            delete(window)
        desktop.deleteLater()
