"""The text layer is right where reportlab alone writes it wrong."""

from __future__ import annotations

import subprocess
import sys

from forms.rendering.to_unicode import to_unicode_cmap

_PAGE = """
import sys
from reportlab.pdfbase import pdfmetrics, ttfonts
from reportlab.pdfgen.canvas import Canvas
if sys.argv[2] == "cured":
    from forms.rendering.to_unicode import cure
    cure()
pdfmetrics.registerFont(ttfonts.TTFont("kai", "resources/fonts/LXGWWenKai-Regular.ttf"))
canvas = Canvas(sys.argv[1])
canvas.setFont("kai", 20)
canvas.drawString(100, 700, "䶮𬭎㼆𪻐喆堃犇")
canvas.save()
"""


def text_layer(tmp_path, way: str) -> str:
    path = str(tmp_path / "page.pdf")
    subprocess.run([sys.executable, "-c", _PAGE, path, way], check=True, timeout=60)
    out = subprocess.run(["pdftotext", path, "-"], check=True, capture_output=True, text=True, timeout=60)
    return out.stdout.strip()


def test_reportlab_alone_still_writes_another_character_so_the_cure_is_still_needed(tmp_path):
    assert "𬭎" not in text_layer(tmp_path, "uncured")


def test_the_cured_text_layer_gives_every_character_back(tmp_path):
    assert text_layer(tmp_path, "cured") == "䶮𬭎㼆𪻐喆堃犇"


def test_code_points_above_the_first_plane_are_written_as_utf16():
    assert "<01> <D872DF4E>" in to_unicode_cmap("F", [0, 0x2CB4E])


def test_no_block_has_more_than_a_hundred_entries():
    lines = to_unicode_cmap("F", range(0x4E00, 0x4E00 + 250)).splitlines()
    assert [line for line in lines if "beginbfchar" in line] == [
        "100 beginbfchar",
        "100 beginbfchar",
        "50 beginbfchar",
    ]
