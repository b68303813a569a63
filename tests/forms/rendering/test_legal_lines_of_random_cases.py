"""Lines of law (B-*, R-*) over random cases: exactly where the tables of the domain reference say, and nowhere else.

The tables here are written from sections 7.2 and 7.3 alone. LEGAL_LINE_CASES=1000 for more cases, LEGAL_LINE_SEED for
others. Every paper is composed; of some the words are read back from the PDF.
"""

from __future__ import annotations

import os
import random
import re
from dataclasses import replace

import pytest

from counter_app.domain.notice import NoticeKind
from forms.notice_templates import bundled_templates
from forms.rendering.composition import compose
from forms.rendering.notice_data import NoticeData
from forms.rendering.render import render_notice, sample_data
from tests.forms.rendering.conftest import KINDS

CASES = int(os.environ.get("LEGAL_LINE_CASES", "100"))
SEED = int(os.environ.get("LEGAL_LINE_SEED", "20260401"))
K = NoticeKind
FIRST = "依据《中华人民共和国行政许可法》第三十二条第一款第（{}）项的规定，"
BLANK = "________"
LINES = {
    "B-SL": FIRST.format("五") + "本机关决定予以受理。",
    "B-BSL1": FIRST.format("一") + "该事项依法不需要取得行政许可，本机关不受理。",
    "B-BSL2": FIRST.format("二") + f"该事项依法不属于本机关职权范围，本机关决定不予受理。请向{BLANK}申请。",
    "B-BZ": FIRST.format("四") + "现一次告知需要补正的全部内容如下：",
    "B-TB": "依据《中华人民共和国行政许可法》第四十五条的规定，下列所需时间不计算在行政许可期限内：",
    "B-YQ": "依据《中华人民共和国行政许可法》第四十二条第一款的规定，经本机关负责人批准，延长十日。",
    "B-YQ2": "依据《中华人民共和国行政许可法》第四十二条第二款的规定，经本级人民政府负责人批准，延长十五日。",
    "B-ZY": "依据《中华人民共和国行政许可法》第三十八条第一款的规定，本机关决定准予行政许可。",
    "B-BY": "依据《中华人民共和国行政许可法》第三十八条第二款的规定，本机关决定不予行政许可。理由：",
    "B-ST": "（视为受理）本机关未在法定期限内一次告知补正内容，自收到申请材料之日起即为受理。",
    "R-FS": f"如不服本决定，可以自收到本决定书之日起六十日内依法向{BLANK}申请行政复议，"
    f"也可以自收到本决定书之日起六个月内依法向{BLANK}提起行政诉讼。",
    "R-JD": f"监督投诉电话：{BLANK}",
}
# What of the table speaks of law in other words: 第二十六条第二款 (N08), 第四十六、四十七条 (N18).
BY_ARTICLE = {K.JOINT: "第二十六条第二款", K.HEARING_RIGHTS: "第四十六条、第四十七条"}
BY_KIND = {  # of papers of licences
    K.ACCEPTANCE: {"B-SL"},
    K.NOT_REQUIRED: {"B-BSL1", "R-FS"},
    K.REFUSAL: {"B-BSL2", "R-FS"},
    K.CORRECTION: {"B-BZ"},
    K.CORRECTION_AGAIN: {"B-BZ"},
    K.TOLERANT_ACCEPTANCE: {"B-SL"},
    K.SPECIAL_PROCEDURE: {"B-TB"},
    K.GRANT: {"B-ZY"},
    K.DENIAL: {"B-BY", "R-FS"},
    K.RETURN: {"R-FS"},
}
DECISIONS_ON_ANYTHING = {K.NOT_REQUIRED, K.REFUSAL, K.DENIAL}  # contested in the same way where no licence is meant
NO_NOTICES = {K.FLOW, K.MINUTES, K.PACKAGE, K.FOLDER, K.ADDRESS_SHEET}  # beside the table: inner papers, a label
OWN = {"B-SL": "依据本县规定，本机关予以受理。", "B-BSL2": f"依据本县规定，不予受理，请向{BLANK}申请。"}


