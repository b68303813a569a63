"""A file that somebody named with `--out`: whole or not at all."""

from __future__ import annotations

from pathlib import Path

from counter_app.adapters.durable_file import written_whole
from sync.out_place import check_place


def write_out(out: Path, content: bytes) -> None:
    """Write it aside and rename. CounterError `out_not_writable`, `disk_full`, those of `check_place`."""
    check_place(out)
    with written_whole(out, "out_not_writable") as unfinished:
        unfinished.write_bytes(content)
