"""A whole day in one window by keys alone, an IME composition open at each Enter that follows text: an intake of
somebody who is known, a correction from its notice to its end, the hand-over, the day close; and the keys counted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QWidget

from counter_app.adapters.card_readers.emulated_cards import sample_cards
from counter_app.adapters.card_readers.emulator import Emulator
from counter_app.adapters.card_readers.sam_serial import SamReader
from counter_app.domain.case import Case
from counter_app.domain.people import Role
from counter_app.domain.states import CaseState
from counter_app.services.stored_facts import CaseQuery
from counter_app.ui.backend import Backend
from counter_app.ui.lock import LockPage
from counter_app.ui.pages.intake.gaps_dialog import GapsDialog
from counter_app.ui.pages.intake.page import IntakePage
from counter_app.ui.pages.ledger.signing import SignDialog
from counter_app.ui.pages.notice.dialog import NoticeDialog
from counter_app.ui.widgets.check_box import CheckBox
from forms.catalogue import Catalogue
from forms.examples import example_line
from tests.counter_app.ui.pages.conftest import PIN, ZHOU, AtWork, secrets, working
from tests.counter_app.ui.pages.intake.printers import RecordingPrinter
from tests.support.homes import MONDAY

__all__ = ["secrets"]

MOST_KEYS = 25
NEXT, SUPERVISOR = "马文浩", "梁建国"
PINS = {NEXT: "222222", SUPERVISOR: "111111"}
KNOWN = {"name": "张小满", "id_number": "110101195805219924", "phone": "13900000001"}  # of the first sample card
BEFORE, ITEM = "medical_enrolment", "temporary_aid"  # was here before, for something else
TOLD = "请补交派出所出具的证明"

Key, Modifier = Qt.Key, Qt.KeyboardModifier


@dataclass
class Hands:
    """Keys to whatever has the focus, counted; text is not. Text goes through an IME, as at a counter."""

    work: AtWork
    keys: int = 0

    def key(self, *keys: Key, held: Modifier = Modifier.NoModifier) -> None:
        for key in keys:
            self.keys += 1
            self.work.key(key, held)
            QApplication.processEvents()

    def compose(self, preedit: str) -> None:
        QApplication.sendEvent(self.work.focus(), QInputMethodEvent(preedit, []))

    def write(self, text: str) -> None:
        """Spell it, press Enter and other keys into the open composition, choose the words: only they are there."""
        here = self.work.focus()
        before, page = _text(here), self.work.window.page()
        self.compose("pin yin")
        for key in (Key.Key_Return, Key.Key_Escape, Key.Key_F9, Key.Key_1, Key.Key_Down, Key.Key_Space):
            self.work.key(key)
            QApplication.processEvents()
            assert self.work.focus() is here, f"{key.name} was taken from the IME"
            assert (_text(here), self.work.window.page()) == (before, page)
        chosen = QInputMethodEvent("", [])
        chosen.setCommitString(text)
        QApplication.sendEvent(here, chosen)

    def enter(self, text: str) -> None:
        """Text, and Enter once its composition is closed."""
        self.write(text)
        self.key(Key.Key_Return)

    def pin(self, digits: str) -> None:
        """A PIN comes from the row of digits; the IME may be on all the same."""
        here = self.work.focus()
        self.work.type(digits)
        self.compose("a")
        self.work.key(Key.Key_Return)
        assert self.work.focus() is here, "Enter was taken from the IME"
        self.compose("")
        self.key(Key.Key_Return)

    def answer(self, times: int = 1) -> None:
        """The so-manyth answer of a list, and on."""
        self.key(*[Key.Key_Down] * times, Key.Key_Return)

    def hold(self, modifier: Modifier, key: Key) -> None:
        self.key(key, held=modifier)


@dataclass
class Day:
    """The counter with its reader and printer."""

    work: AtWork
    hands: Hands
    emulator: Emulator
    printer: RecordingPrinter

    @property
    def intake(self) -> IntakePage:
        page = self.work.window.page()
        assert isinstance(page, IntakePage)
        return page

    def lay_card(self, n: int) -> None:
        self.emulator.control(f"place {n}")
        self.work.until(lambda: bool(self.intake.current.application.aside().get("card")))

    def begin(self, initials: str) -> None:
        """Ctrl+N, the initials, Enter."""
        self.hands.hold(Modifier.ControlModifier, Key.Key_N)
        self.work.until(lambda: self.intake.parts.start.search.hasFocus() and bool(self.intake.parts.start._items))
        self.hands.enter(initials)
        assert self.intake.current.application.item is not None

    def notice(self) -> NoticeDialog:
        """The notice dialog with its paper, waiting for Enter."""
        dialog = self.work.dialog()
        assert isinstance(dialog, NoticeDialog)
        self.work.until(lambda: not dialog.act.reason())
        assert self.work.focus() is dialog.act
        return dialog

    def fresh(self) -> bool:
        """Whether the page asks for the next application, with the focus in the search."""
        return self.intake.current.application.item is None and self.intake.parts.start.search.hasFocus()

    def at(self, place: str) -> bool:
        return self.intake.movement.here()[1].startswith(place)

    def tab_to(self, wanted: QWidget, held: Modifier = Modifier.NoModifier) -> None:
        """A few steps in the order of Tab."""
        for _ in range(8):
            if self.work.focus() is not wanted:
                self.hands.hold(held, Key.Key_Tab)
        assert self.work.focus() is wanted, self.work.focus()

    def cases(self) -> list[Case]:
        return self.work.station.cases.search(CaseQuery())

    def kinds(self, case: Case) -> list[str]:
        return [event.kind for event in self.work.station.cases.view(str(case.id)).events]


@pytest.fixture
def day(secrets: None, qapp: QApplication, tmp_path: Path) -> Iterator[Day]:
    emulator, printer = Emulator(sample_cards()), RecordingPrinter()

    def change(backend: Backend) -> Backend:
        return replace(backend, printer=printer, open_reader=lambda _spec, _s: SamReader(emulator.device, MONDAY.date))

    with working(qapp, tmp_path, change) as work:
        people = work.station.people
        people.add(ZHOU, NEXT, {Role.CLERK}, PINS[NEXT])
        people.add(ZHOU, SUPERVISOR, {Role.SUPERVISOR}, PINS[SUPERVISOR])
        line = example_line(Catalogue.load().get(BEFORE), "accept", 1)
        line["applicant"] |= KNOWN
        work.station.intake.take_in(ZHOU, line)
        try:
            yield Day(work, Hands(work), emulator, printer)
        finally:
            emulator.unplug()


def test_the_whole_day_by_keys_alone(day: Day) -> None:
    accept_somebody_known(day)
    notice_of_what_is_missing(day)
    what_was_missing_is_handed_in(day)
    hand_over(day)
    close_the_day(day)

    corrected, accepted, _before = day.cases()
    assert [(case.applicant.name, case.state) for case in (accepted, corrected)] == [
        (KNOWN["name"], CaseState.ACCEPTED), ("李大山", CaseState.ACCEPTED)]  # fmt: skip
    of_law = ("received", "accepted", "corrected", "supplied_all")
    assert [kind for kind in day.kinds(accepted) if kind in of_law] == ["received", "accepted"]
    assert [kind for kind in day.kinds(corrected) if kind in of_law] == ["received", "corrected", "supplied_all"]


def accept_somebody_known(day: Day) -> None:
    """The card is the applicant's, F4 brings phone and address, all papers are there."""
    work, hands = day.work, day.hands
    hands.keys = 0
    day.begin("lsjz")
    day.lay_card(1)
    hands.key(Key.Key_F4)  # at once: who was here before may still be looked up
    work.until(lambda: day.at("situation"))
    hands.answer()
    hands.enter("柳林村")
    hands.answer()
    hands.enter("3")
    hands.answer()
    hands.enter("4000")
    hands.answer(2)
    hands.enter("受伤住院")
    hands.enter("6217009900000005678")
    hands.enter("20261114")
    assert day.at("material."), day.intake.movement.here()
    hands.key(*[Key.Key_Space] * len(day.intake.current.application.wanted()))
    hands.key(Key.Key_F9)
    day.notice()
    hands.key(Key.Key_Return)
    work.until(day.fresh)
    day.emulator.control("lift")
    print(f"{hands.keys} keys beyond the text for somebody who is known")  # noqa: T201
    assert hands.keys <= MOST_KEYS
    newest = day.cases()[0]
    assert (newest.item.code, newest.state, newest.applicant.phone) == (ITEM, CaseState.ACCEPTED, KNOWN["phone"])
    assert [job.copies for job in day.printer.printed] == [2, 2]


