"""A reprint is the kept paper with a mark, and nothing else changed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from counter_app.domain.errors import CounterError
from counter_app.domain.notice import NoticeKind
from forms.rendering.notice_data import GapRow
from forms.rendering.render import reprint_mark

WHEN = datetime(2026, 11, 24, 1, 5, tzinfo=UTC)
MARK = "补打第2次2026年11月24日9时05分"


def test_the_mark_tells_which_reprint_it_is_and_all_other_text_stays(kind, render, poppler):
    kept = render(kind, applicant="䶮𬭎㼆𪻐喆堃犇")
    marked = poppler.text(reprint_mark(kept, WHEN, 2))
    assert MARK in marked
    assert marked.replace(MARK, "") == poppler.text(kept)


def test_the_mark_covers_no_text(kind, render, poppler):
    words = poppler.words(reprint_mark(render(kind), WHEN, 2))
    bottom_of_mark = max(bottom for *_, bottom, text in words if "补打" in text or "9时05分" in text)
    assert min(top for _, _, top, _, _, text in words if text == kind.facts.title) > bottom_of_mark + 3


def test_every_page_carries_the_mark_and_every_font_stays_embedded(render, poppler):
    gaps = tuple(GapRow(material=f"材料{n}", problem="缺少", demand="补交") for n in range(60))
    marked = reprint_mark(render(NoticeKind.CORRECTION, gaps=gaps), WHEN, 2)
    pages = poppler.page_texts(marked)
    assert len(pages) > 1
    assert all(MARK in page for page in pages)
    assert {(embedded, unicode) for _, embedded, unicode in poppler.fonts(marked)} == {("yes", "yes")}


def test_the_code_is_still_read_after_a_reprint(render, poppler):
    assert poppler.qr_codes(reprint_mark(render(NoticeKind.ACCEPTANCE), WHEN, 1)) != []


def test_the_same_reprint_is_the_same_bytes(render):
    kept = render(NoticeKind.ACCEPTANCE)
    assert reprint_mark(kept, WHEN, 1) == reprint_mark(kept, WHEN, 1)


@pytest.mark.parametrize("cut", [0, 10, 2000])
def test_a_kept_paper_that_cannot_be_read_is_told(cut, render):
    with pytest.raises(CounterError) as refused:
        reprint_mark(render(NoticeKind.ACCEPTANCE)[:cut], WHEN, 1)
    assert refused.value.code == "kept_paper_damaged"
