"""Ratings (好差评). Inside the program a level is known by its word; its codes, which run in opposite directions in two
standards in use (specs domain 1, fact 12), stand in `resources/codes`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """When somebody rates (评价阶段)."""

    ACCEPTANCE = "acceptance"
    CLOSING = "closing"


class Level(StrEnum):
    """How somebody rates, best first."""

    VERY_SATISFIED = "very_satisfied"
    SATISFIED = "satisfied"
    MOSTLY = "mostly"
    DISSATISFIED = "dissatisfied"
    VERY_DISSATISFIED = "very_dissatisfied"

    @property
    def is_bad(self) -> bool:
        """Whether it must be answered (差评)."""
        return self in _BAD


_BAD = frozenset({Level.DISSATISFIED, Level.VERY_DISSATISFIED})

ANSWER_DAYS = 15  # working days to answer a bad rating (specs domain 12.3); some cities have 5
OFFERS = ("rated", "offered", "declined", "not_offered")  # what is noted at closing


@dataclass(frozen=True, slots=True)
class Rating:
    """One rating; note is what the person said, answer what was done about it."""

    stage: Stage
    level: Level
    at_ms: int
    note: str = ""
    answer: str = ""
    answered_at_ms: int | None = None

    @property
    def waits(self) -> bool:
        """Whether it is bad and nobody has answered."""
        return self.level.is_bad and self.answered_at_ms is None


def final_rating(ratings: Sequence[Rating]) -> Rating | None:
    """The one that counts: of the latest stage that was rated."""
    stages = list(Stage)
    return max(ratings, key=lambda rating: stages.index(rating.stage), default=None)
