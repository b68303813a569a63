"""A counter's window over a new home in a folder, on whatever display there is: `python -m ...spoken_home FOLDER`.

It says "ready" once home is shown with a case that must be answered today, and stays until it is ended.
"""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

from PySide6.QtWidgets import QApplication

from counter_app.ui.garbage import collect_only_here
from counter_app.ui.look import dress
from counter_app.ui.rail import RailCell
from tests.counter_app.ui.pages.conftest import working
from tests.support.homes import MONDAY


def main(folder: Path) -> None:
    app = QApplication([])
    dress(app)
    collect_only_here(app)
    with working(app, folder) as work:
        work.take_in("receive")
        work.home.clock.now = MONDAY + timedelta(days=7)
        work.open("today")
        work.until(lambda: work.place.today.table.current_key() != "")
        rail = work.place.window.findChildren(RailCell)
        work.until(lambda: any("1" in cell.accessibleName().split()[1:-1] for cell in rail))  # a badge
        print("ready", flush=True)  # noqa: T201
        app.exec()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
