"""How long a start waits for the shipped items, against what reading their bytes costs at all.

    python -m tests.benchmarks.bench_items [--rounds 9]

Each round is an interpreter of its own, as each start is one: the first `Catalogue.load` of a process is timed, and in
the same process the floor (the same compiled bytes decoded to plain values, the item files read and hashed) and what
the compiled form spares (the C loader of YAML over the same files, without any check). Medians, in milliseconds.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import msgspec
import yaml

from forms.catalogue import Catalogue
from forms.checked_yaml import SAFE_LOADER
from forms.compiled_items import FILE_NAME

GOAL_MS = 100
OURS, FLOOR, YAML = "loaded", "the floor", "YAML alone"


def one_start() -> dict[str, float]:
    """The three times of this process, each the first of its kind."""
    folder = Path(str(files("forms") / "items"))
    found = {OURS: timed(Catalogue.load)}
    found[FLOOR] = timed(lambda: floor(folder))
    found[YAML] = timed(lambda: [yaml.load(file.read_bytes(), SAFE_LOADER) for file in folder.glob("*.yaml")])
    return found


def floor(folder: Path) -> None:
    """The bytes read, hashed and decoded, without a value of ours."""
    msgspec.json.decode((folder / FILE_NAME).read_bytes())
    for file in folder.glob("*.yaml"):
        hashlib.sha256(file.read_bytes())


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def main() -> None:
    """Print the medians and the ratios."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--one", action="store_true", help="one start, as JSON")
    asked = parser.parse_args()
    if asked.one:
        print(json.dumps(one_start()))  # noqa: T201
        return
    command = [sys.executable, "-m", "tests.benchmarks.bench_items", "--one"]
    starts = [json.loads(subprocess.run(command, check=True, capture_output=True).stdout) for _ in range(asked.rounds)]
    found = {name: statistics.median(start[name] for start in starts) for name in (OURS, FLOOR, YAML)}
    count = len(Catalogue.load().items())
    for name, figure in found.items():
        ratio = f"{found[OURS] / figure:.2f} times as long is ours" if name != OURS else f"goal {GOAL_MS} ms"
        print(f"{count} items, {name}: {figure:.1f} ms ({ratio})")  # noqa: T201


if __name__ == "__main__":
    main()
