"""Fees, ratings, parcels and service at a counter: what is refused, what is printed, what the ledger tells."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from counter_app.cli import plain
from counter_app.domain.case import Case
from counter_app.domain.moments import CHINA
from counter_app.domain.notice import NoticeKind
from counter_app.domain.people import Person, Role
from counter_app.domain.service_item import Fee, MaterialForm, MaterialRule, ServiceItem
from counter_app.domain.states import ClockCode
from counter_app.services.acts import RATING_ANSWER_DAYS
from counter_app.services.duties import Group
from counter_app.services.ledger import counter_ledger
from counter_app.services.ledgers import masked
from counter_app.station import Station
from forms.catalogue import Catalogue
from forms.examples import example_line
from tests.support.county import refused
from tests.support.homes import AGENT, CHIEF, EnrolledHome

BIRTH = Catalogue.load().get("birth_registration")
CARD_FEE, BOOK_FEE = "证书工本费", "登记费"
PAID = {"voucher": "3706-00012345", "paid_on": "2026-11-16", "bank": "云岭农商银行青溪支行", "amount_fen": 10_005}


def with_fees(item: ServiceItem) -> ServiceItem:
    """The registration of a birth, which costs nothing, with two fees and a tax."""
    fees = (Fee(CARD_FEE, 1000, "本", "发改价格〔2019〕1号"), Fee(BOOK_FEE, 10_005, "件", "鲁发改〔2020〕2号"))
    tax = MaterialRule("tax_proof", "完税证明", (MaterialForm.COPY,), required=False)
    return replace(item, fees=fees, materials=(*item.materials, tax), release_needs=("fee", "tax_proof"))


@pytest.fixture
def paid_station(station: Station) -> Station:
    """A station whose birth registration waits for a fee and a tax."""
    desk = station.desk
    items = (with_fees(item) if item.code == BIRTH.code else item for item in desk.catalogue.items())
    object.__setattr__(desk, "catalogue", Catalogue(items))
    return station


def granted(station: Station, number: int = 1, **act: object) -> Case:
    case = station.intake.take_in(CHIEF, example_line(BIRTH, "accept", number)).case
    assert case is not None
    return do(station, case, "grant", licence_no="L-77", **act)


def do(station: Station, case: Case, action: str, **given: object) -> Case:
    return station.acts.act(CHIEF, str(case.id), action, given).case


def no(station: Station, case: Case, action: str, **given: object) -> str:
    """The code of the refusal, and nothing was written."""
    before = station.cases.view(str(case.id)).case
    code = refused(lambda: station.acts.act(CHIEF, str(case.id), action, given))
    assert station.cases.view(str(case.id)).case == before
    return code


def words(station: Station, case: Case, kind: str, folder: Path) -> str:
    found, notice = station.papers.find(str(case.id), kind)
    path = folder / "paper.pdf"
    path.write_bytes(station.papers.pdf(found.id, notice))
    out = subprocess.run(["pdftotext", "-raw", path, "-"], check=True, capture_output=True, text=True, timeout=60)
    return re.sub(r"\s", "", out.stdout)


def cells(station: Station, case: Case) -> dict[str, Any]:
    ledger = counter_ledger(station.desk, station.desk.today(), station.desk.today())
    row = next(row for row in ledger.rows if row.case == case.id)
    return dict(zip((column.code for column in ledger.columns), row.cells, strict=True))


# fees ------------------------------------------------------------------------------------------


def test_only_the_fees_of_the_item_are_listed_and_no_rate_is_typed(paid_station: Station) -> None:
    case = granted(paid_station)
    one = {"name": BOOK_FEE, "quantity": 1}
    assert no(paid_station, case, "list_fees", fees=[]) == "act_needs"
    assert no(paid_station, case, "list_fees", fees=[{"name": "加急费"}]) == "fee_unknown"
    assert no(paid_station, case, "list_fees", fees=[{**one, "rate_fen": 1}]) == "act_data_malformed"
    assert no(paid_station, case, "list_fees", fees=[one, one]) == "fee_listed_twice"
    assert no(paid_station, case, "list_fees", fees=[{**one, "reduction_fen": 10_006}]) == "reduction_too_big"
    assert no(paid_station, case, "list_fees", fees=[{**one, "reduction_fen": 100}]) == "reduction_needs_basis"
    assert no(paid_station, case, "list_fees", fees=[{**one, "reduction_basis": "低保"}]) == "reduction_needs_basis"
    for quantity in (0, -1, "2", 1.5, True, 10_000):
        assert no(paid_station, case, "list_fees", fees=[{**one, "quantity": quantity}]) == "act_data_malformed"


def test_the_register_of_fees_sums_what_holds_and_what_was_paid(paid_station: Station) -> None:
    case = granted(paid_station)
    do(paid_station, case, "list_fees", fees=[{"name": CARD_FEE, "quantity": 3}])
    rows: list[dict[str, object]] = [{"name": CARD_FEE}, {"name": BOOK_FEE}]
    do(paid_station, case, "list_fees", fees=rows, reason="数量写错")
    today = paid_station.desk.today()
    before = masked(paid_station.desk, "fees", today, today)
    assert {total.code: total.figure for total in before.totals} == {"rows": "3", "listed": "110.05", "paid": "0.00"}
    voucher = {"voucher": "NO-0001", "paid_on": today.isoformat(), "bank": "农商行", "amount_fen": 11_005}
    do(paid_station, case, "enter_payment", **voucher)
    ledger = masked(paid_station.desk, "fees", today, today)
    assert {total.code: total.figure for total in ledger.totals} == {"rows": "3", "listed": "110.05", "paid": "110.05"}
    spoiled, card, book = ([str(cell) for cell in row.cells[3:]] for row in ledger.rows)
    assert spoiled == [CARD_FEE, "10.00元×3", "30.00", "", ""]
    assert card == [CARD_FEE, "10.00元×1", "10.00", today.isoformat(), "NO-0001"]
    assert book[2] == "100.05"


def test_an_item_without_fees_charges_nothing(station: Station) -> None:
    assert no(station, granted(station), "list_fees", fees=[{"name": "工本费"}]) == "item_has_no_fees"


def test_an_agent_of_a_village_that_is_not_entrusted_lists_no_fees(paid_station: Station) -> None:
    case = granted(paid_station)
    admin = Person("管理员", frozenset({Role.ADMIN}))
    given = {"fees": [{"name": BOOK_FEE}]}
    assert refused(lambda: paid_station.acts.act(admin, str(case.id), "list_fees", given)) == "not_your_role"


def test_the_list_says_rates_reductions_and_the_total_in_figures_and_capitals(
    paid_station: Station, tmp_path: Path
) -> None:
    case = granted(paid_station)
    rows = [
        {"name": BOOK_FEE, "quantity": 1},
        {"name": CARD_FEE, "quantity": 2, "reduction_fen": 2000, "reduction_basis": "残疾人免收"},
    ]
    case = do(paid_station, case, "list_fees", fees=rows)
    said = words(paid_station, case, "N13", tmp_path)
    for piece in ("登记费100.05元/件1100.05元", "鲁发改〔2020〕2号壹佰元零伍分", "证书工本费10.00元/本220.00元20.00元",
                  "贰拾元整残疾人免收", "合计100.05元（大写）壹佰元零伍分", "窗口不收现金", "执收单位青溪镇人民政府"):
        assert piece in said, piece
    assert case.fees_due is not None
    assert case.fees_due.total_fen == 10_005
    assert "残疾" not in str([event.data for event in paid_station.cases.view(str(case.id)).events])


def test_a_wrong_list_is_replaced_with_a_reason_and_the_first_paper_holds_no_more(paid_station: Station) -> None:
    case = do(paid_station, granted(paid_station), "list_fees", fees=[{"name": CARD_FEE}])
    rows = [{"name": BOOK_FEE}]
    assert no(paid_station, case, "list_fees", fees=rows) == "fees_listed_already"
    case = do(paid_station, case, "list_fees", fees=rows, reason="项目开错")
    assert [paper.holds for paper in case.notices if paper.kind == "N13"] == [False, True]
    assert case.fees_due is not None
    assert case.fees_due.total_fen == 10_005


def test_a_voucher_must_fit_the_list_and_counts_once(paid_station: Station) -> None:
    case, other = granted(paid_station, 1), granted(paid_station, 2)
    assert no(paid_station, case, "enter_payment", **PAID) == "no_fees_listed"
    case = do(paid_station, case, "list_fees", fees=[{"name": BOOK_FEE}])
    assert no(paid_station, case, "enter_payment", **{**PAID, "amount_fen": 10_004}) == "amount_differs"
    assert no(paid_station, case, "enter_payment", **{**PAID, "paid_on": "2026-11-17"}) == "day_in_future"
    assert no(paid_station, case, "enter_payment", **{**PAID, "voucher": "王小明的票"}) == "act_data_malformed"
    for missing in PAID:
        given = {key: value for key, value in PAID.items() if key != missing}
        assert no(paid_station, case, "enter_payment", **given) == "act_needs"
    case = do(paid_station, case, "enter_payment", **PAID)
    assert case.fees_settled
    assert no(paid_station, case, "enter_payment", **PAID) == "fees_paid_already"
    other = do(paid_station, other, "list_fees", fees=[{"name": BOOK_FEE}])
    assert no(paid_station, other, "enter_payment", **{**PAID, "voucher": "3706-00012345"}) == "voucher_used"
    assert (cells(paid_station, case)["fee"], cells(paid_station, case)["receipt_no"]) == ("100.05元", "3706-00012345")
    assert cells(paid_station, other)["receipt_no"] == ""
    assert paid_station.verifier.verify().ok


def test_a_result_leaves_the_counter_only_when_fee_and_tax_are_there(paid_station: Station) -> None:
    case = granted(paid_station)
    parcel = {"way": "post", "waybill": "EMS12345678", "address": "石桥村1号"}
    handed = {"receiver": case.applicant.name, "identity_checked": True}
    assert no(paid_station, case, "send_out", **parcel) == "fees_not_listed"
    case = do(paid_station, case, "send_out", way="window")
    assert no(paid_station, case, "deliver", **handed) == "fees_not_listed"
    why = {row.action.value: row.why_not for row in paid_station.cases.possibilities(CHIEF, str(case.id))}["deliver"]
    assert why is not None
    assert why.code == "fees_not_listed"
    case = do(paid_station, case, "list_fees", fees=[{"name": BOOK_FEE}])
    assert no(paid_station, case, "deliver", **handed) == "fees_not_paid"
    case = do(paid_station, case, "enter_payment", **PAID)
    assert no(paid_station, case, "deliver", **handed) == "release_needs_material"
    do(paid_station, case, "take_papers", materials=[{"id": "tax_proof", "form": "copy", "pages": 1}])
    assert do(paid_station, case, "deliver", **handed).state == "DELIVERED"


def test_a_list_that_is_let_off_altogether_needs_no_voucher(paid_station: Station) -> None:
    case = granted(paid_station)
    case = do(
        paid_station, case, "list_fees", fees=[{"name": CARD_FEE, "reduction_fen": 1000, "reduction_basis": "低保免收"}]
    )
    assert case.fees_settled


# ratings ---------------------------------------------------------------------------------------


def test_one_rating_a_stage_and_both_codes_are_told_by_name(station: Station) -> None:
    case = granted(station)
    case = do(station, case, "rate", stage="acceptance", level="very_satisfied", note="张姐很热心")
    assert no(station, case, "rate", stage="acceptance", level="satisfied") == "rated_already"
    case = do(station, case, "rate", stage="closing", level="very_dissatisfied")
    told = plain.case_facts(station.cases.view(str(case.id)), station.whereabouts.device)["ratings"]
    assert isinstance(told, list)
    assert [(row["stage_code"], row["annex_a8"], row["star"]) for row in told] == [("1", "1", "5"), ("2", "5", "1")]
    assert cells(station, case)["satisfaction"] == "非常不满意"
    assert "张姐" not in str([event.data for event in station.cases.view(str(case.id)).events])


def test_a_stage_is_rated_only_once_it_is_there(station: Station) -> None:
    taken = station.intake.take_in(CHIEF, example_line(BIRTH, "receive", 1)).case
    assert taken is not None
    assert no(station, taken, "rate", stage="acceptance", level="satisfied") == "rating_too_early"
    case = do(station, taken, "accept")
    assert no(station, case, "rate", stage="closing", level="satisfied") == "rating_too_early"
    assert no(station, case, "rate", stage="opening", level="satisfied") == "act_data_malformed"
    assert no(station, case, "rate", stage="acceptance", level="5") == "act_data_malformed"
    assert do(station, case, "rate", stage="acceptance", level="mostly").clock(ClockCode.RATING) is None


def test_a_bad_rating_stands_on_the_home_page_until_it_is_answered_also_after_closing(
    home: EnrolledHome, station: Station
) -> None:
    case = granted(station)
    assert no(station, case, "answer_rating", answer="已道歉") == "no_bad_rating"
    case = do(station, case, "rate", stage="acceptance", level="dissatisfied")
    home.clock.now += timedelta(days=1)
    case = do(station, case, "rate", stage="closing", level="very_dissatisfied")
    first, second = (clock for clock in case.clocks if clock.code is ClockCode.RATING)
    assert (first.due.isoformat(), second.due.isoformat()) == ("2026-12-07", "2026-12-08")  # 15 working days
    case = do(station, case, "answer_rating", stage="closing", answer="已道歉，申请人表示理解")
    assert [clock.is_open for clock in case.clocks if clock.code is ClockCode.RATING] == [True, False]
    do(station, case, "send_out", way="window")
    do(station, case, "deliver", receiver=case.applicant.name, identity_checked=True)
    case = do(station, case, "close")
    assert case.rating_offer == "rated"
    for shown, notice in station.papers.unprinted():
        station.papers.log_printed(AGENT, shown, notice, "file", 2)
    [duty] = station.duties.today().duties
    assert (duty.group, duty.reason) == (Group.BAD_RATINGS, "rating_waits")
    case = do(station, case, "answer_rating", answer="已整改")
    assert station.duties.today().duties == ()
    assert "已整改" not in str([event.data for event in station.cases.view(str(case.id)).events])
    assert station.verifier.verify().ok


def test_a_city_may_want_the_answer_in_five_days(home: EnrolledHome, station: Station) -> None:
    with station.store.write() as writing:
        writing.save_setting(RATING_ANSWER_DAYS, "5")
    case = do(station, granted(station), "rate", stage="acceptance", level="dissatisfied")
    clock = case.clock(ClockCode.RATING)
    assert clock is not None
    assert clock.due.isoformat() == "2026-11-23"


def test_closing_notes_whether_a_rating_was_offered_and_forces_none(station: Station) -> None:
    for n, (given, noted) in enumerate([({}, "not_offered"), ({"rating": "declined"}, "declined")], 1):
        case = do(station, granted(station, n), "send_out", way="window")
        case = do(station, case, "deliver", receiver="本人", identity_checked=True)
        assert do(station, case, "close", **given).rating_offer == noted


# parcels and service ---------------------------------------------------------------------------


def test_a_parcel_needs_its_number_and_an_address_and_brings_a_sheet(station: Station, tmp_path: Path) -> None:
    case = granted(station)
    assert no(station, case, "send_out", way="post", address="石桥村1号") == "waybill_needed"
    assert no(station, case, "send_out", way="post", address="石桥村1号", waybill="EMS-123") == "waybill_misshapen"
    case = do(station, case, "send_out", way="post", waybill="EMS1234567890CN", address="青溪镇石桥村二组18号")
    assert [paper.kind for paper in case.notices][-1] == "POST"
    said = words(station, case, "POST", tmp_path)
    assert "收件地址青溪镇石桥村二组18号" in said
    assert f"收件电话{case.applicant.phone}" in said
    assert case.applicant.id_number not in said
    assert case.query_code not in said
    assert "18号" not in str([event.data for event in station.cases.view(str(case.id)).events])


def test_the_way_that_the_applicant_chose_is_the_way_in_which_it_goes_out(station: Station) -> None:
    case = station.intake.take_in(CHIEF, example_line(BIRTH, "accept", 1)).case
    assert case is not None
    way = next(way for way in BIRTH.delivery if way != "window")
    assert no(station, case, "choose_delivery", way="bank_card") == "delivery_not_offered"
    case = do(station, case, "choose_delivery", way=way, address="石桥村2号")
    case = do(station, case, "grant")
    given = {"waybill": "EMS12345678"} if way == "post" else {}
    case = do(station, case, "send_out", **given)
    assert case.way == way
    assert [paper.kind for paper in case.notices if paper.kind == "POST"] == (["POST"] if way == "post" else [])


def test_a_parcel_is_served_when_somebody_signed_for_it(station: Station, tmp_path: Path) -> None:
    case = do(station, granted(station), "send_out", way="post", waybill="EMS12345678", address="石桥村1号")
    assert no(station, case, "deliver", receiver="王小芳") == "act_needs"
    assert no(station, case, "deliver", receiver="王小芳", signed_on="2026-11-17") == "day_in_future"
    case = do(station, case, "deliver", receiver="王小芳", signed_on="2026-11-16")
    said = words(station, case, "N12", tmp_path)
    assert "送达方式邮寄送达邮寄单号EMS12345678收件人王小芳签收日期2026年11月16日" in said
    assert [paper.kind for paper in case.notices][-2:] == ["N12", "N16"]


def test_a_paper_that_was_refused_is_left_by_two_before_a_witness(station: Station, tmp_path: Path) -> None:
    case = do(station, granted(station), "send_out", way="window")
    left: dict[str, object] = {
        "service": "left", "refusal": "认为金额不对", "place": "石桥村二组家中", "witness": "赵大成",
        "servers": ["周敏", "李强"],
    }
    for key in ("refusal", "place", "witness"):
        given = {name: value for name, value in left.items() if name != key}
        assert no(station, case, "deliver", **given) == "act_needs"
    assert no(station, case, "deliver", **{**left, "servers": ["周敏", "周敏"]}) == "two_servers_needed"
    assert no(station, case, "deliver", **{**left, "witness": "李强"}) == "witness_is_server"
    case = do(station, case, "deliver", **left)
    said = words(station, case, "N12", tmp_path)
    for piece in ("送达方式留置送达", "拒收事由认为金额不对", "见证人赵大成", "送达人周敏、李强",
                  "送达地点石桥村二组家中"):
        assert piece in said, piece
    assert "N16" not in [paper.kind for paper in case.notices], "nobody took the licence away"


def test_whoever_stands_in_has_the_letter_or_is_an_adult_of_the_family(station: Station, tmp_path: Path) -> None:
    case = do(station, granted(station), "send_out", way="window")
    given = {"receiver": "王小芳", "identity_checked": True}
    assert no(station, case, "deliver", receiver="王小芳") == "receiver_not_checked"
    assert no(station, case, "deliver", **given, receiver_as="proxy") == "entrustment_not_seen"
    assert no(station, case, "deliver", **given, receiver_as="family") == "receiver_not_adult"
    assert no(station, case, "deliver", **given, receiver_as="family", adult=True) == "act_needs"
    case = do(station, case, "deliver", **given, receiver_as="proxy", entrustment=True)
    said = words(station, case, "N12", tmp_path)
    assert "代收人及理由王小芳（受委托人）" in said
    assert "已核对授权委托书" in said
    taken = words(station, case, "N16", tmp_path)
    assert "证照编号L-77" in taken
    assert "代领人王小芳（受委托人）" in taken


def test_an_announcement_serves_after_thirty_days_and_a_message_only_with_consent(
    home: EnrolledHome, station: Station
) -> None:
    case = do(station, granted(station), "send_out", way="window")
    assert no(station, case, "deliver", service="electronic", receiver="本人") == "consent_needed"
    assert no(station, case, "deliver", service="entrusted", receiver="本人") == "act_needs"
    announced = {"service": "announced", "place": "镇政府公告栏", "announced_on": "2026-11-16"}
    home.clock.now = datetime(2026, 12, 15, 9, tzinfo=CHINA)
    assert no(station, case, "deliver", **announced) == "announcement_runs"
    home.clock.now = datetime(2026, 12, 16, 9, tzinfo=CHINA)
    assert do(station, case, "deliver", **announced).state == "DELIVERED"


# inner papers ----------------------------------------------------------------------------------


def test_the_folder_lists_every_paper_and_every_material(station: Station, tmp_path: Path) -> None:
    case = do(station, granted(station), "send_out", way="window")
    case = do(station, case, "deliver", receiver="本人", identity_checked=True)
    case = do(station, case, "close", rating="offered")
    said = words(station, case, "FOLDER", tmp_path)
    for paper in case.notices[:-1]:
        title = NoticeKind(paper.kind).facts.title_for(case.item.licence)
        assert f"{title}{re.sub('[^一-龥].*', '', paper.shown_number)}" in said, paper.kind
    for material in case.materials:
        assert BIRTH.material(material.id).name[:6] in said
    assert "已邀请评价，申请人没有评价" in said


def test_a_case_that_still_owes_papers_is_not_put_away(station: Station) -> None:
    case = do(station, granted(station), "send_out", way="window")
    case = do(station, case, "deliver", receiver="本人", identity_checked=True)
    scene_case = replace(case, tolerant=True, materials=())
    from counter_app.domain.guards import GUARDS

    with station.store.read() as reading:
        scene = station.desk.scene(reading, CHIEF, BIRTH)
    assert refused(lambda: GUARDS["archive_complete"](scene_case, {}, scene)) == "archive_incomplete"
    assert refused(lambda: GUARDS["archive_complete"](case, {}, scene)) == ""


def test_the_sheet_that_goes_with_the_papers_names_them_and_the_periods(station: Station, tmp_path: Path) -> None:
    item = Catalogue.load().get("temporary_aid")
    case = station.intake.take_in(CHIEF, example_line(item, "accept", 1)).case
    assert case is not None
    case = do(station, case, "submit", note="请先核对收入证明")
    said = words(station, case, "FLOW", tmp_path)
    assert "说明请先核对收入证明" in said
    assert all(item.material(material.id).name[:6] in said for material in case.materials)


def test_the_package_for_the_authority_above_carries_the_opinion(station: Station, tmp_path: Path) -> None:
    item = Catalogue.load().get("homestead_approval")
    case = station.intake.take_in(CHIEF, example_line(item, "accept", 1)).case
    assert case is not None
    case = do(station, case, "forward_up", opinion="初审通过，拟同意")
    assert "初审意见初审通过，拟同意" in words(station, case, "PACKAGE", tmp_path)


def test_a_second_paper_of_a_kind_without_numbers_is_another_paper(station: Station) -> None:
    item = Catalogue.load().get("temporary_aid")
    case = station.intake.take_in(CHIEF, example_line(item, "correct", 1)).case
    assert case is not None
    row, gap = {"form": "copy", "pages": 1}, {"problem": "missing", "demand": "请补交"}
    for copies in (1, 2):
        taken = {"id": case.gaps[0].material, "copies": copies, **row}
        case = do(station, case, "supply_part", materials=[taken])
        told = [gap | {"material": each.material} for each in case.gaps]
        case = do(station, case, "correct", gaps=told, reason="还不齐", changed_facts="又有变化")
    receipts = [paper for paper in case.notices if paper.kind == "N01-S"]
    assert [paper.number for paper in receipts] == ["", f"{case.id}/2"]
    first_pdf, second_pdf = (station.papers.pdf(case.id, paper) for paper in receipts)
    assert first_pdf != second_pdf