def expected(kind: NoticeKind, data: NoticeData) -> set[str]:
    codes = set() if kind in NO_NOTICES else {"R-JD"}
    if kind is K.ACCEPTANCE and data.deemed:
        codes |= {"B-ST"}
    if not data.is_licence:
        return codes | ({"R-FS"} if kind in DECISIONS_ON_ANYTHING else set())
    if kind is K.EXTENSION:
        return codes | {"B-YQ2" if data.by_government else "B-YQ"}
    return codes | BY_KIND.get(kind, set())


def found(words: str) -> dict[str, int]:
    """How often each line stands there."""
    counts = {}
    for code, line in LINES.items():
        pattern = ".{1,60}?".join(map(re.escape, line.split(BLANK)))
        counts[code] = len(re.findall(pattern, words))
    return {code: count for code, count in counts.items() if count}


def random_case(chance: random.Random) -> NoticeData:
    sample = NoticeData.from_mapping(sample_data())
    coin = lambda: chance.random() < 0.5  # noqa: E731
    name = "".join(chance.choices("王李张欧阳阿卜杜·𬭎䶮㼆𪻐喆堃犇", k=chance.randint(2, 30)))
    return replace(
        sample,
        applicant=name,
        proxy=name[::-1] if coin() else "",
        is_licence=coin(),
        is_person=coin(),
        deemed=coin(),
        tolerant=coin(),
        late_entry=coin(),
        number_is_temporary=coin(),
        by_government=coin(),
        from_villager=coin(),
        accepted_on=sample.accepted_on,
        reason=chance.choice([sample.reason, "材料不真实。", "依据规定，不符合条件。"]),
        case_no="" if coin() else "11440230000000000000202611230001",
        copies=chance.randint(1, 9),
        own_lines=dict(chance.sample(sorted(OWN.items()), chance.randint(0, 2))),
        materials=sample.materials * chance.randint(1, 10),
        gaps=sample.gaps * chance.randint(1, 20),
        phone=chance.choice([sample.phone, ""]),
        stand_in=chance.choice([sample.stand_in, ""]),
        correction=chance.choice([sample.promise, None]),
        agency=replace(sample.agency, court=chance.choice(["云岭县人民法院", "青溪市中级人民法院"])),
    )


def words_of(kind: NoticeKind, data: NoticeData) -> str:
    templates = bundled_templates()
    paper = compose(templates.get(kind, templates.current_version(kind)), data, templates)
    return "\n".join(text for text, _ in paper.texts())


def check(kind: NoticeKind, data: NoticeData, words: str) -> None:
    assert found(words) == dict.fromkeys(expected(kind, data), 1), kind
    cited = sum("行政许可法" in LINES[code] for code in expected(kind, data))
    if data.is_licence and kind in BY_ARTICLE:
        assert BY_ARTICLE[kind] in words
        cited += 1
    assert words.count("行政许可法》") == cited, kind
    assert words.count("行政复议") == words.count("行政诉讼") == ("R-FS" in expected(kind, data)), kind


def test_exactly_the_lines_of_the_table_stand_on_every_paper_of_random_cases():
    chance = random.Random(SEED)
    for _ in range(CASES):
        data = random_case(chance)
        for kind in KINDS:
            check(kind, data, words_of(kind, data))


def test_the_same_stands_in_the_pdf(kind, poppler):
    data = random_case(random.Random(f"{SEED}{kind}"))
    pdf = render_notice(kind, bundled_templates().current_version(kind), data.to_mapping())
    check(kind, data, poppler.text(pdf))


@pytest.mark.parametrize("code", ["B-SL", "R-FS", "R-JD"])
def test_a_line_that_is_lost_or_stands_twice_is_seen(code):
    data = replace(NoticeData.from_mapping(sample_data()), is_licence=True)
    words = words_of(K.ACCEPTANCE, data)
    line = LINES[code].replace(BLANK, "某某")
    with pytest.raises(AssertionError):
        check(K.ACCEPTANCE, data, words.replace(line, "") if code == "B-SL" else f"{words}\n{line}")
