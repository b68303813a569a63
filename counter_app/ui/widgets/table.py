"""Lists and registers: one view, one model, no widget per row. Usage:

    table = RowTable((ColumnSpec(tr("..."), 160), ColumnSpec(tr("..."), 200, stretch=True)), action_width=120)
    table.set_rows([Group(tr("..."), "3"), Row("case-1", (Cell("李大山", "..."), Cell("...")), action=tr("..."),
                    spoken="one sentence for readers")])
    table.acted.connect(open_case)                      # Enter, double click, click on the action: the row's key
    table.bind(" ", lambda key, _char: toggle(key))     # a key on the present row; "0123456789" binds all digits
    foot = TableFoot(table); foot.count(tr("...", n=17), tr("..."))

A refresh with `set_rows` keeps the present row where its key is still there.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QObject, QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHBoxLayout, QHeaderView, QTableView, QWidget

from counter_app.ui import tokens
from counter_app.ui.fonts import width_of
from counter_app.ui.scale import px, target
from counter_app.ui.texts import tr
from counter_app.ui.widgets.label import Label
from counter_app.ui.widgets.line_edit import ENTER
from counter_app.ui.widgets.row_model import ENTRY, Cell, Group, Row, RowModel
from counter_app.ui.widgets.row_painting import ENTER_KEY, PADDING, RowDelegate, width_of_action

__all__ = ["Cell", "ColumnSpec", "Group", "Row", "RowTable", "TableFoot"]

STRETCHED = 340  # logical pixels: a sentence of some twenty characters


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """title: the word of the head; width in logical pixels; stretch columns share what is left over.

    roomy: the width of a column that is no stretch column, as soon as those have `STRETCHED` each.
    """

    title: str
    width: int
    stretch: bool = False
    right: bool = False
    roomy: int = 0


class RowTable(QTableView):
    """A list of rows. two_lines: rows 50 high with captions, else 34 with a line below each; as_cards: each a card in
    large type (the village agent's dress). action_key: the key that stands on the action of the present row."""

    acted = Signal(str)
    row_changed = Signal(str)
    more_wanted = Signal()
    sight_changed = Signal()
    arranged = Signal(str)
    """Somebody moved or widened columns: what `take_up` takes."""

    def __init__(
        self,
        columns: Sequence[ColumnSpec],
        *,
        name: str,
        two_lines: bool = True,
        head: bool = False,
        action_width: int = 0,
        action_key: str = ENTER_KEY,
        as_cards: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._columns, self._two_lines, self._has_action = tuple(columns), two_lines, action_width > 0
        self._action_key, self._actions = action_key, set[str]()
        self._as_cards = as_cards
        if action_width:
            self._columns += (ColumnSpec("", action_width, right=True),)
        self._bound: dict[str, Callable[[str, str], None]] = {}
        self._own_widths, self._layout = False, ""
        self.parts: tuple[RowTable, ...] = (self,)
        self.setAccessibleName(name)
        self.rows = RowModel([spec.title for spec in self._columns], self)
        self.setModel(self.rows)
        self.setItemDelegate(RowDelegate(self, two_lines, action_key if self._has_action else "", as_cards))
        self.setProperty("role", "cards" if as_cards else "")
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent, not as_cards)
        self._set_up(head)
        self.selectionModel().currentRowChanged.connect(self._moved)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.horizontalScrollBar().valueChanged.connect(lambda _: self.sight_changed.emit())

    def _set_up(self, head: bool) -> None:
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.verticalHeader().hide()
        self.verticalHeader().setMinimumSectionSize(1)
        header = self.horizontalHeader()
        header.setVisible(head)
        header.setFixedHeight(px(tokens.TABLE_HEAD) if head else 0)
        header.setSectionsMovable(True)
        header.setHighlightSections(False)
        header.setMinimumSectionSize(px(24))
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.viewport().installEventFilter(self)
        header.sectionHandleDoubleClicked.connect(lambda _: self._share_width(force=True))
        for place, spec in enumerate(self._columns):
            side = Qt.AlignmentFlag.AlignRight if spec.right else Qt.AlignmentFlag.AlignLeft
            self.rows.align(place, side | Qt.AlignmentFlag.AlignVCenter)

    # rows ---------------------------------------------------------------------------------

    def set_rows(self, entries: Sequence[Row | Group], *, more: bool = False) -> None:
        """Show rows. more says that there are further ones: `more_wanted` asks for them near the end."""
        kept, place = self.current_key(), self.currentIndex().row()
        self.clearSpans()
        self._actions.clear()
        self.rows.replace(entries, more=more)
        self._shape_rows(0)
        self._share_width()
        target = self.rows.place_of(kept) if kept else None
        self._select(target if target is not None else self.rows.next_row(max(place, 0)))
        self.sight_changed.emit()

    def add_rows(self, entries: Sequence[Row | Group], *, more: bool = False) -> None:
        """Append the next page of rows."""
        start = self.rows.rowCount()
        self.rows.append(entries, more=more)
        self._shape_rows(start)
        self.sight_changed.emit()

    def current_key(self) -> str:
        """The key of the present row, empty if there is none."""
        entry = self.currentIndex().data(ENTRY) if self.currentIndex().isValid() else None
        return entry.key if isinstance(entry, Row) else ""

    def choose(self, key: str) -> None:
        """Make the row of a key the present one; an unknown key changes nothing."""
        place = self.rows.place_of(key)
        if place is not None:
            self._select(place)

    def step(self, by: int) -> None:
        """Go to the next (1) or previous (-1) row, also from a page that lies over the list."""
        place = self.rows.next_row(self.currentIndex().row() + by, by)
        if place is not None:
            self._select(place)

    def act(self) -> None:
        """Do the action of the present row."""
        if self.current_key():
            self.acted.emit(self.current_key())

    def bind(self, characters: str, handler: Callable[[str, str], None]) -> None:
        """Call the handler with (row key, character) when one of the characters is typed; "Del" is one."""
        for character in [characters] if characters == "Del" else characters:
            self._bound[character] = handler

    def out_of_sight(self) -> tuple[int, int]:
        """How many rows lie below the visible part, and how many columns right of it."""
        bottom = self.rowAt(self.viewport().height() - 1)
        below = 0 if bottom < 0 else self.rows.rows_after(bottom)
        right = self.viewport().width()
        hidden = [c for c in range(len(self._columns)) if self.columnViewportPosition(c) + 8 >= right]
        return below, len(hidden)

    def arrangement(self) -> str:
        """Order and widths of the columns, as `take_up` takes them."""
        return b64encode(bytes(self.horizontalHeader().saveState().data())).decode()

    def take_up(self, layout: str) -> None:
        """Order and widths of the columns as they were kept; "" changes nothing."""
        if layout:
            self._layout = layout
            self._own_widths = self.horizontalHeader().restoreState(b64decode(layout))

    def content_height(self) -> int:
        """How high the view is with all its rows in sight."""
        return self.verticalHeader().length() + self.horizontalHeader().height()

    # inner --------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.horizontalHeader().viewport():
            if event.type() == QEvent.Type.MouseButtonPress:
                self._layout = self.arrangement()
            elif event.type() == QEvent.Type.MouseButtonRelease:
                QTimer.singleShot(0, self, self._tell_layout)  # once the header itself has dealt with it
        return super().eventFilter(watched, event)

    def _tell_layout(self) -> None:
        layout = self.arrangement()
        if layout != self._layout:
            self.take_up(layout)  # from now on these widths are the person's own
            self.arranged.emit(layout)

    def _shape_rows(self, start: int) -> None:
        plain = target(tokens.ROW_TWO_LINES if self._two_lines else tokens.ROW_ONE_LINE)
        if self._as_cards:
            plain = px(tokens.ROW_CARD)
        with QSignalBlocker(self.verticalHeader()):
            self.verticalHeader().setDefaultSectionSize(plain)
            for place in range(start, self.rows.rowCount()):
                entry = self.rows.entry(place)
                if isinstance(entry, Row) and entry.action:
                    self._actions.add(entry.action)
                if isinstance(entry, Group):
                    self.setSpan(place, 0, 1, len(self._columns))
                    self.setRowHeight(place, px(60 if entry.line else tokens.ROW_GROUP))
                elif self.rowHeight(place) != plain:
                    self.setRowHeight(place, plain)
        self._measured()

    def _measured(self) -> None:
        """Rows or columns have new sizes: where a head tells each, Qt draws all of it once more a turn later."""
        self.updateGeometries()
        self.viewport().update()

    def _select(self, place: int | None) -> None:
        if place is not None:
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
            self.selectionModel().setCurrentIndex(self.rows.index(place, 0), flags)

    def _moved(self, current: QModelIndex, _before: QModelIndex) -> None:
        self.viewport().update()
        entry = current.data(ENTRY)
        if isinstance(entry, Row):
            self.row_changed.emit(entry.key)

    def _scrolled(self, value: int) -> None:
        bar = self.verticalScrollBar()
        if self.rows.has_more() and value > bar.maximum() - self.viewport().height():
            self.more_wanted.emit()
        self.sight_changed.emit()

    def _share_width(self, *, force: bool = False) -> None:
        if self._own_widths and not force:
            return
        wanted = [max(px(spec.width), self._least_width(place)) for place, spec in enumerate(self._columns)]
        stretched = [place for place, spec in enumerate(self._columns) if spec.stretch]
        over = max(0, sum(wanted) - self.viewport().width())
        for place in stretched:  # they give way to longer words, as they take what is left over
            wanted[place] -= min(-(-over // len(stretched)), wanted[place] // 2)
        left_over = max(0, self.viewport().width() - sum(wanted))
        for place, spec in enumerate(self._columns):
            spare = left_over - sum(max(0, px(STRETCHED) - wanted[of]) for of in stretched)
            more = min(max(0, px(spec.roomy) - wanted[place]), max(0, spare))
            wanted[place], left_over = wanted[place] + more, left_over - more
        for place in stretched:
            wanted[place] += left_over // len(stretched)
        with QSignalBlocker(self.horizontalHeader()):
            for place, width in enumerate(wanted):
                self.setColumnWidth(place, width)
        self._measured()

    def _least_width(self, place: int) -> int:
        """What the word of the head needs, or the longest action: words of another language may be longer."""
        if self._has_action and place == len(self._columns) - 1:
            return max((width_of_action(word, self._action_key) for word in self._actions), default=0)
        head = self._columns[place].title if self.horizontalHeader().isVisibleTo(self) else ""
        return width_of(head, "head") + 2 * PADDING if head else 0

    def paintEvent(self, event: QPaintEvent) -> None:
        """The ground is filled here and not by the stylesheet, so that what lies behind is not drawn each time too."""
        if not self._as_cards:
            QPainter(self.viewport()).fillRect(event.rect(), QColor(tokens.SURFACE))
        super().paintEvent(event)

    def enter_stop(self, forward: bool) -> bool:
        return self.rows.next_row(0) is not None

    def keyboardSearch(self, search: str) -> None:
        """No type-ahead: letters in a list are commands."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        typed = "Del" if event.key() == Qt.Key.Key_Delete else event.text()
        if event.key() in ENTER:
            self.act()
        elif typed in self._bound and self.current_key():
            self._bound[typed](self.current_key(), typed)
        elif event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End):
            last = self.rows.rowCount() - 1
            home = event.key() == Qt.Key.Key_Home
            self._select(self.rows.next_row(0) if home else self.rows.next_row(last, -1))
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        if self._has_action and index.isValid() and index.column() == len(self._columns) - 1:
            self.act()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        super().mouseDoubleClickEvent(event)
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and not (self._has_action and index.column() == len(self._columns) - 1):
            self.act()

    def show_as_one(self, *others: RowTable) -> None:
        """The rows of this and of others at its right are one row: a frame round all of it, wherever the focus is."""
        for part in (self, *others):
            part.parts = (self, *others)

    def _frame_again(self) -> None:
        for part in self.parts:
            part.viewport().update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if not self.current_key():
            self._select(self.rows.next_row(0))
        if QAccessible.isActive():
            QTimer.singleShot(0, self, self._tell_row)  # readers hear of the list itself first
        self._frame_again()

    def _tell_row(self) -> None:
        """Readers hear the present row when the list gets the focus; of itself Qt tells them changes of it only."""
        here = self.currentIndex()
        if not (self.hasFocus() and here.isValid()):
            return
        heads = 1  # row and column of heads count among the children of a table
        across = self.rows.columnCount() + heads
        event = QAccessibleEvent(self, QAccessible.Event.Focus)
        event.setChild((here.row() + heads) * across + here.column() + heads)
        QAccessible.updateAccessibility(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._frame_again()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_width()
        self.sight_changed.emit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "rows"):
            self._shape_rows(0)


class TableFoot(QFrame):
    """The line at the foot of a table: the count, and what is out of sight."""

    def __init__(self, table: RowTable, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._table = table
        line = QHBoxLayout(self)
        line.setContentsMargins(12, 6, 12, 8)
        line.setSpacing(8)
        self._count, self._rest = Label(role="strong"), Label(role="secondary", elided=True)
        self._hidden = Label(role="caption")
        line.addWidget(self._count)
        line.addWidget(self._rest, 1)
        line.addWidget(self._hidden)
        table.sight_changed.connect(self._look)

    def count(self, count: str, rest: str = "") -> None:
        """Say how many rows there are, and what they sum up to."""
        self._count.setText(count)
        self._rest.setText(rest)
        self._look()

    def _look(self) -> None:
        below, right = self._table.out_of_sight()
        parts = [tr("ui.table.below", n=below)] if below else []
        parts += [tr("ui.table.right", n=right)] if right else []
        self._hidden.setText(tr("ui.table.dot").join(parts))
