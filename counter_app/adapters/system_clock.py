"""The clocks of this machine (`services.ports.SystemClock`; sync design section 9)."""

from __future__ import annotations

import secrets
import time
from pathlib import Path

from counter_app.domain.events import ClockReading

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
# Counts while the lid is closed, unlike CLOCK_MONOTONIC; Windows' monotonic clock does so by itself.
_SINCE_BOOT = getattr(time, "CLOCK_BOOTTIME", None)


class MachineClock:
    """Wall clock and the time since boot. Without a boot id of the system, one run of the program is one boot."""

    def __init__(self) -> None:
        self._boot = _boot_id()

    def read(self) -> ClockReading:
        """Now; offset_ms is None, the store knows it."""
        since_boot = time.monotonic_ns() if _SINCE_BOOT is None else time.clock_gettime_ns(_SINCE_BOOT)
        return ClockReading(time.time_ns() // 1_000_000, self._boot, since_boot // 1_000_000, None)


def _boot_id() -> str:
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip().replace("-", "")[:16]
    except OSError:
        return secrets.token_hex(8)
