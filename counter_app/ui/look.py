"""Dress the application: fonts, style, stylesheet and words, all in one call.

Usage: `app = QApplication([]); dress(app)`; later `dress(app, TextSize.LARGE)` changes the text size.
"""

from __future__ import annotations

from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication

from counter_app.ui import tokens
from counter_app.ui.fonts import font, load_fonts
from counter_app.ui.scale import TextSize, choose_text_size
from counter_app.ui.singleton_guard import keep_singletons_alive
from counter_app.ui.stylesheet import stylesheet
from counter_app.ui.texts import install_texts

_DRESSED = "counter_dressed"


def dress(app: QApplication, size: TextSize = TextSize.STANDARD, least_target: int = 0) -> None:
    """Give the application its look at a text size. May be called again to change the size.

    least_target: logical pixels that everything one presses is high at least (agents 52), 0 for the usual heights.
    """
    keep_singletons_alive()
    choose_text_size(size, least_target)
    load_fonts()
    if not app.property(_DRESSED):
        install_texts(app)
        app.setStyle("Fusion")
        app.setPalette(_palette())
        app.setProperty(_DRESSED, True)
    sheet = stylesheet()
    if app.styleSheet() != sheet:  # setting it again would polish every widget again
        app.setFont(font("text"))
        app.setStyleSheet(sheet)


def _palette() -> QPalette:
    # a dark desktop must not shine through: there is one theme
    palette = QPalette(tokens.SURFACE)
    roles = {
        QPalette.ColorRole.Window: tokens.BG,
        QPalette.ColorRole.Base: tokens.SURFACE,
        QPalette.ColorRole.Text: tokens.INK,
        QPalette.ColorRole.WindowText: tokens.INK,
        QPalette.ColorRole.PlaceholderText: tokens.INK3,
        QPalette.ColorRole.Highlight: tokens.BRAND,
        QPalette.ColorRole.HighlightedText: tokens.SURFACE,
    }
    for role, colour in roles.items():
        palette.setColor(role, colour)
    return palette
