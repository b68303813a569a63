"""The bar at the top: page name, one line of context, search, and 新登记."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QWidget

from counter_app.ui import tokens
from counter_app.ui.keys import hint
from counter_app.ui.scale import px, target
from counter_app.ui.texts import tr
from counter_app.ui.widgets.announcements import announce
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.label import Icon, KeyCap, Label, restyle
from counter_app.ui.widgets.line_edit import LineEdit

RESULTS = ("ok", "danger")  # tones of what was done or failed; the others tell what is under way or in the way


class SearchBox(QFrame):
    """Search for people, cases and items. wanted carries committed text, while typing and on Enter."""

    wanted = Signal(str)
    entered = Signal(str)

    def __init__(self, hint_text: str, key: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "search")
        self.edit = LineEdit(on_enter=lambda: self.entered.emit(self.edit.text().strip()))
        self.edit.setProperty("role", "bare")
        self.edit.setPlaceholderText(hint_text)
        self.edit.setAccessibleName(f"{tr('ui.key.search')} {key}".strip())
        self.edit.setAccessibleDescription(hint_text)
        # textChanged speaks of committed text only: a preedit is not part of it
        self.edit.textChanged.connect(lambda text: self.wanted.emit(text.strip()))
        self.edit.installEventFilter(self)
        self.setFocusProxy(self.edit)
        line = QHBoxLayout(self)
        line.setContentsMargins(11, 0, 8, 0)
        line.setSpacing(8)
        line.addWidget(Icon("search", "ink2", 18))
        line.addWidget(self.edit, 1)
        if key:
            line.addWidget(KeyCap(key))
        self._fit()

    def _fit(self) -> None:
        self.setFixedHeight(target(tokens.CONTROL))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:  # the text size may be another one
            self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.setProperty("state", "focus" if event.type() == QEvent.Type.FocusIn else "")
            restyle(self)
        return False


class TopBar(QFrame):
    """Title, context, search and 新登记; or the head that a page brings along."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "top_bar")
        self._fit()
        self.search = SearchBox(tr("ui.frame.search_hint"), hint("search"))
        self.search_icon = Button("", "plain", icon="search")
        self.search_icon.setAccessibleName(f"{tr('ui.key.search')} {hint('search')}")
        self.search_icon.hide()
        self.new_intake = Button(tr("ui.frame.new_intake"), "primary", icon="plus", key=hint("new_intake"))
        self._title, self._context = Label(role="page"), Label(role="text", tone="ink2", elided=True)
        self._of_page, self._is_result = "", False  # its context; whether it is covered by a result
        self._head: QWidget | None = None  # of the page
        self._folded = False
        self.search.edit.left.connect(self._search_left)
        self._stack = QStackedWidget(self)
        self._title_line = self._usual()
        self._stack.addWidget(self._title_line)
        line = QHBoxLayout(self)
        line.setContentsMargins(tokens.PAGE_MARGIN, 0, tokens.PAGE_MARGIN, 0)
        line.addWidget(self._stack)

    def _fit(self) -> None:
        self.setFixedHeight(px(tokens.TOP_BAR))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:  # the text size may be another one
            self._fit()

    def _usual(self) -> QWidget:
        usual = QWidget()
        line = QHBoxLayout(usual)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(12)
        line.addWidget(self._title)
        line.addWidget(self._context, 1)
        self.search.setFixedWidth(px(tokens.SEARCH_WIDTH))
        line.addWidget(self.search, alignment=Qt.AlignmentFlag.AlignVCenter)
        line.addWidget(self.search_icon)
        line.addWidget(self.new_intake)
        return usual

    def show_page(self, title: str, context: str, head: QWidget | None, *, anew: bool = True) -> None:
        """Show title and context of a page, or its own head.

        anew False: the page only looked again, and a result that it said stays unless it has another context.
        """
        self._title.setText(title)
        if anew or context != self._of_page or not self._is_result:
            self._of_page, self._is_result = context, False
            self._context.setText(context)
            self._context.set_tone("ink2")
        if head is not None and self._stack.indexOf(head) < 0:
            self._stack.addWidget(head)
        self._head = head
        if not self.search.edit.hasFocus():
            self._show_head()

    def _show_head(self) -> None:
        self._stack.setCurrentWidget(self._title_line if self._head is None else self._head)

    def say(self, sentence: str, tone: str) -> None:
        """Show a result or a reason in place of the context line, and have it read aloud."""
        self._context.setText(sentence)
        self._context.set_tone(tone)
        self._is_result = tone in RESULTS
        announce(self, sentence)

    def fold_search(self, folded: bool) -> None:
        """In narrow windows the search box becomes an icon."""
        self._folded = folded
        self.search.setVisible(not folded)
        self.search_icon.setVisible(folded)

    def _search_left(self) -> None:
        """Back to what the page shows here."""
        self._show_head()
        self.fold_search(self._folded)

    def focus_search(self) -> None:
        """Give the search box the focus, unfolding it where it is an icon, in place of a page's own head."""
        self._stack.setCurrentWidget(self._title_line)
        self.search.show()
        self.search_icon.hide()
        self.search.edit.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.edit.selectAll()
