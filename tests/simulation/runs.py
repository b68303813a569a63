"""Many seeds, one after another or on all processors; what failed, and how to see it again."""

from __future__ import annotations

import gc
import logging
import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from tests.simulation.plants import PLANTS, Plant
from tests.simulation.sql_county import STORES
from tests.simulation.world import World

CHUNK = 20  # seeds that a process takes at once


@dataclass(frozen=True)
class Failure:
    """A seed whose run broke a promise, or a defect that it met; `python -m tests.simulation --seed` shows it again."""

    seed: int
    what: str


def run_one(seed: int, store: str = "dict", plant: str = "", trace: Callable[[str], None] | None = None) -> None:
    """The whole history of one seed. Violation, or whatever a defect raises."""
    planted = PLANTS[plant] if plant else Plant()
    county: Any = STORES.get(store, planted.county)
    with planted.rules():
        world = World(seed, county, trace=trace)
        try:
            world.run()
        finally:
            world.close()


def outcome(seed: int, store: str = "dict", plant: str = "") -> Failure | None:
    """None if all held."""
    try:
        run_one(seed, store, plant)
    except Exception as error:  # noqa: BLE001  a defect of any kind is what is looked for
        return Failure(seed, f"{type(error).__name__}: {error}")
    return None


def run_many(
    seeds: Iterable[int], store: str = "dict", plant: str = "", jobs: int | None = None,
    said: Callable[[int], None] = lambda done: None,
) -> Iterator[Failure]:
    """The failures among the seeds, as they are found, on so many processes (None: all processors)."""
    logging.disable(logging.ERROR)  # what the hall logs of refused requests is no news here
    if jobs == 1:
        for done, seed in enumerate(seeds, 1):
            failure = outcome(seed, store, plant)
            said(done)
            if failure:
                yield failure
        return
    with multiprocessing.get_context("fork").Pool(jobs or os.cpu_count()) as pool:
        done, waiting = 0, iter(seeds)
        chunks = iter(lambda: [(seed, store, plant) for seed in islice(waiting, CHUNK)], [])
        for failures, count in pool.imap_unordered(_chunk, chunks):
            done += count
            said(done)
            yield from failures


def first_failure(seeds: Iterable[int], plant: str) -> Failure | None:
    """The first seed that shows the planted fault."""
    return next(run_many(seeds, plant=plant, jobs=1), None)


def _chunk(runs: list[tuple[int, str, str]]) -> tuple[list[Failure], int]:
    gc.disable()  # a run is short, and what it leaves goes at once
    gc.collect()
    return [failure for run in runs if (failure := outcome(*run))], len(runs)
