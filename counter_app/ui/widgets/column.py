"""Columns of a page: each is its own scroll area and never squeezes its rows. Usage:

    left, middle, right = Column(302), Column(), Column(282)
    left.add(card)
    page_layout.addWidget(Columns(left, middle, right, drawer=right))

Below 1240 wide the drawer column moves into a drawer at the right edge; `toggle_drawer()` (Alt+0) shows it.
"""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QScrollBar,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from counter_app.ui import tokens
from counter_app.ui.scale import px

_LOWEST = 160  # of what is asked in a dialog


class QuietBar(QScrollBar):
    """A scroll bar that always keeps its place and is only seen when there is something to scroll."""

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.maximum() > self.minimum():
            super().paintEvent(event)


class Column(QScrollArea):
    """Rows under each other. width is that of the cards in logical pixels; 0 takes what is left.

    wide is the width from 1600 wide windows on. The 10 px of the scroll bar are kept free at the
    right, so that cards do not jump when it appears.
    """

    def __init__(self, width: int = 0, *, wide: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._width, self._wide = width, wide or width
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBar(QuietBar())
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        content = QWidget()
        content.setProperty("role", "column")
        content.setMinimumWidth(1)  # rows take the width of the column, never more
        self.rows = QVBoxLayout(content)
        self.rows.setContentsMargins(0, 0, 0, 0)
        self.rows.setSpacing(tokens.CARD_GAP)
        self.rows.addStretch(1)  # not an alignment: an aligned layout forgets the height of wrapped text
        self.setWidget(content)
        self.fit(wide_window=False)

    def add(self, widget: QWidget, stretch: int = 0) -> None:
        """Add a card below the others. stretch 1 lets it take the height that is left."""
        last = self.rows.count() - 1
        self.rows.insertWidget(last, widget, stretch)
        if stretch:
            self.rows.setStretch(last + 1, 0)

    def clear(self) -> None:
        """Take all cards out and delete them."""
        while self.rows.count() > 1:
            item = self.rows.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.rows.setStretch(0, 1)

    def fit(self, *, wide_window: bool) -> None:
        """Take the width for a narrow or a wide window."""
        width = self._wide if wide_window else self._width
        if width:
            self.setFixedWidth(width + tokens.BAR)
        else:
            self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)


class DialogColumn(Column):
    """What a dialog asks where it may be much: as high as it is, but on a low screen it scrolls with the focus."""

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumHeight(px(_LOWEST))
        app = QApplication.instance()
        assert isinstance(app, QApplication), "a dialog is made after the application"
        app.focusChanged.connect(self._follow)

    def sizeHint(self) -> QSize:
        content = self.widget()
        return content.sizeHint() if content is not None else super().sizeHint()

    def _follow(self, _before: QWidget | None, now: QWidget | None) -> None:
        if now is not None and self.isAncestorOf(now):
            self.ensureWidgetVisible(now, 0, px(24))


class Columns(QWidget):
    """Columns side by side; one of them may become a drawer."""

    def __init__(self, *columns: Column, drawer: Column | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._columns, self._drawer_column = columns, drawer
        self._line = QHBoxLayout(self)
        self._line.setContentsMargins(0, 0, 0, 0)
        self._line.setSpacing(tokens.CARD_GAP - tokens.BAR)
        for column in columns:
            self._line.addWidget(column)
        self._drawer = QFrame(self)
        self._drawer.setProperty("role", "drawer")
        self._inside = QVBoxLayout(self._drawer)
        self._inside.setContentsMargins(tokens.CARD_GAP, 0, 2, 0)
        self._drawer.hide()
        self._narrow = False

    def drawer_open(self) -> bool:
        """Whether the drawer stands over the page."""
        return self._drawer.isVisible()

    def toggle_drawer(self) -> None:
        """Show or hide the drawer; nothing happens where the column stands in the page."""
        if self._narrow and self._drawer_column is not None:
            self._drawer.setVisible(not self._drawer.isVisible())
            self._place_drawer()
            if self._drawer.isVisible():
                self._drawer_column.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        window = self.window().width()
        for column in self._columns:
            column.fit(wide_window=window >= tokens.WIDE_FROM)
        self._become(narrow=window < tokens.NARROW_BELOW)
        self._place_drawer()

    def _become(self, *, narrow: bool) -> None:
        column = self._drawer_column
        if narrow == self._narrow or column is None:
            return
        self._narrow = narrow
        if narrow:
            self._inside.addWidget(column)
        else:
            self._drawer.hide()
            self._line.insertWidget(self._columns.index(column), column)

    def _place_drawer(self) -> None:
        if self._drawer_column is not None:
            width = self._drawer_column.width() + tokens.CARD_GAP + 2
            self._drawer.setGeometry(self.width() - width, 0, width, self.height())
            self._drawer.raise_()
