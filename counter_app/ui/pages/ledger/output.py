"""What leaves the page of the ledger: files and paper, of just what is shown.

    output = LedgerOutput(services, backend.export, background, page)
    output.said.connect(page.say)                     # the sentence and its tone, as of `Page.say`
    output.write(sight, "xlsx")                       # xlsx, pdf or csv
    output.write_in_full(sight, "xlsx", reason)
    output.print(sight)
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths, Signal
from PySide6.QtWidgets import QWidget

from counter_app.domain.errors import CounterError
from counter_app.services.ledger import Ledger
from counter_app.ui.background import Background, Lane
from counter_app.ui.file_dialogs import file_to_write
from counter_app.ui.pages.ledger.reading import LedgerServices, LedgerSight, read_in_full
from counter_app.ui.texts import tr
from counter_app.ui.wording import error_line

Export = Callable[[Ledger, str, Path], str]
AskWhere = Callable[[QWidget, str, str], Path | None]
"""(over, proposed name, kind) gives where to write, None if the person thought better of it."""

_FORMATS = {"xlsx": "Excel", "pdf": "PDF", "csv": "CSV"}


class LedgerOutput(QObject):
    """Same rows, same masks, same totals as on the screen."""

    said = Signal(str, str)

    def __init__(self, services: LedgerServices, export: Export, background: Background, over: QWidget) -> None:
        super().__init__(over)
        self._services, self._export, self._background, self._over = services, export, background, over
        self.ask_where: AskWhere = where_to

    def print(self, sight: LedgerSight) -> None:
        """To the printer of ledgers, where there is one."""
        printed = self._services.print_sheet
        if printed is None:
            return
        self.said.emit(tr("ui.ledger.printing"), "brand")
        self._background.run(
            Lane.DEVICES,
            lambda: printed(sight.ledger),
            lambda name: self.said.emit(tr("ui.ledger.printed_on", printer=name, title=sight.ledger.title), "ok"),
            self._say_error,
            self._over,
        )

    def write(self, sight: LedgerSight, form: str) -> None:
        """A file with shortened numbers. form: xlsx, pdf or csv."""
        self._write(Lane.READ, lambda: sight.ledger, sight, form, "")

    def write_in_full(self, sight: LedgerSight, form: str, reason: str) -> None:
        """The path first: what is to be written nowhere is not looked at either."""
        services = self._services
        self._write(Lane.STORE, lambda: read_in_full(services, sight, reason), sight, form, tr("ui.ledger.full_file"))

    def _write(self, lane: Lane, ledger: Callable[[], Ledger], sight: LedgerSight, form: str, mark: str) -> None:
        path = self.ask_where(self._over, _file_name(sight, mark, form), form)
        if path is None:
            return
        self.said.emit(tr("ui.ledger.writing"), "brand")
        exported = tr("ui.ledger.exported", file=path.name, n=len(sight.ledger.rows))
        self._background.run(
            lane,
            lambda: self._export(ledger(), form, path),
            lambda _sha256: self.said.emit(exported, "ok"),
            self._say_error,
            self._over,
        )

    def _say_error(self, error: CounterError) -> None:
        self.said.emit(error_line(error), "danger")


def where_to(over: QWidget, name: str, form: str) -> Path | None:
    """The system's own dialog, in the documents folder."""
    folder = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation) or Path.home())
    kinds = f"{_FORMATS[form]} (*.{form})"
    return file_to_write(over, tr("ui.ledger.where"), folder / name, kinds)


def _file_name(sight: LedgerSight, mark: str, form: str) -> str:
    first, last = sight.first.isoformat(), sight.last.isoformat()
    days = first if last == first else f"{first}-{last}"
    closed = sight.day.closed if last == first and sight.day.day == sight.first else None
    code = f"-{closed.shown_code.replace(' ', '')}" if closed else ""
    return f"{sight.ledger.title}{mark}-{days}{code}.{form}"
