"""来办过 n 次: what an earlier case saves the person from being asked again; each value says where it is from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from counter_app.domain.case import Case
from counter_app.domain.moments import local_date
from counter_app.services.case_views import Cases
from counter_app.services.memory import Remembered
from counter_app.services.stored_facts import CaseQuery
from counter_app.ui.background import Background, Lane
from counter_app.ui.keys import hint
from counter_app.ui.pages.intake.application import Application
from counter_app.ui.pages.notice.words import masked
from counter_app.ui.texts import tr
from counter_app.ui.top_bar import SearchBox
from counter_app.ui.widgets.banner import Banner
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.dialog import Dialog
from counter_app.ui.widgets.label import Label
from counter_app.ui.widgets.table import Cell, ColumnSpec, Row, RowTable
from counter_app.ui.wording import day

MOST_PEOPLE = 50
ROWS_HIGH = 6


class EarlierBanner(QWidget):
    """Shown where the applicant was here before. wanted: take over (F4)."""

    wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.take = Button(tr("ui.intake.earlier.take"), "link", key=hint("take_over"), height=32)
        self.take.acted.connect(self.wanted)
        self._banner = Banner("brand", "history", "-", "", action=self.take)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addWidget(self._banner)
        self.hide()

    def show_cases(self, found: Remembered, today: date) -> None:
        """Say how often, and what came last; the same item just now is said first. Nothing known hides it."""
        self.setVisible(bool(found.cases))
        if found.cases:
            last = found.doubled or found.cases[0]
            when = day(local_date(last.received_at_ms), today)
            if found.doubled is not None:
                line = tr("ui.intake.earlier.doubled_line", number=last.id)
                self._banner.say("warn", "copy", tr("ui.intake.earlier.doubled", day=when, item=last.item.name), line)
                return
            line = tr("ui.intake.earlier.last", day=when, item=last.item.name)
            self._banner.say("brand", "history", tr("ui.intake.earlier.times", n=len(found.cases)), line)


def take_over(application: Application, found: Remembered, today: date) -> list[str]:
    """Fill what is still empty from the newest case that has it; the names of what was taken over.

    Values of the form come from cases of the same item only, materials from any that still hold.
    """
    taken: list[str] = []
    for case in found.cases:
        source = _source(case, today)
        for key in ("phone", "address"):
            value = getattr(case.applicant, key)
            if value and not application.person("applicant").get(key):
                application.set_person("applicant", key, value)
                application.take_over(f"applicant.{key}", source, case.id)
                taken.append(tr(f"ui.intake.of_applicant.{key}"))
        taken += _form_values(application, case, source)
    for rule in application.wanted():
        kept = found.materials.get(rule.id)
        if kept is not None and application.taken(rule.id) is None:
            form = kept.taken.form if kept.taken.form in {form.value for form in rule.forms} else rule.form.value
            application.take(rule, form=form, pages=kept.taken.pages)
            application.take_over(f"material.{rule.id}", _source(kept.case, today), kept.case.id)
            taken.append(rule.name)
    return taken


def _source(case: Case, today: date) -> str:
    return tr("ui.intake.earlier.source", day=day(local_date(case.received_at_ms), today))


def _form_values(application: Application, case: Case, source: str) -> list[str]:
    item = application.item
    if item is None or case.item.code != item.code:
        return []
    taken = []
    for row in item.fields:
        value = case.fields.get(row.id)
        if value is not None and row.computed is None and application.value(row.id) is None:
            application.set_value(row.id, value)
            application.take_over(f"field.{row.id}", source, case.id)
            taken.append(row.name)
    return taken


def open_people(
    over: QWidget, cases: Cases, background: Background, today: date, chosen: Callable[[Case], None]
) -> Dialog:
    """Find somebody in earlier cases by name, initials or the end of a number; Enter takes the person over."""
    dialog = Dialog(over, tr("ui.intake.people.title"), subtitle=tr("ui.intake.people.line"), icon="history")
    box = SearchBox(tr("ui.intake.people.hint"))
    table = RowTable((ColumnSpec("", 220, stretch=True), ColumnSpec("", 200)), name=tr("ui.intake.people.title"))
    table.setFixedHeight(table.verticalHeader().defaultSectionSize() * ROWS_HIGH)
    nothing = Label("", "secondary")
    found: dict[str, Case] = {}

    def show(listed: Sequence[Case]) -> None:
        found.clear()
        for case in listed:
            if not case.erased:
                found.setdefault(case.applicant.id_number, case)  # the newest case of each person
        table.set_rows([_person_row(case, today) for case in found.values()])
        nothing.setText("" if found or not box.edit.text().strip() else tr("ui.intake.people.nobody"))

    def search(text: str) -> None:
        if not text:
            show(())
            return
        query = CaseQuery(text=text, limit=MOST_PEOPLE)
        background.run(Lane.READ, lambda: cases.search(query), show, lambda _error: None, dialog)

    def take(number: str) -> None:
        case = found[number]
        dialog.close_dialog()
        chosen(case)

    box.wanted.connect(search)
    box.entered.connect(lambda _text: table.act() if table.current_key() else None)
    table.acted.connect(take)
    for widget in (box, nothing, table):
        dialog.rows.addWidget(widget)
    close = Button(tr("ui.intake.people.leave"), "link", key="Esc")
    dialog.foot(close)
    dialog.open()
    box.edit.setFocus()
    return dialog


def _person_row(case: Case, today: date) -> Row:
    applicant = case.applicant
    number = masked(applicant.id_number)
    when = day(local_date(case.received_at_ms), today)
    return Row(
        applicant.id_number,
        (Cell(applicant.name, number, strong=True), Cell(case.item.name, when, tone="ink2")),
        spoken=f"{applicant.name} {number} {case.item.name} {when}",
    )
