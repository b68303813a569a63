"""The window that is there at once, while the rest of the program is loaded behind it. Usage:

    first = FirstWindow(who_works_here)
    if first.load(lambda: import_the_rest()):      # False: it was closed meanwhile
        return run(backend, first.entry)

Loading takes several times as long as a bare window: the database and every page come with it. It runs on a thread of
its own, so that the window is painted and can be moved and closed, and a PIN be typed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication, QStackedWidget

from counter_app.ui.window_change import bring_up

if TYPE_CHECKING:
    from counter_app.services.door import Door

T = TypeVar("T")
MINIMUM = (1024, 600)
FIRST_SIZE = (1366, 720)
LOOK_EVERY_MS = 5
STYLED = "counter_styled"  # of the application: it was begun in the style that `dress` else asks for


def application() -> QApplication:
    """The one application of the process, dressed."""
    app = _bare_application()
    from counter_app.ui.look import dress

    dress(app)
    return app


def _bare_application() -> QApplication:
    app = QApplication.instance()
    if isinstance(app, QApplication):
        return app
    app = QApplication([*sys.argv[:1], "-style", "Fusion"])  # `setStyle` would load all 570 words of styles first
    app.setProperty(STYLED, True)
    return app


def entry_window() -> QStackedWidget:
    """The window before somebody has signed in, with nothing in it."""
    entry = QStackedWidget()
    entry.setMinimumSize(*MINIMUM)
    entry.resize(*FIRST_SIZE)
    return entry


class FirstWindow:
    """Shown as soon as it is made, dressed as soon as it is shown; people and PIN as soon as `look` has found them.

    look is called on another thread. Where it finds nobody, the window stays empty until the program is loaded.
    """

    def __init__(self, look: Callable[[], Door | None]) -> None:
        self.app = _bare_application()
        self.entry = entry_window()
        bring_up(self.entry)
        self.app.processEvents()
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="counter-load")
        self._looking = self._worker.submit(look)
        application()

    def load(self, work: Callable[[], None]) -> bool:
        """Do the work on another thread while the window lives; whether the window is still wanted. Raises as work."""
        from counter_app.ui.early_sign_in import early_sign_in
        from counter_app.ui.look import dress, dress_window
        from counter_app.ui.scale import TextSize
        from counter_app.ui.texts import tr
        from resources.texts import use_language

        with self._worker as worker:
            door = _waited_for(self._looking)
            if door is not None and door.people:
                use_language(door.language)
                self.entry.setWindowTitle(tr("ui.frame.program"))
                dress(self.app, TextSize.__members__.get(door.text_size, TextSize.STANDARD))
                self.entry.setCurrentIndex(self.entry.addWidget(early_sign_in(door)))
                dress_window(self.entry)
                self.app.processEvents()
            _waited_for(worker.submit(work))
        return self.entry.isVisible()


def _waited_for(future: Future[T]) -> T:
    """What the other thread comes to, while the window lives. Raises as the work, and waits for it in any case."""
    waits, look = QEventLoop(), QTimer()
    look.timeout.connect(lambda: waits.quit() if future.done() else None)
    look.start(LOOK_EVERY_MS)
    if not future.done():
        waits.exec()
    look.stop()
    return future.result()
