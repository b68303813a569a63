"""Copies of kept notices: under the mark of a reprint (补打), the same paper and number, visibly not the first print;
and with the electronic seal drawn into the page, where a signature's field would be left out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from typing import cast

from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, ContentStream, DictionaryObject, FloatObject, NameObject
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
    return _with_seal_drawn(pdf, lambda page: page.merge_page(mark.pages[0]))


def for_paper(pdf: bytes) -> bytes:
    """See `render.for_paper`."""
    return _with_seal_drawn(pdf, lambda _page: None)


def _with_seal_drawn(pdf: bytes, then: Callable[[PageObject], None]) -> bytes:
    try:
        writer = PdfWriter(clone_from=BytesIO(pdf))
        for page in writer.pages:
            _keep_look_of_seal(page)
            then(page)
        for of_signature in ("/AcroForm", "/Perms"):
            writer.root_object.pop(of_signature, None)
    except PyPdfError:
        raise CounterError("kept_paper_damaged") from None
    target = BytesIO()
    writer.write(target)
    return target.getvalue()


def _keep_look_of_seal(page: PageObject) -> None:
    """Draw the electronic seal into the page and take its signature away: such a copy is not what was signed."""
    for n, reference in enumerate(page.pop("/Annots", ArrayObject())):
        annotation = reference.get_object()
        look, box = annotation["/AP"]["/N"], [float(side) for side in annotation["/Rect"]]
        name = NameObject(f"/Seal{n}")
        resources = cast("DictionaryObject", page["/Resources"])
        drawings = DictionaryObject(resources.get("/XObject", DictionaryObject()).get_object())
        drawings[name] = look.indirect_reference
        resources[NameObject("/XObject")] = drawings
        content = ContentStream(page["/Contents"], page.pdf)
        content.isolate_graphics_state()
        placed = [FloatObject(number) for number in (1, 0, 0, 1, box[0], box[1])]
        content.operations += [([], b"q"), (placed, b"cm"), ([name], b"Do"), ([], b"Q")]
        page.replace_contents(content)


def _mark_page(text: str) -> bytes:
    def draw(canvas: Canvas) -> None:
        pen = Pen(canvas)
        pen.framed(LEFT, _MIDDLE, text, pen.body, _SIZE)
        canvas.showPage()

    return drawn(draw)
