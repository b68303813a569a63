"""补正告知: every material is walked, what is missing gets its problem and what is demanded (XKF 32(1)(4)).

It can be told once only, so the notice can be looked at only when every row has been seen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from counter_app.domain.guards import GAP_PROBLEMS
from counter_app.domain.service_item import MaterialRule
from counter_app.ui.pages.intake.application import Application
from counter_app.ui.pages.intake.checks import text_fault
from counter_app.ui.scale import px
from counter_app.ui.states import Look
from counter_app.ui.texts import tr
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.card import Sunken
from counter_app.ui.widgets.dialog import Dialog
from counter_app.ui.widgets.field import ChoiceField, Field
from counter_app.ui.widgets.label import Label
from counter_app.ui.widgets.table import Cell, ColumnSpec, Row, RowTable

DEMAND_LENGTH = 500
NO_PROBLEM = "fine"
MOST_ROWS = 8
Gaps = list[dict[str, str]]


class GapsDialog(Dialog):
    """issue is called with the gaps, in the order of the materials, when the notice is to be looked at.

    The gaps that were noted stay in the application (`aside`), so that closing loses nothing.
    """

    topic = "gaps"

    def __init__(
        self, over: QWidget, application: Application, stored: Callable[[], None], issue: Callable[[Gaps], None]
    ) -> None:
        subtitle = tr("ui.intake.gaps.once")
        super().__init__(over, tr("ui.intake.gaps.title"), subtitle=subtitle, width="large", icon="list-checks")
        self._application, self._stored, self._issue = application, stored, issue
        self._rules = application.wanted()
        kept = application.aside().setdefault("gaps", {})
        wanted = {rule.id for rule in self._rules}
        self._gaps: dict[str, dict[str, str]] = {key: dict(kept[key]) for key in kept if key in wanted}
        self._seen = {rule.id for rule in self._rules if application.taken(rule.id) is not None}
        for rule in application.missing():
            self._gaps.setdefault(rule.id, _first_problem(rule))
        self.table = _table()
        self._name = Label("", "strong", wrap=True)
        problems = [(code, tr(f"gap_problems.{code}")) for code in GAP_PROBLEMS]
        self.problem = ChoiceField(tr("ui.intake.gaps.problem"), [*problems, (NO_PROBLEM, tr("ui.intake.gaps.fine"))])
        self.usual = ChoiceField(tr("ui.intake.gaps.usual"), ())
        self.demand = Field(
            tr("ui.intake.gaps.demand"), lines=4, check=lambda value: text_fault(value, DEMAND_LENGTH)
        )
        self._say = Label("", "secondary", wrap=True)
        self.go = Button(tr("ui.intake.gaps.go"), "primary", key="Enter")
        self._arrange()
        self.table.row_changed.connect(self._show_row)
        self.table.acted.connect(self._next)
        self.table.bind("123", self._by_digit)
        self.table.bind(" ", lambda key, _char: self._set_problem(key, NO_PROBLEM))
        self.problem.settled.connect(lambda code: self._set_problem(self.table.current_key(), code))
        self.usual.settled.connect(self._take_usual)
        self.demand.settled.connect(self._set_demand)
        self.demand.edited.connect(lambda _text: self._set_demand(self.demand.value(), settled=False))
        self.go.acted.connect(self._finish)
        self.go.refused.connect(lambda _reason: self._jump())
        self._show_rows()

    def _arrange(self) -> None:
        across = QHBoxLayout()
        across.setSpacing(16)
        left = QVBoxLayout()
        left.addWidget(self.table)
        left.addWidget(Label(tr("ui.intake.gaps.keys"), "caption", wrap=True))
        left.addStretch(1)
        across.addLayout(left, 1)
        box = Sunken()
        box.setFixedWidth(px(380))
        box.rows.setSpacing(10)
        for widget in (self._name, self.problem, self.usual, self.demand):
            box.rows.addWidget(widget)
        right = QVBoxLayout()
        right.addWidget(box)
        right.addStretch(1)
        across.addLayout(right)
        self.rows.addLayout(across)
        self.rows.addWidget(self._say)
        self.foot(Button(tr("ui.intake.gaps.leave"), "link", key="Esc"), self.go)

    def open(self) -> None:
        """Show it with the first row that was not seen yet as the present one."""
        super().open()
        unseen = self._unseen()
        if unseen:
            self.table.choose(unseen[0].id)
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)
        self._show_row(self.table.current_key())

    def gaps(self) -> Gaps:
        """The gaps in the order of the materials."""
        return [{"material": rule.id, **self._gaps[rule.id]} for rule in self._rules if rule.id in self._gaps]

    # rows ---------------------------------------------------------------------------------

    def _show_row(self, material: str) -> None:
        rule = self._rule(material)
        if rule is None:
            return
        if material not in self._seen:
            self._seen.add(material)
            self._show_rows()
        gap = self._gaps.get(material)
        self._name.setText(rule.name)
        self.problem.set_value(gap["problem"] if gap else NO_PROBLEM)
        self.usual.choice.set_options([(str(n), row.demand) for n, row in enumerate(rule.problems)])
        self.usual.set_value("")
        self.usual.setVisible(bool(rule.problems))
        self.demand.set_value(gap["demand"] if gap else "")
        self.demand.setVisible(gap is not None)

    def _show_rows(self) -> None:
        self.table.set_rows([self._row(n, rule) for n, rule in enumerate(self._rules, start=1)])
        height = px(50) * MOST_ROWS
        self.table.setFixedHeight(min(self.table.content_height(), height) + 2)
        fault = self._fault()
        self.go.block(fault)
        n = len(self._gaps)
        self._say.setText(fault or tr("ui.intake.gaps.ready", n=n))
        self._say.set_tone("danger" if fault else "ok")

    def _row(self, n: int, rule: MaterialRule) -> Row:
        gap = self._gaps.get(rule.id)
        if rule.id not in self._seen:
            word, look = tr("ui.intake.gaps.unseen"), Look("warn", "eye")
        elif gap is not None:
            word, look = tr(f"gap_problems.{gap['problem']}"), Look("danger", "circle-alert")
        elif self._application.taken(rule.id) is None:
            word, look = tr("ui.intake.gaps.not_asked"), Look("mute", "circle")
        else:
            word, look = tr("ui.intake.gaps.fine"), Look("ok", "circle-check")
        demand = gap["demand"] if gap else ""
        return Row(
            rule.id,
            (Cell(f"{n}  {rule.name}", demand, strong=True), Cell(word, pill=look)),
            spoken=f"{n} {rule.name} {word} {demand}".strip(),
        )

    def _rule(self, material: str) -> MaterialRule | None:
        return next((rule for rule in self._rules if rule.id == material), None)

    def _unseen(self) -> Sequence[MaterialRule]:
        return [rule for rule in self._rules if rule.id not in self._seen]

    def _fault(self) -> str:
        unseen = self._unseen()
        if unseen:
            return tr("ui.intake.gaps.not_walked", n=len(unseen))
        if not self._gaps:
            return tr("ui.intake.gaps.none")
        empty = [rule.name for rule in self._rules if rule.id in self._gaps and not self._gaps[rule.id]["demand"]]
        return tr("ui.intake.gaps.no_demand", name=empty[0]) if empty else ""

    # changes ------------------------------------------------------------------------------

    def _by_digit(self, material: str, digit: str) -> None:
        self._set_problem(material, GAP_PROBLEMS[int(digit) - 1])

    def _set_problem(self, material: str, code: str) -> None:
        rule = self._rule(material)
        if rule is None:
            return
        missing = rule.required and self._application.taken(material) is None
        if code == NO_PROBLEM:
            if missing:  # what is required and was not handed in stays a gap
                self._say.setText(tr("ui.intake.gaps.is_missing", name=rule.name))
                self._say.set_tone("danger")
                self._show_row(material)
                return
            self._gaps.pop(material, None)
        else:
            usual = next((row.demand for row in rule.problems if row.problem == code), "")
            demand = self._gaps.get(material, {}).get("demand", "")
            self._gaps[material] = {"problem": code, "demand": demand or usual}
        self._store()
        self._show_row(material)

    def _take_usual(self, n: str) -> None:
        material = self.table.current_key()
        rule = self._rule(material)
        if rule is not None and n:
            row = rule.problems[int(n)]
            self._gaps[material] = {"problem": row.problem, "demand": row.demand}
            self._store()
            self._show_row(material)

    def _set_demand(self, demand: str, *, settled: bool = True) -> None:
        gap = self._gaps.get(self.table.current_key())
        if gap is not None:
            gap["demand"] = demand
            self._store(show=settled)

    def _store(self, *, show: bool = True) -> None:
        self._application.aside()["gaps"] = {key: dict(gap) for key, gap in self._gaps.items()}
        self._stored()
        if show:
            self._show_rows()

    # going on -----------------------------------------------------------------------------

    def _next(self, material: str) -> None:
        """Enter on a row: its demand if that is empty, else the next row that was not seen, else the button."""
        gap = self._gaps.get(material)
        if gap is not None and not gap["demand"]:
            self.demand.setFocus(Qt.FocusReason.TabFocusReason)
            return
        unseen = self._unseen()
        if unseen:
            self.table.choose(unseen[0].id)
        else:
            self._jump()

    def _jump(self) -> None:
        """To the first thing that blocks, else to the button."""
        unseen = self._unseen()
        empty = [rule for rule in self._rules if rule.id in self._gaps and not self._gaps[rule.id]["demand"]]
        if unseen or empty:
            self.table.choose((unseen or empty)[0].id)
        if empty and not unseen:
            self.demand.setFocus(Qt.FocusReason.TabFocusReason)
        else:
            (self.table if unseen else self.go).setFocus(Qt.FocusReason.TabFocusReason)

    def _finish(self) -> None:
        gaps = self.gaps()
        self.close_dialog()
        self._issue(gaps)


def _first_problem(rule: MaterialRule) -> dict[str, str]:
    """The usual problem of a material that is not there: missing, or what the item says first."""
    usual = next((row for row in rule.problems if row.problem == "missing"), None)
    if usual is None:
        usual = next(iter(rule.problems), None)
    return {"problem": "missing", "demand": usual.demand if usual is not None else ""}


def _table() -> RowTable:
    return RowTable(
        (ColumnSpec(tr("ui.intake.materials.name"), 280, stretch=True), ColumnSpec("", 150, right=True)),
        name=tr("ui.intake.gaps.title"),
    )
