"""Printing the notices of a case after they are issued; a printer that fails loses nothing.

The event is there first, then the file, then the printer. The job is watched for a moment, so that a printer
without paper is known while the applicant still stands there; `printed` is written when the queue has the job
and nothing is known to keep it. A job given up on is taken back: it must not come out later by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer

from counter_app.domain.case import IssuedNotice
from counter_app.domain.dossiers import Dossier
from counter_app.domain.entrustment import Entrustment
from counter_app.domain.errors import CounterError
from counter_app.domain.notice import NoticeKind
from counter_app.services.ports import Printer
from counter_app.ui.background import Background, Lane
from counter_app.ui.pages.notice import NoticeServices
from counter_app.ui.texts import tr

WATCH_EVERY_MS = 400
WATCHES = 8
_ON_ITS_WAY = frozenset({"pending", "printing"})
_BROKEN = frozenset({"stopped", "failed"})


@dataclass(frozen=True, slots=True)
class ToPrint:
    """One notice and how many copies of it; reason is asked for where it was printed before."""

    notice: IssuedNotice
    copies: int
    reason: str = ""


class Printing(QObject):
    """Prints papers one after the other and stops at the first that fails.

    done: all of them are in the printer's queue and none is known to be stuck. failed: (error, those not printed);
    its word of the reason is `ui.notice.why.<code of the printer>`.
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
        self._left: list[ToPrint] = []
        self._job = ""
        self._watches = 0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(WATCH_EVERY_MS)
        self._timer.timeout.connect(self._look)

    def start(self, papers: Sequence[ToPrint]) -> None:
        """Print them."""
        self._left = list(papers)
        self._next()

    def _next(self) -> None:
        if not self._left:
            self._done()
            return
        paper = self._left[0]
        self._background.run(Lane.STORE, lambda: self._pdf(paper), self._send, self._fail, self)

    def _pdf(self, paper: ToPrint) -> bytes:
        return self._services.papers.to_print(self._case, paper.notice, again=paper.notice.prints > 0)

    def _send(self, pdf: bytes) -> None:
        paper = self._left[0]
        is_licence = not isinstance(self._case, Entrustment) and self._case.item.licence
        title = f"{NoticeKind(paper.notice.kind).facts.title_for(is_licence)} {self._case.id}"
        name, copies = self._name, paper.copies
        self._background.run(
            Lane.DEVICES, lambda: self._printer.print_pdf(name, title, pdf, copies), self._queued, self._fail, self
        )

    def _queued(self, job: str) -> None:
        self._job, self._watches = job, 0
        self._look()

    def _look(self) -> None:
        self._background.run(Lane.DEVICES, self._state, self._seen, self._fail, self)

    def _state(self) -> tuple[str, str]:
        state = self._printer.job_state(self._job)
        return state, self._printer.why_stopped(self._job) if state in _BROKEN else ""

    def _seen(self, seen: tuple[str, str]) -> None:
        state, why = seen
        self._watches += 1
        if state in _BROKEN:
            known = why or "unknown"
            self._fail(CounterError("print_stopped", printer=self._name, why=tr(f"ui.notice.why.{known}")))
        elif state in _ON_ITS_WAY and self._watches < WATCHES:
            self._timer.start()
        else:
            self._write()

    def _write(self) -> None:
        paper, person, papers = self._left[0], self._services.person, self._services.papers

        def write() -> None:
            papers.log_printed(person, self._case, paper.notice, self._name, paper.copies, paper.reason)

        self._background.run(Lane.STORE, write, lambda _none: self._printed(), self._fail, self)

    def _printed(self) -> None:
        self._left.pop(0)
        self._next()

    def take_back(self) -> None:
        """Take the job that is stuck out of the printer's queue."""
        job, printer = self._job, self._printer
        if job:
            self._background.run(Lane.DEVICES, lambda: printer.cancel(job), lambda _none: None, self._ignore)

    @staticmethod
    def _ignore(_error: CounterError) -> None:
        """A printer that cannot be reached will not print either."""

    def _fail(self, error: CounterError) -> None:
        self._timer.stop()
        self._failed(error, tuple(self._left))
