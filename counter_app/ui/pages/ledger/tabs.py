"""The registers as tabs (picture 06): the ones that are opened every day, and a list with all others.

    books = BookTabs(names); books.chosen.connect(...); books.value(); books.step(1)
"""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from counter_app.ui import tokens
from counter_app.ui.fonts import width_of
from counter_app.ui.scale import px
from counter_app.ui.texts import tr
from counter_app.ui.widgets.choice import Choice
from counter_app.ui.widgets.focus_ring import Ringed
from counter_app.ui.widgets.paint import CENTRE, words

EVERY_DAY = ("counter", "agent", "once_notice", "returned", "served", "numbers")
_LINE = 3


class _Tab(Ringed, QAbstractButton):
    """One word, with a line below while it is the present one."""

    stepped = Signal(int)

    def __init__(self, word: str) -> None:
        super().__init__()
        self.setText(word)
        self.setCheckable(True)
        self.setAutoExclusive(False)
        self.setAccessibleName(word)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(width_of(self.text(), "strong") + 24, px(tokens.CONTROL))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.stepped.emit(1 if event.key() == Qt.Key.Key_Right else -1)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, here = QPainter(self), self.isChecked()
        ink = tokens.BRAND if here else tokens.INK2
        words(painter, QRectF(self.rect()), self.text(), "strong" if here else "text", ink, CENTRE)
        if here:
            painter.fillRect(0, self.height() - _LINE, self.width(), _LINE, QColor(tokens.BRAND))


class BookTabs(QWidget):
    """Which register is shown, by its code."""

    chosen = Signal(str)

    def __init__(self, names: Mapping[str, str]) -> None:
        super().__init__()
        self._codes = sorted(names, key=lambda code: EVERY_DAY.index(code) if code in EVERY_DAY else len(EVERY_DAY))
        self._value = self._codes[0]
        self._tabs = {code: _Tab(names[code]) for code in EVERY_DAY if code in names}
        others = [(code, names[code]) for code in self._codes if code not in self._tabs]
        self.more = Choice([("", tr("ui.ledger.more_books", n=len(others))), *others])
        self.more.setAccessibleName(tr("ui.ledger.filter.book"))
        self.more.setMinimumWidth(px(110))
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        for code, tab in self._tabs.items():
            tab.clicked.connect(lambda _=False, code=code: self._choose(code))
            tab.stepped.connect(self.step)
            line.addWidget(tab)
        line.addSpacing(8)
        line.addWidget(self.more)
        self.more.chosen.connect(lambda code: self._choose(code or self._value))
        self.set_value(self._value)

    def value(self) -> str:
        """The code of the present register."""
        return self._value

    def set_value(self, code: str) -> None:
        """Show another one as the present; `chosen` does not fire."""
        self._value = code
        for known, tab in self._tabs.items():
            tab.setChecked(known == code)
            tab.setFocusPolicy(Qt.FocusPolicy.StrongFocus if known == code else Qt.FocusPolicy.ClickFocus)
        self.more.set_value("" if code in self._tabs else code)

    def step(self, by: int) -> None:
        """The next register (1) or the one before (-1)."""
        here = self.focusWidget()
        self._choose(self._codes[(self._codes.index(self._value) + by) % len(self._codes)])
        if isinstance(here, _Tab):
            (self._tabs.get(self._value) or self.more).setFocus(Qt.FocusReason.TabFocusReason)

    def _choose(self, code: str) -> None:
        self.set_value(code)
        self.chosen.emit(code)
