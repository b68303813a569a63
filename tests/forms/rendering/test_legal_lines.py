"""Which line of law stands on which notice (domain reference 7.2 and 7.3): there, and nowhere else."""

from __future__ import annotations

import pytest

from counter_app.domain.notice import NOTICES, NoticeKind
from forms.notice_templates import bundled_templates

K = NoticeKind
LAW = "依据《中华人民共和国行政许可法》第三十二条第一款"
ITEM = "依据《云岭县高龄津贴发放办法》第六条的规定，"
LINES = {
    "B-SL": f"{LAW}第（五）项的规定，本机关决定予以受理。",
    "B-ST": "（视为受理）本机关未在法定期限内一次告知补正内容，自收到申请材料之日起即为受理。",
    "B-BSL1": f"{LAW}第（一）项的规定，该事项依法不需要取得行政许可，本机关不受理。",
    "B-BSL2": f"{LAW}第（二）项的规定，该事项依法不属于本机关职权范围，本机关决定不予受理。请向白石镇人民政府申请。",
    "B-BZ": f"{LAW}第（四）项的规定，现一次告知需要补正的全部内容如下：",
    "B-TB": "依据《中华人民共和国行政许可法》第四十五条的规定，下列所需时间不计算在行政许可期限内：",
    "B-YQ": "依据《中华人民共和国行政许可法》第四十二条第一款的规定，经本机关负责人批准，延长十日。",
    "B-YQ2": "依据《中华人民共和国行政许可法》第四十二条第二款的规定，经本级人民政府负责人批准，延长十五日。",
    "B-ZY": "依据《中华人民共和国行政许可法》第三十八条第一款的规定，本机关决定准予行政许可。",
    "B-BY": "依据《中华人民共和国行政许可法》第三十八条第二款的规定，本机关决定不予行政许可。理由：",
    "B-LB": "依据《中华人民共和国行政许可法》第二十六条第二款的规定，"
    "本件由牵头部门受理后转告有关部门分别提出意见，统一办理。",
    "R-FS": "如不服本决定，可以自收到本决定书之日起六十日内依法向云岭县人民政府申请行政复议，"
    "也可以自收到本决定书之日起六个月内依法向云岭县人民法院提起行政诉讼。",
    "R-JD": "监督投诉电话：5550112",
    "I-SL": f"{ITEM}本机关决定予以受理。",
    "I-BSL1": f"{ITEM}该申请不需要办理本事项，本机关不受理。",
    "I-BSL2": f"{ITEM}该申请不属于本机关职权范围，本机关决定不予受理。请向白石镇人民政府申请。",
    "I-BZ": f"{ITEM}现一次告知需要补正的全部内容如下：",
    "I-TB": f"{ITEM}下列所需时间不计算在办理期限内：",
    "I-YQ": f"{ITEM}经批准，办理期限延长10个工作日。",
    "I-ZY": f"{ITEM}本机关决定准予办理。",
    "I-BY": f"{ITEM}本机关决定不予办理。理由：",
    "I-LB": f"{ITEM}本件由牵头部门受理后转告有关部门分别提出意见，统一办理。",
    "N-RB": "本凭证证明容缺受理时未交的材料已经收到，办理期限不变。",
    "N-CN": "王桂芳承诺：按期补齐上列材料，所交材料真实有效，逾期承担上述后果。",
    "N-FC": "对退办有异议的，可以向政务服务大厅业务科申请复核。",
    "N-XB": "上述时间结束后，办理期限从下一个工作日起接着计算。提前结束的，从结束后的下一个工作日起计算。",
    "N-SJ": "本凭证仅证明收到申请材料，不作为受理凭证；"
    "本机关将当场或者自收到之日起五日内告知是否受理或需要补正的全部内容。",
    "N-JK": "请持本清单到代收银行缴款，或者按执收单位提供的缴款码网上缴款，款项直接缴入国库。"
    "窗口不收现金。缴款后请把票据交窗口登记。",
    "N-QX": "缺席、逾期没有答复的，只作记录，不视为同意行政许可。",
    "N-LS": "本编号为临时编号。",
    "N-WT": "委托人委托受托人代为办理下列事项。依据《中华人民共和国民法典》第一百六十五条的规定，载明如下：",
    "N-WC": "受托人代办不收取任何费用。办理事项依法要交的规费由委托人承担，凭缴费票据支付。",
    "N-DF": "权限中没有打勾的，受托人不得代办；没有在“代为承诺”前打勾的，受托人不得代委托人作出承诺。",
    "N-DQ": "受托人收到材料不是受理。受理审查和办理期限从窗口收到材料之日起计算。",
    "N-GX": "委托人的姓名、证件号码、住址、电话和所交材料，只用于办理上列事项，由本站、窗口和办理机关保存，到期删除；"
    "委托人可以查阅、更正，也可以随时撤回委托。",
    "N-SQ": "本清单证明受托人收到上列材料，不作为收件凭证和受理凭证；受理审查和办理期限从窗口收到材料之日起计算。",
    "N-YJ": "双方已逐份清点，数量、形式与上列一致。",
    "B-TZ": "依据《中华人民共和国行政许可法》第四十六条、第四十七条的规定，"
    "本机关在作出行政许可决定以前，告知您享有要求听证的权利。",
    "I-TZ": f"{ITEM}本机关在作出决定以前，告知您享有要求听证的权利。",
    "N-TZ": "要求听证的，应当在被告知听证权利之日起五日内向本机关提出；逾期不提出的，视为放弃听证权利。"
    "组织听证的费用由本机关承担。",
    "N-BL": "本件先用纸质方式收件，事后补录，收件时间为实际收到材料的时间。",
}
# kind -> (lines of every such notice, of licences, of items that are none)
EXPECTED = {
    K.RECEIPT: ({"N-SJ", "R-JD"}, set(), set()),
    K.ACCEPTANCE: ({"R-JD"}, {"B-SL"}, {"I-SL"}),
    K.NOT_REQUIRED: ({"R-FS", "R-JD"}, {"B-BSL1"}, {"I-BSL1"}),
    K.REFUSAL: ({"R-FS", "R-JD"}, {"B-BSL2"}, {"I-BSL2"}),
    K.CORRECTION: ({"R-JD"}, {"B-BZ"}, {"I-BZ"}),
    K.RECEIPT_SUPPLEMENT: ({"N-RB", "R-JD"}, set(), set()),
    K.CORRECTION_AGAIN: ({"R-JD"}, {"B-BZ"}, {"I-BZ"}),
    K.TOLERANT_ACCEPTANCE: ({"N-CN", "R-JD"}, {"B-SL"}, {"I-SL"}),
    K.SPECIAL_PROCEDURE: ({"N-XB", "R-JD"}, {"B-TB"}, {"I-TB"}),
    K.EXTENSION: ({"R-JD"}, {"B-YQ"}, {"I-YQ"}),
    K.JOINT: ({"R-JD"}, {"B-LB"}, {"I-LB"}),
    K.RETURN: ({"N-FC", "R-JD"}, {"R-FS"}, set()),
    K.GRANT: ({"R-JD"}, {"B-ZY"}, {"I-ZY"}),
    K.DENIAL: ({"R-FS", "R-JD"}, {"B-BY"}, {"I-BY"}),
    K.SERVICE_RECEIPT: ({"R-JD"}, set(), set()),
    K.WITHDRAWAL: ({"R-JD"}, set(), set()),
    K.ENTRUSTMENT: ({"N-WT", "N-WC", "N-DF", "N-DQ", "N-GX", "R-JD"}, set(), set()),
    K.HANDOVER_LIST: ({"N-SQ", "R-JD"}, set(), set()),
    K.FEE_LIST: ({"N-JK", "R-JD"}, set(), set()),
    K.PICK_UP: ({"R-JD"}, set(), set()),
    K.HEARING_RIGHTS: ({"N-TZ", "R-JD"}, {"B-TZ"}, {"I-TZ"}),
    K.MINUTES: ({"N-QX"}, set(), set()),
    **dict.fromkeys((K.FLOW, K.PACKAGE, K.FOLDER, K.ADDRESS_SHEET), (set(), set(), set())),
}
OF_THE_LICENCE_LAW = {code for code, line in LINES.items() if "行政许可法" in line}


