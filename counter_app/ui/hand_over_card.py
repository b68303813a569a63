"""换人接着办 (picture 10): who goes on here, what is handed over, and both PINs; shown on the lock by F8.

    card = HandOverCard(HandOverServices(...), giver, others, background)
    card.took_over.connect(go_on_as)       # the person who has taken over
    card.begin()                           # read what lies here and give the focus to the first PIN
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from counter_app.domain.errors import CounterError
from counter_app.domain.people import Person
from counter_app.services.hand_over import MAY_STAND_IN, MAY_WORK, HandOver, InHand
from counter_app.services.people import People
from counter_app.services.stored_facts import StoredPerson
from counter_app.ui.background import Background, Lane
from counter_app.ui.keys import hint
from counter_app.ui.posts import post_of
from counter_app.ui.sign_in import pin_sentence
from counter_app.ui.texts import tr
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.card import Card, Sunken
from counter_app.ui.widgets.check_box import CheckBox
from counter_app.ui.widgets.field import ChoiceField, Field
from counter_app.ui.widgets.label import Icon, KeyCap, Label
from counter_app.ui.widgets.person_card import PersonCard, PersonLine
from counter_app.ui.widgets.pin import DIGITS
from counter_app.ui.widgets.pin_line import PinLine
from counter_app.ui.wording import error_line, number

_PIN_FAULTS = frozenset({"pin_wrong", "person_locked"})
_ROWS = (
    ("must_answer", "octagon-alert", "danger"),
    ("due_today", "triangle-alert", "warn"),
    ("drafts", "file-plus", "ink2"),
    ("unsent", "send", "ink2"),
    ("to_stamp", "stamp", "ink2"),
    ("originals", "folder", "ink2"),
)


@dataclass(frozen=True, slots=True)
class HandOverServices:
    """What the card asks. store_open: store what is typed on the page below before drafts go over."""

    hand_over: HandOver
    people: People
    store_open: Callable[[], None]


@dataclass(frozen=True, slots=True)
class _WrongPin:
    error: CounterError
    is_signer: bool


class HandOverCard(Card):
    """Counts and names of staff only: nothing of any applicant.

    giver_is_away: in a dialog of somebody else's window, where a chief or a supervisor stands in.
    """

    took_over = Signal(object)
    counted = Signal()
    """What lies here stands in the card, which is higher now."""

    def __init__(
        self,
        services: HandOverServices,
        giver: Person,
        people: Sequence[StoredPerson],
        background: Background,
        *,
        giver_is_away: bool = False,
    ) -> None:
        if giver_is_away:
            super().__init__()
            self.setProperty("role", "")  # the dialog has title and frame
            self.rows.setContentsMargins(0, 0, 0, 0)
        else:
            super().__init__(tr("ui.hand_over.title"), note=tr("ui.hand_over.note"))
            self.head.insertWidget(2, KeyCap(hint("correct")))
        self._services, self._giver, self._background, self._busy = services, giver, background, False
        others = [Person(known.name, known.roles) for known in people if known.name != giver.name]
        self._signers = [person for person in others if person.roles & MAY_STAND_IN]
        able = [person for person in others if person.roles & MAY_WORK]
        self._cards = [
            PersonCard(PersonLine(person.name, post_of(person)), tr("ui.hand_over.next")) for person in able
        ]
        self._facts = Sunken()
        self._counts: QWidget | None = None
        self.seals = Field(tr("ui.hand_over.seals"))
        self.absent = CheckBox(tr("ui.hand_over.absent", name=giver.name))
        self.absent.setChecked(giver_is_away)
        options = [(person.name, f"{person.name} {post_of(person)}") for person in self._signers]
        self.signer = ChoiceField(tr("ui.hand_over.signer"), options)
        self.reason = Field(tr("ui.hand_over.reason"))
        self._means = Label("", "secondary", wrap=True)
        self.giver_pin, self.receiver_pin = PinLine(giver.name), PinLine("")
        self.doing = Button(tr("ui.hand_over.do"), "primary", key="Enter")
        self._arrange()
        self._wire()
        self._choose(0)
        self._look()

    def begin(self) -> None:
        """Count what lies here; then the seals are written down, or the first PIN typed where they are as they were."""
        services, name = self._services, self._giver.name
        self._background.run(
            Lane.READ, lambda: services.hand_over.in_hand(name), self._show, self._refused, self
        )
        self._first_pin().boxes.setFocus(Qt.FocusReason.OtherFocusReason)

    def receiver(self) -> str:
        """The name of who goes on here, "" where nobody else can."""
        return next((card.person.name for card in self._cards if card.isChecked()), "")

    def _arrange(self) -> None:
        for card in self._cards:
            self.rows.addWidget(card)
        if not self._cards:
            self.rows.addWidget(Label(tr("ui.hand_over.nobody"), "secondary", wrap=True))
        self.rows.addWidget(self._facts)
        self.rows.addWidget(self.seals)
        self.rows.addWidget(self.absent)
        instead = QHBoxLayout()
        instead.addWidget(self.signer, 1)
        instead.addWidget(self.reason, 1)
        self.rows.addLayout(instead)
        self.rows.addWidget(self._means)
        pins = QHBoxLayout()
        pins.setSpacing(16)
        for pin in (self.giver_pin, self.receiver_pin):
            pins.addWidget(pin)
        pins.addStretch(1)
        pins.addWidget(self.doing, alignment=Qt.AlignmentFlag.AlignBottom)
        self.rows.addLayout(pins)

    def _wire(self) -> None:
        for place, card in enumerate(self._cards):
            card.clicked.connect(lambda _=False, place=place: self._choose((place + 1) % len(self._cards)))
        for pin in (self.giver_pin, self.receiver_pin):
            pin.boxes.stepped.connect(self._step)
        self.giver_pin.boxes.entered.connect(lambda _pin: self._next_pin())
        self.receiver_pin.boxes.entered.connect(lambda _pin: self._hand_over())
        self.absent.toggled.connect(lambda _on: self._look())
        self.signer.settled.connect(lambda _name: self._look())
        self.doing.acted.connect(self._hand_over)

    def _look(self) -> None:
        """Who signs follows from whether the giver is here."""
        absent = self.absent.isChecked()
        self.absent.setVisible(bool(self._signers))
        for field in (self.signer, self.reason):
            field.setVisible(absent)
        self.giver_pin.show_name(self._signer())
        self.giver_pin.setVisible(self._signer() != self.receiver())
        key = "ui.hand_over.means_absent" if absent else "ui.hand_over.means"
        self._means.set_tone("")
        self._means.setText(tr(key, name=self.receiver(), giver=self._giver.name, signer=self._signer()))
        self.doing.block("" if self._cards else tr("ui.hand_over.nobody"))

    def _signer(self) -> str:
        return self.signer.value() if self.absent.isChecked() else self._giver.name

    def _first_pin(self) -> PinLine:
        return self.receiver_pin if self.giver_pin.isHidden() else self.giver_pin

    def _choose(self, place: int) -> None:
        for here, card in enumerate(self._cards):
            card.setChecked(here == place)
            card.setVisible(here == place)
        self.receiver_pin.show_name(self.receiver())
        self._look()

    def _step(self, by: int) -> None:
        here = next((place for place, card in enumerate(self._cards) if card.isChecked()), 0)
        if self._cards:
            self._choose((here + by) % len(self._cards))

    def _show(self, found: InHand) -> None:
        if self._counts is not None:
            return
        self._counts = QWidget()
        grid = QGridLayout(self._counts)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(28)
        grid.setVerticalSpacing(4)
        for place, (name, icon, tone) in enumerate(_ROWS):
            count = getattr(found, name)
            grid.addWidget(_row(icon, tone if count else "ink2", name, count), place // 2, place % 2)
        self._facts.rows.addWidget(self._counts)
        if not self.seals.value():
            self.seals.set_value(found.seals)
        self.counted.emit()
        if not self.seals.value() and self._first_pin().boxes.hasFocus() and not self._first_pin().boxes.text():
            self.seals.setFocus(Qt.FocusReason.OtherFocusReason)

    def _next_pin(self) -> None:
        self.receiver_pin.boxes.setFocus(Qt.FocusReason.OtherFocusReason)

    def _hand_over(self) -> None:
        if self._busy or not self._cards or not self._is_complete():
            return
        self._busy = True
        self._services.store_open()
        giver, signer, receiver = self._giver.name, self._signer(), self.receiver()
        pins = self.giver_pin.boxes.text(), self.receiver_pin.boxes.text()
        seals, reason, services = self.seals.value(), self.reason.value(), self._services
        self._background.run(
            Lane.STORE, lambda: _handed_over(services, giver, (signer, receiver), pins, seals, reason), self._done,
            self._refused, self,
        )  # fmt: skip

    def _is_complete(self) -> bool:
        fields = [self.seals, *([self.reason] if self.absent.isChecked() else [])]
        for field in fields:
            if not field.value():
                field.set_wrong(tr("ui.case.must_be_given"))
                field.setFocus()
                return False
        for pin in (self.giver_pin, self.receiver_pin):
            if not pin.isHidden() and len(pin.boxes.text()) < DIGITS:
                self._say(tr("ui.sign_in.six_digits"))
                pin.wrong(tr("ui.sign_in.six_digits"))
                return False
        return True

    def _done(self, answer: Person | _WrongPin) -> None:
        self._busy = False
        if isinstance(answer, Person):
            self.took_over.emit(answer)
            return
        sentence = pin_sentence(answer.error)
        self._say(sentence)
        (self.giver_pin if answer.is_signer and not self.giver_pin.isHidden() else self.receiver_pin).wrong(sentence)

    def _refused(self, error: CounterError) -> None:
        self._busy = False
        self._say(error_line(error))

    def _say(self, sentence: str) -> None:
        self._means.set_tone("danger")
        self._means.setText(sentence)


def _row(icon: str, tone: str, name: str, count: int) -> QWidget:
    row = QWidget()
    row.setAccessibleName(f"{tr(f'ui.hand_over.row.{name}')} {tr(f'ui.hand_over.count.{name}', n=number(count))}")
    line = QHBoxLayout(row)
    line.setContentsMargins(2, 1, 2, 1)
    line.setSpacing(8)
    line.addWidget(Icon(icon, tone, 18))
    line.addWidget(Label(tr(f"ui.hand_over.row.{name}"), "strong"))
    line.addStretch(1)
    line.addWidget(Label(tr(f"ui.hand_over.count.{name}", n=number(count)), "secondary"))
    return row


def _handed_over(
    services: HandOverServices, giver: str, names: tuple[str, str], pins: tuple[str, str], seals: str, reason: str
) -> Person | _WrongPin:
    """Both PINs are checked before anything is written; one person with both parts types it once."""
    people: list[Person] = []
    for name, pin in zip(names, pins, strict=True):
        if people and name == people[0].name:
            people.append(people[0])
            continue
        try:
            people.append(services.people.sign_in(name, pins[1] if names[0] == names[1] else pin))
        except CounterError as error:
            if error.code not in _PIN_FAULTS:
                raise
            return _WrongPin(error, is_signer=not people)
    signer, receiver = people
    services.hand_over.hand_over(giver, signer, receiver, seals, reason)
    return receiver
