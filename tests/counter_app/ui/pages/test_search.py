"""F3: people, cases and items, as they are typed, from wherever one is."""

from __future__ import annotations

from threading import Event

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication

from counter_app.domain.case import Case
from counter_app.ui.pages.cases.page import CasesPage
from counter_app.ui.search.panel import SearchPanel
from counter_app.ui.widgets.row_model import Group, Row
from forms.catalogue import Catalogue
from forms.examples import example_line
from tests.counter_app.ui.pages.conftest import ITEM, ZHOU, AtWork

RARE = "𬭎䶮㼆𪻐喆堃犇"
DOWN, ENTER, ESC = Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Escape


def take_in(work: AtWork, name: str, **applicant: object) -> Case:
    line = example_line(Catalogue.load().get(ITEM), "accept", work.made)
    work.made += 1
    line["applicant"] = {**line["applicant"], "name": name, **applicant}
    case = work.station.intake.take_in(ZHOU, line).case
    assert case is not None
    return case


def panel(work: AtWork) -> SearchPanel:
    return work.place.finder


def begin(work: AtWork, words: str = "") -> None:
    work.window.press("search")
    assert work.focus() is work.window.top.search.edit
    work.window.top.search.edit.clear()
    work.window.top.search.edit.setText(words)
    work.settle()


def keys(work: AtWork) -> list[str]:
    model = panel(work).table.rows
    entries = [model.entry(place) for place in range(model.rowCount())]
    return [entry.key for entry in entries if isinstance(entry, Row)]


def groups(work: AtWork) -> list[str]:
    model = panel(work).table.rows
    entries = [model.entry(place) for place in range(model.rowCount())]
    return [entry.title for entry in entries if isinstance(entry, Group)]


@pytest.mark.parametrize("name", [f"赵{rare}" for rare in RARE] + ["犇", "喆"])
def test_short_names_and_rare_characters_are_found_by_the_name_a_character_and_initials(
    all_day: AtWork, name: str
) -> None:
    case = take_in(all_day, name)
    found = all_day.station.search.find(name)
    assert found.cases[0].case.id == case.id
    assert found.people[0].name == name
    initials = {"𬭎": "h", "䶮": "y", "㼆": "y", "𪻐": "c", "喆": "z", "堃": "k", "犇": "b"}
    typed = "".join({"赵": "z", **initials}[character] for character in name)
    for words in (name[-1], typed, typed.upper()):
        assert case.id in {hit.case.id for hit in all_day.station.search.find(words).cases}, words


def test_the_numbers_on_paper_and_the_query_code_find_their_case(all_day: AtWork) -> None:
    case = take_in(all_day, "胡小海", phone="13900007755")
    acceptance = case.notice("N02")
    assert acceptance is not None
    number = acceptance.number
    spoken = number.replace("〔", "[").replace("〕", "]").removesuffix("号")
    for words in (number, spoken, case.query_code, "00007755", case.applicant.id_number[-6:].lower(), str(case.id)):
        assert str(case.id) in {str(hit.case.id) for hit in all_day.station.search.find(words).cases}, words


def test_people_cases_and_items_drop_from_the_box_and_each_says_what_enter_does(all_day: AtWork) -> None:
    case, again = take_in(all_day, "临时甲"), take_in(all_day, "临时甲")
    begin(all_day, "临时")
    assert panel(all_day).isVisible()
    assert groups(all_day) == ["办件", "来办过事的人", "可以办的事项"]
    assert {f"case:{case.id}", f"case:{again.id}", "person:0", f"item:{ITEM}"} <= set(keys(all_day))
    assert keys(all_day)[0] == "all:"
    all_day.key(ESC)
    assert not panel(all_day).isVisible()
    assert all_day.window.page().name == "today"


