"""The passphrase of a backup, where the keys of the home lie in the keyring of this computer.

    BackupDialog(card, lambda passphrase: ...).open()       # "" where somebody chose to have none
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from counter_app.ui.texts import tr
from counter_app.ui.widgets.banner import Banner
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.dialog import Dialog
from counter_app.ui.widgets.field import secret_field
from counter_app.ui.widgets.label import Label


class BackupDialog(Dialog):
    """Enter goes on with the passphrase given twice; to have none is a button of its own, never Enter."""

    topic = "backup"

    def __init__(self, over: QWidget, do: Callable[[str], None]) -> None:
        super().__init__(over, tr("ui.backup.ask"), width="small", icon="key-round")
        self._do = do
        self.passphrase = secret_field(tr("ui.backup.passphrase"), tr("ui.backup.passphrase_line"))
        self.again = secret_field(tr("ui.backup.again"))
        self.rows.addWidget(Label(tr("ui.backup.ask_line"), "text", wrap=True))
        for field in (self.passphrase, self.again):
            self.rows.addWidget(field)
        self.rows.addWidget(Banner("warn", "triangle-alert", tr("ui.backup.without"), tr("ui.backup.without_line")))
        self.none = Button(tr("ui.backup.no_passphrase"))
        self.doing = Button(tr("ui.backup.go_on"), "primary", key="Enter")
        self.none.acted.connect(lambda: self._go_on(""))
        self.doing.acted.connect(self._given)
        self.foot(Button(tr("ui.backup.not_now"), "link", key="Esc"), self.none, self.doing)

    def _given(self) -> None:
        passphrase, again = self.passphrase.value(), self.again.value()
        if passphrase and passphrase == again:
            self._go_on(passphrase)
            return
        field, why = (self.again, "ui.backup.differ") if passphrase else (self.passphrase, "ui.backup.needed")
        field.setFocus()
        field.set_wrong(tr(why))
        self._cover()

    def _go_on(self, passphrase: str) -> None:
        self.close_dialog()
        self._do(passphrase)
