"""PDF/A-1b (ISO 19005-1) as the page is written: what reportlab lacks for it is three objects, so no second pass is
needed. Fonts are embedded as subsets anyway; no transparency, no script, no outside reference is ever drawn.

The colours are those of sRGB (IEC 61966-2-1), by a profile of ICC version 2 that is made here: the standard allows no
later version, and its matrix and curve are published numbers.
"""

from __future__ import annotations

import struct
from functools import cache
from typing import Any
from xml.sax.saxutils import escape

from reportlab.pdfbase import pdfdoc

VERSION = (1, 4)  # of PDF, the one that PDF/A-1 stands on
PRODUCER = "counter_app"
_SRGB = "sRGB IEC61966-2.1"
_MADE = (2000, 1, 1, 0, 0, 0)  # as reportlab's invariant documents say: no clock goes into a paper
_XMP_TIME = "2000-01-01T00:00:00+00:00"
# Primaries and white adapted to D50, in units of 1/65536 (IEC 61966-2-1, Bradford).
_D50 = (0x0000F6D6, 0x00010000, 0x0000D32D)
_PRIMARIES = {
    b"rXYZ": (0x00006FA2, 0x000038F5, 0x00000390),
    b"gXYZ": (0x00006299, 0x0000B785, 0x000018DA),
    b"bXYZ": (0x000024A0, 0x00000F84, 0x0000B6CF),
}
_STEPS = 1024
_END = b"\nendstream\n"
_FORMAT = pdfdoc.PDFStream.format
_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{subject}</rdf:li></rdf:Alt></dc:description>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">
<pdf:Producer>{producer}</pdf:Producer>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/">
<xmp:CreatorTool>{producer}</xmp:CreatorTool>
<xmp:CreateDate>{time}</xmp:CreateDate>
<xmp:ModifyDate>{time}</xmp:ModifyDate>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<pdfaid:part>1</pdfaid:part>
<pdfaid:conformance>B</pdfaid:conformance>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""


def end_streams_on_a_line() -> None:
    """Make reportlab, in the whole process, set an end of line before `endstream`, which PDF/A demands (6.1.7)."""
    pdfdoc.PDFStream.format = _format_stream


def _format_stream(stream: Any, document: Any) -> bytes:
    written: bytes = _FORMAT(stream, document)
    return written.removesuffix(_END.lstrip()) + _END


def make_archival(canvas: Any) -> None:
    """Let the document of a reportlab canvas, made with VERSION and fully drawn, be PDF/A-1b when it is saved."""
    document = canvas._doc  # reportlab has no public place for the objects of the catalogue
    title, subject = document.info.title, document.info.subject
    document.info = _Information(title, subject)
    catalog = document.Catalog
    catalog.__NoDefault__ = [*catalog.__NoDefault__, "OutputIntents"]
    catalog.Metadata = _Metadata(title, subject)
    catalog.OutputIntents = pdfdoc.PDFArray([_output_intent(document)])


class _Information(pdfdoc.PDFInfo):  # type: ignore[misc]  # reportlab is not typed
    """The information dictionary, which must say what the metadata say."""

    def __init__(self, title: str, subject: str) -> None:
        super().__init__()
        self.title, self.subject = title, subject

    def format(self, document: Any) -> Any:
        entries = {
            "Title": pdfdoc.PDFString(self.title),
            "Subject": pdfdoc.PDFString(self.subject),
            "Producer": pdfdoc.PDFString(PRODUCER),
            "Creator": pdfdoc.PDFString(PRODUCER),
            "CreationDate": pdfdoc.PDFDate(document._timeStamp),
            "ModDate": pdfdoc.PDFDate(document._timeStamp),
        }
        return pdfdoc.PDFDictionary(entries).format(document)


class _Metadata(pdfdoc.PDFObject):  # type: ignore[misc]
    """The document's XMP packet. It may not be compressed (6.7.2), which a PDFStream cannot be told."""

    __RefOnly__ = 1

    def __init__(self, title: str, subject: str) -> None:
        words = _XMP.format(title=escape(title), subject=escape(subject), producer=PRODUCER, time=_XMP_TIME)
        self._content = words.encode()

    def format(self, document: Any) -> bytes:
        head = f"<< /Length {len(self._content)} /Subtype /XML /Type /Metadata >>".encode()
        return head + b"\nstream\n" + self._content + _END


def _output_intent(document: Any) -> Any:
    profile = pdfdoc.PDFStream(pdfdoc.PDFDictionary({"N": 3}), srgb_profile(), filters=[pdfdoc.PDFZCompress])
    return pdfdoc.PDFDictionary(
        {
            "Type": pdfdoc.PDFName("OutputIntent"),
            "S": pdfdoc.PDFName("GTS_PDFA1"),
            "OutputConditionIdentifier": pdfdoc.PDFString(_SRGB),
            "Info": pdfdoc.PDFString(_SRGB),
            "DestOutputProfile": document.Reference(profile),
        }
    )


@cache
def srgb_profile() -> bytes:
    """sRGB as an ICC profile of version 2.1 (ICC.1:1998-09): a display profile of matrix and curves."""
    curve = b"curv" + struct.pack(">4xI", _STEPS) + struct.pack(f">{_STEPS}H", *map(_linear, range(_STEPS)))
    name = _SRGB.encode() + b"\0"
    description = b"desc" + struct.pack(">4xI", len(name)) + name + struct.pack(">IIHB67x", 0, 0, 0, 0)
    tags = {
        b"desc": description,
        b"cprt": b"text" + struct.pack(">4x") + b"No copyright, use freely\0",
        b"wtpt": _xyz(_D50),
        **{tag: _xyz(value) for tag, value in _PRIMARIES.items()},
        b"rTRC": curve,
        b"gTRC": curve,
        b"bTRC": curve,
    }
    return _profile(tags)


def _profile(tags: dict[bytes, bytes]) -> bytes:
    table, body = struct.pack(">I", len(tags)), b""
    start = 128 + 4 + 12 * len(tags)
    places: dict[bytes, int] = {}
    for tag, content in tags.items():
        if content not in places:
            places[content] = start + len(body)
            body += content + bytes(-len(content) % 4)
        table += tag + struct.pack(">II", places[content], len(content))
    size = start + len(body)
    head = struct.pack(
        ">I4sI4s4s4s6H4s4sI4s4sQI3I4s44x",
        size, b"\0\0\0\0", 0x02100000, b"mntr", b"RGB ", b"XYZ ", *_MADE, b"acsp", b"\0\0\0\0", 0, b"\0\0\0\0",
        b"\0\0\0\0", 0, 0, *_D50, b"\0\0\0\0",
    )
    return head + table + body


def _xyz(value: tuple[int, int, int]) -> bytes:
    return b"XYZ " + struct.pack(">4x3I", *value)


def _linear(step: int) -> int:
    """A step of the sRGB curve as light, in units of 1/65535."""
    value = step / (_STEPS - 1)
    light = value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
    return round(light * 65535)
