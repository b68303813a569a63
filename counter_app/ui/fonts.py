"""The faces of the screen, shipped with the program: pictures do not depend on the machine.

Noto Sans SC 400 and 600; LXGW WenKai stands in for characters it lacks.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import as_file, files

from PySide6.QtGui import QFont, QFontDatabase, QFontMetrics

from counter_app.ui import tokens
from counter_app.ui.scale import px

FAMILY = "Noto Sans SC"
SUBSTITUTE = "LXGW WenKai"
FILES = ("NotoSansSC-Regular.ttf", "NotoSansSC-SemiBold.ttf", "LXGWWenKai-Regular.ttf")


class FontMissing(RuntimeError):
    """A font file of the program is not there or cannot be read: the package is broken."""


@cache
def load_fonts() -> None:
    """Give Qt the shipped faces, once per process. FontMissing names a file that failed."""
    for name in FILES:
        with as_file(files("resources") / "fonts" / name) as path:
            if QFontDatabase.addApplicationFont(str(path)) < 0:
                raise FontMissing(name)
    QFont.insertSubstitutions(FAMILY, [SUBSTITUTE])


def font(role: str) -> QFont:
    """The font of a role of `tokens.TYPE` at the text size that is set."""
    kind = tokens.TYPE[role]
    return QFont(_face(px(kind.size), kind.weight))


def metrics(role: str) -> QFontMetrics:
    """Measures of the font of a role at the text size that is set."""
    kind = tokens.TYPE[role]
    return _measures(px(kind.size), kind.weight)


def width_of(text: str, role: str) -> int:
    """How wide the text is in a role, in logical pixels, rounded up."""
    return metrics(role).horizontalAdvance(text) + 1


@cache
def _face(size: int, weight: int) -> QFont:
    face = QFont(FAMILY)
    face.setPixelSize(size)
    face.setWeight(QFont.Weight.DemiBold if weight == 600 else QFont.Weight.Normal)
    face.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return face


@cache
def _measures(size: int, weight: int) -> QFontMetrics:
    return QFontMetrics(_face(size, weight))
