"""The rail at the left: five pages, settings and lock, with badges."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from counter_app.ui import icons, tokens
from counter_app.ui.fonts import width_of
from counter_app.ui.scale import px
from counter_app.ui.texts import tr
from counter_app.ui.widgets.focus_ring import Ringed
from counter_app.ui.widgets.paint import CENTRE, box, words

PAGES = (("today", "house"), ("intake", "file-plus"), ("cases", "folder"), ("sending", "send"), ("ledger", "book-open"))
BOTTOM = (("settings", "settings"), ("lock", "lock"))


class RailCell(Ringed, QAbstractButton):
    """One cell: icon over word, a white bar when active, a badge for a count."""

    def __init__(self, name: str, icon: str, key: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._icon, self._key = icon, key
        self._badge, self._badge_tone, self._wide = 0, "", True
        self.setText(tr(f"ui.frame.{name}"))
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.show_badge(0, "")

    def show_badge(self, count: int, tone: str) -> None:
        """Show a count; 0 removes it. tone: brand, or danger for duties by law."""
        self._badge, self._badge_tone = count, tone or "brand"
        spoken = tr("ui.frame.badge", n=count) if count else ""
        self.setAccessibleName(" ".join(filter(None, (self.text(), spoken, self._key))))
        self.setToolTip(f"{self.text()} {self._key}")
        self.update()

    def show_words(self, wide: bool) -> None:
        """Show or hide the word under the icon."""
        self._wide = wide
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        width = tokens.RAIL_WIDTH if self._wide else tokens.RAIL_NARROW
        return QSize(px(width) - 12, px(tokens.RAIL_CELL if self._wide else 48))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        active = self.isChecked()
        if active or self.underMouse():
            box(painter, QRectF(self.rect()), tokens.RADIUS_CONTROL, fill=tokens.RAIL_SELECTED)
        if active:
            bar = QRectF(0, (self.height() - px(30)) / 2, 3, px(30))
            painter.fillRect(bar, QColor(tokens.SURFACE))
        ink, size = tokens.SURFACE if active else tokens.RAIL_TEXT, px(22)
        x = round((self.width() - size) / 2)
        y = px(9) if self._wide else round((self.height() - size) / 2)
        icons.draw(painter, self._icon, ink, QRectF(x, y, size, size))
        if self._wide:
            role = "secondary_strong" if active else "secondary"
            words(painter, QRectF(0, y + size + 2, self.width(), px(24)), self.text(), role, ink, CENTRE)
        if self._badge:
            self._paint_badge(painter, x + size - 5, y - 5)

    def _paint_badge(self, painter: QPainter, x: float, y: float) -> None:
        count = str(self._badge) if self._badge < 1000 else "999+"
        height = px(16)
        width = max(px(22), width_of(count, "pill") + 10)
        rect = QRectF(min(x, self.width() - width - 2), y, width, height)
        box(painter, rect, height / 2, fill=tokens.SURFACE)
        words(painter, rect, count, "pill", tokens.INKS[self._badge_tone], CENTRE)


class Mark(QWidget):
    """The mark of the program: one white character-sized tile."""

    def __init__(self, size: int = 40, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._size = size
        self.setAccessibleName(tr("ui.frame.program"))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(px(self._size), px(self._size))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        box(painter, QRectF(self.rect()), tokens.RADIUS_CARD, fill=tokens.SURFACE)
        role = "page" if self._size <= 40 else "figure"
        words(painter, QRectF(self.rect()), tr("ui.frame.mark"), role, tokens.BRAND, CENTRE)


class Rail(QWidget):
    """Navigation. chosen carries the name of a page, or lock."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "rail")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._cells: dict[str, RailCell] = {}
        self._wide = True
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 14, 6, 6)
        column.setSpacing(4)
        self._mark = Mark()
        column.addWidget(self._mark, alignment=Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(10)
        for place, (name, icon) in enumerate(PAGES):
            column.addWidget(self._cell(name, icon, f"Alt+{place + 1}"))
        column.addStretch(1)
        for name, icon in BOTTOM:
            column.addWidget(self._cell(name, icon, "Ctrl+L" if name == "lock" else "Alt+6"))
        self.show_words(wide=True)

    def _cell(self, name: str, icon: str, key: str) -> RailCell:
        cell = RailCell(name, icon, key, self)
        cell.setObjectName(name)
        cell.clicked.connect(self._press)
        self._cells[name] = cell
        return cell

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:  # the text size may be another one
            self.show_words(wide=self._wide)

    def _press(self) -> None:
        name = self.sender().objectName()
        self._cells[name].setChecked(False)
        self.chosen.emit(name)

    def light(self, name: str) -> None:
        """Show which entry is active; an unknown name lights none."""
        for of_cell, cell in self._cells.items():
            cell.setChecked(of_cell == name)

    def show_badge(self, name: str, count: int, tone: str = "brand") -> None:
        """Show a count on an entry; 0 removes it."""
        self._cells[name].show_badge(count, tone)

    def show_words(self, *, wide: bool) -> None:
        """84 wide with words, or 56 wide without."""
        self._wide = wide
        for cell in self._cells.values():
            cell.show_words(wide)
        self.setFixedWidth(px(tokens.RAIL_WIDTH if wide else tokens.RAIL_NARROW))
