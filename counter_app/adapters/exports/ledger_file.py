"""Writing a ledger to a file that somebody named: whole or not at all, with its hash."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import cast

from counter_app.adapters.durable_file import written_whole
from counter_app.domain.errors import CounterError
from counter_app.services.ledger import Ledger

FORMATS = ("xlsx", "pdf", "csv")


def export_ledger(ledger: Ledger, form: str, out: Path) -> str:
    """Write the ledger in one of FORMATS; the SHA-256 of the file in hex.

    Raises CounterError `disk_full`, `out_not_writable`, `out_folder_missing`, `out_is_folder`.
    """
    content = ledger_bytes(ledger, form)
    if out.is_dir():
        raise CounterError("out_is_folder")
    if not out.parent.is_dir():
        raise CounterError("out_folder_missing")
    with written_whole(out, "out_not_writable") as unfinished:
        unfinished.write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def ledger_bytes(ledger: Ledger, form: str) -> bytes:
    """The ledger as a file of one of FORMATS. Only what that format needs is imported."""
    module = import_module(f"counter_app.adapters.exports.{form}")
    render = cast("Callable[[Ledger], bytes]", module.render)
    return render(ledger)
