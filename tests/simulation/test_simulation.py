"""What the simulator must be able to say: that all holds, and, with a planted fault, that it does not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulation.checks import Violation
from tests.simulation.plants import PLANTS
from tests.simulation.runs import first_failure, outcome, run_many, run_one
from tests.support.budgets import examples

SEEDS = examples(60)
MOST_SEEDS_TO_FIND = 400  # a planted fault shows within a few dozen


def test_every_promise_holds_under_every_fault() -> None:
    assert list(run_many(range(SEEDS), jobs=1)) == []


@pytest.mark.parametrize("plant", PLANTS)
def test_a_planted_fault_is_found_and_the_same_seed_holds_without_it(plant: str) -> None:
    found = first_failure(range(MOST_SEEDS_TO_FIND), plant)
    assert found is not None
    assert found.what.startswith(Violation.__name__), "a plant that breaks by itself proves nothing"
    assert outcome(found.seed) is None


def test_a_seed_is_the_same_history_each_time() -> None:
    first: list[str] = []
    run_one(7, trace=first.append)
    command = [sys.executable, "-m", "tests.simulation", "--seed", "7"]
    again = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True)
    assert again.stdout.splitlines() == [*first, "all held"]


@pytest.mark.parametrize("seed", range(examples(2)))
@pytest.mark.parametrize("store", ["sqlcipher", "postgresql"])
def test_the_real_stores_keep_the_same_promises(store: str, seed: int) -> None:
    assert outcome(seed, store) is None
