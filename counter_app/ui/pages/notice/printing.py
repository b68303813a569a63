"""Printing the notices of a case after they are issued; a printer that fails loses nothing.

The event is there first, then the file, then the printer. The job is watched for a moment, so that a printer
without paper is known while the applicant still stands there; `printed` is written when the queue has the job
and nothing is known to keep it. A job given up on is taken back, if need be by a later run of the program
(`services/print_jobs.py`): it must not come out by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer

from counter_app.domain.case import IssuedNotice
from counter_app.domain.dossiers import Dossier
from counter_app.domain.errors import CounterError
from counter_app.services.device_ports import Printer
from counter_app.services.print_jobs import BROKEN, ON_ITS_WAY, STOPPED, STUCK_S, Handed, Wish
from counter_app.ui.background import Background, Lane
from counter_app.ui.pages.notice import NoticeServices
from counter_app.ui.texts import tr

WATCH_EVERY_MS = 400
WATCHES = 8
STUCK_LOOKS = round(1000 * STUCK_S / WATCH_EVERY_MS)


@dataclass(frozen=True, slots=True)
class ToPrint:
    """One notice and how many copies of it; reason is asked for where it was printed before."""

    notice: IssuedNotice
    copies: int
    reason: str = ""


class Printing(QObject):
    """Prints papers one after the other and stops at the first that fails.

    working: something is on its way to the printer now. done: all of them are in the printer's queue and none is
    known to be stuck. failed: (error, those not printed); its word of the reason is `ui.notice.why.<code of the
    printer>`.
    """

    def __init__(
        self,
        services: NoticeServices,
        background: Background,
        printer: str,
        case: Dossier,
        done: Callable[[], None],
        failed: Callable[[CounterError, Sequence[ToPrint]], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        assert services.printer is not None, "printing is offered only where there are printers"
        self._services, self._background, self._name, self._case = services, background, printer, case
        self._printer: Printer = services.printer
        self._done, self._failed = done, failed
        self.working = False
        self._left: list[ToPrint] = []
        self._handed: Handed | None = None
        self._watches = self._stuck = 0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(WATCH_EVERY_MS)
        self._timer.timeout.connect(self._look)

    def start(self, papers: Sequence[ToPrint]) -> None:
        """Print them."""
        self.working = True
        self._left = list(papers)
        self._next()

    def _next(self) -> None:
        if not self._left:
            self.working = False
            self._done()
            return
        paper, wish = self._left[0], Wish(self._name, self._left[0].copies, self._left[0].reason)
        jobs, person, case, printer = self._services.jobs, self._services.person, self._case, self._printer
        self._background.run(
            Lane.DEVICES,
            lambda: jobs.hand_over(person, case, paper.notice, printer, wish),
            self._queued,
            self._fail,
            self,
        )

    def _queued(self, handed: Handed) -> None:
        self._handed, self._watches, self._stuck = handed, 0, 0
        self._look()

    def _look(self) -> None:
        handed, jobs, printer = self._handed, self._services.jobs, self._printer
        assert handed is not None, "only a job that was handed over is watched"
        self._background.run(Lane.DEVICES, lambda: jobs.look(handed, printer), self._seen, self._fail, self)

    def _seen(self, seen: tuple[str, str]) -> None:
        state, why = seen
        self._watches += 1
        self._stuck = self._stuck + 1 if state == STOPPED else 0
        if 0 < self._stuck < STUCK_LOOKS:
            self._timer.start()
        elif state in BROKEN:
            known = why or "unknown"
            self._fail(CounterError("print_stopped", printer=self._name, why=tr(f"ui.notice.why.{known}")))
        elif state in ON_ITS_WAY and self._watches < WATCHES:
            self._timer.start()
        else:
            self._write(ended=state == "done")

    def _write(self, *, ended: bool) -> None:
        handed, jobs = self._handed, self._services.jobs
        assert handed is not None, "only a job that was handed over is written down"
        self._background.run(
            Lane.STORE, lambda: jobs.written(handed, ended=ended), lambda _none: self._printed(), self._fail, self
        )

    def _printed(self) -> None:
        self._handed = None
        self._left.pop(0)
        self._next()

    def take_back(self) -> None:
        """Take the job that is stuck out of the printer's queue."""
        handed, jobs, printer = self._handed, self._services.jobs, self._printer
        if handed is not None:
            self._background.run(
                Lane.DEVICES, lambda: jobs.give_up(handed, printer), lambda _none: None, self._ignore
            )

    @staticmethod
    def _ignore(_error: CounterError) -> None:
        """It stays noted as given up: the next print of the paper, or the next window, takes it back."""

    def _fail(self, error: CounterError) -> None:
        self._timer.stop()
        self.working = False
        self._failed(error, tuple(self._left))
