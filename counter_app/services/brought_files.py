"""Files that somebody named: read only where reading comes to an end."""

from __future__ import annotations

import errno
import os
from pathlib import Path

MOST_BYTES = 100 << 20  # a sealed PDF, a key, a certificate, a photograph


def content_of(file: Path) -> bytes:
    """What is in it. OSError as of `open`, and for what is no regular file or larger than MOST_BYTES.

    A pipe would be waited for without an end, a device never ends.
    """
    if not file.is_file():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), file.name)
    if file.stat().st_size > MOST_BYTES:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), file.name)
    return file.read_bytes()
