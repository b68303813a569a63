"""Strokes that several painted widgets share: boxes, lines of text, key hints."""

from __future__ import annotations

from bisect import bisect_right

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from counter_app.ui import tokens
from counter_app.ui.fonts import font, metrics, width_of
from counter_app.ui.scale import px

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
CENTRE = Qt.AlignmentFlag.AlignCenter
_CLOSING = "）》」』〕】，。、；：！？”’)],.;:!?"


def box(
    painter: QPainter,
    rect: QRectF,
    radius: float,
    *,
    fill: str | None = None,
    border: str | None = None,
    width: float = 1,
    dashed: bool = False,
) -> None:
    """A box with round corners; the border lies inside the rect."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen = QPen(Qt.PenStyle.NoPen)
    if border:
        pen = QPen(QColor(border), width)
        if dashed:
            pen.setDashPattern([4, 3])
        rect = rect.adjusted(width / 2, width / 2, -width / 2, -width / 2)
    painter.setPen(pen)
    painter.setBrush(QColor(fill) if fill else Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(rect, radius, radius)
    painter.restore()


def words(
    painter: QPainter,
    rect: QRectF,
    text: str,
    role: str,
    ink: str | None = None,
    align: Qt.AlignmentFlag = LEFT,
) -> None:
    """One line of text in a role of `tokens.TYPE`, elided at the right where it does not fit."""
    painter.setFont(font(role))
    painter.setPen(QColor(ink or tokens.TYPE[role].ink))
    shown = metrics(role).elidedText(text, Qt.TextElideMode.ElideRight, int(rect.width()) + 1)
    painter.drawText(rect, int(align.value), shown)


def broken(text: str, role: str, width: int) -> tuple[str, str]:
    """A text as two lines of that many logical pixels, the second one empty where one is enough.

    Chinese breaks anywhere but before a sign that closes, Latin words at a space where the first line has one.
    """
    if width_of(text, role) <= width + 1:
        return text, ""
    fits = bisect_right(range(len(text)), width, key=lambda n: width_of(text[:n], role)) - 1
    space = text.rfind(" ", 0, fits + 1)
    if text[fits : fits + 1].isascii() and space > 0:
        fits = space
    while fits > 1 and text[fits] in _CLOSING:
        fits -= 1
    return text[:fits].rstrip(), text[fits:].lstrip()


def wrapped(text: str, role: str, width: int) -> list[str]:
    """A text in as many lines of that many logical pixels as it needs, broken as `broken` does it."""
    lines, rest = [], text
    while rest:
        line, rest = broken(rest, role, max(width, px(2 * tokens.TYPE[role].size)))
        lines.append(line)
    return lines


def key_width(key: str) -> int:
    """How wide a key hint is, 0 for none."""
    return width_of(key, _face_of(key)) + 12 if key else 0


def key_hint(painter: QPainter, right: float, middle: float, key: str, *, on_dark: bool = False) -> None:
    """A key cap whose right edge and vertical middle are given."""
    height, width = px(tokens.KEY_HEIGHT), key_width(key)
    rect = QRectF(right - width, round(middle - height / 2), width, height)
    fill = tokens.RAIL_SELECTED if on_dark else tokens.SURFACE
    border = tokens.TONES["brand"].border if on_dark else tokens.LINE2
    if not on_dark:  # the lower edge of the cap
        box(painter, rect.adjusted(0, 0, 0, 1), tokens.RADIUS_KEY, fill=border)
    box(painter, rect, tokens.RADIUS_KEY, fill=fill, border=border)
    words(painter, rect, key, _face_of(key), tokens.SURFACE if on_dark else tokens.TYPE["key"].ink, CENTRE)


def _face_of(key: str) -> str:
    """Nothing in Chinese is smaller than a caption."""
    return "key" if key.isascii() else "caption"
