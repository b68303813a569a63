from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from counter_app.domain.case import Case
from counter_app.domain.errors import InvalidInput
from counter_app.domain.events import NewEvent
from counter_app.services.ledger import Cell, Ledger, counter_ledger
from forms.catalogue import Catalogue
from resources.texts import text
from tests.support.stations import StationAtWork

pytestmark = pytest.mark.usefixtures("papers_when_asked")

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)


@pytest.fixture
def station(tmp_path: Path) -> StationAtWork:
    return StationAtWork(tmp_path)


def cells_of(ledger: Ledger, case: Case) -> dict[str, Cell]:
    [row] = [row for row in ledger.rows if row.case == case.id]
    return {column.code: cell for column, cell in zip(ledger.columns, row.cells, strict=True)}


def totals_of(ledger: Ledger) -> dict[str, int]:
    return {total.code: total.count for total in ledger.totals}


def test_the_columns_are_those_of_the_daily_ledger_in_its_order(station: StationAtWork) -> None:
    ledger = counter_ledger(station.desk, MONDAY, MONDAY)
    assert "、".join(column.title for column in ledger.columns) == (
        "序号、日期、办件编号、本地编号、窗口、申请人、证件号、联系电话、代理人、事项名称、事项类型、办件类型、来源、收件时间、"
        "材料份数、受理时间、受理文号、补正次数、补正告知时间、法定到期、承诺到期、特别程序天数、转办部门、办结时间、办结结果、"
        "证照编号、应收费用、票据号、送达方式、领取人签字、领取时间、满意度、经办人、是否超时、备注"
    )
    assert ledger.rows == ()
    assert set(totals_of(ledger).values()) == {0}


def test_an_accepted_application_shows_its_number_and_both_ends(station: StationAtWork) -> None:
    station.clock.at = "2026-11-23T09:05"
    case = station.take_in("elder_allowance", "accept", 1, channel="4")
    cells = cells_of(counter_ledger(station.desk, MONDAY, MONDAY), case)
    clocks = {clock.code.value: clock.due.isoformat() for clock in case.clocks}
    assert cells["no"] == 1
    assert cells["day"] == "2026-11-23"
    assert cells["received_at"] == "09:05"
    assert cells["accepted_at"] == "2026-11-23 09:05"
    assert cells["acceptance_no"] == case.notices[-1].number
    assert cells["statutory_due"] == clocks["K_STAT"]
    assert cells["promise_due"] == clocks["K_PROM"]
    assert cells["local_no"] == str(case.id)
    assert cells["channel"] == "邮寄"
    assert cells["item_type"] == "行政给付"
    assert cells["kind"] == "承诺件"
    assert cells["clerk"] == "周敏"
    assert cells["copies"] == sum(material.copies for material in case.materials)
    assert cells["overdue"] == "否"
    assert cells["satisfaction"] == cells["receipt_no"] == cells["result"] == cells["case_no"] == ""


def test_no_whole_number_of_a_person_is_in_the_ledger(station: StationAtWork) -> None:
    for n in range(8):
        case = station.take_in("pension_enrolment", "accept", n)
        ledger = counter_ledger(station.desk, MONDAY, MONDAY)
        shown = " ".join(map(str, cells_of(ledger, case).values()))
        people = [case.applicant] + ([case.proxy] if case.proxy else [])
        for person in people:
            assert person.id_number not in shown
            assert not person.phone or person.phone not in shown
        assert cells_of(ledger, case)["id_number"] == f"尾号{case.applicant.id_number[-4:]}"


def test_a_late_entry_stands_on_the_day_of_its_true_receipt(station: StationAtWork) -> None:
    station.clock.at = "2026-11-24T09:00"
    case = station.take_in(
        "elder_allowance", "receive", 1,
        received_at="2026-11-23T15:30:00+08:00", late_entry={"reason": "停电", "slip_no": "A-17"},
    )
    assert counter_ledger(station.desk, TUESDAY, TUESDAY).rows == ()
    cells = cells_of(counter_ledger(station.desk, MONDAY, MONDAY), case)
    assert (cells["day"], cells["received_at"]) == ("2026-11-23", "15:30")
    assert "手工单 A-17" in str(cells["remarks"])


def test_only_the_days_asked_for_oldest_first(station: StationAtWork) -> None:
    cases = []
    for n, at in enumerate(
        ["2026-11-23T23:59", "2026-11-24T00:00", "2026-11-24T08:30"], start=1
    ):
        station.clock.at = at
        cases.append(station.take_in("elder_allowance", "receive", n))
    both = counter_ledger(station.desk, MONDAY, TUESDAY)
    assert [row.case for row in both.rows] == [case.id for case in cases]
    assert [row.cells[0] for row in both.rows] == [1, 2, 3]
    assert [row.case for row in counter_ledger(station.desk, TUESDAY, TUESDAY).rows] == [case.id for case in cases[1:]]
    assert "2026-11-23 至 2026-11-24" in both.heading


