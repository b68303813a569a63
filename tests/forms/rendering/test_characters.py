"""Rare characters print, copy and search right; what cannot be drawn stops the paper."""

from __future__ import annotations

import pytest

from counter_app.domain.errors import CounterError
from counter_app.domain.notice import NoticeKind
from forms.rendering.fonts import draws, registered, typeface
from forms.rendering.notice_data import GapRow, MaterialRow
from forms.rendering.render import check_notice

RARE = "䶮𬭎㼆𪻐喆堃犇"

DEEDS = (NoticeKind.ENTRUSTMENT, NoticeKind.HANDOVER_LIST)  # of an entrustment: items and helpers are its own


def test_rare_characters_come_back_right_from_every_notice_wherever_they_stand(kind, render, poppler):
    pdf = render(
        kind,
        applicant=RARE,
        proxy=RARE[::-1],
        item_name=f"{RARE}登记",
        reason=f"{RARE}不在本镇。",
        mail_address=f"{RARE}路1号（{RARE[::-1]}收，{RARE}登记）",
        materials=(MaterialRow(name=f"{RARE}的证明"),),
        gaps=(GapRow(material="证明", problem="缺少", demand=f"补交{RARE}的证明"),),
    )
    text = poppler.text(pdf)
    if kind in DEEDS:
        assert RARE in text
        return
    assert text.count(RARE) >= 2
    assert RARE[::-1] in text
    assert f"{RARE}登记" in text


def test_every_font_is_embedded_and_has_its_unicode_table(kind, render, poppler):
    fonts = poppler.fonts(render(kind, applicant=RARE))
    assert len(fonts) >= 2
    assert {(embedded, unicode) for _, embedded, unicode in fonts} == {("yes", "yes")}


def test_the_heading_face_falls_back_for_what_song_does_not_have():
    assert typeface("head").font_for("受") == "song-bold"
    assert typeface("head").font_for("𪻐") == "kai"


@pytest.mark.skipif(registered("wide") is None, reason="fonts-babelstone-han is not on this machine")
def test_the_system_s_last_font_is_used_for_what_ours_do_not_have(render, poppler):
    rare = chr(0x2A6A5)  # 𪚥, the ideograph of most strokes in extension B
    assert not draws("kai", rare)
    assert not draws("song", rare)
    assert rare in poppler.text(render(NoticeKind.ACCEPTANCE, applicant=f"王{rare}"))


@pytest.mark.parametrize("character", ["\ue000", "\u202e", "\ufeff", "\U000f1234", "\x07", "\U00012000", "\ud800"])
def test_what_is_no_drawn_character_stops_the_paper_and_is_named_by_code_point_only(character, kind, data):
    error = check_notice(kind, 1, data(applicant=f"王{character}芳"))
    assert isinstance(error, CounterError)
    assert error.code == "glyph_missing"
    assert error.params == {"codes": f"U+{ord(character):04X}", "count": 1}


def test_all_missing_characters_are_told_at_once(data):
    error = check_notice(NoticeKind.ACCEPTANCE, 1, data(applicant="\ue000\ue001", item_name="\ue001\ue002"))
    assert error is not None
    assert error.params["codes"] == "U+E000 U+E001 U+E002"


def test_a_missing_glyph_stops_rendering_too(kind, render):
    with pytest.raises(CounterError, match="glyph_missing"):
        render(kind, applicant="\ue000")
