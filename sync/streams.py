"""Standard streams that whoever started the program had closed."""

from __future__ import annotations

import os
import sys


def open_closed_streams() -> None:
    """Put the null device where a standard stream is missing, before anything else is opened.

    The next file would get its number, and what is meant for the screen would be written into a store. What is
    said goes nowhere then; `sys.stdin` stays None, so that whoever reads it notices.
    """
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest free number: this one
    if sys.stdout is None:
        sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    if sys.stderr is None:
        sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False)
