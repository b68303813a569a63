"""The text size that a person chose: it multiplies type, control heights and icons together.

An agent's dress has a least height besides: nothing that one presses or types in is lower (desktop design, section 10).
"""

from __future__ import annotations

from enum import Enum


class TextSize(Enum):
    """标准, 大, 特大 (desktop design section 2); agents start at LARGE."""

    STANDARD = 1.0
    LARGE = 1.15
    LARGEST = 1.3


_chosen = TextSize.STANDARD
_least = 0


def px(size: float) -> int:
    """A size of the tokens in logical pixels at the text size that is set."""
    return round(size * _chosen.value)


def target(size: float) -> int:
    """The height of something one presses or types in, in logical pixels: never below the least one that is set."""
    return max(px(size), _least)


def text_size() -> TextSize:
    """The text size that is set."""
    return _chosen


def choose_text_size(size: TextSize, least_target: int = 0) -> None:
    """Set the text size and the least height of targets in logical pixels, 0 for none; only `look.dress` calls this,
    which then restyles everything."""
    global _chosen, _least
    _chosen, _least = size, least_target
