"""The sign in the system's tray: how things stand while the window is locked, hidden, or nobody is signed in.

    tray = system_tray(parent)              # None where the system has no tray
    tray.show_alarm(alarm, "17:30"); tray.opened.connect(go_home)

Everybody in the room sees it: counts and names of items only (desktop design section 9).
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from counter_app.services.alarms import Alarm
from counter_app.ui import tokens
from counter_app.ui.icons import icon
from counter_app.ui.look import dress_window
from counter_app.ui.must_answer import must_answer_words
from counter_app.ui.texts import tr

SIZE = 22
SHOWN_MS = 30_000
_LOOKS = {"ok": "circle-check", "warn": "alarm-clock", "danger": "octagon-alert"}


class Tray(QObject):
    """opened: somebody clicked it, or a message of it."""

    opened = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.icon = QSystemTrayIcon(self)
        self.menu = QMenu()
        dress_window(self.menu)
        self.menu.addAction(tr("ui.tray.open")).triggered.connect(self.opened)
        self.icon.setContextMenu(self.menu)
        self.icon.activated.connect(self._activated)
        self.icon.messageClicked.connect(self.opened)
        self.show_alarm(Alarm(), "")
        self.icon.show()

    def show_alarm(self, alarm: Alarm, before: str) -> None:
        """Show how things stand; what is new in it comes as one message. before: a time such as 17:30."""
        tone = "danger" if alarm.over else "warn" if alarm.due else "ok"
        self.icon.setIcon(icon(_LOOKS[tone], tokens.TONES[tone].ink, SIZE))
        state = must_answer_words(alarm.due, alarm.over, before) or tr("ui.tray.nothing")
        self.icon.setToolTip(tr("ui.tray.tip", program=tr("ui.frame.program"), state=state))
        title = must_answer_words(alarm.new_due, alarm.new_over, before)
        if title:
            self.icon.showMessage(title, message_words(alarm), QSystemTrayIcon.MessageIcon.Warning, SHOWN_MS)

    def end(self) -> None:
        """Take it away, with its menu, which has no parent."""
        self.icon.hide()
        self.menu.deleteLater()

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason in (QSystemTrayIcon.ActivationReason.Trigger, QSystemTrayIcon.ActivationReason.DoubleClick):
            self.opened.emit()


def message_words(alarm: Alarm) -> str:
    """Which items, how many of each, and what the law says."""
    items = tr("ui.tray.and").join(tr("ui.tray.item", name=name, n=n) for name, n in alarm.items)
    return tr("ui.tray.message", items=items)


def system_tray(parent: QObject | None = None) -> Tray | None:
    """The tray's sign, None where the system has no tray."""
    return Tray(parent) if QSystemTrayIcon.isSystemTrayAvailable() else None
