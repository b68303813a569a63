"""When to try the exchange again by itself (sync design section 4)."""

from __future__ import annotations

from collections.abc import Callable

FIRST_S = 5.0
LONGEST_S = 15 * 60.0


def next_wait_s(failures: int, random: Callable[[], float], retry_after_s: float | None = None) -> float:
    """Seconds to wait after so many failures in a row (1 or more): capped exponential with full jitter.

    random gives [0, 1). Full jitter keeps the stations of a county from coming back all at once after a power
    cut. Never sooner than the hall asked; whoever notices that the network is back may try at once.
    """
    longest = min(LONGEST_S, FIRST_S * 2.0 ** min(failures - 1, 20))
    return (retry_after_s or 0.0) + random() * longest
