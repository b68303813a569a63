"""Every word on the screen goes through Qt's translation, out of the one catalogue of sentences.

Usage: `tr("ui.frame.today")`, `tr("ui.queue.count", n=3)`.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from resources import texts

CONTEXT = "counter"


class CatalogueTranslator(QTranslator):
    """Qt's view of the catalogue: the source text is the key, the translation the sentence."""

    def isEmpty(self) -> bool:
        return False

    def translate(self, context: str, source_text: str, disambiguation: str | None = None, n: int = -1) -> str | None:
        if context != CONTEXT:
            return None
        return texts.sentence(source_text)


def install_texts(app: QCoreApplication) -> None:
    """Make `tr` work: our sentences, and Qt's own words (undo, copy, paste) in the same language."""
    language = texts.language()
    app.installTranslator(CatalogueTranslator(app))
    of_qt = QTranslator(app)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if of_qt.load(f"qtbase_{language}", folder):
        app.installTranslator(of_qt)
    QLocale.setDefault(QLocale(language))


def tr(key: str, /, **params: object) -> str:
    """The sentence of the key, its {names} filled from params. TextMissing names an unknown key."""
    sentence = QCoreApplication.translate(CONTEXT, key)
    if sentence == key:
        raise texts.TextMissing(key)
    return sentence.format(**params) if params else sentence


def has(key: str) -> bool:
    """Whether there is a sentence for the key."""
    return texts.has_text(key)
