"""Writing a ledger to a file that somebody named: whole or not at all, with its hash."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import cast

from counter_app.adapters.free_memory import give_back
from counter_app.adapters.out_file import write_out
from counter_app.services.ledger import Ledger

FORMATS = ("xlsx", "pdf", "csv")


def export_ledger(ledger: Ledger, form: str, out: Path) -> str:
    """Write the ledger in one of FORMATS; the SHA-256 of the file in hex.

    Raises CounterError as `write_out`.
    """
    content = ledger_bytes(ledger, form)
    write_out(out, content)
    give_back()
    return hashlib.sha256(content).hexdigest()


def ledger_bytes(ledger: Ledger, form: str) -> bytes:
    """The ledger as a file of one of FORMATS. Only what that format needs is imported."""
    module = import_module(f"counter_app.adapters.exports.{form}")
    render = cast("Callable[[Ledger], bytes]", module.render)
    return render(ledger)
