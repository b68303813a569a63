"""The window that is there at once, while the rest of the program is loaded behind it. Usage:

    first = FirstWindow()
    if first.load(lambda: import_the_rest()):      # False: it was closed meanwhile
        return run(backend, first.entry)

Loading takes several times as long as a bare window: the database and every page come with it. It runs on a thread of
its own, so that the window is painted and can be moved and closed.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication, QStackedWidget

MINIMUM = (1024, 600)
FIRST_SIZE = (1366, 720)
LOOK_EVERY_MS = 15


def application() -> QApplication:
    """The one application of the process, dressed."""
    app = _bare_application()
    from counter_app.ui.garbage import collect_only_here
    from counter_app.ui.look import dress

    dress(app)
    if gc.isenabled():
        collect_only_here(app)
    return app


def _bare_application() -> QApplication:
    app = QApplication.instance()
    return app if isinstance(app, QApplication) else QApplication(sys.argv[:1])


def entry_window() -> QStackedWidget:
    """The window before somebody has signed in, with nothing in it."""
    entry = QStackedWidget()
    entry.setMinimumSize(*MINIMUM)
    entry.resize(*FIRST_SIZE)
    return entry


class FirstWindow:
    """Shown as soon as it is made; dressed as soon as it is shown."""

    def __init__(self) -> None:
        app = _bare_application()
        self.entry = entry_window()
        self.entry.show()
        app.processEvents()
        application()

    def load(self, work: Callable[[], None]) -> bool:
        """Do the work on another thread while the window lives; whether the window is still wanted. Raises as work."""
        waits, look = QEventLoop(), QTimer()
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="counter-load") as executor:
            loading = executor.submit(work)
            look.timeout.connect(lambda: waits.quit() if loading.done() else None)
            look.start(LOOK_EVERY_MS)
            waits.exec()
        look.stop()
        loading.result()
        return self.entry.isVisible()
