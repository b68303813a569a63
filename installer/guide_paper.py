"""The user guide on paper: A4, the shipped faces embedded, contents with page numbers, no picture cut in two.

Qt's own rich text is used: it breaks Chinese lines rightly and repeats the head of a table on the next page. What it
cannot do is done here: the pages of the contents, headings kept with what follows, rows of tables kept whole
(guide_rows), the bookmarks (pypdf), and the text layer: a face has one glyph for 一 and for the radical ⼀, of which Qt
writes the wrong one, so that nothing is found.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from guide_rows import Sheet, cut_tables, rows_for_new_pages
from guide_text import GuideText, Heading, Words, body_html
from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, StreamObject
from PySide6.QtCore import QBuffer, QByteArray, QMarginsF, QRectF, QSizeF, Qt, QUrl
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QColor,
    QFont,
    QPageSize,
    QPainter,
    QPalette,
    QPdfWriter,
    QRawFont,
    QTextBlock,
    QTextDocument,
)

from counter_app.ui import tokens
from counter_app.ui.fonts import FAMILY

WIDTH, HEIGHT = 794, 1123  # A4 in pixels of 1/96 inch, in which everything is laid out
SIDE, TOP, BOTTOM = 76, 80, 84
ROOM = WIDTH - 2 * SIDE
DOTS = 1200  # of the paper, an inch
SHEET = Sheet(HEIGHT, TOP, HEIGHT - BOTTOM)
LEAST_BELOW = 90  # pixels that must be left on the page below a heading

_STYLE = f"""
body {{ color: {tokens.INK}; }}
h1 {{ font-size: 23px; font-weight: 600; margin-top: 0; margin-bottom: 10px; color: {tokens.INK}; }}
h2 {{ font-size: 17px; font-weight: 600; margin-top: 20px; margin-bottom: 5px; color: {tokens.BRAND}; }}
p {{ margin-top: 5px; margin-bottom: 5px; line-height: 150%; }}
.picture {{ margin-top: 8px; margin-bottom: 14px; line-height: 100%; }}
.cover {{ font-size: 34px; font-weight: 600; margin-top: 60px; margin-bottom: 16px; line-height: 130%; }}
li {{ margin-top: 2px; margin-bottom: 2px; line-height: 150%; }}
th, td {{ padding: 5px; }}
th {{ background-color: {tokens.TONES["brand"].tint}; font-weight: 600; }}
.numbers th, .numbers td {{ font-size: 11px; padding: 2px 5px; }}
b {{ font-weight: 600; }}
.word {{ color: {tokens.BRAND}; }}
.key {{ background-color: {tokens.TONES["mute"].tint}; font-weight: 600; }}
.code {{ background-color: {tokens.BG}; color: {tokens.INK2}; }}
"""


def write_pdf(guide: GuideText, folder: Path, file: Path, words: Words, *, with_pictures: bool) -> None:
    """Lay the guide out and write it; pictures are found under the folder. An application must exist, dressed."""
    paper = _Paper(guide, folder, words, with_pictures)
    paper.lay_out()
    written = PdfWriter(clone_from=PdfReader(BytesIO(_draw(paper.document, guide.title))))
    _mend_text_layer(written, paper.document.toPlainText())
    _add_bookmarks(written, guide, paper.pages)
    written.write(file)


class _Paper:
    """Laid out anew until no heading stands alone, no row is cut in two and the contents tell the pages they came to.

    Not by changing the laid out document: Qt moves what follows a new page break only in part.
    """

    def __init__(self, guide: GuideText, folder: Path, words: Words, with_pictures: bool) -> None:
        self._guide, self._folder = guide, folder
        self._words, self._with_pictures = words, with_pictures
        self.document = QTextDocument()
        self.pages: dict[str, int] = {}

    def lay_out(self) -> None:
        """The document, and the page (from 1) of each heading by its anchor."""
        on_new_page = {heading.anchor for heading in self._guide.headings if heading.level == 1}
        while True:
            self._set(on_new_page)
            blocks = list(_headings(self.document, self._guide))
            pages = {heading.anchor: _page(self.document, block) for heading, block in blocks}
            settled = pages == self.pages
            self.pages = pages
            crooked = self._crooked(blocks, on_new_page)
            on_new_page |= crooked
            if settled and not crooked:
                return

    def _crooked(self, blocks: list[tuple[Heading, QTextBlock]], on_new_page: set[str]) -> set[str]:
        """What is still to begin a page: of each chapter, which begins one itself, the first, for it moves the rest."""
        found: list[tuple[int, set[str]]] = [
            (block.position(), {heading.anchor}) for heading, block in blocks if _stands_alone(self.document, block)
        ]
        found += rows_for_new_pages(self.document, SHEET)
        chapters = [block.position() for heading, block in blocks if heading.level == 1]
        first: dict[int, set[str]] = {}
        for place, what in sorted(found, key=lambda one: one[0]):
            if what - on_new_page:
                first.setdefault(bisect(chapters, place), what)
        return set().union(*first.values())

    def _set(self, on_new_page: set[str]) -> None:
        document = QTextDocument()
        document.setBaseUrl(QUrl.fromLocalFile(f"{self._folder}/"))
        document.setDefaultStyleSheet(_STYLE)
        document.setDefaultFont(_face())
        document.setHtml(self._html(on_new_page))
        frame = document.rootFrame().frameFormat()
        frame.setLeftMargin(SIDE)
        frame.setRightMargin(SIDE)
        frame.setTopMargin(TOP)
        frame.setBottomMargin(BOTTOM)
        document.rootFrame().setFrameFormat(frame)
        document.setPageSize(QSizeF(WIDTH, HEIGHT))
        self.document = document

    def _html(self, on_new_page: set[str]) -> str:
        """Cover, contents and text in the HTML that Qt knows."""
        guide = self._guide
        text = body_html(guide, with_pictures=self._with_pictures)
        for pattern, in_qt in _IN_QT:
            text = re.sub(pattern, in_qt, text, flags=re.DOTALL)
        text = cut_tables(text, on_new_page)
        for anchor in on_new_page:
            text = text.replace(f'id="{anchor}"', f'id="{anchor}" style="page-break-before: always"')
        first, _, rest = text.partition("<h1")
        name, _, what = guide.title.partition("　")
        cover = f'<p class="cover">{name}<br>{what}</p><p>{self._words.edition}</p>'
        lines = "".join(_line_of_contents(heading, self.pages.get(heading.anchor, 1)) for heading in guide.headings)
        head = f'<h1 style="page-break-before: always">{self._words.contents}</h1>'
        contents = f'{head}<table width="100%" cellspacing="0" cellpadding="1">{lines}</table>'
        return f"<body>{cover}{first}{contents}<h1{rest}</body>"


_LINE = f"border: 1px solid {tokens.LINE2}"
_TABLE = 'cellspacing="0" width="100%" style="border-collapse: collapse; margin-top: 6px; margin-bottom: 10px"'
_IN_QT = (
    (r"<kbd>(.*?)</kbd>", r'<span class="key">&nbsp;\1&nbsp;</span>'),
    (r"<code>(.*?)</code>", r'<span class="code">\1</span>'),
    (r'<b class="word">(.*?)</b>', r'<span class="word">\1</span>'),
    (r"<p><img", '<p class="picture"><img'),
    (r"<li>(?=[^<]|<[a-oq-z])(?=(?:(?!</?[uo]l>).)*</ul>)", "<li>&nbsp;"),
    (r'width="660"', f'width="{ROOM}"'),
    (r"<table>", f"<table {_TABLE}>"),
    (r"<(t[dh])>", rf'<\1 style="{_LINE}">'),
)
"""What Qt's rich text writes otherwise than a browser."""


