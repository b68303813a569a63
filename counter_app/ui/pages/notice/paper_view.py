"""The papers on the screen, as they will lie on the desk: white, a page at a time. Z: fit or reading size.

`PgDn` and `PgUp` go through the pages of all papers; at reading size they scroll first.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtPdf import QPdfDocument
from PySide6.QtWidgets import QScrollArea, QWidget

from counter_app.ui import tokens
from counter_app.ui.texts import tr

MARGIN = 12
READING_WIDTH = 794  # logical pixels of A4 at 96 dots an inch


class PaperView(QScrollArea):
    """Shows PDF bytes. turned: another page or size; `place()` says which."""

    turned = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._documents: list[tuple[QPdfDocument, QBuffer]] = []
        self._pages: list[tuple[QPdfDocument, int]] = []
        self._present, self._reading = 0, False
        self._sheet = _Sheet(self)
        self.setWidget(self._sheet)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def show_papers(self, papers: Sequence[bytes]) -> None:
        """Show PDF files one after the other; the first page of the first one at once."""
        self._documents, self._pages, self._present = [], [], 0
        for pdf in papers:
            document, buffer = QPdfDocument(self), QBuffer(self)
            buffer.setData(QByteArray(pdf))
            buffer.open(QIODevice.OpenModeFlag.ReadOnly)
            document.load(buffer)
            self._documents.append((document, buffer))
            self._pages += [(document, n) for n in range(document.pageCount())]
        self._show()

    def pages(self) -> int:
        """How many pages there are."""
        return len(self._pages)

    def place(self) -> str:
        """Which page is shown, and the keys, in words."""
        return tr("ui.notice.page", n=self._present + 1, of=max(1, len(self._pages)))

    def toggle_size(self) -> None:
        """Fit to the window, or reading size."""
        self._reading = not self._reading
        self._show()

    def turn(self, by: int) -> None:
        """Scroll a screen at reading size, else (or at the end of the page) go to the next or previous page."""
        bar = self.verticalScrollBar()
        end = bar.maximum() if by > 0 else bar.minimum()
        if self._reading and bar.value() != end:
            bar.setValue(bar.value() + by * bar.pageStep())
            return
        present = min(max(0, self._present + by), len(self._pages) - 1)
        if self._pages and present != self._present:
            self._present = present
            self._show()
            bar.setValue(bar.minimum() if by > 0 else bar.maximum())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show()

    def _show(self) -> None:
        if not self._pages:
            return
        document, n = self._pages[self._present]
        points = document.pagePointSize(n)
        room = self.viewport().size()
        if self._reading:
            width = float(min(READING_WIDTH, room.width() - MARGIN))
        else:
            high = (room.height() - 2 * MARGIN) / points.height()
            width = points.width() * max(0.1, min(high, (room.width() - 2 * MARGIN) / points.width()))
        size = QSize(round(width), round(width * points.height() / points.width()))
        self._sheet.show_page(document, n, size)
        self.turned.emit()


class _Sheet(QWidget):
    """One page on white, drawn at the pixel ratio of the screen."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._document: QPdfDocument | None = None
        self._n = 0

    def show_page(self, document: QPdfDocument, n: int, size: QSize) -> None:
        """Show a page in a size of logical pixels."""
        self._document, self._n = document, n
        self.setFixedSize(size)
        self.setAccessibleName(document.getAllText(n).text())
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._document is None:
            return
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(tokens.SURFACE))
        ratio = self.devicePixelRatioF()
        image = self._document.render(self._n, self.size() * ratio)
        image.setDevicePixelRatio(ratio)
        painter.drawImage(QRectF(self.rect()), image, QRectF(image.rect()))
        painter.setPen(QColor(tokens.LINE2))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
