"""Real disks with real faults, for tests that run as root."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def mounted(folder: Path, size: str = "1m") -> Iterator[Path]:
    """A disk of that size, mounted on the folder."""
    if os.geteuid() != 0:
        pytest.skip("to mount a small disk needs root")
    folder.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def make_read_only(folder: Path) -> None:
    """Remount the disk of `mounted` so that nothing more can be written."""
    subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
