"""What becomes of a picture of paper: cut, straight, light and still legible."""

from __future__ import annotations

from io import BytesIO

import cv2
import numpy as np
import pytest
from PIL import Image as Files

from counter_app.adapters.pictures.diet import MOST_BYTES
from counter_app.adapters.pictures.sheets import find_sheet
from counter_app.adapters.pictures.work import OpenCvPictures
from counter_app.domain.errors import CounterError
from counter_app.services.pictures import Ink, Picture, SheetWatch
from tests.support.sheets import DESK, Image, on_desk, page_of_text, png, seen_at_a_slant

WORK = OpenCvPictures()
GLASS = (1240, 1754)  # A4 at 150 dots an inch


def shown(content: bytes) -> Files.Image:
    return Files.open(BytesIO(content))


def dark_rows(image: Image) -> int:
    """How many rows of a picture have no ink: level lines leave many of them free."""
    return int((image.min(axis=1) > 128).sum())


@pytest.mark.parametrize(("tilt", "turn"), [(0, 0), (20, 4), (35, -8), (15, 12)])
def test_a_sheet_seen_at_a_slant_comes_out_as_a_page_of_a4(tilt: float, turn: float) -> None:
    page = WORK.page(Picture(png(seen_at_a_slant(page_of_text(), tilt, turn))))
    assert page.cut
    assert page.height / page.width == pytest.approx(2**0.5, rel=0.02)
    grey = np.asarray(shown(page.content).convert("L"))
    assert grey[:4].mean() > 200, "nothing of the desk is left at the edge"
    assert dark_rows(grey[:, grey.shape[1] // 8 : grey.shape[1] // 2]) > page.height / 4, "its lines are level"


def test_the_corners_are_found_to_within_a_hundredth_of_the_view() -> None:
    corners = [(400, 90), (1180, 120), (1240, 1100), (330, 1080)]
    found = find_sheet(on_desk(page_of_text(), corners))
    assert found is not None
    for (x, y), (true_x, true_y) in zip(found, corners, strict=True):
        assert (x * 1600, y * 1200) == pytest.approx((true_x, true_y), abs=14)


@pytest.mark.parametrize("what", ["empty", "half outside"])
def test_where_no_sheet_lies_whole_none_is_found(what: str) -> None:
    desk = np.full((1200, 1600, 3), DESK, np.uint8)
    if what == "half outside":
        desk = on_desk(page_of_text(), [(-500, -300), (60, -300), (60, 240), (-500, 240)])
    assert find_sheet(desk) is None


def test_writing_is_kept_in_black_and_white_a_seal_in_red_a_photograph_in_grey() -> None:
    for extra, ink in (({}, Ink.LINE), ({"seal": True}, Ink.COLOUR), ({"photo": True}, Ink.GREY)):
        page = WORK.page(Picture(png(page_of_text(GLASS, **extra)), 150, flat=True))
        assert page.ink is ink
        assert page.dpi == 150
        assert page.after < min(MOST_BYTES, 0.6 * page.before)
        assert not page.cut
    seal = np.asarray(shown(WORK.page(Picture(png(page_of_text(GLASS, seal=True)), 150, flat=True)).content))
    red = (seal[:, :, 0].astype(int) - seal[:, :, 1] > 80).mean()
    assert red > 0.001


def test_a_crooked_scan_on_grey_paper_becomes_level_and_white() -> None:
    crooked = cv2.warpAffine(
        page_of_text(GLASS), cv2.getRotationMatrix2D((620, 877), 2.5, 1), GLASS, borderValue=(255, 255, 255)
    )
    noise = np.random.default_rng(2).normal(0, 4, crooked.shape)
    grey = np.clip(crooked * 0.9 - np.linspace(0, 25, GLASS[0])[None, :, None] + noise, 0, 255).astype(np.uint8)
    page = WORK.page(Picture(png(grey), 150, flat=True))
    assert (page.ink, page.width, page.height) == (Ink.LINE, *GLASS)
    bits = np.asarray(shown(page.content).convert("L"))
    assert bits.mean() > 235
    assert dark_rows(bits[:, 150:680]) > dark_rows(cv2.cvtColor(crooked, cv2.COLOR_BGR2GRAY)[:, 150:680]) + 200


def test_what_has_no_lines_is_not_turned() -> None:
    chequered = ((np.indices((1754, 1240)) // 58).sum(0) % 2 * 255).astype(np.uint8)
    page = WORK.page(Picture(png(chequered), 150, flat=True))
    assert (np.asarray(shown(page.content).convert("L"))[:50, :50] < 128).all()


def test_a_card_on_the_glass_is_kept_without_the_glass_and_a_short_letter_with_its_page() -> None:
    glass = np.full((GLASS[1], GLASS[0], 3), 252, np.uint8)
    glass[200:519, 300:806] = np.minimum(page_of_text((506, 319), photo=True), 228)
    card = WORK.page(Picture(png(glass), 150, flat=True))
    assert (card.width, card.height) == pytest.approx((542, 355), abs=10)
    letter = page_of_text(GLASS)
    letter[700:] = 255
    assert WORK.page(Picture(png(letter), 150, flat=True)).height == GLASS[1]


def test_turning_goes_round_from_what_was_taken() -> None:
    page = WORK.page(Picture(png(page_of_text((620, 877))), 75, flat=True))
    turned = WORK.turned(page)
    assert (turned.width, turned.height, turned.taken) == (page.height, page.width, page.taken)
    whole = WORK.turned(WORK.turned(WORK.turned(turned)))
    assert whole == WORK.page(page.taken), "each is made of what was taken, not of the one before"


def test_what_is_no_picture_is_refused() -> None:
    for content in (b"", b"no picture", b"\xff\xd8\xff half"):
        with pytest.raises(CounterError) as refused:
            WORK.page(Picture(content))
        assert refused.value.code == "picture_not_readable"


def test_a_slow_slide_is_no_rest() -> None:
    watch = SheetWatch()
    for n in range(30):
        x = 0.1 + n * 0.004
        watch = watch.after(((x, 0.1), (x + 0.4, 0.1), (x + 0.4, 0.8), (x, 0.8)))
        assert not watch.is_still
    assert watch.sheet is not None
    for _ in range(6):
        watch = watch.after(watch.sheet)
    assert watch.is_still
    assert not watch.after(None).is_still
