"""Ratings (好差评) and their codes, which run in opposite directions in two standards in use (specs domain 1, fact 12).

Inside the program a level is known by its word. Whatever leaves it says by the name of the key which
direction it uses: `annex_a8` or `star`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """When somebody rates (评价阶段)."""

    ACCEPTANCE = "acceptance"
    CLOSING = "closing"

    @property
    def code(self) -> str:
        """1 受理阶段, 2 办结阶段 (specs domain 9.8)."""
        return {Stage.ACCEPTANCE: "1", Stage.CLOSING: "2"}[self]


class Level(StrEnum):
    """How somebody rates, best first."""

    VERY_SATISFIED = "very_satisfied"
    SATISFIED = "satisfied"
    MOSTLY = "mostly"
    DISSATISFIED = "dissatisfied"
    VERY_DISSATISFIED = "very_dissatisfied"

    @property
    def annex_a8(self) -> str:
        """GB/T 39046-2020 annex A.8: 1 is 非常满意, 5 is 非常不满意."""
        return _CODES[self][0]

    @property
    def star(self) -> str:
        """The star of evaluator interfaces: 5 is 非常满意, 1 is 非常不满意."""
        return _CODES[self][1]

    @property
    def is_bad(self) -> bool:
        """Whether it must be answered (差评)."""
        return self in _BAD


# Level: annex A.8, star.
_CODES: dict[Level, tuple[str, str]] = {
    Level.VERY_SATISFIED: ("1", "5"),
    Level.SATISFIED: ("2", "4"),
    Level.MOSTLY: ("3", "3"),
    Level.DISSATISFIED: ("4", "2"),
    Level.VERY_DISSATISFIED: ("5", "1"),
}
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
