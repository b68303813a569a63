"""When nobody touched keys or mouse for a while: the screen locks, unless something must not be cut."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication

LOOK_EVERY_MS = 5_000
USUAL_MINUTES = 10
_TOUCHES = frozenset({QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove, QEvent.Type.Wheel})


class IdleWatch(QObject):
    """Watches the whole application; `idle` fires once, and again only after somebody was there."""

    idle = Signal()

    def __init__(self, app: QApplication, minutes: float, clock: Callable[[], float] = monotonic) -> None:
        super().__init__(app)
        self._clock, self._seconds = clock, minutes * 60
        self._touched, self._said = clock(), False
        app.installEventFilter(self)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.look)
        self._timer.start(LOOK_EVERY_MS)

    def allow(self, minutes: float) -> None:
        """Change the time that may pass."""
        self._seconds = minutes * 60

    def look(self) -> None:
        """Fire if the time has passed."""
        if not self._said and self._clock() - self._touched >= self._seconds:
            self._said = True
            self.idle.emit()

    def again(self) -> None:
        """It could not lock now: look once more at the next turn."""
        self._said = False

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() in _TOUCHES:
            self._touched, self._said = self._clock(), False
        return False
