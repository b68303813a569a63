"""The list: search, filters, pages of 200, and the same row after coming back."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from counter_app.domain.case import Case
from counter_app.ui.kept_columns import KeptColumns
from counter_app.ui.pages.cases import reading
from counter_app.ui.pages.cases.page import CasesPage, _columns
from counter_app.ui.pages.cases.reading import ListQuery, read_list
from counter_app.ui.widgets.table import Row, RowTable
from tests.counter_app.ui.pages.conftest import ZHOU, AtWork


def listed(work: AtWork) -> list[str]:
    model = work.place.cases.table.rows
    rows = [model.entry(place) for place in range(model.rowCount())]
    return [row.key for row in rows if isinstance(row, Row)]


def numbers(*cases: Case) -> list[str]:
    return [str(case.id) for case in cases]


def shown(work: AtWork) -> CasesPage:
    page = work.open("cases")
    assert isinstance(page, CasesPage)
    return page


def test_the_list_holds_every_case_the_newest_first(at_work: AtWork) -> None:
    first, second = at_work.take_in("accept"), at_work.take_in("receive")
    page = shown(at_work)
    assert sorted(listed(at_work)) == sorted(numbers(first, second))
    assert page.context_line() == "2 件"


def test_f3_finds_by_name_initials_and_the_end_of_the_number(all_day: AtWork) -> None:
    case, other = all_day.take_in("accept"), all_day.take_in("accept")
    assert case.applicant.name != other.applicant.name
    for words in (case.applicant.name, case.applicant.id_number[-4:]):
        all_day.window.press("search")
        assert all_day.focus() is all_day.window.top.search.edit
        all_day.window.top.search.edit.selectAll()
        all_day.window.top.search.edit.setText(words)
        all_day.key(Qt.Key.Key_Return)
        all_day.settle()
        page = all_day.window.page()
        opened = page is all_day.place.case and all_day.place.case.shown_number() == str(case.id)
        assert opened or str(case.id) in listed(all_day)


def test_a_whole_number_in_the_search_box_opens_its_case(all_day: AtWork) -> None:
    case = all_day.take_in("accept")
    all_day.window.press("search")
    QTest.keyClicks(all_day.focus(), str(case.id))
    all_day.key(Qt.Key.Key_Return)
    assert all_day.window.page().name == "case"
    assert all_day.place.case.shown_number() == str(case.id)


def test_filters_narrow_and_one_press_takes_them_away(at_work: AtWork) -> None:
    accepted, received = at_work.take_in("accept"), at_work.take_in("receive")
    page = shown(at_work)
    page._state.set_value("RECEIVED")
    page._state.chosen.emit("RECEIVED")
    at_work.settle()
    assert listed(at_work) == numbers(received)
    page._clear.click()
    at_work.settle()
    assert sorted(listed(at_work)) == sorted(numbers(accepted, received))


def test_due_holder_and_unsent_are_asked_of_the_same_cases(at_work: AtWork) -> None:
    here, away = at_work.take_in("receive"), at_work.take_in("accept")
    at_work.station.acts.act(ZHOU, str(away.id), "submit", {})
    services = at_work.place.asks.cases()

    def found(**query: object) -> list[str]:
        return [str(line.case.id) for line in read_list(services, ListQuery(**query)).lines]  # type: ignore[arg-type]

    assert found(holder="hall") == numbers(away)
    assert found(holder="here") == numbers(here)
    assert sorted(found(unsent=True)) == sorted(numbers(here, away))
    at_work.after(days=7)
    assert str(here.id) in found(due="today")
    at_work.after(days=8)
    assert str(here.id) in found(due="over")
    assert found(due="today", state="RECEIVED") == []


def test_more_than_a_page_is_loaded_while_scrolling(at_work: AtWork) -> None:
    for _ in range(5):
        at_work.take_in("accept")
    reading_page, reading.PAGE = reading.PAGE, 2
    try:
        page = shown(at_work)
        assert len(listed(at_work)) == 2
        for expected in (4, 5):
            page.table.more_wanted.emit()
            at_work.until(lambda expected=expected: len(listed(at_work)) == expected)
        assert len(set(listed(at_work))) == 5
        assert not page.table.rows.has_more()
    finally:
        reading.PAGE = reading_page


def test_escape_on_a_case_returns_to_the_same_row_and_ctrl_down_goes_to_the_next(at_work: AtWork) -> None:
    for _ in range(3):
        at_work.take_in("accept")
    page = shown(at_work)
    page.table.setFocus()
    at_work.key(Qt.Key.Key_Down)
    second = page.table.current_key()
    at_work.key(Qt.Key.Key_Return)
    at_work.settle()
    assert at_work.place.case.shown_number() == second
    assert at_work.place.case.context_line().startswith("第 2 件，共 3 件")
    at_work.window.press("case_after")
    at_work.settle()
    third = at_work.place.case.shown_number()
    assert third == listed(at_work)[2]
    at_work.window.press("back")
    at_work.settle()
    assert at_work.window.page() is page
    assert page.table.current_key() == third


def test_columns_are_as_this_person_has_arranged_them(at_work: AtWork) -> None:
    table = shown(at_work).table
    table.horizontalHeader().moveSection(0, 2)
    table.horizontalHeader().resizeSection(1, 222)
    table._tell_layout()  # as a hand that lets the head go
    at_work.settle()
    for person, arranged in ((ZHOU, True), (replace(ZHOU, name="何秀兰"), False)):
        again = RowTable(_columns(), name="again", head=True)
        KeptColumns(again, "cases", at_work.station.desk, person, at_work.desktop.background)
        again.show()
        at_work.settle()
        assert ((again.horizontalHeader().visualIndex(0), again.columnWidth(1)) == (2, 222)) is arranged
        again.close()
        again.deleteLater()


def test_a_list_without_hits_says_what_to_do(all_day: AtWork) -> None:
    all_day.take_in("accept")
    page = shown(all_day)
    page.search("查无此人")
    all_day.settle()
    assert page._stack.currentIndex() == 1
