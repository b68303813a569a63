"""The text size that a person chose: it multiplies type, control heights and icons together."""

from __future__ import annotations

from enum import Enum


class TextSize(Enum):
    """标准, 大, 特大 (desktop design section 2); agents start at LARGE."""

    STANDARD = 1.0
    LARGE = 1.15
    LARGEST = 1.3


_chosen = TextSize.STANDARD


def px(size: float) -> int:
    """A size of the tokens in logical pixels at the text size that is set."""
    return round(size * _chosen.value)


def text_size() -> TextSize:
    """The text size that is set."""
    return _chosen


def choose_text_size(size: TextSize) -> None:
    """Set the text size; only `look.dress` calls this, which then restyles everything."""
    global _chosen
    _chosen = size
