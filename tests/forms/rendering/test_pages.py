"""However much stands on a notice, nothing is covered, cut off or lost."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest

from counter_app.domain.notice import NoticeKind
from forms.rendering.notice_data import CoAgencyRow, GapRow, Limit, MaterialRow
from forms.rendering.page_style import BOTTOM, LEFT, MM, PAGE_HEIGHT, TEXT_WIDTH
from tests.forms.rendering.conftest import KINDS
from tests.support.budgets import part

K = NoticeKind
LONG_NAME = "阿卜杜热合曼·买买提艾力·吐尔逊阿依古丽·库尔班江·萨迪克阿吉"
MANY_MATERIALS = tuple(
    MaterialRow(name=f"第{n}号材料的名称比一行还要长一些所以要折行显示", form="复印件", note="由本人签名")
    for n in range(1, 41)
)
MANY_GAPS = tuple(
    GapRow(
        material=f"第{n}号材料",
        problem="不符合法定形式",
        demand="重新出具，写明日期，由出具单位盖章",
        basis="办法第七条",
    )
    for n in range(1, 41)
)
LONG_REASON = "\n".join(
    f"（{n}）" + "申请人户籍和居住地都不在本镇，" * 12 + "所以不属于本机关的职权范围。" for n in range(1, 15)
)


def assert_nothing_is_covered_or_outside(words) -> None:
    """No word overlaps another by a fifth of its height, and all stand inside the margins."""
    assert words
    down = sorted(words, key=lambda word: (word[0], word[2]))
    for place, (page, left, top, right, bottom, text) in enumerate(down):
        assert left >= LEFT - 1, text
        assert right <= LEFT + TEXT_WIDTH + 1, text
        assert top >= 15 * MM, text
        assert bottom <= PAGE_HEIGHT - BOTTOM + 16 * MM, text
        for other_page, x0, y0, x1, y1, other in down[place + 1 :]:
            if other_page != page or y0 >= bottom:
                break
            beside = min(right, x1) - max(left, x0)
            covered = beside > 1 and min(bottom, y1) - y0 > 0.2 * min(bottom - top, y1 - y0)
            assert not covered or (x0, y0, other) == (left, top, text), f"{text} and {other} on page {page}"


MANY_AGENCIES = tuple(CoAgencyRow(name=f"云岭县第{n}号局") for n in range(1, 41))
LOADS = {
    "thirty characters": {"applicant": LONG_NAME, "proxy": LONG_NAME},
    "forty materials": {"materials": MANY_MATERIALS},
    "forty to come": {"missing": MANY_MATERIALS},
    "forty agencies": {"co_agencies": MANY_AGENCIES, "addressee": "、".join(row.name for row in MANY_AGENCIES)},
    "long names": {"receiver": LONG_NAME, "stand_in": LONG_NAME, "served": LONG_NAME, "contact_attempt": LONG_NAME * 4},
    "forty gaps": {"gaps": MANY_GAPS},
    "long reason": {"reason": LONG_REASON},
    "long agency": {"competent_agency": "云岭县" * 40, "item_name": "农村集体经济组织成员宅基地用地审批" * 4},
    "everything": {
        "applicant": LONG_NAME,
        "materials": MANY_MATERIALS,
        "gaps": MANY_GAPS,
        "reason": LONG_REASON,
        "basis": "《云岭县关于进一步规范农村宅基地审批管理工作的实施办法》第十二条第三款第四项",
        "case_no": "1144023" + "0" * 29 + "2026112",
        "slip_number": "手-0001",
        "correction": Limit(length="10个工作日", due_on=date(2027, 1, 5), provisional=True),
    },
}


@pytest.mark.parametrize(("kind", "load"), part(product(KINDS, LOADS)))
def test_no_text_covers_other_text_or_leaves_the_page(kind, load, render, poppler):
    assert_nothing_is_covered_or_outside(poppler.words(render(kind, **LOADS[load])))


def test_an_ordinary_notice_is_one_page_without_a_page_number(kind, render, poppler):
    (page,) = poppler.page_texts(render(kind))
    assert "第1页" not in page


@pytest.mark.parametrize(
    ("kind_of_list", "changes"),
    [
        (K.RECEIPT, "forty materials"),
        (K.RECEIPT_SUPPLEMENT, "forty materials"),
        (K.WITHDRAWAL, "forty materials"),
        (K.CORRECTION, "forty gaps"),
        (K.CORRECTION_AGAIN, "forty gaps"),
        (K.TOLERANT_ACCEPTANCE, "forty to come"),
    ],
)
def test_a_long_list_goes_on_over_pages_with_its_heads_and_every_row_once(kind_of_list, changes, render, poppler):
    pages = poppler.page_texts(render(kind_of_list, **LOADS[changes]))
    assert len(pages) > 1
    for number, page in enumerate(pages, start=1):
        assert f"第{number}页共{len(pages)}页" in page
    with_rows = [page for page in pages if "号材料" in page]
    assert len(with_rows) > 1
    head = "容缺材料" if kind_of_list is K.TOLERANT_ACCEPTANCE else "材料名称"
    assert all(head in page for page in with_rows)
    whole = "".join(pages)
    assert [whole.count(f"第{n}号材料") for n in range(1, 41)] == [1] * 40


def test_every_sentence_of_a_long_reason_is_there_in_order(render, poppler):
    pages = poppler.page_texts(render(K.REFUSAL, reason=LONG_REASON))
    assert len(pages) > 2
    feet = [f"青政老受〔2026〕318号第{n}页共{len(pages)}页" for n in range(1, len(pages) + 1)]
    whole = "".join(page.removesuffix(foot) for page, foot in zip(pages, feet, strict=True))
    assert LONG_REASON.replace("\n", "") in whole


@pytest.mark.parametrize("rows", range(20, 46, 2))
def test_the_seal_never_stands_on_a_page_without_a_row_or_a_sentence(rows, render, poppler):
    pages = poppler.page_texts(render(K.REFUSAL, reason="\n".join(f"（{n}）事实。" for n in range(rows))))
    assert "退还材料" in pages[-1] or len(pages) == 1


@pytest.mark.parametrize("kind_of_paper", [K.RECEIPT, K.CORRECTION])
def test_a_gap_or_material_of_more_than_a_page_is_printed_whole(kind_of_paper, render, poppler):
    endless = "由村民小组、村民委员会和乡镇人民政府逐级核实并签署意见，" * 120
    pdf = render(
        kind_of_paper,
        materials=(MaterialRow(name="证明", note=endless),),
        gaps=(GapRow(material="证明", problem="缺少", demand=endless),),
    )
    assert_nothing_is_covered_or_outside(poppler.words(pdf))
    assert poppler.text(pdf).count("逐") == 120
