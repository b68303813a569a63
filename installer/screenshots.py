"""Pictures of every page and state at 1366x768: the real window over a copy of a home, into a folder.

The home is the one in COUNTER_HOME, else that of a village day made for this. The copy is opened twice: today,
and on the day when the first receipts must be answered. The hall is not running: what is offline is shown offline.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from counter_app import bootstrap
from counter_app.adapters.exports.ledger_file import export_ledger
from counter_app.adapters.home import find_home
from counter_app.adapters.system_clock import MachineClock
from counter_app.domain.case import Case
from counter_app.domain.errors import CounterError
from counter_app.domain.events import ClockReading
from counter_app.domain.moments import CHINA, local_time, to_ms
from counter_app.domain.people import Person, Role
from counter_app.domain.states import CaseState, ClockCode
from counter_app.services.ports import CaseQuery, Draft
from counter_app.ui.app import Backend, Desktop
from counter_app.ui.enrolment_page import EnrolmentPage
from counter_app.ui.error_card import show_error
from counter_app.ui.garbage import collect_only_here, destroy_windows
from counter_app.ui.look import dress
from counter_app.ui.pages.intake.page import IntakePage
from counter_app.ui.sign_in import SignInPage
from counter_app.ui.workplace import Workplace
from forms.examples import example_line
from sync.hall_address import hall_address

SIZE = QSize(1366, 768)
SETTLES_S = 1.5  # longer than any answer of the background on an old machine
STARTS_S = 60.0
CLERK = Person("周敏", frozenset({Role.CHIEF, Role.SUPERVISOR}))
ITEM = "elder_allowance"
MORNING = time_of_day(10, 42)


@dataclass(frozen=True)
class MovedClock:
    """The machine's clock at another time: it runs on from there."""

    ahead_ms: int

    def read(self) -> ClockReading:
        now = MachineClock().read()
        return ClockReading(now.wall_ms + self.ahead_ms, now.boot, now.monotonic_ms, now.offset_ms)


class Camera:
    """Takes what a widget shows once it has settled."""

    def __init__(self, app: QApplication, folder: Path) -> None:
        self.app, self._folder = app, folder

    def wait(self, until: Callable[[], bool], limit_s: float) -> None:
        """Let the program run until something is true or the time is over."""
        ends = time.monotonic() + limit_s
        while time.monotonic() < ends and not until():
            self.app.processEvents()
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
    with _home() as home:
        _first_start(camera)
        with _at_work(camera, home, _from_now(home, timedelta())) as place:
            _all_there(camera, place)
            _intake(camera, place, place.intake)
            _lists(camera, place)
            _cases(camera, place)
        with _at_work(camera, home, _answer_day(home)) as place:
            camera.take(place.window, "02-today")
            _locked(camera, place)
    destroy_windows(app)


@contextmanager
def _home() -> Iterator[Path]:
    """A copy of the home of COUNTER_HOME, or of a village day that is gone through now."""
    with tempfile.TemporaryDirectory() as folder:
        given = os.environ.get("COUNTER_HOME")
        if given is None:
            _village_day(Path(folder))
            given = os.environ["COUNTER_HOME"]
        copied = Path(folder) / "copy"
        shutil.copytree(find_home(Path(given)), copied)
        yield copied


def _village_day(folder: Path) -> None:
    from village_day import CHIEF, Day, decided_at_the_hall, prepared_hall, serving, set_up_station, settle, take_in

    day = Day(folder / "day")
    port = prepared_hall(day)
    with serving(day, port):
        set_up_station(day, port)
        take_in(day, 0, 16, with_scans=True)
        settle(day)
        decided_at_the_hall(day)
        assert CLERK.name == CHIEF
    os.environ.update(day.environment())


def _from_now(home: Path, ahead: timedelta) -> MovedClock:
    """Some days on, in the middle of the morning."""
    then = datetime.combine((datetime.now(CHINA) + ahead).date(), MORNING, CHINA)
    station = bootstrap.open_station(home)
    with station.desk.store.read() as reading:
        newest = max((case.changed_at_ms for case in reading.cases(CaseQuery(limit=100))), default=0)
    station.close()
    return MovedClock(max(to_ms(then), newest) - station.desk.now_ms())


def _answer_day(home: Path) -> MovedClock:
    """The day on which the first receipts must be answered."""
    station = bootstrap.open_station(home)
    with station.desk.store.read() as reading:
        clocks = [clock for case in reading.cases(CaseQuery()) if (clock := case.clock(ClockCode.CHECK)) is not None]
        today = station.desk.today()
    station.close()
    due = min((clock.due for clock in clocks), default=today)
    return _from_now(home, due - today)


@contextmanager
def _at_work(camera: Camera, home: Path, clock: MovedClock) -> Iterator[Workplace]:
    """The window of a signed-in person."""
    desktop = Desktop(camera.app, _backend(lambda: bootstrap.open_station(home, clock)))
    desktop.start()
    desktop.entry.resize(SIZE)
    camera.wait(lambda: isinstance(desktop.entry.currentWidget(), SignInPage), STARTS_S)
    camera.take(desktop.entry, "01-sign-in")
    page = desktop.entry.currentWidget()
    assert isinstance(page, SignInPage), "the home has people"
    page.signed_in.emit(CLERK)
    camera.wait(lambda: desktop.place is not None and desktop.place.standing is not None, STARTS_S)
    place = desktop.place
    assert place is not None
    place.window.resize(SIZE)
    try:
        yield place
    finally:
        desktop.close()


