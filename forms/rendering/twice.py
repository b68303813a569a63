"""Copies in twos: each page twice in a row, so that two pages to a sheet give two copies to cut apart."""

from __future__ import annotations

from io import BytesIO


def twice_each(pdf: bytes) -> bytes:
    """The file with every page twice."""
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter()
    for page in PdfReader(BytesIO(pdf)).pages:
        writer.add_page(page)
        writer.add_page(page)
    target = BytesIO()
    writer.write(target)
    return target.getvalue()
