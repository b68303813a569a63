"""The fonts we ship are the ones we looked at, and every ideograph they claim is drawn."""

from __future__ import annotations

import hashlib
import unicodedata
from functools import cache
from pathlib import Path

import pytest
from reportlab.pdfbase.ttfonts import TTFontFace

import resources
from forms.rendering.fonts import has_outline

FOLDER = Path(resources.__file__).parent / "fonts"
SUMS = dict(reversed(line.split()) for line in (FOLDER / "SHA256SUMS").read_text().splitlines())
every_font = pytest.mark.parametrize("name", sorted(SUMS))


@cache
def face(name: str) -> TTFontFace:
    return TTFontFace(str(FOLDER / name))


def test_the_sums_name_every_font_file():
    assert sorted(SUMS) == sorted(path.name for path in FOLDER.glob("*.ttf"))


@every_font
def test_a_font_file_has_the_bytes_of_its_package(name):
    assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == SUMS[name]


@every_font
def test_no_claimed_ideograph_is_blank(name):
    ideographs = [code for code in face(name).charToGlyph if "IDEOGRAPH-" in unicodedata.name(chr(code), "")]
    assert len(ideographs) > 13000
    blank = [code for code in ideographs if not has_outline(face(name), face(name).charToGlyph[code])]
    assert [f"U+{code:04X}" for code in blank] == []


@every_font
def test_every_font_draws_the_whole_of_gb2312(name):
    rows = (bytes((high, low)) for high in range(0xB0, 0xF8) for low in range(0xA1, 0xFF))
    wanted = {ord(character) for row in rows if (character := row.decode("gb2312", "ignore"))}
    assert len(wanted) == 6763
    assert wanted - face(name).charToGlyph.keys() == set()


@every_font
def test_a_blank_glyph_is_told_from_a_drawn_one(name):
    glyphs = face(name).charToGlyph
    assert has_outline(face(name), glyphs[ord("受")])
    assert not has_outline(face(name), glyphs[0x3000])
