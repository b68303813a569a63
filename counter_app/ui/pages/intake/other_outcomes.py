"""别的结果 (Ctrl+B): what else the law knows at intake. What cannot be done here stays in view and says why."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from counter_app.ui.pages.intake.checks import text_fault
from counter_app.ui.scale import px
from counter_app.ui.texts import tr
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.card import Sunken
from counter_app.ui.widgets.dialog import Dialog
from counter_app.ui.widgets.field import Field
from counter_app.ui.widgets.label import Label
from counter_app.ui.widgets.table import Cell, ColumnSpec, Row, RowTable

REASON_LENGTH, AGENCY_LENGTH = 500, 60
DECIDED_HERE = ("not_required", "refuse")
LATE = "late"
AFTER_RECEIPT = ("tolerant", "return", "void")  # belong to a case that exists; they say so
ORDER = (*DECIDED_HERE, LATE, *AFTER_RECEIPT)


class OtherOutcomes(Dialog):
    """decide(outcome, reason, competent_agency) is called for a decision, late() for 补录.

    blocked says, by outcome, why it cannot be done now.
    """

    topic = "other"

    def __init__(
        self,
        over: QWidget,
        blocked: Mapping[str, str],
        decide: Callable[[str, str, str], None],
        late: Callable[[], None],
    ) -> None:
        super().__init__(over, tr("ui.intake.other.title"), width="large")
        self._blocked, self._decide, self._late = blocked, decide, late
        self.table = RowTable(
            (ColumnSpec("", 300, stretch=True),), name=tr("ui.intake.other.title")
        )
        self.reason = Field(
            tr("ui.intake.other.reason"), lines=4, check=lambda value: text_fault(value, REASON_LENGTH)
        )
        self.agency = Field(tr("ui.intake.other.agency"), check=lambda value: text_fault(value, AGENCY_LENGTH))
        self._name, self._effect = Label("", "strong", wrap=True), Label("", "secondary", wrap=True)
        self.go = Button(tr("ui.intake.other.go"), "primary", key="Enter")
        self.go.acted.connect(self._go)
        self.go.refused.connect(self._say_why)
        self._arrange()
        self.table.row_changed.connect(self._show_row)
        self.table.acted.connect(self._enter)
        self.table.set_rows([self._row(name) for name in ORDER])
        self.table.setFixedHeight(self.table.content_height() + 2)

    def _arrange(self) -> None:
        across = QHBoxLayout()
        across.setSpacing(16)
        across.addWidget(self.table, 1)
        box = Sunken()
        box.setFixedWidth(px(420))
        box.rows.setSpacing(10)
        for widget in (self._name, self._effect, self.reason, self.agency):
            box.rows.addWidget(widget)
        right = QVBoxLayout()
        right.addWidget(box)
        right.addStretch(1)
        across.addLayout(right)
        self.rows.addLayout(across)
        self.foot(Button(tr("ui.intake.other.leave"), "link", key="Esc"), self.go)

    def open(self) -> None:
        """Show it with the first outcome as the present row."""
        super().open()
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)
        self._show_row(self.table.current_key())

    def _row(self, name: str) -> Row:
        why = self._blocked.get(name, "")
        title = tr(f"ui.intake.other.{name}")
        line = why or tr(f"ui.intake.other.{name}_line")
        tone = "ink3" if why else ""
        icon = "ban" if why else "chevron-right"
        return Row(name, (Cell(title, line, icon=icon, tone=tone, strong=not why),), spoken=f"{title} {line}")

    def _show_row(self, name: str) -> None:
        if not name:
            return
        why = self._blocked.get(name, "")
        self._name.setText(tr(f"ui.intake.other.{name}"))
        self._effect.setText(why or tr(f"ui.intake.other.{name}_effect"))
        self._effect.set_tone("danger" if why else "")
        decides = name in DECIDED_HERE and not why
        self.reason.setVisible(decides)
        self.agency.setVisible(decides and name == "refuse")
        self.go.block(why)
        self.go.say(tr("ui.intake.other.go" if decides else "ui.intake.other.open"))

    def _enter(self, name: str) -> None:
        if name in DECIDED_HERE and not self._blocked.get(name):
            self.reason.setFocus(Qt.FocusReason.TabFocusReason)
        else:
            self.go.click()

    def _go(self) -> None:
        name = self.table.current_key()
        if name == LATE:
            self.close_dialog()
            self._late()
            return
        wanted = [self.reason, self.agency] if name == "refuse" else [self.reason]
        for field in wanted:
            if not field.value() or field.fault():
                field.set_wrong(field.fault() or tr("ui.intake.other.needed"))
                field.setFocus()
                return
        reason, agency = self.reason.value(), self.agency.value() if name == "refuse" else ""
        self.close_dialog()
        self._decide(name, reason, agency)

    def _say_why(self, why: str) -> None:
        self._effect.setText(why)
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)
