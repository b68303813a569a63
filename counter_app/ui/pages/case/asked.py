"""The editors of an act's dialog, one a kind of `act_table.Ask`: each gives what the act needs, or says what is wrong.

    editor = editor_of(ask, shown); editor.widget; editor.fault(); editor.given()
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Protocol

from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from counter_app.domain.act_data import MOST_DAYS
from counter_app.domain.errors import CounterError
from counter_app.domain.fees import yuan
from counter_app.domain.guards import GAP_PROBLEMS
from counter_app.domain.person_name import check_name
from counter_app.domain.scene import circumstances
from counter_app.domain.service_item import Fee, MaterialForm, MaterialRule
from counter_app.domain.service_item import Field as FieldRule
from counter_app.domain.serving import service_of
from counter_app.services.sentences import sentences
from counter_app.ui.pages.case.act_table import Ask
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

_WORDS = {
    "way": "delivery",
    "service": "paper.services",
    "receiver_as": "paper.receivers",
    "rating": "paper.rating",
    "stage": "ratings.stages",
    "level": "ratings.levels",
}
_KINDS = {"phone": FieldKind.PHONE, "waybill": FieldKind.CODE, "pledge_days": FieldKind.DIGITS,
          "originals": FieldKind.DIGITS, "duplicates": FieldKind.DIGITS}
MOST_PAGES = 999


class Editor(Protocol):
    """One thing that is asked."""

    @property
    def widget(self) -> QWidget:
        """What is put into the dialog."""

    def fault(self) -> bool:
        """Whether something is missing or wrong; it is then marked and has the focus."""

    def given(self) -> object:
        """What was given, None for nothing."""


def editor_of(ask: Ask, shown: Shown) -> Editor:
    """The editor for what is asked. KeyError names a kind that there is none for."""
    return _EDITORS[ask.kind](ask, shown)


def before(ask: Ask, shown: Shown) -> str:
    """What a field starts with: a fact of the case."""
    applicant = shown.case.applicant
    listed = shown.case.fees_due
    facts = {
        "applicant": applicant.name,
        "phone": applicant.phone,
        "address": applicant.address,
        "mail_address": shown.case.mail_address or applicant.address,
        "waybill": shown.case.waybill,
        "today": shown.today.isoformat(),
        "fees": yuan(listed.total_fen) if listed else "",
        "fix_rule": shown.item.limits.fix.rule if shown.item and shown.item.limits.fix else "",
        "one": "1",
    }
    return facts.get(ask.starts_with, "")


class LineEditor:
    """One line, or several for a text."""

    def __init__(self, ask: Ask, shown: Shown) -> None:
        self._ask = ask
        self.widget = self._field = Field(
            tr(f"ui.case.field.{ask.key}"),
            _KINDS.get(ask.key, FieldKind.DATE if ask.kind == "day" else FieldKind.TEXT),
            check=_CHECKS.get(ask.key),
            optional=not ask.required,
            lines=3 if ask.kind == "text" else 1,
            most=200 if ask.kind == "text" else 60,
        )
        self._field.set_value(before(ask, shown))

    def fault(self) -> bool:
        wrong = self._field.fault()
        if not wrong and self._ask.required and not self._field.value():
            wrong = tr("ui.case.must_be_given")
        self._field.set_wrong(wrong)
        if wrong:
            self._field.setFocus()
            announce(self._field, wrong)
        return bool(wrong)

    def given(self) -> object:
        return self._field.value() or None


class ChoiceEditor:
    """One of a few words."""

    def __init__(self, ask: Ask, shown: Shown) -> None:
        offered = ask.options
        if ask.key == "way" and shown.item is not None:
            offered = tuple(way for way in shown.item.delivery if way in ask.options) or ask.options
        area = _WORDS[ask.key]
        options = [(code, word(area, code)) for code in offered]
        self.widget = self.field = self._field = ChoiceField(tr(f"ui.case.field.{ask.key}"), options)
        self._field.set_value(_usual(ask, shown))

    def fault(self) -> bool:
        return not self._field.value()

    def given(self) -> object:
        return self._field.value()


def _usual(ask: Ask, shown: Shown) -> str:
    """What is mostly chosen; nothing where only the applicant knows."""
    usual = {
        "way": shown.case.way or (shown.item.delivery[0] if shown.item else ""),
        "service": service_of({}, shown.case),
        "receiver_as": "applicant",
        "rating": "offered",
        "stage": "closing" if shown.case.outcome or not shown.case.is_open else "acceptance",
    }
    return usual.get(ask.key, "")


class YuanEditor(LineEditor):
    """An amount in yuan, given in fen."""

    def fault(self) -> bool:
        wrong = super().fault()
        if not wrong and _fen(self._field.value()) is None:
            self._field.set_wrong(tr("ui.case.yuan_wrong"))
            self._field.setFocus()
            return True
        return wrong

    def given(self) -> object:
        return _fen(self._field.value())


class NamesEditor(LineEditor):
    """Names of people, with a sign between them."""

    def given(self) -> object:
        return [name for name in re.split(r"[、，,;；\s]+", self._field.value()) if name]


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
        self._quantity = Field(tr("ui.case.field.quantity"), FieldKind.DIGITS, check=_count_fault)
        self._quantity.set_value("1")
        self._reduction = Field(tr("ui.case.field.reduction"), FieldKind.CODE, check=_yuan_fault, optional=True)
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
            given["reduction_fen"] = _fen(self._reduction.value())
        if self._basis.value():
            given["reduction_basis"] = self._basis.value()
        return given


class AgreeEditor:
    """Yes or no to what somebody else asked for; nothing is chosen beforehand."""

    def __init__(self, _ask: Ask, _shown: Shown) -> None:
        options = [(code, tr(f"ui.case.agree.{code}")) for code in ("yes", "no")]
        self.widget = self._field = ChoiceField(tr("ui.case.field.yes"), options)
        self._field.set_value("")

    def fault(self) -> bool:
        wrong = "" if self._field.value() else tr("ui.case.must_be_given")
        self._field.set_wrong(wrong)
        if wrong:
            self._field.setFocus()
            announce(self._field, wrong)
        return bool(wrong)

    def given(self) -> object:
        return self._field.value() == "yes"


class DaysEditor(LineEditor):
    """So many working days."""

    def given(self) -> object:
        return int(self._field.value())


class CountEditor(LineEditor):
    """So many of something, nothing for none."""

    def given(self) -> object:
        return int(self._field.value()) if self._field.value() else None


class TickEditor:
    """Something that the person vouches for; it must be ticked."""

    def __init__(self, ask: Ask, _shown: Shown) -> None:
        self._box = CheckBox(tr(f"ui.case.field.{ask.key}"))
        self._wrong = Label(tr("ui.case.must_be_ticked"), "caption", "danger")
        self._wrong.hide()
        self.widget = QWidget()
        rows = QVBoxLayout(self.widget)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self._box)
        rows.addWidget(self._wrong)
        self._box.toggled.connect(self._wrong.hide)

    def fault(self) -> bool:
        missing = not self._box.isChecked()
        self._wrong.setVisible(missing)
        if missing:
            self._box.setFocus()
            announce(self._box, self._wrong.text())
        return missing

    def given(self) -> object:
        return self._box.isChecked()


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
        self._copies = Field(tr("ui.case.field.copies"), FieldKind.DIGITS, check=_count_fault)
        self._pages = Field(tr("ui.case.field.pages"), FieldKind.DIGITS, check=_count_fault)
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


def _name_fault(name: str) -> str:
    try:
        check_name(name)
    except CounterError as error:
        return sentences(error).message
    return ""


def _fen(value: str) -> int | None:
    """Yuan with at most two decimals in fen, None for anything else."""
    found = re.fullmatch(r"(\d{1,10})(?:\.(\d{1,2}))?", value.strip())
    return None if found is None else int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))


def _yuan_fault(value: str) -> str:
    return "" if _fen(value) is not None else tr("ui.case.yuan_wrong")


def _days_fault(value: str) -> str:
    fits = value.isdigit() and 1 <= int(value) <= MOST_DAYS
    return "" if fits else tr("ui.case.count_wrong", most=MOST_DAYS)


def _count_fault(value: str) -> str:
    fits = value.isdigit() and 1 <= int(value) <= MOST_PAGES
    return "" if fits else tr("ui.case.count_wrong", most=MOST_PAGES)


_CHECKS = {"receiver": _name_fault, "name": _name_fault, "pledge_days": _days_fault, "originals": _count_fault,
           "duplicates": _count_fault}

_EDITORS: dict[str, Callable[[Ask, Shown], Editor]] = {
    "line": LineEditor,
    "text": LineEditor,
    "choice": ChoiceEditor,
    "tick": TickEditor,
    "agree": AgreeEditor,
    "days": DaysEditor,
    "count": CountEditor,
    "day": LineEditor,
    "yuan": YuanEditor,
    "names": NamesEditor,
    "fees": FeesEditor,
    "gaps": GapsEditor,
    "supplied": SuppliedEditor,
    "material": MaterialEditor,
    "form": FormEditor,
}
