"""The one door for work that may take time. Usage, in a page:

    self._background.run(Lane.STORE, lambda: self._intake.accept(case_id), self._show_case, self._show_error, self)

Each lane is one thread of its own: a connection never changes threads, and a slow network never
holds up the store.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from enum import Enum
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from shiboken6 import isValid

from counter_app.domain.errors import CounterError
from resources import pace

T = TypeVar("T")
OnError = Callable[[CounterError], None]


UNTIL_DRAWN_MS = 16  # Qt gathers for 5 ms what is to be drawn; this timer comes after the drawing


def workers_stand_back() -> None:
    """For what this event does, and for what is drawn after it. To be called where that may be much."""
    call = pace.busy()
    QTimer.singleShot(UNTIL_DRAWN_MS, lambda: pace.free(call))


class Lane(Enum):
    """STORE writes, READ reads on its own connection, SEARCH looks for what is typed (a long read must not hold it up),
    NETWORK talks to the hall, DEVICES to readers and printers, PICTURES to scanner and camera (a page takes long, and
    no card or print must wait for it), COPIES backs up (a slow stick takes minutes, and no exchange must wait)."""

    STORE = "store"
    READ = "read"
    SEARCH = "search"
    NETWORK = "network"
    DEVICES = "devices"
    PICTURES = "pictures"
    COPIES = "copies"


_AFTER_DRAWING = (Lane.READ, Lane.NETWORK, Lane.COPIES)
"""What these do takes a while: it begins once the page that asked for it is drawn, or after `pace.PATIENCE_S`."""


class Background(QObject):
    """Owns the worker threads. Made once on the UI thread; `close` waits for what is running."""

    _settled = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._closed = False
        self._lanes = {
            lane: ThreadPoolExecutor(
                max_workers=1,
                thread_name_prefix=f"counter-{lane.value}",
                initializer=pace.go_first if lane is Lane.SEARCH else None,
            )
            for lane in Lane
        }
        self._settled.connect(self._answer, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        lane: Lane,
        work: Callable[[], T],
        then: Callable[[T], None],
        on_error: OnError,
        owner: QObject | None = None,
    ) -> Future[T]:
        """Do the work on the thread of the lane; answer on the UI thread.

        work must not touch a widget. The answer is dropped if owner is gone by then. An error that
        is not a CounterError is a defect: it reaches sys.excepthook.
        """
        future = self._lanes[lane].submit(partial(_once_drawn, work) if lane in _AFTER_DRAWING else work)
        future.add_done_callback(lambda done: self._settled.emit((done, then, on_error, owner)))
        return future

    def close(self) -> None:
        """Take no more work and wait until all that was given is done; nobody is there for its answers any more."""
        self._closed = True
        for executor in self._lanes.values():
            executor.shutdown(wait=True)

    def _answer(
        self,
        settled: tuple[Future[object], Callable[[object], None], OnError, QObject | None],
    ) -> None:
        future, then, on_error, owner = settled
        workers_stand_back()
        if future.cancelled() or (owner is not None and not isValid(owner)):
            return
        error = future.exception()
        if error is not None and not isinstance(error, CounterError):
            sys.excepthook(type(error), error, error.__traceback__)
        elif self._closed:
            return
        elif error is None:
            then(future.result())
        else:
            on_error(error)


def _once_drawn(work: Callable[[], T]) -> T:
    pace.stand_back()
    return work()
