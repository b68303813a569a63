"""The window of the second screen: it never takes the keyboard, and is blank between applicants."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QScreen
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from counter_app.domain.ratings import Level, Stage
from counter_app.ui import tokens
from counter_app.ui.applicant.telling import Told
from counter_app.ui.look import dress_window
from counter_app.ui.texts import tr
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.card import Card
from counter_app.ui.widgets.column import Column, Columns
from counter_app.ui.widgets.label import Icon, Label

USUAL_SIZE = (1024, 680)
LEVEL_HEIGHT = 72


class ApplicantWindow(QWidget):
    """rated carries the Level that was pressed."""

    rated = Signal(object)

    def __init__(self, station: str) -> None:
        super().__init__(None, Qt.WindowType.Window | Qt.WindowType.WindowDoesNotAcceptFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setProperty("role", "ground")
        self.setWindowTitle(tr("ui.frame.program"))  # no personal data in a window title
        self._blank, self._left, self._right = _blank(station), Column(), Column()
        self._headline, self._who = Label("", "figure"), Label("", "page", elided=True)
        self._cards = {key: Card(tr(f"ui.applicant.{key}")) for key in ("materials", "next", "ask")}
        self._lines: dict[str, QWidget] = {}
        self.levels = {level: _level(level) for level in Level}
        self._question, self._rating = Label("", "page"), Card()
        self._told = self._told_page()
        self._stack = QStackedWidget()
        for page in (self._blank, self._told):
            self._stack.addWidget(page)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.addWidget(self._stack)
        for level, button in self.levels.items():
            button.acted.connect(lambda level=level: self.rated.emit(level))
        dress_window(self)

    def _told_page(self) -> QWidget:
        page = QWidget()
        lines = QVBoxLayout(page)
        lines.setContentsMargins(32, 24, 32 - tokens.BAR, 24)
        lines.setSpacing(16)
        head = QHBoxLayout()
        head.setSpacing(16)
        head.addWidget(Icon("file-text", "brand", 40))
        words = QVBoxLayout()
        words.addWidget(self._headline)
        words.addWidget(self._who)
        head.addLayout(words, 1)
        lines.addLayout(head)
        self._left.add(self._cards["materials"])
        for key in ("next", "ask"):
            self._right.add(self._cards[key])
        lines.addWidget(Columns(self._left, self._right), 1)
        self._rating.rows.setSpacing(12)
        self._rating.rows.addWidget(self._question)
        across = QHBoxLayout()
        across.setSpacing(12)
        for button in self.levels.values():
            across.addWidget(button)
        self._rating.rows.addLayout(across)
        foot = QHBoxLayout()
        foot.setContentsMargins(0, 0, tokens.BAR, 0)
        foot.addWidget(self._rating)
        lines.addLayout(foot)
        return page

    def blank(self) -> None:
        """Show nothing of anybody."""
        self._stack.setCurrentWidget(self._blank)
        self._headline.setText("")
        self._who.setText("")
        for key in self._cards:
            self._fill(key, ())

    def is_blank(self) -> bool:
        """Whether nothing of anybody is shown."""
        return self._stack.currentWidget() is self._blank

    def show_told(self, told: Told) -> None:
        """Show what was taken in; the rating where there is something to rate."""
        self._headline.setText(told.headline)
        self._who.setText(tr("ui.table.dot").join((told.name, told.item)))
        for key, lines in (("materials", told.materials), ("next", told.next), ("ask", told.ask)):
            self._fill(key, lines)
        self.ask(told.stage)
        self._stack.setCurrentWidget(self._told)

    def thank(self) -> None:
        """It was written down."""
        self._question.setText(tr("ui.applicant.thanks"))
        for button in self.levels.values():
            button.hide()

    def show_on(self, other: QScreen | None) -> None:
        """Fill a screen that is not the clerk's; on a machine with one screen be a window beside."""
        free = next((screen for screen in QGuiApplication.screens() if screen is not other), None)
        if free is None or other is None:
            self.resize(*USUAL_SIZE)
            self.show()
            return
        self.setGeometry(free.geometry())
        self.showFullScreen()

    def ask(self, stage: Stage | None) -> None:
        """Ask for a rating of a stage; None asks for none."""
        self._rating.setVisible(stage is not None)
        if stage is not None:
            self._question.setText(tr(f"ui.applicant.rate_{stage.value}"))
        for button in self.levels.values():
            button.show()

    def _fill(self, key: str, lines: Sequence[str]) -> None:
        card, body = self._cards[key], QWidget()
        rows = QVBoxLayout(body)
        rows.setContentsMargins(0, 0, 0, 0)
        for line in lines:
            rows.addWidget(Label(line, "title_quiet", wrap=True))
        before = self._lines.pop(key, None)
        if before is not None:
            card.rows.removeWidget(before)
            before.setParent(None)
            before.deleteLater()
        card.rows.addWidget(body)
        self._lines[key] = body
        card.setVisible(bool(lines))


def _blank(station: str) -> QWidget:
    page = QWidget()
    page.setProperty("role", "rail")
    page.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    lines = QVBoxLayout(page)
    lines.addStretch(1)
    for words, role in ((station, "station"), (tr("ui.applicant.welcome"), "page")):
        lines.addWidget(Label(words, role, "white"), alignment=Qt.AlignmentFlag.AlignHCenter)
    lines.addStretch(1)
    return page


def _level(level: Level) -> Button:
    return Button(tr(f"ratings.levels.{level.value}"), height=LEVEL_HEIGHT, wide=True)
