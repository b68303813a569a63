"""The lock (picture 10): hides all case data, keeps the page and the caret beneath it.

    lock = LockPage(panel, PersonLine(name, post), locked_at, services.people.sign_in, background)
    window.cover(lock); lock.unlocked.connect(window.uncover)

The card of the hand-over comes by F8: `lock.offer_hand_over(ask)`. keys are served while the lock is up.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from counter_app.domain.errors import CounterError
from counter_app.ui import tokens
from counter_app.ui.background import Background, Lane
from counter_app.ui.hand_over_card import HandOverCard
from counter_app.ui.keys import hint
from counter_app.ui.must_answer import MustAnswerBanner
from counter_app.ui.sign_in import CheckPin, pin_sentence
from counter_app.ui.station_panel import StationPanel
from counter_app.ui.texts import tr
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.card import Card
from counter_app.ui.widgets.column import Column
from counter_app.ui.widgets.label import Icon, Label
from counter_app.ui.widgets.person_card import PersonLine
from counter_app.ui.widgets.pin import BOX, DIGITS, PinBoxes

WIDTH = 600


class LockPage(QWidget):
    """Shows who is away and since when, and nothing of any applicant."""

    unlocked = Signal()

    def __init__(
        self,
        panel: StationPanel,
        person: PersonLine,
        now: Callable[[], datetime],
        check_pin: CheckPin,
        background: Background,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("role", "ground")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._person, self._now, self._locked_at = person, now, now()
        self._check_pin, self._background, self._checking = check_pin, background, False
        self.hand_over: HandOverCard | None = None
        self._offer: Button | None = None
        self._pin = PinBoxes(tr("ui.sign_in.pin"))
        self._go = Button(tr("ui.lock.go_on"), "primary", key="Enter", height=BOX)
        self._how = Label(tr("ui.lock.how"), "secondary")
        self._card = Card(person.name)
        self.form = Column(WIDTH)
        self.keys: dict[str, Callable[[], None]] = {}
        self._must = MustAnswerBanner("ui.must.after_unlock")
        self._arrange(panel)
        self._pin.entered.connect(self._try)
        self._go.acted.connect(lambda: self._try(self._pin.text()))
        self._count_minutes()
        timer = QTimer(self)
        timer.timeout.connect(self._count_minutes)
        timer.start(10_000)

    def _arrange(self, panel: StationPanel) -> None:
        across = QHBoxLayout(self)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(0)
        across.addWidget(panel)
        across.addStretch(1)
        across.addWidget(self.form)
        across.addStretch(1)
        self.form.rows.setContentsMargins(4, 40, 4, 24)
        head = QWidget()
        line = QHBoxLayout(head)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(tokens.ROW_GAP)
        line.addWidget(Icon("lock", "ink", 26))
        line.addWidget(Label(tr("ui.lock.title"), "figure"))
        line.addStretch(1)
        line.addWidget(Label(tr("ui.lock.nothing_shown"), "caption"))
        self.form.add(head)
        self._card.head.insertWidget(2, Label(self._person.post, "text", "ink2"))
        self._card.rows.addWidget(self._how)
        pin = QHBoxLayout()
        pin.addWidget(self._pin)
        pin.addStretch(1)
        pin.addWidget(self._go)
        self._card.rows.addLayout(pin)
        self.form.add(self._must)
        self.form.add(self._card)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._pin.setFocus(Qt.FocusReason.OtherFocusReason)

    def offer_hand_over(self, ask: Callable[[], None]) -> None:
        """Let somebody else go on: ask is to bring the card by `show_hand_over`; Esc takes it away again."""
        self._offer = Button(tr("ui.hand_over.title"), "plain", key=hint("correct"), icon="users", wide=True)
        self._offer.acted.connect(ask)
        self.form.add(self._offer)
        self.form.add(Label(tr("ui.hand_over.foot"), "caption", wrap=True))
        self.keys = {"correct": ask, "back": self._drop_hand_over}

    def show_hand_over(self, card: HandOverCard) -> None:
        """Put the card in the place of its offer; a second one is not shown."""
        if self.hand_over is not None or self._offer is None:
            card.deleteLater()
            return
        self.hand_over = card
        self.form.rows.insertWidget(self.form.rows.indexOf(self._offer), card)
        self._offer.hide()
        card.counted.connect(lambda: QTimer.singleShot(0, self, self._make_room))
        card.begin()
        QTimer.singleShot(0, self, self._make_room)

    def _make_room(self) -> None:
        """On a low screen both PINs of the hand-over must be in sight; Esc brings the other card back."""
        whole = self.form.widget()
        if self.hand_over is not None and whole is not None:
            self._card.show()  # it is measured with the card, or it would come and go by turns
            self._card.setVisible(self.form.rows.totalHeightForWidth(whole.width()) <= self.form.viewport().height())

    def _drop_hand_over(self) -> None:
        if self.hand_over is not None and self._offer is not None:
            self.hand_over.hide()
            self.hand_over.deleteLater()
            self.hand_over = None
            self._offer.show()
            self._card.show()
            self._pin.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_must_answer(self, due: int, over: int, before: str) -> None:
        """How many the law answers itself: it may change while the screen is locked."""
        self._must.show_counts(due, over, before)

    def _count_minutes(self) -> None:
        away = int((self._now() - self._locked_at).total_seconds() // 60)
        self._card.set_note(tr("ui.lock.away", at=f"{self._locked_at:%H:%M}", n=away))

    def _try(self, pin: str) -> None:
        if self._checking:
            return
        if len(pin) < DIGITS:
            self._say(tr("ui.sign_in.six_digits"))
            return
        self._checking = True
        name = self._person.name
        self._background.run(Lane.STORE, lambda: self._check_pin(name, pin), self._let_in, self._refuse, self)

    def _let_in(self, _person: object) -> None:
        self._checking = False
        self.unlocked.emit()

    def _refuse(self, error: CounterError) -> None:
        self._checking = False
        self._pin.reject()
        self._say(pin_sentence(error))

    def _say(self, sentence: str) -> None:
        self._how.setText(sentence)
        self._how.set_tone("danger")
        self._pin.setAccessibleDescription(sentence)
        self._pin.setFocus(Qt.FocusReason.OtherFocusReason)
