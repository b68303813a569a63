"""The fonts of the paper: registered once in a process, chosen character by character.

A typeface is a chain of fonts (`resources/fonts/fonts.toml`). A character that no
font of the chain really draws stops the paper: a .notdef box or a blank in a name
is worse than no notice. Control, private-use and unassigned code points are never
taken from a font: what a font draws there is its own idea, not the character.
"""

from __future__ import annotations

import os
import threading
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache, partial
from importlib.resources import files
from pathlib import Path
from typing import Any

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from counter_app.domain.errors import CounterError
from forms.rendering.to_unicode import cure

_NOT_PRINTABLE = {"Cc", "Cf", "Cn", "Co", "Cs"}  # general categories of Unicode
_registering = threading.RLock()


class Typeface:
    """A chain of fonts that stand in for each other."""

    def __init__(self, name: str) -> None:
        self._chain: list[str] = _catalogue()["typefaces"][name]
        self._font_of: dict[str, str | None] = {}
        self._width_of: dict[str, float] = {}

    def font_for(self, character: str) -> str | None:
        """The registered name of the first font that draws the character, None if none does."""
        try:
            return self._font_of[character]
        except KeyError:
            font = next((name for name in self._chain if draws(name, character)), None)
            self._font_of[character] = font
            return font

    def width(self, character: str) -> float:
        """The advance of the character in ems; the character must have a font."""
        try:
            return self._width_of[character]
        except KeyError:
            face = registered(self.font_for(character) or "").face
            width: float = face.getCharWidth(ord(character)) / 1000
            self._width_of[character] = width
            return width

    def missing(self, text: str) -> list[str]:
        """The characters of the text that no font draws, each once, in order of appearance."""
        return [character for character in dict.fromkeys(text) if self.font_for(character) is None]


@cache
def typeface(name: str) -> Typeface:
    """The typeface of fonts.toml: "body" or "head"."""
    return Typeface(name)


def glyph_missing(characters: Iterable[str]) -> CounterError:
    """The error for characters that cannot be printed. It gives code points only: they may be of a name."""
    codes = [f"U+{ord(character):04X}" for character in characters]
    return CounterError("glyph_missing", codes=" ".join(codes), count=len(codes))


def draws(font: str, character: str) -> bool:
    """Whether the font is there and has an outline for the character, or the character is a space."""
    category = unicodedata.category(character)
    if category in _NOT_PRINTABLE:
        return False
    ttf = registered(font)
    if ttf is None:
        return False
    glyph = ttf.face.charToGlyph.get(ord(character))
    return glyph is not None and (category == "Zs" or has_outline(ttf.face, glyph))


def has_outline(face: Any, glyph: int) -> bool:
    """Whether the glyph of a reportlab TTFontFace draws anything: some fonts claim characters they leave blank."""
    start, end = face.glyphPos[glyph : glyph + 2]
    if start == end:
        return False
    contours: int = face.get_ushort(face.get_table_pos("glyf")[0] + start)
    return contours != 0


def file_of(name: str) -> Path | None:
    """The file of a font by its name in fonts.toml, None if it is absent."""
    return _path(_catalogue()["fonts"][name])


@cache
def _catalogue() -> Mapping[str, Any]:
    return tomllib.loads((files("resources") / "fonts" / "fonts.toml").read_text(encoding="utf-8"))


def registered(name: str) -> Any:
    """The reportlab TTFont of a name in fonts.toml, registered now if it was not; None if its file is absent."""
    with _registering:
        return _register(name)


@cache
def _register(name: str) -> Any:
    path = _path(_catalogue()["fonts"][name])
    if path is None:
        return None
    cure()
    font = TTFont(name, str(path), asciiReadable=False)
    font.face.get_table = partial(_table, font.face)
    pdfmetrics.registerFont(font)
    return font


class _Glyphs:
    """The outlines of a font, cut where they are: reportlab copies all of them, 10 MB and more, for each page."""

    def __init__(self, data: bytes, start: int) -> None:
        self._data, self._start = data, start

    def __getitem__(self, place: slice) -> bytes:
        return self._data[self._start + place.start : self._start + place.stop]


def _table(face: Any, tag: str) -> bytes | _Glyphs:
    start, length = face.get_table_pos(tag)
    if tag == "glyf":
        return _Glyphs(face._ttf_data, start)
    table: bytes = face._ttf_data[start : start + length]
    return table


def _path(entry: Mapping[str, Any]) -> Path | None:
    if "file" in entry:
        return Path(str(files("resources") / "fonts" / entry["file"]))
    places = {"home": str(Path.home()), "windows": os.environ.get("WINDIR", "C:/Windows")}
    folders = [Path(folder.format(**places)) for folder in _catalogue()["system"]["folders"]]
    candidates = (folder / name for folder in folders for name in entry["system"])
    return next((path for path in candidates if path.is_file()), None)
