"""The cards at the right of home: what was done today, the way to the hall, what was not finished."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from counter_app.domain.moments import local_time
from counter_app.domain.wire_values import map_of, text_of
from counter_app.services.outbox import Outbox
from counter_app.services.stored_facts import Draft
from counter_app.ui import tokens
from counter_app.ui.keys import hint
from counter_app.ui.link_words import link_words
from counter_app.ui.pages.today.reading import Home
from counter_app.ui.scale import px
from counter_app.ui.states import Look
from counter_app.ui.texts import tr
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.card import Card, Sunken
from counter_app.ui.widgets.label import Label
from counter_app.ui.widgets.pill import Pill
from counter_app.ui.widgets.table import Cell, ColumnSpec, Row, RowTable
from counter_app.ui.wording import about, number, rate, relative_day, size, word

COUNTS = ("received", "accepted", "corrected", "refused", "decided", "delivered")
SHOWN_DRAFTS = 4


class CountsCard(Card):
    """Six figures of today, and the way to the register of seals."""

    def __init__(self) -> None:
        super().__init__(tr("ui.today.done"), note=tr("ui.today.done_here"))
        self.stamps = Button(tr("ui.today.stamps"), icon="stamp", height=tokens.CONTROL_IN_ROW)
        self.head.addWidget(self.stamps)
        self._figures = {code: Label("0", "figure") for code in COUNTS}
        grid = QGridLayout()
        grid.setVerticalSpacing(2)
        for place, code in enumerate(COUNTS):
            row, column = place // 3 * 2, place % 3
            grid.addWidget(self._figures[code], row, column)
            grid.addWidget(Label(tr(f"ui.today.count.{code}"), "secondary"), row + 1, column)
            grid.setColumnStretch(column, 1)
        grid.setRowMinimumHeight(1, px(28))
        self.rows.addLayout(grid)

    def show_counts(self, counts: dict[str, int]) -> None:
        """Show today's counts; a code that is not there is 0."""
        for code, label in self._figures.items():
            label.setText(number(counts.get(code, 0)))
            label.setAccessibleName(f"{tr(f'ui.today.count.{code}')} {label.text()}")


class LinkCard(Card):
    """What waits for the hall, with its price in time, and the keys to send it."""

    def __init__(self) -> None:
        super().__init__(tr("ui.today.link"))
        self._pill = Pill(tr("ui.link.never"))
        self.head.addWidget(self._pill)
        self._line = Label(tr("ui.today.link_line"), "secondary", wrap=True)
        self.rows.addWidget(self._line)
        self._texts, self._scans = _Price(tr("ui.today.texts")), _Price(tr("ui.today.scans"))
        box = Sunken()
        box.rows.addWidget(self._texts)
        box.rows.addWidget(self._scans)
        self.rows.addWidget(box)
        self._measured = Label(role="caption")
        self.rows.addWidget(self._measured)
        self.exchange = Button(tr("ui.today.exchange"), key=hint("exchange"), icon="refresh-cw", wide=True)
        self.postbag = Button(tr("ui.today.postbag"), icon="usb", wide=True)
        line = QHBoxLayout()
        line.addWidget(self.exchange)
        line.addWidget(self.postbag)
        self.rows.addLayout(line)

    def show_outbox(self, outbox: Outbox, home: Home) -> None:
        """Show link and price."""
        words = link_words(outbox.link, home.today.day)
        self._pill.show_look(words.short, Look(words.tone, words.icon))
        self._line.setText(tr("ui.today.link_line" if outbox.cases else "ui.today.link_clear"))
        self._texts.show_total(outbox, "text", tr("ui.word.cases", n=number(outbox.total("text")[0])))
        files = sum(row.count for row in outbox.waiting if row.what == "scans")
        self._scans.show_total(outbox, "scans", tr("ui.word.copies", n=number(files)))
        at = outbox.link.rate
        self._measured.setText(tr("ui.today.measured", rate=rate(at)) if at else tr("ui.word.never_measured"))


class _Price(QWidget):
    """文字 12 件 · 38 KB, and how long it takes at the right."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name, self._what, self._time = Label(name, "strong"), Label(role="text"), Label(role="text")
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(tokens.ROW_GAP)
        line.addWidget(self._name)
        line.addWidget(self._what)
        line.addStretch(1)
        line.addWidget(self._time)

    def show_total(self, outbox: Outbox, what: str, count: str) -> None:
        _rows, left = outbox.total(what)
        self._what.setText(f"{count}{tr('ui.table.dot')}{size(left)}")
        at = outbox.link.rate
        self._time.setText(about(-(-left // at)) if left and at else tr("ui.word.none"))
        self.setAccessibleName(f"{self._name.text()} {self._what.text()} {self._time.text()}")


class DraftsCard(Card):
    """The unfinished intakes, the last touched first."""

    wanted = Signal(int)

    def __init__(self) -> None:
        super().__init__(tr("ui.today.drafts"))
        columns = (ColumnSpec("", 110, stretch=True), ColumnSpec("", 104, right=True))
        self.table = RowTable(columns, name=tr("ui.today.drafts"))
        self.table.acted.connect(lambda key: self.wanted.emit(int(key)))
        self.rows.addWidget(self.table)
        self._none = Label(tr("ui.today.no_drafts"), "secondary")
        self.rows.addWidget(self._none)
        self.table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.table.hide()

    def show_drafts(self, home: Home) -> None:
        """Show the first few; the list (Ctrl+O) has the rest."""
        drafts = home.today.drafts
        self.set_note(tr("ui.today.drafts_kept", n=len(drafts)) if drafts else "")
        shown = drafts[:SHOWN_DRAFTS]
        self.table.set_rows([_draft_row(draft, home) for draft in shown])
        self.table.setVisible(bool(shown))
        self._none.setVisible(not shown)
        self.table.setFixedHeight(self.table.content_height() + 2)


def _draft_row(draft: Draft, home: Home) -> Row:
    """One unfinished intake: who and what; when and where it stopped."""
    who = text_of(map_of(draft.line, "applicant"), "name") or tr("ui.today.no_name")
    item = home.items.get(draft.item)
    what = item.name if item else draft.item
    at, stopped = _said(draft, home), tr("ui.today.stopped", step=word("ui.intake.step", draft.step))
    cells = (Cell(who, what, strong=True), Cell(at, stopped, tone="ink2"))
    return Row(str(draft.id), cells, spoken=f"{who} {what} {at} {stopped}")


def _said(draft: Draft, home: Home) -> str:
    at = local_time(draft.saved_at_ms)
    return f"{at:%H:%M}" if at.date() == home.today.day else relative_day(at.date(), home.today.day)
