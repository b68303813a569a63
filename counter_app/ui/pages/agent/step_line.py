"""The line of the four steps: done, under way, to come."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from counter_app.ui import icons, tokens
from counter_app.ui.fonts import width_of
from counter_app.ui.pages.agent.screens import STEPS
from counter_app.ui.scale import px
from counter_app.ui.texts import tr
from counter_app.ui.widgets.paint import CENTRE, box, words

HEIGHT, DISC, SIDE, GAP = 52, 28, 20, 9


class StepLine(QWidget):
    """Shapes and words, so that the colours only repeat it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._at = 0
        self._fit()
        self.show_step(0)

    def _fit(self) -> None:
        self.setFixedHeight(px(HEIGHT))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:  # the text size may be another one
            self._fit()

    def show_step(self, at: int) -> None:
        """Which step is under way: 1 to 4, 0 before the first, 5 after the last."""
        self._at = at
        name = tr(f"ui.agent.step.{STEPS[at - 1]}") if 0 < at <= len(STEPS) else ""
        self.setAccessibleName(tr("ui.agent.step.spoken", at=at, of=len(STEPS), name=name) if name else "")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box(painter, QRectF(self.rect()), tokens.RADIUS_CARD, fill=tokens.SURFACE, border=tokens.LINE)
        widths = [px(DISC) + px(GAP) + width_of(tr(f"ui.agent.step.{name}"), "title") for name in STEPS]
        room = self.width() - 2 * px(SIDE) - sum(widths)
        between, x = max(0.0, room / (len(STEPS) - 1)), float(px(SIDE))
        for place, (name, width) in enumerate(zip(STEPS, widths, strict=True), start=1):
            self._paint_step(painter, x, place, tr(f"ui.agent.step.{name}"))
            x += width
            if place < len(STEPS) and between > 2 * px(GAP):
                painter.setPen(QColor(tokens.LINE2))
                left, right, middle = round(x + px(GAP)), round(x + between - px(GAP)), self.height() // 2
                painter.drawLine(left, middle, right, middle)
            x += between

    def _paint_step(self, painter: QPainter, x: float, place: int, word: str) -> None:
        size, middle = px(DISC), self.height() / 2
        disc = QRectF(x, middle - size / 2, size, size)
        done, here = place < self._at, place == self._at
        painter.setPen(QPen(QColor(tokens.INK3), 2) if not (done or here) else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.OK if done else tokens.BRAND if here else tokens.SURFACE))
        painter.drawEllipse(disc.adjusted(1, 1, -1, -1))
        if done:
            tick = px(18)
            icons.draw(painter, "check", tokens.SURFACE, QRectF(x + (size - tick) / 2, middle - tick / 2, tick, tick))
        else:
            words(painter, disc, str(place), "strong", tokens.SURFACE if here else tokens.INK2, CENTRE)
        line = QRectF(x + size + px(GAP), 0, width_of(word, "title") + 4, self.height())
        words(painter, line, word, "title" if here else "title_quiet", tokens.INK if done or here else tokens.INK2)
