"""What PySide leaves to the program: where garbage is collected, how windows end, how long a thread may keep Python.

Python collects in whichever thread happens to allocate; a widget in a cycle would then be destroyed in a
worker thread, which Qt does not survive. The program calls `collect_only_here(app)` once, at its start.

While a worker reads or writes thousands of cases, its values are young and alive: looking through 100,000 of them held
the window up for 60 ms, and found nothing. They go by themselves when the work is done; so many are left alone, for a
while.

While a worker computes, each call of Qt waits until it lets go of the interpreter. `prompt_hand_over()` makes that
a tenth of a millisecond in place of five; the program calls it at its start.

A window whose signals reach a lambda that holds it is never freed, and PySide 6.12 destroys such windows
twice when the program ends. The program calls `destroy_windows(app)` last of all, after `exec` has returned.
"""

from __future__ import annotations

import gc
import sys

from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtWidgets import QApplication
from shiboken6 import delete, isValid

EVERY_MS = 1000
HAND_OVER_S = 0.0001
MANY = 20_000  # objects: some 5 ms to look through
PATIENCE = 60  # looks: an exchange of 5,000 events, an export of a year


def collect_only_here(app: QCoreApplication) -> None:
    """Switch automatic collection off; look once a second whether it is due, oldest generation first."""
    gc.disable()
    timer, looks = QTimer(app), Looks()
    timer.timeout.connect(lambda: looks.look())
    timer.start(EVERY_MS)


class Looks:
    """What the timer does: collects, unless a worker's values would be looked through, which is put off."""

    def __init__(self) -> None:
        self._left = PATIENCE

    def look(self) -> None:
        """Once a second."""
        if self._left and gc.get_count()[0] > MANY:
            self._left -= 1
            return
        self._left = PATIENCE
        collect_if_due()


def prompt_hand_over() -> None:
    """Keep no other thread waiting for long. Not for tests: they ask for events in a loop, which would stop workers."""
    sys.setswitchinterval(HAND_OVER_S)


def collect_if_due() -> None:
    """Collect the oldest generation whose count has passed its threshold."""
    for generation in (2, 1, 0):
        if gc.get_count()[generation] > gc.get_threshold()[generation]:
            gc.collect(generation)
            return


def destroy_windows(app: QApplication) -> None:
    """Destroy every window that is still there, in good order."""
    for window in app.topLevelWidgets():
        if isValid(window) and window.parentWidget() is None:
            delete(window)
    gc.collect()
