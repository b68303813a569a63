"""Acts that one person may not do alone: by PIN at once, or asked for, answered, and then done or given up."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget

from counter_app.domain.case import Case
from counter_app.domain.events import NewEvent
from counter_app.domain.people import Person, Role
from counter_app.domain.states import CaseState
from counter_app.services.duties import Group
from counter_app.ui.pages.case.act_dialog import ActDialog
from counter_app.ui.pages.case.editors import AgreeEditor, LineEditor
from counter_app.ui.pages.case.second import ABSENT, SecondPerson
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.table import Row
from forms.catalogue import Catalogue
from forms.examples import example_line
from tests.counter_app.ui.pages.conftest import ITEM, PIN, ZHOU, AtWork
from tests.support.homes import bring

LI = Person("李娟", frozenset({Role.CHIEF}))
HALL_HEAD = "何伟"


@pytest.fixture
def with_li(all_day: AtWork) -> AtWork:
    """Two people at the station: the second is a chief."""
    if LI.name not in [person.name for person in all_day.station.people.all()]:
        all_day.station.people.add(ZHOU, LI.name, LI.roles, "135790")
        all_day.station.people.add(ZHOU, "马文浩", [Role.CLERK], PIN)
    return all_day


def asks_to_void(work: AtWork, case: Case) -> tuple[ActDialog, SecondPerson]:
    """The dialog of voiding, with its reason typed."""
    work.open_case(case)
    work.place.case.panel.wanted.emit("void")
    dialog = work.dialog()
    assert isinstance(dialog, ActDialog)
    editor = dialog._editors["reason"]
    assert isinstance(editor, LineEditor)
    editor._field.set_value("录错了人")
    assert dialog._second is not None
    return dialog, dialog._second


def choose(second: SecondPerson, who: str) -> None:
    second.choice.set_value(who)
    second.choice.choice.chosen.emit(who)


def texts(widget: QWidget) -> str:
    return " ".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def home_rows(work: AtWork) -> list[Row]:
    work.open("today")
    table = work.place.today.table
    entries = [table.rows.entry(place) for place in range(table.rows.rowCount())]
    return [entry for entry in entries if isinstance(entry, Row)]


def test_only_people_who_may_agree_are_offered_and_not_oneself(with_li: AtWork) -> None:
    _, second = asks_to_void(with_li, with_li.take_in("accept"))
    values = [second.choice.choice.itemData(n) for n in range(second.choice.choice.count())]
    assert values == [LI.name, ABSENT]
    assert second.choice.value() == ""


def test_with_the_pin_of_the_second_person_the_act_is_done_at_once(with_li: AtWork) -> None:
    case = with_li.take_in("accept")
    dialog, second = asks_to_void(with_li, case)
    dialog.doing.click()
    assert "要填" in texts(dialog), "who agrees was not said"
    choose(second, LI.name)
    assert second.pin.isVisible()
    QTest.keyClicks(second.pin, "246800")
    QTest.keyClick(second.pin, Qt.Key.Key_Return)
    with_li.until(lambda: "还可以试 4 次" in texts(dialog))
    editor = dialog._editors["reason"]
    assert editor.given() == "录错了人", "nothing that was typed is lost"
    assert with_li.state(case) == CaseState.ACCEPTED
    QTest.keyClicks(second.pin, "135790")
    QTest.keyClick(second.pin, Qt.Key.Key_Return)
    with_li.until(lambda: with_li.state(case) == CaseState.VOIDED)
    written = with_li.station.cases.view(str(case.id)).events[-1]
    assert (written.user, (written.private or {})["second"]) == (ZHOU.name, LI.name)


def test_five_wrong_pins_lock_the_second_person_and_say_until_when(with_li: AtWork) -> None:
    with_li.station.people.add(ZHOU, "赵敏", [Role.CHIEF], "975310")
    case = with_li.take_in("accept")
    dialog, second = asks_to_void(with_li, case)
    choose(second, "赵敏")
    for _ in range(5):
        QTest.keyClicks(second.pin, "000000")
        dialog.doing.click()
        with_li.until(lambda: not dialog._working)
    assert "锁到 " in texts(dialog)
    choose(second, ABSENT)
    dialog.doing.click()
    with_li.until(lambda: with_li.station.cases.view(str(case.id)).case.asked is not None)


def test_without_a_second_person_the_case_shows_who_asked_what_and_who_must_answer(with_li: AtWork) -> None:
    case = with_li.take_in("accept")
    dialog, second = asks_to_void(with_li, case)
    choose(second, ABSENT)
    dialog.doing.click()
    with_li.until(with_li.place.case.above.isVisible)
    said = texts(with_li.place.case.above)
    assert "周敏 09:30 请示：作废" in said
    assert "首席代表、督查、管理员或中心" in said


def asked(work: AtWork) -> Case:
    case = work.take_in("accept")
    work.station.acts.act(ZHOU, str(case.id), "void", {"reason": "录错了人"})
    return work.station.cases.view(str(case.id)).case


def test_a_question_stands_on_home_for_whoever_asked_and_for_whoever_may_answer(at_work: AtWork) -> None:
    case = asked(at_work)
    [row] = [row for row in home_rows(at_work) if row.key == str(case.id)]
    assert "等答复" in row.spoken
    assert "作废" in row.cells[3].text
    duties = at_work.station.duties
    assert [duty.group for duty in duties.today(LI).duties] == [Group.TO_AGREE]
    clerk = Person("马文浩", frozenset({Role.CLERK}))
    assert all(duty.group is Group.TO_PRINT for duty in duties.today(clerk).duties)


@pytest.mark.parametrize(("yes", "reason"), [(True, "可以办了"), (False, "没有同意")])
def test_an_answer_that_came_by_the_feed_stands_on_home_until_it_is_done_or_given_up(
    at_work: AtWork, yes: bool, reason: str
) -> None:
    case = asked(at_work)
    bring(at_work.station, NewEvent("answered", case.id, case.epoch, HALL_HEAD, {"yes": yes}, {}))
    [row] = [row for row in home_rows(at_work) if row.key == str(case.id)]
    assert HALL_HEAD in row.cells[3].text
    assert reason in row.cells[3].text
    at_work.open_case(case)
    assert HALL_HEAD in texts(at_work.place.case.above)
    if yes:
        at_work.place.case.panel.wanted.emit("void")
        dialog = at_work.dialog()
        assert isinstance(dialog, ActDialog)
        assert not dialog._editors, "what was typed with the question is not asked again"
        dialog.doing.click()
        at_work.until(lambda: at_work.state(case) == CaseState.VOIDED)
    else:
        drop = next(button for button in at_work.place.case.above.findChildren(Button) if button.isVisible())
        drop.click()
        asking = at_work.dialog()
        asking._primary.click()  # type: ignore[union-attr]
        at_work.until(lambda: at_work.station.cases.view(str(case.id)).case.asked is None)
        assert at_work.state(case) == CaseState.ACCEPTED
    at_work.settle()
    assert not [duty for duty in at_work.station.duties.today(ZHOU).duties if duty.group is Group.ANSWER_CAME]


def test_whoever_may_answer_agrees_or_refuses_on_the_page_of_the_case(at_work: AtWork) -> None:
    line = example_line(Catalogue.load().get(ITEM), "accept", 31)
    clerk = Person("马文浩", frozenset({Role.CLERK}))
    case = at_work.station.intake.take_in(clerk, line).case
    assert case is not None
    at_work.station.people.add(ZHOU, clerk.name, clerk.roles, PIN)
    question = NewEvent("asked", case.id, case.epoch, HALL_HEAD, {"action": "void"}, {"given": {"reason": "录错了"}})
    bring(at_work.station, question)
    [row] = [row for row in home_rows(at_work) if row.key == str(case.id)]
    assert row.action == "答复"
    assert "何伟请示作废" in row.cells[3].text
    at_work.open_case(case)
    assert next(iter(at_work.place.case.panel.buttons)) == "answer"
    at_work.place.case.panel.wanted.emit("answer")
    dialog = at_work.dialog()
    assert isinstance(dialog, ActDialog)
    editor = dialog._editors["yes"]
    assert isinstance(editor, AgreeEditor)
    editor._field.set_value("no")
    dialog.doing.click()
    view = at_work.station.cases.view
    at_work.until(lambda: getattr(view(str(case.id)).case.asked, "answered_by", "") == ZHOU.name)
    at_work.settle()
    assert not at_work.place.case.above.findChildren(Button), "only whoever asked puts it away"
