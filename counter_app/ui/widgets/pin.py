"""Six boxes for a PIN. Usage: `pin = PinBoxes(tr("ui.sign_in.pin")); pin.entered.connect(self._try)` (Enter)."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QInputMethodEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QWidget

from counter_app.ui import tokens
from counter_app.ui.scale import px
from counter_app.ui.widgets.field_kinds import half_width
from counter_app.ui.widgets.line_edit import ENTER, belongs_to_ime
from counter_app.ui.widgets.paint import box

DIGITS = 6
BOX, GAP = 52, 10


class PinBoxes(QLineEdit):
    """A PIN that is never shown, kept in the clipboard or learned by an IME. Up and Down choose the person."""

    entered = Signal(str)
    stepped = Signal(int)
    _preedit = ""  # on the class: Qt sends events before __init__ is done

    def __init__(self, name: str, *, box_size: int = BOX, gap: int = GAP, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._box_size, self._gap, self._wrong = box_size, gap, False
        self.setAccessibleName(name)
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self.setInputMethodHints(
            Qt.InputMethodHint.ImhDigitsOnly
            | Qt.InputMethodHint.ImhSensitiveData
            | Qt.InputMethodHint.ImhHiddenText
            | Qt.InputMethodHint.ImhNoPredictiveText
        )
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.textEdited.connect(self._keep_digits)

    def reject(self) -> None:
        """Empty the boxes and mark them as wrong until the next digit."""
        self.clear()
        self._wrong = True
        self.update()

    def enter_stop(self, forward: bool) -> bool:
        return True

    def _keep_digits(self, text: str) -> None:
        digits = "".join(character for character in half_width(text) if character in "0123456789")[:DIGITS]
        if digits != text:
            self.setText(digits)
        self._wrong = False
        self.update()

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        super().inputMethodEvent(event)
        self._preedit = event.preeditString()

    def event(self, event: QEvent) -> bool:
        return belongs_to_ime(event, self._preedit) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in ENTER:
            self.entered.emit(self.text())
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.stepped.emit(1 if event.key() == Qt.Key.Key_Down else -1)
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        size = px(self._box_size)
        return QSize(DIGITS * size + (DIGITS - 1) * self._gap, size)

    def minimumSizeHint(self) -> QSize:
        size = self._box_size  # six boxes in large text may be no wider than the form around them
        return QSize(DIGITS * size + (DIGITS - 1) * self._gap, size)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = (self.width() - (DIGITS - 1) * self._gap) // DIGITS
        size, filled = min(px(self._box_size), room), len(self.text())
        for place in range(DIGITS):
            rect = QRectF(place * (size + self._gap), (self.height() - size) // 2, size, size)
            here = self.hasFocus() and place == min(filled, DIGITS - 1)
            border = tokens.DANGER if self._wrong else tokens.BRAND if here else tokens.FIELD
            width = 2 if here or self._wrong else 1
            box(painter, rect, tokens.RADIUS_CONTROL, fill=tokens.SURFACE, border=border, width=width)
            if place < filled:
                painter.setBrush(QColor(tokens.INK))
                painter.setPen(Qt.PenStyle.NoPen)
                radius = px(6)
                painter.drawEllipse(rect.center(), radius, radius)
