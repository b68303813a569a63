"""One person to choose: initial, name, post. Used at sign-in, in the lock and at hand-over."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from counter_app.ui import icons, tokens
from counter_app.ui.fonts import width_of
from counter_app.ui.scale import px
from counter_app.ui.widgets.focus_ring import Ringed
from counter_app.ui.widgets.line_edit import ENTER
from counter_app.ui.widgets.paint import CENTRE, RIGHT, box, words

HEIGHT = 56


class PersonLine(NamedTuple):
    """name is what the services know a person by; post says what they are here, in words."""

    name: str
    post: str


class PersonCard(Ringed, QAbstractButton):
    """A card with a tick when chosen; Space or Enter chooses."""

    def __init__(self, person: PersonLine, remark: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.person = person
        self._remark = remark
        self.setCheckable(True)
        self.setAccessibleName(f"{person.name} {person.post} {remark}".strip())
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(px(300), px(HEIGHT))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in ENTER:
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen, brand, mute = self.isChecked(), tokens.TONES["brand"], tokens.TONES["mute"]
        fill, border = (brand.tint, brand.ink) if chosen else (tokens.SURFACE, tokens.LINE2)
        box(painter, QRectF(self.rect()), tokens.RADIUS_CARD, fill=fill, border=border, width=2 if chosen else 1)
        disc = px(36)
        spot = QRectF(13, (self.height() - disc) / 2, disc, disc)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(brand.ink if chosen else mute.tint))
        painter.drawEllipse(spot)
        words(painter, spot, self.person.name[:1], "strong", tokens.SURFACE if chosen else tokens.INK2, CENTRE)
        x = spot.right() + 12
        line = QRectF(x, 0, self.width() - x - 16, self.height())
        words(painter, line, self.person.name, "title")
        used = width_of(self.person.name, "title") + 12
        words(painter, line.adjusted(used, 0, -px(30), 0), self.person.post, "text", tokens.INK2)
        if chosen:
            size = px(20)
            tick = QRectF(self.width() - 16 - size, round((self.height() - size) / 2), size, size)
            icons.draw(painter, "check", tokens.BRAND, tick)
        words(painter, line.adjusted(0, 0, -px(32), 0), self._remark, "caption", None, RIGHT)
