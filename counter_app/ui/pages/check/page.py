"""核验凭证: whether a receipt or an acceptance that somebody shows is true. It lies over the page it was opened from.

    page = CheckPage(CheckServices(station.signed_codes.check, station.paper_checks.check), background)
    page.check_file(path)                   # a picture, a scan or a PDF of the paper
    page.check(code)                        # what a scanner gun typed, wherever the caret was
    page.case_wanted.connect(open_case)     # local number of a case that this station has
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from counter_app.domain.errors import CounterError
from counter_app.services.code_words import words_of
from counter_app.services.paper_checks import CheckedFile
from counter_app.services.sentences import sentences
from counter_app.services.signed_codes import CheckedCode
from counter_app.ui import tokens
from counter_app.ui.background import Background, Lane
from counter_app.ui.file_dialogs import file_to_read
from counter_app.ui.page import Page
from counter_app.ui.pages.check.seals import SealsVerdict
from counter_app.ui.pages.check.verdict import VerdictCard
from counter_app.ui.texts import tr
from counter_app.ui.widgets.announcements import announce
from counter_app.ui.widgets.banner import Banner
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.card import Card
from counter_app.ui.widgets.column import Column, Columns
from counter_app.ui.widgets.label import Label
from counter_app.ui.widgets.line_edit import LineEdit
from counter_app.ui.wording import error_line


@dataclass(frozen=True, slots=True)
class CheckServices:
    """What the page asks."""

    check: Callable[[str], CheckedCode]
    check_file: Callable[[Path], CheckedFile]


class CheckPage(Page):
    """One field for gun and keyboard, one button for files, and one big answer below."""

    name = "check"
    rail = "cases"

    case_wanted = Signal(str)

    def __init__(self, services: CheckServices, background: Background) -> None:
        super().__init__()
        self._services, self._background = services, background
        self._asked = 0
        self.code = LineEdit(on_enter=self._enter)
        self.code.setAccessibleName(tr("ui.check.code"))
        self.code.setInputMethodHints(Qt.InputMethodHint.ImhLatinOnly | Qt.InputMethodHint.ImhNoPredictiveText)
        self.button = Button(tr("ui.check.check"), "primary", key="Enter", icon="scan")
        self.button.acted.connect(self._enter)
        self.choose = Button(tr("ui.check.file"), icon="image")
        self.choose.acted.connect(self._choose)
        self.fault = Banner("danger", "octagon-alert", "")
        self.fault.hide()
        self.seals = SealsVerdict()
        self.seals.hide()
        self.verdict = VerdictCard()
        self.verdict.case_wanted.connect(self.case_wanted)
        self._arrange()

    def _arrange(self) -> None:
        ask = Card(tr("ui.check.ask"), icon="scan", tone="brand")
        line = QHBoxLayout()
        line.setSpacing(tokens.ROW_GAP)
        line.addWidget(self.code, 1)
        line.addWidget(self.button)
        line.addWidget(self.choose)
        ask.rows.addLayout(line)
        ask.rows.addWidget(Label(tr("ui.check.how"), "secondary", wrap=True))
        ask.rows.addWidget(Label(tr("ui.check.file_how"), "secondary", wrap=True))
        ask.rows.addWidget(self.fault)
        column = Column()
        column.add(ask)
        column.add(self.seals)  # first: a changed file must not be read below a big "genuine"
        column.add(self.verdict)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(tokens.PAGE_MARGIN, 16, tokens.PAGE_MARGIN - tokens.BAR, 12)
        lines.addWidget(Columns(column), 1)

    def title(self) -> str:
        return tr("ui.check.title")

    def context_line(self) -> str:
        return tr("ui.check.again") if self.verdict.has_answer else ""

    def first_focus(self) -> None:
        self.code.setFocus(Qt.FocusReason.OtherFocusReason)

    def check(self, code: str) -> None:
        """Show what is to be said of this code."""
        self.code.setText(code.strip())
        self.code.setCursorPosition(0)
        self._enter()

    def check_file(self, file: Path) -> None:
        """Show what is to be said of the paper in this file."""
        self._asked += 1
        asked = self._asked
        self.fault.show()
        self.fault.say("brand", "hourglass", tr("ui.check.reading_file"), file.name)
        self._background.run(
            Lane.DEVICES,
            lambda: self._services.check_file(file),
            lambda found: self._show_file(found, asked),
            lambda error: self._fail_file(error, asked),
            self,
        )

    def _choose(self) -> None:
        file = which_file(self)
        if file is not None:
            self.check_file(file)

    def _show_file(self, found: CheckedFile, asked: int) -> None:
        if asked != self._asked:
            return
        self.verdict.setVisible(found.code is not None)
        if found.code is not None:
            self._show(found.code, asked)
        self.fault.setVisible(found.code is None)
        if found.code is None:
            self.fault.say("mute", "info", tr("ui.check.no_code", name=found.name))
        self.seals.setVisible(found.seals is not None)
        if found.seals is not None:
            self.seals.show_seals(found.name, found.seals)
            announce(self, self.seals.spoken())

    def _fail_file(self, error: CounterError, asked: int) -> None:
        if asked == self._asked:
            said = sentences(error)
            self.seals.hide()
            self.verdict.show()
            self.verdict.forget()
            self.fault.say("danger", "octagon-alert", said.message, said.remedy)

    def _enter(self) -> None:
        self._asked += 1
        asked, given = self._asked, self.code.text()
        self._background.run(
            Lane.READ, lambda: self._services.check(given), lambda found: self._show(found, asked), self._fail, self
        )

    def _show(self, found: CheckedCode, asked: int) -> None:
        if asked != self._asked:
            return  # another code was scanned meanwhile
        for widget in (self.fault, self.seals):
            widget.hide()
        self.verdict.show()
        words = words_of(found)
        self.verdict.show_answer(found, words)
        self.head_changed.emit()
        self.code.selectAll()  # the next code takes its place
        self.code.setFocus(Qt.FocusReason.OtherFocusReason)
        announce(self, tr("ui.check.spoken", title=words.title, certain=words.certain, uncertain=words.uncertain,
                          compared=words.compared))

    def _fail(self, error: CounterError) -> None:
        self.say.emit(error_line(error), "danger")


def which_file(over: QWidget) -> Path | None:
    """The system's own dialog for a picture or a PDF."""
    return file_to_read(over, tr("ui.check.which_file"), tr("ui.check.file_kinds"))
