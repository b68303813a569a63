"""Looks at the machine for `counter doctor`: disk, fonts, print queues, the way to the hall."""

from __future__ import annotations

import os
import shutil
import socket
import sys
import tomllib
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

from counter_app.domain.errors import CounterError
from sync.key_vault import INDEX
from sync.ports import LinkDown

REACH_S = 3.0


def existing_home(home: Path) -> Path:
    """The home, if it has keys: looking must not make one. CounterError `not_enrolled`."""
    if not (home / INDEX).exists():
        raise CounterError("not_enrolled", home=str(home))
    return home


def free_bytes(home: Path) -> int:
    """What is free on the disk of the home, or of the nearest folder above that is there."""
    there = next(folder for folder in (home, *home.parents) if folder.is_dir())
    return shutil.disk_usage(there).free


def absent_fonts() -> list[str]:
    """Shipped font files that are not there."""
    folder = files("resources") / "fonts"
    fonts = tomllib.loads((folder / "fonts.toml").read_text(encoding="utf-8"))["fonts"]
    shipped = sorted({str(entry["file"]) for entry in fonts.values() if "file" in entry})
    return [name for name in shipped if not (folder / name).is_file()]


def is_running(process: int) -> bool:
    """Whether a process of that number runs on this machine."""
    if sys.platform == "win32":
        return False  # prints through none of our queues (`bootstrap.system_printer`)
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def printer_names() -> list[str]:
    """The print queues of this machine. CounterError `no_print_service`; on Windows the desktop looks itself."""
    if sys.platform == "win32":
        raise CounterError("no_print_service")
    from counter_app.adapters.printing.cups_printer import CupsPrinter

    return CupsPrinter().names()


def reach(url: str) -> None:
    """Whether something listens at the hall's address. LinkDown if not."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        socket.create_connection((parts.hostname or "", port), REACH_S).close()
    except OSError as error:
        raise LinkDown(type(error).__name__) from None
