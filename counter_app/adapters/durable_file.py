"""A file that is there whole or not at all, also after a power cut (sync design section 1)."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from counter_app.domain.errors import CounterError
from sync.durable import put_in_place

# What the system says when a folder takes no file, and our code for it.
_REFUSALS = {
    errno.ENOSPC: "disk_full",
    errno.EDQUOT: "disk_full",
    errno.EROFS: "read_only",
    errno.EACCES: "read_only",
    errno.EPERM: "read_only",
}


@contextmanager
def written_whole(target: Path, read_only: str, aside: Path | None = None) -> Iterator[Path]:
    """Give a path to write to; when the block ends well it is synced and becomes target, else it goes.

    aside is where the unfinished file stands, by default beside target; it must
    be on the same file system. Raises CounterError `disk_full`, and the code
    read_only if the folder takes no file.
    """
    unfinished = aside or target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with refusals_named(read_only):
            yield unfinished
            _sync_file(unfinished)
            put_in_place(unfinished, target)
    except BaseException:
        with suppress(OSError):  # on a disk that turned read-only it stays; what went wrong is told already
            unfinished.unlink()
        raise


@contextmanager
def refusals_named(read_only: str) -> Iterator[None]:
    """A full disk and a folder that takes no file, as errors that a person can act on."""
    try:
        yield
    except OSError as refusal:
        code = _REFUSALS.get(refusal.errno or 0)
        if code is None:
            raise
        raise CounterError(read_only if code == "read_only" else code) from refusal


def _sync_file(file: Path) -> None:
    descriptor = os.open(file, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
