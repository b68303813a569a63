"""The strip at the bottom of every page: how things stand, and the nearest legal deadline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QWidget

from counter_app.ui import tokens
from counter_app.ui.scale import px
from counter_app.ui.widgets.label import Icon, Label


@dataclass(frozen=True, slots=True)
class StripCell:
    """One status: icon, words, and a tone (empty: quiet)."""

    icon: str
    text: str
    tone: str = ""


class Strip(QFrame):
    """Person and counter, link, not yet at the hall, clock, numbers left; far right the nearest deadline."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "strip")
        self._fit()
        self._line = QHBoxLayout(self)
        self._line.setContentsMargins(16, 1, 6, 0)
        self._line.setSpacing(0)
        self._shown: tuple[object, ...] = ()

    def _fit(self) -> None:
        self.setFixedHeight(px(tokens.STRIP))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:  # the text size may be another one
            self._fit()

    def show_status(self, cells: Sequence[StripCell], deadline: StripCell | None) -> None:
        """Show the cells from the left, and the nearest legal deadline at the right."""
        if self._shown == (tuple(cells), deadline):
            return
        self._shown = (tuple(cells), deadline)
        while (item := self._line.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.setParent(None)
                widget.deleteLater()
        for place, cell in enumerate(cells):
            if place:
                self._line.addWidget(_divider())
            self._line.addWidget(_shown(cell, yields=place == 0))
        self._line.addStretch(1)
        if deadline is not None:
            alarm = _shown(deadline)
            alarm.setObjectName("deadline_alarm")
            alarm.setContentsMargins(10, 0, 10, 0)
            self._line.addWidget(alarm)


def _shown(cell: StripCell, *, yields: bool = False) -> QWidget:
    """yields: where there is too little room this text is cut, so that no deadline and no number is."""
    widget = QWidget()
    line = QHBoxLayout(widget)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(6)
    line.addWidget(Icon(cell.icon, cell.tone or "ink2", 15), alignment=Qt.AlignmentFlag.AlignVCenter)
    role = "secondary_strong" if cell.tone else "secondary"
    label = Label(cell.text, role, cell.tone, elided=yields)
    line.addWidget(label)
    if yields:
        label.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
    widget.setAccessibleName(cell.text)
    return widget


def _divider() -> QWidget:
    holder = QWidget()
    line = QHBoxLayout(holder)
    line.setContentsMargins(12, 0, 12, 0)
    rule = QFrame()
    rule.setProperty("role", "strip_rule")
    rule.setFixedWidth(1)
    line.addWidget(rule)
    return holder
