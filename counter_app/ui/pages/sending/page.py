"""The page of the exchange.

    page = SendingPage(SendingServices(...), exchanger, background)
    page.case_wanted.connect(open_case)      # local number
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from counter_app.domain.errors import CounterError
from counter_app.services.bundles import Bundles
from counter_app.services.desk import Desk
from counter_app.services.outbox import Outbox, Sending
from counter_app.ui import tokens
from counter_app.ui.background import Background, Lane
from counter_app.ui.empty import Empty
from counter_app.ui.keys import hint
from counter_app.ui.link_words import link_words
from counter_app.ui.page import Handlers, Page
from counter_app.ui.pages.sending.desk import ExceptionsDesk
from counter_app.ui.pages.sending.exchanger import Exchanger
from counter_app.ui.pages.sending.postbag import Postbag
from counter_app.ui.pages.sending.rows import PAGE, Queue, columns, number_of, queue_rows
from counter_app.ui.pages.sending.totals import TotalsCard, data_today
from counter_app.ui.texts import tr
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.card import Card
from counter_app.ui.widgets.column import Column, Columns
from counter_app.ui.widgets.table import Row, RowTable, TableFoot
from counter_app.ui.wording import error_line, moment, number


@dataclass(frozen=True, slots=True)
class SendingServices:
    """What the page asks."""

    desk: Desk
    sending: Sending
    bundles: Bundles


@dataclass(frozen=True, slots=True)
class Sight:
    """What was read: what waits, how many entries this machine has written; the first rows as the worker made them."""

    outbox: Outbox
    written: int
    made: tuple[Queue, list[Row]] | None = None


class SendingPage(Page):
    """What is not at the hall yet; a row goes only when the hall has confirmed it."""

    name = "sending"

    case_wanted = Signal(str)

    def __init__(self, services: SendingServices, exchanger: Exchanger, background: Background) -> None:
        super().__init__()
        self._services, self._exchanger, self._background = services, exchanger, background
        self._sight: Sight | None = None
        self._queue: Queue | None = None
        self._listed = 0  # rows
        self.totals, self.exceptions = TotalsCard(), ExceptionsDesk()
        self.now = Button(tr("ui.sending.now"), "primary", key=hint("exchange"), icon="send")
        self.text_only = Button(tr("ui.sending.text_only"), key=hint("text_only"), icon="file-text")
        self.not_tomorrow = Button(tr("ui.sending.not_tomorrow"), icon="hourglass")
        self.not_tomorrow.hide()
        self.pause = Button(tr("ui.sending.pause"), icon="circle-pause")
        self.pack = Button(tr("ui.postbag.pack"), key=hint("postbag"), icon="usb")
        self.unpack = Button(tr("ui.postbag.unpack"), icon="inbox")
        self.postbag = Postbag(services.bundles, background, self._today)
        self.table = RowTable(columns(), name=tr("ui.sending.list"), head=True)
        self.foot = TableFoot(self.table)
        self._stack = QStackedWidget()
        self._empty: QWidget = QWidget()
        self._arrange()
        self._wire()

    def _arrange(self) -> None:
        left, right = Column(), Column(320, wide=tokens.SIDE_RIGHT_WIDE)
        left.add(self.totals)
        acts = QWidget()
        line = QHBoxLayout(acts)
        line.setContentsMargins(4, 0, 0, 0)
        line.setSpacing(tokens.ROW_GAP)
        for button in (self.now, self.text_only, self.not_tomorrow, self.pause, self.pack, self.unpack):
            line.addWidget(button)
        line.addStretch(1)
        left.add(acts)
        left.add(self.postbag)
        card = Card()
        card.rows.setContentsMargins(1, 1, 1, 0)
        card.rows.setSpacing(0)
        card.rows.addWidget(self.table, 1)
        card.rows.addWidget(self.foot)
        left.add(card, stretch=1)
        right.add(self.exceptions, stretch=1)
        self._stack.addWidget(Columns(left, right, drawer=right))
        self._stack.addWidget(self._empty)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(tokens.PAGE_MARGIN, 14, tokens.PAGE_MARGIN - tokens.BAR, 12)
        lines.addWidget(self._stack)

    def _wire(self) -> None:
        self.now.acted.connect(self._send)
        self.text_only.acted.connect(self._send_texts)
        self.not_tomorrow.acted.connect(self._send_over_budget)
        self.pause.acted.connect(self._pause)
        self.pack.acted.connect(self.postbag.pack)
        self.unpack.acted.connect(self.postbag.unpack)
        self.postbag.said.connect(self.say)
        self.postbag.changed.connect(self.refresh)
        for button in (self.now, self.text_only, self.not_tomorrow, self.pack, self.unpack):
            button.refused.connect(self._say_why)
        self.table.acted.connect(self._open)
        self.table.more_wanted.connect(self._list_more)
        self.exceptions.case_wanted.connect(self.case_wanted)
        self._exchanger.changed.connect(self._moved)

    def title(self) -> str:
        return tr("ui.frame.sending")

    def context_line(self) -> str:
        if self._sight is None:
            return ""
        outbox = self._sight.outbox
        waits = tr("ui.sending.waits", n=number(outbox.cases)) if outbox.cases else tr("ui.strip.all_there")
        return tr("ui.table.dot").join((link_words(outbox.link, self._today()).long, waits))

    def handlers(self) -> Handlers:
        return {"exchange": self._send, "text_only": self._send_texts, "postbag": self.postbag.pack}

    def blocked(self) -> Mapping[str, str]:
        reason = self._busy()
        return dict.fromkeys(("exchange", "text_only", "postbag"), reason) if reason else {}

    def _busy(self) -> str:
        """Why neither line nor postbag can begin now; "" if they can."""
        if self._exchanger.running:
            return tr("ui.sending.runs")
        return tr("ui.postbag.runs") if self.postbag.running else ""

    def refused(self, key: str, reason: str) -> None:
        self.say.emit(reason, "")

    def first_focus(self) -> None:
        self.now.setFocus()

    def refresh(self) -> None:
        queue_of = self._queue_as_it_runs()
        self._background.run(Lane.READ, lambda: self._read(queue_of), self._show, self._say_error, self)

    def _read(self, queue_of: Callable[[Outbox], Queue]) -> Sight:
        with self._services.desk.store.read() as reading:
            written = reading.head()[0]
        queue = queue_of(self._services.sending.outbox())
        return Sight(queue.outbox, written, (queue, queue_rows(queue)))

    def _queue_as_it_runs(self) -> Callable[[Outbox], Queue]:
        """By how the run stands now: only the window's thread may ask that, any may make the queue."""
        runs, how, over = self._exchanger.running, self._exchanger.events_only, self._exchanger.over_budget
        confirmed, today = tuple(self._exchanger.confirmed()), self._today()
        return lambda outbox: Queue(outbox, runs, how, confirmed, today, runs and over)

    def _show(self, sight: Sight) -> None:
        self._sight = sight
        self._show_outbox(sight.outbox)

    def _moved(self) -> None:
        """The exchange began, moved or ended: show what it last saw, without reading again."""
        if self._exchanger.outbox is not None and self._sight is not None:
            self._sight = Sight(self._exchanger.outbox, self._sight.written)
            self._show_outbox(self._exchanger.outbox)

    def _show_outbox(self, outbox: Outbox) -> None:
        queue = self._queue = self._queue_as_it_runs()(outbox)
        self.totals.show_outbox(outbox, self._today())
        self._listed = min(max(self._listed, PAGE), queue.length)
        self.table.set_rows(self._rows_of(queue), more=self._listed < queue.length)
        waiting = len(outbox.waiting)
        beside = tr("ui.sending.kept" if queue.confirmed else "ui.sending.order")
        self.foot.count(tr("ui.sending.rows", n=number(waiting)), beside)
        self.exceptions.show_troubles(outbox.troubles, self._today())
        for button in (self.now, self.text_only, self.not_tomorrow, self.pack, self.unpack):
            button.block(self._busy())
        self.not_tomorrow.setVisible(outbox.scans_wait)
        self.pause.say(tr("ui.sending.pause" if queue.running or not self._exchanger.paused else "ui.sending.go_on"))
        self._choose_sight(outbox, bool(queue.confirmed))
        self.head_changed.emit()

    def _rows_of(self, queue: Queue) -> list[Row]:
        """Those of the worker, unless a run began or ended since, or more are listed."""
        made = self._sight.made if self._sight else None
        if made and made[0] == queue and self._listed <= PAGE:
            return made[1]
        return queue_rows(queue, 0, self._listed)

    def _list_more(self) -> None:
        """The next rows: what a week without a line left is listed a page at a time."""
        if self._queue is not None:
            before, self._listed = self._listed, min(self._listed + PAGE, self._queue.length)
            self.table.add_rows(queue_rows(self._queue, before, self._listed), more=self._listed < self._queue.length)

    def _choose_sight(self, outbox: Outbox, has_confirmed: bool) -> None:
        """The list, or the empty page where everything is at the hall."""
        is_list = bool(outbox.waiting or outbox.troubles or has_confirmed or outbox.link.last_contact_ms is None)
        if is_list or self.postbag.running:
            self._stack.setCurrentIndex(0)
            return
        had_focus = self.isAncestorOf(self.window().focusWidget() or self.window())
        empty = QWidget()
        line = QHBoxLayout(empty)
        line.setContentsMargins(0, 0, tokens.BAR, 0)
        again = Button(tr("ui.sending.again"), key=hint("exchange"), icon="refresh-cw")
        again.acted.connect(self._send)
        fetch = Button(tr("ui.postbag.unpack"), icon="inbox")
        fetch.acted.connect(self.postbag.unpack)
        card = self._all_there(outbox, (again, fetch))
        line.addWidget(card)
        empty.setFocusProxy(again)
        self._stack.removeWidget(self._empty)
        self._empty.deleteLater()
        self._empty = empty
        self._stack.addWidget(empty)
        self._stack.setCurrentWidget(empty)
        if had_focus:
            empty.setFocus()

    def _all_there(self, outbox: Outbox, buttons: Sequence[Button]) -> Empty:
        link, written = outbox.link, self._sight.written if self._sight else 0
        facts = (
            (tr("ui.sending.fact.settled"), moment(link.last_contact_ms, self._today())),
            (tr("ui.sending.fact.written"), tr("ui.sending.entries", n=number(written))),
            (tr("ui.sending.fact.received"), tr("ui.sending.entries", n=number(link.received))),
            (tr("ui.sending.fact.scans"), tr("ui.sending.scans_there")),
            *((tr("ui.sending.fact.data"), data) for data in data_today(outbox)),
        )
        title, line, foot = (tr(f"ui.sending.all_there.{part}") for part in ("title", "line", "foot"))
        return Empty("cloud-check", "ok", title, line, facts=facts, buttons=buttons, foot=foot)

    def _today(self) -> date:
        return self._services.desk.today()

    def _send(self) -> None:
        self._exchanger.start()

    def _send_texts(self) -> None:
        self._exchanger.start(events_only=True)

    def _send_over_budget(self) -> None:
        self._exchanger.start(over_budget=True)

    def _pause(self) -> None:
        if self._exchanger.paused:
            self._exchanger.start()
        else:
            self._exchanger.pause()
            self.say.emit(tr("ui.sending.pausing"), "")

    def _open(self, key: str) -> None:
        if self._queue is not None:
            self.case_wanted.emit(number_of(key, self._queue))

    def _say_why(self, reason: str) -> None:
        self.say.emit(reason, "")

    def _say_error(self, error: CounterError) -> None:
        self.say.emit(error_line(error), "danger")
