"""A watch over the thread of the window: no event may keep it busy for long, and none may read or write files.

    watch = UiWatch(); app = watched_application(watch); ...; assert watch.defects() == []

Time is the processor time of that thread within one event of Qt (a key, a paint, an answer of the background), so that
a noisy machine does not change it. What waits on a disk uses no processor; therefore the store and files are watched
as well: whatever an event does with them belongs to the background. Calls that a test makes itself are no events.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

import resources
from counter_app.adapters.store.station_store import StationStore

# Desktop design section 10 says 50 ms: COUNTER_UI_BLOCK_MS=50. What is usual leaves room for a machine whose processors
# are lent out while they are counted; of three workers on two of them an event was seen to cost three times as much.
LIMIT_MS = float(os.environ.get("COUNTER_UI_BLOCK_MS", "200"))
PAGE_CHANGE_MS = 2 * LIMIT_MS  # a page, a form or a dialog comes within 100 ms
ALONE_MS = 1.2  # of the loop in `_slowness`, on a machine that does nothing else
SHIPPED = (str(Path(resources.__file__).parent), sys.prefix, sys.base_prefix, "/dev/null")
START_AND_END = (QEvent.Type.Expose, QEvent.Type.DeferredDelete)  # a window comes up and paints all of itself; it ends
CODE = (".py", ".pyc", ".so")
TOUCHES = frozenset({"open", "os.listdir", "os.scandir", "socket.connect", "subprocess.Popen"})


@dataclass
class UiWatch:
    """What was seen since the last look. What `excuse` names may take its time, but read and write it may not."""

    thread: int = field(default_factory=threading.get_ident)
    depth: int = 0
    armed: bool = False
    excused_s: float = 0.0
    limit_ms: float = LIMIT_MS
    blocks: list[str] = field(default_factory=list)
    touched: list[str] = field(default_factory=list)

    def around(self, receiver: QObject, event: QEvent, deliver: Callable[[QObject, QEvent], bool]) -> bool:
        """Deliver an event, and keep what it cost if that is too much."""
        if not self.armed or self.depth or threading.get_ident() != self.thread:
            return deliver(receiver, event)
        self.depth, self.excused_s, self.limit_ms, before = 1, 0.0, LIMIT_MS, len(self.touched)
        begun = time.thread_time()
        try:
            return deliver(receiver, event)
        finally:  # some hundred thousand events a minute: what they were is asked only where it matters
            took_ms = (time.thread_time() - begun - self.excused_s) * 1000
            self.depth = 0
            if took_ms > self.limit_ms or len(self.touched) > before:
                self._keep(receiver, event, took_ms, before)

    def _keep(self, receiver: QObject, event: QEvent, took_ms: float, touched_before: int) -> None:
        kind = event.type()
        if kind in START_AND_END:
            del self.touched[touched_before:]
        elif took_ms > self.limit_ms and took_ms > self.limit_ms * _slowness():
            name = f"{type(receiver).__name__} {receiver.objectName() if isValid(receiver) else ''}".strip()
            self.blocks.append(f"{name}: {kind.name} took {took_ms:.0f} ms")

    def excuse(self, owner: type, name: str) -> None:
        """Do not count the time of this method: a whole window is made in it."""
        method = getattr(owner, name)

        @wraps(method)
        def excused(*arguments: Any, **options: Any) -> Any:
            begun = time.thread_time()
            try:
                return method(*arguments, **options)
            finally:
                self.excused_s += time.thread_time() - begun

        setattr(owner, name, excused)

    def is_page_change(self, owner: type, name: str) -> None:
        """An event in which this method runs has the time of a page change."""
        method = getattr(owner, name)

        @wraps(method)
        def changing(*arguments: Any, **options: Any) -> Any:
            self.limit_ms = PAGE_CHANGE_MS
            return method(*arguments, **options)

        setattr(owner, name, changing)

    def touch(self, what: str) -> None:
        """Something outside the program was asked; a defect where an event did it."""
        if self.armed and self.depth and threading.get_ident() == self.thread:
            self.touched.append(f"{what} from {_caller()}")

    def defects(self) -> list[str]:
        """All that was seen, once."""
        found = self.blocks + self.touched
        self.blocks, self.touched = [], []
        return found


class WatchedApplication(QApplication):
    """An application whose every event goes by the watch."""

    watch: UiWatch | None = None

    def notify(self, receiver: QObject, event: QEvent) -> bool:
        if self.watch is None:
            return super().notify(receiver, event)
        return self.watch.around(receiver, event, super().notify)


def keep_watch(watch: UiWatch) -> None:
    """See the store and files from now on, until the process ends: audit hooks cannot be taken away."""

    def hear(event: str, arguments: tuple[Any, ...]) -> None:
        if event in TOUCHES and watch.depth and watch.armed:
            path = str(arguments[0]) if arguments else ""
            if not path.startswith(SHIPPED) and not path.endswith(CODE) and not path.isdigit():
                watch.touch(f"{event} {path}")

    sys.addaudithook(hear)
    for name in ("read", "write"):
        setattr(StationStore, name, _told(watch, f"store.{name}", getattr(StationStore, name)))


def _told(watch: UiWatch, what: str, method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def told(*arguments: Any, **options: Any) -> Any:
        watch.touch(what)
        return method(*arguments, **options)

    return told


def _slowness() -> float:
    """How much slower than alone this processor is now: other programs share its caches and its units."""
    took = []
    for _ in range(5):
        begun = time.thread_time()
        sum(n * n for n in range(20_000))
        took.append((time.thread_time() - begun) * 1000)
    return max(1.0, sorted(took)[2] / ALONE_MS)


def _caller() -> str:
    """The nearest place in the pages that led here."""
    frame = sys._getframe(2)
    while frame is not None:
        file = frame.f_code.co_filename
        if f"{os.sep}ui{os.sep}" in file and "tests" not in file:
            return f"{Path(file).name}:{frame.f_lineno} {frame.f_code.co_name}"
        if frame.f_back is None:
            break
        frame = frame.f_back
    return "somewhere"
