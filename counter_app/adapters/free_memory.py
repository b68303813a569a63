"""Giving back to the system what a large piece of work has left."""

from __future__ import annotations

import ctypes
import sys


def give_back() -> None:
    """Of glibc; other systems do it by themselves."""
    if sys.platform.startswith("linux"):
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # musl has none
        if trim is not None:
            trim(0)
