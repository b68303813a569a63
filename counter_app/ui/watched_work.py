"""Work of some length that tells how far it is: after a second its words, a bar and the way to stop it are shown.

    class Postbag(WatchedWork):
        self._begin(tr("..."), lambda: service.work(self._watch()), self._done)     # self._failed on an error
        self._end()                                                                 # first thing in both
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from time import monotonic
from typing import TypeVar

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget
from shiboken6 import isValid

from counter_app.domain.errors import CounterError
from counter_app.ui import tokens
from counter_app.ui.background import Background, Lane
from counter_app.ui.texts import tr
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.label import Icon, Label
from counter_app.ui.widgets.progress import Progress

SHOWN_AFTER_MS = 1000
TOLD_EVERY_S = 0.1

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Kind:
    """What work it is: its lane, its icon with the tone, the name of its bar, the code of the error that stops it."""

    lane: Lane
    icon: tuple[str, str]
    name: str
    stopped: str


class WatchedWork(QWidget):
    """One piece of work at a time."""

    changed = Signal()
    """Began or ended."""
    _moved = Signal(int, int)

    def __init__(self, kind: Kind, background: Background) -> None:
        super().__init__()
        self._kind, self._background = kind, background
        self._stopping = Event()
        self.running = False
        self.bar, self.words = Progress(kind.name), Label(role="strong")
        self.stopper = Button(tr("ui.postbag.stop"), icon="x", height=tokens.CONTROL_IN_ROW)
        self.stopper.acted.connect(self.stop)
        line = QHBoxLayout(self)
        line.setContentsMargins(4, 0, 0, 0)
        line.setSpacing(tokens.ROW_GAP)
        line.addWidget(Icon(*kind.icon, 18))
        line.addWidget(self.words)
        line.addWidget(self.bar, 1)
        line.addWidget(self.stopper)
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(SHOWN_AFTER_MS)
        self._late.timeout.connect(self.show)
        self._moved.connect(self._show_part)
        self.hide()

    def stop(self) -> None:
        """End after the piece that is under way; what stands whole stays."""
        self._stopping.set()

    def _begin(self, words: str, work: Callable[[], T], then: Callable[[T], None]) -> None:
        self.running = True
        self._stopping.clear()
        self.words.setText(words)
        self.bar.show_part(0)
        self._late.start()
        self._background.run(self._kind.lane, work, then, self._failed, self)
        self.changed.emit()

    def _watch(self) -> Callable[[int, int], None]:
        """Called on the other thread: tells this one at most ten times a second, and when all is done."""
        told = 0.0

        def watch(done: int, of: int) -> None:
            nonlocal told
            if self._stopping.is_set():
                raise CounterError(self._kind.stopped)
            now = monotonic()
            if of and (done == of or now - told >= TOLD_EVERY_S) and isValid(self):
                told = now
                self._moved.emit(done, of)

        return watch

    def _show_part(self, done: int, of: int) -> None:
        self.bar.show_part(done / of)

    def _failed(self, error: CounterError) -> None:
        """What the work ended with."""
        raise NotImplementedError

    def _end(self) -> None:
        self.running = False
        self._late.stop()
        self.hide()
        self.changed.emit()
