"""How long the tests of chance go on: each names the examples of one good look, and a run of every day tries a part.

COUNTER_TEST_EXAMPLES=1 takes that good look, 10 ten times as many.
"""

from __future__ import annotations

import os

_TIMES = float(os.environ.get("COUNTER_TEST_EXAMPLES", "0.4"))


def examples(count: int) -> int:
    """That many in a good look; one at least."""
    return max(1, round(count * _TIMES))
