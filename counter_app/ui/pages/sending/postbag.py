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
from threading import Event
from time import monotonic
from typing import TypeVar

from PySide6.QtCore import QStandardPaths, QStorageInfo, QTimer, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QWidget

from counter_app.domain.errors import CounterError
from counter_app.services.bundles import STOPPED, Bundles, Exported, Imported, Watch
from counter_app.ui import tokens
from counter_app.ui.background import Background, Lane
from counter_app.ui.texts import tr
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.label import Icon, Label
from counter_app.ui.widgets.progress import Progress
from counter_app.ui.wording import error_line, number

SHOWN_AFTER_MS = 1000
TOLD_EVERY_S = 0.1
FULL = "bundle_medium_full"
_STICKS = ("/media/", "/run/media/", "/mnt/")  # where desktops mount what is plugged in

T = TypeVar("T")


class Postbag(QWidget):
    """One piece of work at a time, on the network thread: an exchange over the line waits for its end."""

    said = Signal(str, str)
    changed = Signal()
    _moved = Signal(float)

    def __init__(
        self,
        bundles: Bundles,
        background: Background,
        today: Callable[[], date],
        ask_where: Callable[[QWidget, str], Path | None] | None = None,
        ask_which: Callable[[QWidget], Sequence[Path]] | None = None,
    ) -> None:
        super().__init__()
        self._bundles, self._background, self._today = bundles, background, today
        self.ask_where, self.ask_which = ask_where or where_to, ask_which or which_files
        self._stopping = Event()
        self.running = self._was_full = False
        self.bar, self.words = Progress(tr("ui.postbag.progress")), Label(role="strong")
        self.stopper = Button(tr("ui.postbag.stop"), icon="x", height=tokens.CONTROL_IN_ROW)
        self.stopper.acted.connect(self.stop)
        line = QHBoxLayout(self)
        line.setContentsMargins(4, 0, 0, 0)
        line.setSpacing(tokens.ROW_GAP)
        line.addWidget(Icon("mailbox", "pause", 18))
        line.addWidget(self.words)
        line.addWidget(self.bar, 1)
        line.addWidget(self.stopper)
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(SHOWN_AFTER_MS)
        self._late.timeout.connect(self.show)
        self._moved.connect(self.bar.show_part)
        self.hide()

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

    def stop(self) -> None:
        """End after the piece that is under way; what stands whole stays."""
        self._stopping.set()

    def _begin(self, words: str, work: Callable[[], T], then: Callable[[T], None]) -> None:
        self.running = True
        self._stopping.clear()
        self.words.setText(words)
        self.bar.show_part(0)
        self._late.start()
        self._background.run(Lane.NETWORK, work, then, self._failed, self)
        self.changed.emit()

    def _watch(self) -> Watch:
        """Called on the other thread: tells this one at most ten times a second."""
        told = 0.0

        def watch(done: int, of: int) -> None:
            nonlocal told
            if self._stopping.is_set():
                raise CounterError(STOPPED)
            now = monotonic()
            if of and now - told >= TOLD_EVERY_S:
                told = now
                self._moved.emit(done / of)

        return watch

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
            self._end(tr("ui.postbag.packed_without", done=words, why=error_line(exported.error)), "warn")
            return
        self._end(words, "ok")

    def _unpacked(self, imported: Imported) -> None:
        if imported.error is not None:
            self._end(error_line(imported.error), "danger")
            return
        missing = [part.part for part in imported.parts if not part.last]
        more = tr("ui.postbag.maybe_more") if missing and not any(part.last for part in imported.parts) else ""
        key = "ui.postbag.unpacked" if imported.events else "ui.postbag.unpacked_nothing"
        self._end(tr(key, n=number(imported.events)) + more, "ok")

    def _failed(self, error: CounterError) -> None:
        self._was_full = error.code == FULL
        self._end(error_line(error), "warn" if error.code == STOPPED else "danger")

    def _end(self, words: str, tone: str) -> None:
        self.running = False
        self._late.stop()
        self.hide()
        self.said.emit(words, tone)
        self.changed.emit()


def where_to(over: QWidget, name: str) -> Path | None:
    """The system's own dialog, on a stick if one is plugged in."""
    chosen, _ = QFileDialog.getSaveFileName(
        over.window(), tr("ui.postbag.where"), str(_stick() / name), tr("ui.postbag.kinds")
    )
    return Path(chosen) if chosen else None


def which_files(over: QWidget) -> Sequence[Path]:
    """The system's own dialog, on a stick if one is plugged in."""
    chosen, _ = QFileDialog.getOpenFileNames(
        over.window(), tr("ui.postbag.which"), str(_stick()), tr("ui.postbag.kinds")
    )
    return [Path(file) for file in chosen]


def _stick() -> Path:
    for volume in QStorageInfo.mountedVolumes():
        if volume.isReady() and not volume.isReadOnly() and volume.rootPath().startswith(_STICKS):
            return Path(volume.rootPath())
    documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    return Path(documents) if documents else Path.home()
