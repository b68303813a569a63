"""The signed QR code on the page: readable from paper, with white around it, and told in words below it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
import segno
from PIL import Image

from counter_app.domain.identifiers import CaseId
from counter_app.domain.notice import NoticeKind
from counter_app.domain.receipt_codes import MOST_STEPS, HallWord, SignedCode, Statement
from forms.rendering.page_style import LEFT, MM, QR_SIDE, TEXT_WIDTH

LEAST_MODULE_MM = 0.4
QUIET_MODULES = 4
DPI = 400
NOTE = "扫码可核验真伪\n本机签名\n尚无中心签名"

STATED = Statement(NoticeKind.ACCEPTANCE, CaseId("QX03-01-KWXYZ", 123456789), bytes(6), bytes(16), 1_800_000_000, 120)
BY_DEVICE = SignedCode("E1", STATED, bytes(range(64))).to_text()
BY_HALL = SignedCode(
    "E1", STATED, bytes(range(64)), HallWord(1_800_000_000, 31, tuple(bytes([n] * 16) for n in range(MOST_STEPS)))
).to_text()


@dataclass
class Printed:
    """A page as dots."""

    image: Image.Image

    def dark(self, left: float, top: float, right: float, bottom: float) -> bool:
        """Whether anything is dark there; in mm from the upper left corner."""
        box = tuple(round(each * DPI / 25.4) for each in (left, top, right, bottom))
        darkest, _ = self.image.crop(box).getextrema()
        return bool(darkest < 128)

    def top_of_code(self) -> float:
        """Where the code begins: the upper left finder is a bar of seven modules at its left edge."""
        dot = 25.4 / DPI
        x = round(((LEFT + TEXT_WIDTH - QR_SIDE) / MM + 0.15) / dot)
        finder = round(7 * LEAST_MODULE_MM / dot) - 2
        inked = "".join("x" if self.image.getpixel((x, y)) < 128 else " " for y in range(self.image.height))
        return inked.index("x" * finder) * dot


@pytest.fixture
def printed(poppler, tmp_path: Path):
    def on_paper(pdf: bytes) -> Printed:
        poppler._run(pdf, "pdftoppm", "-r", str(DPI), "-gray", "-png", "-singlefile", "{}", str(tmp_path / "fine"))
        return Printed(Image.open(tmp_path / "fine.png").convert("L"))

    return on_paper


@pytest.mark.parametrize("code", [BY_DEVICE, BY_HALL], ids=["by_device", "by_hall"])
def test_the_code_keeps_to_letters_that_a_gun_types_and_to_modules_that_it_reads(code: str) -> None:
    made = segno.make(code, micro=False, error="m", encoding="utf-8")
    assert made.mode == "alphanumeric"
    assert QR_SIDE / MM / made.symbol_size(border=0)[0] >= LEAST_MODULE_MM


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        pytest.param(NoticeKind.RECEIPT, BY_DEVICE, id="N01 by device"),
        pytest.param(NoticeKind.RECEIPT_SUPPLEMENT, BY_HALL, id="N01-S by hall"),
        pytest.param(NoticeKind.ACCEPTANCE, BY_HALL, id="N02 by hall"),
        pytest.param(NoticeKind.TOLERANT_ACCEPTANCE, BY_DEVICE, id="N05 by device"),
    ],
)
def test_the_code_is_read_from_the_page_and_stands_free(kind: NoticeKind, code: str, render, poppler, printed) -> None:
    pdf = render(kind, signed_code=code, code_note=NOTE)
    assert poppler.qr_codes(pdf) == [code]
    assert "本机签名尚无中心签名" in poppler.text(pdf)
    page = printed(pdf)
    quiet = QUIET_MODULES * QR_SIDE / MM / segno.make(code, micro=False, error="m").symbol_size(border=0)[0]
    top, side = page.top_of_code(), QR_SIDE / MM
    left, slack = (LEFT + TEXT_WIDTH - QR_SIDE) / MM, 0.15
    right, bottom = left + side, top + side
    assert page.dark(left, top, right, bottom)
    around = {
        "above": (left - quiet, top - quiet, right + quiet, top - slack),
        "below": (left - quiet, bottom + slack, right + quiet, bottom + quiet),
        "left": (left - quiet, top, left - slack, bottom),
        "right": (right + slack, top, right + quiet, bottom),
    }
    assert [where for where, box in around.items() if page.dark(*box)] == []
