"""A banner: tint, bar at the left, icon, bold line, one line of explanation, at most one action. Usage:

Banner("warn", "cloud-off", tr("ui.sign_in.offline"), tr("ui.sign_in.offline_more"))
banner.say("danger", "octagon-alert", title, line)     # the same place tells something else
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from counter_app.ui import tokens
from counter_app.ui.widgets.announcements import announce
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.label import Icon, Label

BAR_WIDTH = 4


class Banner(QWidget):
    """What a person should know now, where it matters."""

    def __init__(
        self,
        tone: str,
        icon: str,
        title: str,
        line: str = "",
        *,
        action: Button | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._tone = tone
        self._icon, self._title = Icon(icon, tone, 20), Label(role="strong", wrap=True)
        self._line = Label(role="secondary", tone="ink", wrap=True)
        text = QVBoxLayout()
        text.setSpacing(1)
        text.addWidget(self._title)
        text.addWidget(self._line)
        across = QHBoxLayout(self)
        across.setContentsMargins(BAR_WIDTH + 14, 10, 14, 10)
        across.setSpacing(10)
        across.addWidget(self._icon, alignment=Qt.AlignmentFlag.AlignTop)
        across.addLayout(text, 1)
        if action is not None:
            across.addWidget(action, alignment=Qt.AlignmentFlag.AlignVCenter)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._show(tone, icon, title, line)

    def say(self, tone: str, icon: str, title: str, line: str = "") -> None:
        """Tell something else in the same place; readers hear it."""
        self._show(tone, icon, title, line)
        announce(self, self.accessibleName())

    def _show(self, tone: str, icon: str, title: str, line: str) -> None:
        self._tone = tone
        self._icon.show_icon(icon, tone)
        self._title.setText(title)
        self._title.set_tone(tone)
        self._line.setText(line)
        self._line.setVisible(bool(line))
        self.setAccessibleName(f"{title} {line}".strip())
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        tone = tokens.TONES[self._tone]
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(tone.border), 1))
        painter.setBrush(QColor(tone.tint))
        painter.drawPath(_square_left(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)))
        painter.fillRect(QRectF(0, 0, BAR_WIDTH, self.height()), QColor(tone.ink))


def _square_left(rect: QRectF) -> QPainterPath:
    # a thick left border with round corners bends into a bracket: the left corners are square
    radius = tokens.RADIUS_CONTROL
    path = QPainterPath(rect.topLeft())
    path.lineTo(rect.right() - radius, rect.top())
    path.quadTo(rect.topRight(), rect.topRight() + QPointF(0, radius))
    path.lineTo(rect.right(), rect.bottom() - radius)
    path.quadTo(rect.bottomRight(), rect.bottomRight() - QPointF(radius, 0))
    path.lineTo(rect.bottomLeft())
    path.closeSubpath()
    return path
