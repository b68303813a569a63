"""Editors of an act's dialog that ask for rows: fees, gaps, materials, the item's form."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from counter_app.domain.fees import yuan
from counter_app.domain.guards import GAP_PROBLEMS
from counter_app.domain.scene import circumstances
from counter_app.domain.service_item import Fee, MaterialForm, MaterialRule
from counter_app.domain.service_item import Field as FieldRule
from counter_app.ui.pages.case.act_table import Ask
from counter_app.ui.pages.case.editors import count_fault, fen, yuan_fault
from counter_app.ui.pages.case.reading import Shown
from counter_app.ui.pages.intake.checks import to_line, to_screen
from counter_app.ui.pages.intake.form_card import field_for
from counter_app.ui.texts import tr
from counter_app.ui.widgets.announcements import announce
from counter_app.ui.widgets.check_box import CheckBox
from counter_app.ui.widgets.field import ChoiceField, Field
from counter_app.ui.widgets.field_kinds import FieldKind
from counter_app.ui.widgets.label import Label
from counter_app.ui.wording import word
from resources.texts import paper_text


class FeesEditor:
    """The fees of the item: tick what is to be paid, say how often and what is let off by which rule."""

    def __init__(self, _ask: Ask, shown: Shown) -> None:
        self.widget = QWidget()
        rows = QVBoxLayout(self.widget)
        rows.setContentsMargins(0, 0, 0, 0)
        self._rows = [_FeeRow(fee) for fee in (shown.item.fees if shown.item else ())]
        for row in self._rows:
            rows.addWidget(row)
        self._wrong = Label(tr("ui.case.fees_none"), "caption", "danger")
        self._wrong.hide()
        rows.addWidget(self._wrong)

    def fault(self) -> bool:
        ticked = [row for row in self._rows if row.box.isChecked()]
        self._wrong.setVisible(not ticked)
        return not ticked or any(row.fault() for row in ticked)

    def given(self) -> object:
        return [row.given() for row in self._rows if row.box.isChecked()]


class _FeeRow(QWidget):
    """One fee of the item; its rate is shown, never typed."""

    def __init__(self, fee: Fee) -> None:
        super().__init__()
        self._name = fee.name
        self.box = CheckBox(tr("fees.row", name=fee.name, yuan=yuan(fee.rate_fen), unit=fee.unit))
        self.box.setChecked(True)
        self._quantity = Field(tr("ui.case.field.quantity"), FieldKind.DIGITS, check=count_fault)
        self._quantity.set_value("1")
        self._reduction = Field(tr("ui.case.field.reduction"), FieldKind.CODE, check=yuan_fault, optional=True)
        self._basis = Field(tr("ui.case.field.reduction_basis"), optional=True)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.addWidget(self.box, 0, 0, 1, 3)
        for place, field in enumerate((self._quantity, self._reduction, self._basis)):
            grid.addWidget(field, 1, place)
            self.box.toggled.connect(field.setVisible)

    def fault(self) -> bool:
        missing = "" if self._quantity.value() else tr("ui.case.must_be_given")
        self._quantity.set_wrong(self._quantity.fault() or missing)
        self._reduction.set_wrong(self._reduction.fault())
        wrong = next((field for field in (self._quantity, self._reduction) if field.is_wrong()), None)
        if wrong is not None:
            wrong.setFocus()
        return wrong is not None

    def given(self) -> dict[str, object]:
        given: dict[str, object] = {"name": self._name, "quantity": int(self._quantity.value())}
        if self._reduction.value():
            given["reduction_fen"] = fen(self._reduction.value())
        if self._basis.value():
            given["reduction_basis"] = self._basis.value()
        return given


class GapsEditor:
    """The whole list of materials, walked once: what is missing or wrong, and what the applicant must do."""

    def __init__(self, _ask: Ask, shown: Shown) -> None:
        taken = {material.id for material in shown.case.materials}
        self.widget = QWidget()
        rows = QVBoxLayout(self.widget)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(10)
        rows.addWidget(Label(tr("ui.case.gaps_how"), "secondary", wrap=True))
        self._rows = [_GapRow(rule, rule.id in taken) for rule in shown.materials]
        for row in self._rows:
            rows.addWidget(row)
        self._wrong = Label(tr("ui.case.gaps_none"), "caption", "danger")
        self._wrong.hide()
        rows.addWidget(self._wrong)

    def fault(self) -> bool:
        ticked = [row for row in self._rows if row.box.isChecked()]
        self._wrong.setVisible(not ticked)
        if not ticked and self._rows:
            self._rows[0].box.setFocus()
            announce(self.widget, self._wrong.text())
        return not ticked or any(row.fault() for row in ticked)

    def given(self) -> object:
        return [row.given() for row in self._rows if row.box.isChecked()]


class _GapRow(QWidget):
    """One material: tick it if there is something wrong, then say what and what to do."""

    def __init__(self, rule: MaterialRule, taken: bool) -> None:
        super().__init__()
        self._rule = rule
        self.box = CheckBox(rule.name)
        self.box.setAccessibleDescription(tr("ui.case.taken" if taken else "ui.case.not_taken"))
        self._problem = ChoiceField(
            tr("ui.case.field.problem"), [(code, word("gap_problems", code)) for code in GAP_PROBLEMS]
        )
        self._demand = Field(tr("ui.case.field.demand"), most=100)
        self._problem.settled.connect(self._propose)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.addWidget(self.box, 0, 0, 1, 2)
        state = Label(tr("ui.case.taken" if taken else "ui.case.not_taken"), "caption", "" if taken else "warn")
        grid.addWidget(state, 0, 2)
        grid.addWidget(self._problem, 1, 0)
        grid.addWidget(self._demand, 1, 1, 1, 2)
        grid.setColumnMinimumWidth(0, 150)
        grid.setColumnStretch(1, 1)
        self.box.toggled.connect(self._show)
        missing = rule.required and not taken
        self._problem.set_value("missing" if missing else "incomplete")
        self._propose(self._problem.value())
        self.box.setChecked(missing)
        self._show(missing)

    def _show(self, on: bool) -> None:
        self._problem.setVisible(on)
        self._demand.setVisible(on)

    def _propose(self, problem: str) -> None:
        found = next((typical.demand for typical in self._rule.problems if typical.problem == problem), "")
        usual = paper_text("ui.case.demand_missing", name=self._rule.name) if problem == "missing" else ""
        self._demand.set_value(found or usual)

    def fault(self) -> bool:
        wrong = "" if self._demand.value() else tr("ui.case.must_be_given")
        self._demand.set_wrong(wrong or self._demand.fault())
        if self._demand.is_wrong():
            self._demand.setFocus()
        return self._demand.is_wrong()

    def given(self) -> dict[str, str]:
        return {"material": self._rule.id, "problem": self._problem.value(), "demand": self._demand.value()}


class SuppliedEditor:
    """What the applicant was told to hand in, to be ticked as it comes."""

    def __init__(self, _ask: Ask, shown: Shown) -> None:
        self.widget = QWidget()
        rows = QVBoxLayout(self.widget)
        rows.setContentsMargins(0, 0, 0, 0)
        self._boxes: dict[str, CheckBox] = {}
        self._wrong = Label(tr("ui.case.not_all_supplied"), "caption", "danger", wrap=True)
        self._wrong.hide()
        for gap in shown.case.gaps:
            if gap.supplied:
                continue
            box = CheckBox(shown.material_name(gap.material))
            box.setAccessibleDescription(gap.demand)
            box.toggled.connect(self._wrong.hide)
            self._boxes[gap.material] = box
            rows.addWidget(box)
            rows.addWidget(Label(gap.demand, "caption", wrap=True))
        rows.addWidget(self._wrong)

    def fault(self) -> bool:
        missing = next((box for box in self._boxes.values() if not box.isChecked()), None)
        self._wrong.setVisible(missing is not None)
        if missing is not None:
            missing.setFocus()
            announce(missing, self._wrong.text())
        return missing is not None

    def given(self) -> object:
        return [material for material, box in self._boxes.items() if box.isChecked()]


class MaterialEditor:
    """A paper that is taken in later: which one, in what form, how many sheets."""

    def __init__(self, _ask: Ask, shown: Shown) -> None:
        rules = shown.item.materials if shown.item else ()
        self._which = ChoiceField(tr("ui.case.field.material"), [(rule.id, rule.name) for rule in rules])
        forms = [(form.value, word("material_forms", form.value)) for form in MaterialForm]
        self._form = ChoiceField(tr("ui.case.field.form"), forms)
        self._copies = Field(tr("ui.case.field.copies"), FieldKind.DIGITS, check=count_fault)
        self._pages = Field(tr("ui.case.field.pages"), FieldKind.DIGITS, check=count_fault)
        for field in (self._copies, self._pages):
            field.set_value("1")
        self.widget = QWidget()
        rows = QVBoxLayout(self.widget)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addWidget(self._which)
        counts = QHBoxLayout()
        for editor in (self._form, self._copies, self._pages):
            counts.addWidget(editor)
        rows.addLayout(counts)

    def fault(self) -> bool:
        for field in (self._copies, self._pages):
            field.set_wrong(field.fault() or ("" if field.value() else tr("ui.case.must_be_given")))
            if field.is_wrong():
                field.setFocus()
                return True
        return not self._which.value()

    def given(self) -> object:
        copies, pages = int(self._copies.value()), int(self._pages.value())
        return [{"id": self._which.value(), "form": self._form.value(), "copies": copies, "pages": pages}]


class FormEditor:
    """The item's form as it was filled in; only what was changed is given."""

    def __init__(self, _ask: Ask, shown: Shown) -> None:
        self.widget = QWidget()
        rows = QVBoxLayout(self.widget)
        rows.setContentsMargins(0, 0, 0, 0)
        case, item = shown.case, shown.item
        self._situation: ChoiceField | None = None
        self._fields: list[tuple[FieldRule, Field | ChoiceField, str]] = []
        if item is None:
            return
        self._before = case.situation
        if item.situations:
            options = [(row.code, row.name) for row in item.situations]
            self._situation = ChoiceField(tr("ui.intake.situation"), options)
            self._situation.set_value(case.situation)
            rows.addWidget(self._situation)
        for row in item.shown_fields(circumstances(case)):
            if row.computed is None:
                field, value = field_for(row, shown.today), to_screen(row, case.fields.get(row.id))
                field.set_value(value)
                self._fields.append((row, field, value))
                rows.addWidget(field)

    def fault(self) -> bool:
        wrong = next((field for _, field, _ in self._fields if isinstance(field, Field) and field.fault()), None)
        if wrong is not None:
            wrong.set_wrong(wrong.fault())
            wrong.setFocus()
            announce(wrong, wrong.fault())
        return wrong is not None

    def given(self) -> object:
        changed = {
            row.id: to_line(row, field.value())
            for row, field, before in self._fields
            if field.value() and field.value() != before
        }
        situation = self._situation.value() if self._situation is not None else ""
        form: dict[str, object] = {"fields": changed} if changed else {}
        return form | ({"situation": situation} if situation and situation != self._before else {}) or None
