"""A list of answers that never changes under the wheel. Usage: see `field.ChoiceField`; bare in filters."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QSizePolicy, QWidget

from counter_app.ui import icons, tokens
from counter_app.ui.fonts import width_of
from counter_app.ui.scale import px, target
from counter_app.ui.widgets.focus_order import move_focus

ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class Choice(QComboBox):
    """Arrows change it, Alt+Down or Space opens it, Enter goes on to the next field.

    In a dialog Enter is left to the dialog's primary button.
    """

    chosen = Signal(str)

    def __init__(
        self, options: Sequence[tuple[str, str]], *, name: str = "", icon: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        if name:
            self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # the default takes focus from the wheel
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_options(options)
        if icon:
            for row in range(self.count()):
                self.setItemIcon(row, icons.icon(icon, tokens.INK2, px(16)))
        self.activated.connect(lambda _row: self.chosen.emit(self.value()))

    def set_options(self, options: Sequence[tuple[str, str]]) -> None:
        """Replace the answers; the first is chosen."""
        self.clear()
        for value, word in options:
            self.addItem(word, value)
        self.updateGeometry()

    def value(self) -> str:
        """The value chosen, empty if there is none."""
        data = self.currentData()
        return "" if data is None else str(data)

    def set_value(self, value: str) -> None:
        """Choose an answer; an unknown value chooses nothing."""
        self.setCurrentIndex(self.findData(value))

    def enter_stop(self, forward: bool) -> bool:
        return not (forward and self.value())

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_F4:
            event.ignore()  # F4 is ours, not the list's
        elif event.key() in ENTER:
            back = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            if self._in_dialog():
                event.ignore()
            else:
                move_focus(self, forward=not back)
        else:
            super().keyPressEvent(event)

    def _in_dialog(self) -> bool:
        parent = self.parentWidget()
        while parent is not None:
            if parent.property("is_dialog"):
                return True
            parent = parent.parentWidget()
        return False

    def sizeHint(self) -> QSize:
        widest = max((width_of(self.itemText(row), "text") for row in range(self.count())), default=0)
        icon = px(24) if self.count() and not self.itemIcon(0).isNull() else 0
        return QSize(widest + icon + px(32) + 22, target(tokens.CONTROL))

    def minimumSizeHint(self) -> QSize:
        return QSize(px(72), target(tokens.CONTROL))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        size = px(16)
        rect = QRectF(self.width() - size - 10, (self.height() - size) // 2, size, size)
        icons.draw(QPainter(self), "chevron-down", tokens.INK2, rect)