def expected(kind: K, licence: bool, deemed: bool, late: bool, temporary: bool) -> set[str]:
    always, of_licence, of_other = EXPECTED[kind]
    codes = always | (of_licence if licence else of_other)
    if kind is K.ACCEPTANCE and deemed:
        codes = codes | {"B-ST"}
    if kind is K.RECEIPT and late:
        codes = codes | {"N-BL"}
    if kind.facts.needs_number and temporary:
        codes = codes | {"N-LS"}
    return codes


PAIRS = [(True, True, True, True), (True, False, False, False), (False, True, False, False),
         (False, False, True, False), (False, False, False, True)]  # fmt: skip
"""Every two of the circumstances with and without each other; `test_legal_lines_of_random_cases` mixes all."""


@pytest.mark.parametrize(("licence", "deemed", "late", "temporary"), PAIRS)
def test_exactly_the_lines_of_the_table_stand_on_the_paper(kind, licence, deemed, late, temporary, render, poppler):
    pdf = render(kind, is_licence=licence, deemed=deemed, late_entry=late, number_is_temporary=temporary)
    text = poppler.text(pdf)
    assert {code for code, line in LINES.items() if line in text} == expected(kind, licence, deemed, late, temporary)
    assert ("行政许可法" in text) == (licence and not OF_THE_LICENCE_LAW.isdisjoint(EXPECTED[kind][1]))


