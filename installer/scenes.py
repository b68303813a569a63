"""What is photographed: each page and state with its name and the way to get there, one row a picture.

A new page or state is one function and one row in `SITTINGS`. The rows of a sitting are gone through in their order, in
one window; dialogs are closed after each. A function gets the `Stage` and leaves the window showing what is wanted;
`Unseen` says that this home has nothing to show there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from tempfile import gettempdir
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from counter_app.adapters.card_readers.emulator import Emulator
from counter_app.domain.case import Case
from counter_app.domain.errors import CounterError
from counter_app.domain.moments import local_time
from counter_app.domain.people import Person, Role
from counter_app.domain.states import CaseState
from counter_app.services.stored_facts import CaseQuery, Draft
from counter_app.ui.app import Desktop
from counter_app.ui.error_card import show_error
from counter_app.ui.frame import MainWindow
from counter_app.ui.key_sheet import show_keys
from counter_app.ui.pages.agent.home import AgentHome
from counter_app.ui.pages.agent.reading import UNFINISHED
from counter_app.ui.pages.agent.screens import Screen
from counter_app.ui.pages.agent.steps_page import StepsPage
from counter_app.ui.pages.scan.dialog import ScanDialog
from counter_app.ui.pages.scan.sources import CAMERA
from counter_app.ui.pages.settings.page import SettingsPage
from counter_app.ui.pages.settings.person_dialog import PersonDialog
from counter_app.ui.workplace import Workplace
from forms.examples import example_line

CLERK = Person("周敏", frozenset({Role.CHIEF, Role.SUPERVISOR}))
AGENT = Person("何秀兰", frozenset({Role.AGENT}))
ITEM = "elder_allowance"


class Unseen(Exception):
    """The home has nothing that this picture could show."""


@dataclass
class Stage:
    """The window of a signed-in person, with hands: press a key, open a page, lay a card on the reader."""

    desktop: Desktop
    reader: Emulator
    person: Person
    settle: Callable[[], None]
    until: Callable[[Callable[[], bool]], None]
    _draft: int | None = None

    @property
    def place(self) -> Workplace:
        assert self.desktop.place is not None, "somebody is signed in"
        return self.desktop.place

    @property
    def window(self) -> MainWindow:
        return self.place.window

    @property
    def station(self) -> Any:
        return self.place._station

    def open(self, page: str) -> None:
        """A page of the rail, with what it read."""
        self.window.open(page)
        self.settle()

    def press(self, key: str) -> None:
        """A key by its name in `keys.py`, and what comes of it."""
        self.window.press(key)
        self.settle()

    def case(self, state: CaseState) -> Case:
        """Some case in that state; Unseen."""
        found = self.station.cases.search(CaseQuery(states=frozenset({state}), limit=1))
        if not found:
            raise Unseen
        case: Case = found[0]
        return case

    def open_case(self, state: CaseState) -> None:
        """The page of some case in that state; Unseen."""
        self.place.open_case(str(self.case(state).id))
        self.settle()

    def draft(self, **changes: Any) -> None:
        """An unfinished intake on the intake page: everything there, but for the changes."""
        self.open("today")  # the intake page keeps what it holds as it is left
        line = example_line(self.station.desk.catalogue.get(ITEM), "accept", 900)
        typed = {key: value for key, value in line.items() if key not in {"key", "outcome"}} | changes
        kept = self.station.drafts.save(self.person, Draft(None, self.person.name, ITEM, typed, step="materials"))
        assert kept.id is not None
        self.place.open_draft(kept.id)
        self.settle()
        if self._draft is not None:  # one is enough in the lists
            self.station.drafts.drop(self._draft)
        self._draft = kept.id

    def tidy(self) -> None:
        """Close what lies over the page or beside it."""
        if self.window.help is not None:
            self.window.help.leave()
        for _ in range(5):  # a dialog may open another as it closes
            dialog = self.window.open_dialog()
            if dialog is not None:
                dialog.close_dialog()
                self.settle()


class Day(Enum):
    """TODAY in the middle of the morning, or the day on which the first receipts must be ANSWERED."""

    TODAY = "today"
    ANSWER = "answer"


@dataclass(frozen=True)
class Scene:
    """One picture: its file's name, and how to get there."""

    name: str
    show: Callable[[Stage], None]


