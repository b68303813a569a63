"""What waits as rows in sending order: size is what is left, time is by the measured rate, state with the next try."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from counter_app.domain.dossiers import item_names
from counter_app.services.outbox import Outbox, Waiting
from counter_app.services.sentences import shown_name
from counter_app.ui.link_words import PAUSED, standing_of, why_not_sent
from counter_app.ui.pages.cases.reading import nearest
from counter_app.ui.pages.sending.exchanger import Confirmed
from counter_app.ui.states import SENDING_LOOKS
from counter_app.ui.texts import tr
from counter_app.ui.widgets.table import Cell, ColumnSpec, Row
from counter_app.ui.wording import duration, moment, relative_day, size

PAGE = 100  # rows that are listed at once: they are made again each time that a run moves


@dataclass(frozen=True, slots=True)
class Queue:
    """What is shown in the list: the outbox, what a run is doing, and what was confirmed lately."""

    outbox: Outbox
    running: bool
    events_only: bool
    confirmed: tuple[Confirmed, ...]
    today: date
    over_budget: bool = False

    @property
    def length(self) -> int:
        """How many rows it has."""
        return len(self.confirmed) + len(self.outbox.waiting)


@dataclass(frozen=True, slots=True)
class Step:
    """How far a row is: a code of `SENDING_LOOKS`, its word, the reason below it, and a bar for confirmed bytes."""

    look: str
    word: str
    why: str = ""
    part: float | None = None


def columns() -> tuple[ColumnSpec, ...]:
    """The columns of the list."""
    return (
        ColumnSpec(tr("ui.sending.column.case"), 150, stretch=True),
        ColumnSpec(tr("ui.sending.column.what"), 72),
        ColumnSpec(tr("ui.sending.column.size"), 88, right=True),
        ColumnSpec(tr("ui.sending.column.time"), 72, right=True),
        ColumnSpec(tr("ui.sending.column.step"), 184),
        ColumnSpec(tr("ui.sending.column.due"), 118, right=True),
    )


def queue_rows(queue: Queue, first: int = 0, after: int = PAGE) -> list[Row]:
    """Of the confirmed rows and what waits behind them in its order, those from first until before after."""
    done, waiting = len(queue.confirmed), queue.outbox.waiting
    begin = max(0, first - done)
    shown = waiting[begin : max(0, after - done)]
    scanned = {row.case.id for row in shown if row.what == "scans"}
    texts = {row.case.id for row in waiting if scanned and row.what == "text"}  # of thousands of rows few have scans
    rows = []
    for n, entry in enumerate(queue.confirmed[first:after], first):
        rows.append(_row(f"done/{n}", entry.row, _confirmed_step(entry, queue), queue))
    for place, row in enumerate(shown, begin + 1):
        step = _step(row, place, queue, waits_for_text=row.what == "scans" and row.case.id in texts)
        rows.append(_row(key_of(row), row, step, queue))
    return rows


def key_of(row: Waiting) -> str:
    """The key of a row that waits."""
    return f"{row.what}/{row.case.id}"


def number_of(key: str, queue: Queue) -> str:
    """The case of a row, by its key."""
    kind, _, rest = key.partition("/")
    return str(queue.confirmed[int(rest)].row.case.id) if kind == "done" else rest


def _row(key: str, row: Waiting, step: Step, queue: Queue) -> Row:
    case, look = row.case, SENDING_LOOKS[step.look]
    is_done = step.look == "at_hall"
    seconds = row.seconds(queue.outbox.link.rate)
    time = duration(seconds) if seconds is not None and not is_done else tr("ui.word.none")
    clock = nearest(case)
    due = relative_day(clock.due, queue.today) if clock else tr("ui.word.none")
    what = tr("ui.sending.text") if row.what == "text" else tr("ui.sending.scans", n=row.count)
    left = size(row.size) if is_done or row.left == row.size else tr("ui.sending.left", size=size(row.left))
    cells = (
        Cell(shown_name(case), tr("paper.separator").join(item_names(case)), strong=True),
        Cell(what),
        Cell(left),
        Cell(time),
        Cell(step.word, step.why, icon=look.icon, tone=look.tone, strong=True, part=step.part),
        Cell(due, tone="ink2"),
    )
    spoken = tr("ui.sending.spoken", who=shown_name(case), what=what, step=step.word, why=step.why)
    return Row(key, cells, spoken=spoken)


def _confirmed_step(entry: Confirmed, queue: Queue) -> Step:
    return Step("at_hall", tr("ui.sending.at_hall"), tr("ui.sending.confirmed_at", at=moment(entry.at_ms, queue.today)))


def _step(row: Waiting, place: int, queue: Queue, *, waits_for_text: bool) -> Step:
    begun = row.size > 0 and row.left < row.size
    part = 1 - row.left / row.size if begun else None
    if row.what == "scans" and row.bundle_ms is None and queue.outbox.budget.is_spent and not queue.over_budget:
        return Step("budget", tr("ui.sending.budget"), tr("ui.sending.budget_line"), part)
    if queue.running:
        return _running_step(row, place, queue, waits_for_text, part)
    if row.bundle_ms is not None:
        at = moment(row.bundle_ms, queue.today)
        return Step("in_bag", tr("ui.postbag.in_bag"), tr("ui.postbag.in_bag_line", at=at))
    why = _why(queue)
    if begun and part is not None:
        return Step("stopped", tr("ui.sending.stopped", percent=int(part * 100)), why or tr("ui.sending.not_again"))
    if waits_for_text:
        return Step("queued", tr("ui.sending.after_text"), why or tr("ui.sending.after_text_line"))
    if standing_of(queue.outbox.link) == PAUSED:
        return Step("stopped", tr("ui.sending.paused"), tr("ui.sending.paused_line"))
    if queue.outbox.link.last_error:
        return Step("no_link", tr("ui.sending.no_link"), why)
    return Step("queued", tr("ui.sending.queued", place=place), _ahead(place))


def _running_step(row: Waiting, place: int, queue: Queue, waits_for_text: bool, part: float | None) -> Step:
    if queue.events_only and row.what == "scans":
        return Step("queued", tr("ui.sending.scans_later"), tr("ui.sending.scans_later_line"))
    if waits_for_text:
        return Step("queued", tr("ui.sending.after_text"), tr("ui.sending.after_text_line"))
    if place == 1:
        return Step("sending", tr("ui.sending.sending"), tr("ui.sending.wait_receipt"), part)
    return Step("queued", tr("ui.sending.queued", place=place), _ahead(place))


def _ahead(place: int) -> str:
    return tr("ui.sending.ahead", n=place - 1) if place > 1 else tr("ui.sending.next")


def _why(queue: Queue) -> str:
    """The next try and why the last one failed: 下次 10:44，没有网络."""
    link = queue.outbox.link
    why = why_not_sent(link)
    if not why:
        return ""
    if link.next_try_ms is None:
        return why
    return tr("ui.sending.next_try", at=moment(link.next_try_ms, queue.today), why=why)
