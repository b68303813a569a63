"""The QR codes on a picture or scan of a paper: PNG, JPEG and other pictures, and the first pages of a PDF.

OpenCV reads codes that lie askew or were photographed; QtPdf, which comes with the window, draws pages of a PDF. Both
are loaded by the first use.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from counter_app.domain.errors import CounterError
from counter_app.services.brought_files import content_of

if TYPE_CHECKING:
    import numpy as np

    Grey = np.ndarray[Any, np.dtype[np.uint8]]

MOST_BYTES = 40 << 20
MOST_PAGES = 4  # of a PDF; a paper and its attachments
_PAGE_WIDTH = 1654  # A4 at 200 dots an inch
_SIDES = (1800, 2800, 1100)  # longest side in pixels: tried in turn, the quick and usual one first
_SMALLEST = 60  # below that no code can be told


def codes_in(file: Path) -> list[str]:
    """The texts of all codes found, first page first.

    CounterError `code_picture_missing`, `code_picture_too_large`, `code_picture_unreadable`, `code_picture_without`
    where no code can be read, `code_parts_not_installed`.
    """
    if find_spec("cv2") is None:
        raise CounterError("code_parts_not_installed")
    content = _content(file)
    for picture in _pages(content, file) if content.startswith(b"%PDF-") else [_picture(content, file)]:
        found = _codes(picture)
        if found:
            return found
    raise CounterError("code_picture_without", file=file.name)


def _content(file: Path) -> bytes:
    try:
        if file.stat().st_size > MOST_BYTES:
            raise CounterError("code_picture_too_large", file=file.name, most=MOST_BYTES >> 20)
        return content_of(file)
    except OSError as fault:
        raise CounterError("code_picture_missing", file=file.name) from fault


def _picture(content: bytes, file: Path) -> Grey:
    import cv2
    import numpy as np

    try:
        found = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_GRAYSCALE) if content else None
    except cv2.error as fault:
        raise CounterError("code_picture_unreadable", file=file.name) from fault
    if found is None or min(found.shape) < _SMALLEST:
        raise CounterError("code_picture_unreadable", file=file.name)
    return found  # type: ignore[return-value]


def _pages(content: bytes, file: Path) -> Iterator[Grey]:
    if find_spec("PySide6") is None:
        raise CounterError("code_parts_not_installed")
    import numpy as np
    from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize
    from PySide6.QtGui import QColor, QImage, QPainter
    from PySide6.QtPdf import QPdfDocument

    buffer = QBuffer()
    buffer.setData(QByteArray(content))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    document = QPdfDocument()
    document.load(buffer)
    if document.status() != QPdfDocument.Status.Ready or not document.pageCount():
        raise CounterError("code_picture_unreadable", file=file.name)
    for page in range(min(document.pageCount(), MOST_PAGES)):
        size = document.pagePointSize(page)
        height = max(1, min(round(_PAGE_WIDTH * size.height() / max(1.0, size.width())), 4 * _PAGE_WIDTH))
        sheet = QImage(_PAGE_WIDTH, height, QImage.Format.Format_RGB32)
        sheet.fill(QColor("white"))  # a PDF's page has no ground of its own
        painter = QPainter(sheet)
        painter.drawImage(0, 0, document.render(page, QSize(_PAGE_WIDTH, height)))
        painter.end()
        grey = sheet.convertToFormat(QImage.Format.Format_Grayscale8)
        rows = np.frombuffer(grey.constBits(), np.uint8).reshape(height, grey.bytesPerLine())
        yield rows[:, :_PAGE_WIDTH].copy()
    document.close()


def _codes(picture: Grey) -> list[str]:
    import cv2

    detector = cv2.QRCodeDetectorAruco()
    for side in _SIDES:
        scale = side / max(picture.shape)
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        sized = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=how)
        try:
            _, texts, _, _ = detector.detectAndDecodeMulti(sized)
        except (cv2.error, UnicodeDecodeError):
            continue  # a code that is none; another size may read
        found = [text for text in texts if text]
        if found:
            return found
    return []
