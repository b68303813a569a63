"""The four facts of a case: saved here, whole at the hall, accepted, decided. Usage:

    FourFacts((Fact("saved", 1.0, "..."), Fact("at_hall", 0.5, "..."), Fact("accepted", 0.0), Fact("decided", 0.0)))

The word of a fact is `ui.fact.<name>` when done, `ui.fact.not_<name>` until then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from counter_app.ui import icons, tokens
from counter_app.ui.fonts import width_of
from counter_app.ui.scale import px
from counter_app.ui.texts import tr
from counter_app.ui.widgets.paint import LEFT, words

DISC, SMALL_DISC = 24, 12


@dataclass(frozen=True, slots=True)
class Fact:
    """name: saved, at_hall, accepted or decided; done: 0, 0.5 (text there, scans not) or 1.

    note says when and where, or what is awaited.
    """

    name: str
    done: float
    note: str = ""

    def word(self) -> str:
        """The word of the fact; negative until it is wholly true."""
        if self.done == 0.5:
            return tr(f"ui.fact.half_{self.name}")
        return tr(f"ui.fact.{self.name}" if self.done else f"ui.fact.not_{self.name}")


def sentence(facts: Sequence[Fact]) -> str:
    """All four in one sentence, read aloud by Ctrl+Shift+R."""
    return tr("ui.fact.stop").join(f"{fact.word()} {fact.note}".strip() for fact in facts)


def paint_disc(painter: QPainter, rect: QRectF, done: float) -> None:
    """A filled disc with a tick, a half-filled disc, or a dashed ring."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    ring = rect.adjusted(1, 1, -1, -1)
    if done == 1:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.OK))
        painter.drawEllipse(rect)
        mark = rect.width() * 0.66
        spot = QRectF(rect.center().x() - mark / 2, rect.center().y() - mark / 2, round(mark), round(mark))
        icons.draw(painter, "check", tokens.SURFACE, spot)
    elif done:
        painter.setPen(QPen(QColor(tokens.OK), 2))
        painter.setBrush(QColor(tokens.SURFACE))
        painter.drawEllipse(ring)
        painter.setBrush(QColor(tokens.OK))
        painter.drawPie(ring, 90 * 16, 180 * 16)
    else:
        pen = QPen(QColor(tokens.FIELD), 2 if rect.width() > SMALL_DISC else 1.4)
        pen.setDashPattern([2.4, 2])
        painter.setPen(pen)
        painter.setBrush(QColor(tokens.SURFACE))
        painter.drawEllipse(ring)
    painter.restore()


class FourFacts(QWidget):
    """The strip of four facts in the header of a case; small draws discs only, for lists."""

    def __init__(self, facts: Sequence[Fact], *, small: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._small = small
        across = QSizePolicy.Policy.Fixed if small else QSizePolicy.Policy.Expanding
        self.setSizePolicy(across, QSizePolicy.Policy.Fixed)
        self.show_facts(facts)

    def show_facts(self, facts: Sequence[Fact]) -> None:
        """Show other facts."""
        self._facts = tuple(facts)
        self.setAccessibleName(sentence(facts))
        self.setToolTip(sentence(facts) if self._small else "")
        self.update()

    def sizeHint(self) -> QSize:
        if self._small:
            return QSize(small_facts_width(), px(SMALL_DISC + 4))
        widest = max(width_of(fact.word(), "strong") for fact in self._facts)
        return QSize(4 * (widest + 40), px(DISC) + px(28))

    def minimumSizeHint(self) -> QSize:
        return QSize(self.sizeHint().width() // 2, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._small:
            paint_small_facts(painter, QRectF(self.rect()), [fact.done for fact in self._facts])
            return
        part, disc = self.width() / len(self._facts), px(DISC)
        for place, fact in enumerate(self._facts):
            x = place * part
            if place + 1 < len(self._facts):
                self._line(painter, x + disc + 3, x + part - 1, disc / 2 + 1, self._facts[place + 1].done)
            paint_disc(painter, QRectF(x + 1, 1, disc, disc), fact.done)
            ink = tokens.INK if fact.done == 1 else tokens.INK2
            below = QRectF(x + 1, disc + px(4), part - 8, px(22))
            words(painter, below, fact.word(), "strong", ink, LEFT)
            used = width_of(fact.word(), "strong") + 8
            if below.width() - used > 24:
                words(painter, below.adjusted(used, 1, 0, 1), fact.note, "caption", None, LEFT)

    @staticmethod
    def _line(painter: QPainter, left: float, right: float, y: float, done: float) -> None:
        pen = QPen(QColor(tokens.OK if done == 1 else tokens.LINE2), 3)
        if done != 1:
            pen.setDashPattern([2, 1.4])
        painter.setPen(pen)
        painter.drawLine(QPointF(left, y), QPointF(right, y))


def small_facts_width() -> int:
    """How wide the four small discs are."""
    return 4 * px(SMALL_DISC) + 3 * px(6)


def paint_small_facts(painter: QPainter, rect: QRectF, done: Sequence[float]) -> None:
    """Four small discs at the left of a rect."""
    size = px(SMALL_DISC)
    top = round(rect.center().y() - size / 2)
    for place, value in enumerate(done):
        paint_disc(painter, QRectF(rect.x() + place * (size + px(6)), top, size, size), value)
