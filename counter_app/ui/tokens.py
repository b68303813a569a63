"""The one place where colours, sizes and type are written (desktop design section 3).

No other module holds a colour or a type size. Sizes are logical pixels at the
text size 标准; `scale.px` multiplies them by the size that is set.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

ToneName = Literal["brand", "danger", "warn", "ok", "pause", "mute"]


class Tone(NamedTuple):
    """A colour that says something: its ink, its light ground and the border of that ground."""

    ink: str
    tint: str
    border: str


INK, INK2, INK3 = "#17222E", "#445160", "#5A6776"
BG, SURFACE, SUNKEN = "#F2F4F7", "#FFFFFF", "#F7F9FB"
LINE, LINE2, FIELD = "#DEE3E9", "#C9D1DA", "#7E8B9B"
RAIL, RAIL_SELECTED, RAIL_TEXT = "#14304D", "#24486E", "#C6D4E3"

TONES: Mapping[str, Tone] = {
    "brand": Tone("#1B4B82", "#E8F0F9", "#B5CAE3"),
    "danger": Tone("#B3261E", "#FCEDEB", "#E9B8B3"),
    "warn": Tone("#855000", "#FFF4DE", "#E8C98C"),
    "ok": Tone("#1B6A42", "#E6F4EB", "#A9D2B9"),
    "pause": Tone("#5B3F91", "#F1ECF9", "#CBBCE5"),
    "mute": Tone("#445160", "#EDF0F4", "#CDD5DD"),
}
BRAND, DANGER, WARN = TONES["brand"].ink, TONES["danger"].ink, TONES["warn"].ink
OK, PAUSE, MUTE = TONES["ok"].ink, TONES["pause"].ink, TONES["mute"].ink

INKS: Mapping[str, str] = {
    "ink": INK,
    "ink2": INK2,
    "ink3": INK3,
    "white": SURFACE,
    "rail": RAIL_TEXT,
    **{name: tone.ink for name, tone in TONES.items()},
}

DIM_OPACITY = 0.55  # of RAIL, over the page behind a dialog


class Type(NamedTuple):
    """One role of text: pixels, weight (400 or 600) and the ink that it has by default."""

    size: int
    weight: int
    ink: str


TYPE: Mapping[str, Type] = {
    "clock": Type(48, 600, SURFACE),
    "station": Type(32, 600, SURFACE),
    "figure": Type(26, 600, INK),
    "page": Type(20, 600, INK),
    "title": Type(16, 600, INK),
    "title_quiet": Type(16, 400, INK),
    "strong": Type(14, 600, INK),
    "text": Type(14, 400, INK),
    "secondary": Type(13, 400, INK2),
    "secondary_strong": Type(13, 600, INK2),
    "caption": Type(12, 400, INK3),
    "pill": Type(12, 600, INK2),
    "head": Type(12, 600, INK2),
    "key": Type(11, 400, INK2),
}

SPACE = (4, 8, 12, 16, 24, 32)
ROW_GAP, CARD_GAP, CARD_PADDING, PAGE_MARGIN, INTAKE_MARGIN = 8, 12, 15, 20, 16
RADIUS_CONTROL, RADIUS_CARD, RADIUS_PILL, RADIUS_DIALOG, RADIUS_KEY = 6, 8, 12, 10, 4
CONTROL, CONTROL_IN_ROW, CONTROL_OUTCOME, CONTROL_AGENT = 36, 32, 44, 52
PILL_HEIGHT, KEY_HEIGHT, BAR = 24, 20, 10
ROW_ONE_LINE, ROW_TWO_LINES, ROW_CARD, TABLE_HEAD, ROW_GROUP = 34, 50, 72, 32, 30
RAIL_WIDTH, RAIL_NARROW, RAIL_CELL, TOP_BAR, OUTCOME_BAR, STRIP = 84, 56, 62, 56, 64, 32
SEARCH_WIDTH, SIDE_LEFT, SIDE_RIGHT, SIDE_LEFT_WIDE, SIDE_RIGHT_WIDE = 370, 302, 282, 340, 360
DIALOG_WIDTHS: Mapping[str, int] = {"small": 480, "medium": 660, "large": 980}
NARROW_BELOW, WIDE_FROM = 1240, 1600

_TINTS = [tone.tint for tone in TONES.values()]
_GROUNDS = [BG, SURFACE, SUNKEN, *_TINTS]

TEXT_PAIRS: tuple[tuple[str, str], ...] = (
    *((ink, ground) for ink in (INK, INK2, INK3) for ground in _GROUNDS),
    *((tone.ink, ground) for tone in TONES.values() for ground in (BG, SURFACE, SUNKEN, tone.tint)),
    *((tone.ink, TONES["brand"].tint) for tone in TONES.values()),  # a selected row
    *((SURFACE, tone.ink) for tone in TONES.values()),
    *((ink, ground) for ink in (RAIL_TEXT, SURFACE) for ground in (RAIL, RAIL_SELECTED)),
    (DANGER, SURFACE),
)
"""Every ink and ground that appear together as text: 4.5 to 1 or better."""

CONTROL_PAIRS: tuple[tuple[str, str], ...] = (
    *((FIELD, ground) for ground in (SURFACE, SUNKEN, BG)),
    *((tone.ink, ground) for tone in TONES.values() for ground in (SURFACE, BG)),
    (INK, SURFACE),
    (INK, BG),
    (SURFACE, RAIL_SELECTED),
)
"""Every border of something one can type in or press, and its ground: 3 to 1 or better."""


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two #RRGGBB colours, 1 to 21 (WCAG 2.1, relative luminance)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
