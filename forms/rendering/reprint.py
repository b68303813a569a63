"""The mark of a reprint (补打) on a kept notice: the same paper, the same number, visibly not the first print."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO

from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError
from reportlab.pdfgen.canvas import Canvas

from counter_app.domain.errors import CounterError
from forms.notice_templates import bundled_templates
from forms.rendering.notice_values import minute_in_words
from forms.rendering.page import drawn
from forms.rendering.page_style import LEFT, MM, PAGE_HEIGHT
from forms.rendering.pen import Pen

_SIZE = 10.5
_MIDDLE = PAGE_HEIGHT - 18 * MM  # in the head margin, where no notice has text


def marked(pdf: bytes, when: datetime, count: int) -> bytes:
    """See `render.reprint_mark`."""
    phrases = bundled_templates().phrases
    mark = PdfReader(BytesIO(_mark_page(phrases["reprint"].format(count=count, when=minute_in_words(when, phrases)))))
    try:
        writer = PdfWriter(clone_from=BytesIO(pdf))
        for page in writer.pages:
            page.merge_page(mark.pages[0])
    except PyPdfError:
        raise CounterError("kept_paper_damaged") from None
    target = BytesIO()
    writer.write(target)
    return target.getvalue()


def _mark_page(text: str) -> bytes:
    def draw(canvas: Canvas) -> None:
        pen = Pen(canvas)
        pen.framed(LEFT, _MIDDLE, text, pen.body, _SIZE)
        canvas.showPage()

    return drawn(draw)
