"""设置 · 电子印章: which seals this machine has and how each stands, a trial, and whose seals it believes.

    settings = SealSettings(SealsCard(person), services, background); settings.say.connect(...); settings.refresh()
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from counter_app.domain.errors import CounterError
from counter_app.domain.moments import local_date
from counter_app.domain.notice import Agency
from counter_app.domain.people import Person, Role
from counter_app.domain.sealing import SealSetup
from counter_app.services.desk import Desk
from counter_app.services.seal_checks import SealChecks
from counter_app.services.seal_ports import SealCertificate, SealRoot
from counter_app.services.seals import Seals
from counter_app.services.sentences import sentences
from counter_app.ui import tokens
from counter_app.ui.background import Background, Lane
from counter_app.ui.error_card import message_of
from counter_app.ui.file_dialogs import file_to_read
from counter_app.ui.pages.settings.seal_dialogs import SealSetupDialog, SealTestDialog
from counter_app.ui.texts import tr
from counter_app.ui.widgets.banner import Banner
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.card import Card
from counter_app.ui.widgets.label import Label
from counter_app.ui.widgets.table import Cell, ColumnSpec, Row, RowTable
from counter_app.ui.wording import day, error_line, word

T = TypeVar("T")
MOST_HEIGHT = 240


@dataclass(frozen=True, slots=True)
class SealSettingsServices:
    """What the card asks, for the person who is signed in."""

    person: Person
    desk: Desk
    seals: Seals
    checks: SealChecks


@dataclass(frozen=True, slots=True)
class SealsSeen:
    """The seals with whether their passphrase is kept; the roots, or why they cannot be read."""

    seals: tuple[tuple[SealSetup, bool], ...]
    agencies: Mapping[str, Agency]
    roots: tuple[SealRoot, ...]
    fault: CounterError | None
    today: date


class SealsCard(Card):
    """A row a seal; Enter tries it. The administrator sets seals up and adds roots."""

    setup_wanted = Signal()
    root_wanted = Signal()
    test_wanted = Signal(str)

    def __init__(self, by: Person) -> None:
        super().__init__(tr("ui.seals.card"))
        self.set_up = Button(tr("ui.seals.set_up"), icon="stamp", height=tokens.CONTROL_IN_ROW)
        self.add_root = Button(tr("ui.seals.add_root"), icon="shield-check", height=tokens.CONTROL_IN_ROW)
        for button, wanted in ((self.set_up, self.setup_wanted), (self.add_root, self.root_wanted)):
            if Role.ADMIN not in by.roles:
                button.block(tr("ui.seals.admin_only"))
            button.acted.connect(wanted)
        self.head.addWidget(self.set_up)
        columns = (ColumnSpec("", 32), ColumnSpec("", 200, stretch=True))
        self.table = RowTable(columns, name=tr("ui.seals.card"), action_width=128)
        self.table.acted.connect(self.test_wanted)
        self.none = Label(tr("ui.seals.none_here"), "secondary", wrap=True)
        self.result = Banner("brand", "info", "")
        self.result.hide()
        self.roots = Label(role="secondary", wrap=True)
        for widget in (self.table, self.none, self.result, self.roots):
            self.rows.addWidget(widget)
        self.rows.addWidget(self.add_root, alignment=Qt.AlignmentFlag.AlignLeft)

    def show_seen(self, seen: SealsSeen) -> None:
        """Show seals and roots."""
        self.table.set_rows([_row(setup, kept, seen) for setup, kept in seen.seals])
        self.table.setFixedHeight(min(self.table.content_height() + 2, MOST_HEIGHT))
        self.table.setVisible(bool(seen.seals))
        self.none.setVisible(not seen.seals)
        self.roots.setText(_roots_words(seen))

    def tell(self, tone: str, icon: str, title: str, line: str = "") -> None:
        """Say how a trial went, in place."""
        self.result.show()
        self.result.say(tone, icon, title, line)


class SealSettings(QObject):
    """The card with what it reads, tries and keeps."""

    say = Signal(str, str)

    def __init__(self, card: SealsCard, services: SealSettingsServices, background: Background) -> None:
        super().__init__(card)
        self._card, self._services, self._background = card, services, background
        self._seen: SealsSeen | None = None
        card.setup_wanted.connect(self._ask_setup)
        card.root_wanted.connect(self._add_root)
        card.test_wanted.connect(self._test)
        for button in (card.set_up, card.add_root):
            button.refused.connect(lambda reason: self.say.emit(reason, "danger"))

    def refresh(self) -> None:
        """Read them again."""
        self._run(Lane.READ, self._read, self._show)

    def _read(self) -> SealsSeen:
        services = self._services
        with services.desk.store.read() as reading:
            agencies = reading.profile().agencies
        seals = tuple((setup, services.seals.is_secret_kept(setup)) for setup in services.seals.installed())
        today = services.desk.today()
        try:
            return SealsSeen(seals, agencies, tuple(services.checks.roots()), None, today)
        except CounterError as fault:
            return SealsSeen(seals, agencies, (), fault, today)

    def _show(self, seen: SealsSeen) -> None:
        self._seen = seen
        self._card.show_seen(seen)

    def _test(self, name: str) -> None:
        if self._seen is None:
            return
        setup, kept = next((setup, kept) for setup, kept in self._seen.seals if setup.name == name)
        if kept:
            self._try(setup, "")
        else:
            SealTestDialog(self._card, seal_title(setup, self._seen), lambda secret: self._try(setup, secret)).open()

    def _try(self, setup: SealSetup, secret: str) -> None:
        seals = self._services.seals
        self._card.tell("brand", "hourglass", tr("ui.seals.testing"), tr("ui.seals.testing_line"))
        self._background.run(
            Lane.DEVICES, lambda: seals.test(setup, secret), self._opened, self._tell_fault, self._card
        )

    def _opened(self, certificate: SealCertificate) -> None:
        ends = local_date(certificate.valid_until_ms)
        line = tr("ui.seals.opens_line", holder=certificate.holder, on=ends.isoformat())
        self._card.tell("ok", "circle-check", tr("ui.seals.opens"), line)

    def _tell_fault(self, error: CounterError) -> None:
        said = sentences(error)
        self._card.tell("danger", "octagon-alert", said.message, said.remedy)

    def _ask_setup(self) -> None:
        if self._seen is None:
            return
        dialog, seals = SealSetupDialog(self._card, self._seen.agencies, self._set_up), self._services.seals
        dialog.module_named.connect(
            lambda module: self._background.run(
                Lane.DEVICES,
                lambda: seals.tokens(module),
                dialog.show_tokens,
                lambda error: dialog.source.set_wrong(message_of(error)),
                dialog,
            )
        )
        dialog.open()

    def _set_up(self, dialog: SealSetupDialog) -> None:
        given, person, seals = dialog.given(), self._services.person, self._services.seals
        if given is None:
            return

        def work() -> SealSetup:
            return seals.set_up(person, given.setup, given.file, given.secret, keep_secret=given.keep)

        dialog.work()
        self._background.run(
            Lane.DEVICES, work, lambda _setup: self._done(dialog), dialog.fail, dialog
        )

    def _done(self, dialog: SealSetupDialog) -> None:
        dialog.end()
        self.say.emit(tr("ui.seals.was_set_up"), "ok")
        self.refresh()

    def _add_root(self) -> None:
        file = which_root(self._card)
        if file is None:
            return
        person, checks = self._services.person, self._services.checks
        self._run(Lane.DEVICES, lambda: checks.believe(person, file), self._believed)

    def _believed(self, roots: Sequence[SealRoot]) -> None:
        names = tr("ui.case.and").join(root.holder for root in roots)
        self.say.emit(tr("ui.seals.root_added", names=names), "ok")
        self.refresh()

    def _run(self, lane: Lane, work: Callable[[], T], then: Callable[[T], None]) -> None:
        self._background.run(lane, work, then, lambda error: self.say.emit(error_line(error), "danger"), self._card)


def which_root(over: QWidget) -> Path | None:
    """The system's own dialog for a certificate."""
    return file_to_read(over, tr("ui.seals.which_root"), tr("ui.seals.root_kinds"))


