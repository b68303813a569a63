"""Who computes row by row stands back while the window has something to do, and never for good."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from resources import pace
from resources.pace import busy, free, unhurried

LONG_S = 60.0
MANY = 1000


@pytest.fixture(autouse=True)
def free_afterwards() -> Iterator[None]:
    yield
    free(busy())


def worker(rows: int) -> tuple[threading.Thread, list[int]]:
    done: list[int] = []
    thread = threading.Thread(target=lambda: done.extend(unhurried(range(rows))), daemon=True)
    thread.start()
    return thread, done


def test_a_worker_waits_until_the_window_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "PATIENCE_S", LONG_S)
    call = busy()
    thread, done = worker(3)
    thread.join(0.05)
    assert thread.is_alive()
    assert done == []
    free(call)
    thread.join(LONG_S)
    assert done == [0, 1, 2]


def test_what_ends_is_not_said_for_what_began_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "PATIENCE_S", LONG_S)
    page, answer = busy(), busy()
    free(page)
    thread, done = worker(3)
    thread.join(0.05)
    assert done == []
    free(answer)
    thread.join(LONG_S)
    assert done == [0, 1, 2]


def test_a_window_that_never_says_it_is_free_holds_a_worker_up_once_and_not_at_each_row(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pace, "PATIENCE_S", 0.05)
    busy()
    thread, done = worker(MANY)
    thread.join(MANY * 0.05 / 2)
    assert done == list(range(MANY))


def test_what_the_window_computes_itself_does_not_wait_for_the_window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "PATIENCE_S", LONG_S)
    busy()
    assert list(unhurried(range(3))) == [0, 1, 2]
