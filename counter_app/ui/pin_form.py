"""PINs to be typed, each with what it is above: a new one twice, beside it the old one or that of who asks for it.

    form = PinForm({NEW: tr("ui.pins.new"), AGAIN: tr("ui.pins.again")})
    given = form.given()                # None: one is missing, or the two differ; said below, and it has the focus
    form.wrong(OWN, sentence)           # it was refused: empty again, marked, with the focus
"""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from counter_app.ui.texts import tr
from counter_app.ui.widgets.announcements import announce
from counter_app.ui.widgets.focus_order import move_focus
from counter_app.ui.widgets.label import Label
from counter_app.ui.widgets.pin import DIGITS, PinBoxes

OWN, OLD, NEW, AGAIN = "own", "old", "new", "again"
_BOX = 44


class PinForm(QWidget):
    """asks: which PINs (OWN, OLD, NEW, AGAIN) with the words above each, in their order. Enter goes to the next."""

    def __init__(self, asks: Mapping[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._boxes = {name: PinBoxes(words, box_size=_BOX) for name, words in asks.items()}
        self._wrong = Label(role="caption", tone="danger", wrap=True)
        self._wrong.hide()
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(8)
        for name, boxes in self._boxes.items():
            rows.addWidget(Label(asks[name], "secondary"))
            rows.addWidget(boxes)
            boxes.entered.connect(lambda _pin, boxes=boxes: move_focus(boxes))
        rows.addWidget(self._wrong)
        self.setFocusProxy(next(iter(self._boxes.values())))

    def given(self) -> dict[str, str] | None:
        """What was typed, None if something is missing: the first such thing is said and has the focus then."""
        fault = self._fault()
        if fault is None:
            self.say("")
            return {name: boxes.text() for name, boxes in self._boxes.items()}
        name, sentence = fault
        if name == AGAIN:
            self._boxes[AGAIN].reject()
        self.say(sentence)
        self._boxes[name].setFocus(Qt.FocusReason.OtherFocusReason)
        return None

    def _fault(self) -> tuple[str, str] | None:
        """The first PIN that is not right yet, and why."""
        typed = {name: boxes.text() for name, boxes in self._boxes.items()}
        for name, pin in typed.items():
            if len(pin) != DIGITS:
                return name, tr("ui.sign_in.six_digits")
            if name == AGAIN and pin != typed[NEW]:
                return name, tr("ui.person.differ")
        return None

    def wrong(self, name: str, sentence: str) -> None:
        """That PIN was refused."""
        self._boxes[name].reject()
        if name == NEW:
            self._boxes[AGAIN].clear()
        self.say(sentence)
        self._boxes[name].setFocus(Qt.FocusReason.OtherFocusReason)

    def say(self, sentence: str) -> None:
        """Say below what was wrong; nothing with ""."""
        self._wrong.setText(sentence)
        self._wrong.setVisible(bool(sentence))
        announce(self, sentence)

    def clear(self) -> None:
        """Empty everything."""
        for boxes in self._boxes.values():
            boxes.clear()
        self.say("")
