"""The bare editors: one line and several lines, both aware of an open IME composition.

While a composition is open no key is ours: Enter, digits, Esc and arrows belong to the IME, even if
they reach the field. Pages use `field.Field`, which puts a label and a check around these.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QInputMethodEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QSizePolicy, QWidget

from counter_app.ui import tokens
from counter_app.ui.fonts import width_of
from counter_app.ui.scale import px, target
from counter_app.ui.widgets.focus_order import move_focus

ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


def belongs_to_ime(event: QEvent, preedit: str) -> bool:
    """Whether a key event must be left to the IME; it is then taken so that no shortcut fires."""
    is_key = event.type() in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress)
    if preedit and is_key:
        event.accept()
        return True
    return False


class LineEdit(QLineEdit):
    """One line, 36 high. Enter goes to the next field, Shift+Enter back.

    left fires when the focus leaves it. A counter (code points, not UTF-16 units) is drawn at
    the right if one is set and there is room. on_enter, where given, is called instead of moving on.
    """

    left = Signal()
    _preedit, _counter = "", ""  # on the class: Qt sends events before __init__ is done, and after the end

    def __init__(self, parent: QWidget | None = None, *, on_enter: Callable[[], None] | None = None) -> None:
        super().__init__(parent)
        self._on_enter = on_enter
        self.stops_enter: Callable[[bool], bool] = lambda _forward: False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def composing(self) -> bool:
        """Whether an IME composition is open."""
        return bool(self._preedit)

    def show_counter(self, text: str) -> None:
        """Draw a counter such as 17 / 18 at the right; empty removes it."""
        self._counter = text
        self.update()

    def enter_stop(self, forward: bool) -> bool:
        return self.stops_enter(forward)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        super().inputMethodEvent(event)
        self._preedit = event.preeditString()

    def event(self, event: QEvent) -> bool:
        return belongs_to_ime(event, self._preedit) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() not in ENTER:
            super().keyPressEvent(event)
        elif self._on_enter is not None:
            self._on_enter()
        else:
            move_focus(self, forward=not event.modifiers() & Qt.KeyboardModifier.ShiftModifier)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        # Qt asked the IME to commit before this; an IME that did not answer loses nothing either
        pending, self._preedit = self._preedit, ""
        super().focusOutEvent(event)
        if pending:
            self.insert(pending)
        self.left.emit()

    def sizeHint(self) -> QSize:
        return QSize(px(120), target(tokens.CONTROL))

    def minimumSizeHint(self) -> QSize:
        return QSize(px(48), target(tokens.CONTROL))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        room = self.width() - self.fontMetrics().horizontalAdvance(self.text()) - 22
        if self._counter and width_of(self._counter, "caption") + 6 <= room:
            painter = QPainter(self)
            painter.setFont(self.font())
            wrong = self.property("state") == "wrong"
            painter.setPen(tokens.DANGER if wrong else tokens.INK3)
            face = painter.font()
            face.setPixelSize(px(tokens.TYPE["caption"].size))
            painter.setFont(face)
            flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(self.rect().adjusted(0, 0, -11, 0), int(flags.value), self._counter)


class TextEdit(QPlainTextEdit):
    """Several lines. Enter is a new line, Ctrl+Enter leaves, Tab leaves."""

    left = Signal()
    _preedit, _rows = "", 3  # on the class, as above

    def __init__(self, rows: int = 3, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = rows
        self.stops_enter: Callable[[bool], bool] = lambda _forward: False
        self.setTabChangesFocus(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def composing(self) -> bool:
        """Whether an IME composition is open."""
        return bool(self._preedit)

    def enter_stop(self, forward: bool) -> bool:
        return self.stops_enter(forward)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        super().inputMethodEvent(event)
        self._preedit = event.preeditString()

    def event(self, event: QEvent) -> bool:
        return belongs_to_ime(event, self._preedit) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if event.key() in ENTER and control:
            move_focus(self, forward=not event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            return
        super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        pending, self._preedit = self._preedit, ""
        super().focusOutEvent(event)
        if pending:
            self.insertPlainText(pending)
        self.left.emit()

    def sizeHint(self) -> QSize:
        return QSize(px(200), px(18 + 21 * self._rows))

    def minimumSizeHint(self) -> QSize:
        return QSize(px(48), self.sizeHint().height())
