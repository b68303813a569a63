"""Every notice looks as it did when somebody last looked at it; at its limits nothing is lost or covered."""

from __future__ import annotations

import pytest
from PIL import Image

from counter_app.domain.notice import NoticeKind
from forms.rendering.render import limit_data, preview_sample
from tests.forms.rendering.golden import FOLDER, TOLERANCE, difference, seen
from tests.forms.rendering.test_pages import assert_nothing_is_covered_or_outside

RARE = "𬭎䶮㼆𪻐喆堃犇"


def kept_picture(kind: NoticeKind) -> Image.Image:
    return Image.open(FOLDER / f"{kind.value}.png").convert("L")


def test_text_fonts_and_page_are_what_they_were(kind):
    found = seen(preview_sample(kind))
    assert found.text == (FOLDER / f"{kind.value}.txt").read_text(encoding="utf-8")
    assert found.fonts == (FOLDER / f"{kind.value}.fonts").read_text(encoding="utf-8")
    assert "embedded=no" not in found.fonts
    assert "subset=no" not in found.fonts
    assert difference(found.picture, kept_picture(kind)) <= TOLERANCE


@pytest.mark.parametrize("block", [(140, 60, 248, 80), (20, 100, 120, 130), (20, 270, 140, 300)])
def test_a_block_that_moved_by_three_millimetres_is_seen(block):
    kept = kept_picture(NoticeKind.ACCEPTANCE)
    moved = kept.copy()
    moved.paste(255, block)
    moved.paste(kept.crop(block), (block[0], block[1] + 4))
    assert difference(moved, kept) > TOLERANCE


def test_other_edges_of_the_same_letters_are_not_taken_for_another_page():
    kept = kept_picture(NoticeKind.ACCEPTANCE)
    finer = seen(preview_sample(NoticeKind.ACCEPTANCE)).picture
    shaken = finer.transform(finer.size, Image.Transform.AFFINE, (1, 0, 0.2, 0, 1, 0.2), Image.Resampling.BILINEAR)
    assert difference(shaken, kept) <= TOLERANCE


def test_at_its_limits_every_word_is_inside_the_page_and_every_rare_character_right(kind, poppler):
    pdf = preview_sample(kind, licence=True, limits=True)
    assert_nothing_is_covered_or_outside(poppler.words(pdf))
    assert RARE[:4] in poppler.text(pdf)
    assert {(embedded, unicode) for _, embedded, unicode in poppler.fonts(pdf)} == {("yes", "yes")}


def test_the_limits_are_names_of_thirty_characters_and_lists_of_forty_rows():
    data = limit_data()
    assert len(str(data["applicant"])) == 30
    assert {len(data[name]) for name in ("materials", "gaps", "fees", "folder", "handed")} == {40}
