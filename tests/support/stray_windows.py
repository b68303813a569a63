"""A part of a page that is shown before it stands in one is a window of its own for a moment: it flashes.

    found = stray_windows(); ...; assert found == []
"""

from __future__ import annotations

import os
import sys
from functools import wraps
from typing import Any

from PySide6.QtWidgets import QWidget

PROGRAM = f"{os.sep}counter_app{os.sep}ui{os.sep}"
TESTS = f"{os.sep}tests{os.sep}"
WINDOWS = ("ApplicantWindow", "QMenu")  # what is a window, beside those that `window_change.bring_up` shows


def stray_windows() -> list[str]:
    """The list into which each is written from now on, by the line of the program that showed it."""
    found: list[str] = []
    for name in ("show", "setVisible"):
        setattr(QWidget, name, _watched(found, getattr(QWidget, name), shows=name == "show"))
    return found


def _watched(found: list[str], method: Any, *, shows: bool) -> Any:
    @wraps(method)
    def watched(self: QWidget, *given: bool) -> None:
        if (shows or given[0]) and self.parentWidget() is None and type(self).__name__ not in WINDOWS:
            caller = sys._getframe(1)
            file = caller.f_code.co_filename
            if PROGRAM in file and TESTS not in file and not file.endswith("window_change.py"):
                found.append(f"{file.rpartition(PROGRAM)[2]}:{caller.f_lineno} shows a {type(self).__name__}")
        method(self, *given)

    return watched
