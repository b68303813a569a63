"""The list that goes with a USB postbag: what was sent off, how to check it, who carried it; nothing of persons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.pdfgen.canvas import Canvas

from forms.rendering.fonts import glyph_missing, typeface
from forms.rendering.line_breaking import break_lines, width_of
from forms.rendering.page import drawn
from forms.rendering.page_style import MM, PAGE_HEIGHT, PAGE_WIDTH
from forms.rendering.pen import Pen
from resources.texts import paper_text

SHORT_HASH = 16  # characters of the SHA-256: enough to tell one file from another by eye
ROWS = 16  # parts on a page

_LEFT, _RIGHT = 20 * MM, 190 * MM
_TITLE_SIZE, _SIZE, _SMALL = 20.0, 11.5, 9.5
_LINE, _ROW, _SIGNED_LINE = 8.5 * MM, 7.5 * MM, 13 * MM
_COLUMNS = (("part", 12), ("file", 50), ("cases", 15), ("events", 17), ("scans", 15), ("size", 23), ("hash", 38))  # mm
_RIGHT_SET = frozenset({"cases", "events", "scans", "size"})
_SIGNED = ("packed", "carried", "received")
_FACTS = ("station", "device", "made", "total")


@dataclass(frozen=True, slots=True)
class ManifestPart:
    """One file of the bundle. sha256 is in hex; cases counts those of which the part has events."""

    number: int
    file: str
    cases: int
    events: int
    scans: int
    size: int
    sha256: str


def render_manifest(station: str, device: str, made: str, cases: int, parts: Sequence[ManifestPart]) -> bytes:
    """The list as PDF: one page, and one more for every ROWS further parts. CounterError `glyph_missing`."""
    missing = typeface("body").missing(station + "".join(part.file for part in parts))
    if missing:
        raise glyph_missing(missing)
    total = paper_text(
        "paper.bundle.total",
        parts=len(parts),
        cases=cases,
        events=sum(part.events for part in parts),
        scans=sum(part.scans for part in parts),
        size=_size(sum(part.size for part in parts)),
    )
    facts = dict(zip(_FACTS, (station, device, made, total), strict=True))

    def draw(canvas: Canvas) -> None:
        canvas.setTitle(paper_text("paper.bundle.title"))
        pen = Pen(canvas)
        for first in range(0, len(parts), ROWS):
            _draw_page(pen, canvas, facts, parts[first : first + ROWS])
            canvas.showPage()

    return drawn(draw)


def _draw_page(pen: Pen, canvas: Canvas, facts: dict[str, str], parts: Sequence[ManifestPart]) -> None:
    y = PAGE_HEIGHT - 26 * MM
    pen.centred(PAGE_WIDTH / 2, y, paper_text("paper.bundle.title"), pen.head, _TITLE_SIZE)
    y -= 14 * MM
    for name, value in facts.items():
        label = paper_text(f"paper.bundle.fact.{name}")
        pen.text(_LEFT, y, label, pen.head, _SIZE)
        pen.text(_LEFT + width_of(label, pen.head, _SIZE), y, value, pen.body, _SIZE)
        y -= _LINE
    y = _draw_table(pen, canvas, y, parts)
    for number in (1, 2, 3):
        for line in break_lines(paper_text(f"paper.bundle.note.{number}"), pen.body, _SMALL, _RIGHT - _LEFT):
            y -= 1.6 * _SMALL
            pen.text(_LEFT, y, line.text, pen.body, _SMALL)
    y -= 14 * MM
    for who in _SIGNED:
        pen.form_line(_LEFT, y, paper_text(f"paper.bundle.signed.{who}"), pen.body, _SIZE)
        y -= _SIGNED_LINE
    pen.text(_LEFT, 16 * MM, paper_text("paper.bundle.foot"), pen.body, _SMALL, grey=True)


def _draw_table(pen: Pen, canvas: Canvas, top: float, parts: Sequence[ManifestPart]) -> float:
    """The parts below their head; the height below them."""
    bottom = top - _ROW * (len(parts) + 1)
    x = _LEFT
    for name, width_mm in _COLUMNS:
        width = width_mm * MM
        canvas.line(x, top, x, bottom)
        pen.centred(x + width / 2, top - _ROW / 2, paper_text(f"paper.bundle.column.{name}"), pen.head, _SMALL)
        for row, part in enumerate(parts, 1):
            middle, word = top - (row + 0.5) * _ROW, _word(part, name)
            size = min(_SMALL, _SMALL * (width - 2 * MM) / max(1.0, width_of(word, pen.body, _SMALL)))
            if name in _RIGHT_SET:
                pen.flush_right(x + width - 1.5 * MM, middle, word, pen.body, size)
            else:
                pen.text(x + 1.5 * MM, middle, word, pen.body, size)
        x += width
    canvas.line(x, top, x, bottom)
    for row in range(len(parts) + 2):
        pen.rule(_LEFT, x, top - row * _ROW)
    return bottom - 3 * MM


def _word(part: ManifestPart, column: str) -> str:
    if column == "size":
        return _size(part.size)
    if column == "hash":
        short = part.sha256[:SHORT_HASH].upper()
        return " ".join(short[at : at + 4] for at in range(0, SHORT_HASH, 4))
    return str(getattr(part, "number" if column == "part" else column))


def _size(size: int) -> str:
    """KB below a megabyte, else MB with one figure; as bytes are counted on sticks, by thousands."""
    return f"{max(1, round(size / 1000))} KB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"
