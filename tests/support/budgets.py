"""How long the tests of chance go on: each names the examples of one good look, and a run of every day tries a part.

COUNTER_TEST_EXAMPLES=1 takes that good look, 10 ten times as many.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import TypeVar

T = TypeVar("T")
_TIMES = float(os.environ.get("COUNTER_TEST_EXAMPLES", "0.4"))


def examples(count: int) -> int:
    """That many in a good look; one at least."""
    return max(1, round(count * _TIMES))


def part(cases: Iterable[T]) -> Sequence[T]:
    """So many of the cases as a run tries, evenly from first to last; a good look takes them all."""
    given = list(cases)
    if _TIMES >= 1:
        return given
    return [given[int(n / _TIMES)] for n in range(examples(len(given))) if int(n / _TIMES) < len(given)]