@dataclass(frozen=True)
class Sitting:
    """A person before the window on a day: the picture of sign-in (empty: none), then one after the other."""

    person: Person
    day: Day
    sign_in: str
    scenes: tuple[Scene, ...]


def page(name: str) -> Callable[[Stage], None]:
    """A page of the rail as it opens."""
    return lambda stage: stage.open(name)


def quiet_day(stage: Stage) -> None:
    """Some cases more, of which none is urgent."""
    for outcome in ("accept", "receive", "accept"):
        _take_in(stage, outcome)
    stage.place.look()
    stage.open("today")


def unfinished(stage: Stage) -> None:
    """The list of unfinished intakes."""
    stage.open("today")
    stage.press("drafts")


def waiting(stage: Stage) -> None:
    """What waits for the hall, after one try without a line."""
    stage.press("exchange")
    stage.open("sending")
    stage.until(lambda: not stage.place.sending._exchanger.running)


def intake_start(stage: Stage) -> None:
    """A new intake: the list of items, a card is waited for."""
    stage.open("intake")
    stage.place.intake.start()


def intake_ready(stage: Stage) -> None:
    """All there, with a card that was read."""
    stage.draft()
    stage.reader.control("place 1")
    stage.press("read_card")
    stage.until(lambda: not stage.place.intake.has_work())


def card_fault(stage: Stage) -> None:
    """A card that was lifted too early."""
    stage.draft()
    stage.reader.control("fault lifted")
    stage.reader.control("place 1")
    stage.press("read_card")
    stage.until(stage.place.intake.parts.card.fault.isVisible)
    stage.reader.control("fault none")
    stage.reader.control("lift")


def scanned(stage: Stage) -> None:
    """A page under the camera was taken."""
    stage.draft()
    stage.place.intake.parts.materials.table.choose("household_book")
    stage.press("scan")
    dialog = stage.window.open_dialog()
    if not isinstance(dialog, ScanDialog):
        raise Unseen
    stage.until(lambda: not dialog.take.reason())
    dialog.choose_source(CAMERA)
    stage.until(dialog.camera.is_ready)
    dialog.camera.capture()
    stage.until(lambda: len(dialog.stack) > 0)
    QTest.keyClick(dialog.table, Qt.Key.Key_V)


def intake_blocked(stage: Stage) -> None:
    """Most is missing."""
    line = example_line(stage.station.desk.catalogue.get(ITEM), "accept", 900)
    stage.draft(fields=dict(list(line["fields"].items())[:1]), materials=line["materials"][:2])
    stage.press("accept")


def notice(stage: Stage) -> None:
    """The paper before it is printed."""
    stage.draft()
    QTest.keyClick(stage.window, Qt.Key.Key_F9)


def other_outcomes(stage: Stage) -> None:
    """The outcomes that are rare."""
    stage.draft()
    stage.press("other_outcomes")


def agent_list(stage: Stage) -> None:
    """What the agent has not finished."""
    home = stage.place.today
    assert isinstance(home, AgentHome), "agents start in their dress"
    stage.open("today")
    home.tiles[UNFINISHED].click()
    stage.settle()


def agent_screen(screen: Screen) -> Callable[[Stage], None]:
    """One screen of an agent's intake; two materials are there."""

    def show(stage: Stage) -> None:
        line = example_line(stage.station.desk.catalogue.get(ITEM), "accept", 900)
        stage.draft(materials=line["materials"][:2])
        steps = stage.place.intake
        assert isinstance(steps, StepsPage), "agents start in their dress"
        steps.show_screen(screen)
        steps._focus()  # as one comes there step by step
        stage.settle()

    return show


def case_in(state: CaseState) -> Callable[[Stage], None]:
    """The page of a case in a state."""
    return lambda stage: stage.open_case(state)


def act(stage: Stage) -> None:
    """What an act asks before it is done."""
    stage.open_case(CaseState.ACCEPTED)
    button = stage.place.case.panel.buttons.get("submit")
    if button is None:
        raise Unseen
    button.click()


def correction(stage: Stage) -> None:
    """The list of what must be put right."""
    stage.open_case(CaseState.RECEIVED)
    stage.press("correct")


