"""What the applicant is told of an item: who, how long, what it costs, what to bring."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from counter_app.domain.item_conditions import Circumstances
from counter_app.domain.service_item import ItemKind, MaterialRule, ServiceItem
from counter_app.ui.keys import hint
from counter_app.ui.scale import px
from counter_app.ui.texts import tr
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.card import Card, rule
from counter_app.ui.widgets.dialog import Dialog
from counter_app.ui.widgets.label import Icon, Label

NAME_WIDTH = 72


class GuideCard(QWidget):
    """The guide of one item beside the search. print: for the applicant to take home."""

    def __init__(self) -> None:
        super().__init__()
        self._lines = QVBoxLayout(self)
        self._lines.setContentsMargins(0, 4, 0, 0)
        self._lines.setSpacing(12)
        self._title = Label("", "title", elided=True)
        self._lines.addWidget(self._title)
        self._card: Card | None = None
        self._item: ServiceItem | None = None
        self.print = _print_button("link")
        self.print.hide()
        self._lines.addWidget(self.print, alignment=Qt.AlignmentFlag.AlignLeft)

    def show_item(self, item: ServiceItem | None) -> None:
        """Show an item's guide; None shows none."""
        if item == self._item:
            return
        self._item = item
        if self._card is not None:
            self._card.hide()
            self._card.deleteLater()
            self._card = None
        self._title.setText(item.name if item else "")
        self.print.setVisible(item is not None)
        if item is None:
            return
        self._card = Card()
        for name, value in facts(item):
            self._card.rows.addWidget(fact_row(name, value))
        self._card.rows.addWidget(rule())
        self._card.rows.addWidget(Label(tr("ui.intake.guide.bring"), "secondary"))
        for material in item.materials:
            self._card.rows.addWidget(_material_row(material))
        self._lines.addWidget(self._card)


def facts(item: ServiceItem) -> list[tuple[str, str]]:
    """The three questions that every applicant asks."""
    return [
        (tr("ui.intake.guide.who"), item.guide.who),
        (tr("ui.intake.guide.how_long"), how_long(item)),
        (tr("ui.intake.guide.fee"), fee(item)),
    ]


def how_long(item: ServiceItem) -> str:
    """The promise and the limit of the law, or that it is done at once."""
    limits = item.limits
    statutory = tr(f"periods.{limits.statutory.unit.value}", n=limits.statutory.length)
    if item.kind is ItemKind.INSTANT:
        return tr("ui.intake.guide.at_once", statutory=statutory)
    promise = tr(f"periods.{limits.promise.unit.value}", n=limits.promise.length)
    return tr("ui.intake.guide.limits", promise=promise, statutory=statutory)


def fee(item: ServiceItem) -> str:
    """What it costs."""
    if not item.fees:
        return tr("fees.none")
    rows = [tr("fees.row", name=row.name, yuan=f"{row.rate_fen / 100:.2f}", unit=row.unit) for row in item.fees]
    return tr("ui.intake.semicolon").join(rows)


def fact_row(name: str, value: str) -> QWidget:
    """A name of fixed width and a value that may need several lines."""
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(8)
    label = Label(name, "secondary")
    label.setFixedWidth(px(NAME_WIDTH))
    line.addWidget(label, alignment=Qt.AlignmentFlag.AlignTop)
    line.addWidget(Label(value, "strong", wrap=True), 1)
    return row


def show_guide(over: QWidget, item: ServiceItem, do_print: Callable[[], None]) -> Dialog:
    """The whole guide as a dialog. do_print: has it printed for the applicant, or says why not; the dialog is closed
    then."""
    dialog = Dialog(over, item.name, subtitle=item.guide.who, icon="info", tone="brand")
    for name, value in facts(item)[1:]:
        dialog.rows.addWidget(fact_row(name, value))
    steps = "\n".join(f"{n}  {step}" for n, step in enumerate(item.guide.how, start=1))
    dialog.rows.addWidget(fact_row(tr("ui.intake.guide.steps"), steps))
    bring = tr("paper.separator").join(
        material.name for material in item.required_materials(Circumstances())
    )
    dialog.rows.addWidget(fact_row(tr("ui.intake.guide.bring"), bring))
    basis = "\n".join(f"{row.law}{row.article}" for row in item.basis)
    dialog.rows.addWidget(fact_row(tr("ui.intake.guide.basis"), basis))
    if item.guide.notes:
        dialog.rows.addWidget(fact_row(tr("ui.intake.guide.notes"), "\n".join(item.guide.notes)))
    close = Button(tr("ui.intake.guide.close"), "primary", key="Enter")
    close.acted.connect(dialog.close_dialog)
    to_print = _print_button("plain")
    to_print.acted.connect(dialog.close_dialog)
    to_print.acted.connect(do_print)
    dialog.keys["print"] = to_print.click
    dialog.foot(Label(tr("ui.intake.guide.twice"), "caption"), to_print, close)
    dialog.open()
    return dialog


def _print_button(kind: str) -> Button:
    return Button(tr("ui.intake.guide.print"), kind, key=hint("print"), icon="printer")


def _material_row(material: MaterialRule) -> QWidget:
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(8)
    line.addWidget(Icon("square", "ink3", 15), alignment=Qt.AlignmentFlag.AlignTop)
    remarks = [tr(f"ui.intake.form.{material.form.value}")]
    if material.copies > 1:
        remarks.append(tr("ui.word.copies", n=material.copies))
    if material.when is not None:
        remarks.append(tr("ui.intake.guide.sometimes"))
    elif not material.required:
        remarks.append(tr("ui.intake.guide.may"))
    text = QVBoxLayout()
    text.setSpacing(0)
    text.addWidget(Label(material.name, "text", wrap=True))
    text.addWidget(Label(tr("ui.table.dot").join(remarks), "caption", elided=True))
    line.addLayout(text, 1)
    return row
