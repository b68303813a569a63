"""The list of unfinished intakes over any page (Ctrl+O); Enter goes on with one."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from counter_app.ui.pages.today.reading import Home
from counter_app.ui.pages.today.side import draft_row
from counter_app.ui.texts import tr
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.dialog import Dialog
from counter_app.ui.widgets.label import Label
from counter_app.ui.widgets.table import ColumnSpec, RowTable

MOST_HEIGHT = 420


def show_drafts(over: QWidget, home: Home, go_on: Callable[[int], None]) -> Dialog:
    """Show them, the last touched first."""
    drafts = home.today.drafts
    dialog = Dialog(over, tr("ui.drafts.title"), subtitle=tr("ui.drafts.line"), icon="file-plus")
    if not drafts:
        dialog.rows.addWidget(Label(tr("ui.drafts.none"), "text", wrap=True))
        close = Button(tr("ui.error.close"), "primary", key="Enter")
        close.acted.connect(dialog.close_dialog)
        dialog.foot(Label(""), close)
        dialog.open()
        return dialog
    columns = (ColumnSpec("", 200, stretch=True), ColumnSpec("", 180, right=True))
    table = RowTable(columns, name=tr("ui.drafts.title"), action_width=150)
    table.set_rows([draft_row(draft, home, action=tr("ui.drafts.go_on")) for draft in drafts])
    table.setFixedHeight(min(table.content_height() + 2, MOST_HEIGHT))
    dialog.rows.addWidget(table)

    def chosen(key: str) -> None:
        dialog.close_dialog()
        go_on(int(key))

    table.acted.connect(chosen)
    doing = Button(tr("ui.drafts.go_on"), "primary", key="Enter")
    doing.acted.connect(table.act)
    dialog.foot(Button(tr("ui.frame.back"), "link", key="Esc"), doing)
    dialog.open()
    table.setFocus()
    return dialog
