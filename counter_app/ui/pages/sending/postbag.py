"""The USB postbag on the page: asks for the files, shows after a second how far it is, says what came of it.

    postbag = Postbag(bundles, background, today)
    postbag.pack(); postbag.unpack(); postbag.stop()
    postbag.said.connect(...)        # sentence, tone
    postbag.changed.connect(...)     # began or ended
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from counter_app.domain.errors import CounterError
from counter_app.services.bundles import STOPPED, Bundles, Exported, Imported
from counter_app.ui.background import Background, Lane
from counter_app.ui.file_dialogs import file_to_write, files_to_read
from counter_app.ui.sticks import stick
from counter_app.ui.texts import tr
from counter_app.ui.watched_work import Kind, WatchedWork
from counter_app.ui.wording import error_line, number

FULL = "bundle_medium_full"


class Postbag(WatchedWork):
    """One piece of work at a time, on the network thread: an exchange over the line waits for its end."""

    said = Signal(str, str)

    def __init__(
        self,
        bundles: Bundles,
        background: Background,
        today: Callable[[], date],
        ask_where: Callable[[QWidget, str], Path | None] | None = None,
        ask_which: Callable[[QWidget], Sequence[Path]] | None = None,
    ) -> None:
        kind = Kind(Lane.NETWORK, ("mailbox", "pause"), tr("ui.postbag.progress"), STOPPED)
        super().__init__(kind, background)
        self._bundles, self._today = bundles, today
        self.ask_where, self.ask_which = ask_where or where_to, ask_which or which_files
        self._was_full = False

    def pack(self) -> None:
        """Ask where to, and write there what the hall lacks, with the list to print beside it.

        After a full stick it goes on with the parts that are missing.
        """
        if self.running:
            return
        file = self.ask_where(self, f"{tr('ui.postbag.file')}-{self._today():%Y%m%d}.ctb")
        if file is None:
            return
        paper = file.with_name(tr("ui.postbag.list_file", name=file.stem))

        goes_on, self._was_full = self._was_full, False

        def work() -> Exported:
            go_on = goes_on and self._bundles.is_begun()
            exported = self._bundles.export(file, go_on=go_on, watch=self._watch())
            self._bundles.write_manifest(exported, paper)
            return exported

        self._begin(tr("ui.postbag.packing"), work, lambda exported: self._packed(exported, paper))

    def unpack(self) -> None:
        """Ask for the files of the hall, and take them in."""
        if self.running:
            return
        files = list(self.ask_which(self))
        if files:
            self._begin(
                tr("ui.postbag.unpacking"), lambda: self._bundles.take_in(files, self._watch()), self._unpacked
            )

    def _packed(self, exported: Exported, paper: Path) -> None:
        has_work = exported.events or exported.scans or exported.error
        key = "ui.postbag.packed" if has_work else "ui.postbag.packed_nothing"
        words = tr(
            key,
            cases=number(exported.cases),
            scans=number(exported.scans),
            file=exported.parts[0].file.name,
            parts=len(exported.parts),
            list=paper.name,
        )
        if exported.error is not None:
            self._tell(tr("ui.postbag.packed_without", done=words, why=error_line(exported.error)), "warn")
            return
        self._tell(words, "ok")

    def _unpacked(self, imported: Imported) -> None:
        if imported.error is not None:
            self._tell(error_line(imported.error), "danger")
            return
        missing = [part.part for part in imported.parts if not part.last]
        more = tr("ui.postbag.maybe_more") if missing and not any(part.last for part in imported.parts) else ""
        key = "ui.postbag.unpacked" if imported.events else "ui.postbag.unpacked_nothing"
        self._tell(tr(key, n=number(imported.events)) + more, "ok")

    def _failed(self, error: CounterError) -> None:
        self._was_full = error.code == FULL
        self._tell(error_line(error), "warn" if error.code == STOPPED else "danger")

    def _tell(self, words: str, tone: str) -> None:
        self._end()
        self.said.emit(words, tone)


def where_to(over: QWidget, name: str) -> Path | None:
    """The system's own dialog, on a stick if one is plugged in."""
    return file_to_write(over, tr("ui.postbag.where"), stick() / name, tr("ui.postbag.kinds"))


def which_files(over: QWidget) -> Sequence[Path]:
    """The system's own dialog, on a stick if one is plugged in."""
    return files_to_read(over, tr("ui.postbag.which"), tr("ui.postbag.kinds"), stick())
