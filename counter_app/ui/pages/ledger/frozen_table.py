"""A wide table whose first columns stay: two views side by side that scroll and choose together.

    table = FrozenTable(columns, stay=3, name=tr("..."))
    table.set_rows(rows)                     # rows with the cells of all columns
    table.acted.connect(open_case); TableFoot(table.moving)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from counter_app.ui import tokens
from counter_app.ui.scale import px
from counter_app.ui.widgets.table import ColumnSpec, Row, RowTable


class FrozenTable(QWidget):
    """The focus is always in the moving part; Left and Right scroll it."""

    acted = Signal(str)
    more_wanted = Signal()
    arranged = Signal(str)
    """Somebody moved or widened columns: what `take_up` takes."""

    def __init__(self, columns: Sequence[ColumnSpec], stay: int, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stay = stay
        self.staying = RowTable(columns[:stay], name=name, two_lines=False, head=True)
        self.moving = RowTable(columns[stay:], name=name, two_lines=False, head=True)
        self.staying.show_as_one(self.moving)
        self.setFocusProxy(self.moving)
        self.staying.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.staying.horizontalHeader().setSectionsMovable(False)
        self.staying.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.staying.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.moving.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.staying.setFixedWidth(sum(px(column.width) for column in columns[:stay]))
        across = QHBoxLayout(self)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(0)
        left = QVBoxLayout()
        left.setContentsMargins(0, 0, 0, tokens.BAR)  # as high as the scroll bar below the other part
        left.addWidget(self.staying)
        across.addLayout(left)
        across.addWidget(self.moving, 1)
        self._wire()

    def _wire(self) -> None:
        ours, theirs = self.staying.verticalScrollBar(), self.moving.verticalScrollBar()
        theirs.valueChanged.connect(ours.setValue)
        ours.valueChanged.connect(theirs.setValue)
        self.moving.row_changed.connect(self.staying.choose)
        self.staying.row_changed.connect(self.moving.choose)
        self.moving.acted.connect(self.acted)
        self.moving.arranged.connect(self.arranged)
        self.moving.more_wanted.connect(self.more_wanted)
        self.staying.acted.connect(self.acted)

    def take_up(self, layout: str) -> None:
        """Order and widths as they were kept; "" changes nothing."""
        self.moving.take_up(layout)

    def set_rows(self, rows: Sequence[Row], *, more: bool = False) -> None:
        """Show rows; the present one stays where its key is still there. more: `more_wanted` asks for further ones."""
        self.staying.set_rows([replace(row, cells=row.cells[: self._stay]) for row in rows])
        self.moving.set_rows([replace(row, cells=row.cells[self._stay :]) for row in rows], more=more)
        self.staying.choose(self.moving.current_key())

    def add_rows(self, rows: Sequence[Row], *, more: bool = False) -> None:
        """Append the next page of rows."""
        self.staying.add_rows([replace(row, cells=row.cells[: self._stay]) for row in rows])
        self.moving.add_rows([replace(row, cells=row.cells[self._stay :]) for row in rows], more=more)