def test_enter_opens_the_only_case_at_once_and_lists_several(all_day: AtWork) -> None:
    case = take_in(all_day, "单一人")
    begin(all_day, str(case.query_code))
    all_day.key(ENTER)
    all_day.settle()
    assert all_day.window.page().name == "case"
    assert all_day.place.case.shown_number() == str(case.id)
    take_in(all_day, "单一人")
    begin(all_day, "单一人")
    all_day.key(ENTER)
    all_day.settle()
    page = all_day.window.page()
    assert isinstance(page, CasesPage)
    assert "单一人" in page.context_line()


def test_a_person_shows_that_persons_cases_and_no_whole_number(all_day: AtWork) -> None:
    mine = take_in(all_day, "甄同名")
    take_in(all_day, "甄同名", id_number="110101199003078187")
    begin(all_day, "甄同名")
    while not panel(all_day).table.current_key().startswith("person:"):
        all_day.key(DOWN)
    person = int(panel(all_day).table.current_key().removeprefix("person:"))
    looked = panel(all_day)._looked
    assert looked is not None
    wanted = looked.found.people[person]
    all_day.key(ENTER)
    all_day.settle()
    page = all_day.window.page()
    assert isinstance(page, CasesPage)
    assert page._listed is not None
    assert {line.case.applicant.id_number for line in page._listed.lines} == {wanted.id_number}
    assert wanted.id_number not in page.context_line()
    assert f"甄同名 尾号 {wanted.id_number[-4:]}" in page.context_line()
    assert mine.applicant.id_number != "110101199003078187"


def test_f3_works_in_an_intake_and_an_item_begins_there(all_day: AtWork) -> None:
    all_day.open("intake")
    begin(all_day, "临时")
    assert panel(all_day).isVisible()
    all_day.key(ESC)
    assert all_day.window.page().name == "intake", "Esc leaves the box, not the page"
    assert not all_day.window.top.search.edit.isVisible(), "the page has its own head again"
    begin(all_day, Catalogue.load().get(ITEM).initials)
    while panel(all_day).table.current_key() != f"item:{ITEM}":
        all_day.key(DOWN)
    all_day.key(ENTER)
    all_day.settle()
    item = all_day.place.intake.current.application.item
    assert item is not None
    assert item.code == ITEM


def test_the_newest_words_win_and_an_early_enter_waits_for_them(all_day: AtWork) -> None:
    case = take_in(all_day, "皇甫早")
    go_on, looked = Event(), list[str]()
    finder, find = panel(all_day), all_day.place._station.search.find
    asked = finder._services.search
    try:
        asked.find = lambda words: (go_on.wait(30), looked.append(words), find(words))[2]  # type: ignore[method-assign]
        all_day.window.press("search")
        for words in ("皇", "皇甫", "皇甫早"):
            all_day.window.top.search.edit.setText(words)
        all_day.key(ENTER)
        assert all_day.window.page().name == "today"
        go_on.set()
        all_day.until(lambda: all_day.window.page().name == "case")
    finally:
        del asked.find
    assert looked[-1] == "皇甫早"
    assert len(looked) <= 2, "words that were replaced while they waited are not looked for"
    assert all_day.place.case.shown_number() == str(case.id)


def test_an_open_composition_searches_nothing_and_keeps_its_enter(all_day: AtWork) -> None:
    begin(all_day)
    edit = all_day.window.top.search.edit
    QApplication.sendEvent(edit, QInputMethodEvent("wang", []))
    all_day.settle()
    assert not panel(all_day).isVisible()
    all_day.key(ENTER)
    all_day.key(DOWN)
    assert all_day.focus() is edit
    assert all_day.window.page().name == "today"
    committed = QInputMethodEvent("", [])
    committed.setCommitString("王")
    QApplication.sendEvent(edit, committed)
    all_day.settle()
    assert panel(all_day).isVisible()


def test_the_lock_hides_what_was_found(all_day: AtWork) -> None:
    take_in(all_day, "藏起来")
    begin(all_day, "藏起来")
    assert panel(all_day).isVisible()
    all_day.desktop.lock()
    assert not panel(all_day).isVisible()
    all_day.desktop.unlock()
