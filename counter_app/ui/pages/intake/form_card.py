"""2 表单: the item's fields. Those that a condition shows stand below the others, so that nothing slides away."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from counter_app.domain.service_item import Field as FieldRule
from counter_app.domain.service_item import FieldType, ServiceItem
from counter_app.ui import tokens
from counter_app.ui.pages.intake.application import Application
from counter_app.ui.pages.intake.checks import KINDS, NO, YES, fault_of_value, to_line, to_screen
from counter_app.ui.texts import tr
from counter_app.ui.widgets.card import Card
from counter_app.ui.widgets.field import ChoiceField, Field

SITUATION = "situation"
COLUMNS, COLUMNS_WIDE = 3, 4
NARROW = 560  # logical pixels of the card below which three columns would cut numbers off


class FormCard(Card):
    """settled and edited carry (place, value as shown); places are `situation` and `field.<id>`."""

    settled = Signal(str, str)
    edited = Signal(str, str)
    rearranged = Signal()

    def __init__(self, today: date) -> None:
        super().__init__(tr("ui.intake.form.title"), icon="circle-dot", tone="brand")
        self._today = today
        self._item: ServiceItem | None = None
        self._fields: dict[str, Field | ChoiceField] = {}
        self._shown: tuple[str, ...] = ()
        self._columns = COLUMNS
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(8)
        self.rows.addLayout(self._grid)

    def show_item(self, item: ServiceItem | None) -> None:
        """Build the fields of an item; values come with `show_application`."""
        for field in self._fields.values():
            field.hide()
            field.deleteLater()
        self._item, self._fields, self._shown = item, {}, ()
        if item is None:
            return
        if item.situations:
            options = [(row.code, row.name) for row in item.situations]
            self._add(SITUATION, ChoiceField(tr("ui.intake.situation"), options))
        for row in item.fields:
            self._add(f"field.{row.id}", field_for(row, self._today))

    def show_application(self, application: Application) -> None:
        """Show all values: for an application that was opened, or taken over from an earlier case."""
        if self._item is None:
            return
        self.arrange(application)
        sources = application.aside().get("sources", {})
        for place, field in self._fields.items():
            if place == SITUATION:
                field.set_value(str(application.line.get(SITUATION) or ""))
                continue
            row = self._item.field(place.removeprefix("field."))
            if row.computed is None:
                field.set_value(to_screen(row, application.value(row.id)), source=sources.get(place, ""))
        self.show_computed(application)

    def show_computed(self, application: Application) -> None:
        """Show what follows from the applicant's number; a dash while it is not known."""
        if self._item is None:
            return
        known = application.computed(self._today)
        for row in self._item.fields:
            field = self._fields[f"field.{row.id}"]
            if row.computed is not None and isinstance(field, Field):
                value = _computed_word(row, known.get(row.id))
                source = tr("ui.field.from_card") if row.id in known else tr("ui.intake.form.waits")
                field.set_value(value, source=source)

    def arrange(self, application: Application) -> None:
        """Show the fields that the circumstances ask for; those with a condition below the others."""
        shown = application.shown_fields()
        always = [f"field.{row.id}" for row in shown if row.when is None]
        sometimes = [f"field.{row.id}" for row in shown if row.when is not None]
        order = ([SITUATION] if SITUATION in self._fields else []) + always
        wanted = (*order, "", *sometimes)
        if wanted != self._shown:
            self._shown = wanted
            self._place(order, sometimes)

    def _place(self, always: list[str], sometimes: list[str]) -> None:
        for place, field in self._fields.items():
            self._grid.removeWidget(field)
            field.setVisible(place in always or place in sometimes)
        for n, place in enumerate(always):
            self._grid.addWidget(self._fields[place], n // self._columns, n % self._columns)
        below = -(-len(always) // self._columns)
        for n, place in enumerate(sometimes):
            self._grid.addWidget(self._fields[place], below + n // self._columns, n % self._columns)
        for column in range(COLUMNS_WIDE):
            self._grid.setColumnStretch(column, 1 if column < self._columns else 0)
        self.rearranged.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        columns = self.columns_at(self.width(), self.window().width())
        if columns != self._columns:
            self._columns = columns
            split = self._shown.index("") if "" in self._shown else len(self._shown)
            self._place(list(self._shown[:split]), list(self._shown[split + 1 :]))

    def columns_at(self, width: int, of_window: int) -> int:
        """How many fields stand beside each other at these widths in logical pixels; at most COLUMNS_WIDE."""
        columns = COLUMNS_WIDE if of_window >= tokens.WIDE_FROM else COLUMNS
        return columns if width >= NARROW else COLUMNS - 1

    def places(self) -> Iterator[tuple[str, QWidget]]:
        """The shown places with their editors, in the order of the screen."""
        for place in self._shown:
            if place:
                yield place, self._fields[place].editor

    def field(self, place: str) -> Field | ChoiceField | None:
        """The field of a place."""
        return self._fields.get(place)

    def rule_of(self, place: str) -> FieldRule | None:
        """The item's rule of a place; None for the situation."""
        if self._item is None or not place.startswith("field."):
            return None
        return self._item.field(place.removeprefix("field."))

    def _add(self, place: str, field: Field | ChoiceField) -> None:
        field.setParent(self)
        field.hide()
        self._fields[place] = field
        field.settled.connect(lambda value: self.settled.emit(place, value))
        if isinstance(field, Field):
            field.edited.connect(lambda _text: self.edited.emit(place, field.value()))


def field_for(row: FieldRule, today: date) -> Field | ChoiceField:
    """An empty editor for a field of an item."""
    label = tr("ui.intake.form.with_unit", name=row.name, unit=row.unit) if row.unit else row.name
    if row.computed is not None:
        return Field(label, computed=True)
    if row.type is FieldType.CHOICE:
        return _choice(label, [(choice.code, choice.name) for choice in row.choices])
    if row.type is FieldType.BOOL:
        return _choice(label, [(YES, tr("ui.intake.yes")), (NO, tr("ui.intake.no"))])
    return Field(
        label,
        KINDS[row.type],
        check=lambda value: fault_of_value(row, to_line(row, value), today) if value else "",
        optional=not row.required,
    )


def _choice(label: str, options: list[tuple[str, str]]) -> ChoiceField:
    field = ChoiceField(label, options)
    field.set_value("")  # nothing is chosen for the applicant
    return field


def _computed_word(row: FieldRule, value: object) -> str:
    if value is None:
        return tr("ui.word.none")
    if row.computed == "sex":
        return tr(f"ui.intake.sex.{value}")
    return str(value)
