"""The list that drops from the search box: what fits, as it is typed. Usage:

    panel = SearchPanel(window.top, SearchServices(...), background, goes_straight=is_number)
    window.searched.connect(panel.enter)             # Enter in the box
    panel.case_wanted.connect(open_case)             # local number
    panel.person_wanted.connect(list_cases)          # words that find the person's cases, and how the person is called
    panel.item_wanted.connect(begin_intake)          # ServiceItem
    panel.straight.connect(search)                   # whole numbers, "all of these", and what nothing fits

The box keeps the focus: arrows walk the list, Enter does what the chosen row says. An Enter that comes before the
answer waits for it, so that how fast one types decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout

from counter_app.domain.service_item import ServiceItem
from counter_app.ui.background import Background, Lane
from counter_app.ui.scale import px
from counter_app.ui.search import rows
from counter_app.ui.search.reading import Looked, SearchServices, look
from counter_app.ui.search.rows import rows_of
from counter_app.ui.texts import tr
from counter_app.ui.top_bar import TopBar
from counter_app.ui.widgets.announcements import announce
from counter_app.ui.widgets.four_facts import small_facts_width
from counter_app.ui.widgets.row_model import ENTRY, Row
from counter_app.ui.widgets.table import ColumnSpec, RowTable

WIDTH, STATE_WIDTH, ACTION_WIDTH = 620, 150, 128
FRAME = 2  # pixels of border and margin
BELOW = 6  # between the box and the panel
FOOT = 40  # left free below the panel
_STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -4, Qt.Key.Key_PageDown: 4}


class SearchPanel(QFrame):
    """Lies over the page, below the box; gone when the box loses the focus."""

    case_wanted = Signal(str)
    person_wanted = Signal(str, str)
    item_wanted = Signal(object)
    straight = Signal(str)

    def __init__(
        self, top: TopBar, services: SearchServices, background: Background, goes_straight: Callable[[str], bool]
    ) -> None:
        self._over = top.parentWidget() or top  # not the window: the lock hides it with the rest
        super().__init__(self._over)
        self.setProperty("role", "drop_down")
        self._box, self._services, self._background = top.search, services, background
        self._goes_straight = goes_straight
        self._asked = ""  # the newest words
        self._looked: Looked | None = None
        self._enter_waits = False
        self._items: Sequence[ServiceItem] = ()  # as offered when the box was gone to
        columns = (
            ColumnSpec("", 200, stretch=True), ColumnSpec("", STATE_WIDTH), ColumnSpec("", small_facts_width() + 20),
        )
        self.table = RowTable(columns, name=tr("ui.search.list_name"), action_width=ACTION_WIDTH)
        self.table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.table.acted.connect(self._act)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(FRAME - 1, FRAME - 1, FRAME - 1, FRAME - 1)
        lines.addWidget(self.table)
        self._box.wanted.connect(self._ask)
        self._box.edit.left.connect(self._drop)
        self._box.edit.installEventFilter(self)
        self._over.installEventFilter(self)
        self.hide()

    def enter(self, words: str) -> None:
        """Enter was pressed on these words: do what the chosen row says, as soon as it is known."""
        if not words:
            return
        if self._goes_straight(words):
            self._go(words)
        elif self._looked is not None and self._looked.words == words:
            self._take()
        else:
            self._ask(words)
            self._enter_waits = True

    # asking -------------------------------------------------------------------------------

    def _ask(self, words: str) -> None:
        self._enter_waits = False
        if words == self._asked:
            return
        self._asked = words
        if not words:
            self._drop()
            return
        self._background.run(
            Lane.SEARCH, lambda: self._look(words), self._show, lambda _error: self._failed(words), self
        )

    def _look(self, words: str) -> Looked | None:
        """On the thread of the search: words that newer ones have replaced are not looked for any more."""
        if words != self._asked:
            return None
        self._items = self._items or self._services.items()
        return look(self._services, self._items, words)

    def _show(self, looked: Looked | None) -> None:
        if looked is None or looked.words != self._asked:
            return
        self._looked = looked
        entries = rows_of(looked)
        self.table.set_rows(entries)
        first = next((entry for entry in entries if isinstance(entry, Row)), None)
        if first is not None:
            self.table.choose(first.key)
        if self._enter_waits:
            self._take()
        elif self._box.edit.hasFocus():
            self._place()
            self.show()
            self.raise_()

    def _failed(self, words: str) -> None:
        """The list of cases tells what is wrong."""
        waits, self._enter_waits = self._enter_waits, False
        self._asked = ""
        if waits:
            self._go(words)

    # doing --------------------------------------------------------------------------------

    def _take(self) -> None:
        self._enter_waits = False
        if self.table.current_key():
            self._act(self.table.current_key())
        elif self._looked is not None:
            self._go(self._looked.words)

    def _go(self, words: str) -> None:
        self._drop()
        self.straight.emit(words)

    def _act(self, key: str) -> None:
        looked, (kind, _, which) = self._looked, key.partition(":")
        if looked is None:
            return
        self._drop()
        if kind == rows.ALL:
            self.straight.emit(looked.words)
        elif kind == rows.CASE:
            self.case_wanted.emit(which)
        elif kind == rows.PERSON:
            person = looked.found.people[int(which)]
            self.person_wanted.emit(person.words, rows.named(person))
        else:
            self.item_wanted.emit(next(found.item for found in looked.items if found.item.code == which))

    def _drop(self) -> None:
        """Away with the list; the same words are asked again when they are wanted again."""
        self._asked, self._looked, self._enter_waits = "", None, False
        self.hide()

    # where and when -----------------------------------------------------------------------

    def _place(self) -> None:
        over = self._over
        right = self._box.mapTo(over, QPoint(self._box.width(), self._box.height()))
        width = min(px(WIDTH), over.width() - 16)
        height = min(self.table.content_height() + 2 * FRAME, over.height() - right.y() - BELOW - px(FOOT))
        self.setGeometry(max(8, right.x() - width), right.y() + BELOW, width, height)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self._over:
            self._drop()
        elif watched is self._box.edit and event.type() == QEvent.Type.FocusIn:
            self._items = ()
            self._ask(self._box.edit.text().strip())
        elif isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and self.isVisible():
            return self._walk(Qt.Key(event.key()))
        return False

    def _walk(self, key: Qt.Key) -> bool:
        if key not in _STEPS or self._box.edit.composing():
            return False
        self.table.step(_STEPS[key])
        entry = self.table.currentIndex().data(ENTRY)
        if isinstance(entry, Row):
            announce(self, f"{entry.spoken} {entry.action}")
        return True
