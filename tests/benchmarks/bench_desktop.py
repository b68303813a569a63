"""Does the desktop stay quick with 500,000 cases in its store?

    python -m tests.benchmarks.bench_desktop --folder DIR [--cases 500000] [--rounds 7] [--rows start,window,exchange]

The store is made once in the folder and kept (`large_home`). Times of the same run stand beside what they are measured
against: a bare PySide6 window for the start, the raw query on the same index for the search. `start` is seconds until
the window first shows, until a PIN can be typed (its boxes painted, the people there) and until the store is open to
check it; processor seconds stand beside, as a busy machine changes them less. `window` is one desktop signed in over
the store. `exchange` sends 5,000 events to a hall on loopback. A block is the longest time that the thread of the
window did not come to its own timer, its own work the processor time of that thread between two ticks.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from time import monotonic

from tests.benchmarks.large_home import PASSPHRASE, large_home

GOALS = {
    "start: first window, against a bare one": 1.5,
    "start: PIN can be typed, against a bare one": 1.5,
    "search as you type, p95 ms": 50,
    "page change, p95 ms": 100,
    "list first rows, ms": 100,
    "key echo, p95 ms": 16,
    "RSS signed in, MiB": 250,
    "RSS after search, pages and an export, MiB": 250,
    "ledger of 3,000 rows shown and exported: longest block, ms": 50,
    "exchange of 5,000 events: longest block, ms": 50,
}
BARE = """
import sys, time
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget
app = QApplication([])
window = QWidget(); window.resize(1366, 720); window.show()
def shown():
    print("window", time.monotonic(), time.process_time(), flush=True); app.quit()
QTimer.singleShot(0, shown)
app.exec()
"""


def started(command: list[str], environment: Mapping[str, str]) -> dict[str, float]:
    """Seconds from the start of the process until it said each of its words, and its processor seconds until then."""
    begun = monotonic()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600, check=True)
    found: dict[str, float] = {}
    for name, at, cpu in (line.split() for line in reversed(done.stdout.splitlines())):  # the first time counts
        found |= {name: float(at) - begun, f"{name} cpu": float(cpu)}
    return found


def start(home: Path, rounds: int) -> dict[str, float]:
    """Each round both of them, one after the other."""
    environment = {**os.environ, "COUNTER_HOME": str(home)}
    ours = [sys.executable, "-m", "tests.benchmarks.desktop_start"]
    both: list[tuple[dict[str, float], dict[str, float]]] = []
    for _ in range(rounds + 1):  # the first one fills the caches of the machine
        both.append((started([sys.executable, "-c", BARE], environment), started(ours, environment)))
    bare, full = zip(*both[1:], strict=True)

    def of(rows: tuple[dict[str, float], ...], name: str) -> float:
        return statistics.median(row[name] for row in rows)

    found = {"start: a bare window, ms": of(bare, "window") * 1000}
    for word, name in (("window", "first window"), ("usable", "PIN can be typed"), ("open", "store open")):
        found[f"start: {name}, against a bare one"] = of(full, word) / of(bare, "window")
        found[f"start: {name}, processor time likewise"] = of(full, f"{word} cpu") / of(bare, "window cpu")
    return found


def asked_of_child(task: str, home: Path, cases: int) -> dict[str, float]:
    """What a desktop process of its own measured."""
    command = [sys.executable, "-m", "tests.benchmarks.desktop_child", task, str(cases)]
    environment = {**os.environ, "COUNTER_HOME": str(home)}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, timeout=3600, check=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--folder", type=Path, required=True)
    asked.add_argument("--cases", type=int, default=500_000)
    asked.add_argument("--rounds", type=int, default=7)
    asked.add_argument("--rows", default="start,window,exchange")
    given = asked.parse_args()
    os.environ |= {
        "COUNTER_PASSPHRASE": PASSPHRASE, "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        "QT_QPA_PLATFORM": "offscreen", "COUNTER_UI_BLOCK_MS": "50",
    }
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program is compiled
    home = large_home(given.folder, given.cases)
    for row in given.rows.split(","):
        found = start(home, given.rounds) if row == "start" else asked_of_child(row, home, given.cases)
        for name, value in found.items():
            goal = GOALS.get(name)
            sys.stdout.write(f"{name:<64}{value:>10.2f}{'' if goal is None else f'   goal {goal:g}'}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
