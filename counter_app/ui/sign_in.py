"""Sign-in (desktop design section 7, picture 01): people of this machine, PIN, and how things stand.

page = SignInPage(panel, people, standing, services.people.sign_in, background)
page.signed_in.connect(shell.open_for)          # what check_pin returned
page.go_on(SignInPage(panel, people))            # one from before the store was open, with what was typed there
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from counter_app.domain.errors import CounterError
from counter_app.ui import tokens
from counter_app.ui.keys import sequences
from counter_app.ui.must_answer import MustAnswerBanner
from counter_app.ui.station_panel import StationPanel
from counter_app.ui.texts import tr
from counter_app.ui.widgets.banner import Banner
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.column import Column
from counter_app.ui.widgets.label import Label
from counter_app.ui.widgets.person_card import PersonCard, PersonLine
from counter_app.ui.widgets.pin import BOX, DIGITS, PinBoxes

if TYPE_CHECKING:
    from counter_app.ui.background import Background

FIRST_PEOPLE = 3
SIGN_IN_PANEL, WIDTH = 500, 500
CheckPin = Callable[[str, str], object]
"""(name, PIN) gives the person; raises `pin_wrong` (left) or `person_locked` (until_ms)."""


class Standing(NamedTuple):
    """What a person should know before signing in. answer_before is a time such as 17:30; over: of must_answer."""

    offline: bool = False
    must_answer: int = 0
    answer_before: str = ""
    over: int = 0


_NOTHING_KNOWN = Standing()


def pin_sentence(error: CounterError) -> str:
    """What was wrong with a PIN, with the time of the day until which the person is locked."""
    until_ms = error.params.get("until_ms")
    if isinstance(until_ms, int):
        until = datetime.fromtimestamp(until_ms / 1000).astimezone()
        return tr("ui.sign_in.locked", until=f"{until:%H:%M}")
    if error.code == "pin_wrong":
        return tr("ui.sign_in.wrong", left=error.params["left"])
    from counter_app.ui.error_card import message_of  # with all of a dialog, which the boxes would wait for

    return message_of(error)


class SignInPage(QWidget):
    """Choose a name with Up and Down, type six digits, Enter. Works the same without a network.

    Without check_pin an Enter waits for the page that can check it, and so does F1 for the page that can help.
    """

    topic = "sign_in"
    signed_in = Signal(object)
    pin_to_change = Signal(str, str)
    """(name, PIN): right, but set by somebody else, so that another one is to be chosen first."""
    help_wanted = Signal()

    def __init__(
        self,
        panel: StationPanel,
        people: Sequence[PersonLine],
        standing: Standing = _NOTHING_KNOWN,
        check_pin: CheckPin | None = None,
        background: Background | None = None,
    ) -> None:
        super().__init__()
        self.setProperty("role", "ground")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._check_pin, self._background = check_pin, background
        self._checking = self._waits = self._help_waits = False
        self._cards = [PersonCard(person) for person in people]
        self._pin = PinBoxes(tr("ui.sign_in.pin"))
        self._go = Button(tr("ui.sign_in.go"), "primary", key="Enter", height=BOX)
        self._hint = Label(tr("ui.sign_in.pin_hint"), "caption")
        across = QHBoxLayout(self)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(0)
        across.addWidget(panel)
        across.addStretch(1)
        across.addWidget(self._form(standing), 0)
        across.addStretch(1)
        self._wire()
        self._choose(0)

    def _form(self, standing: Standing) -> Column:
        form = Column(WIDTH)
        self._must = MustAnswerBanner("ui.must.after_sign_in")
        # the ring of a control needs 4 px around it
        form.rows.setContentsMargins(4, 24, 4, 24)
        form.rows.setSpacing(tokens.ROW_GAP)
        form.rows.insertStretch(0, 1)
        form.fit(wide_window=False)
        for widget in (
            Label(tr("ui.sign_in.title"), "figure"),
            Label(tr("ui.sign_in.how"), "text", "ink2"),
            Label(tr("ui.sign_in.people"), "secondary"),
            *self._cards,
            self._more_line(),
            Label(tr("ui.sign_in.pin"), "secondary"),
            self._pin_line(),
            self._hint,
            *_banners(standing),
            self._must,
            self._foot(),
        ):
            form.add(widget)
        self.show_must_answer(standing.must_answer - standing.over, standing.over, standing.answer_before)
        return form

    def _more_line(self) -> QWidget:
        self._more = Button(tr("ui.sign_in.others"), "link", icon="users", height=tokens.CONTROL_IN_ROW)
        step = Label(tr("ui.sign_in.step"), "caption")
        line = _across(self._more, step)
        self._more.setVisible(len(self._cards) > FIRST_PEOPLE)
        for card in self._cards[FIRST_PEOPLE:]:
            card.hide()
        step.setVisible(len(self._cards) > 1)
        return line

    def _pin_line(self) -> QWidget:
        return _across(self._pin, self._go)

    def _foot(self) -> QWidget:
        help_button = Button(tr("ui.sign_in.help"), "link", key="F1", height=tokens.CONTROL_IN_ROW)
        help_button.acted.connect(self.ask_help)
        return _across(Label(tr("ui.sign_in.forgotten"), "caption"), help_button)

    def _wire(self) -> None:
        for place, card in enumerate(self._cards):
            card.clicked.connect(lambda _=False, place=place: self._choose(place))
        self._more.acted.connect(self._show_all)
        self._pin.entered.connect(self._try)
        self._pin.stepped.connect(lambda by: self._choose(self._place() + by))
        self._go.acted.connect(lambda: self._try(self._pin.text()))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._pin.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_must_answer(self, due: int, over: int, before: str) -> None:
        """How many the law answers itself: it may change while nobody is signed in."""
        self._must.show_counts(due, over, before)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        from PySide6.QtGui import QKeySequence  # with all standard keys of Qt: not before one is pressed

        if QKeySequence(event.keyCombination()).toString() in sequences("guide"):
            self.ask_help()  # where the program is loaded, its shortcut was first
        else:
            super().keyPressEvent(event)

    def is_early(self) -> bool:
        """Whether the store is not open yet: neither a PIN nor F1 can be answered."""
        return self._check_pin is None

    def ask_help(self) -> None:
        """Help now, or with the page that comes once the store is open."""
        if self.is_early():
            self._help_waits = True
            self._hint.setText(tr("ui.sign_in.help_opening"))
        self.help_wanted.emit()

    def go_on(self, early: SignInPage) -> None:
        """Take over the person, the digits, the Enter and the F1 of a page that could not answer them yet."""
        names = [card.person.name for card in self._cards]
        if (name := early.chosen()) in names:
            self._choose(names.index(name))
            self._pin.setText(early._pin.text())
            if early._waits:
                self._try(self._pin.text())
        if early._help_waits:
            self.help_wanted.emit()

    def chosen(self) -> str:
        """The name of the person who is chosen, empty if the machine knows nobody."""
        return self._cards[self._place()].person.name if self._cards else ""

    def _place(self) -> int:
        return next((place for place, card in enumerate(self._cards) if card.isChecked()), 0)

    def _choose(self, place: int) -> None:
        if not self._cards:
            return
        place = max(0, min(place, len(self._cards) - 1))
        if place >= FIRST_PEOPLE:
            self._show_all()
        for here, card in enumerate(self._cards):
            card.setChecked(here == place)
        self._pin.clear()
        self._waits = False
        self._pin.setAccessibleDescription(self.chosen())
        self._pin.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_all(self) -> None:
        for card in self._cards:
            card.show()
        self._more.hide()

    def _try(self, pin: str) -> None:
        if self._checking or not self._cards:
            return
        if len(pin) < DIGITS:
            self._say(tr("ui.sign_in.six_digits"))
            return
        check, name = self._check_pin, self.chosen()
        if check is None or self._background is None:
            self._waits = True
            self._hint.setText(tr("ui.sign_in.opening"))
            return
        from counter_app.ui.background import Lane

        self._checking = True
        self._background.run(
            Lane.STORE, lambda: check(name, pin), self._let_in, lambda error: self._refuse(error, name, pin), self
        )

    def _let_in(self, person: object) -> None:
        self._checking = False
        self._pin.clear()
        self._hint.setText(tr("ui.sign_in.pin_hint"))
        self._hint.set_tone("")
        self.signed_in.emit(person)

    def _refuse(self, error: CounterError, name: str, pin: str) -> None:
        self._checking = False
        if error.code == "pin_to_change":
            self._pin.clear()
            self.pin_to_change.emit(name, pin)
            return
        self._pin.reject()
        self._say(pin_sentence(error))

    def _say(self, sentence: str) -> None:
        self._hint.setText(sentence)
        self._hint.set_tone("danger")
        self._pin.setAccessibleDescription(sentence)
        self._pin.setFocus(Qt.FocusReason.OtherFocusReason)


def _banners(standing: Standing) -> list[Banner]:
    shown = []
    if standing.offline:
        shown.append(Banner("warn", "cloud-off", tr("ui.sign_in.offline"), tr("ui.sign_in.offline_more")))
    return shown


def _across(left: QWidget, right: QWidget) -> QWidget:
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    line.addWidget(left)
    line.addStretch(1)
    line.addWidget(right)
    return row
