"""今天日结: the checks in words. The close itself comes with a later version and says so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from counter_app.services.ledger import Total
from counter_app.ui.pages.ledger.reading import DayState
from counter_app.ui.states import Look
from counter_app.ui.texts import tr
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.card import Card, rule
from counter_app.ui.widgets.label import Icon, Label
from counter_app.ui.widgets.pill import Pill
from counter_app.ui.wording import number

NAMED = 3  # people that are named in the check; the home page has them all


@dataclass(frozen=True, slots=True)
class DayCheck:
    """One line: how it stands, what, and what it means for the close."""

    look: Look
    title: str
    line: str


class DayClosePanel(Card):
    """Checks of today, whatever period the table shows."""

    answer_wanted = Signal()

    def __init__(self) -> None:
        super().__init__(tr("ui.ledger.close"))
        self._pill = Pill("")
        self.head.addWidget(self._pill)
        self._body = QWidget()
        self.rows.addWidget(self._body)
        self.rows.addWidget(rule())
        line = QHBoxLayout()
        line.addWidget(Label(tr("ui.ledger.totals"), "strong"))
        self._totals = Label(role="secondary", wrap=True)
        line.addWidget(self._totals, 1)
        self.rows.addLayout(line)
        self.rows.addStretch(1)
        self.answer = Button("", "primary", wide=True)
        self.answer.acted.connect(self.answer_wanted)
        self.close_day = Button(tr("ui.ledger.close_now"), wide=True)
        self.close_day.block(tr("ui.ledger.close_later"))
        self._why = Label(tr("ui.ledger.close_later"), "caption", wrap=True)
        for widget in (self.answer, self.close_day, self._why):
            self.rows.addWidget(widget)

    def show_day(self, day: DayState, totals: Sequence[Total]) -> None:
        """Show how today stands; totals are those of the table."""
        must = len(day.must_answer)
        look = Look("danger", "triangle-alert") if must else Look("ok", "circle-check")
        self._pill.show_look(tr("ui.ledger.not_yet" if must else "ui.ledger.clear"), look)
        body = QWidget()
        lines = QVBoxLayout(body)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(12)
        for check in _checks(day):
            lines.addWidget(_line(check))
        self.rows.replaceWidget(self._body, body)
        self._body.hide()
        self._body.deleteLater()
        self._body = body
        counted = [f"{total.title} {number(total.count)}" for total in totals if not total.code.startswith("kind.")]
        self._totals.setText(tr("ui.table.dot").join(counted))
        self.answer.say(tr("ui.ledger.answer_first", n=must))
        self.answer.setVisible(bool(must))


def _checks(day: DayState) -> Iterator[DayCheck]:
    must, drafts, waiting = day.must_answer, len(day.today.drafts), day.outbox.cases
    if must:
        names = tr("ui.ledger.and").join(case.applicant.name for case in must[:NAMED])
        more = tr("ui.ledger.and_more", n=len(must)) if len(must) > NAMED else ""
        yield DayCheck(Look("danger", "octagon-alert"), tr("ui.ledger.must_answer", n=len(must)), names + more)
    else:
        yield DayCheck(Look("ok", "circle-check"), tr("ui.ledger.answered"), tr("ui.ledger.answered_line"))
    if day.unprinted:
        title, line = tr("ui.ledger.unprinted", n=day.unprinted), tr("ui.ledger.unprinted_line")
        yield DayCheck(Look("warn", "printer"), title, line)
    else:
        yield DayCheck(Look("ok", "circle-check"), tr("ui.ledger.printed"), tr("ui.ledger.printed_line"))
    if waiting:
        yield DayCheck(Look("mute", "hourglass"), tr("ui.strip.unsent", n=waiting), tr("ui.ledger.unsent_line"))
    else:
        yield DayCheck(Look("ok", "circle-check"), tr("ui.strip.all_there"), tr("ui.ledger.sent_line"))
    if drafts:
        yield DayCheck(Look("mute", "file-plus"), tr("ui.ledger.drafts", n=drafts), tr("ui.ledger.drafts_line"))


def _line(check: DayCheck) -> QWidget:
    row = QWidget()
    row.setAccessibleName(f"{check.title} {check.line}")
    across = QHBoxLayout(row)
    across.setContentsMargins(0, 0, 0, 0)
    across.setSpacing(10)
    mark = QVBoxLayout()
    mark.addWidget(Icon(check.look.icon, check.look.tone, 18))
    mark.addStretch(1)
    across.addLayout(mark)
    text = QVBoxLayout()
    text.setSpacing(0)
    text.addWidget(Label(check.title, "strong", wrap=True))
    text.addWidget(Label(check.line, "caption", wrap=True))
    across.addLayout(text, 1)
    return row
