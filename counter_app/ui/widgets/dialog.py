"""Dialogs: a plain translucent child of the window that dims the page, never a window of its own. Usage:

    dialog = Dialog(self, tr("ui.print.title"), subtitle="...", width="medium")
    dialog.rows.addWidget(...)
    dialog.foot(Button(tr("...later"), "link", key="Esc"), Button(tr("..."), "plain"), primary)  # the doing one last
    dialog.open()
    dialog.closed.connect(...)

Esc closes without effect. Enter presses the last button of the foot, unless the focus means
something else or that button is a danger one; held down it presses nothing. The page gets its focus back afterwards.
Where the buttons stand elsewhere, `way_out(button)` and `in_a_row(*buttons)` take the place of `foot`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QEvent, QObject, QRect, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QRegion
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QVBoxLayout, QWidget
from shiboken6 import isValid

from counter_app.ui import tokens
from counter_app.ui.widgets.announcements import announce
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.card import rule
from counter_app.ui.widgets.label import Icon, Label
from counter_app.ui.widgets.line_edit import ENTER


class Dialog(QWidget):
    """A matter that must be settled or left before the page goes on. width: small 480, medium 660, large 980.

    keys are handlers by key name of `keys.py`, served while the dialog is open (none of the page's are).
    topic: its help (`help.dialog.<topic>`). tall: as high as the window allows, for a picture that takes the rest.
    """

    closed = Signal()
    topic = "other_dialog"

    def __init__(
        self,
        over: QWidget,
        title: str,
        *,
        subtitle: str = "",
        width: str = "medium",
        icon: str = "",
        tone: str = "ink2",
        tall: bool = False,
        keys: Mapping[str, Callable[[], None]] | None = None,
    ) -> None:
        super().__init__(over.window())
        self.setProperty("is_dialog", True)
        self.setAccessibleName(title)
        self.keys = dict(keys or {})
        self._tall = tall
        self._primary: Button | None = None
        self._before: QWidget | None = None
        self._box = QFrame(self)
        self._box.setProperty("role", "dialog")
        self._box.setFixedWidth(min(tokens.DIALOG_WIDTHS[width], over.window().width() - 32))
        self._column = column = QVBoxLayout(self._box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        head, self._head = _head(title, subtitle, icon, tone, low=width == "large")
        column.addWidget(head)
        column.addWidget(rule())
        body = QWidget()
        self.rows = QVBoxLayout(body)
        self.rows.setContentsMargins(24, 16, 24, 16)
        self.rows.setSpacing(12)
        column.addWidget(body, 1)
        self._foot = QFrame()
        self._foot.setProperty("role", "dialog_foot")
        column.addWidget(self._foot)
        self._foot.hide()
        self.hide()
        self.window().installEventFilter(self)
        self._box.installEventFilter(self)

    def foot(self, way_out: QWidget, *buttons: Button) -> None:
        """Put the way out at the left (its press closes) and the buttons at the right, the doing one last."""
        line = QHBoxLayout(self._foot)
        line.setContentsMargins(20, 12, 20, 12)
        line.setSpacing(10)
        line.addWidget(way_out)
        if isinstance(way_out, Button):
            way_out.acted.connect(self.close_dialog)
        line.addStretch(1)
        line.addLayout(self.in_a_row(*buttons))
        self._foot.show()

    def way_out(self, button: Button) -> None:
        """Put the way out at the right of the head; its press closes."""
        self._head.addWidget(button)
        button.acted.connect(self.close_dialog)

    def in_a_row(self, *buttons: Button) -> QHBoxLayout:
        """The buttons in a row, the doing one last: Enter presses it unless it is a danger one."""
        line = QHBoxLayout()
        line.setSpacing(10)
        for button in buttons:
            line.addWidget(button)
        if buttons and buttons[-1].kind() != "danger":
            self._primary = buttons[-1]
        return line

    def open(self) -> None:
        """Show it over the window. The focus goes to the first field, else to the doing button."""
        self._before = self.window().focusWidget()
        self._cover()
        self.show()
        self.raise_()
        first = next((field for field in self._stops() if field is not self._primary), self._primary)
        target = first or next(iter(self._tabs()), self)
        target.setFocus(Qt.FocusReason.OtherFocusReason)
        announce(self, self.accessibleName())

    def close_dialog(self) -> None:
        """Close without effect; the page gets its focus back."""
        self.window().removeEventFilter(self)
        self.hide()
        self.setEnabled(False)  # what it asked for may still come, and must not take the focus from the page
        if self._before is not None and isValid(self._before):  # a page may have been made anew meanwhile
            self._before.setFocus(Qt.FocusReason.OtherFocusReason)
        self.closed.emit()
        self.deleteLater()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_dialog()
        elif event.key() in ENTER and self._primary is not None and not event.isAutoRepeat():
            self._primary.click()
        # no other key reaches the page below

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def focusNextPrevChild(self, forward: bool) -> bool:
        tabs = self._tabs()
        here = self.window().focusWidget()
        if not tabs:
            return True
        place = tabs.index(here) if here in tabs else -1
        step = tabs[(place + (1 if forward else -1)) % len(tabs)]
        reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
        step.setFocus(reason)
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        resized = event.type() == QEvent.Type.Resize and watched is self.window()
        # what comes or goes in an open dialog makes it higher or lower: rows that are squeezed would overlap
        rearranged = event.type() == QEvent.Type.LayoutRequest and watched is self._box
        if (resized or rearranged) and self.isVisible():
            self._cover()
        return False

    def paintEvent(self, _event: QPaintEvent) -> None:
        dim = QColor(tokens.RAIL)
        dim.setAlphaF(tokens.DIM_OPACITY)
        painter = QPainter(self)
        painter.setClipRegion(QRegion(self.rect()).subtracted(QRegion(self._spared())))
        painter.fillRect(self.rect(), dim)

    def _spared(self) -> QRect:
        # the nearest legal deadline stays readable behind every dialog
        alarm = self.window().findChild(QWidget, "deadline_alarm")
        if alarm is None or not alarm.isVisible():
            return QRect()
        return QRect(alarm.mapTo(self.window(), alarm.rect().topLeft()), alarm.size())

    def _cover(self) -> None:
        whole = self.window().rect()
        self.setGeometry(whole)
        layout, width = self._column, self._box.width()
        wanted = layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else layout.totalSizeHint().height()
        room = whole.height() - 32
        self._box.setFixedHeight(room if self._tall else min(wanted, room))
        corner = whole.center() - self._box.rect().center()
        self._box.move(corner)

    def _tabs(self) -> list[QWidget]:
        found: list[QWidget] = []
        widget = self.nextInFocusChain()
        while widget is not None and widget is not self:
            takes_tab = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
            if takes_tab and widget.isVisible() and self.isAncestorOf(widget) and widget.focusProxy() is None:
                found.append(widget)
            widget = widget.nextInFocusChain()
        return found

    def _stops(self) -> list[QWidget]:
        stops = (getattr(widget, "enter_stop", None) for widget in self._tabs())
        return [widget for widget, asks in zip(self._tabs(), stops, strict=True) if asks is not None and asks(True)]


def _head(title: str, subtitle: str, icon: str, tone: str, *, low: bool) -> tuple[QWidget, QHBoxLayout]:
    """The head and its line. low: the subtitle beside the title, where the height is needed below."""
    head = QWidget()
    line = QHBoxLayout(head)
    line.setContentsMargins(24, 12 if low else 18, 24, 12 if low else 14)
    line.setSpacing(14)
    if icon:
        line.addWidget(Icon(icon, tone, 28))
    text = QBoxLayout(QBoxLayout.Direction.LeftToRight if low else QBoxLayout.Direction.TopToBottom)
    text.setSpacing(12 if low else 2)
    text.addWidget(Label(title, "page"))
    if subtitle:
        text.addWidget(Label(subtitle, "secondary", elided=low, wrap=not low), int(low))
    line.addLayout(text, 1)
    return head, line


def ask(
    over: QWidget, title: str, consequence: str, do: str, keep: str, then: Callable[[], None], *, danger: bool = False
) -> Dialog:
    """Ask before an act that cannot be taken back: the consequence, and verbs on both buttons.

    A destructive act (danger) is never done by Enter: the focus is on keeping.
    """
    dialog = Dialog(over, title, width="small")
    dialog.rows.addWidget(Label(consequence, "text", wrap=True))
    act = Button(do, "danger" if danger else "primary", key="" if danger else "Enter")
    stay = Button(keep, "link", key="Esc")
    act.acted.connect(dialog.close_dialog)
    act.acted.connect(then)
    dialog.foot(stay, act)
    dialog.open()
    if danger:
        stay.setFocus(Qt.FocusReason.OtherFocusReason)
    return dialog
