"""The diet of a scan: what the hall must read, and not a byte more (sync design section 5).

A page of writing becomes black and white; one with shades stays grey, one with colour (a red seal) in colour. What a
camera sees of the paper's own shade goes, as it is what costs most. PNG and JPEG only: every archive opens them.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Any

import cv2
import numpy as np
from PIL import Image as Files

from counter_app.adapters.pictures.sheets import Image
from counter_app.services.pictures import Ink

MOST_BYTES = 300_000  # a page: ten of them in a minute and a half over 32 KiB/s
_A4_LONG = 11.69
_CARD = 5.0  # inches: what is shorter has small print
_PREVIEW_SIDE = 1000
_GRID = 24  # cells each way in which the paper's light is measured
_LEAST_PAPER, _DARK = 0.4, 100
_WHITE = 265  # the brightest paper becomes a little more than white: its grain costs bytes and says nothing
_LEAST_LINE_DPI = 150  # with fewer dots the shades at the edges carry the letters
_CHROMA, _LEAST_COLOUR = 45, 0.0005  # a seal of 4 cm is three thousandths of A4
_LEAST_SHADES = 0.012

# Dots an inch that are kept, for a page and for a card.
_DPI = {Ink.LINE: (200, 300), Ink.GREY: (150, 250), Ink.COLOUR: (150, 250)}
_QUALITIES = (60, 50, 40, 30)


@dataclass(frozen=True, slots=True)
class Light:
    """A picture after its diet."""

    content: bytes
    media_type: str
    ink: Ink
    width: int
    height: int
    dpi: int
    preview: bytes


def diet(image: Image, dpi: int) -> Light:
    """The light file of a straight picture. dpi 0: it is taken as a page of A4 where dots are to be saved."""
    even = _evened(image)
    ink = _ink(even, dpi)
    shown, kept = _fitted(even, dpi, ink)
    if ink is Ink.LINE:
        shown = _black_and_white(shown)
    elif ink is Ink.GREY:
        shown = _grey(shown)
    content, media_type = _file(shown, ink, kept)
    height, width = shown.shape[:2]
    return Light(content, media_type, ink, width, height, kept if dpi else 0, _preview(shown))


def jpeg(image: Image, quality: int) -> bytes:
    """A JPEG of a picture as OpenCV has it."""
    return bytes(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes())


def _evened(image: Image) -> Image:
    """Without the light that falls from one side and the paper's own shade: paper becomes white.

    The light is a surface of the second degree over the paper, so that no shadow in a photograph is taken for it.
    A picture without paper stays as it is.
    """
    small = cv2.resize(image, (_GRID * 8, _GRID * 8), interpolation=cv2.INTER_AREA)
    cells = _grey(small).reshape(_GRID, 8, _GRID, 8).swapaxes(1, 2).reshape(_GRID, _GRID, 64)
    brightest = np.percentile(cells, 90, axis=2)
    level = float(np.percentile(brightest, 90))
    if level < _DARK:
        return image
    paper = brightest > 0.6 * level
    for _ in range(3):
        if paper.mean() < _LEAST_PAPER:
            return image
        surface = _surface(brightest, paper)
        paper = np.abs(brightest - surface) < 0.12 * surface
    light = cv2.resize(surface.astype(np.float32), (image.shape[1], image.shape[0]), interpolation=cv2.INTER_LINEAR)
    factor = _WHITE / np.maximum(light, 40)
    if image.ndim == 3:
        shade = small[np.kron(paper, np.ones((8, 8), bool))].astype(np.float32)
        white = np.percentile(shade, 75, axis=0)
        factor = factor[:, :, None] * (white.mean() / np.maximum(white, 1)).astype(np.float32)
    evened: Image = np.clip(image * factor, 0, 255).astype(np.uint8)
    return evened


def _surface(values: Image, where: Image) -> Image:
    y, x = np.mgrid[-1 : 1 : _GRID * 1j, -1 : 1 : _GRID * 1j]
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1)
    fit = np.linalg.lstsq(terms[where], values[where], rcond=None)[0]
    surface: Image = terms @ fit
    return surface


def _ink(image: Image, dpi: int) -> Ink:
    if image.ndim == 3:
        soft = cv2.blur(image, (3, 3))
        chroma = soft.max(axis=2).astype(np.int16) - soft.min(axis=2)
        if float((chroma > _CHROMA).mean()) > _LEAST_COLOUR:
            return Ink.COLOUR
    if (dpi or round(max(image.shape[:2]) / _A4_LONG)) < _LEAST_LINE_DPI:
        return Ink.GREY
    grey = _grey(cv2.resize(image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA))
    shades = ((grey > 70) & (grey < 205)).astype(np.uint8)
    # letters have shades all around them, but thin ones
    wide = cv2.morphologyEx(shades, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    return Ink.GREY if float(wide.mean()) > _LEAST_SHADES else Ink.LINE


def _fitted(image: Image, dpi: int, ink: Ink) -> tuple[Image, int]:
    long = max(image.shape[:2])
    has = dpi or round(long / _A4_LONG)
    wanted = _DPI[ink][1 if long / has < _CARD else 0]
    if has <= wanted:
        return image, has
    scale = wanted / has
    return cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), wanted


def _black_and_white(image: Image) -> Image:
    grey = _grey(image)
    found, _ = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    return cv2.threshold(grey, min(max(found, 120.0), 200.0), 255, cv2.THRESH_BINARY)[1]


def _file(image: Image, ink: Ink, dpi: int) -> tuple[bytes, str]:
    if ink is Ink.LINE:
        return _saved(Files.fromarray(image).convert("1"), "PNG", dpi=(dpi, dpi), optimize=True), "image/png"
    picture = Files.fromarray(image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_BGR2RGB))
    content = b""
    for quality in _QUALITIES:
        content = _saved(picture, "JPEG", quality=quality, dpi=(dpi, dpi), optimize=True)
        if len(content) <= MOST_BYTES:
            break
    return content, "image/jpeg"


def _saved(picture: Files.Image, form: str, **how: Any) -> bytes:
    out = BytesIO()
    picture.save(out, form, **how)
    return out.getvalue()


def _preview(image: Image) -> bytes:
    scale = min(1.0, _PREVIEW_SIDE / max(image.shape[:2]))
    return jpeg(cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), 80)


def _grey(image: Image) -> Image:
    return image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
