"""The ring around what has the keyboard focus: 2 px of ink outside the control, 2 px away from it.

QSS has no outer outline. A QFocusFrame would need a style written in Python, which Qt asks thousands
of times for each repaint; so the ring is a small widget of our own.
A control that wants it is `Ringed`: `class Tile(Ringed, QAbstractButton)`; fields and lists show focus themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFocusEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from counter_app.ui import tokens

MARGIN = 4
_BY_MOUSE = (Qt.FocusReason.MouseFocusReason, Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason)


class Ring(QWidget):
    """The ring itself: takes no mouse, follows its control."""

    def __init__(self, control: QWidget) -> None:
        super().__init__(_ground_of(control))
        self.setObjectName("focus_ring")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._control = control
        self._moving = list(_up_to(self.parentWidget(), control))
        for widget in self._moving:
            widget.installEventFilter(self)
        self._follow()
        self.show()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Move, QEvent.Type.Resize) and isValid(self._control):
            self._follow()
        elif event.type() == QEvent.Type.Hide and watched is self._control:
            self.hide()
        return False

    def end(self) -> None:
        """Gone at once, and destroyed when Qt comes to it."""
        for widget in self._moving:
            if isValid(widget):
                widget.removeEventFilter(self)
        self.hide()
        self.deleteLater()

    def _follow(self) -> None:
        ground, size = _ground_of(self._control), self._control.size()
        corner = self._control.mapTo(ground, QPoint(-MARGIN, -MARGIN))
        around = QRect(corner.x(), corner.y(), size.width() + 2 * MARGIN, size.height() + 2 * MARGIN)
        self.setGeometry(around & ground.rect())  # nearer at the edge of the ground, not cut off there
        self.raise_()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(tokens.INK), 2))
        rect = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.drawRoundedRect(rect, tokens.RADIUS_CARD, tokens.RADIUS_CARD)


class Ringed(QWidget if TYPE_CHECKING else object):  # type: ignore[misc]
    """A control that has the ring while it has the focus by keyboard."""

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        _ring_on(self, event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        _ring_off(self)


def _ring_on(control: QWidget, event: QFocusEvent) -> None:
    _ring_off(control)
    if event.reason() not in _BY_MOUSE:
        Ring(control)


def _ring_off(control: QWidget) -> None:
    for ring in _ground_of(control).findChildren(Ring, options=Qt.FindChildOption.FindDirectChildrenOnly):
        ring.end()


def _up_to(ground: QWidget | None, control: QWidget) -> Iterator[QWidget]:
    # whatever moves between a control and its ground moves the control: a dialog that grows moves its box
    widget: QWidget | None = control
    while widget is not None and widget is not ground:
        yield widget
        widget = widget.parentWidget()


def _ground_of(control: QWidget) -> QWidget:
    # the ring must scroll with its control, and have room around it: the content of a column, or the window
    ground = control.parentWidget()
    while ground is not None and not ground.isWindow() and ground.property("role") != "column":
        ground = ground.parentWidget()
    return ground or control.window()
