"""异常件: what happened, what is safe, who decides, and the ways on. Nothing is ever deleted here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from counter_app.domain.errors import CounterError
from counter_app.services.sentences import sentences
from counter_app.services.stored_facts import Trouble
from counter_app.ui import tokens
from counter_app.ui.states import Look
from counter_app.ui.texts import has, tr
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.card import Card, Sunken, pair_row, rule
from counter_app.ui.widgets.label import Icon, Label
from counter_app.ui.widgets.pill import Pill
from counter_app.ui.wording import moment


class ExceptionsDesk(Card):
    """One block a trouble."""

    case_wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__(tr("ui.sending.exceptions"))
        self._pill = Pill("")
        self.head.insertWidget(2, self._pill)
        self._body = QWidget()
        self.rows.addWidget(self._body)
        self.rows.addStretch(1)
        self.rows.addWidget(Label(tr("ui.sending.exceptions_note"), "caption", wrap=True))
        self._shown: Sequence[Trouble] | None = None

    def show_troubles(self, troubles: Sequence[Trouble], today: date) -> None:
        """Show them; nothing moves if nothing has changed."""
        if self._shown == tuple(troubles):
            return
        self._shown = tuple(troubles)
        look = Look("danger", "circle-alert") if troubles else Look("ok", "circle-check")
        self._pill.show_look(tr("ui.sending.to_settle", n=len(troubles)) if troubles else tr("ui.sending.none"), look)
        body = QWidget()
        lines = QVBoxLayout(body)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(tokens.ROW_GAP)
        for place, trouble in enumerate(troubles):
            if place:
                lines.addWidget(rule())
            lines.addWidget(self._block(trouble, today))
        if not troubles:
            lines.addWidget(Label(tr("ui.sending.no_exceptions"), "secondary", wrap=True))
        self.rows.replaceWidget(self._body, body)
        self._body.hide()
        self._body.deleteLater()
        self._body = body

    def _block(self, trouble: Trouble, today: date) -> QWidget:
        title, happened, who = trouble_words(trouble)
        block = QWidget()
        block.setAccessibleName(f"{title} {happened} {who}")
        lines = QVBoxLayout(block)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(6)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(Icon("file-warning", "danger", 18))
        head.addWidget(Label(title, "strong", wrap=True), 1)
        lines.addLayout(head)
        case = str(trouble.case) if trouble.case else ""
        where = tr("ui.sending.entry", device=trouble.device, n=trouble.seq)
        lines.addWidget(Label(tr("ui.table.dot").join(part for part in (case, where) if part), "caption", wrap=True))
        lines.addWidget(Label(happened, "secondary", "ink", wrap=True))
        box = Sunken()
        box.rows.addWidget(pair_row(tr("ui.sending.safe"), tr("ui.sending.safe_words"), width=64))
        box.rows.addWidget(pair_row(tr("ui.sending.since"), moment(trouble.since_ms, today), width=64))
        box.rows.addWidget(pair_row(tr("ui.sending.who"), who, width=64))
        lines.addWidget(box)
        if case:
            look = Button(tr("ui.sending.look_at"), icon="folder-open", height=tokens.CONTROL_IN_ROW)
            look.acted.connect(lambda: self.case_wanted.emit(case))
            line = QHBoxLayout()
            line.addWidget(look)
            line.addStretch(1)
            lines.addLayout(line)
        return block


def trouble_words(trouble: Trouble) -> tuple[str, str, str]:
    """(title, what happened, who decides); a code of a newer hall gets general words."""
    key = f"ui.sending.trouble.{trouble.code}"
    code = key if has(f"{key}.title") else "ui.sending.trouble.other"
    said = sentences(CounterError(trouble.code, device=trouble.device, seq=trouble.seq, holder=tr("ui.word.hall")))
    happened = tr(f"{code}.line") if has(f"{code}.line") else said.message
    return tr(f"{code}.title"), happened, tr(f"{code}.who")
