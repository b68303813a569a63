"""The page of the ledger.

    page = LedgerPage(LedgerServices(...), backend.export, background)
    page.case_wanted.connect(open_case)      # local number
    page.answer_wanted.connect(go_home)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from counter_app.domain.day_close import ClosedDay
from counter_app.domain.errors import CounterError
from counter_app.domain.service_item import ItemKind
from counter_app.services.ledger import Ledger
from counter_app.services.ledger import Row as LedgerRow
from counter_app.services.ledgers import KINDS, may_see_all
from counter_app.services.registers.entered import BOOKS, Entry, enter, entry_of
from counter_app.ui import tokens
from counter_app.ui.background import Background, Lane
from counter_app.ui.keys import hint
from counter_app.ui.page import Handlers, Page
from counter_app.ui.pages.ledger.day_close import DayClosePanel
from counter_app.ui.pages.ledger.dialogs import EntryDialog, ask_why
from counter_app.ui.pages.ledger.frozen_table import FrozenTable
from counter_app.ui.pages.ledger.output import Export, LedgerOutput
from counter_app.ui.pages.ledger.reading import (
    COUNTER,
    PERIODS,
    LedgerQuery,
    LedgerServices,
    LedgerSight,
    keep_layout,
    read_ledger,
)
from counter_app.ui.pages.ledger.rows import columns_of, rows_of, staying
from counter_app.ui.pages.ledger.signing import SignDialog
from counter_app.ui.pages.ledger.tabs import BookTabs
from counter_app.ui.scale import px
from counter_app.ui.texts import tr
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.card import Card
from counter_app.ui.widgets.choice import Choice
from counter_app.ui.widgets.column import Column, Columns
from counter_app.ui.widgets.field import Field
from counter_app.ui.widgets.field_kinds import FieldKind, date_of
from counter_app.ui.widgets.table import Row, TableFoot
from counter_app.ui.wording import day, error_line, number

PAGE = 200  # rows that are listed at once
_AGENT = "agent"  # its rows are of entrustments, which are opened elsewhere
_CHOICE_WIDTHS = {"period": 134, "kind": 112, "window": 112}


class LedgerPage(Page):
    """What is on the screen is what is exported: same rows, same masks, same totals."""

    name = "ledger"

    case_wanted = Signal(str)
    answer_wanted = Signal()

    def __init__(self, services: LedgerServices, export: Export, background: Background) -> None:
        super().__init__()
        self._services, self._background = services, background
        self.output = LedgerOutput(services, export, background, self)
        self._query = LedgerQuery()
        self._sight: LedgerSight | None = None
        self._wish: Callable[[LedgerSight], object] | None = None
        self._listed = PAGE  # rows, or as many as there are
        self._period = Choice([(code, tr(f"ui.ledger.period.{code}")) for code in PERIODS], icon="calendar")
        self._book = BookTabs({code: tr(f"ui.ledger.tab.{code}") for code in KINDS})
        self._kind = Choice([("", tr("ui.ledger.all_kinds")), *_kinds()])
        self._window = Choice([("", tr("ui.ledger.all_windows"))])
        self._first, self._last = (
            Field(tr(f"ui.ledger.{name}"), FieldKind.DATE) for name in ("first", "last")
        )
        self._chosen = QWidget()
        self.excel = Button(tr("ui.ledger.excel"), key=hint("export"), icon="table-2")
        self.pdf, self.csv = Button("PDF", icon="file-text"), Button("CSV")
        self.full = Button(tr("ui.ledger.full"))
        self.entry = Button(tr("ui.ledger.entry"))
        self.table: FrozenTable | None = None
        self._card = Card()
        self.foot: TableFoot | None = None
        self.panel = DayClosePanel(services.person)
        self._arrange()
        self._wire()

    def _arrange(self) -> None:
        choices = {"period": self._period, "kind": self._kind, "window": self._window}
        for name, choice in choices.items():
            choice.setAccessibleName(tr(f"ui.ledger.filter.{name}"))
            choice.setMinimumWidth(px(_CHOICE_WIDTHS[name]))
        self.entry.hide()
        of_book = _bar((self._book,), (self.entry, self.full))
        bar = _bar((self._period, self._kind, self._window), (self.excel, self.pdf, self.csv))
        dates = QHBoxLayout(self._chosen)
        dates.setContentsMargins(4, 0, 4, 0)
        for field in (self._first, self._last):
            field.setMinimumWidth(px(170))
            dates.addWidget(field)
        dates.addStretch(2)
        self._chosen.hide()
        self._card.rows.setContentsMargins(1, 1, 1, 0)
        self._card.rows.setSpacing(0)
        left, right = Column(), Column(290, wide=tokens.SIDE_RIGHT_WIDE)
        left.add(of_book)
        left.add(bar)
        left.add(self._chosen)
        left.add(self._card, stretch=1)
        right.add(self.panel, stretch=1)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(tokens.PAGE_MARGIN, 12, tokens.PAGE_MARGIN - tokens.BAR, 12)
        lines.addWidget(Columns(left, right, drawer=right))

    def _wire(self) -> None:
        for choice in (self._book, self._period, self._kind, self._window):
            choice.chosen.connect(self._filter)
        for field in (self._first, self._last):
            field.settled.connect(self._filter)
        self.output.said.connect(self.say)
        self.excel.acted.connect(lambda: self._export_as("xlsx"))
        self.pdf.acted.connect(lambda: self._export_as("pdf"))
        self.csv.acted.connect(lambda: self._export_as("csv"))
        self.full.acted.connect(self._ask_for_full)
        self.full.refused.connect(lambda reason: self.say.emit(reason, ""))
        try:
            may_see_all(self._services.person)
        except CounterError as why_not:
            self.full.block(error_line(why_not))
        self.entry.acted.connect(lambda: self._ask_entry(None, {}))
        self.panel.answer_wanted.connect(self.answer_wanted)
        self.panel.close_wanted.connect(self._ask_to_sign)
        self.panel.print_wanted.connect(self._print)
        self.panel.print_sheet.block(self.blocked().get("print", ""))
        self.panel.print_sheet.refused.connect(lambda reason: self.say.emit(reason, ""))
        self.panel.close_day.refused.connect(lambda reason: self.say.emit(reason, ""))

    def title(self) -> str:
        return tr("ui.frame.ledger")

    def context_line(self) -> str:
        if self._sight is None:
            return ""
        today, first, last = self._services.desk.today(), self._sight.first, self._sight.last
        days = day(first, today)
        if first != last:
            days = tr("ui.ledger.days", first=days, last=day(last, today))
        return tr("ui.table.dot").join((self._sight.ledger.title, days, tr("ui.ledger.rows_open")))

    def handlers(self) -> Handlers:
        return {
            "export": lambda: self._export_as("xlsx"),
            "print": self._print,
            "section_before": lambda: self._book.step(-1),
            "section_after": lambda: self._book.step(1),
        }

    def blocked(self) -> Mapping[str, str]:
        return {} if self._services.print_sheet else {"print": tr("ui.ledger.print_pdf")}

    def refused(self, key: str, reason: str) -> None:
        self.say.emit(reason, "")

    def first_focus(self) -> None:
        (self.table or self._period).setFocus()

    def refresh(self) -> None:
        query, listed = self._query, self._listed

        def read() -> tuple[LedgerSight, list[Row]]:
            sight = read_ledger(self._services, query)
            return sight, rows_of(sight, 0, listed)

        self._background.run(Lane.READ, read, self._show, self._say_error, self)

    def _show(self, read: tuple[LedgerSight, list[Row]]) -> None:
        sight, rows = read
        rows = [*rows, *rows_of(sight, len(rows), self._listed)][: self._listed]  # paged or narrowed meanwhile
        if self._sight is not None and self._sight.book != sight.book:
            self._drop_table()
        self._sight = sight
        table = self.table or self._make_table(sight)
        table.set_rows(rows, more=self._listed < len(sight.ledger.rows))
        is_counter = sight.book == COUNTER
        if self.foot is not None:
            word = "ui.word.cases" if is_counter else "ui.ledger.rows"
            self.foot.count(tr(word, n=number(len(sight.ledger.rows))), _counted(sight.ledger))
        for choice in (self._kind, self._window):
            choice.setVisible(is_counter)
        self.entry.setVisible(sight.book in BOOKS)
        windows = [("", tr("ui.ledger.all_windows")), *((window, window) for window in sight.windows)]
        self._window.set_options(windows)
        self._window.set_value(self._query.window)
        QTimer.singleShot(0, self, self._show_day)  # an event of its own: table and panel together take too long
        self.head_changed.emit()
        wish, self._wish = self._wish, None
        if wish is not None:
            wish(sight)

    def _show_day(self) -> None:
        if self._sight is not None:
            self.panel.show_day(self._sight, self._services.desk.today())

    def _list_more(self) -> None:
        """The next rows: a long ledger is exported whole and listed a page at a time."""
        if self.table is not None and self._sight is not None:
            before, self._listed = self._listed, self._listed + PAGE
            rows, total = rows_of(self._sight, before, self._listed), len(self._sight.ledger.rows)
            self.table.add_rows(rows, more=self._listed < total)

    def _drop_table(self) -> None:
        """Another book has other columns."""
        for widget in (self.table, self.foot):
            if widget is not None:
                self._card.rows.removeWidget(widget)
                widget.hide()
                widget.deleteLater()
        self.table = self.foot = None

    def _make_table(self, sight: LedgerSight) -> FrozenTable:
        columns = columns_of(sight)
        self.table = table = FrozenTable(columns, staying(columns), sight.ledger.title)
        table.take_up(sight.layout)
        table.arranged.connect(lambda layout: self._keep_layout(sight.book, layout))
        table.acted.connect(self._act_on)
        table.more_wanted.connect(self._list_more)
        self.foot = TableFoot(table.moving)
        self._card.rows.addWidget(table, 1)
        self._card.rows.addWidget(self.foot)
        order = (self.csv, table.moving, self.panel.answer, self.panel.close_day)
        for before, after in pairwise(order):
            QWidget.setTabOrder(before, after)
        if self.isVisible() and self.window().focusWidget() in (None, self, self._period):
            table.setFocus()
        return table

    def _filter(self, *_: object) -> None:
        self._chosen.setVisible(self._period.value() == "chosen")
        if self._first.is_wrong() or self._last.is_wrong():
            return
        self._listed = PAGE
        self._query = replace(
            self._query,
            period=self._period.value(),
            kind=self._kind.value(),
            window=self._window.value(),
            first=date_of(self._first.value()),
            last=date_of(self._last.value()),
            book=self._book.value(),
        )
        self.refresh()

    def _act_on(self, key: str) -> None:
        """A row of a case opens the case; one that people wrote gets more words."""
        sight = self._sight
        if sight is None:
            return
        if sight.book == COUNTER:
            self.case_wanted.emit(key)
            return
        row = sight.ledger.rows[int(key)]
        if row.case is not None and sight.book != _AGENT:
            self.case_wanted.emit(str(row.case))
        elif n := _entry_in(sight, row):
            desk = self._services.desk
            self._background.run(
                Lane.READ,
                lambda: entry_of(desk, sight.book, n),
                lambda entry: self._ask_entry(n, entry.words),
                self._say_error,
                self,
            )

    def _ask_entry(self, n: int | None, earlier: Mapping[str, str]) -> None:
        self._once_read(lambda sight: self._ask_for_words(sight.book, n, earlier))

    def _ask_for_words(self, book: str, n: int | None, earlier: Mapping[str, str]) -> None:
        desk, person = self._services.desk, self._services.person

        def write(words: dict[str, str], dialog: EntryDialog) -> None:
            self._background.run(
                Lane.STORE, lambda: enter(desk, person, book, words, n), lambda entry: self._entered(entry, dialog),
                dialog.say, dialog,
            )  # fmt: skip

        EntryDialog(self, book, write, earlier).open()

    def _entered(self, entry: Entry, dialog: EntryDialog) -> None:
        dialog.close_dialog()
        self.say.emit(tr("cli.entered", n=entry.n), "ok")
        self.refresh()

    def _keep_layout(self, book: str, layout: str) -> None:
        services = self._services
        self._background.run(
            Lane.STORE, lambda: keep_layout(services, book, layout), lambda _none: None, self._say_error, self
        )

    def _ask_to_sign(self) -> None:
        sight = self._sight
        if sight is not None and sight.signers and sight.day.closed is None:
            SignDialog(self, self._services, self._background, sight.day, sight.signers, self._day_closed).open()

    def _day_closed(self, closed: ClosedDay) -> None:
        words = tr("ui.ledger.closed_now", day=day(closed.day, closed.day), code=closed.shown_code)
        self.say.emit(words, "ok")
        self.refresh()

    def _ask_for_full(self) -> None:
        self._once_read(
            lambda sight: ask_why(
                self, sight.ledger.title, lambda form, reason: self.output.write_in_full(sight, form, reason)
            )
        )

    def _print(self) -> None:
        self._once_read(self.output.print)

    def _export_as(self, form: str) -> None:
        self._once_read(lambda sight: self.output.write(sight, form))

    def _once_read(self, act: Callable[[LedgerSight], object]) -> None:
        """At once, or as soon as something was read: what is pressed before is not lost."""
        if self._sight is None:
            self._wish = act
        else:
            act(self._sight)

    def _say_error(self, error: CounterError) -> None:
        self._wish = None
        self.say.emit(error_line(error), "danger")


def _kinds() -> list[tuple[str, str]]:
    return [(word, word) for word in (tr(f"item_kinds.{kind.value}") for kind in ItemKind)]


def _bar(left: Sequence[QWidget], right: Sequence[QWidget]) -> QWidget:
    bar = QWidget()
    line = QHBoxLayout(bar)
    line.setContentsMargins(4, 2, 4, 2)
    line.setSpacing(tokens.ROW_GAP)
    for widget in left:
        line.addWidget(widget)
    line.addStretch(1)
    for widget in right:
        line.addWidget(widget)
    return bar


def _entry_in(sight: LedgerSight, row: LedgerRow) -> int:
    """The number of the entry that people wrote; 0 if it is none."""
    codes = [column.code for column in sight.ledger.columns]
    return int(row.cells[codes.index("entry")] or 0) if "entry" in codes else 0


def _counted(ledger: Ledger) -> str:
    """The kinds of cases, else what the register sums."""
    kinds = [total for total in ledger.totals if total.code.startswith("kind.")]
    shown = kinds or [total for total in ledger.totals if total.is_money]
    figures = (total.figure if total.is_money else number(total.count) for total in shown)
    return tr("ui.table.dot").join(f"{total.title} {figure}" for total, figure in zip(shown, figures, strict=True))