def notice_of_what_is_missing(day: Day) -> None:
    """Somebody without a card: the name by the IME, one paper there, what is missing told once, in own words."""
    work, hands = day.work, day.hands
    day.begin("lsjz")
    day.tab_to(day.intake.parts.card.by_hand, held=Modifier.ShiftModifier)
    hands.key(Key.Key_Return)
    assert day.at("applicant.name")
    hands.enter("李大山")
    hands.enter("379901197202070023")
    while not day.at("material."):
        hands.key(Key.Key_Return)
    hands.key(Key.Key_Space, Key.Key_F8)
    dialog = work.dialog()
    assert isinstance(dialog, GapsDialog)
    while dialog.go.reason():
        assert work.focus() is dialog.table
        hands.key(Key.Key_Return)
    work.settle()  # a field that comes makes the dialog higher by an event of its own
    assert dialog.demand.editor.height() >= dialog.demand.editor.sizeHint().height()
    day.tab_to(dialog.demand.editor)
    hands.write(TOLD)
    hands.hold(Modifier.ControlModifier, Key.Key_Return)
    assert work.focus() is dialog.go
    hands.key(Key.Key_Return)
    day.notice()
    hands.key(Key.Key_Return)
    work.until(day.fresh)
    told = day.cases()[0]
    assert (told.applicant.name, told.state) == ("李大山", CaseState.CORRECTING)
    assert TOLD in told.gaps[-1].demand


