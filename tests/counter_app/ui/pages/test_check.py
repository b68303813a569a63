"""核验凭证: a code is scanned wherever the caret is, and the answer says what is certain and what is not."""

from __future__ import annotations

import os

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from counter_app.domain.case import Case
from counter_app.domain.notice import NoticeKind
from counter_app.services.signed_codes import Signing
from counter_app.ui.pages.check.page import CheckPage
from sync import receipts
from tests.counter_app.ui.pages.conftest import AtWork


def code_of(work: AtWork, case: Case) -> str:
    """The code that the receipt of the case bears."""
    with work.station.store.read() as reading:
        event = reading.events_of(case.id)[0]
        taken = reading.taken_hash(event.id)
    assert taken is not None
    by: Signing = work.station.signed_codes._by
    stated = receipts.statement_of(event, NoticeKind.RECEIPT, taken, by.keys.sign_public)
    return receipts.signed_by_device(stated, by.hall, by.keys).to_text()


@pytest.fixture
def page(all_day: AtWork) -> CheckPage:
    found = all_day.open("check")
    assert isinstance(found, CheckPage)
    return found


def shown(work: AtWork, page: CheckPage) -> tuple[str, str]:
    work.until(lambda: page.verdict.has_answer)
    work.settle()
    return page.verdict.word.text(), page.verdict.certain.text()


def test_a_gun_opens_the_answer_from_any_page_and_the_case_is_one_step_away(all_day: AtWork) -> None:
    case = all_day.take_in("receive")
    all_day.open("today")
    all_day.place.scanned(code_of(all_day, case))  # what the gun's signal is wired to
    page = all_day.window.page()
    assert isinstance(page, CheckPage)
    word, certain = shown(all_day, page)
    assert word == "真"
    assert all_day.station.whereabouts.device in certain
    assert page.verdict.open.isVisible()
    page.verdict.open.click()
    all_day.settle()
    assert all_day.window.page().name == "case"
    assert all_day.place.case.shown_number() == str(case.id)
    all_day.window.press("back")
    assert all_day.window.page() is page


def test_a_changed_code_typed_in_does_not_match_and_shows_nothing_of_what_it_says(
    all_day: AtWork, page: CheckPage
) -> None:
    code = code_of(all_day, all_day.take_in("receive"))
    changed = code[:-9] + ("0" if code[-9] != "0" else "1") + code[-8:]
    page.code.setText(changed)
    QTest.keyClick(page.code, Qt.Key.Key_Return)
    all_day.settle()
    word, certain = shown(all_day, page)
    assert (word, page.verdict.open.isVisible(), page.verdict._facts.isVisible()) == ("不符", False, False)
    assert "不能采信" in certain


def test_nothing_typed_is_said_in_the_bar_and_the_answer_before_stays(all_day: AtWork, page: CheckPage) -> None:
    all_day.place.scanned("https://example.cn/page/of/somebody")
    all_day.settle()
    assert shown(all_day, page)[0] == "不是我们的码"
    page.code.clear()
    page.button.click()
    all_day.settle()
    assert "没有扫到内容" in all_day.window.top._context.text()
    assert page.verdict.word.text() == "不是我们的码"


def test_the_list_of_cases_leads_to_it(all_day: AtWork) -> None:
    all_day.open("cases")
    all_day.place.cases.check_paper.click()
    assert all_day.window.page().name == "check"
    assert all_day.focus() is all_day.place.check.code
    if folder := os.environ.get("COUNTER_SCREENS"):
        all_day.window.grab().save(f"{folder}/14-check.png")
