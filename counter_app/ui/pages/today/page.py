"""The home page: the next legal duty on top, Enter on each row does it.

    page = TodayPage(TodayServices(...), background)
    page.case_wanted.connect(open_case)         # local number
    page.job_wanted.connect(open_job)           # number of an agent job
    page.print_wanted.connect(open_notice)      # Case, IssuedNotice
    page.trouble_wanted.connect(open_sending); page.draft_wanted.connect(open_draft)
    page.exchange_wanted.connect(exchange)
"""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout

from counter_app.domain.errors import CounterError
from counter_app.services.duties import Duty
from counter_app.ui import tokens
from counter_app.ui.background import Background, Lane
from counter_app.ui.empty import Empty
from counter_app.ui.page import Handlers, Page
from counter_app.ui.pages.today.duty_rows import COLUMNS, duty_entries, key_of
from counter_app.ui.pages.today.reading import Home, TodayServices, read_home
from counter_app.ui.pages.today.side import CountsCard, DraftsCard, LinkCard
from counter_app.ui.texts import tr
from counter_app.ui.widgets.card import Card
from counter_app.ui.widgets.column import Column, Columns
from counter_app.ui.widgets.table import RowTable, TableFoot
from counter_app.ui.wording import day_and_weekday, error_line


class TodayPage(Page):
    """What there is to do now, sorted by law."""

    name = "today"

    case_wanted = Signal(str)
    job_wanted = Signal(str)
    print_wanted = Signal(object, object)
    trouble_wanted = Signal()
    draft_wanted = Signal(int)
    exchange_wanted = Signal()
    postbag_wanted = Signal()
    new_wanted = Signal()
    stamps_wanted = Signal()

    def __init__(self, services: TodayServices, background: Background) -> None:
        super().__init__()
        self._services, self._background = services, background
        self._home: Home | None = None
        self._duties: dict[str, Duty] = {}
        self.table = RowTable(COLUMNS, name=tr("ui.today.list"), action_width=126)
        self.table.acted.connect(self._do)
        self.foot = TableFoot(self.table)
        self._list = Card()
        self._list.rows.setContentsMargins(1, 1, 1, 0)
        self._list.rows.setSpacing(0)
        self._list.rows.addWidget(self.table, 1)
        self._list.rows.addWidget(self.foot)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._list)
        self._stack.addWidget(_nothing_to_do())
        self.counts, self.link, self.drafts = CountsCard(), LinkCard(), DraftsCard()
        self.link.exchange.acted.connect(self.exchange_wanted)
        self.link.postbag.acted.connect(self.postbag_wanted)
        self.drafts.wanted.connect(self.draft_wanted)
        self.counts.stamps.acted.connect(self.stamps_wanted)
        self._arrange()

    def _arrange(self) -> None:
        left, right = Column(), Column(336, wide=tokens.SIDE_RIGHT_WIDE)
        left.add(self._stack, stretch=1)
        for card in (self.counts, self.link, self.drafts):
            right.add(card)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(tokens.PAGE_MARGIN, 16, tokens.PAGE_MARGIN - tokens.BAR, 12)
        lines.addWidget(Columns(left, right, drawer=right))

    def title(self) -> str:
        return tr("ui.frame.today")

    def context_line(self) -> str:
        if self._home is None:
            return ""
        today = self._home.today
        kind = tr("ui.word.working_day" if today.working_day else "ui.word.rest_day")
        return tr("ui.table.dot").join((day_and_weekday(today.day, today.day), kind, f"{self._home.now:%H:%M}"))

    def handlers(self) -> Handlers:
        return {"exchange": self.exchange_wanted.emit, "postbag": self.postbag_wanted.emit, "print": self._print}

    def first_focus(self) -> None:
        self.table.setFocus()

    def refresh(self) -> None:
        self._background.run(Lane.READ, lambda: read_home(self._services), self.show_home, self._say_error, self)

    def show_home(self, home: Home) -> None:
        """Show what was read."""
        self._home = home
        self._duties = {key_of(duty): duty for duty in home.today.duties}
        self.table.set_rows(duty_entries(home))
        self.foot.count(tr("ui.today.in_all", n=len(home.today.duties)))
        self._stack.setCurrentIndex(0 if home.today.duties else 1)
        self.counts.show_counts(home.today.counts)
        self.link.show_outbox(home.outbox, home)
        self.drafts.show_drafts(home)
        self.head_changed.emit()

    def _do(self, key: str) -> None:
        duty = self._duties.get(key)
        if duty is None:
            return
        if duty.job is not None:
            self.job_wanted.emit(key)
        elif duty.case is None:
            self.trouble_wanted.emit()
        elif duty.action == "print":
            self.print_wanted.emit(duty.case, duty.case.unprinted[0])
        else:
            self.case_wanted.emit(str(duty.case.id))

    def _print(self) -> None:
        duty = self._duties.get(self.table.current_key())
        if duty is not None and duty.case is not None and duty.case.unprinted:
            self.print_wanted.emit(duty.case, duty.case.unprinted[0])
        else:
            self.say.emit(tr("ui.today.nothing_to_print"), "")

    def _say_error(self, error: CounterError) -> None:
        self.say.emit(error_line(error), "danger")


def _nothing_to_do() -> Empty:
    line, foot = tr("ui.today.nothing_line"), tr("ui.today.nothing_foot")
    return Empty("circle-check", "ok", tr("ui.today.nothing"), line, foot=foot)
