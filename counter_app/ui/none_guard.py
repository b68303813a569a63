"""PySide 6.12.0 on Python below 3.12 gives back one reference to None too few at every call that returns None.

Seen on 3.11.7: 200 calls of `QWidget.update` cost 200 references, and after some ten thousand calls the
interpreter dies ("none_dealloc"); 6.11.3 does not do it. From 3.12 on None is immortal and nothing happens.
Until the wheels are mended, None gets so many references that they never run out.
"""

from __future__ import annotations

import ctypes
import sys

_PLENTY = 1 << 60


def keep_none_alive() -> None:
    """Make None as good as immortal. To be called before the first window; more calls do no harm."""
    if sys.version_info < (3, 12) and sys.getrefcount(None) < _PLENTY // 2:
        # CPython keeps the number of references in the first word of an object
        ctypes.c_ssize_t.from_address(id(None)).value += _PLENTY
