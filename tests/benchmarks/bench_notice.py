"""What a notice costs against a bare reportlab page with the same fonts and text, in the same run.

`python -m tests.benchmarks.bench_notice [ROUNDS]`: medians in milliseconds of the processor, and their ratio. The bare
page is what a call of reportlab a line of text gives: no layout, no QR code, no PDF/A; fonts are loaded before.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import cache
from io import BytesIO
from statistics import median

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from counter_app.domain.notice import NoticeKind
from forms.notice_templates import bundled_templates
from forms.rendering.composition import compose
from forms.rendering.fonts import file_of, typeface
from forms.rendering.line_breaking import font_runs
from forms.rendering.notice_data import NoticeData
from forms.rendering.render import render_notice, sample_data
from tests.benchmarks.bench_peers import say

KINDS = (NoticeKind.RECEIPT, NoticeKind.ACCEPTANCE, NoticeKind.REFUSAL, NoticeKind.CORRECTION, NoticeKind.GRANT)
Runs = list[tuple[str, str]]


def bare_page(lines: list[Runs]) -> bytes:
    """The text in its fonts, line under line, on one page."""
    target = BytesIO()
    canvas = Canvas(target, pagesize=A4, invariant=True)
    y = A4[1] - 40
    for line in lines:
        out = canvas.beginText(40, y)
        for font, characters in line:
            out.setFont(as_shipped(font), 12)
            out.textOut(characters)
        canvas.drawText(out)
        y -= 14
    canvas.showPage()
    canvas.save()
    return target.getvalue()


@cache
def as_shipped(font: str) -> str:
    """The same font as reportlab registers it by itself, without what the program changes."""
    name = f"bare {font}"
    pdfmetrics.registerFont(TTFont(name, str(file_of(font)), asciiReadable=False))
    return name


def lines_of(kind: NoticeKind) -> list[Runs]:
    templates = bundled_templates()
    template = templates.get(kind, templates.current_version(kind))
    paper = compose(template, NoticeData.from_mapping(sample_data()), templates)
    faces = {True: typeface("head"), False: typeface("body")}
    return [
        list(font_runs(part, faces[head]))
        for text, head in paper.texts() for part in text.split("\n") if part
    ]


def milliseconds(do: Callable[[], object]) -> float:
    start = time.process_time()
    do()
    return (time.process_time() - start) * 1000


def main(rounds: int) -> None:
    say(f"{'kind':8}{'notice ms':>12}{'bare ms':>10}{'ratio':>8}")
    for kind in KINDS:
        lines, version = lines_of(kind), bundled_templates().current_version(kind)
        pairs = [
            (
                milliseconds(lambda: render_notice(kind, version, sample_data())),  # noqa: B023 - called at once
                milliseconds(lambda: bare_page(lines)),  # noqa: B023
            )
            for _ in range(rounds + 2)
        ][2:]
        notice, bare = median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)
        ratio = median(pair[0] / pair[1] for pair in pairs)
        say(f"{kind.value:8}{notice:12.1f}{bare:10.1f}{ratio:8.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