def seal_title(setup: SealSetup, seen: SealsSeen) -> str:
    """Whose seal, of which kind, with which words."""
    agency = seen.agencies.get(setup.agency)
    parts = (agency.name if agency else setup.agency, tr(f"seals.kind.{setup.kind}"), setup.words)
    return tr("ui.table.dot").join(filter(None, parts))


def _row(setup: SealSetup, kept: bool, seen: SealsSeen) -> Row:
    ends = local_date(setup.ends_ms) if setup.ends_ms else None
    over = ends is not None and ends < seen.today
    until = "" if ends is None else tr("ui.seals.ended" if over else "ui.seals.ends", on=day(ends, seen.today))
    parts = (word("ui.seals.schemes", setup.scheme), until, tr("ui.seals.kept" if kept else "ui.seals.asked"))
    title, caption = seal_title(setup, seen), tr("ui.table.dot").join(filter(None, parts))
    cells = (Cell(icon="stamp", tone="danger" if over else "ink2"), Cell(title, caption, strong=True))
    return Row(setup.name, cells, action=tr("ui.seals.test"), spoken=f"{title} {caption}")


def _roots_words(seen: SealsSeen) -> str:
    if seen.fault is not None:
        return error_line(seen.fault)
    believed = [root for root in seen.roots if root.revoked_ms is None]
    gone = [root for root in seen.roots if root.revoked_ms is not None]
    said = [
        _named("ui.seals.roots_told", [root for root in believed if root.told]),
        _named("ui.seals.roots_own", [root for root in believed if not root.told]),
        "" if believed else tr("ui.seals.no_roots"),
        _named("ui.seals.roots_gone", gone),
    ]
    return "".join(said)


def _named(key: str, roots: Sequence[SealRoot]) -> str:
    return tr(key, n=len(roots), names=tr("ui.case.and").join(root.holder for root in roots)) if roots else ""
