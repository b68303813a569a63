"""The print service of this system; apart from `bootstrap`, which the window does not wait for."""

from __future__ import annotations

import sys

from counter_app.services.device_ports import Printer


def system_printer() -> Printer | None:
    """The print queues of this system; None where this version prints through none."""
    if sys.platform == "win32":
        return None
    from counter_app.adapters.printing.cups_printer import CupsPrinter

    return CupsPrinter()