def what_was_missing_is_handed_in(day: Day) -> None:
    """Found by initials, ticked one by one, accepted and printed."""
    work, hands = day.work, day.hands
    told = day.cases()[0]
    hands.key(Key.Key_F3)
    hands.enter("lds")
    work.until(lambda: work.place.case.shown_number() == str(told.id) and bool(work.place.case.panel.buttons))
    work.until(lambda: work.focus() is work.place.case.panel.buttons["supply_all"])
    hands.key(Key.Key_Return)
    dialog = work.dialog()
    assert isinstance(work.focus(), CheckBox), "what is to be ticked comes first"
    hands.key(*[Key.Key_Space, Key.Key_Tab] * (len(told.gaps) - 1), Key.Key_Space)
    hands.key(Key.Key_Return, Key.Key_Return)
    work.until(lambda: work.window.open_dialog() is not dialog)
    before = len(day.printer.printed)
    day.notice()
    hands.key(Key.Key_Return)
    work.until(lambda: len(day.printer.printed) > before)
    assert work.state(told) == CaseState.ACCEPTED.value


def hand_over(day: Day) -> None:
    """Ctrl+L, F8: what is handed over, both PINs; on at the same case."""
    work, hands = day.work, day.hands
    hands.hold(Modifier.ControlModifier, Key.Key_L)
    hands.key(Key.Key_F8)
    lock = work.window.findChild(LockPage)
    assert lock is not None
    work.until(lambda: lock.hand_over is not None and lock.hand_over.seals.editor.hasFocus())
    hands.enter("行政许可章 1 枚")
    hands.pin(PIN)
    hands.pin(PINS[NEXT])
    work.until(lambda: work.desktop.place is not None and work.place.person.name == NEXT)
    work.until(lambda: bool(work.place.case.panel.buttons))
    with work.station.store.read() as reading:
        [event] = reading.own_events("entered")
    assert (event.user, (event.private or {})["receiver"]) == (ZHOU.name, NEXT)


def close_the_day(day: Day) -> None:
    """Alt+5, and both sign."""
    work, hands = day.work, day.hands
    hands.hold(Modifier.AltModifier, Key.Key_5)
    page = work.place.ledger
    work.until(lambda: page.panel.close_day.isVisible() and not page.panel.close_day.reason())
    day.tab_to(page.panel.close_day)
    hands.key(Key.Key_Return)
    dialog = work.dialog()
    assert isinstance(dialog, SignDialog)
    hands.pin(PINS[NEXT])
    hands.pin(PIN)
    work.until(lambda: work.window.open_dialog() is None)
    [closed] = work.station.day_close.closed(date.min, date.max)
    assert (closed.day, closed.by, closed.second, closed.cases) == (MONDAY.date(), NEXT, ZHOU.name, 3)


def _text(widget: QWidget) -> str:
    assert isinstance(widget, QLineEdit | QPlainTextEdit), widget
    return widget.toPlainText() if isinstance(widget, QPlainTextEdit) else widget.text()
