"""The program as it starts, ended as soon as somebody could sign in: prints when, for `bench_desktop`.

It imports nothing that the program does not: what measures would be measured with it.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from counter_app import __main__ as program

if TYPE_CHECKING:
    from counter_app.services.door import Door
    from counter_app.ui.app import Desktop

preparing, loading = program._who_works_here, program._load_the_rest


def say(word: str) -> None:
    """The word, the time of the clock and of the processor, seconds."""
    sys.stdout.write(f"{word} {time.monotonic()} {time.process_time()}\n")
    sys.stdout.flush()


def prepare(home: Path | None) -> Callable[[], Door | None]:
    """Called once the window is there."""
    say("window")
    return preparing(home)


def load_the_rest() -> None:
    """Called once the boxes of the PIN are painted."""
    say("usable")
    loading()
    from PySide6.QtCore import QTimer

    from counter_app.ui import app as desktop

    show = desktop.Desktop._show

    def shown(self: Desktop, page: Any) -> None:
        show(self, page)

        def end() -> None:
            say("open")
            self._app.quit()

        if type(page).__name__ == "SignInPage":
            QTimer.singleShot(0, end)

    desktop.Desktop._show = shown  # type: ignore[method-assign]


if __name__ == "__main__":
    program._who_works_here, program._load_the_rest = prepare, load_the_rest
    sys.argv = ["counter"]
    program.main()
