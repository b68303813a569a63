"""Where the built user guide (`make guide`) is found on this machine."""

from __future__ import annotations

import sys
from importlib.resources import files
from pathlib import Path

FILE = "guide.html"


def installed_folder() -> Path:
    """Where an administrator puts the folder of the guide, for all people of this installation."""
    return Path(sys.prefix) / "share" / "doc" / "counter"


def guide_file() -> Path | None:
    """The guide: that of the installation, else the one built in this tree; None if there is none."""
    built = Path(str(files("resources"))).parent / "build" / "guide"
    found = (folder / FILE for folder in (installed_folder(), built))
    return next((file for file in found if file.is_file()), None)
