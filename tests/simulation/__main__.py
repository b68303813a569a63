"""`make simulate SEEDS=n [FIRST=k] [STORE=...] [PLANT=...]`; `python -m tests.simulation --seed N` shows one again."""

from __future__ import annotations

import argparse
import logging
import sys
import time
import traceback
from collections.abc import Callable

from tests.simulation.plants import PLANTS
from tests.simulation.runs import run_many, run_one
from tests.simulation.sql_county import STORES


def main() -> int:
    """0 if every seed held."""
    given = _arguments()
    if given.seed is not None:
        return _replay(given.seed, given.store, given.plant)
    began, failed = time.monotonic(), 0
    seeds = range(given.first, given.first + given.seeds)
    for failure in run_many(seeds, given.store, given.plant, given.jobs, _progress(len(seeds))):
        failed += 1
        _say(f"seed {failure.seed}: {failure.what}")
    took = time.monotonic() - began
    _say(f"{len(seeds)} seeds on {given.store}, {failed} failed, {took:.0f} s, {len(seeds) / took:.1f} seeds/s")
    return 1 if failed else 0


def _replay(seed: int, store: str, plant: str) -> int:
    logging.basicConfig(stream=sys.stdout, format="%(message)s")
    try:
        run_one(seed, store, plant, trace=_say)
    except Exception:  # noqa: BLE001  whatever the seed ends with is shown
        traceback.print_exc()
        return 1
    _say("all held")
    return 0


def _progress(total: int) -> Callable[[int], None]:
    began = time.monotonic()

    def say(done: int) -> None:
        if done % 1000 == 0:
            _say(f"{done}/{total}, {done / (time.monotonic() - began):.1f} seeds/s")

    return say


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=500, help="how many")
    parser.add_argument("--first", type=int, default=0, help="from this one on")
    parser.add_argument("--jobs", type=int, help="processes; all processors if not given")
    parser.add_argument("--store", choices=("dict", *STORES), default="dict")
    parser.add_argument("--plant", choices=("", *PLANTS), default="", help="a fault that must be found")
    parser.add_argument("--seed", type=int, help="only this one, with its trace")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
