"""Amounts in capital figures, held against a slow writer that puts every zero down and then strikes out."""

from __future__ import annotations

import re
from random import Random

import pytest

from counter_app.domain.capitals import MOST_FEN, in_capitals
from counter_app.domain.errors import InvalidInput

FIGURES = dict(zip("0123456789", "零壹贰叁肆伍陆柒捌玖", strict=True))
PLACES = ["", "拾", "佰", "仟", "万", "拾", "佰", "仟", "亿", "拾", "佰", "仟"]


def written_slowly(fen: int) -> str:
    """Every figure with its place, zeros and all; then the zeros are struck out by hand."""
    yuan, rest = str(fen // 100), f"{fen % 100:02d}"
    words = ""
    for place, figure in enumerate(reversed(yuan)):
        unit = PLACES[place]
        words = (FIGURES[figure] + unit if figure != "0" else "零" + (unit if unit in ("万", "亿") else "")) + words
    words = re.sub("零+", "零", words)
    words = words.replace("亿零万", "亿零")  # nothing between 亿 and 万: one 零 stands for it
    words = re.sub("零(万|亿)", r"\1", words)
    words = re.sub("零+", "零", words).rstrip("零")
    sections = re.sub(r"^零", "", words)
    out = f"{sections}元" if sections else ""
    jiao, cents = FIGURES[rest[0]], FIGURES[rest[1]]
    if rest == "00":
        return (out or "零元") + "整"
    out += f"{jiao}角" if rest[0] != "0" else ("零" if out else "")
    return out + (f"{cents}分" if rest[1] != "0" else "")


@pytest.mark.parametrize(
    ("fen", "words"),
    [
        (0, "零元整"),
        (1, "壹分"),
        (10, "壹角"),
        (11, "壹角壹分"),
        (100, "壹元整"),
        (1000, "壹拾元整"),
        (10005, "壹佰元零伍分"),
        (10050, "壹佰元伍角"),
        (1_000_500, "壹万零伍元整"),
        (10_000_000_000, "壹亿元整"),
        (10_001_000_000, "壹亿零壹万元整"),
        (10_000_000_100, "壹亿零壹元整"),
        (10_010_000_000, "壹亿零壹拾万元整"),
        (1_640_902, "壹万陆仟肆佰零玖元零贰分"),
        (168_032, "壹仟陆佰捌拾元叁角贰分"),
        (10_700_053, "壹拾万柒仟元伍角叁分"),
        (20_000_001, "贰拾万元零壹分"),
        (MOST_FEN, "玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
    ],
)
def test_an_amount_is_written_by_the_rule_of_the_banks(fen: int, words: str) -> None:
    assert in_capitals(fen) == words


def test_every_small_amount_and_every_pattern_of_zeros_agrees_with_the_slow_writer() -> None:
    small = range(20_000)
    patterns = [int("".join("7" if bits >> at & 1 else "0" for at in range(14))) for bits in range(1 << 14)]
    chance = Random(7)
    anywhere = [chance.randrange(10 ** chance.randrange(1, 15)) for _ in range(5_000)]
    for fen in (*small, *patterns, *anywhere):
        assert in_capitals(fen) == written_slowly(fen), fen


@pytest.mark.parametrize("fen", [-1, MOST_FEN + 1])
def test_what_cannot_be_written_is_refused(fen: int) -> None:
    with pytest.raises(InvalidInput, match="amount_range"):
        in_capitals(fen)
