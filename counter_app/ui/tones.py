"""One short tone for a card that was read, two for a fault, where the settings want them (desktop design section 10).

    tones = CardTones(wanted, background, self)      # wanted is asked on Lane.READ, each time
    reading.read.connect(tones.read); reading.failed.connect(tones.fault)
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication

from counter_app.ui.background import Background, Lane

ON = "on"  # of the setting `sound`
APART_MS = 250


class CardTones(QObject):
    """sounded fires with every tone. The tone is the system's own: how loud it is, is set there."""

    sounded = Signal()

    def __init__(self, wanted: Callable[[], bool], background: Background, parent: QObject) -> None:
        super().__init__(parent)
        self._wanted, self._background = wanted, background

    def read(self) -> None:
        """A card was read."""
        self._sound(1)

    def fault(self) -> None:
        """It was not, or not wholly."""
        self._sound(2)

    def _sound(self, times: int) -> None:
        def sound(wanted: bool) -> None:
            for n in range(times if wanted else 0):
                QTimer.singleShot(n * APART_MS, self, self._beep)

        self._background.run(Lane.READ, self._wanted, sound, lambda _error: None, self)

    def _beep(self) -> None:
        QApplication.beep()
        self.sounded.emit()
