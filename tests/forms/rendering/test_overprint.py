"""Preprinted sheets: what is on them and what is set into them stand side by side and never on each other."""

from __future__ import annotations

import io
import re
import subprocess
from pathlib import Path

import pytest
from pypdf import PdfReader

from counter_app.domain.errors import CounterError, InvalidInput
from counter_app.domain.notice import NoticeKind
from forms.notice_templates import bundled_templates
from forms.rendering.overprint import blank_sheet, overprinted, sheet_of, sheet_test_page
from forms.rendering.placement import AS_IT_IS, Placement
from forms.rendering.render import render_notice, sample_data
from tests.support.budgets import part

TEMPLATES = bundled_templates()
SHEETS = [(kind, version, licence) for kind, version in TEMPLATES.by_version for licence in (False, True)]
Box = tuple[float, float, float, float]


def boxes(pdf: bytes, folder: Path) -> dict[str, Box]:
    """Every word with the corners of its box, in points from the upper left corner."""
    (folder / "sheet.pdf").write_bytes(pdf)
    command = ["pdftotext", "-bbox", folder / "sheet.pdf", "-"]
    read = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout
    found = re.findall(r'<word xMin="(.*?)" yMin="(.*?)" xMax="(.*?)" yMax="(.*?)">(.*?)</word>', read)
    return {f"{word} {n}": (float(a), float(b), float(c), float(d)) for n, (a, b, c, d, word) in enumerate(found)}


def overlaps(one: Box, other: Box) -> bool:
    slack = 2.5  # boxes hold the white above and below the glyphs
    return (
        min(one[2], other[2]) - max(one[0], other[0]) > slack and min(one[3], other[3]) - max(one[1], other[1]) > slack
    )


def said(pdf: bytes) -> str:
    return re.sub(r"\s", "", "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages))


def data(is_licence: bool, **changes: object) -> dict[str, object]:
    return {**sample_data(), "is_licence": is_licence, **changes}


@pytest.mark.parametrize(("kind", "version", "licence"), part(SHEETS))
def test_sheet_and_data_share_no_place(kind: NoticeKind, version: int, licence: bool, tmp_path: Path) -> None:
    sheet = sheet_of(kind, version, licence, TEMPLATES)
    blank = boxes(blank_sheet(sheet), tmp_path)
    over = boxes(overprinted(sheet, data(licence), TEMPLATES, AS_IT_IS), tmp_path)
    on_seal = {"待加盖专用章", "待加盖机关印章", "待加盖窗口专用章"}
    for word, box in over.items():
        hit = [other for other, place in blank.items() if overlaps(box, place) and other.split()[0] not in on_seal]
        assert not hit, (word, hit)
        assert 0 < box[0] < box[2] < 596, word
        assert 0 < box[1] < box[3] < 843, word


def test_together_they_say_what_the_whole_paper_says() -> None:
    sheet = sheet_of(NoticeKind.ACCEPTANCE, 1, False, TEMPLATES)
    whole = said(render_notice(NoticeKind.ACCEPTANCE, 1, data(False)))
    blank = said(blank_sheet(sheet))
    over = said(overprinted(sheet, data(False), TEMPLATES, AS_IT_IS))
    for words in ("受理通知书", "申请人", "承诺办结", "待加盖专用章", "签收人"):
        assert words in whole
        assert words in blank
    for words in ("受理通知书", "承诺办结", "法定期限", "待加盖", "签收人"):
        assert words not in over, "the sheet has it already"
    for words in ("王桂芳", "青政老受〔2026〕318号", "2026年11月30日", "555 0103".replace(" ", "")):
        assert words in whole
        assert words in over
        assert words not in blank, "it changes from case to case"


def test_offset_and_scale_move_everything_alike(tmp_path: Path) -> None:
    sheet = sheet_of(NoticeKind.ACCEPTANCE, 1, False, TEMPLATES)
    before = boxes(overprinted(sheet, data(False), TEMPLATES, AS_IT_IS), tmp_path)
    moved = boxes(overprinted(sheet, data(False), TEMPLATES, Placement(5, -3, 100)), tmp_path)
    for word, (left, top, _, _) in before.items():
        assert moved[word][0] - left == pytest.approx(5 * 72 / 25.4, abs=0.01)
        assert moved[word][1] - top == pytest.approx(-3 * 72 / 25.4, abs=0.01)
    grown = boxes(overprinted(sheet, data(False), TEMPLATES, Placement(0, 0, 102)), tmp_path)
    for word, (left, top, _, _) in before.items():
        assert grown[word][0] == pytest.approx(left * 1.02, abs=0.01), "about the upper left corner"
        assert grown[word][1] == pytest.approx(top * 1.02, abs=0.01)


@pytest.mark.parametrize("wrong", [(31, 0, 100), (0, -31, 100), (0, 0, 89), (0, 0, 111)])
def test_a_mistyped_placement_is_refused(wrong: tuple[float, float, float]) -> None:
    with pytest.raises(InvalidInput, match="placement_out_of_range"):
        Placement(*wrong)


def test_what_does_not_fit_its_place_is_refused_and_named() -> None:
    sheet = sheet_of(NoticeKind.ACCEPTANCE, 1, False, TEMPLATES)
    with pytest.raises(CounterError) as refused:
        overprinted(sheet, data(False, delivery_line="邮寄到很远的地方" * 20), TEMPLATES, AS_IT_IS)
    assert (refused.value.code, refused.value.params["field"]) == ("overprint_no_room", "领取方式")


def test_a_long_value_is_set_smaller_before_it_is_refused(tmp_path: Path) -> None:
    sheet = sheet_of(NoticeKind.ACCEPTANCE, 1, False, TEMPLATES)
    long = overprinted(sheet, data(False, applicant="阿卜杜热西提" * 5), TEMPLATES, AS_IT_IS)
    assert "阿卜杜热西提" * 5 in said(long)


def test_the_test_page_names_the_places_and_its_crosses_follow_the_correction(tmp_path: Path) -> None:
    sheet = sheet_of(NoticeKind.CORRECTION, 1, False, TEMPLATES)
    words = said(sheet_test_page(sheet, AS_IT_IS, ("打印机甲",)))
    for name in ("文号", "补正要求", "递交方式", "机关", "日期", "打印机甲", "190,277"):
        assert name in words
    plain = boxes(sheet_test_page(sheet, AS_IT_IS, ()), tmp_path)
    moved = boxes(sheet_test_page(sheet, Placement(1, 0, 100), ()), tmp_path)
    assert all(moved[word][0] - box[0] == pytest.approx(72 / 25.4, abs=0.01) for word, box in plain.items())
