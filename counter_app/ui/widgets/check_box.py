"""A box to tick. Usage: `proxy = CheckBox(tr("ui.intake.proxy")); proxy.toggled.connect(...)`."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QCheckBox, QSizePolicy, QWidget

from counter_app.ui import icons, tokens
from counter_app.ui.fonts import width_of
from counter_app.ui.scale import px, target
from counter_app.ui.widgets.focus_order import move_focus
from counter_app.ui.widgets.focus_ring import Ringed
from counter_app.ui.widgets.line_edit import ENTER
from counter_app.ui.widgets.paint import words


class CheckBox(Ringed, QCheckBox):
    """Space ticks it, Enter goes on."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setAccessibleName(text)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def enter_stop(self, forward: bool) -> bool:
        return not forward

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in ENTER:
            move_focus(self)
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        return QSize(px(18) + 8 + width_of(self.text(), "strong") + 2, target(tokens.CONTROL_IN_ROW))

    def hitButton(self, pos: object) -> bool:
        return True

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        size = px(18)
        rect = QRectF(0, (self.height() - size) // 2, size, size)
        on = self.isChecked()
        icons.draw(painter, "square-check" if on else "square", tokens.BRAND if on else tokens.INK2, rect)
        x = size + 8
        words(painter, QRectF(x, 0, self.width() - x, self.height()), self.text(), "strong" if on else "text")
