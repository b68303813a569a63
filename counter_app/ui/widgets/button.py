"""Buttons. Usage:

accept = Button(tr("ui.intake.accept"), "primary", key="F9", icon="printer", height=tokens.CONTROL_OUTCOME)
accept.acted.connect(self._accept)
accept.refused.connect(self._say_why)      # pressed while blocked, with the reason
accept.block(tr("..."))                    # dashed, still focusable, says why; accept.block("") opens it
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from counter_app.ui import icons, tokens
from counter_app.ui.fonts import width_of
from counter_app.ui.scale import px, target
from counter_app.ui.widgets.announcements import announce
from counter_app.ui.widgets.focus_ring import Ringed
from counter_app.ui.widgets.paint import LEFT, box, key_hint, key_width, words

PADDING, GAP = 13, 8
_INK = {"primary": tokens.SURFACE, "plain": tokens.INK, "danger": tokens.DANGER, "link": tokens.BRAND}


class Button(Ringed, QPushButton):
    """One act. kind: primary, plain, danger or link. `acted` fires only while it is not blocked.

    key is a hint that is drawn and read aloud; binding it is the matter of `keys.py`.
    height is one of the heights of `tokens` (36, in rows 32, outcome 44, agents 52). from_left, of a wide one in a
    list of acts: the word begins at the left and the key stands at the right edge.
    """

    acted = Signal()
    refused = Signal(str)

    def __init__(
        self,
        text: str,
        kind: str = "plain",
        *,
        key: str = "",
        icon: str = "",
        height: int = tokens.CONTROL,
        wide: bool = False,
        from_left: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)  # with a text PySide looks whether that is an icon, and loads all their names
        self._kind, self._key, self._icon, self._height, self._reason = kind, key, icon, height, ""
        self._face = "title" if height >= tokens.CONTROL_AGENT else "strong"
        self._from_left = from_left
        horizontal = QSizePolicy.Policy.Expanding if wide else QSizePolicy.Policy.Fixed
        self.setSizePolicy(horizontal, QSizePolicy.Policy.Fixed)
        self.setAutoDefault(False)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.say(text)
        self.clicked.connect(self._pressed)

    def say(self, text: str, *, icon: str | None = None) -> None:
        """Change the word on it; an icon of "" takes that away."""
        self.setText(text)
        self._icon = self._icon if icon is None else icon
        self.setAccessibleName(f"{text} {self._key}".strip())
        self.updateGeometry()

    def kind(self) -> str:
        """primary, plain, danger or link."""
        return self._kind

    def make(self, kind: str) -> None:
        """Change the kind: primary, plain, danger or link."""
        self._kind = kind
        self.update()

    def block(self, reason: str) -> None:
        """Block with a reason in one line, or open with an empty one."""
        self._reason = reason
        self.setAccessibleDescription(reason)
        self.setToolTip(reason)
        self.setProperty("blocked", bool(reason))
        self.update()

    def reason(self) -> str:
        """Why it is blocked, empty if it is not."""
        return self._reason

    def enter_stop(self, forward: bool) -> bool:
        return forward and self._kind == "primary"

    def _pressed(self) -> None:
        if self._reason:
            announce(self, self._reason)
            self.refused.emit(self._reason)
        else:
            self.acted.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.click()
            return
        super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        padding = 5 if self._kind == "link" else PADDING
        width = 2 * padding + width_of(self.text(), self._face)
        width += self._icon_width()
        if self._key:
            width += GAP + key_width(self._key)
        return QSize(width, target(self._height))

    def minimumSizeHint(self) -> QSize:
        """Without the icon: where there is too little room, it gives way to the words and the key."""
        return self.sizeHint() - QSize(self._icon_width() if self.text() else 0, 0)

    def _icon_width(self) -> int:
        return px(18) + (GAP if self.text() else -1) if self._icon else 0

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.updateGeometry()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._paint_box(painter)
        ink = tokens.INK3 if self._reason else _INK[self._kind]
        hint = self.sizeHint().width()
        padding = 5 if self._kind == "link" else PADDING
        at_left = self._kind == "link" or self._from_left
        x = padding if at_left else padding + max(0, (self.width() - hint) // 2)
        middle = self.height() / 2
        if self._icon and (self.width() >= hint or not self.text()):
            size = px(18)
            icons.draw(painter, self._icon, ink, QRectF(x, round(middle - size / 2), size, size))
            x += size + GAP
        right = x + width_of(self.text(), self._face)
        words(painter, QRectF(x, 0, right - x, self.height()), self.text(), self._face, ink, LEFT)
        if self._key:
            on_dark = self._kind == "primary" and not self._reason
            end = self.width() - padding if self._from_left else right + GAP + key_width(self._key)
            key_hint(painter, end, middle, self._key, on_dark=on_dark)

    def _paint_box(self, painter: QPainter) -> None:
        rect, radius = QRectF(self.rect()), tokens.RADIUS_CONTROL
        touched = self.isDown() or (self.underMouse() and self.isEnabled())
        if self._reason:
            box(painter, rect, radius, fill=tokens.TONES["mute"].tint, border=tokens.FIELD, dashed=True)
        elif self._kind == "primary":
            box(painter, rect, radius, fill=tokens.RAIL if touched else tokens.BRAND)
        elif self._kind == "link":
            if touched:
                box(painter, rect, radius, fill=tokens.TONES["brand"].tint)
        else:
            border = tokens.DANGER if self._kind == "danger" else tokens.FIELD
            box(painter, rect, radius, fill=tokens.SUNKEN if touched else tokens.SURFACE, border=border)
