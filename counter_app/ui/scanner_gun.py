"""Scanner guns type fast and end with Enter: 20 characters within 200 ms are a code to open, not text.

Usage: `gun = ScannerGun(); gun.scanned.connect(...); gun.watch(window)`. What it had typed into a field is taken back.
"""

from __future__ import annotations

from time import monotonic

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QWidget

from counter_app.ui.idle import native_window
from counter_app.ui.widgets.line_edit import ENTER

LENGTH = 20
WITHIN_S = 0.2


class ScannerGun(QObject):
    """Watches the keys of the windows that it is shown, where they arrive first (as `IdleWatch`, for its reason)."""

    scanned = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._typed: list[tuple[float, str]] = []
        self._before = ""
        self._field: QLineEdit | QPlainTextEdit | None = None

    def watch(self, window: QWidget) -> None:
        """Look at the keys of a top-level window from now on."""
        native_window(window).installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        now = monotonic()
        if event.key() in ENTER:
            return self._ends(now)
        if not event.text() or not event.text().isprintable():
            self._typed.clear()
            return False
        if not self._typed or now - self._typed[-1][0] > WITHIN_S:
            self._begin(QApplication.focusWidget())
        self._typed.append((now, event.text()))
        return False

    def _begin(self, focused: QWidget | None) -> None:
        self._typed.clear()
        typed_into = isinstance(focused, QLineEdit | QPlainTextEdit) and not focused.isReadOnly()
        self._field = focused if typed_into else None  # type: ignore[assignment]
        self._before = _text_of(self._field)

    def _ends(self, now: float) -> bool:
        typed, self._typed = self._typed, []
        recent = [character for at, character in typed if now - at <= WITHIN_S]
        if len(typed) < LENGTH or len(recent) < LENGTH:
            return False
        if isinstance(self._field, QPlainTextEdit):
            self._field.setPlainText(self._before)
        elif self._field is not None:
            self._field.setText(self._before)
        self.scanned.emit("".join(character for _at, character in typed))
        return True


def _text_of(field: QLineEdit | QPlainTextEdit | None) -> str:
    if field is None:
        return ""
    return field.toPlainText() if isinstance(field, QPlainTextEdit) else field.text()
