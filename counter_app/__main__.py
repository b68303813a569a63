"""The `counter` program: the desktop without arguments, the commands with some.

Everything behind a command is imported when it is used, so that `counter --help`
does not wait for cryptography and a database.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from counter_app.cli.program import run

if TYPE_CHECKING:
    from counter_app.adapters.store.backup import Restored
    from counter_app.bootstrap import Station
    from counter_app.services.doctor import Doctor
    from counter_app.services.ledger import Ledger
    from counter_app.services.ports import CardReader, Printer, SealFound
    from sync.hall_address import HallAddress


def main() -> None:
    """Entry point of the installed program."""
    sys.exit(run(sys.argv[1:], Program()))


class Program:
    """`counter_app.cli.composition.Composition` over the real adapters."""

    def open_station(self, home: Path | None) -> Station:
        """The home, with its log."""
        from counter_app import bootstrap

        return bootstrap.open_station(home)

    def enrol_home(self, home: Path | None, address: HallAddress, code: str) -> Station:
        """A new home."""
        from counter_app import bootstrap

        return bootstrap.enrol_home(home, address, code)

    def restore_home(self, home: Path | None, file: Path) -> Restored:
        """A home made of a backup."""
        from counter_app import bootstrap

        return bootstrap.restore_home(home, file)

    def open_reader(self, spec: str, timeout_s: float) -> CardReader:
        """A card reader; needs no home."""
        from counter_app import bootstrap

        return bootstrap.open_card_reader(spec, timeout_s)

    def printer(self) -> Printer:
        """The print queues."""
        from counter_app import bootstrap
        from counter_app.domain.errors import CounterError

        found = bootstrap.system_printer()
        if found is None:
            raise CounterError("no_print_service")
        return found

    def doctor(self, home: Path | None) -> Doctor:
        """The checks; also for a home that cannot be opened."""
        from counter_app import bootstrap

        return bootstrap.doctor(home)

    def check_seals(self, home: Path | None, pdf: bytes, more: Sequence[Path]) -> list[SealFound]:
        """The seals of a file; needs no enrolled home."""
        from counter_app import bootstrap

        return bootstrap.check_seals(home, pdf, more)

    def write_out(self, out: Path, content: bytes) -> None:
        """A file for somebody."""
        from counter_app.adapters.out_file import write_out

        write_out(out, content)

    def export_ledger(self, ledger: Ledger, form: str, out: Path) -> str:
        """A ledger as xlsx, pdf or csv."""
        from counter_app.adapters.exports.ledger_file import export_ledger

        return export_ledger(ledger, form, out)

    def start_window(self, home: Path | None) -> int:
        """The desktop. CounterError `desktop_not_installed` without PySide6."""
        from counter_app.domain.errors import CounterError

        if find_spec("PySide6") is None:
            raise CounterError("desktop_not_installed")
        from counter_app import bootstrap
        from counter_app.adapters.exports.ledger_file import export_ledger, ledger_bytes
        from counter_app.adapters.network_hint import SystemNetworkHint
        from counter_app.ui.app import Backend
        from counter_app.ui.app import run as run_desktop
        from sync.hall_address import hall_address

        # Qt's loop would swallow Ctrl-C; what was typed is saved, so the process may simply end.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        return run_desktop(
            Backend(
                open_home=lambda: bootstrap.open_station(home),
                enrol=lambda url, code, plain: bootstrap.enrol_home(home, hall_address(url, plain=plain), code),
                only_window=lambda: bootstrap.only_window(home),
                export=export_ledger,
                doctor=lambda: bootstrap.doctor(home).examine(),
                printer=bootstrap.system_printer(),
                open_reader=bootstrap.open_card_reader,
                reader_spec=os.environ.get("COUNTER_READER", "auto"),
                network_hint=SystemNetworkHint,
                ledger_pdf=lambda ledger: ledger_bytes(ledger, "pdf"),
            )
        )

    def record_defect(self, home: Path | None, error: BaseException) -> str:
        """Logged under the home if it is there, and numbered in any case."""
        from counter_app.adapters.home import find_home
        from counter_app.adapters.log_file import log_defect, start_log

        place = find_home(home)
        if place.is_dir():
            start_log(place)
        return log_defect(error)


if __name__ == "__main__":
    main()
