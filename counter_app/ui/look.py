"""Dress the application: fonts, style and words in one call, and the stylesheet for each window.

Usage: `app = QApplication([]); dress(app)`; `dress_window(window)` once its parts are in it; later
`dress(app, TextSize.LARGE)` changes the text size of all.

The stylesheet is of the windows and not of the application: a part that is put into another one is polished again with
everything in it, at each level, unless it has no sheet yet. So a page is made plain and gets its look once, as it
comes into its window.
"""

from __future__ import annotations

from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication, QWidget

from counter_app.ui import tokens
from counter_app.ui.first_window import STYLED
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
        if not app.property(STYLED):
            app.setStyle("Fusion")
        app.setPalette(_palette())
        app.setProperty(_DRESSED, True)
    if app.font() != font("text"):
        app.setFont(font("text"))
    for window in app.topLevelWidgets():
        if window.property(_DRESSED):
            dress_window(window)


def dress_window(window: QWidget) -> None:
    """Give a window the look of the text size that is set; each later size reaches it by `dress`."""
    window.setProperty(_DRESSED, True)
    sheet = stylesheet()
    if window.styleSheet() != sheet:  # setting it again would polish every widget again
        window.setStyleSheet(sheet)


def undress_window(window: QWidget) -> None:
    """Let a window that is about to end stay as it looks: `dress` passes it by."""
    window.setProperty(_DRESSED, False)


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
