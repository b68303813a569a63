"""Where a file that somebody takes along is best put: the stick that is plugged in."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QStandardPaths, QStorageInfo

_STICKS = ("/media/", "/run/media/", "/mnt/")  # where desktops mount what is plugged in


def stick() -> Path:
    """The stick that can be written to, else the person's documents."""
    for volume in QStorageInfo.mountedVolumes():
        if volume.isReady() and not volume.isReadOnly() and volume.rootPath().startswith(_STICKS):
            return Path(volume.rootPath())
    documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    return Path(documents) if documents else Path.home()
