"""A large tile of the agent's home: icon, word, one line, and how many."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from counter_app.ui import icons, tokens
from counter_app.ui.scale import px
from counter_app.ui.texts import tr
from counter_app.ui.widgets.focus_ring import Ringed
from counter_app.ui.widgets.line_edit import ENTER
from counter_app.ui.widgets.paint import RIGHT, box, words

ICON, PADDING, COUNT = 44, 24, 120


class Tile(Ringed, QPushButton):
    """Pressed by mouse, Enter or Space; arrows go to its neighbours. filled: the one that work begins with."""

    def __init__(self, word: str, icon: str, *, filled: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(word, parent)
        self._icon, self._filled, self._line, self._tone, self._count = icon, filled, "", "", ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAutoDefault(False)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setAccessibleName(word)

    def show_count(self, count: int | None, line: str, tone: str = "") -> None:
        """How many there are (None: it is no count), and one line in a tone."""
        self._count = "" if count is None else str(count)
        self._line, self._tone = line, tone
        counted = tr("ui.agent.home.items", n=count) if count is not None else ""
        self.setAccessibleName(" ".join(part for part in (self.text(), counted, line) if part))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(px(360), px(132))

    def minimumSizeHint(self) -> QSize:
        return QSize(px(280), px(112))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in ENTER:
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, rect = QPainter(self), QRectF(self.rect())
        touched = self.isDown() or self.underMouse()
        if self._filled:
            box(painter, rect, tokens.RADIUS_CARD, fill=tokens.RAIL if touched else tokens.BRAND)
        else:
            fill = tokens.SUNKEN if touched else tokens.SURFACE
            box(painter, rect, tokens.RADIUS_CARD, fill=fill, border=tokens.FIELD)
        ink = tokens.SURFACE if self._filled else tokens.INK
        size, middle = px(ICON), rect.center().y()
        spot = QRectF(px(PADDING), round(middle - size / 2), size, size)
        icons.draw(painter, self._icon, ink if self._filled else tokens.BRAND, spot)
        x, room = spot.right() + px(PADDING), px(COUNT) if self._count else px(PADDING)
        lines = QRectF(x, 0, rect.width() - x - room, rect.height())
        high = px(tokens.TYPE["figure"].size + 10)
        words(painter, QRectF(x, middle - high, lines.width(), high), self.text(), "figure", ink)
        tone = tokens.INKS[self._tone] if self._tone and not self._filled else None
        quiet = tokens.SURFACE if self._filled else tone
        words(painter, QRectF(x, middle + 2, lines.width(), px(26)), self._line, "title_quiet", quiet or tokens.INK2)
        if self._count:
            counted = rect.adjusted(0, 0, -px(PADDING), 0)
            words(painter, counted, self._count, "station", ink if self._count != "0" else tokens.INK3, RIGHT)
