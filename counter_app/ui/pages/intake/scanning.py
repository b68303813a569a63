"""F6 on the intake page: pages for the present material, by scanner, camera or file."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QWidget

from counter_app.domain.errors import CounterError
from counter_app.ui.background import Background, Lane
from counter_app.ui.pages.intake import IntakeServices
from counter_app.ui.pages.intake.current import Current
from counter_app.ui.pages.intake.materials_card import MaterialsCard
from counter_app.ui.pages.scan.dialog import Kept, ScanDialog
from counter_app.ui.pages.scan.stack import PageStack

Files = Callable[[QWidget], Sequence[str]]


class Scanning(QObject):
    """Scans of the materials. What was scanned and not kept waits, by material, until another application is taken up.

    Where the machine has no means for pictures, files are chosen at once.
    """

    def __init__(
        self,
        over: QWidget,
        services: IntakeServices,
        background: Background,
        materials: MaterialsCard,
        current: Current,
        choose_files: Files,
        say_error: Callable[[CounterError], None],
    ) -> None:
        super().__init__(over)
        self._over, self._services, self._background = over, services, background
        self._materials, self._current = materials, current
        self._choose_files, self._say_error = choose_files, say_error
        self._waiting: dict[str, PageStack] = {}
        self._dialog: ScanDialog | None = None
        current.taken_up.connect(self._waiting.clear)

    def busy(self) -> bool:
        """Whether a scan runs: nobody locks the window in the middle of it."""
        return self._dialog is not None and self._dialog.run.running

    def scan(self) -> None:
        """Pages for the present row."""
        rule = self._materials.rule()
        if rule is None:
            return
        if self._services.scanning is None:
            self._attach_files(rule.id)
            return
        stack = self._waiting.setdefault(rule.id, PageStack())
        dialog = ScanDialog(
            self._over,
            self._services.scanning,
            self._background,
            rule.name,
            stack,
            self._choose_files,
            self._services.intake.check_scan,
            already=len((self._current.application.taken(rule.id) or {}).get("files", [])),
        )
        dialog.kept.connect(lambda kept: self._attach(rule.id, kept))
        dialog.closed.connect(self._closed)
        self._dialog = dialog
        dialog.open()

    def _closed(self) -> None:
        self._dialog = None

    def _attach(self, material: str, kept: Kept) -> None:
        for page in kept.pages:
            self._current.application.note_scan(page.file, page.before, page.after)
        self._add(material, [*(page.file for page in kept.pages), *kept.files])

    def _attach_files(self, material: str) -> None:
        """Files for a row; each is looked at before it is attached."""
        paths = self._choose_files(self._over)
        if not paths:
            return
        intake = self._services.intake

        def look() -> Sequence[str]:
            for path in paths:
                intake.check_scan(path)
            return paths

        self._background.run(
            Lane.DEVICES, look, lambda found: self._add(material, found), self._say_error, self
        )

    def _add(self, material: str, files: Sequence[str]) -> None:
        self._materials.add_scans(material, files)
        self._materials.table.setFocus(Qt.FocusReason.OtherFocusReason)
