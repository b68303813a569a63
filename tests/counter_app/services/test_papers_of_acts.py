"""The paper of each transition says what its event did: read back from the PDF that the station keeps."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

import pytest

from counter_app.domain.case import Case, IssuedNotice
from counter_app.domain.events import NewEvent
from counter_app.domain.identifiers import HALL, CaseId
from counter_app.domain.moments import CHINA, to_ms
from counter_app.domain.moves import plan
from counter_app.domain.notice import NoticeKind
from counter_app.domain.people import Person, Role
from counter_app.domain.scene import Scene, circumstances
from counter_app.domain.service_item import ServiceItem
from counter_app.domain.states import Action
from counter_app.services.acts import Done
from counter_app.station import Station
from forms.catalogue import Catalogue
from forms.examples import example_line
from forms.notice_templates import bundled_templates
from tests.support.homes import AGENT, CHIEF, EnrolledHome, bring

CATALOGUE = Catalogue.load()
AID, LICENCE = CATALOGUE.get("temporary_aid"), CATALOGUE.get("food_workshop")
TOLERANT = {"basis": "云岭县容缺受理办法第三条", "overdue": "终止办理，退还材料"}
GIVEN_UP = {"contact_attempt": "11月20日打过电话", "basis": "办件管理办法第五条", "advice": "材料齐了再来"}
Words = Callable[[Case, str], str]


@pytest.fixture
def station_level() -> str:
    return "town"  # where every item is taken in


@pytest.fixture
def words(station: Station, tmp_path: Path) -> Words:
    """The text of the newest paper of a kind of the case, without white space."""

    def read(case: Case, kind: str) -> str:
        path = tmp_path / "paper.pdf"
        path.write_bytes(station.papers.pdf(*_id_and_notice(station, case, kind)))
        out = subprocess.run(["pdftotext", "-raw", path, "-"], check=True, capture_output=True, text=True, timeout=60)
        return re.sub(r"\s", "", out.stdout)

    return read


def _id_and_notice(station: Station, case: Case, kind: str) -> tuple[CaseId, IssuedNotice]:
    found, notice = station.papers.find(str(case.id), kind)
    return found.id, notice


def take_in(station: Station, outcome: str, item: ServiceItem = AID, **changes: object) -> Case:
    line = {**example_line(item, "accept" if outcome == "receive" else outcome, 0), "outcome": outcome, **changes}
    case = station.intake.take_in(CHIEF, line).case
    assert case is not None
    return case


def act(station: Station, case: Case, action: str, **given: object) -> Done:
    return station.acts.act(CHIEF, str(case.id), action, given)


def by_hall(
    home: EnrolledHome, station: Station, case: Case, action: Action, papers: tuple[str, ...], **given: object
) -> Case:
    """What the hall would write now with numbered papers, brought by the feed."""
    known = station.cases.view(str(case.id)).case
    operator, now_ms = Person("钱局", frozenset({Role.OPERATOR})), to_ms(home.clock.now)
    item = station.desk.item_of(known)
    planned = plan(known, action, given, Scene(operator, HALL, False, now_ms, station.desk.calendar, item, True))
    version = bundled_templates().current_version
    rows = [
        {"kind": kind, "template": str(version(NoticeKind(kind))), "number": f"青政〔2026〕{n}号"}
        for n, kind in enumerate(papers, 1)
    ]
    data = {**planned.data, "notices": rows}
    new = NewEvent(planned.row.event_kind, case.id, known.epoch, operator.name, data, planned.private)
    bring(station, new, clock=home.clock)
    return station.cases.view(str(case.id)).case


def papers(done: Done) -> list[str]:
    return [notice.kind for notice in done.notices]


def row(material: str) -> Mapping[str, object]:
    return {"id": material, "form": "copy", "copies": 1, "pages": 2}


@pytest.fixture
def corrected(station: Station) -> Case:
    case = take_in(station, "receive")
    gaps = [
        {"material": rule.id, "problem": "incomplete", "demand": "补交复印件"}
        for rule in AID.required_materials(circumstances(case))[:2]
    ]
    return act(station, case, "correct", gaps=gaps).case


def test_the_receipt_for_a_part_lists_what_came_now_and_what_is_still_to_come(
    station: Station, corrected: Case, words: Words
) -> None:
    now, left = (gap.material for gap in corrected.gaps)
    done = act(station, corrected, "supply_part", materials=[row(now)])
    assert papers(done) == ["N01-S"]
    said = words(corrected, "N01-S")
    names = {rule.id: re.sub(r"\s", "", rule.name) for rule in AID.materials}
    assert f"1{names[now]}复印件12" in said
    assert f"尚未补齐{names[left]}" in said
    assert "五日内告知是否受理" in said


def test_a_second_notice_says_why_it_comes_and_bears_a_number_of_the_series_of_the_first(
    station: Station, corrected: Case, words: Words
) -> None:
    gap = {"material": corrected.gaps[0].material, "problem": "wrong_form", "demand": "重新出具"}
    act(station, corrected, "correct_again", gaps=[gap], reason="补交的证明没有盖章")
    done = station.acts.act(Person("王主任", frozenset({Role.CHIEF})), str(corrected.id), "answer", {"yes": True})
    assert done.notices == ()  # agreed to, not done yet
    done = act(station, done.case, "correct_again", gaps=[gap], reason="补交的证明没有盖章")
    assert papers(done) == ["N04-2"]
    first, second = (done.case.notice(kind) for kind in ("N04", "N04-2"))
    assert first is not None
    assert second is not None
    assert first.number.replace("1号", "2号") == second.number
    said = words(corrected, "N04-2")
    assert "理由：补交的证明没有盖章" in said
    assert "重新出具" in said


def test_a_tolerant_acceptance_lists_what_is_to_come_and_until_when_and_its_receipt_changes_no_period(
    home: EnrolledHome, station: Station, words: Words
) -> None:
    home.clock.now = datetime(2026, 11, 23, 9, 0, tzinfo=CHINA)
    line = example_line(LICENCE, "accept", 0)
    minor = {rule.id: rule.name for rule in LICENCE.materials if rule.minor}
    taken = [each for each in line["materials"] if each["id"] not in minor]
    missing = [each["id"] for each in line["materials"] if each["id"] in minor]
    assert missing
    case = take_in(station, "receive", LICENCE, materials=taken)
    done = act(station, case, "accept_tolerantly", pledge_signed=True, pledge_days=3, **TOLERANT)
    assert papers(done) == ["N05"]
    said = words(case, "N05")
    assert "补齐期限2026年11月26日（3个工作日）" in said
    assert all(re.sub(r"\s", "", minor[each]) in said for each in missing)
    assert f"{case.applicant.name}承诺：" in said
    assert "容缺依据云岭县容缺受理办法第三条" in said
    assert "逾期后果终止办理，退还材料" in said
    later = act(station, case, "complete_tolerated", materials=[row(each) for each in missing])
    assert papers(later) == ["N01-S"]
    assert "办理期限不变" in words(case, "N01-S")


def test_who_gives_up_is_told_so_in_writing_with_the_attempt_to_reach_him(
    station: Station, corrected: Case, words: Words
) -> None:
    done = act(station, corrected, "give_up", **GIVEN_UP)
    assert papers(done) == ["N09"]
    said = words(corrected, "N09")
    assert "退办理由：告知补正后，没有收到补正材料。" in said
    assert "联系情况11月20日打过电话" in said
    assert "政策依据办件管理办法第五条" in said
    assert "下一步建议材料齐了再来" in said


@pytest.mark.parametrize("item", [AID, LICENCE], ids=["no licence", "licence"])
def test_a_return_has_its_reason_and_rule_and_on_a_licence_how_to_contest_it(
    station: Station, words: Words, item: ServiceItem
) -> None:
    case = take_in(station, "receive", item)
    act(station, case, "return", reason="系统停用，改到县里办", basis="县办发〔2026〕3号", advice="到县民政局申请")
    said = words(case, "N09")
    assert "退办理由：系统停用，改到县里办" in said
    assert "政策依据县办发〔2026〕3号" in said
    assert ("行政复议" in said) == (item is LICENCE)


def test_a_refusal_goes_out_with_its_receipt_of_service_and_without_numbers_each_has_a_temporary_one_of_its_own(
    home: EnrolledHome, tmp_path: Path
) -> None:
    station = home.open()  # no block was leased
    case = take_in(station, "refuse")
    refusal, receipt = (case.notice(kind) for kind in ("N03-B", "N12"))
    assert refusal is not None
    assert receipt is not None
    assert (refusal.temporary, receipt.temporary) == (True, True)
    assert refusal.number != receipt.number
    path = tmp_path / "paper.pdf"
    path.write_bytes(station.papers.pdf(case.id, receipt))
    out = subprocess.run(["pdftotext", "-raw", path, "-"], check=True, capture_output=True, text=True, timeout=60)
    assert refusal.number in re.sub(r"\s", "", out.stdout)
    station.close()


def test_an_instant_grant_and_its_delivery_to_a_daughter(station: Station, words: Words) -> None:
    case = take_in(station, "accept", CATALOGUE.get("birth_registration"))
    granted = act(station, case, "grant", licence_no="L-77")
    assert papers(granted) == ["N10"]
    assert "证照编号L-77" in words(case, "N10")
    act(station, case, "send_out", way="window")
    given = {"way": "window", "receiver": "张小妹", "identity_checked": True, "proxy": {"relation": "女儿"}}
    delivered = act(station, case, "deliver", **given)
    assert papers(delivered) == ["N12", "N16"]
    said = words(case, "N12")
    [number] = [notice.number for notice in granted.notices]
    assert f"送达文书准予决定书{number}" in said
    assert "代收人及理由张小妹（女儿）" in said
    assert "送达方式直接送达（窗口）" in said


def test_a_withdrawal_is_confirmed_with_the_papers_that_go_back(station: Station, words: Words) -> None:
    case = take_in(station, "accept")
    done = act(station, case, "withdraw", signed=True)
    assert papers(done) == ["N17"]
    said = words(case, "N17")
    names = [AID.material(material.id).name[:6] for material in case.materials]  # a longer one goes on below
    assert names
    assert all(name in said for name in names)
    assert f"本地编号：{case.id}" in said


def test_the_hall_stops_and_extends_a_case_and_the_station_prints_why_and_until_when(
    home: EnrolledHome, station: Station, words: Words
) -> None:
    home.clock.now = datetime(2026, 4, 20, 9, 0, tzinfo=CHINA)
    case = take_in(station, "accept", LICENCE)
    station.acts.act(AGENT, str(case.id), "submit", {})
    home.clock.now = datetime(2026, 4, 27, 9, 0, tzinfo=CHINA)
    by_hall(home, station, case, Action.SUSPEND, ("N06",), ground="expert_review", needed_days=16, reason="要评审")
    stopped = words(case, "N06")
    assert "种类专家评审" in stopped
    assert "所需时间16日" in stopped
    assert "预计结束2026年5月12日" in stopped
    assert "原法定期限2026年5月20日（20个工作日）" in stopped
    home.clock.now = datetime(2026, 5, 12, 17, 0, tzinfo=CHINA)
    by_hall(home, station, case, Action.RESUME, (), result="通过")
    by_hall(home, station, case, Action.EXTEND, ("N07",), reason="要补充检测")
    longer = words(case, "N07")
    assert "原到期日2026年6月3日" in longer
    assert "延长期限10个工作日" in longer
    assert "新到期日2026年6月17日" in longer
    assert "第四十二条第一款" in longer


def test_each_co_agency_gets_its_own_paper_of_a_joint_case(home: EnrolledHome, station: Station, words: Words) -> None:
    case = take_in(station, "accept", LICENCE)
    station.acts.act(AGENT, str(case.id), "hand_over", {})
    joint = by_hall(
        home, station, case, Action.PASS_ON, ("N08", "N08"), co_agencies=["water_bureau", "town_government"],
        note="请到现场看", reply_days=3, feedback="水土保持意见",
    )
    first, second = (notice for notice in joint.notices if notice.kind == "N08")
    assert first.number != second.number
    said = words(case, "N08")
    assert "water_bureau" in said
    assert "说明请到现场看" in said
    assert "环节时限书面意见2026年11月19日（3个工作日）前送到" in said
    assert "会审踏勘暂未安排，需要时另行通知" in said
    assert "反馈内容水土保持意见" in said


def test_each_receipt_of_papers_taken_is_a_paper_of_its_own(station: Station) -> None:
    case = station.intake.take_in(CHIEF, example_line(station.desk.catalogue.get("elder_allowance"), "receive", 1)).case
    assert case is not None
    papers = []
    for material in ("household_book", "id_card"):
        given = {"materials": [{"id": material, "form": "original_checked", "pages": 2}]}
        done = station.acts.act(CHIEF, str(case.id), "take_papers", given)
        papers += [(done.case, notice) for notice in done.notices]
    assert [(notice.kind, notice.number) for _, notice in papers] == [("N01-S", ""), ("N01-S", f"{case.id}/2")]
    first, second = (station.papers.pdf(case.id, notice) for _, notice in papers)
    assert first != second
    station.papers.log_printed(CHIEF, papers[1][0], papers[1][1], "file", 2)
    after = station.cases.view(str(case.id)).case
    assert [notice.prints for notice in after.notices if notice.kind == "N01-S"] == [0, 2]
    assert station.verifier.verify().ok
