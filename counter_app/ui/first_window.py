"""The window that is there at once, while the rest of the program is loaded behind it. Usage:

    first = FirstWindow(lambda: who_works_here)
    if first.load(lambda: import_the_rest()):      # False: it was closed meanwhile
        return run(backend, first.entry)

Loading takes several times as long as a bare window: the database and every page come with it. It runs on a thread of
its own, so that the window is painted and can be moved and closed, and a PIN be typed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from threading import Thread
from typing import TYPE_CHECKING, Generic, TypeVar

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
    """Shown as soon as it is made, dressed as soon as it is shown; people and PIN as soon as they are found.

    prepare is called once the window is there, what it returns on another thread: it may wait for the keyring. Where it
    finds nobody, the window stays empty until the program is loaded.
    """

    def __init__(self, prepare: Callable[[], Callable[[], Door | None]]) -> None:
        self.app = _bare_application()
        self.entry = entry_window()
        bring_up(self.entry)
        self.app.processEvents()
        self._looking = _Behind(prepare())
        application()

    def load(self, work: Callable[[], None]) -> bool:
        """Do the work on another thread while the window lives; whether the window is still wanted. Raises as work."""
        from counter_app.ui.early_sign_in import early_sign_in
        from counter_app.ui.look import dress, dress_window
        from counter_app.ui.scale import TextSize
        from counter_app.ui.texts import tr
        from resources.texts import use_language

        door = _waited_for(self._looking)
        if door is not None and door.people:
            use_language(door.language)
            self.entry.setWindowTitle(tr("ui.frame.program"))
            dress(self.app, TextSize.__members__.get(door.text_size, TextSize.STANDARD))
            dress_window(self.entry)  # first: what is put into it has its look at once, and not a plain one before
            self.entry.setCurrentIndex(self.entry.addWidget(early_sign_in(door)))
            self.app.processEvents()
        _waited_for(_Behind(work))
        return self.entry.isVisible()


class _Behind(Thread, Generic[T]):
    """Work on a thread of its own, begun at once. `concurrent.futures` and the logging that it brings come later."""

    def __init__(self, work: Callable[[], T]) -> None:
        super().__init__(name="counter-load")
        self._work = work
        self._found: T
        self._raised: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            self._found = self._work()
        except BaseException as error:  # noqa: BLE001  raised again where it is waited for
            self._raised = error

    def result(self) -> T:
        """What the work came to, once it has ended. Raises as the work."""
        self.join()
        if self._raised is not None:
            raise self._raised
        return self._found


def _waited_for(behind: _Behind[T]) -> T:
    """What the other thread comes to, while the window lives. Raises as the work, and waits for it in any case."""
    waits, look = QEventLoop(), QTimer()
    look.timeout.connect(lambda: None if behind.is_alive() else waits.quit())
    look.start(LOOK_EVERY_MS)
    if behind.is_alive():
        waits.exec()
    look.stop()
    return behind.result()