def test_a_deemed_acceptance_does_not_say_that_the_papers_were_complete(render, poppler):
    assert "材料齐全" in poppler.text(render(K.ACCEPTANCE))
    assert "材料齐全" not in poppler.text(render(K.ACCEPTANCE, deemed=True))


def test_an_extension_by_the_government_cites_the_second_paragraph(render, poppler):
    text = poppler.text(render(K.EXTENSION, is_licence=True, by_government=True))
    assert LINES["B-YQ2"] in text
    assert LINES["B-YQ"] not in text


def test_papers_that_follow_before_acceptance_start_the_check_and_after_it_change_no_period(render, poppler):
    before = poppler.text(render(K.RECEIPT_SUPPLEMENT, accepted_on=None))
    after = poppler.text(render(K.RECEIPT_SUPPLEMENT))
    assert (LINES["N-SJ"] in before, LINES["N-RB"] in before) == (True, False)
    assert (LINES["N-SJ"] in after, LINES["N-RB"] in after) == (False, True)


def test_papers_handed_to_the_window_are_counted_by_both_and_are_no_receipt_of_the_villager(render, poppler):
    text = poppler.text(render(K.HANDOVER_LIST, from_villager=False))
    assert (LINES["N-SQ"] in text, LINES["N-YJ"] in text) == (False, True)


def test_every_line_and_phrase_on_file_is_used_and_every_template_is_in_this_table():
    templates = bundled_templates()
    assert set(templates.lines) == set(LINES)
    assert {kind for kind, _ in templates.by_version} == set(EXPECTED)


def test_templates_print_the_titles_that_the_program_shows():
    for (kind, _), template in bundled_templates().by_version.items():
        assert (template.title.licence, template.title.other) == (NOTICES[kind].licence_title, NOTICES[kind].title)


@pytest.mark.parametrize("licence", [True, False])
def test_the_paper_has_the_title_for_its_item(kind, licence, render, poppler):
    assert poppler.text(render(kind, is_licence=licence)).startswith(kind.facts.title_for(licence))
