"""An empty page says that it is good, or what to do, and proves it with numbers (picture 09). Usage:

Empty("cloud-check", "ok", tr("ui.sending.all_there"), tr("..."), facts=((tr("..."), "1 303 条"), ...),
      buttons=(Button(...),), foot=tr("..."))
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from counter_app.ui.scale import px
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.card import Card, Sunken, pair_row
from counter_app.ui.widgets.label import Icon, Label

FACTS_WIDTH = 430


class Empty(Card):
    """A card that fills its place."""

    def __init__(
        self,
        icon: str,
        tone: str,
        title: str,
        line: str,
        *,
        facts: Sequence[tuple[str, str]] = (),
        buttons: Sequence[Button] = (),
        foot: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent=parent)
        self.setAccessibleName(f"{title} {line}")
        centre = Qt.AlignmentFlag.AlignHCenter
        self.rows.addStretch(2)
        self.rows.addWidget(Icon(icon, tone, 56), alignment=centre)
        self.rows.addSpacing(8)
        self.rows.addWidget(Label(title, "page"), alignment=centre)
        self.rows.addWidget(Label(line, "text", "ink2"), alignment=centre)
        self.rows.addSpacing(8)
        if facts:
            self.rows.addWidget(_facts(facts), alignment=centre)
            self.rows.addSpacing(8)
        if buttons:
            self.rows.addWidget(_side_by_side(buttons), alignment=centre)
        self.rows.addSpacing(4)
        self.rows.addWidget(Label(foot, "caption"), alignment=centre)
        self.rows.addStretch(3)


def _facts(facts: Sequence[tuple[str, str]]) -> QWidget:
    box = Sunken()
    box.setFixedWidth(px(FACTS_WIDTH))
    box.rows.setContentsMargins(20, 14, 20, 14)
    for name, value in facts:
        box.rows.addWidget(pair_row(name, value, width=110, strong=True))
    return box


def _side_by_side(buttons: Sequence[Button]) -> QWidget:
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(10)
    for button in buttons:
        line.addWidget(button)
    return row
