"""Text on the screen. Usage: `Label(tr("ui.today.title"), "title")`, `Label(name, "strong", elided=True)`."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from counter_app.ui import icons, tokens
from counter_app.ui.scale import px
from counter_app.ui.widgets.paint import key_hint, key_width


def restyle(widget: QWidget) -> None:
    """Make a changed dynamic property take effect; a widget that was never shown takes it up as it is shown."""
    if not widget.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):
        return
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)
    widget.update()


class Label(QLabel):
    """Plain text in a role of `tokens.TYPE`, optionally in a tone.

    wrap: only where the width is fixed. elided: one line, cut with … where it does not
    fit, the whole text as tooltip.
    """

    def __init__(
        self,
        text: str = "",
        role: str = "text",
        tone: str = "",
        *,
        wrap: bool = False,
        elided: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self._elided = elided
        self.setTextFormat(Qt.TextFormat.PlainText)  # a name may hold < and &
        self.setWordWrap(wrap)
        self.setProperty("role", role)
        self.setProperty("tone", tone)
        if elided:
            self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        if wrap:
            policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
            policy.setHeightForWidth(True)
            self.setSizePolicy(policy)

    def set_tone(self, tone: str) -> None:
        """Change the colour: a name of `tokens.INKS`, empty for that of the role."""
        if self.property("tone") != tone:
            self.setProperty("tone", tone)
            restyle(self)

    def is_cut(self) -> bool:
        """Whether some of the text is out of sight."""
        return self.fontMetrics().horizontalAdvance(self.text()) > self.contentsRect().width()

    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        return QSize(px(24), hint.height()) if self._elided else hint

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._elided:
            self.setToolTip(self.text() if self.is_cut() else "")

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._elided:
            super().paintEvent(event)
            return
        painter = QPainter(self)
        painter.setPen(self.palette().windowText().color())
        rect = self.contentsRect()
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(rect, int(self.alignment().value), shown)


class Icon(QWidget):
    """An icon in a tone. It says nothing to readers: the word beside it does."""

    def __init__(self, name: str, tone: str = "ink2", size: int = 18, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._tone, self._size = name, tone, size
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_icon(self, name: str, tone: str) -> None:
        """Change the icon and its colour."""
        self._name, self._tone = name, tone
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(px(self._size), px(self._size))

    def paintEvent(self, _event: QPaintEvent) -> None:
        size = px(self._size)
        rect = QRectF((self.width() - size) // 2, (self.height() - size) // 2, size, size)
        icons.draw(QPainter(self), self._name, tokens.INKS[self._tone], rect)


class KeyCap(QWidget):
    """A key hint standing alone: a small cap with the name of the key."""

    def __init__(self, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._key = key
        self.setAccessibleName(key)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(key_width(self._key), px(tokens.KEY_HEIGHT) + 2)

    def paintEvent(self, _event: QPaintEvent) -> None:
        key_hint(QPainter(self), self.width(), self.height() / 2, self._key)
