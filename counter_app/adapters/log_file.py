"""The program's own log, under the home: what went wrong and where in the program, never with whose data.

A traceback is written as its frames and the type of the error only: messages
of libraries quote the values they choke on, and those may be a person's.
"""

from __future__ import annotations

import hashlib
import logging
import traceback
from logging.handlers import RotatingFileHandler
from pathlib import Path

LOG_FILE = "counter.log"
LARGEST, KEPT = 1 << 20, 5  # bytes a file, and older files kept
OWN_PACKAGES = ("counter_app", "sync", "forms")

log = logging.getLogger(__name__)


def start_log(home: Path) -> None:
    """Write warnings of our own packages to the home's log from now on. A home that takes no file goes without."""
    logging.raiseExceptions = False
    logging.lastResort = None  # libraries that warn would write on people's screens
    folder = home / "logs"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError:
        return
    file = folder / LOG_FILE
    handler = RotatingFileHandler(file, maxBytes=LARGEST, backupCount=KEPT, encoding="utf-8", delay=True)
    handler.setFormatter(_FramesOnly("%(asctime)s %(process)d %(levelname)s %(name)s %(message)s"))
    for name in OWN_PACKAGES:
        logger = logging.getLogger(name)
        for old in logger.handlers[:]:
            logger.removeHandler(old)
            old.close()
        logger.addHandler(handler)
        logger.propagate = False


def log_to_screen() -> None:
    """For a run without a home: the same lines on stderr, instead of the traceback that logging would write there."""
    logging.raiseExceptions = False
    logging.lastResort = logging.StreamHandler()
    logging.lastResort.setFormatter(_FramesOnly("%(levelname)s %(name)s %(message)s"))


def log_defect(error: BaseException) -> str:
    """Log an unexpected failure; its number, the same for the same fault in the same place."""
    number = defect_number(error)
    log.error("%s %s", number, type(error).__name__, exc_info=error)
    return number


def defect_number(error: BaseException) -> str:
    """Eight characters made of the type and the places in the program."""
    places = [f"{frame.filename}:{frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
    shape = "\n".join([type(error).__qualname__, *(Path(place).name for place in places)])
    return hashlib.sha256(shape.encode()).hexdigest()[:8].upper()


class _FramesOnly(logging.Formatter):
    def formatException(self, ei: object) -> str:  # the name is logging's
        error = ei[1] if isinstance(ei, tuple) else None
        lines: list[str] = []
        while isinstance(error, BaseException):
            lines.append(f"{type(error).__module__}.{type(error).__qualname__}")
            frames = traceback.extract_tb(error.__traceback__)
            lines += [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
            error = error.__cause__ or error.__context__
        return "\n".join(lines)
