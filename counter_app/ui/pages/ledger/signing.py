"""日结并签字: two people, each with the PIN, and the day is closed.

    SignDialog(page, services, background, day, signers, then=show_closed).open()
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from PySide6.QtWidgets import QHBoxLayout, QWidget

from counter_app.domain.day_close import ClosedDay, shown
from counter_app.domain.errors import CounterError
from counter_app.services.day_close import DayChecks
from counter_app.ui.background import Background, Lane
from counter_app.ui.pages.ledger.reading import LedgerServices
from counter_app.ui.sign_in import pin_sentence
from counter_app.ui.texts import tr
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.dialog import Dialog
from counter_app.ui.widgets.field import ChoiceField
from counter_app.ui.widgets.label import Label
from counter_app.ui.widgets.person_card import PersonLine
from counter_app.ui.widgets.pin import DIGITS
from counter_app.ui.widgets.pin_line import PinLine
from counter_app.ui.wording import day as day_words
from counter_app.ui.wording import error_line

_PIN_FAULTS = frozenset({"pin_wrong", "person_locked"})


class SignDialog(Dialog):
    """The first signs who is signed in; the second is chosen among those who may."""

    topic = "sign"

    def __init__(
        self,
        over: QWidget,
        services: LedgerServices,
        background: Background,
        found: DayChecks,
        signers: Sequence[PersonLine],
        then: Callable[[ClosedDay], None],
    ) -> None:
        words = day_words(found.day, found.day)
        super().__init__(over, tr("ui.ledger.sign_title", day=words), icon="pencil", width="medium")
        self._services, self._background, self._day, self._then = services, background, found.day, then
        self._busy = False
        code = shown(found.code.code) if found.code else ""
        self.rows.addWidget(Label(tr("ui.ledger.sign_line", code=code), "text", wrap=True))
        self.second = ChoiceField(tr("ui.ledger.second"), [(line.name, f"{line.name} {line.post}") for line in signers])
        self.rows.addWidget(self.second)
        self.first_pin, self.second_pin = PinLine(services.person.name), PinLine(self.second.value())
        pins = QHBoxLayout()
        pins.setSpacing(24)
        for pin in (self.first_pin, self.second_pin):
            pins.addWidget(pin)
        pins.addStretch(1)
        self.rows.addLayout(pins)
        self._said = Label(tr("ui.ledger.sign_how"), "caption", wrap=True)
        self.rows.addWidget(self._said)
        self.doing = Button(tr("ui.ledger.sign_do"), "primary", key="Enter")
        self.doing.acted.connect(self._sign)
        self.foot(Button(tr("ui.ledger.not_now"), "link", key="Esc"), self.doing)
        self.second.settled.connect(self.second_pin.show_name)
        self.first_pin.boxes.entered.connect(lambda _pin: self.second_pin.boxes.setFocus())
        self.second_pin.boxes.entered.connect(lambda _pin: self._sign())
        self.second_pin.boxes.stepped.connect(self._step)

    def open(self) -> None:
        """The PIN of who is signed in comes first."""
        super().open()
        self.first_pin.boxes.setFocus()

    def _step(self, by: int) -> None:
        choice = self.second.choice
        choice.setCurrentIndex(max(0, min(choice.currentIndex() + by, choice.count() - 1)))
        self.second_pin.show_name(choice.value())

    def _sign(self) -> None:
        if self._busy:
            return
        for pin in (self.first_pin, self.second_pin):
            if len(pin.boxes.text()) < DIGITS:
                self._say(tr("ui.sign_in.six_digits"), pin)
                return
        self._busy = True
        first, second = self.first_pin.boxes.text(), self.second_pin.boxes.text()
        name, services, day = self.second.value(), self._services, self._day
        self._background.run(
            Lane.STORE, lambda: _signed(services, first, name, second, day), self._done, self._refused, self
        )

    def _done(self, answer: ClosedDay | _WrongPin) -> None:
        self._busy = False
        if isinstance(answer, _WrongPin):
            self._say(pin_sentence(answer.error), self.first_pin if answer.is_first else self.second_pin)
            return
        self.close_dialog()
        self._then(answer)

    def _refused(self, error: CounterError) -> None:
        self._busy = False
        self._said.set_tone("danger")
        self._said.setText(error_line(error))

    def _say(self, sentence: str, pin: PinLine) -> None:
        self._said.set_tone("danger")
        self._said.setText(sentence)
        pin.wrong(sentence)


class _WrongPin:
    """Whose PIN it was that did not fit."""

    def __init__(self, error: CounterError, *, is_first: bool) -> None:
        self.error, self.is_first = error, is_first


def _signed(services: LedgerServices, first: str, name: str, second: str, day: date) -> ClosedDay | _WrongPin:
    """Both PINs are checked before anything is written."""
    people = []
    for who, pin in ((services.person.name, first), (name, second)):
        try:
            people.append(services.people.sign_in(who, pin))
        except CounterError as error:
            if error.code not in _PIN_FAULTS:
                raise
            return _WrongPin(error, is_first=not people)
    return services.day_close.close(people[0], people[1], day)
