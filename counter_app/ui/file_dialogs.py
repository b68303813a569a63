"""The system's own dialogs for files, with the keys in them at once. Usage:

    path = file_to_write(self, tr("ui.ledger.where"), folder / name, kinds)  # None: it was closed
    paths = files_to_read(self, tr("ui.postbag.which"), kinds, folder)

As every window of the program (`window_change.py`) it asks for the keys itself: a display without a window manager
gives them to nobody, and path and Enter would go to the page below. That page's window has them again afterwards.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QChildEvent, QEvent, QObject, QTimer
from PySide6.QtWidgets import QFileDialog, QWidget

_READ, _WRITE = QFileDialog.AcceptMode.AcceptOpen, QFileDialog.AcceptMode.AcceptSave
_Files = QFileDialog.FileMode


def file_to_write(over: QWidget, title: str, suggested: Path, kinds: str) -> Path | None:
    """Where to write; suggested is folder and name, kinds as Qt writes them: `Excel (*.xlsx)`."""
    dialog = _dialog(over, title, kinds, suggested.parent, _WRITE, _Files.AnyFile)
    dialog.selectFile(suggested.name)
    return next(iter(_answer(dialog, over)), None)


def file_to_read(over: QWidget, title: str, kinds: str, folder: Path | None = None) -> Path | None:
    """One file that is there; folder is where to begin, None: where the last one was."""
    return next(iter(_answer(_dialog(over, title, kinds, folder, _READ, _Files.ExistingFile), over)), None)


def files_to_read(over: QWidget, title: str, kinds: str, folder: Path | None = None) -> list[Path]:
    """Files that are there; empty if it was closed."""
    return _answer(_dialog(over, title, kinds, folder, _READ, _Files.ExistingFiles), over)


def _dialog(
    over: QWidget,
    title: str,
    kinds: str,
    folder: Path | None,
    accept: QFileDialog.AcceptMode,
    files: QFileDialog.FileMode,
) -> QFileDialog:
    dialog = QFileDialog(over.window(), title, str(folder or ""), kinds)
    dialog.setAcceptMode(accept)
    dialog.setFileMode(files)
    return dialog


def _answer(dialog: QFileDialog, over: QWidget) -> list[Path]:
    keys = _Keys(dialog)
    dialog.installEventFilter(keys)
    keys.give(dialog)
    chosen = [Path(file) for file in dialog.selectedFiles()] if dialog.exec() else []
    dialog.deleteLater()
    over.window().activateWindow()
    return chosen


class _Keys(QObject):
    """Gives the keys to the dialog, and to what it asks itself (whether to replace a file). A filter: of a class of its
    own Qt would not show the system's dialog."""

    def give(self, window: QWidget) -> None:
        """As soon as exec() has shown it."""
        QTimer.singleShot(0, window, window.activateWindow)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QChildEvent) and event.polished():
            child = event.child()
            if isinstance(child, QWidget) and child.isWindow():
                self.give(child)
        return False
