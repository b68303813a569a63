"""The `counter` program: the desktop without arguments, the commands with some.

Everything behind a command is imported when it is used, so that `counter --help`
does not wait for cryptography and a database.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from sync.exit_codes import INTERRUPTED
from sync.streams import open_closed_streams

if TYPE_CHECKING:
    from counter_app.adapters.store.backup import Restored
    from counter_app.services.device_ports import CardReader, PictureMeans, Printer
    from counter_app.services.doctor import Doctor
    from counter_app.services.door import Door
    from counter_app.services.ledger import Ledger
    from counter_app.services.seal_ports import SealFound
    from counter_app.station import Station
    from sync.hall_address import HallAddress


def main() -> None:
    """Entry point of the installed program."""
    open_closed_streams()
    if not sys.argv[1:] and find_spec("PySide6") is not None:
        sys.exit(_window())
    try:
        from counter_app.cli.program import run

        sys.exit(run(sys.argv[1:], Program()))
    except KeyboardInterrupt:  # before `run` could note it: while the program was still being loaded
        sys.exit(INTERRUPTED)


def _window() -> int:
    """The desktop without the commands, which the window would wait for."""
    program = Program()
    try:
        return program.start_window(None)
    except Exception as defect:  # noqa: BLE001  the outermost handler, as in `cli.program`
        from counter_app.cli.program import say_defect
        from counter_app.cli.session import Session

        return say_defect(Session(program, json=False), defect)


class Program:
    """`counter_app.cli.composition.Composition` over the real adapters."""

    def open_station(self, home: Path | None) -> Station:
        """The home, with its log."""
        from counter_app import bootstrap

        station = bootstrap.open_station(home)
        gc.freeze()  # what was loaded is no garbage: a long run would look through it again and again
        return station

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

    def pictures(self) -> PictureMeans:
        """Scanner and cameras; needs no home."""
        from counter_app import bootstrap

        return bootstrap.picture_means()

    def doctor(self, home: Path | None) -> Doctor:
        """The checks; also for a home that cannot be opened."""
        from counter_app import bootstrap

        return bootstrap.doctor(home)

    def check_seals(self, home: Path | None, pdf: bytes, more: Sequence[Path]) -> list[SealFound]:
        """The seals of a file; needs no enrolled home."""
        from counter_app import bootstrap

        return bootstrap.check_seals(home, pdf, more)

    def check_out(self, out: Path) -> None:
        """A place for a file."""
        from sync.out_place import check_place

        check_place(out)

    def write_out(self, out: Path, content: bytes) -> None:
        """A file for somebody."""
        from counter_app.adapters.out_file import write_out

        write_out(out, content)

    def export_ledger(self, ledger: Ledger, form: str, out: Path) -> str:
        """A ledger as xlsx, pdf or csv."""
        from counter_app.adapters.exports.ledger_file import export_ledger

        return export_ledger(ledger, form, out)

    def ledger_pdf(self, ledger: Ledger) -> bytes:
        """A ledger as it is printed."""
        from counter_app.adapters.exports.ledger_file import ledger_bytes

        return ledger_bytes(ledger, "pdf")

    def start_window(self, home: Path | None) -> int:
        """The desktop. CounterError `desktop_not_installed` without PySide6."""
        from counter_app.domain.errors import CounterError

        if find_spec("PySide6") is None:
            raise CounterError("desktop_not_installed")
        gc.disable()  # of what is loaded nothing is garbage
        from counter_app.ui.lean_pyside import load_lean_pyside

        load_lean_pyside()
        from counter_app.ui.first_window import FirstWindow
        from counter_app.ui.garbage import collect_only_here, prompt_hand_over

        # Qt's loop would swallow Ctrl-C; what was typed is saved, so the process may simply end.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        first = FirstWindow(lambda: _who_works_here(home))
        collect_only_here(first.app)
        prompt_hand_over()
        if not first.load(_load_the_rest):
            return 0
        gc.freeze()  # code stays: to look through it again and again would hold the window up
        from counter_app.adapters.network_hint import SystemNetworkHint
        from counter_app.adapters.printing.of_system import system_printer
        from counter_app.ui.app import Backend
        from counter_app.ui.app import run as run_desktop
        from sync.hall_address import hall_address

        return run_desktop(
            Backend(
                open_home=lambda: self.open_station(home),
                enrol=lambda url, code, plain, pin: self.enrol_home(
                    home, hall_address(url, plain=plain, pin=pin or None), code
                ),
                only_window=lambda: _only_window(home),
                export=self.export_ledger,
                doctor=lambda: self.doctor(home).examine(),
                printer=system_printer(),
                open_reader=self.open_reader,
                reader_spec=os.environ.get("COUNTER_READER", "auto"),
                network_hint=SystemNetworkHint,
                pictures=self.pictures(),
                camera_spec=os.environ.get("COUNTER_CAMERA", ""),
                ledger_pdf=self.ledger_pdf,
            ),
            first.entry,
        )

    def record_defect(self, home: Path | None, error: BaseException) -> str:
        """Logged under the home if it is there, and numbered in any case."""
        from counter_app.adapters.home import find_home
        from counter_app.adapters.log_file import log_defect, log_to_screen, start_log

        place = find_home(home)
        if place.is_dir():
            start_log(place)
        else:
            log_to_screen()
        return log_defect(error)


def _who_works_here(home: Path | None) -> Callable[[], Door | None]:
    """Who may sign in, where that can be known before the store is opened; what is in the way the opening says.

    What it takes is imported here and now: two threads that import keep each other waiting for longer than both take.
    """
    from counter_app.adapters.home import KEY_SERVICE, PASSPHRASE, STORE_FILE, STORE_KEY, find_home
    from counter_app.adapters.store.door import read_door
    from counter_app.domain.errors import CounterError
    from sync.key_vault import import_what_opens, open_vault

    place, in_the_way = find_home(home), (CounterError, OSError, ValueError)

    def door() -> Door | None:
        try:
            key = open_vault(place, KEY_SERVICE, PASSPHRASE).load(STORE_KEY)
        except in_the_way:
            return None
        return None if key is None else read_door(place / STORE_FILE, key)

    try:
        import_what_opens(place)
        return door if (place / STORE_FILE).exists() else lambda: None
    except in_the_way:
        return lambda: None


def _load_the_rest() -> None:
    from resources import texts

    texts.catalogue(texts.language())


def _only_window(home: Path | None) -> AbstractContextManager[None]:
    from counter_app import bootstrap

    return bootstrap.only_window(home)


if __name__ == "__main__":
    main()
