from __future__ import annotations

import subprocess
import sys
import time

from counter_app.adapters.system_clock import MachineClock


def test_the_wall_clock_is_in_milliseconds_and_the_offset_is_the_stores_matter() -> None:
    before = time.time_ns() // 1_000_000
    reading = MachineClock().read()
    assert before <= reading.wall_ms <= time.time_ns() // 1_000_000
    assert reading.offset_ms is None


def test_time_since_boot_never_goes_back() -> None:
    clock = MachineClock()
    readings = [clock.read().monotonic_ms for _ in range(1000)]
    assert readings == sorted(readings)
    assert readings[0] > 0


def test_two_programs_of_one_boot_name_the_same_boot() -> None:
    ask = "from counter_app.adapters.system_clock import MachineClock; print(MachineClock().read().boot)"
    other = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True).stdout.strip()
    assert other == MachineClock().read().boot
    assert len(other) == 16
