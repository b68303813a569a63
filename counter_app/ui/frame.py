"""The main window: rail, top bar, the page, outcome bar, strip; and the keys. Usage:

window = MainWindow([TodayPage(...), IntakePage(...), CasesPage(...), CasePage(...), ...])
window.open("case"); window.go_back()
window.show_status(cells, deadline); window.show_badge("sending", 12)
window.searched.connect(...); window.lock_wanted.connect(...)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QElapsedTimer, QRect, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QApplication, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget
from shiboken6 import isValid

from counter_app.ui import tokens
from counter_app.ui.background import workers_stand_back
from counter_app.ui.first_window import MINIMUM
from counter_app.ui.help import Help, help_of
from counter_app.ui.help.panel import HelpPanel, at_the_right
from counter_app.ui.key_sheet import show_keys
from counter_app.ui.keys import bindings
from counter_app.ui.look import dress_window
from counter_app.ui.page import Handlers, Page
from counter_app.ui.rail import PAGES, Rail
from counter_app.ui.strip import Strip, StripCell
from counter_app.ui.texts import tr
from counter_app.ui.top_bar import TopBar
from counter_app.ui.widgets.column import Columns
from counter_app.ui.widgets.dialog import Dialog

TWICE_WITHIN_MS = 1500


class MainWindow(QWidget):
    """The window of a signed-in person. The first page is opened at once."""

    searched = Signal(str)
    lock_wanted = Signal()
    opened = Signal(str)

    def __init__(self, pages: Sequence[Page], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "ground")
        self.setWindowTitle(tr("ui.frame.program"))  # no personal data in a window title
        self.setMinimumSize(*MINIMUM)
        self._pages = {page.name: page for page in pages}
        self._trail: list[str] = []
        self._cover: QWidget | None = None
        self._caret: QWidget | None = None
        self._before_search: QWidget | None = None
        self._last_guide = QElapsedTimer()
        self.help: HelpPanel | None = None
        self.rail, self.top, self.strip = Rail(), TopBar(), Strip()
        self._content, self._outcome = QStackedWidget(), QVBoxLayout()
        self._bars: list[QWidget] = []
        self._inside = QWidget()
        self._arrange()
        for page in pages:
            self._content.addWidget(page)
            page.head_changed.connect(self._head_changed)
            page.say.connect(self.top.say)
        self._own = self._own_handlers()
        for sequence, name in bindings():
            shortcut = QShortcut(QKeySequence(sequence), self)
            shortcut.setAutoRepeat(name in ("case_before", "case_after"))
            shortcut.setObjectName(name)
            shortcut.activated.connect(self._key_pressed)
        self.rail.chosen.connect(self._chosen)
        self.top.new_intake.acted.connect(self._new_intake)
        self.top.search_icon.acted.connect(self._search)
        self.top.search.entered.connect(self.searched)
        dress_window(self)
        self.open(pages[0].name)

    def _arrange(self) -> None:
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._inside)
        across = QHBoxLayout(self._inside)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(0)
        across.addWidget(self.rail)
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(self.top)
        column.addWidget(self._content, 1)
        column.addLayout(self._outcome)
        column.addWidget(self.strip)
        across.addLayout(column, 1)

    # pages --------------------------------------------------------------------------------

    def page(self) -> Page:
        """The page that is shown."""
        return self._pages[self._trail[-1]]

    def open(self, name: str) -> None:
        """Show a page. A page of the rail begins a new trail; others lie over the present one.

        KeyError names a page that the window does not have.
        """
        page = self._pages[name]
        if self._trail and self._trail[-1] == name:
            page.refresh()
            self._show_head(page)
            return
        if self._trail:
            self.page().leave()
        self._trail = [name] if page.rail in ("", name) else [*self._trail, name]
        self._show(page)
        page.first_focus()

    def go_back(self) -> None:
        """Return to the page below, to the same row; on a page of the rail, to home."""
        if len(self._trail) > 1:
            self.page().leave()
            self._trail.pop()
            self._show(self.page())
        elif self._trail[-1] != next(iter(self._pages)):
            self.open(next(iter(self._pages)))

    def _show(self, page: Page) -> None:
        workers_stand_back()
        self._close_help()
        self._content.setCurrentWidget(page)
        self.rail.light(page.rail or page.name)
        page.refresh()
        self._show_head(page)
        self.opened.emit(page.name)

    def _show_head(self, page: Page, *, anew: bool = True) -> None:
        if page is not self.page():
            return
        self.top.show_page(page.title(), page.context_line(), page.head(), anew=anew)
        self.top.new_intake.setVisible("intake" in self._pages and not page.plain)
        self.rail.setVisible(not page.plain)
        bar = page.outcome_bar()
        if bar is not None and bar not in self._bars:
            self._bars.append(bar)
            self._outcome.addWidget(bar)
        for known in self._bars:
            known.setVisible(known is bar)

    # status -------------------------------------------------------------------------------

    def show_status(self, cells: Sequence[StripCell], deadline: StripCell | None) -> None:
        """Show the strip."""
        self.strip.show_status(cells, deadline)

    def show_badge(self, name: str, count: int, tone: str = "brand") -> None:
        """Show a count on an entry of the rail; 0 removes it."""
        self.rail.show_badge(name, count, tone)

    def cover(self, lock: QWidget) -> None:
        """Put the lock in place of everything: page, focus and caret stay as they are beneath it."""
        self._close_help()
        self._caret = self.focusWidget()
        dialog = self.open_dialog()
        if dialog is not None:
            dialog.hide()
        self._inside.hide()
        self._cover = lock
        layout = self.layout()
        if layout is not None:
            layout.addWidget(lock)
        lock.show()

    def uncover(self) -> None:
        """Take the lock away; one is in the same field as before."""
        if self._cover is None:
            return
        self._close_help()
        self._cover.hide()
        self._cover.deleteLater()
        self._cover = None
        self._inside.show()
        for dialog in self.findChildren(Dialog):
            dialog.show()
            dialog.raise_()
        if self._caret is not None and isValid(self._caret):
            self._caret.setFocus(Qt.FocusReason.ActiveWindowFocusReason)

    # keys ---------------------------------------------------------------------------------

    def press(self, key: str) -> None:
        """Do what a key of `keys.py` does now: in the open dialog, else on the page, else in the frame."""
        if key == "guide":
            self._guide()
            return
        if key == "back" and self._close_help():
            return
        if self._cover is not None:
            served = getattr(self._cover, "keys", {}).get(key)
            if served is not None:
                served()
            return
        dialog = self.open_dialog()
        if dialog is not None:
            if key == "back":
                dialog.close_dialog()
            elif key in dialog.keys:
                dialog.keys[key]()
            return
        if key == "back" and self._in_search():
            self._leave_search()
            return
        page = self.page()
        reason = page.blocked().get(key)
        if reason:
            page.refused(key, reason)
            return
        handler = page.handlers().get(key) or self._own.get(key)
        if handler is not None:
            handler()

    # slots that ask for their sender: a lambda that holds the window would outlive it

    def _key_pressed(self) -> None:
        self.press(self.sender().objectName())

    def _head_changed(self) -> None:
        page = self.sender()
        if isinstance(page, Page):
            self._show_head(page, anew=False)

    def _new_intake(self) -> None:
        self.press("new_intake")

    # help ---------------------------------------------------------------------------------

    def _guide(self) -> None:
        """F1: what is here; in the help itself the way back; twice, all keys."""
        twice = self._last_guide.isValid() and self._last_guide.elapsed() < TWICE_WITHIN_MS
        self._last_guide.start()
        reads = self.help is not None and self.help.has_focus()
        if twice or reads:
            self._close_help()
        if twice and self._cover is None:
            self._show_keys()
        elif not reads:
            self._open_help()

    def _open_help(self) -> None:
        if self.help is None:
            self.help = HelpPanel(self, self._place_of_help)
            app = QApplication.instance()
            assert isinstance(app, QApplication), "a window is made after the application"
            app.focusChanged.connect(self._follow_focus)
        self.help.ask(*self._help_of_here())

    def _help_of_here(self) -> tuple[Help, Handlers]:
        """What there is to say, and what it leads to."""
        dialog = self.open_dialog()
        if self._cover is not None:
            return help_of("page.lock"), {}  # no dialog over the lock
        keys: Handlers = {tr("help.panel.keys"): self._show_keys}
        if dialog is not None:
            return help_of(f"dialog.{dialog.topic}"), keys
        return self.page().help(), {**self.page().help_ways(), **keys}

    def _show_keys(self) -> None:
        show_keys(self)

    def _follow_focus(self, _before: QWidget | None, now: QWidget | None) -> None:
        if self.help is not None and self.help.isVisible() and now is not None and self.page().isAncestorOf(now):
            self.help.follow(self.page().help())

    def _place_of_help(self) -> QRect:
        if self._cover is not None:
            return at_the_right(self)
        below = self.strip.height() + sum(bar.height() for bar in self._bars if bar.isVisible())
        return at_the_right(self, self.top.height(), below)

    def _close_help(self) -> bool:
        """Whether it was open."""
        is_open = self.help is not None and self.help.isVisible()
        if self.help is not None and is_open:
            self.help.leave()
        return is_open

    def open_dialog(self) -> Dialog | None:
        """The dialog on top, if any is open."""
        shown = [dialog for dialog in self.findChildren(Dialog) if dialog.isVisible()]
        return shown[-1] if shown else None

    def _own_handlers(self) -> dict[str, Callable[[], None]]:
        own: dict[str, Callable[[], None]] = {
            "back": self.go_back,
            "search": self._search,
            "lock": self.lock_wanted.emit,
            "new_intake": lambda: self._chosen("intake"),
            "drawer": self._toggle_drawer,
        }
        names = [name for name, _icon in PAGES] + ["settings"]
        for place, name in enumerate(names, start=1):
            own[f"page_{place}"] = lambda name=name: self._chosen(name)  # type: ignore[misc]
        return own

    def _toggle_drawer(self) -> None:
        for columns in self.page().findChildren(Columns):
            columns.toggle_drawer()

    def _in_search(self) -> bool:
        return self.top.search.isAncestorOf(self.focusWidget() or self)

    def _search(self) -> None:
        if not self._in_search():
            self._before_search = self.focusWidget()
        self.top.focus_search()

    def _leave_search(self) -> None:
        """Esc: back to where the caret was, or where the page begins."""
        before, self._before_search = self._before_search, None
        self.page().setFocus()
        if before is not None and isValid(before) and before.isVisible():
            before.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.page().first_focus()

    def _chosen(self, name: str) -> None:
        if name == "lock":
            self.lock_wanted.emit()
        elif name in self._pages:
            self.open(name)
        self.rail.light(self.page().rail or self.page().name)

    # window -------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < tokens.NARROW_BELOW
        self.rail.show_words(wide=not narrow)
        self.top.fold_search(narrow)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.page().leave()
        event.accept()
