"""A file that somebody named with `--out`: whole or not at all."""

from __future__ import annotations

from pathlib import Path

from counter_app.adapters.durable_file import written_whole
from counter_app.domain.errors import CounterError


def write_out(out: Path, content: bytes) -> None:
    """Write it aside and rename.

    CounterError `out_is_folder`, `out_folder_missing`, `out_not_writable`, `disk_full`.
    """
    if out.is_dir():
        raise CounterError("out_is_folder")
    if not out.parent.is_dir():
        raise CounterError("out_folder_missing")
    with written_whole(out, "out_not_writable") as unfinished:
        unfinished.write_bytes(content)
