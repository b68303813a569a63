"""The totals above the list: texts and scans with bytes and time, and when both sides were last compared."""

from __future__ import annotations

from datetime import date

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from counter_app.domain.data_budget import MEGABYTE
from counter_app.services.outbox import Outbox
from counter_app.ui.link_words import why_not_sent
from counter_app.ui.texts import tr
from counter_app.ui.widgets.card import Card
from counter_app.ui.widgets.label import Label
from counter_app.ui.wording import about, moment, number, size


class TotalsCard(Card):
    """Three figures side by side."""

    def __init__(self) -> None:
        super().__init__()
        self._texts, self._scans = _Figure(tr("ui.sending.texts")), _Figure(tr("ui.sending.all_scans"))
        self._link = _Figure(tr("ui.sending.last_settled"))
        line = QHBoxLayout()
        line.setSpacing(18)
        for place, figure in enumerate((self._texts, self._scans, self._link)):
            if place:
                line.addWidget(_upright())
            line.addWidget(figure, 1)
        self.rows.addLayout(line)

    def show_outbox(self, outbox: Outbox, today: date) -> None:
        """Show totals and link."""
        link = outbox.link
        rows, left = outbox.total("text")
        self._texts.show_figure(number(rows), _price(outbox, left, tr("ui.sending.unit_cases")))
        files = sum(row.count for row in outbox.waiting if row.what == "scans")
        _rows, left = outbox.total("scans")
        price = _price(outbox, left, tr("ui.sending.unit_copies"))
        self._scans.show_figure(number(files), tr("ui.table.dot").join((price, *_budget(outbox))))
        last = moment(link.last_contact_ms, today) or tr("ui.word.none")
        why = why_not_sent(link)
        if why and link.next_try_ms is not None:
            why = tr("ui.sending.next_try", at=moment(link.next_try_ms, today), why=why)
        self._link.show_figure(last, why)


class _Figure(QWidget):
    """A name, a figure, and what belongs to it."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name, self._figure = Label(name, "secondary"), Label(role="figure")
        self._more = Label(role="text", tone="ink2", wrap=True)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(2)
        lines.addWidget(self._name)
        across = QHBoxLayout()
        across.setSpacing(8)
        across.addWidget(self._figure)
        across.addWidget(self._more, 1)
        lines.addLayout(across)

    def show_figure(self, figure: str, more: str) -> None:
        self._figure.setText(figure)
        self._more.setText(more)
        self.setAccessibleName(f"{self._name.text()} {figure} {more}")


def _price(outbox: Outbox, left: int, unit: str) -> str:
    """件 · 9 KB · 约 1 秒."""
    parts = [unit]
    if left:
        at = outbox.link.rate
        parts += [size(left), about(-(-left // at) if at else None)]
    return tr("ui.table.dot").join(parts)


def _budget(outbox: Outbox) -> list[str]:
    """今天流量 12 / 20 MB, where there is a bound."""
    return [tr("ui.sending.data_today", data=data) for data in data_today(outbox)]


def data_today(outbox: Outbox) -> list[str]:
    """12 / 20 MB: what scans have used today of what they may, where there is a bound."""
    budget = outbox.budget
    if budget.a_day is None:
        return []
    return [tr("ui.sending.data", spent=_megabytes(budget.spent), a_day=_megabytes(budget.a_day))]


def _megabytes(of_bytes: int) -> str:
    return f"{of_bytes / MEGABYTE:.1f}".removesuffix(".0")


def _upright() -> QFrame:
    line = QFrame()
    line.setProperty("role", "strip_rule")
    line.setFixedWidth(1)
    return line