def test_more_applications_than_a_list_shows_are_all_in_the_ledger(station: StationAtWork) -> None:
    first = station.take_in("elder_allowance", "receive", 1)
    with station.store.write() as writing:
        [received] = writing.events_of(first.id)
        for _ in range(250):
            event = NewEvent("received", writing.next_case(), 0, "周敏", received.data, received.private or {})
            writing.append([event])
    assert len(counter_ledger(station.desk, MONDAY, MONDAY).rows) == 251


def test_what_was_not_taken_up_shows_its_result_and_time(station: StationAtWork) -> None:
    not_required = station.take_in("elder_allowance", "not_required", 1)
    refused = station.take_in("food_workshop", "refuse", 2)
    corrected = station.take_in("elder_allowance", "correct", 3)
    ledger = counter_ledger(station.desk, MONDAY, MONDAY)
    assert cells_of(ledger, not_required)["result"] == "不受理"
    assert cells_of(ledger, refused)["result"] == "不予受理"
    assert cells_of(ledger, refused)["ended_at"] == "2026-11-23 10:00"
    assert cells_of(ledger, corrected)["corrections"] == 1
    assert cells_of(ledger, corrected)["correction_at"] == "2026-11-23 10:00"
    totals = totals_of(ledger)
    assert (totals["received"], totals["accepted"], totals["corrected"], totals["not_accepted"]) == (3, 0, 1, 2)


def test_a_withdrawn_application_and_one_with_the_hall(station: StationAtWork) -> None:
    withdrawn = station.take_in("elder_allowance", "accept", 1)
    submitted = station.take_in("elder_allowance", "accept", 2)
    station.clock.at = "2026-11-24T09:00"
    station.act(withdrawn, "withdraw", signed=True)
    station.act(submitted, "submit")
    ledger = counter_ledger(station.desk, MONDAY, MONDAY)
    assert cells_of(ledger, withdrawn)["result"] == "撤回"
    assert cells_of(ledger, withdrawn)["ended_at"] == "2026-11-24 09:00"
    assert cells_of(ledger, withdrawn)["passed_to"] == ""
    agency = station.desk.catalogue.get("elder_allowance").agency
    with station.store.read() as reading:
        assert cells_of(ledger, submitted)["passed_to"] == reading.profile().agencies[agency].name


def test_the_whole_life_of_an_instant_case_ends_with_who_took_the_result(station: StationAtWork) -> None:
    item = station.desk.catalogue.get("birth_registration")
    case = station.take_in(item.code, "accept", 1)
    case = station.act(case, "grant", decision_no="柳许〔2026〕1号", licence_no="L-1")
    station.act(case, "send_out", way="window")
    station.clock.at = "2026-11-24T09:00"
    station.act(case, "deliver", receiver="王小明", identity_checked=True)
    cells = cells_of(counter_ledger(station.desk, MONDAY, MONDAY), case)
    assert (cells["result"], cells["ended_at"]) == ("准予", "2026-11-23 10:00")
    assert (cells["licence_no"], cells["way"]) == ("L-1", "窗口领取")
    assert (cells["signature"], cells["delivered_at"]) == ("王小明", "2026-11-24 09:00")


def test_a_passed_promise_is_not_a_passed_legal_limit(station: StationAtWork) -> None:
    case = station.take_in("elder_allowance", "accept", 1)
    due = {clock.code.value: clock.due for clock in case.clocks if clock.runs}
    for day, word in (("K_PROM", "否"), ("K_STAT", "超承诺")):
        station.clock.at = f"{due[day]}T09:00"
        assert cells_of(counter_ledger(station.desk, MONDAY, MONDAY), case)["overdue"] == word
    station.clock.at = "2027-12-01T09:00"
    assert cells_of(counter_ledger(station.desk, MONDAY, MONDAY), case)["overdue"] == "超法定"


def test_an_item_version_that_is_gone_does_not_stop_the_ledger(station: StationAtWork) -> None:
    case = station.take_in("elder_allowance", "accept", 1)
    without = replace(station.desk, catalogue=Catalogue([]))
    cells = cells_of(counter_ledger(without, MONDAY, MONDAY), case)
    assert (cells["item"], cells["item_type"]) == (case.item.name, "")


@pytest.mark.parametrize("days", [(TUESDAY, MONDAY), (MONDAY, date(2028, 1, 1))])
def test_a_period_that_ends_before_it_begins_or_is_endless_is_refused(
    station: StationAtWork, days: tuple[date, date]
) -> None:
    with pytest.raises(InvalidInput) as refused:
        counter_ledger(station.desk, *days)
    assert refused.value.code == "ledger_period"
    assert text("errors.ledger_period.message", **refused.value.params)
