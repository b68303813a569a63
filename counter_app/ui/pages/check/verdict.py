"""The big answer of 核验凭证: a word, what is certain, what is not, and what the code says."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from counter_app.services.code_words import CodeWords, clock, maker, moment
from counter_app.services.signed_codes import GOOD, Answer, CheckedCode, Compared
from counter_app.ui.texts import tr
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.card import Card, Sunken, pair_row
from counter_app.ui.widgets.label import Icon, Label

ICON = 56
NAME_WIDTH = 96
_LOOK = {
    Answer.GENUINE: ("ok", "shield-check"),
    Answer.EARLIER: ("warn", "triangle-alert"),
    Answer.REVOKED: ("danger", "ban"),
    Answer.TAMPERED: ("danger", "octagon-alert"),
    Answer.UNKNOWN_DEVICE: ("warn", "circle-question-mark"),
    Answer.UNKNOWN_SCHEME: ("warn", "circle-question-mark"),
    Answer.UNSIGNED: ("mute", "file-warning"),
    Answer.NOT_OURS: ("mute", "circle-slash"),
}
_COMPARED = {
    Compared.SAME: ("ok", "circle-check"),
    Compared.DIFFERENT: ("danger", "octagon-alert"),
    Compared.NOT_FOUND: ("warn", "clock"),
    Compared.NOT_HERE: ("ink3", "circle-slash"),
}


class VerdictCard(Card):
    """Empty until a code was scanned."""

    case_wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.has_answer = False
        self._number = ""
        self._icon = Icon("scan", "mute", ICON)
        self.word = Label(tr("ui.check.waiting"), "figure")
        self.certain = Label(tr("ui.check.waiting_more"), "text", wrap=True)
        self.uncertain = Label(role="text", tone="ink2", wrap=True)
        self.open = Button(tr("ui.check.open_case"), "plain", icon="folder-open")
        self.open.acted.connect(self._open)
        self._compared_icon, self._compared = Icon("circle", "ink3", 18), Label(role="strong", wrap=True)
        self._compared_row = _beside(self._compared_icon, self._compared)
        self._facts = Sunken()
        self._arrange()

    def _arrange(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(6)
        for widget in (self.word, self.certain, self.uncertain, self._compared_row, self._facts):
            words.addWidget(widget)
        words.addWidget(self.open, alignment=Qt.AlignmentFlag.AlignLeft)
        across = QHBoxLayout()
        across.setContentsMargins(6, 10, 6, 6)
        across.setSpacing(20)
        across.addWidget(self._icon, alignment=Qt.AlignmentFlag.AlignTop)
        across.addLayout(words, 1)
        self.rows.addLayout(across)
        for widget in (self.uncertain, self._compared_row, self._facts, self.open):
            widget.hide()

    def show_answer(self, found: CheckedCode, words: CodeWords) -> None:
        """Show it in place of the one before."""
        differs = found.compared is Compared.DIFFERENT and found.answer in GOOD
        tone, icon = _LOOK[Answer.TAMPERED] if differs else _LOOK[found.answer]
        self.has_answer, self._number = True, found.local_no
        self._icon.show_icon(icon, tone)
        self.word.setText(words.title)
        self.word.set_tone(tone)
        self.certain.setText(words.certain)
        self.uncertain.setText(words.uncertain)
        self.uncertain.show()
        self._compared_icon.show_icon(*reversed(_COMPARED[found.compared]))
        self._compared.setText(words.compared)
        self._compared_row.setVisible(bool(words.compared))
        self._show_facts(found)
        self.open.setVisible(found.compared is not Compared.NOT_HERE)
        self.setAccessibleName(f"{words.title} {words.certain}")

    def forget(self) -> None:
        """No answer stands here any more: what was asked last could not be read."""
        self.has_answer, self._number = False, ""
        self._icon.show_icon("scan", "mute")
        self.word.setText(tr("ui.check.waiting"))
        self.word.set_tone("")
        self.certain.setText(tr("ui.check.waiting_more"))
        for widget in (self.uncertain, self._compared_row, self._facts, self.open):
            widget.hide()

    def _show_facts(self, found: CheckedCode) -> None:
        while (item := self._facts.rows.takeAt(0)) is not None:
            row = item.widget()
            if row is not None:
                row.hide()
                row.deleteLater()
        pairs = list(_facts(found))
        for name, value in pairs:
            self._facts.rows.addWidget(pair_row(tr(f"ui.check.{name}"), value, width=NAME_WIDTH))
        self._facts.setVisible(bool(pairs))

    def _open(self) -> None:
        self.case_wanted.emit(self._number)


def _facts(found: CheckedCode) -> Iterator[tuple[str, str]]:
    if found.kind is None:
        return
    yield "paper", found.kind.facts.title_for(False)
    yield "local_no", found.local_no
    if found.case_no:
        yield "case_no", found.case_no
    if found.taken_at:
        yield "taken_at", moment(found.taken_at)
        yield "clock", clock(found)
    yield "maker", maker(found)
    yield "stage", tr(f"ui.check.stage_{found.stage}")
    if found.accepted_at:
        yield "accepted_at", moment(found.accepted_at)


def _beside(icon: Icon, label: Label) -> QWidget:
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(8)
    line.addWidget(icon, alignment=Qt.AlignmentFlag.AlignTop)
    line.addWidget(label, 1)
    return row
