"""The registers of specs domain 11.3: their columns, what fills them, and what a reader may see."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from counter_app.cli.ledger import Book, Kind
from counter_app.domain.errors import CounterError
from counter_app.domain.events import NewEvent
from counter_app.domain.masking import mask_words
from counter_app.domain.people import Person, Role
from counter_app.services.ledger import Cell, Ledger
from counter_app.services.ledgers import KINDS, in_full, masked
from counter_app.services.papers import Papers
from counter_app.services.registers.entered import BOOKS, enter
from counter_app.services.stamps import Stamps
from tests.support.stations import CLERK, StationAtWork

pytestmark = pytest.mark.usefixtures("papers_when_asked")

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
AGENT = Person("何秀兰", frozenset({Role.AGENT}))
ID_NUMBER, PHONE = "11010519491231002X", "13800001234"

# The columns of specs domain 11.3, behind those that say which row and case it is.
COLUMNS = {
    "once_notice": "序号、办件编号、编号、申请人、事项、缺项、告知时间、签收、补正完成时间、二次告知理由",
    "returned": "序号、办件编号、编号、理由、依据、材料退还签收",
    "joint": "序号、办件编号、联办编号、牵头、协办、通知时间、签收时间、反馈时间、意见、缺席或逾期",
    "special": "序号、办件编号、种类、起止、天数、批准人",
    "fees": "序号、办件编号、清单号、项目、标准、金额、缴款时间、票据号",
    "served": "序号、办件编号、文书、方式、运单号、签收",
    "seals": "序号、办件编号、文书号、印章、用印人、份数",
    "inquiries": "序号、登记号、时间、内容、答复、转交",
    "complaints": "序号、登记号、来源、内容、等级、受理时间、回访、整改、完成时间",
    "unsolved": "序号、登记号、时间、事由、转办、结果",
    "shifts": "序号、登记号、时间、在手办件、待补正、今日到期、未上传、印章与票据、双方签字",
    "uploads": "序号、日期、待传、已确认、退回、处理人",
}


@pytest.fixture
def station(tmp_path: Path) -> StationAtWork:
    return StationAtWork(tmp_path)


def rows(ledger: Ledger) -> list[dict[str, Cell]]:
    return [dict(zip((column.code for column in ledger.columns), row.cells, strict=True)) for row in ledger.rows]


def register(station: StationAtWork, kind: str, first: date = MONDAY, last: date = TUESDAY) -> list[dict[str, Cell]]:
    return rows(masked(station.desk, kind, first, last))


def totals(station: StationAtWork, kind: str) -> dict[str, str]:
    return {total.code: total.figure for total in masked(station.desk, kind, MONDAY, TUESDAY).totals}


@pytest.mark.parametrize("kind", COLUMNS)
def test_a_register_has_the_columns_of_its_paper_in_their_order(station: StationAtWork, kind: str) -> None:
    ledger = masked(station.desk, kind, MONDAY, MONDAY)
    assert "、".join(column.title for column in ledger.columns) == COLUMNS[kind]
    assert ledger.rows == ()


def test_the_command_line_names_every_ledger_and_every_book() -> None:
    assert set(Kind) == set(KINDS) == {*COLUMNS, "counter", "agent", "numbers"}
    assert set(Book) == set(BOOKS)


def test_a_told_once_notice_says_what_is_missing_and_when_it_came(station: StationAtWork) -> None:
    case = station.take_in("elder_allowance", "correct", 1)
    [row] = register(station, "once_notice")
    assert row["number"] == case.notice("N04").number  # type: ignore[union-attr]
    assert (row["applicant"], row["item"]) == (case.applicant.name, case.item.name)
    assert str(row["gaps"]).endswith(f"：{case.gaps[-1].demand}")
    assert (row["told_at"], row["corrected_at"], row["again"]) == ("2026-11-23 10:00", "", "")
    station.clock.at = "2026-11-24T09:00"
    gaps = [gap.material for gap in case.gaps]
    station.act(case, "supply_all", ticked=gaps)
    [row] = register(station, "once_notice")
    assert row["corrected_at"] == "2026-11-24 09:00"
    assert register(station, "once_notice", TUESDAY) == []  # a row stands on the day on which it happened


def test_a_case_of_long_ago_stands_on_the_day_on_which_it_was_returned(station: StationAtWork) -> None:
    case = station.take_in("elder_allowance", "receive", 1)
    station.clock.at = "2026-11-24T09:00"
    station.act(case, "return", reason="不符合要求", basis="本地办件管理办法第三条", advice="到县里申请")
    [row] = register(station, "returned", TUESDAY)
    assert (row["reason"], row["basis"], row["signed"]) == ("不符合要求", "本地办件管理办法第三条", "")
    assert row["case"] == str(case.id)


def test_service_says_paper_way_parcel_and_who_signed(station: StationAtWork) -> None:
    case = station.take_in("birth_registration", "accept", 1)
    case = station.act(case, "grant", decision_no="柳许〔2026〕1号")
    station.act(case, "send_out", way="post", waybill="EMS12345678", address="石桥村1号")
    station.clock.at = "2026-11-24T09:00"
    station.act(case, "deliver", receiver="王小明", signed_on="2026-11-24")
    [row] = register(station, "served")
    assert "决定书" in str(row["paper"])
    assert (row["way"], row["waybill"], row["signed"]) == ("邮寄送达", "EMS12345678", "王小明 2026-11-24")
    seals = register(station, "seals")
    papers = [notice.shown_number for notice in case.notices if notice.number]
    assert papers
    assert set(papers) <= {row["number"] for row in seals}
    agency = station.desk.catalogue.get("birth_registration").agency
    with station.store.read() as reading:
        name = reading.profile().agencies[agency].name
    assert {row["seal"] for row in seals} == {f"{name}专用章", f"{name}机关印章"}, "the decision bears the agency's own"
    assert all(isinstance(row["copies"], int) for row in seals)


def test_a_seal_that_was_set_has_its_line_with_who_set_it_and_on_how_many_copies(station: StationAtWork) -> None:
    case = station.take_in("birth_registration", "accept", 1)
    notice = case.notice("N02")
    assert notice is not None
    Papers(station.desk).log_printed(CLERK, case, notice, "printer", 2)
    blank = next(row for row in register(station, "seals") if row["number"] == notice.number)
    assert (blank["set_by"], blank["copies"]) == ("", 2)
    Stamps(station.desk).set(CLERK, str(case.id), "N02")
    rows = [row for row in register(station, "seals") if row["number"] == notice.number]
    assert [(row["set_by"], row["copies"]) for row in rows] == [(CLERK.name, 2)]


def test_an_electronic_seal_has_its_line_and_leaves_none_to_be_filled(station: StationAtWork) -> None:
    case = station.take_in("birth_registration", "accept", 1)
    notice = case.notice("N02")
    assert notice is not None
    data = {"kind": "N02", "number": notice.number, "certificate": "00"}
    with station.store.write() as writing:
        writing.append([NewEvent("sealed", case.id, case.epoch, CLERK.name, data, {})])
    [row] = [row for row in register(station, "seals") if row["number"] == notice.number]
    assert (row["set_by"], row["copies"]) == (CLERK.name, 1)
    assert str(row["seal"]).endswith("专用章（电子）")


def test_a_bad_rating_stands_with_its_answer_among_the_complaints(station: StationAtWork) -> None:
    case = station.take_in("elder_allowance", "accept", 1)
    station.act(case, "rate", stage="acceptance", level="dissatisfied", note=f"等太久，回我电话{PHONE}")
    enter(station.desk, CLERK, "complaints", {"source": "意见箱", "content": "下午没人"})
    station.clock.at = "2026-11-24T09:00"
    station.act(case, "answer_rating", answer="已上门道歉")
    box, rated = register(station, "complaints")
    assert (box["source"], box["content"], box["level"], box["entry"]) == ("意见箱", "下午没人", "", 1)
    assert str(case.id) in str(rated["source"])
    assert rated["content"] == "等太久，回我电话138****1234"
    assert (rated["level"], rated["remedied"], rated["done_on"]) == ("不满意", "已上门道歉", "2026-11-24 09:00")


def test_an_entry_gets_more_later_and_stays_one_line(station: StationAtWork) -> None:
    first = enter(station.desk, AGENT, "inquiries", {"content": "怎么办残疾证"})
    second = enter(station.desk, AGENT, "inquiries", {"content": "几点下班", "answer": "五点半"})
    station.clock.at = "2026-11-25T09:00"
    again = enter(station.desk, CLERK, "inquiries", {"answer": "已告知", "passed_to": "县残联窗口"}, first.n)
    assert (first.n, second.n, again.n) == (1, 2, 1)
    one, two = register(station, "inquiries")
    assert (one["at"], one["content"], one["answer"]) == ("2026-11-23 10:00", "怎么办残疾证", "已告知")
    assert (one["passed_to"], two["answer"]) == ("县残联窗口", "五点半")
    assert register(station, "unsolved") == []


def test_a_shift_is_handed_over_with_what_the_program_counts(station: StationAtWork) -> None:
    station.take_in("elder_allowance", "correct", 1)
    station.take_in("elder_allowance", "receive", 2)
    enter(station.desk, CLERK, "shifts", {"seals": "受理专用章1枚", "receiver": "李建国"})
    [row] = register(station, "shifts")
    assert (row["held"], row["correcting"], row["due_today"], row["unsent"]) == (2, 1, 0, 2)
    assert row["both"] == "交班 周敏；接班 李建国"


@pytest.mark.parametrize(
    ("person", "book", "given", "n", "code"),
    [
        (Person("admin", frozenset({Role.ADMIN})), "inquiries", {"content": "x"}, None, "not_your_role"),
        (CLERK, "diary", {"content": "x"}, None, "register_unknown"),
        (CLERK, "inquiries", {"answer": "x"}, None, "act_needs"),
        (CLERK, "inquiries", {"content": " "}, None, "act_needs"),
        (CLERK, "inquiries", {"content": "x", "at": "x"}, None, "act_data_malformed"),
        (CLERK, "inquiries", {"content": "x"}, 7, "entry_unknown"),
        (CLERK, "inquiries", {"content": "x\u200b"}, None, "text_character"),
    ],
)
def test_what_cannot_be_entered_is_refused_and_nothing_is_written(
    station: StationAtWork, person: Person, book: str, given: dict[str, object], n: int | None, code: str
) -> None:
    with pytest.raises(CounterError) as refused:
        enter(station.desk, person, book, given, n)
    assert refused.value.code == code
    with station.store.read() as reading:
        assert reading.own_events_since(0) == []


def test_what_the_machine_wrote_is_counted_by_day(station: StationAtWork) -> None:
    station.take_in("elder_allowance", "receive", 1)
    station.clock.at = "2026-11-24T10:00"
    station.take_in("elder_allowance", "receive", 2)
    monday, tuesday = register(station, "uploads")
    with station.store.read() as reading:
        wrote = len(reading.own_events_since(0))
    assert (monday["day"], tuesday["day"]) == ("2026-11-23", "2026-11-24")
    assert int(monday["waiting"]) + int(tuesday["waiting"]) == wrote
    assert (monday["confirmed"], monday["returned"], monday["by"]) == (0, 0, "")


@pytest.mark.parametrize("kind", ["counter", "complaints"])
def test_whole_numbers_are_shown_once_it_is_written_down_who_looked_and_why(station: StationAtWork, kind: str) -> None:
    case = station.take_in("elder_allowance", "accept", 3)
    station.act(case, "rate", stage="acceptance", level="dissatisfied", note=f"我是{case.applicant.id_number}")
    hidden = " ".join(str(cell) for row in masked(station.desk, kind, MONDAY, MONDAY).rows for cell in row.cells)
    assert case.applicant.id_number not in hidden
    for person, reason, code in ((AGENT, "核对", "not_your_role"), (CLERK, " ", "act_needs")):
        with pytest.raises(CounterError) as refused:
            in_full(station.desk, person, kind, MONDAY, MONDAY, reason)
        assert refused.value.code == code
    with station.store.read() as reading:
        assert reading.own_events("revealed") == []
    ledger = in_full(station.desk, CLERK, kind, MONDAY, MONDAY, "档案核对")
    assert case.applicant.id_number in " ".join(str(cell) for row in ledger.rows for cell in row.cells)
    assert ledger.privacy != masked(station.desk, kind, MONDAY, MONDAY).privacy
    with station.store.read() as reading:
        [event] = reading.own_events("revealed")
    assert (event.user, event.private) == (CLERK.name, {"reason": "档案核对"})
    assert event.data == {"what": f"ledger.{kind}", "first": "2026-11-23", "last": "2026-11-23", "rows": 1}


def test_numbers_of_people_in_free_text_are_masked_and_those_of_papers_stay() -> None:
    words = f"本人{ID_NUMBER}，电话{PHONE}，卡6217001234567890123，文号柳政受〔2026〕12号，单号EMS12345678901"
    assert mask_words(words) == "本人尾号002X，电话138****1234，卡尾号0123，文号柳政受〔2026〕12号，单号EMS12345678901"

