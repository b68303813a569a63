"""All keys on one sheet: F1 pressed twice."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QWidget

from counter_app.ui.keys import KEYS
from counter_app.ui.texts import tr
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.dialog import Dialog
from counter_app.ui.widgets.label import KeyCap, Label

COLUMNS = 3


def show_keys(over: QWidget) -> Dialog:
    """Show what each key does, in a dialog."""
    dialog = Dialog(over, tr("ui.frame.all_keys"), width="large", icon="keyboard")
    grid = QGridLayout()
    grid.setHorizontalSpacing(10)
    grid.setVerticalSpacing(8)
    rows = -(-len(KEYS) // COLUMNS)
    for place, key in enumerate(KEYS):
        column, row = place // rows * 2, place % rows
        grid.addWidget(KeyCap(key.sequences[0]), row, column)
        grid.addWidget(Label(tr(f"ui.key.{key.name}"), "text"), row, column + 1)
    for column in range(COLUMNS):
        grid.setColumnStretch(column * 2 + 1, 1)
    dialog.rows.addLayout(grid)
    close = Button(tr("ui.error.close"), "primary", key="Enter")
    close.acted.connect(dialog.close_dialog)
    dialog.foot(Label(tr("ui.frame.doubles"), "caption"), close)
    dialog.open()
    return dialog
