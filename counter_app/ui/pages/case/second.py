"""Who else agrees to an act that one person may not do alone: somebody who is here, by PIN, or nobody yet.

    second = SecondPerson(shown.seconds)
    second.fault(); second.given()      # (name, PIN), None: nobody is here, the case waits for the answer
    second.reject(error)                # `pin_wrong`, `person_locked`: said here, the rest of the dialog stays
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from counter_app.domain.errors import CounterError
from counter_app.domain.people import Person
from counter_app.ui.posts import post_of
from counter_app.ui.sign_in import pin_sentence
from counter_app.ui.texts import tr
from counter_app.ui.widgets.announcements import announce
from counter_app.ui.widgets.field import ChoiceField
from counter_app.ui.widgets.label import Label
from counter_app.ui.widgets.pin import DIGITS, PinBoxes

ABSENT = "?"  # no name: names are letters (check_name)
PIN_FAULTS = frozenset({"pin_wrong", "person_locked"})
BOX = 40


class SecondPerson(QWidget):
    """A choice, and six boxes once somebody is chosen. grown: it needs more or less room; entered: Enter in the PIN."""

    grown = Signal()
    entered = Signal()

    def __init__(self, people: Sequence[Person], *, may_be_absent: bool = True) -> None:
        """may_be_absent: whether the act may wait for somebody who is not here."""
        super().__init__()
        here = [(person.name, tr("ui.case.second.person", name=person.name, post=post_of(person))) for person in people]
        absent = [(ABSENT, tr("ui.case.second.absent"))] if may_be_absent else []
        self.choice = ChoiceField(tr("ui.case.second.who"), [*here, *absent])
        self.choice.set_value("" if here or not may_be_absent else ABSENT)
        self.pin = PinBoxes(tr("ui.case.second.pin"), box_size=BOX)
        self._line = Label("", "secondary", wrap=True)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(8)
        for widget in (self.choice, self.pin, self._line):
            rows.addWidget(widget)
        self.choice.settled.connect(self._chosen)
        self.pin.entered.connect(lambda _pin: self.entered.emit())
        self._chosen(self.choice.value())

    def fault(self) -> bool:
        """Whether nobody was chosen, or the PIN is not whole; it is then said and has the focus."""
        who = self.choice.value()
        if not who:
            self.choice.set_wrong(tr("ui.case.must_be_given"))
            self.choice.setFocus()
            announce(self.choice, tr("ui.case.must_be_given"))
            return True
        if who != ABSENT and len(self.pin.text()) < DIGITS:
            self._say(tr("ui.sign_in.six_digits"))
            return True
        return False

    def given(self) -> tuple[str, str] | None:
        """Name and PIN, None if nobody is here."""
        who = self.choice.value()
        return None if who == ABSENT else (who, self.pin.text())

    def reject(self, error: CounterError) -> None:
        """The PIN was not right, or the person is locked: say how often it may be tried, or until when."""
        self.pin.reject()
        self._say(pin_sentence(error))

    def _chosen(self, who: str) -> None:
        here = bool(who) and who != ABSENT
        self.pin.clear()
        self.pin.setVisible(here)
        self._line.set_tone("")
        self._line.setText(tr("ui.case.second.pin_line", who=who) if here else tr("ui.case.second.absent_line"))
        self._line.setVisible(bool(who))
        if here:
            self.pin.setFocus(Qt.FocusReason.OtherFocusReason)
        self.grown.emit()

    def _say(self, sentence: str) -> None:
        self._line.setText(sentence)
        self._line.set_tone("danger")
        self.pin.setAccessibleDescription(sentence)
        self.pin.setFocus(Qt.FocusReason.OtherFocusReason)
        announce(self.pin, sentence)
