"""设置 · 打印方式: how the printer puts pages on sheets, and preprinted sheets (套打) with their test page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QHBoxLayout

from counter_app.domain.errors import CounterError
from counter_app.services.desk import Desk
from counter_app.services.device_ports import Printer, PrintWay
from counter_app.services.print_ways import (
    OnSheet,
    Ways,
    blank_of,
    keep_checked_way,
    keep_sheet,
    page_to_measure,
    sheet_names,
    sheet_parts,
    ways_of,
)
from counter_app.ui.background import Background, Lane
from counter_app.ui.texts import tr
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.card import Card, rule
from counter_app.ui.widgets.check_box import CheckBox
from counter_app.ui.widgets.field import ChoiceField, Field
from counter_app.ui.widgets.field_kinds import FieldKind
from counter_app.ui.widgets.label import Label
from counter_app.ui.wording import error_line
from forms.notice_templates import NoticeTemplates
from forms.rendering.placement import Placement

T = TypeVar("T")


class PrintingCard(Card):
    """A printer, its way, a sheet and its correction. Everything is kept as it is left."""

    printer_chosen = Signal(str)
    way_chosen = Signal(bool, bool)
    sheet_chosen = Signal(str)
    placed = Signal()
    test_wanted = Signal()
    blank_wanted = Signal()

    def __init__(self) -> None:
        super().__init__(tr("ui.settings.printing"), note=tr("ui.settings.printing_note"))
        self.printer = ChoiceField(tr("ui.settings.printer"), [])
        self.duplex, self.two_up = CheckBox(tr("ui.settings.duplex")), CheckBox(tr("ui.settings.two_up"))
        self.sheet = ChoiceField(tr("ui.settings.sheet"), [])
        self.on = CheckBox(tr("ui.settings.sheet_on"))
        self.to_right, self.down, self.scale = (
            Field(tr(f"ui.settings.sheet_{name}"), FieldKind.CODE, check=_number_fault) for name in ("x", "y", "scale")
        )
        self.test_page = Button(tr("ui.settings.test_page"), icon="printer")
        self.blank = Button(tr("ui.settings.blank_sheet"), icon="printer")
        self.line = Label(role="caption", wrap=True)
        self._arrange()
        self._wire()

    def _arrange(self) -> None:
        self.rows.addWidget(self.printer)
        self.rows.addLayout(_across(self.duplex, self.two_up))
        self.rows.addWidget(rule())
        self.rows.addWidget(self.sheet)
        self.rows.addWidget(self.on)
        fields = QHBoxLayout()
        fields.setSpacing(12)
        for field in (self.to_right, self.down, self.scale):
            fields.addWidget(field, 1)
        self.rows.addLayout(fields)
        self.rows.addLayout(_across(self.test_page, self.blank))
        self.rows.addWidget(self.line)

    def _wire(self) -> None:
        self.printer.settled.connect(self.printer_chosen)
        for box in (self.duplex, self.two_up):
            box.clicked.connect(lambda _on: self.way_chosen.emit(self.duplex.isChecked(), self.two_up.isChecked()))
        self.sheet.settled.connect(self.sheet_chosen)
        self.on.clicked.connect(lambda _on: self.placed.emit())
        for field in (self.to_right, self.down, self.scale):
            field.settled.connect(lambda _value: self.placed.emit())
        self.test_page.acted.connect(self.test_wanted)
        self.blank.acted.connect(self.blank_wanted)

    def show_printers(self, names: Sequence[str], chosen: str) -> None:
        """The queues; one of them is shown."""
        self.printer.choice.set_options([(name, name) for name in names])
        self.printer.set_value(chosen)

    def show_sheets(self, sheets: Sequence[tuple[str, str]]) -> None:
        """The sheets that can be printed beforehand, by name and words; the chosen one stays where it still is one."""
        chosen, names = self.sheet.value(), [name for name, _ in sheets]
        self.sheet.choice.set_options(sheets)
        self.sheet.set_value(chosen if chosen in names else next(iter(names), ""))

    def show_ways(self, ways: Ways, can: PrintWay) -> None:
        """What is kept, and what of it the printer says it can."""
        for box, on, able in ((self.duplex, ways.way.duplex, can.duplex), (self.two_up, ways.way.two_up, can.two_up)):
            box.setChecked(on)
            box.setEnabled(able or on)
        kept = ways.sheets.get(self.sheet.value(), OnSheet())
        self.on.setChecked(kept.on)
        self.to_right.set_value(f"{kept.placement.x_mm:g}")
        self.down.set_value(f"{kept.placement.y_mm:g}")
        self.scale.set_value(f"{kept.placement.scale:g}")

    def given(self) -> OnSheet | None:
        """The correction as it stands in the fields, None where one of them is no number."""
        if any(_number_fault(field.value()) for field in (self.to_right, self.down, self.scale)):
            return None
        placement = Placement(float(self.to_right.value()), float(self.down.value()), float(self.scale.value()))
        return OnSheet(placement, self.on.isChecked())


@dataclass(frozen=True, slots=True)
class _Seen:
    """A printer as it was read, and the sheets of the templates by name and words."""

    sheets: tuple[tuple[str, str], ...]
    names: tuple[str, ...]
    chosen: str
    ways: Ways
    can: PrintWay


class PrintingSettings(QObject):
    """The card with what it reads and keeps."""

    say = Signal(str, str)

    def __init__(self, card: PrintingCard, desk: Desk, printer: Printer, background: Background) -> None:
        super().__init__(card)
        self._card, self._desk, self._printer, self._background = card, desk, printer, background
        card.printer_chosen.connect(self.refresh)
        card.sheet_chosen.connect(lambda _name: self.refresh(card.printer.value()))
        card.way_chosen.connect(self._keep_way)
        card.placed.connect(self._keep_sheet)
        card.test_wanted.connect(self._print_test)
        card.blank_wanted.connect(lambda: self._print(partial(blank_of, desk)))

    def refresh(self, wanted: str = "") -> None:
        """Read the printers, and everything kept about the one wanted ("": the one that is usual here)."""
        self._run(lambda: self._read(wanted), self._show)

    def _read(self, wanted: str) -> _Seen:
        names = tuple(self._printer.names())
        if not names:
            raise CounterError("no_printer_set_up")
        chosen = wanted if wanted in names else self._printer.default() or names[0]
        with self._desk.store.read() as reading:
            ways, templates = ways_of(reading, chosen), reading.notice_templates()
        current = sheet_names(templates)
        earlier = (name for name, kept in sorted(ways.sheets.items()) if kept.on and name not in current)
        sheets = tuple((name, _sheet_words(name, templates)) for name in (*current, *earlier))
        return _Seen(sheets, names, chosen, ways, self._printer.abilities(chosen))

    def _show(self, seen: _Seen) -> None:
        self._card.line.setText("")
        self._card.show_sheets(seen.sheets)
        self._card.show_printers(seen.names, seen.chosen)
        self._card.show_ways(seen.ways, seen.can)

    def _keep_way(self, duplex: bool, two_up: bool) -> None:
        name, way = self._card.printer.value(), PrintWay(duplex, two_up)
        self._run(lambda: keep_checked_way(self._desk, self._printer, name, way), lambda _ways: self._kept())

    def _keep_sheet(self) -> None:
        name, sheet = self._card.printer.value(), self._card.sheet.value()
        try:
            given = self._card.given()
        except CounterError as refusal:
            self._fail(refusal)
            return
        if given is not None:
            self._run(lambda: keep_sheet(self._desk, name, sheet, given), lambda _ways: self._kept())

    def _kept(self) -> None:
        self._card.line.setText("")
        self.say.emit(tr("ui.settings.kept", name=tr("ui.settings.printing")), "ok")

    def _print_test(self) -> None:
        try:
            given = self._card.given() or OnSheet()
        except CounterError as refusal:
            self._fail(refusal)
            return
        name = self._card.printer.value()
        self._print(lambda sheet: page_to_measure(self._desk, sheet, name, given.placement))

    def _print(self, make: Callable[[str], bytes]) -> None:
        name, sheet, title = self._card.printer.value(), self._card.sheet.value(), tr("ui.settings.sheet_job")
        self._run(lambda: self._printer.print_pdf(name, title, make(sheet), 1), lambda _job: self._sent())

    def _sent(self) -> None:
        self.say.emit(tr("ui.settings.sent", name=self._card.printer.value()), "ok")

    def _run(self, work: Callable[[], T], then: Callable[[T], None]) -> None:
        self._background.run(Lane.DEVICES, work, then, self._fail, self)

    def _fail(self, error: CounterError) -> None:
        self._card.line.setText(error_line(error))


def _sheet_words(name: str, templates: NoticeTemplates) -> str:
    kind, version, is_licence = sheet_parts(name, templates)
    return tr("ui.settings.sheet_name", title=kind.facts.title_for(is_licence), kind=kind.value, version=version)


def _number_fault(value: str) -> str:
    try:
        float(value)
    except ValueError:
        return tr("ui.settings.no_number")
    return ""


def _across(*widgets: CheckBox | Button) -> QHBoxLayout:
    line = QHBoxLayout()
    line.setSpacing(16)
    for widget in widgets:
        line.addWidget(widget)
    line.addStretch(1)
    return line
