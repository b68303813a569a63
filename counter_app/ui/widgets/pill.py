"""Pills: colour and shape and word. Usage: `Pill.of_state("ACCEPTED")`, `Pill(tr("..."), "warn", "cloud-off")`."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from counter_app.ui import icons, tokens
from counter_app.ui.fonts import width_of
from counter_app.ui.scale import px
from counter_app.ui.states import LIGHT_LOOKS, SENDING_LOOKS, STATE_LOOKS, Look
from counter_app.ui.texts import tr
from counter_app.ui.widgets.paint import LEFT, box, words

PADDING, GAP, ICON = 9, 5, 14


def pill_width(text: str, icon: str) -> int:
    """How wide a pill of the word is."""
    return 2 * PADDING + width_of(text, "pill") + (px(ICON) + GAP if icon else 0)


def paint_pill(painter: QPainter, rect: QRectF, text: str, look: Look) -> None:
    """Draw a pill; lists use this, since they have no widget per row."""
    tone = tokens.TONES[look.tone]
    ink, fill, border = (tokens.SURFACE, tone.ink, tone.ink) if look.solid else (tone.ink, tone.tint, tone.border)
    box(painter, rect, rect.height() / 2, fill=fill, border=border)
    x = rect.x() + PADDING
    if look.icon:
        size = px(ICON)
        icons.draw(painter, look.icon, ink, QRectF(x, round(rect.center().y() - size / 2), size, size))
        x += size + GAP
    words(painter, QRectF(x, rect.y(), rect.right() - PADDING - x + 1, rect.height()), text, "pill", ink, LEFT)


class Pill(QWidget):
    """A word with a shape in a tone, 24 high."""

    def __init__(
        self, text: str, tone: str = "mute", icon: str = "", *, solid: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.show_look(text, Look(tone, icon, solid))

    @classmethod
    def of_state(cls, code: str) -> Pill:
        """The pill of a state of a case."""
        return cls._of(f"ui.state.{code}", STATE_LOOKS[code])

    @classmethod
    def of_light(cls, code: str, **params: object) -> Pill:
        """The pill of a deadline light: normal, warning, over_promise (days), over_statute, provisional."""
        return cls._of(f"ui.light.{code}", LIGHT_LOOKS[code], **params)

    @classmethod
    def of_sending(cls, code: str, **params: object) -> Pill:
        """The pill of a sending state: no_link, queued (place), sending, stopped (percent), at_hall..."""
        return cls._of(f"ui.sending.{code}", SENDING_LOOKS[code], **params)

    @classmethod
    def _of(cls, key: str, look: Look, **params: object) -> Pill:
        return cls(tr(key, **params), look.tone, look.icon, solid=look.solid)

    def show_look(self, text: str, look: Look) -> None:
        """Change word and look."""
        self._text, self._look = text, look
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(pill_width(self._text, self._look.icon), px(tokens.PILL_HEIGHT))

    def paintEvent(self, _event: QPaintEvent) -> None:
        paint_pill(QPainter(self), QRectF(self.rect()), self._text, self._look)
