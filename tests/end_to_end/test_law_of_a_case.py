"""Random people do random things at a village, a county counter and the hall: the law of a case holds.

No state outside the table, no paper missing, no number twice, no clock that differs from the slow reference of
`tests/support/law_reference.py`, projections that rebuild to the same bytes, journals that verify.
COUNTER_LAW_EXAMPLES and COUNTER_LAW_STEPS make it longer; COUNTER_LAW_SEED chooses another walk.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from counter_app.adapters.store.writing import WriteTransaction
from counter_app.domain import clocks, moves, states
from counter_app.domain.clocks import Clock
from counter_app.services.papers import Papers
from tests.support.walk import Walk

EXAMPLES = int(os.environ.get("COUNTER_LAW_EXAMPLES", "1"))
STEPS = int(os.environ.get("COUNTER_LAW_STEPS", "80"))
SEED = int(os.environ.get("COUNTER_LAW_SEED", "20261122"))


class AnyCase(RuleBasedStateMachine):
    """A walk whose steps hypothesis chooses, and shortens when one fails."""

    county: ClassVar[Path]

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="walk-"))
        shutil.copytree(self.county, self.folder, dirs_exist_ok=True)
        self.walk = Walk(self.folder)

    @rule(seed=st.integers(min_value=0, max_value=2**32 - 1))
    def something_happens(self, seed: int) -> None:
        self.walk.step(seed)

    @rule(machine=st.integers(min_value=0, max_value=1))
    def a_day_is_closed(self, machine: int) -> None:
        self.walk.a_day_is_closed(self.walk.machines[machine])

    def teardown(self) -> None:
        try:
            self.walk.end()
            self.walk.everything_holds()
            self.walk.the_hall_counts_the_same_days()
        finally:
            self.walk.county.close()
            shutil.rmtree(self.folder)


def walked(examples: int = EXAMPLES, steps: int = STEPS) -> None:
    chosen = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck), print_blob=True,
    )  # fmt: skip
    run_state_machine_as_test(seed(SEED)(AnyCase), settings=chosen)


@pytest.fixture(autouse=True)
def county(walk_county: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Papers, "render_all", lambda *_: [])  # as after a power cut: made when they are asked for
    AnyCase.county = walk_county


def test_whatever_happens_the_law_of_a_case_holds() -> None:
    walked()


# faults that a walk must find ------------------------------------------------------------------


def found_by_a_walk(
    folder: Path, oftener: Mapping[str, int], first: frozenset[str] = frozenset(), begin: int = 0
) -> bool:
    """Whether one of a few short walks ends with something that does not hold. begin: the walk that is known to."""
    for n in range(begin, begin + 6):
        shutil.copytree(AnyCase.county, folder / str(n))
        walk, chance = Walk(folder / str(n), oftener, first), Random(SEED + n)
        try:
            for _ in range(70):
                walk.step(chance.randrange(2**32))
            walk.end()
            walk.everything_holds()
        except AssertionError:
            return True
        finally:
            walk.county.close()
    return False


def test_a_transition_without_its_paper_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    rows = states._BY_ACTION.items()
    without = {key: replace(row, papers=()) if row.code == "T07" else row for key, row in rows}
    monkeypatch.setattr(states, "_BY_ACTION", without)
    assert found_by_a_walk(tmp_path, {"somebody_comes": 60})


def test_a_suspension_day_that_is_counted_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def one_day_short(clock: Clock, last: Any, calendar: Any) -> Clock:
        assert clock.stopped_since is not None
        spans = (*clock.stopped, (clock.stopped_since + timedelta(days=1), last))
        return clocks.recount(replace(clock, stopped=spans, stopped_since=None), calendar)

    monkeypatch.setattr(moves, "resumed", one_day_short)
    often = {"somebody_tries_anything": 0, "a_machine_meets_the_hall": 12, "the_hall_acts": 25, "time_passes": 10}
    assert found_by_a_walk(tmp_path, often, frozenset({"submit", "suspend", "resume"}), begin=4)


def test_a_number_that_is_used_again_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def the_last_one_again(writing: WriteTransaction, agency: str, series: str, year: int) -> int | None:
        ours = [block for block in writing.blocks() if (block.agency, block.kind, block.year) == (agency, series, year)]
        return max(ours[0].first, ours[0].next - 1) if ours else None

    monkeypatch.setattr(WriteTransaction, "take_number", the_last_one_again)
    assert found_by_a_walk(tmp_path, {"somebody_comes": 60})