def failure(stage: Stage) -> None:
    """An error in its three parts."""
    stage.open("sending")
    show_error(stage.window, CounterError("link_cut"))


def keys(stage: Stage) -> None:
    """The sheet of keys."""
    stage.open("today")
    show_keys(stage.window)


def helped(stage: Stage) -> None:
    """F1 on a field of the form."""
    stage.draft()
    stage.place.intake.movement.go_to("field.bank_account")
    stage.press("guide")


def person(stage: Stage) -> None:
    """What can be done for somebody else of the machine."""
    stage.open("settings")
    settings = stage.window.page()
    assert isinstance(settings, SettingsPage), "it was opened"
    settings.people.table.acted.emit(AGENT.name)


def new_pin(stage: Stage) -> None:
    """A new PIN for somebody who forgot it."""
    person(stage)
    dialog = stage.window.open_dialog()
    assert isinstance(dialog, PersonDialog), "it was opened"
    dialog.buttons["pin"].click()


def backed_up(stage: Stage) -> None:
    """What a backup says when it is made."""
    stage.open("settings")
    settings = stage.window.page()
    assert isinstance(settings, SettingsPage), "it was opened"
    made: list[Path] = []

    def where(_over: QWidget, name: str) -> Path:
        made.append(Path(gettempdir()) / name)
        return made[-1]

    settings.backing_up.ask_where = where
    settings.backup.make.setFocus()
    settings.backup.make.click()
    stage.until(lambda: not settings.backing_up.running)
    made[0].unlink()


def locked(stage: Stage) -> None:
    """The lock: nothing of a case can be seen."""
    stage.place.lock_wanted.emit()


def hand_over(stage: Stage) -> None:
    """Another person goes on: on the lock, by F8."""
    stage.press("correct")


SITTINGS: tuple[Sitting, ...] = (
    Sitting(
        CLERK,
        Day.TODAY,
        "01a-sign-in-quiet",
        (
            Scene("09-empty", page("sending")),
            Scene("03a-intake-start", intake_start),
            Scene("03b-intake-blocked", intake_blocked),
            Scene("03-intake", intake_ready),
            Scene("03d-card-fault", card_fault),
            Scene("03e-scan", scanned),
            Scene("07-print", notice),
            Scene("03c-other-outcomes", other_outcomes),
            Scene("02a-today-quiet", quiet_day),
            Scene("02b-drafts", unfinished),
            Scene("05-queue", waiting),
            Scene("04a-cases", page("cases")),
            Scene("06-ledger", page("ledger")),
            Scene("13-settings", page("settings")),
            Scene("13a-person", person),
            Scene("13b-new-pin", new_pin),
            Scene("13c-backup", backed_up),
            Scene("14-check", page("check")),
            Scene("15-keys", keys),
            Scene("16-help", helped),
            Scene("04b-case-closed", case_in(CaseState.CLOSED)),
            Scene("04c-case-to-answer", case_in(CaseState.RECEIVED)),
            Scene("04-case", case_in(CaseState.ACCEPTED)),
            Scene("04d-act", act),
            Scene("04e-correction", correction),
            Scene("08-error", failure),
        ),
    ),
    Sitting(
        CLERK,
        Day.ANSWER,
        "01-sign-in",
        (
            Scene("02-today", page("today")),
            Scene("10-lock", locked),
            Scene("10-hand-over", hand_over),
        ),
    ),
    Sitting(
        AGENT,
        Day.TODAY,
        "",
        (
            Scene("11-agent-today", page("today")),
            Scene("11a-agent-list", agent_list),
            Scene("11b-agent-item", intake_start),
            Scene("11c-agent-person", agent_screen(Screen.PERSON)),
            Scene("11d-agent-form", agent_screen(Screen.FORM)),
            Scene("11-agent-steps", agent_screen(Screen.MATERIALS)),
            Scene("11e-agent-print", agent_screen(Screen.PRINT)),
        ),
    ),
)


def _take_in(stage: Stage, outcome: str) -> None:
    station = stage.station
    items = [item for item in station.offer.items() if item.entrustable]
    n = 700 + round(local_time(station.desk.now_ms()).timestamp()) % 90 + station.cases.count(CaseQuery())
    station.intake.take_in(CLERK, example_line(items[n % len(items)], outcome, n))
