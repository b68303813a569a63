"""When nobody touched keys or mouse for a while: the screen locks, unless something must not be cut."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QWindow
from PySide6.QtWidgets import QWidget

LOOK_EVERY_MS = 5_000
USUAL_MINUTES = 10
_TOUCHES = frozenset({QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove, QEvent.Type.Wheel})


def native_window(window: QWidget) -> QWindow:
    """Where the input of a top-level window arrives first; made if it is not there yet."""
    window.winId()
    return window.windowHandle()


class IdleWatch(QObject):
    """Watches the windows that it is shown; `idle` fires once, and again only after somebody was there.

    It looks at the native window, where input arrives first: a filter on the application would have
    every event of every widget pass through Python, 60 000 of them while a window is built.
    """

    idle = Signal()

    def __init__(self, minutes: float, clock: Callable[[], float] = monotonic, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._clock, self._seconds = clock, minutes * 60
        self._touched, self._said = clock(), False
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.look)
        self._timer.start(LOOK_EVERY_MS)

    def watch(self, window: QWidget) -> None:
        """Look at the input of a top-level window from now on."""
        native_window(window).installEventFilter(self)
        self.touched()

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

    def touched(self) -> None:
        """Somebody is there."""
        self._touched, self._said = self._clock(), False

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() in _TOUCHES:
            self.touched()
        return False
