"""Pictures of every page at 1366x768: the real window over the home in COUNTER_HOME, into a folder.

The home is one that `village_day.py` filled; it is opened like any day and two drafts are added to it.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from counter_app import bootstrap
from counter_app.adapters.exports.ledger_file import export_ledger
from counter_app.domain.people import Person, Role
from counter_app.domain.states import CaseState
from counter_app.services.ports import CaseQuery, Draft
from counter_app.ui.app import Backend, Desktop
from counter_app.ui.garbage import collect_only_here, destroy_windows
from counter_app.ui.look import dress
from counter_app.ui.pages.intake.page import IntakePage
from counter_app.ui.sign_in import SignInPage
from counter_app.ui.workplace import Workplace
from forms.examples import example_line

SIZE = QSize(1366, 768)
SETTLES_S = 2.0  # longer than any answer of the background on an old machine
STARTS_S = 30.0
CLERK = Person("周敏", frozenset({Role.CHIEF, Role.SUPERVISOR}))
ITEM = "elder_allowance"


class Camera:
    """Takes what a widget shows once it has settled."""

    def __init__(self, app: QApplication, folder: Path) -> None:
        self._app, self._folder = app, folder

    def wait(self, until: Callable[[], bool], limit_s: float) -> None:
        """Let the program run until something is true or the time is over."""
        ends = time.monotonic() + limit_s
        while time.monotonic() < ends and not until():
            self._app.processEvents()
            time.sleep(0.01)

    def settle(self) -> None:
        """Let every answer arrive."""
        self.wait(lambda: False, SETTLES_S)

    def take(self, widget: QWidget, name: str) -> None:
        """The widget as a picture of that name."""
        self.settle()
        widget.grab().save(str(self._folder / f"{name}.png"))


def main(folder: Path) -> None:
    """All pages into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    app = QApplication(sys.argv[:1])
    dress(app)
    collect_only_here(app)
    camera = Camera(app, folder)
    desktop = Desktop(app, _backend())
    desktop.start()
    desktop.entry.resize(SIZE)
    camera.wait(lambda: isinstance(desktop.entry.currentWidget(), SignInPage), STARTS_S)
    camera.take(desktop.entry, "01-sign-in")
    page = desktop.entry.currentWidget()
    assert isinstance(page, SignInPage), "the home has people"
    page.signed_in.emit(CLERK)
    camera.wait(lambda: desktop.place is not None, STARTS_S)
    place = desktop.place
    assert place is not None
    place.window.resize(SIZE)
    _pages(camera, place)
    desktop.lock()
    camera.take(place.window, "10-lock")
    desktop.close()
    destroy_windows(app)


def _pages(camera: Camera, place: Workplace) -> None:
    window, station = place.window, bootstrap.open_station(None)
    camera.take(window, "02-today")
    _intake(camera, place, place.intake, station)
    window.open("cases")
    camera.take(window, "04a-cases")
    closed = station.cases.search(CaseQuery(states=frozenset({CaseState.CLOSED}), limit=1))
    shown = closed or station.cases.search(CaseQuery(limit=1))
    place.open_case(str(shown[0].id))
    camera.take(window, "04-case")
    for name, picture in (("sending", "05-sending"), ("ledger", "06-ledger"), ("settings", "09-settings")):
        window.open(name)
        camera.take(window, picture)
    station.close()


def _intake(camera: Camera, place: Workplace, intake: IntakePage, station: bootstrap.Station) -> None:
    window = place.window
    window.open("intake")
    intake.start()
    camera.take(window, "03a-intake-start")
    line = example_line(station.desk.catalogue.get(ITEM), "accept", 900)
    whole = {key: value for key, value in line.items() if key not in {"key", "outcome"}}
    fields = dict(list(whole["fields"].items())[:1])
    for name, typed in (
        ("03b-intake-blocked", whole | {"fields": fields, "materials": whole["materials"][:2]}),
        ("03-intake", whole),
    ):
        draft = station.drafts.save(CLERK, Draft(None, CLERK.name, ITEM, typed, step="materials"))
        assert draft.id is not None
        intake.open_draft(draft.id)
        camera.take(window, name)
    QTest.keyClick(window, Qt.Key.Key_F9)
    camera.settle()
    camera.take(window, "07-print")
    QTest.keyClick(window, Qt.Key.Key_Escape)
    camera.settle()
    QTest.keyClick(window, Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
    camera.take(window, "03c-other-outcomes")
    QTest.keyClick(window, Qt.Key.Key_Escape)
    camera.settle()


def _backend() -> Backend:
    return Backend(
        open_home=lambda: bootstrap.open_station(None),
        enrol=lambda url, code, plain: bootstrap.enrol_home(None, url, code, plain=plain),
        only_window=lambda: bootstrap.only_window(None),
        export=export_ledger,
        doctor=lambda: bootstrap.doctor(None).examine(),
        printer=bootstrap.system_printer(),
        open_reader=bootstrap.open_card_reader,
        reader_spec=os.environ.get("COUNTER_READER", "auto"),
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute())
