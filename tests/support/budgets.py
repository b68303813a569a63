"""How long the tests of chance go on: COUNTER_TEST_EXAMPLES=10 lets hypothesis try ten times as many examples."""

from __future__ import annotations

import os

_TIMES = int(os.environ.get("COUNTER_TEST_EXAMPLES", "1"))


def examples(count: int) -> int:
    """So many examples in a run of every day."""
    return count * _TIMES
