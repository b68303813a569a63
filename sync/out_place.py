"""Where a file that somebody named may be put."""

from __future__ import annotations

from pathlib import Path

from counter_app.domain.errors import CounterError


def check_place(out: Path) -> None:
    """That a file can be put there by renaming. CounterError `out_is_folder`, `out_folder_missing`, `out_not_a_file`.

    A device or a pipe is no place: the rename would put a file where everybody expects /dev/null.
    """
    if out.is_dir():
        raise CounterError("out_is_folder")
    if not out.absolute().parent.is_dir():
        raise CounterError("out_folder_missing")
    if out.exists() and not out.is_file():
        raise CounterError("out_not_a_file")
