"""One window of the program takes the place of another: as large, at the same spot, and with the keys.

Usage: `take_place(window, before)`, then end or hide the one before: while nothing of the program is shown, the keys
go to nobody.

A new window asks for the keys itself. A window manager would give them to it; on a display without one (a kiosk, a thin
client, the tests) nobody does, and of a window that has no keys a screen reader hears nothing.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def bring_up(window: QWidget) -> None:
    """Show a window, with the keys."""
    window.show()
    window.activateWindow()


def take_place(window: QWidget, before: QWidget) -> None:
    """Bring a window up where another one is or was, maximised if that one is."""
    window.setGeometry(before.normalGeometry())
    window.setWindowState(before.windowState() & Qt.WindowState.WindowMaximized)
    bring_up(window)
