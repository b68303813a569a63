"""经过: the events of a case, newest first, each with its author; late and foreign ones say so."""

from __future__ import annotations

from counter_app.domain.events import Event
from counter_app.domain.identifiers import HALL
from counter_app.domain.moments import local_time
from counter_app.domain.people import Role
from counter_app.domain.states import TRANSITIONS
from counter_app.domain.wire_values import rows_of, text_of
from counter_app.ui.pages.case.reading import Shown
from counter_app.ui.states import STATE_LOOKS, Look
from counter_app.ui.texts import tr
from counter_app.ui.widgets.card import Card
from counter_app.ui.widgets.table import Cell, ColumnSpec, Row, RowTable, TableFoot
from counter_app.ui.wording import day, notice_title, word

_LOOKS: dict[str, Look] = {
    **{
        row.event_kind: STATE_LOOKS[row.target.value]
        for row in TRANSITIONS
        if row.target is not None and row.target.value in STATE_LOOKS
    },
    "submitted": Look("brand", "send"),
    "handed_over": Look("brand", "send"),
    "accepted": Look("ok", "stamp"),
    "suspended": Look("pause", "circle-pause"),
    "resumed": Look("brand", "circle-dot"),
    "printed": Look("ink2", "printer"),
    "sealed": Look("ok", "stamp"),
    "papers_taken": Look("ink2", "paperclip"),
    "annotated": Look("ink2", "phone"),
    "revealed": Look("ink2", "eye"),
    "numbered": Look("ink2", "stamp"),
    "number_registered": Look("ink2", "stamp"),
}
_OTHER = Look("ink2", "history")


class HistoryCard(Card):
    """One row an event."""

    def __init__(self) -> None:
        super().__init__(tr("ui.case.history"))
        columns = (ColumnSpec("", 92, right=True), ColumnSpec("", 34), ColumnSpec("", 140, stretch=True))
        self.table = RowTable(columns, name=tr("ui.case.history"))
        self.foot = TableFoot(self.table)
        self.rows.setContentsMargins(8, 13, 2, 0)
        self.rows.setSpacing(0)
        self.head.setContentsMargins(8, 0, 12, 8)
        self.rows.addWidget(self.table, 1)
        self.rows.addWidget(self.foot)

    def show_case(self, shown: Shown) -> None:
        """Show what happened."""
        self.table.set_rows([_row(event, shown) for event in reversed(shown.view.events)])
        self.foot.count(tr("ui.case.history_count", n=len(shown.view.events)))
        foreign = any(event.id.device not in (shown.device, HALL) for event in shown.view.events)
        self.set_note(tr("ui.case.history_shared" if foreign else "ui.case.history_kept"))


def _row(event: Event, shown: Shown) -> Row:
    at, look = local_time(event.at_ms), _LOOKS.get(event.kind, _OTHER)
    what, detail = word("events", event.kind), _detail(event, shown)
    author = _author(event, shown)
    caption = tr("ui.table.dot").join(part for part in (detail, author) if part)
    if _is_late(event):
        caption = tr("ui.table.dot").join((tr("ui.case.late_entry"), caption))
    on = day(at.date(), shown.today)
    cells = (
        Cell(on, f"{at:%H:%M}", strong=True),
        Cell(icon=look.icon, tone=look.tone),
        Cell(what, caption, strong=True),
    )
    key = f"{event.id.device}/{event.id.seq}"
    return Row(key, cells, spoken=f"{on} {at:%H:%M} {what} {caption}")


def _author(event: Event, shown: Shown) -> str:
    """Who and where; the hall alone where no person signed, as with its numbers and its operator's acts."""
    where = _where(event, shown)
    signed = event.user not in ("", Role.OPERATOR)
    return tr("ui.case.author", who=event.user, where=where) if signed else where


def _detail(event: Event, shown: Shown) -> str:
    """The papers that the event issued, else the reason or note that people gave."""
    notices = [
        f"{notice_title(text_of(row, 'kind'), licence=False)} {text_of(row, 'number')}".strip()
        for row in rows_of(event.data, "notices")
    ]
    if event.kind == "number_spoiled":
        reason = text_of(event.private or {}, "reason")
        again = tr("ui.case.and").join(notices)
        return tr("ui.case.spoiled_for", number=text_of(event.data, "number"), again=again, reason=reason)
    if notices:
        return tr("ui.case.and").join(notices)
    if event.kind == "printed":
        title = notice_title(text_of(event.data, "kind"), licence=False)
        return tr("ui.case.printed_copies", title=title, n=event.data.get("copies", 1))
    if event.kind == "sealed":
        return tr("ui.case.sealed_paper", title=notice_title(text_of(event.data, "kind"), licence=False))
    private = event.private
    if private is None:
        return tr("ui.case.erased")
    return text_of(private, "reason") or text_of(private, "note") or text_of(event.data, "decision_no")


def _where(event: Event, shown: Shown) -> str:
    if event.id.device == HALL:
        return tr("ui.word.hall")
    return tr("ui.word.here") if event.id.device == shown.device else event.id.device


def _is_late(event: Event) -> bool:
    """An entry from a paper slip: what it tells happened before it was typed."""
    return bool(text_of(event.private or {}, "slip_no"))
