"""Colours can be told apart, and stand in one file only."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from counter_app.ui import tokens

UI = Path(tokens.__file__).parent
SOURCES = sorted(path for path in UI.rglob("*.py"))


@pytest.mark.parametrize(("ink", "ground"), sorted(set(tokens.TEXT_PAIRS)))
def test_every_text_can_be_read_on_its_ground(ink: str, ground: str):
    assert tokens.contrast(ink, ground) >= 4.5


@pytest.mark.parametrize(("border", "ground"), sorted(set(tokens.CONTROL_PAIRS)))
def test_every_border_of_a_control_can_be_seen_on_its_ground(border: str, ground: str):
    assert tokens.contrast(border, ground) >= 3


def test_contrast_is_that_of_the_standard():
    assert tokens.contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert tokens.contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)  # the known near miss


def test_the_ratios_that_the_design_names_hold():
    on_white = {"ink": 16.1, "ink2": 8.1, "ink3": 5.8, "brand": 8.8, "danger": 6.5, "warn": 6.7, "ok": 6.6}
    for name, ratio in on_white.items():
        assert tokens.contrast(tokens.INKS[name], tokens.SURFACE) == pytest.approx(ratio, abs=0.1)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(UI)))
def test_no_colour_is_written_outside_the_tokens(path: Path):
    if path.name != "tokens.py":
        assert not re.findall(r"#[0-9A-Fa-f]{6}\b|rgba?\(", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(UI)))
def test_no_chinese_sentence_is_written_in_code(path: Path):
    code = re.sub(r'""".*?"""|#.*', "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert not re.findall(r"[\u4e00-\u9fff]", code)
