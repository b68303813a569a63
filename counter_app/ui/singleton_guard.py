"""PySide 6.12.0 on Python below 3.12 gives back one reference too few when a call returns None, True or False.

Seen on 3.11.7: 200 calls of `QWidget.update` cost None 200 references, and after some ten thousand calls the
interpreter dies ("none_dealloc", "bool_dealloc"); 6.11.3 does not do it. From 3.12 on these values are immortal
and nothing happens. Until the wheels are mended, they get so many references that they never run out.
"""

from __future__ import annotations

import ctypes
import sys

_PLENTY = 1 << 60


def keep_singletons_alive() -> None:
    """Make the constants of the language as good as immortal. To be called before the first window."""
    if sys.version_info >= (3, 12):
        return
    for constant in (None, True, False, NotImplemented, Ellipsis):
        if sys.getrefcount(constant) < _PLENTY // 2:
            # CPython keeps the number of references in the first word of an object
            ctypes.c_ssize_t.from_address(id(constant)).value += _PLENTY
