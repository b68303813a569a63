"""Cards, sunken boxes and rules. Usage:

card = Card(tr("ui.intake.applicant"), icon="circle-check", tone="ok", note=tr("..."))
card.rows.addWidget(...); card.head.addWidget(button)        # head: right of title and note
box = Sunken(); box.rows.addWidget(pair_row(tr("..."), "..."))
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from counter_app.ui import tokens
from counter_app.ui.scale import px
from counter_app.ui.widgets.label import Icon, Label


class Card(QFrame):
    """A white box with a title line. rows is its vertical layout, head the layout of the title line."""

    def __init__(
        self, title: str = "", *, icon: str = "", tone: str = "ink2", note: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.rows = QVBoxLayout(self)
        padding = tokens.CARD_PADDING
        self.rows.setContentsMargins(padding, padding - 2, padding, padding)
        self.rows.setSpacing(tokens.ROW_GAP)
        self.head = QHBoxLayout()
        self.head.setSpacing(tokens.ROW_GAP)
        self._icon = Icon(icon or "circle", tone, 18)
        if not icon:
            self._icon.hide()
        self._title = Label(title, "title")
        self._note = Label(note, "caption", elided=True)
        self._note.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if title:
            self.setAccessibleName(title)
            self.head.addWidget(self._icon)
            self.head.addWidget(self._title)
            self.head.addWidget(self._note, 1)
            self.rows.addLayout(self.head)

    def set_title(self, title: str) -> None:
        """Change the title."""
        self._title.setText(title)
        self.setAccessibleName(title)

    def set_note(self, note: str, tone: str = "") -> None:
        """Change the remark at the right of the title line."""
        self._note.setText(note)
        self._note.set_tone(tone)

    def set_icon(self, icon: str, tone: str) -> None:
        """Change the icon before the title."""
        self._icon.show_icon(icon, tone)
        self._icon.show()


class Sunken(QFrame):
    """An inset box for facts. rows is its vertical layout."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "sunken")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.rows = QVBoxLayout(self)
        self.rows.setContentsMargins(12, 8, 12, 8)
        self.rows.setSpacing(4)


def rule() -> QFrame:
    """A thin separating line."""
    line = QFrame()
    line.setProperty("role", "rule")
    line.setFixedHeight(1)
    return line


def pair_row(name: str, value: str, *, width: int = 72, strong: bool = False, tone: str = "") -> QWidget:
    """A line with a name of fixed width (logical pixels at 标准) and its value."""
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(8)
    label = Label(name, "secondary")
    label.setFixedWidth(px(width))
    line.addWidget(label)
    line.addWidget(Label(value, "strong" if strong else "text", tone, elided=True), 1)
    return row