def _face() -> QFont:
    face = QFont(FAMILY)
    face.setPixelSize(14)
    face.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return face


def _line_of_contents(heading: Heading, page: int) -> str:
    inset = "" if heading.level == 1 else "&nbsp;" * 6
    words = f"<b>{heading.words}</b>" if heading.level == 1 else heading.words
    return f'<tr><td>{inset}{words}</td><td align="right">{page}</td></tr>'


def _stands_alone(document: QTextDocument, block: QTextBlock) -> bool:
    bounds = document.documentLayout().blockBoundingRect(block)
    left = HEIGHT - BOTTOM - (bounds.bottom() % HEIGHT)
    return left < LEAST_BELOW or _page(document, block.next()) != _page(document, block)


def _page(document: QTextDocument, block: QTextBlock) -> int:
    """The page on which the first line of a block stands, from 1."""
    bounds = document.documentLayout().blockBoundingRect(block)
    lines = block.layout()
    first = lines.lineAt(0).y() if lines.lineCount() else 0.0
    return int((bounds.top() + first + 1) // HEIGHT) + 1


def _all_blocks(document: QTextDocument) -> Iterator[QTextBlock]:
    block = document.begin()
    while block.isValid():
        yield block
        block = block.next()


def _headings(document: QTextDocument, guide: GuideText) -> Iterator[tuple[Heading, QTextBlock]]:
    headed = [block for block in _all_blocks(document) if block.blockFormat().headingLevel() in (1, 2)]
    yield from zip(guide.headings, headed[1:], strict=True)  # the first is that of the contents


def _draw(document: QTextDocument, title: str) -> bytes:
    drawn = QByteArray()
    buffer = QBuffer(drawn)
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setPageMargins(QMarginsF(0, 0, 0, 0))
    writer.setResolution(DOTS)
    writer.setTitle(title)
    writer.setCreator(title)
    painter = QPainter(writer)
    painter.setRenderHint(QPainter.RenderHint.LosslessImageRendering)
    painter.scale(DOTS / 96, DOTS / 96)
    for page in range(document.pageCount()):
        if page:
            writer.newPage()
        _draw_page(painter, document, page, title)
    painter.end()
    return bytes(drawn.data())


def _draw_page(painter: QPainter, document: QTextDocument, page: int, title: str) -> None:
    shown = QRectF(0, page * HEIGHT, WIDTH, HEIGHT)
    painter.save()
    painter.translate(0, -shown.top())
    context = QAbstractTextDocumentLayout.PaintContext()
    context.clip = shown
    context.palette.setColor(QPalette.ColorRole.Text, QColor(tokens.INK))
    painter.setClipRect(shown)
    document.documentLayout().draw(painter, context)
    painter.restore()
    if page:
        small = _face()
        small.setPixelSize(11)
        painter.setFont(small)
        painter.setPen(QColor(tokens.INK3))
        foot = QRectF(SIDE, HEIGHT - BOTTOM + 24, ROOM, 20)
        painter.drawText(foot, Qt.AlignmentFlag.AlignLeft, title)
        painter.drawText(foot, Qt.AlignmentFlag.AlignRight, f"{page + 1} / {document.pageCount()}")


def _add_bookmarks(written: PdfWriter, guide: GuideText, pages: dict[str, int]) -> None:
    chapter = None
    for heading in guide.headings:
        parent = None if heading.level == 1 else chapter
        mark = written.add_outline_item(title=heading.words, page_number=pages[heading.anchor] - 1, parent=parent)
        chapter = mark if heading.level == 1 else chapter


def _mend_text_layer(written: PdfWriter, text: str) -> None:
    """Have each glyph mean the character that the text has."""
    meant = _meant(text)
    for layer in {id(layer): layer for page in written.pages for layer in _text_layers(page)}.values():
        lists = layer.get_data().decode("ascii")
        lists = _LISTS.sub(lambda found: _CODE.sub(lambda code: meant.get(code[0], code[0]), found[0]), lists)
        layer.set_data(lists.encode("ascii"))


_LISTS, _CODE = re.compile(r"\[[^\]]*\]"), re.compile(r"<[0-9A-F]{4}>")
RADICALS = range(0x2E80, 0x2FE0)


def _meant(text: str) -> dict[str, str]:
    """<2F00> as it stands in the layer, and the <4E00> of the text that is drawn with the same glyph."""
    face = QRawFont.fromFont(_face())
    characters = sorted({character for character in text if "\u3000" < character < "\uffff"})
    drawn = dict(zip(face.glyphIndexesForString("".join(characters)), characters, strict=True))
    radicals = [chr(code) for code in RADICALS if face.supportsCharacter(chr(code))]
    glyphs = face.glyphIndexesForString("".join(radicals))
    pairs = ((radical, drawn.get(glyph)) for radical, glyph in zip(radicals, glyphs, strict=True))
    return {f"<{ord(radical):04X}>": f"<{ord(character):04X}>" for radical, character in pairs if character}


def _text_layers(page: PageObject) -> Iterator[StreamObject]:
    resources = page["/Resources"]
    assert isinstance(resources, DictionaryObject), "a page that Qt wrote"
    fonts = resources["/Font"]
    assert isinstance(fonts, DictionaryObject), "as above"
    for name in fonts:
        font = fonts[name]
        assert isinstance(font, DictionaryObject), "as above"
        layer = font["/ToUnicode"]
        assert isinstance(layer, StreamObject), "as above"
        yield layer
