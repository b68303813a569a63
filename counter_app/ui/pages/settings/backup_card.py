"""设置 · 备份: when the last one was made, and one more onto a stick or into a folder.

    backup = BackupSettings(BackupCard(), services.backups, background); backup.refresh()
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from counter_app.domain.errors import CounterError
from counter_app.services.backups import STOPPED, Backups, LastBackup
from counter_app.services.checks import KeptCopy
from counter_app.services.sentences import sentences
from counter_app.ui import tokens
from counter_app.ui.background import Background, Lane
from counter_app.ui.file_dialogs import file_to_write
from counter_app.ui.pages.settings.backup_dialog import BackupDialog
from counter_app.ui.sticks import stick
from counter_app.ui.texts import tr
from counter_app.ui.watched_work import Kind, WatchedWork
from counter_app.ui.widgets.banner import Banner
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.card import Card
from counter_app.ui.widgets.label import Label
from counter_app.ui.wording import moment, number, size

# What is said of the key of a backup that was made.
_WITH_HOME, _GIVEN, _ONLY_HERE = "ui.backup.key_inside", "ui.backup.key_given", "ui.backup.key_here"


@dataclass(frozen=True, slots=True)
class BackupSeen:
    """The last one, what the next one is called, and the day."""

    last: LastBackup | None
    name: str
    today: date


class BackupCard(Card):
    """The last backup in one line, and how the present one goes or went."""

    def __init__(self) -> None:
        super().__init__(tr("ui.backup.card"))
        self.make = Button(tr("ui.backup.make"), icon="hard-drive", height=tokens.CONTROL_IN_ROW)
        self.head.addWidget(self.make)
        self.last = Label(role="secondary", wrap=True)
        self.result = Banner("brand", "info", "")
        self.result.hide()
        for widget in (self.last, self.result):
            self.rows.addWidget(widget)

    def show_seen(self, seen: BackupSeen) -> None:
        """Show the last one; a busy day without one, and one that opens only here, are told in colour."""
        last = seen.last
        if last is None:
            words, is_due = tr("ui.backup.none"), True
        else:
            made = tr("ui.backup.last", at=moment(last.made_ms, seen.today), file=last.file)
            since = tr("ui.backup.since", n=number(last.since)) if last.since else ""
            only_here = "" if last.opens_elsewhere else tr("ui.backup.only_here")
            words, is_due = made + since + only_here, last.due or not last.opens_elsewhere
        self.last.setText(words)
        self.last.set_tone("warn" if is_due else "")

    def tell(self, tone: str, icon: str, title: str, line: str) -> None:
        """Say how it went, in place."""
        self.result.show()
        self.result.say(tone, icon, title, line)


class BackupSettings(WatchedWork):
    """The card with what it does; itself the line of progress in the card.

    ask_where: the dialog for the place. A home whose keys lie in the keyring asks for a passphrase first.
    """

    def __init__(self, card: BackupCard, backups: Backups, today: Callable[[], date], background: Background) -> None:
        super().__init__(Kind(Lane.COPIES, ("hard-drive", "brand"), tr("ui.backup.progress"), STOPPED), background)
        self._card, self._backups, self._today = card, backups, today
        self._name, self._key_words = "", ""
        self.ask_where: Callable[[QWidget, str], Path | None] = where_to
        card.rows.insertWidget(card.rows.indexOf(card.result), self)
        card.make.acted.connect(self._make)
        app = QCoreApplication.instance()
        assert app is not None, "a page is made after the application"
        app.aboutToQuit.connect(self.stop)  # nobody waits for it any more, and half a copy is none

    def refresh(self) -> None:
        """Read again when the last one was made."""
        self._background.run(Lane.READ, self._read, self._show, self._say_fault, self)

    def _read(self) -> BackupSeen:
        return BackupSeen(self._backups.last(), self._backups.file_name(), self._today())

    def _show(self, seen: BackupSeen) -> None:
        self._name = seen.name
        self._card.show_seen(seen)

    def _make(self) -> None:
        if self.running:
            return
        if self._backups.is_key_inside:
            self._start("", _WITH_HOME)
        else:
            BackupDialog(self._card, self._with_passphrase).open()

    def _with_passphrase(self, passphrase: str) -> None:
        self._start(passphrase, _GIVEN if passphrase else _ONLY_HERE)

    def _start(self, passphrase: str, key_words: str) -> None:
        out = self.ask_where(self._card, self._name)
        if out is None:
            return
        self._key_words = key_words
        self._card.result.hide()
        self._card.make.block(tr("ui.backup.running"))
        self._begin(
            tr("ui.backup.copying"),
            lambda: self._backups.make(out, self._watch(), passphrase),
            self._made,
        )

    def _show_part(self, done: int, of: int) -> None:
        super()._show_part(done, of)
        if done == of:
            self.words.setText(tr("ui.backup.checking"))

    def _made(self, made: KeptCopy) -> None:
        self._done()
        title = tr("ui.backup.made", n=number(made.events), files=number(made.files), size=size(made.size))
        same_disk = tr("ui.backup.same_disk") if made.same_disk else ""
        only_here = self._key_words == _ONLY_HERE
        how = "" if only_here else tr("ui.backup.made_line")
        tone, icon = ("warn", "triangle-alert") if same_disk or only_here else ("ok", "circle-check")
        self._card.tell(tone, icon, title, same_disk + tr(self._key_words) + how)

    def _failed(self, error: CounterError) -> None:
        self._done()
        self._say_fault(error)

    def _done(self) -> None:
        self._end()
        self._card.make.block("")
        self.refresh()

    def _say_fault(self, error: CounterError) -> None:
        said = sentences(error)
        tone, icon = ("warn", "circle-pause") if error.code == STOPPED else ("danger", "octagon-alert")
        self._card.tell(tone, icon, said.message, said.remedy)


def where_to(over: QWidget, name: str) -> Path | None:
    """The system's own dialog, on a stick if one is plugged in."""
    return file_to_write(over, tr("ui.backup.where"), stick() / name, tr("ui.backup.kinds"))
