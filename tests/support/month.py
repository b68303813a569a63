"""A month of random cases on a walk's county: somebody comes, things happen, a machine meets the hall now and then."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from tests.support.walk import Walk

MONTH = timedelta(days=30)


def lived_through(walk: Walk, cases: int, seed: int, acts: int = 5, of_the_hall: int = 1) -> None:
    """So many cases in thirty days, each with so many acts of chance; of four, so many are the hall's."""
    chance, begin = Random(seed), walk.county.clock.now
    who = [walk.somebody_acts] * (4 - of_the_hall) + [walk.the_hall_acts] * of_the_hall
    while walk.lines < cases:
        walk.chance = Random(chance.randrange(2**32))
        walk.somebody_comes()
        walk.county.clock.now = max(walk.county.clock.now, begin + MONTH * walk.lines / cases)
        for _ in range(acts):
            walk.chance = Random(chance.randrange(2**32))
            walk.chance.choice(who)()
        if walk.lines % 10 == 0:
            walk.a_machine_meets_the_hall()
    walk.end()
