"""The help beside the page: F1 opens it and takes the focus there, Esc or F1 gives the focus back.

    panel = HelpPanel(window, lambda: QRect(...))        # where it stands in the window
    panel.ask(help, {tr("...guide"): open_it}); panel.follow(help); panel.leave()

It holds nothing up: the page beneath can be worked, its keys work, and the panel tells of what gets the focus there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QEvent, QObject, QRect, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QKeyEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QVBoxLayout, QWidget
from shiboken6 import isValid

from counter_app.ui import tokens
from counter_app.ui.help import Help
from counter_app.ui.help.guide_file import guide_file, installed_folder
from counter_app.ui.scale import TextSize, text_size
from counter_app.ui.texts import tr
from counter_app.ui.widgets.announcements import announce
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.column import Column
from counter_app.ui.widgets.label import Icon, Label

WIDTH = 308  # covers the right column of the intake, not the field that it tells of


class HelpPanel(QFrame):
    """At the right edge of its window. place gives its rectangle there."""

    def __init__(self, window: QWidget, place: Callable[[], QRect]) -> None:
        super().__init__(window)
        self.setProperty("role", "drawer")
        self._place, self.shown = place, Help("", ())
        self._before: QWidget | None = None
        self._title, self._said = Label("", "title", wrap=True), Label("", "caption", wrap=True)
        self._body = Column()
        self._body.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # arrows and PgDn scroll it, a reader reads it
        # three beside each other need the width that large text takes from them
        large = text_size() is not TextSize.STANDARD
        self._ways = QBoxLayout(QBoxLayout.Direction.TopToBottom if large else QBoxLayout.Direction.LeftToRight)
        self._arrange()
        self.hide()
        window.installEventFilter(self)

    def _arrange(self) -> None:
        lines = QVBoxLayout(self)
        lines.setContentsMargins(16, 14, 16 - tokens.BAR, 12)
        lines.setSpacing(10)
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, tokens.BAR, 0)
        head.setSpacing(tokens.ROW_GAP)
        self._ways.setContentsMargins(0, 0, tokens.BAR, 0)
        self._ways.setSpacing(6)
        head.addWidget(Icon("info", "brand", 22))
        head.addWidget(self._title, 1)
        close = Button(tr("help.panel.close"), "link", key="Esc", height=tokens.CONTROL_IN_ROW)
        close.acted.connect(self.leave)
        head.addWidget(close)
        lines.addLayout(head)
        lines.addWidget(self._body, 1)
        lines.addLayout(self._ways)
        lines.addWidget(self._said)
        lines.addWidget(Label(tr("help.panel.twice"), "caption", wrap=True))

    def ask(self, help_: Help, ways: Mapping[str, Callable[[], object]]) -> None:
        """Show the help and take the focus; ways are words and what they open, beside the user guide."""
        if not self.has_focus():
            self._before = self.window().focusWidget()
        self._said.clear()
        self._said.hide()
        self._show_ways(ways)
        self.follow(help_)
        self.setGeometry(self._place())
        self.show()
        self.raise_()
        self._body.setFocus(Qt.FocusReason.OtherFocusReason)
        announce(self, help_.spoken())

    def follow(self, help_: Help) -> None:
        """Tell of another thing; the focus stays where it is."""
        if help_ == self.shown:
            return
        self.shown = help_
        self._title.setText(help_.name)
        self._body.clear()
        for question, answer in help_.rows:
            self._body.add(_answer(question, answer))
        self._body.setAccessibleName(help_.name)
        self._body.setAccessibleDescription(help_.spoken())
        self.setAccessibleName(help_.name)

    def leave(self) -> None:
        """Close; what had the focus before gets it back."""
        had_focus = self.has_focus()
        self.hide()
        before = self._before
        if had_focus and before is not None and isValid(before) and before.isVisible():
            before.setFocus(Qt.FocusReason.OtherFocusReason)

    def has_focus(self) -> bool:
        """Whether one reads in it, and does not work on the page."""
        here = self.window().focusWidget()
        return self.isVisible() and here is not None and self.isAncestorOf(here)

    def _show_ways(self, ways: Mapping[str, Callable[[], object]]) -> None:
        while (item := self._ways.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for word, act in ways.items():
            button = Button(word, height=tokens.CONTROL_IN_ROW, wide=True)
            button.acted.connect(self.leave)  # before what it opens, which gives the focus back to where it was
            button.acted.connect(act)
            self._ways.addWidget(button)
        guide = Button(tr("help.panel.guide"), height=tokens.CONTROL_IN_ROW, wide=True)
        guide.acted.connect(self._open_guide)
        self._ways.addWidget(guide)

    def _open_guide(self) -> None:
        file = guide_file()
        if file is None:
            self._say(tr("help.panel.no_guide", place=installed_folder()))
        elif not QDesktopServices.openUrl(QUrl.fromLocalFile(str(file))):
            self._say(tr("help.panel.no_program", file=file))

    def _say(self, sentence: str) -> None:
        self._said.setText(sentence)
        self._said.show()
        announce(self, sentence)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes round in here; Esc is the way out."""
        stops = [self._body, *self.findChildren(Button)]
        here = self.window().focusWidget()
        at = stops.index(here) if here in stops else 0
        stops[(at + (1 if forward else -1)) % len(stops)].setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        # no other key reaches the page below

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self.setGeometry(self._place())
        return False


def _answer(question: str, answer: str) -> QWidget:
    row = QWidget()
    lines = QVBoxLayout(row)
    lines.setContentsMargins(0, 0, 0, 0)
    lines.setSpacing(2)
    lines.addWidget(Label(question, "secondary_strong"))
    lines.addWidget(Label(answer, "text", wrap=True))
    return row


def at_the_right(window: QWidget, top: int = 0, below: int = 0) -> QRect:
    """The place of the panel in a window, with this much left free above and below."""
    width = min(WIDTH, window.width() // 2)
    return QRect(window.width() - width, top, width, window.height() - top - below)
