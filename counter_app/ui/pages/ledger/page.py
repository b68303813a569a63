"""The page of the ledger.

    page = LedgerPage(LedgerServices(...), backend.export, background)
    page.case_wanted.connect(open_case)      # local number
    page.answer_wanted.connect(go_home)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from PySide6.QtCore import QStandardPaths, QTimer, Signal
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
from counter_app.ui.file_dialogs import file_to_write
from counter_app.ui.keys import hint
from counter_app.ui.page import Handlers, Page
from counter_app.ui.pages.ledger.day_close import DayClosePanel
from counter_app.ui.pages.ledger.dialogs import EntryDialog, ask_why
from counter_app.ui.pages.ledger.frozen_table import FrozenTable
from counter_app.ui.pages.ledger.reading import (
    COUNTER,
    PERIODS,
    LedgerQuery,
    LedgerServices,
    LedgerSight,
    keep_layout,
    read_in_full,
    read_ledger,
)
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
from counter_app.ui.widgets.table import Cell, ColumnSpec, Row, TableFoot
from counter_app.ui.wording import day, error_line, number

Export = Callable[[Ledger, str, Path], str]
ChoosePath = Callable[[QWidget, str, str], Path | None]
"""(over, proposed name, kind) gives where to write, None if the person thought better of it."""

STAY = 3
PAGE = 200  # rows that are listed at once
_AGENT = "agent"  # its rows are of entrustments, which are opened elsewhere
# The order on the screen: what people look for first; the rest follow as they are exported.
FIRST_COLUMNS = (
    "no", "local_no", "applicant", "id_number", "item", "kind", "received_at", "copies", "acceptance_no", "promise_due",
    "result", "overdue",
)
_WIDTHS = {
    "no": 46, "local_no": 140, "applicant": 108, "id_number": 84, "item": 200, "kind": 68, "received_at": 72,
    "copies": 74,
    "acceptance_no": 170, "promise_due": 122, "case_no": 372, "remarks": 240, "statutory_due": 122, "agency": 140,
    "case": 372, "number": 170, "gaps": 320, "content": 300, "matter": 300, "reason": 240, "paper": 300, "source": 330,
    "answer": 240, "seals": 240, "both": 240, "told_at": 134, "corrected_at": 134, "at": 134, "span": 200, "seal": 220,
    "materials": 240, "address": 180, "used": 180, "spoiled": 240, "entrustment_no": 170, "submitted_to": 180,
    "passed_to": 140, "accepted_at": 134, "ended_at": 134, "delivered_at": 134, "correction_at": 134, "overdue": 86,
}  # fmt: skip
_USUAL_WIDTH = 96
_WIDEST_STAYING = 400  # of the columns that stay, so that others can be seen beside them at 1280
_CHOICE_WIDTHS = {"period": 134, "kind": 112, "window": 112}
_FORMATS = {"xlsx": "Excel", "pdf": "PDF", "csv": "CSV"}


class LedgerPage(Page):
    """What is on the screen is what is exported: same rows, same masks, same totals."""

    name = "ledger"

    case_wanted = Signal(str)
    answer_wanted = Signal()

    def __init__(
        self,
        services: LedgerServices,
        export: Export,
        background: Background,
        choose_path: ChoosePath | None = None,
    ) -> None:
        super().__init__()
        self._services, self._export, self._background = services, export, background
        self._choose_path = choose_path or ask_where
        self._query = LedgerQuery()
        self._sight: LedgerSight | None = None
        self._order: list[int] = []
        self._listed = 0  # rows
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
        self.excel.acted.connect(self._export_excel)
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
            "export": self._export_excel,
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
        query = self._query
        self._background.run(
            Lane.READ, lambda: read_ledger(self._services, query), self._show, self._say_error, self
        )

    def _show(self, sight: LedgerSight) -> None:
        if self._sight is not None and self._sight.book != sight.book:
            self._drop_table()
        self._sight = sight
        table = self.table or self._make_table(sight)
        self._listed = min(max(self._listed, PAGE), len(sight.ledger.rows))
        table.set_rows(self._rows(0, self._listed), more=self._listed < len(sight.ledger.rows))
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

    def _show_day(self) -> None:
        if self._sight is not None:
            self.panel.show_day(self._sight, self._services.desk.today())

    def _rows(self, first: int, after: int) -> list[Row]:
        assert self._sight is not None, "rows are of what was read"
        return [_row(self._sight, n, self._order) for n in range(first, after)]

    def _list_more(self) -> None:
        """The next rows: a long ledger is exported whole and listed a page at a time."""
        if self.table is not None and self._sight is not None:
            before, total = self._listed, len(self._sight.ledger.rows)
            self._listed = min(before + PAGE, total)
            self.table.add_rows(self._rows(before, self._listed), more=self._listed < total)

    def _drop_table(self) -> None:
        """Another book has other columns."""
        self._listed = 0
        for widget in (self.table, self.foot):
            if widget is not None:
                self._card.rows.removeWidget(widget)
                widget.hide()
                widget.deleteLater()
        self.table = self.foot = None

    def _make_table(self, sight: LedgerSight) -> FrozenTable:
        ledger = sight.ledger
        codes = [column.code for column in ledger.columns]
        wanted = FIRST_COLUMNS if sight.book == COUNTER else ()
        first = [codes.index(code) for code in wanted if code in codes]
        self._order = [*first, *(place for place in range(len(codes)) if place not in first)]
        columns = [
            ColumnSpec(ledger.columns[place].title, _WIDTHS.get(codes[place], _USUAL_WIDTH)) for place in self._order
        ]
        self.table = table = FrozenTable(columns, _staying(columns), ledger.title)
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
        self._listed = 0
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
        if self._sight is None:
            return
        book, desk, person = self._sight.book, self._services.desk, self._services.person

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

    def _print(self) -> None:
        sight, printed = self._sight, self._services.print_sheet
        if sight is not None and printed is not None:
            self.say.emit(tr("ui.ledger.printing"), "brand")
            self._background.run(
                Lane.DEVICES,
                lambda: printed(sight.ledger),
                lambda name: self.say.emit(tr("ui.ledger.printed_on", printer=name, title=sight.ledger.title), "ok"),
                self._say_error,
                self,
            )

    def _day_closed(self, closed: ClosedDay) -> None:
        words = tr("ui.ledger.closed_now", day=day(closed.day, closed.day), code=closed.shown_code)
        self.say.emit(words, "ok")
        self.refresh()

    def _ask_for_full(self) -> None:
        if self._sight is not None:
            ask_why(self, self._sight.ledger.title, self._export_full)

    def _export_full(self, form: str, reason: str) -> None:
        """The path first: what is to be written nowhere is not looked at either."""
        sight, query = self._sight, self._query
        path = None if sight is None else self._path_for(sight, form, tr("ui.ledger.full_file"))
        if sight is not None and path is not None:
            self.say.emit(tr("ui.ledger.writing"), "brand")
            self._background.run(
                Lane.STORE,
                lambda: self._export(read_in_full(self._services, query, sight, reason), form, path),
                lambda _sha256: self._exported(sight, path),
                self._say_error,
                self,
            )

    def _path_for(self, sight: LedgerSight, form: str, mark: str = "") -> Path | None:
        first, last = sight.first.isoformat(), sight.last.isoformat()
        days = first if last == first else f"{first}-{last}"
        closed = sight.day.closed if last == first and sight.day.day == sight.first else None
        code = f"-{closed.shown_code.replace(' ', '')}" if closed else ""
        return self._choose_path(self, f"{sight.ledger.title}{mark}-{days}{code}.{form}", form)

    def _export_excel(self) -> None:
        self._export_as("xlsx")

    def _export_as(self, form: str) -> None:
        sight = self._sight
        if sight is None:
            return
        path = self._path_for(sight, form)
        if path is not None:
            self.say.emit(tr("ui.ledger.writing"), "brand")
            self._background.run(
                Lane.READ,
                lambda: self._export(sight.ledger, form, path),
                lambda _sha256: self._exported(sight, path),
                self._say_error,
                self,
            )

    def _exported(self, sight: LedgerSight, path: Path) -> None:
        self.say.emit(tr("ui.ledger.exported", file=path.name, n=len(sight.ledger.rows)), "ok")

    def _say_error(self, error: CounterError) -> None:
        self.say.emit(error_line(error), "danger")


def ask_where(over: QWidget, name: str, form: str) -> Path | None:
    """The system's own dialog, in the documents folder."""
    folder = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation) or Path.home())
    kinds = f"{_FORMATS[form]} (*.{form})"
    return file_to_write(over, tr("ui.ledger.where"), folder / name, kinds)


def _staying(columns: Sequence[ColumnSpec]) -> int:
    """The first three columns, or as many of them as leave room for what moves."""
    widths = [column.width for column in columns[:STAY]]
    return max(1, max((n for n in range(1, len(widths) + 1) if sum(widths[:n]) <= _WIDEST_STAYING), default=1))


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


def _row(sight: LedgerSight, n: int, order: list[int]) -> Row:
    row = sight.ledger.rows[n]
    cells = [str(row.cells[place]) for place in order]
    strong = STAY - 1 if sight.book == COUNTER else 0
    shown = tuple(Cell(text, strong=place == strong) for place, text in enumerate(cells))
    key = str(row.case) if sight.book == COUNTER else str(n)
    return Row(key, shown, spoken=tr("ui.ledger.spoken", row=" ".join(text for text in cells[:8] if text)))


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


