"""Progress. Usage: `bar.show_part(0.62)` for confirmed bytes only; else `Working(tr("..."), way_out=button)`."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, QTimer
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from counter_app.ui import tokens
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.label import Icon, Label
from counter_app.ui.widgets.paint import box

HEIGHT = 6
WAY_OUT_AFTER_MS = 10_000


def paint_bar(painter: QPainter, rect: QRectF, part: float, ink: str = tokens.BRAND) -> None:
    """A bar of which a part (0 to 1) is filled."""
    box(painter, rect, rect.height() / 2, fill=tokens.TONES["mute"].tint)
    if part > 0:
        filled = QRectF(rect.x(), rect.y(), max(rect.height(), rect.width() * min(part, 1)), rect.height())
        box(painter, filled, rect.height() / 2, fill=ink)


class Progress(QWidget):
    """A bar 6 px high: only for what is confirmed."""

    def __init__(self, name: str, part: float = 0.0, *, tone: str = "brand", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._part, self._tone, self._name = part, tone, name
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.show_part(part)

    def show_part(self, part: float) -> None:
        """Show a part from 0 to 1."""
        self._part = part
        self.setAccessibleName(f"{self._name} {part:.0%}")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(80, HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        paint_bar(QPainter(self), QRectF(self.rect()), self._part, tokens.TONES[self._tone].ink)


class Working(QWidget):
    """Something takes time: a sentence at once, the way out after ten seconds."""

    def __init__(self, sentence: str, way_out: Button | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        line.addWidget(Icon("hourglass", "brand", 18))
        line.addWidget(Label(sentence, "text", elided=True), 1)
        self.setAccessibleName(sentence)
        if way_out is not None:
            way_out.hide()
            line.addWidget(way_out)
            QTimer.singleShot(WAY_OUT_AFTER_MS, way_out, way_out.show)
