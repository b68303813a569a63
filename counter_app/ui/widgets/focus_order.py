"""Where Enter goes: the next thing that wants something from the person (desktop design section 6).

A widget takes part by a method `enter_stop(forward) -> bool`. Read-only and already right
fields are skipped on the way forward, only read-only ones on the way back; Tab skips nothing.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def move_focus(start: QWidget, *, forward: bool = True) -> bool:
    """Focus the next (or previous) stop in the window of start; False if there is none.

    The order does not wrap around: the last field of a page keeps the focus.
    """
    reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
    for widget in _chain(start, forward):
        if _stops(widget, forward):
            widget.setFocus(reason)
            return True
    return False


def _chain(start: QWidget, forward: bool) -> list[QWidget]:
    # the focus chain is a ring that begins at the window itself
    found: list[QWidget] = []
    widget = start.nextInFocusChain() if forward else start.previousInFocusChain()
    while widget is not None and widget is not start and widget is not start.window():
        found.append(widget)
        widget = widget.nextInFocusChain() if forward else widget.previousInFocusChain()
    return found


def _stops(widget: QWidget, forward: bool) -> bool:
    asks = getattr(widget, "enter_stop", None)
    return asks is not None and widget.isVisible() and widget.isEnabled() and bool(asks(forward))
