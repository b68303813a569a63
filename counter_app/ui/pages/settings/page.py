"""The page of the settings.

    page = SettingsPage(SettingsServices(...), background)
    page.restart_wanted.connect(...)        # text size or language changed: the window is made anew
    page.changed.connect(look_again)        # something the strip shows
"""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout

from counter_app.domain.errors import CounterError
from counter_app.services.sentences import sentences
from counter_app.ui import tokens
from counter_app.ui.background import Background, Lane
from counter_app.ui.page import Page
from counter_app.ui.pages.settings.backup_card import BackupCard, BackupSettings
from counter_app.ui.pages.settings.cards import (
    CounterCard,
    DevicesCard,
    DisplayCard,
    DoctorCard,
    HallCard,
    VersionsCard,
)
from counter_app.ui.pages.settings.people_card import PeopleCard, PeopleSettings
from counter_app.ui.pages.settings.pictures_card import PicturesCard, PicturesSettings
from counter_app.ui.pages.settings.printing_card import PrintingCard, PrintingSettings
from counter_app.ui.pages.settings.reading import (
    SettingsServices,
    SettingsSight,
    read_printers,
    read_settings,
    save_setting,
    try_reader,
)
from counter_app.ui.pages.settings.seals_card import SealsCard, SealSettings
from counter_app.ui.texts import tr
from counter_app.ui.widgets.column import Column, Columns
from counter_app.ui.wording import error_line

TRY_S = 10.0
NEEDS_NEW_WINDOW = frozenset({"text_size", "dress", "second_screen", "language"})


class SettingsPage(Page):
    """Every setting is kept as it is left."""

    name = "settings"

    restart_wanted = Signal()
    changed = Signal()

    def __init__(self, services: SettingsServices, background: Background) -> None:
        super().__init__()
        self._services, self._background = services, background
        self._trying = False
        self._chosen_printer = ""
        self.display, self.counter, self.devices = DisplayCard(), CounterCard(), DevicesCard(services)
        self.hall, self.people = HallCard(services), PeopleCard(services.person)
        self._people_settings = PeopleSettings(self.people, services.of_people, background)
        self.backup = BackupCard()
        self.backing_up = BackupSettings(self.backup, services.backups, services.desk.today, background)
        self.versions, self.doctor = VersionsCard(), DoctorCard()
        self.printing = PrintingCard()
        self._print_settings = self._printing_settings()
        self.seals = SealsCard(services.person)
        self._seal_settings = SealSettings(self.seals, services.of_seals, background)
        self._seal_settings.say.connect(self.say)
        self.pictures = PicturesCard()
        self._picture_settings = self._pictures_settings()
        left, right = Column(), Column(440, wide=520)
        self._right = right
        for at_left in (self.display, self.counter, self.devices, self.pictures, self.printing, self.doctor):
            left.add(at_left)
        for at_right in (self.hall, self.people, self.backup, self.seals, self.versions):
            right.add(at_right)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(tokens.PAGE_MARGIN, 16, tokens.PAGE_MARGIN - tokens.BAR, 12)
        lines.addWidget(Columns(left, right))
        self._wire()

    def _printing_settings(self) -> PrintingSettings | None:
        printer = self._services.printer
        if printer is None:
            self.printing.hide()
            return None
        settings = PrintingSettings(self.printing, self._services.desk, printer, self._background)
        settings.say.connect(self.say)
        return settings

    def _pictures_settings(self) -> PicturesSettings | None:
        services = self._services
        if services.pictures is None:
            self.pictures.hide()
            return None
        means, spec = services.pictures, services.camera_spec
        settings = PicturesSettings(self.pictures, services.desk, means, spec, self._background)
        settings.say.connect(self.say)
        return settings

    def _wire(self) -> None:
        for card in (self.display, self.counter, self.devices, self.hall):
            card.kept.connect(self._keep)
        self.devices.try_wanted.connect(self._try_reader)
        self.devices.try_it.refused.connect(lambda reason: self.say.emit(reason, ""))
        self._people_settings.say.connect(self.say)
        self._people_settings.changed.connect(self.refresh)
        self._right.verticalScrollBar().rangeChanged.connect(self._follow_backup)
        self.backup.make.refused.connect(lambda reason: self.say.emit(reason, ""))
        self.doctor.examine_wanted.connect(self._examine)

    def title(self) -> str:
        return tr("ui.frame.settings")

    def context_line(self) -> str:
        return tr("ui.settings.kept_as_left")

    def first_focus(self) -> None:
        self.display.text_size.setFocus()

    def has_work(self) -> bool:
        return self._trying or (self._picture_settings is not None and self._picture_settings.trying)

    def refresh(self) -> None:
        self._background.run(Lane.READ, lambda: read_settings(self._services), self._show, self._say_error, self)
        self._seal_settings.refresh()
        self.backing_up.refresh()
        if self._print_settings is not None:
            self._print_settings.refresh(self.printing.printer.value())
        if self._picture_settings is not None:
            self._picture_settings.refresh()
        printer = self._services.printer
        if printer is None:
            self.devices.say_printers(tr("ui.settings.no_printers"))
        else:
            self._background.run(
                Lane.DEVICES,
                lambda: read_printers(printer),
                lambda found: self.devices.show_printers(*found, self._chosen_printer),
                lambda error: self.devices.say_printers(error_line(error)),
                self,
            )

    def _show(self, sight: SettingsSight) -> None:
        self._chosen_printer = sight.values["printer"]
        for card in (self.display, self.counter, self.devices, self.hall, self.versions):
            card.show_sight(sight)
        self._people_settings.show(sight.people, sight.now_ms)

    def _follow_backup(self) -> None:
        """The column grew: what comes below the button that was pressed must be in sight."""
        if self.backup.make.hasFocus():
            self._right.ensureWidgetVisible(self.backup, 0, tokens.CARD_GAP)

    def _keep(self, name: str, value: str) -> None:
        self._background.run(
            Lane.STORE,
            lambda: save_setting(self._services, name, value),
            lambda _value: self._kept(name),
            self._say_error,
            self,
        )

    def _kept(self, name: str) -> None:
        self.say.emit(tr("ui.settings.kept", name=tr(f"ui.settings.{name}")), "ok")
        self.changed.emit()
        if name in NEEDS_NEW_WINDOW:
            self.restart_wanted.emit()

    def _try_reader(self, spec: str) -> None:
        if self._trying:
            return
        self._trying = True
        self.devices.say_reader("brand", "hourglass", tr("ui.settings.trying"), tr("ui.settings.trying_line"))
        self._background.run(
            Lane.DEVICES,
            lambda: try_reader(self._services, spec, TRY_S),
            self._reader_answered,
            self._reader_failed,
            self,
        )

    def _reader_answered(self, module: str) -> None:
        self._trying = False
        self.devices.say_reader("ok", "circle-check", tr("ui.settings.reader_there", module=module))

    def _reader_failed(self, error: CounterError) -> None:
        self._trying = False
        said = sentences(error)
        self.devices.say_reader("danger", "octagon-alert", said.message, said.remedy)

    def _examine(self) -> None:
        self.doctor.set_note(tr("ui.settings.examining"), "brand")
        self._background.run(
            Lane.DEVICES, self._services.doctor, self.doctor.show_checks, self._say_error, self
        )

    def _say_error(self, error: CounterError) -> None:
        self.say.emit(error_line(error), "danger")
