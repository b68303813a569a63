"""All keys on one sheet: F1 pressed twice."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QGridLayout, QWidget

from counter_app.ui.keys import HANDS, KEYS, Key
from counter_app.ui.scale import TextSize, text_size
from counter_app.ui.texts import tr
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.card import rule
from counter_app.ui.widgets.dialog import Dialog
from counter_app.ui.widgets.label import KeyCap, Label

COLUMNS = 4
NAME = "key_sheet"


def show_keys(over: QWidget) -> Dialog:
    """Show what each key does, in a dialog; the one that is open, if there is one."""
    shown = over.window().findChild(Dialog, NAME)
    if shown is not None and shown.isVisible():
        return shown
    dialog = Dialog(over, tr("ui.frame.all_keys"), width="large", icon="keyboard")
    dialog.setObjectName(NAME)
    dialog.rows.addLayout(_grid(KEYS, "key"))
    dialog.rows.addWidget(rule())
    dialog.rows.addWidget(Label(tr("ui.frame.in_hand"), "secondary_strong"))
    dialog.rows.addLayout(_grid(HANDS, "hand"))
    close = Button(tr("ui.error.close"), "primary", key="Enter")
    close.acted.connect(dialog.close_dialog)
    dialog.foot(Label(tr("ui.frame.doubles"), "caption"), close)
    dialog.open()
    return dialog


def _grid(keys: Sequence[Key], group: str) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(10)
    grid.setVerticalSpacing(8 if text_size() is TextSize.STANDARD else 4)
    rows = -(-len(keys) // COLUMNS)
    for place, key in enumerate(keys):
        column, row = place // rows * 2, place % rows
        grid.addWidget(KeyCap(key.shown), row, column)
        grid.addWidget(Label(tr(f"ui.{group}.{key.name}"), "text"), row, column + 1)
    for column in range(COLUMNS):
        grid.setColumnStretch(column * 2 + 1, 1)
    return grid
