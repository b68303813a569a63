"""Transactions of two workers that crossed: one of them was undone and is begun again."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from counter_app.domain.errors import CounterError

TRIES = 5

P = ParamSpec("P")
T = TypeVar("T")


class Crossed(CounterError):
    """Another worker's transaction came between, and this one was undone; begun again it sees what that one did.

    PostgreSQL only: SQLite lets one writer in at a time.
    """

    def __init__(self) -> None:
        super().__init__("hall_store_busy")


def again_if_crossed(do: Callable[P, T]) -> Callable[P, T]:
    """For a function that is one transaction: begun again from its first line where it was crossed, a few times."""

    @wraps(do)
    def done(*args: P.args, **kwargs: P.kwargs) -> T:
        for _ in range(TRIES - 1):
            try:
                return do(*args, **kwargs)
            except Crossed:
                continue
        return do(*args, **kwargs)

    return done