def _first_start(camera: Camera) -> None:
    def nothing_here() -> bootstrap.Station:
        raise CounterError("not_enrolled", home="-")

    desktop = Desktop(camera.app, _backend(nothing_here))
    desktop.start()
    desktop.entry.resize(SIZE)
    camera.wait(lambda: isinstance(desktop.entry.currentWidget(), EnrolmentPage), STARTS_S)
    camera.take(desktop.entry, "00-enrolment")
    desktop.close()
    desktop.entry.hide()


def _all_there(camera: Camera, place: Workplace) -> None:
    """Before anything new is done: what the hall has, it has."""
    place.window.open("sending")
    camera.take(place.window, "09-empty")


def _lists(camera: Camera, place: Workplace) -> None:
    window = place.window
    for outcome in ("accept", "receive", "accept"):
        _take_in(place, outcome)
    place.look()
    window.open("today")
    camera.take(window, "02a-today-quiet")
    window.press("drafts")
    camera.take(window, "02b-drafts")
    QTest.keyClick(window, Qt.Key.Key_Escape)
    window.press("exchange")
    window.open("sending")
    camera.wait(lambda: not place.sending._exchanger.running, STARTS_S)
    camera.take(window, "05-queue")
    for name, picture in (("cases", "04a-cases"), ("ledger", "06-ledger"), ("settings", "13-settings")):
        window.open(name)
        camera.take(window, picture)


def _cases(camera: Camera, place: Workplace) -> None:
    window = place.window
    for state, picture in (
        (CaseState.CLOSED, "04b-case-closed"),
        (CaseState.RECEIVED, "04c-case-to-answer"),
        (CaseState.ACCEPTED, "04-case"),
    ):
        case = _one(place, state)
        if case is not None:
            place.open_case(str(case.id))
            camera.take(window, picture)
    if "submit" in place.case.panel.buttons:
        place.case.panel.buttons["submit"].click()
        camera.take(window, "04d-act")
        QTest.keyClick(window, Qt.Key.Key_Escape)
        _close_dialog(place)
    received = _one(place, CaseState.RECEIVED)
    if received is not None:
        place.open_case(str(received.id))
        camera.settle()
        window.press("correct")
        camera.take(window, "04e-correction")
        _close_dialog(place)
    error = show_error(window, CounterError("link_cut"))
    camera.take(window, "08-error")
    error.close_dialog()


def _locked(camera: Camera, place: Workplace) -> None:
    place.lock_wanted.emit()
    camera.take(place.window, "10-lock")


def _intake(camera: Camera, place: Workplace, intake: IntakePage) -> None:
    window, drafts = place.window, place._station.drafts
    window.open("intake")
    intake.start()
    camera.take(window, "03a-intake-start")
    line = example_line(place._station.desk.catalogue.get(ITEM), "accept", 900)
    whole = {key: value for key, value in line.items() if key not in {"key", "outcome"}}
    fields = dict(list(whole["fields"].items())[:1])
    for name, typed in (
        ("03b-intake-blocked", whole | {"fields": fields, "materials": whole["materials"][:2]}),
        ("03-intake", whole),
    ):
        draft = drafts.save(CLERK, Draft(None, CLERK.name, ITEM, typed, step="materials"))
        assert draft.id is not None
        intake.open_draft(draft.id)
        camera.take(window, name)
    QTest.keyClick(window, Qt.Key.Key_F9)
    camera.settle()
    camera.take(window, "07-print")
    _close_dialog(place)
    QTest.keyClick(window, Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
    camera.take(window, "03c-other-outcomes")
    _close_dialog(place)
    camera.settle()


def _close_dialog(place: Workplace) -> None:
    dialog = place.window.open_dialog()
    if dialog is not None:
        dialog.close_dialog()


def _one(place: Workplace, state: CaseState) -> Case | None:
    found = place._station.cases.search(CaseQuery(states=frozenset({state}), limit=1))
    return found[0] if found else None


def _take_in(place: Workplace, outcome: str) -> None:
    station = place._station
    items = [item for item in station.offer.items() if item.entrustable]
    n = 700 + round(local_time(station.desk.now_ms()).timestamp()) % 90 + station.cases.count(CaseQuery())
    station.intake.take_in(CLERK, example_line(items[n % len(items)], outcome, n))


def _backend(open_home: Callable[[], bootstrap.Station]) -> Backend:
    return Backend(
        open_home=open_home,
        enrol=lambda url, code, plain: bootstrap.enrol_home(None, hall_address(url, plain=plain), code),
        only_window=nullcontext,
        export=export_ledger,
        doctor=lambda: bootstrap.doctor(None).examine(),
        printer=bootstrap.system_printer(),
        open_reader=bootstrap.open_card_reader,
        reader_spec=os.environ.get("COUNTER_READER", "auto"),
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute())
