"""Icons by name: Lucide SVG files, drawn at the pixel ratio of the screen, kept once drawn."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

if TYPE_CHECKING:
    from PySide6.QtGui import QIcon


def pixmap(name: str, colour: str, size: int, ratio: float = 1.0) -> QPixmap:
    """The icon in a colour (#RRGGBB) at size logical pixels; size is already scaled.

    KeyError names an icon that is not shipped.
    """
    return _drawn(name, colour, size, ratio)


def draw(painter: QPainter, name: str, colour: str, rect: QRectF) -> None:
    """Paint the icon into a square."""
    ratio = painter.device().devicePixelRatioF()
    size = round(rect.width())
    painter.drawPixmap(rect.topLeft(), pixmap(name, colour, size, ratio))


def icon(name: str, colour: str, size: int) -> QIcon:
    """The icon for Qt's own widgets."""
    from PySide6.QtGui import QIcon  # with the 150 names of a theme: sign-in shows none of Qt's own widgets

    made = QIcon()
    for ratio in (1.0, 2.0):
        made.addPixmap(pixmap(name, colour, size, ratio))
    return made


@cache
def _drawn(name: str, colour: str, size: int, ratio: float) -> QPixmap:
    # currentColor is unknown to QtSvg: the colour is written into the source; read before a painter is open,
    # because a picture that dies under its painter ends the program
    renderer = QSvgRenderer(QByteArray(_source(name).replace("currentColor", colour).encode()))
    image = QPixmap(round(size * ratio), round(size * ratio))
    image.fill(Qt.GlobalColor.transparent)
    with QPainter(image) as painter:
        renderer.render(painter, QRectF(image.rect()))
    image.setDevicePixelRatio(ratio)
    return image


@cache
def _source(name: str) -> str:
    file = files("resources") / "icons" / f"{name}.svg"
    if not file.is_file():
        raise KeyError(name)
    return file.read_text(encoding="utf-8")
