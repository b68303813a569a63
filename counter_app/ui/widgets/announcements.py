"""Tell screen readers what happened: saved, card read, blocked, printed (desktop design section 10)."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget


def announce(widget: QWidget, sentence: str) -> None:
    """Have the sentence read aloud; nothing is shown."""
    from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent  # 190 words of Qt, which sign-in need not say

    QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, sentence))
