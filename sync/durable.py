"""Files that are there whole or not at all, also after a power cut (sync design section 1)."""

from __future__ import annotations

import os
import sys
from pathlib import Path

PRIVATE = 0o600
_OPEN = 0o666  # less what the umask takes


def write_whole(target: Path, content: bytes, mode: int = _OPEN) -> None:
    """Replace the file as a whole: a power cut leaves the old one or the new one. mode: who may read a new one."""
    aside = target.with_name(f"{target.name}.new")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    put_in_place(aside, target)


def put_in_place(aside: Path, target: Path) -> None:
    """Let a file that is durable already take the place of another, on the same file system."""
    aside.replace(target)
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in the folder durable. Windows does that by itself."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
