"""Long work gives way to somebody at the window.

    for row in unhurried(rows): ...    # a worker that computes: a row takes some milliseconds at most
    stand_back()                       # the same, before something that is not done row by row
    call = busy(); ...; free(call)     # the window, around what it does and draws

Python runs one thread at a time, in turns: beside a worker that computes, a page takes twice as long to be drawn. What
computes row by row therefore stands back while the window has something to do. Without a window nothing is waited for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from threading import Event, current_thread, local, main_thread
from time import monotonic
from typing import TypeVar

T = TypeVar("T")

PATIENCE_S = 0.2  # since the window has something to do: a page is drawn in less, and must not wait for who waits

_free = Event()
_free.set()
_begun, _calls = 0.0, 0
_here = local()


def busy() -> int:
    """The window has something to do; said again, its time begins anew. Returns what `free` is to be told."""
    global _begun, _calls
    _begun, _calls = monotonic(), _calls + 1
    _free.clear()
    return _calls


def free(call: int) -> None:
    """The window waits for the next event, unless `busy` was said again since it returned this call."""
    if call == _calls:
        _free.set()


def go_first() -> None:
    """This thread never stands back: somebody is typing, and waits for what it finds."""
    _here.first = True


def stand_back() -> None:
    """Wait until the window has nothing to do. The window's own thread never waits."""
    if not _free.is_set() and not getattr(_here, "first", False) and current_thread() is not main_thread():
        _free.wait(max(0.0, _begun + PATIENCE_S - monotonic()))


def unhurried(rows: Iterable[T]) -> Iterator[T]:
    """The same rows, each when the window has nothing to do."""
    for row in rows:
        stand_back()
        yield row
