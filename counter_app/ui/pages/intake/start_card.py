"""办什么事: the item search that an intake begins with, and the items that this counter uses most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout

from counter_app.domain.notice import Agency
from counter_app.domain.service_item import ServiceItem
from counter_app.ui.pages.intake.item_search import Found, find_items, most_used
from counter_app.ui.scale import px
from counter_app.ui.states import Look
from counter_app.ui.texts import tr
from counter_app.ui.widgets.card import Card
from counter_app.ui.widgets.label import Icon, Label, restyle
from counter_app.ui.widgets.line_edit import LineEdit
from counter_app.ui.widgets.table import Cell, ColumnSpec, Group, Row, RowTable

SEARCH_HEIGHT = 48
MOST_USED = 8
_STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -4, Qt.Key.Key_PageDown: 4}


class StartCard(Card):
    """The search keeps the focus; arrows walk the list below it, Enter takes the highlighted item."""

    taken = Signal(object)
    highlighted = Signal(object)

    offers = MOST_USED  # how many items stand in the list while nothing was searched for

    def __init__(self) -> None:
        super().__init__(tr("ui.intake.start.title"), note=tr("ui.intake.start.how"))
        self._items: Sequence[ServiceItem] = ()
        self._agencies: Mapping[str, Agency] = {}
        self._counts: dict[str, int] = {}
        self._today_counts: dict[str, int] = {}
        self.search = LineEdit(on_enter=self._take)
        self.search.stops_enter = lambda _forward: True
        self.search.setProperty("role", "bare")
        self.search.setAccessibleName(tr("ui.intake.start.title"))
        self.search.setAccessibleDescription(tr("ui.intake.start.hint"))
        self.search.textChanged.connect(lambda _text: self._show())  # committed text only, never a preedit
        self.search.installEventFilter(self)
        self._box = self._search_box()
        self.table = RowTable(
            (ColumnSpec("", 180, stretch=True), ColumnSpec("", 150), ColumnSpec("", 100, right=True)),
            name=tr("ui.intake.start.title"),
        )
        self.table.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.table.row_changed.connect(lambda _key: self.highlighted.emit(self.item()))
        self.table.acted.connect(lambda _key: self._take())
        self.rows.addWidget(self._box)
        self.rows.addWidget(self.table)
        self.setFocusProxy(self.search)

    def _search_box(self) -> QFrame:
        box = QFrame()
        box.setProperty("role", "search")
        box.setFixedHeight(px(SEARCH_HEIGHT))
        line = QHBoxLayout(box)
        line.setContentsMargins(13, 0, 12, 0)
        line.setSpacing(10)
        line.addWidget(Icon("search", "brand", 20))
        line.addWidget(self.search, 1)
        line.addWidget(Label(tr("ui.intake.start.hint"), "caption"))
        return box

    def show_items(
        self,
        items: Sequence[ServiceItem],
        agencies: Mapping[str, Agency],
        counts: dict[str, int],
        today_counts: dict[str, int],
        offered: str | None,
    ) -> None:
        """Show what is offered; counts are those of the last 30 days and of today, by item.

        offered: the item that Enter alone takes, while nothing was searched for.
        """
        self._items, self._agencies = items, agencies
        self._counts, self._today_counts = counts, today_counts
        self._show(offered if not self.search.text() else None)

    def item(self) -> ServiceItem | None:
        """The highlighted item."""
        code = self.table.current_key().rpartition(":")[2]
        return next((item for item in self._items if item.code == code), None)

    def offer(self, code: str | None) -> None:
        """Empty the search and highlight an item, so that Enter alone takes it."""
        self.search.blockSignals(True)
        self.search.clear()
        self.search.blockSignals(False)
        self._show(code)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self._box.setProperty("state", "focus" if event.type() == QEvent.Type.FocusIn else "")
            restyle(self._box)
        elif isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and not self.search.composing():
            step = _STEPS.get(Qt.Key(event.key()))
            if step is not None:
                self.table.step(step)
                return True
        return False

    def _take(self) -> None:
        item = self.item()
        if item is not None:
            self.taken.emit(item)

    def _show(self, offered: str | None = None) -> None:
        found = find_items(self._items, self.search.text(), self._counts)
        entries: list[Row | Group] = [self._row("found", hit) for hit in found]
        used = most_used(self._items, self._counts, self.offers)
        if not found and self.search.text().strip():
            entries.append(Group(tr("ui.intake.start.nothing")))
        entries.append(Group(tr("ui.intake.start.used"), tr("ui.intake.start.used_note")))
        entries += [self._row("used", Found(item, ())) for item in used]
        self.table.blockSignals(True)  # one highlight in the end, not one for each step
        self.table.set_rows(entries)
        if found or offered:
            self.table.choose(f"found:{found[0].item.code}" if found else f"used:{offered}")
        self.table.blockSignals(False)
        self.table.setFixedHeight(self.table.content_height() + 2)
        self.highlighted.emit(self.item())

    def _row(self, group: str, found: Found) -> Row:
        item = found.item
        agency = self._agencies.get(item.agency)
        where = agency.name if agency is not None else ""
        n = self._today_counts.get(item.code, 0)
        parts = [tr("ui.intake.start.today", n=n)] if n and group == "used" else []
        caption = tr("ui.table.dot").join([*parts, where] if where else parts)
        kind = tr(f"item_kinds.{item.kind.value}")
        look = Look("brand" if group == "found" else "mute", "")
        name = Cell(item.name, caption, marks=found.marks, whole=True)
        return Row(
            f"{group}:{item.code}",
            (name, Cell(item.initials.upper()), Cell(kind, pill=look)),
            spoken=f"{item.name} {kind} {caption}",
        )

