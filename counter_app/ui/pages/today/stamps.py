"""用印登记: the printed papers that wait for their seal; Enter on a row says that it was set.

    open_stamps(self.window, Stamps(desk), person, background)
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from counter_app.domain.errors import CounterError
from counter_app.domain.people import Person
from counter_app.services.stamps import Stamps, ToStamp
from counter_app.ui.background import Background, Lane
from counter_app.ui.texts import tr
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.dialog import Dialog
from counter_app.ui.widgets.label import Label
from counter_app.ui.widgets.table import Cell, ColumnSpec, Row, RowTable
from counter_app.ui.wording import error_line

HEIGHT = 420


def open_stamps(over: QWidget, stamps: Stamps, person: Person, background: Background) -> StampDialog:
    """Show the papers that wait."""
    dialog = StampDialog(over, stamps, person, background)
    dialog.open()
    dialog.refresh()
    return dialog


class StampDialog(Dialog):
    """The list; a paper leaves it when all its copies are stamped."""

    topic = "stamps"

    def __init__(self, over: QWidget, stamps: Stamps, person: Person, background: Background) -> None:
        super().__init__(over, tr("ui.stamps.title"), subtitle=tr("ui.stamps.line"), width="large", icon="stamp")
        self._stamps, self._person, self._background = stamps, person, background
        self._rows: dict[str, ToStamp] = {}
        columns = (
            ColumnSpec(tr("ui.stamps.paper"), 300, stretch=True),
            ColumnSpec(tr("ui.stamps.case"), 260),
            ColumnSpec(tr("ui.stamps.seal"), 130),
            ColumnSpec(tr("ui.stamps.copies"), 70),
        )
        self.table = RowTable(columns, name=tr("ui.stamps.title"), head=True, action_width=136)
        self.table.setFixedHeight(HEIGHT)
        self.table.acted.connect(self._set)
        self.said = Label(role="caption", wrap=True)
        self.rows.addWidget(self.table)
        self.rows.addWidget(self.said)
        self.foot(Button(tr("ui.stamps.close"), "link", key="Esc"))

    def refresh(self) -> None:
        """Read the list."""
        self._background.run(Lane.READ, self._stamps.waiting, self._show, self._fail, self)

    def _show(self, waiting: Sequence[ToStamp]) -> None:
        self._rows = {f"{row.case.id} {row.notice.kind} {row.notice.number}": row for row in waiting}
        self.table.set_rows([_row(key, row) for key, row in self._rows.items()])
        if not waiting:
            self.said.setText(tr("ui.stamps.none"))
        self.table.setFocus()

    def _set(self, key: str) -> None:
        row = self._rows.get(key)
        if row is None:
            return
        case, notice, person = str(row.case.id), row.notice, self._person
        self._background.run(
            Lane.STORE,
            lambda: self._stamps.set(person, case, notice.kind, number=notice.number),
            lambda _paper: self._done(row),
            self._fail,
            self,
        )

    def _done(self, row: ToStamp) -> None:
        number = row.notice.shown_number or str(row.case.id)
        self.said.setText(tr("ui.stamps.done", number=number, n=row.copies))
        self.refresh()

    def _fail(self, error: CounterError) -> None:
        self.said.setText(error_line(error))


def _row(key: str, row: ToStamp) -> Row:
    number = row.notice.shown_number or str(row.case.id)
    cells = (
        Cell(row.title, number, strong=True),
        Cell(row.case.applicant.name, row.case.item.name),
        Cell(row.seal),
        Cell(tr("ui.word.copies", n=row.copies), row.by),
    )
    spoken = tr("ui.stamps.spoken", title=row.title, number=number, seal=row.seal, n=row.copies)
    return Row(key, cells, action=tr("ui.stamps.set"), spoken=spoken)
