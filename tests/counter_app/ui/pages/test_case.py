"""One case: what is certain, what is due and why, and acts by keyboard alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QWidget

from counter_app.domain.case import Case
from counter_app.domain.clocks import ClockCode
from counter_app.domain.errors import CounterError
from counter_app.domain.events import NewEvent
from counter_app.domain.states import CaseState
from counter_app.ui.pages.case.act_dialog import ActDialog
from counter_app.ui.pages.case.act_panel import BlockedAct
from counter_app.ui.pages.case.act_table import ACT_FORMS
from counter_app.ui.pages.case.deadlines import reason_of
from counter_app.ui.pages.case.editors import LineEditor
from counter_app.ui.pages.case.list_editors import FormEditor
from counter_app.ui.pages.case.reading import read_shown
from counter_app.ui.pages.case.why_not import why_not
from counter_app.ui.pages.notice.dialog import NoticeDialog
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.check_box import CheckBox
from counter_app.ui.widgets.field import Field
from counter_app.ui.widgets.label import Label
from counter_app.ui.widgets.line_edit import TextEdit
from counter_app.ui.widgets.table import Row
from counter_app.ui.wording import state_look, word
from forms.catalogue import Catalogue
from forms.examples import example_line
from tests.counter_app.ui.pages.conftest import ZHOU, AtWork
from tests.support.homes import bring


def granted(work: AtWork, case: Case) -> Case:
    """The hall grants a case that was sent to it; the result is on its way here."""
    work.station.acts.act(ZHOU, str(case.id), "submit", {})
    sent = work.station.cases.view(str(case.id)).case
    data = {"to": sent.id.device, "decision_no": "青政准〔2026〕9号"}
    bring(work.station, NewEvent("granted", sent.id, sent.epoch, "何伟", data, {}))
    return work.station.cases.view(str(case.id)).case


def press(work: AtWork, act: str) -> ActDialog:
    """Go to the act with the arrow keys and press Enter."""
    buttons = work.place.case.panel.buttons
    work.place.case.panel.focus_first()
    for _ in range(list(buttons).index(act)):
        work.key(Qt.Key.Key_Down)
    assert work.focus() is buttons[act]
    work.key(Qt.Key.Key_Return)
    dialog = work.dialog()
    assert isinstance(dialog, ActDialog)
    return dialog


def test_a_case_is_sent_to_the_hall_by_enter_and_enter(all_day: AtWork) -> None:
    case = all_day.take_in("accept")
    all_day.open_case(case)
    assert all_day.focus() is all_day.place.case.panel.buttons["submit"]
    all_day.key(Qt.Key.Key_Return)
    assert "由中心往下办" in _texts(all_day.dialog())
    all_day.key(Qt.Key.Key_Return)
    all_day.until(lambda: all_day.state(case) == CaseState.IN_REVIEW)
    all_day.until(lambda: "submit" not in all_day.place.case.panel.buttons)
    all_day.until(lambda: isinstance(all_day.window.open_dialog(), NoticeDialog))  # the sheet that goes with the papers


def test_a_dialog_that_asks_much_scrolls_on_a_low_screen_instead_of_laying_one_thing_over_another(
    all_day: AtWork,
) -> None:
    all_day.window.resize(1280, 680)
    case = all_day.take_in("correct")
    all_day.open_case(case)
    dialog = press(all_day, "correct_again")
    all_day.settle()
    lines = [label for label in dialog.findChildren(Label) if label.isVisible()]
    fields = [edit for edit in dialog.findChildren(TextEdit) if edit.isVisible()]
    assert len(fields) == 2
    for edit in fields:
        assert edit.height() >= edit.sizeHint().height()
        seen = edit.visibleRegion().boundingRect()  # the rest is scrolled away
        at = QRect(edit.mapTo(dialog, seen.topLeft()), seen.size())
        assert not [
            line.text() for line in lines
            if line.parent() is not edit.parent() and at.intersects(QRect(line.mapTo(dialog, QPoint()), line.size()))
        ]
    all_day.window.resize(1366, 768)


def test_escape_in_the_dialog_leaves_the_case_as_it_is(all_day: AtWork) -> None:
    case = all_day.take_in("accept")
    all_day.open_case(case)
    press(all_day, "submit")
    all_day.key(Qt.Key.Key_Escape)
    assert all_day.window.open_dialog() is None
    assert all_day.state(case) == CaseState.ACCEPTED


def test_a_result_is_handed_out_only_with_the_receiver_and_the_checked_identity(all_day: AtWork) -> None:
    case = granted(all_day, all_day.take_in("accept"))
    all_day.open_case(case)
    press(all_day, "send_out")
    all_day.key(Qt.Key.Key_Return)
    all_day.until(lambda: all_day.state(case) == CaseState.DELIVERING)
    all_day.until(lambda: "deliver" in all_day.place.case.panel.buttons)
    dialog = press(all_day, "deliver")
    receiver = dialog.findChildren(Field)[0]
    assert receiver.value() == case.applicant.name
    dialog.doing.click()
    assert all_day.window.open_dialog() is dialog, "the identity was not checked"
    [checked] = [box for box in dialog.findChildren(CheckBox) if box.isVisible()]
    assert all_day.focus() is checked
    all_day.key(Qt.Key.Key_Space)
    dialog.doing.setFocus()
    all_day.key(Qt.Key.Key_Return)
    all_day.until(lambda: all_day.state(case) == CaseState.DELIVERED)
    assert all_day.station.cases.view(str(case.id)).case.delivered_to == case.applicant.name
    all_day.until(lambda: all_day.window.open_dialog() is not dialog)


def test_a_paper_is_spoiled_from_its_row_with_a_reason_and_made_again(all_day: AtWork) -> None:
    case = all_day.take_in("accept")
    all_day.open_case(case)
    papers = all_day.place.case.papers
    papers.table.setFocus()
    all_day.key(Qt.Key.Key_Home)
    assert not papers.spoil.isVisible()  # the receipt has the number of the case
    all_day.key(Qt.Key.Key_End)
    assert papers.spoil.isVisible()
    all_day.key(Qt.Key.Key_Delete)
    dialog = all_day.dialog()
    assert isinstance(dialog, ActDialog)
    old = case.notices[-1].number
    assert old in _texts(dialog)
    dialog.doing.click()
    assert all_day.window.open_dialog() is dialog, "there is no reason yet"
    dialog.findChildren(Field)[0].set_value("打印卡纸")
    dialog.doing.click()
    all_day.until(lambda: len(all_day.station.cases.view(str(case.id)).case.notices) == 3)
    notices = all_day.station.cases.view(str(case.id)).case.notices
    assert [(notice.number, notice.spoiled) for notice in notices[1:]] == [(old, "打印卡纸"), (notices[2].number, "")]
    all_day.until(lambda: all_day.window.open_dialog() is not dialog)


def test_an_act_that_is_refused_says_why_in_its_dialog_and_changes_nothing(all_day: AtWork) -> None:
    case = all_day.take_in("accept")
    all_day.open_case(case)
    dialog = press(all_day, "submit")
    all_day.station.acts.act(ZHOU, str(case.id), "submit", {})  # meanwhile at another place
    all_day.key(Qt.Key.Key_Return)
    all_day.until(dialog._fault.isVisible)
    assert all_day.window.open_dialog() is dialog
    assert all_day.state(case) == CaseState.IN_REVIEW


def test_a_correction_notice_takes_the_gaps_that_were_ticked(all_day: AtWork) -> None:
    case = all_day.take_in("receive")
    all_day.open_case(case)
    all_day.window.press("correct")
    dialog = all_day.dialog()
    assert isinstance(dialog, ActDialog)
    dialog.doing.click()
    all_day.until(lambda: all_day.state(case) == CaseState.CORRECTING)
    told = all_day.station.cases.view(str(case.id)).case.gaps
    item = all_day.station.desk.item_of(case)
    taken = {material.id for material in case.materials}
    always = {rule.id for rule in item.materials if rule.required and rule.when is None}
    assert {gap.material for gap in told} >= always - taken
    assert all(gap.demand for gap in told)
    all_day.until(lambda: all_day.window.open_dialog() is not dialog)
    assert all_day.dialog().accessibleName() == "一次性告知书"
    all_day.settle()
    all_day.key(Qt.Key.Key_Escape)
    assert all_day.focus() in all_day.place.case.panel.buttons.values(), "the button that was pressed is gone"


def test_what_was_left_empty_in_the_form_is_filled_in_on_the_spot(all_day: AtWork) -> None:
    whole = example_line(Catalogue.load().get("temporary_aid"), "accept", 77)
    line = {**whole, "outcome": "receive", "fields": {**whole["fields"]}}
    story = line["fields"].pop("story")
    case = all_day.station.intake.take_in(ZHOU, line).case
    assert case is not None
    all_day.open_case(case)
    assert "表单" in all_day.place.case.panel.blocked["accept"]
    dialog = press(all_day, "fix_on_spot")
    editor = dialog._editors["form"]
    assert isinstance(editor, FormEditor)
    next(field for row, field, _ in editor._fields if row.id == "story").set_value(story)
    dialog.doing.click()
    all_day.until(lambda: "accept" in all_day.place.case.panel.buttons)
    assert all_day.station.cases.view(str(case.id)).case.fields == whole["fields"]


def test_voiding_waits_for_a_second_person_and_is_taken_back_by_whoever_asked(all_day: AtWork) -> None:
    case = all_day.take_in("accept")
    all_day.open_case(case)
    dialog = press(all_day, "void")
    editor = dialog._editors["reason"]
    assert isinstance(editor, LineEditor)
    editor._field.set_value("录错了人")
    dialog.doing.click()
    all_day.until(all_day.place.case.above.isVisible)
    assert all_day.state(case) == CaseState.ACCEPTED
    assert not {"submit", "answer"} & set(all_day.place.case.panel.buttons), "the case waits for somebody else"
    [take_back] = all_day.place.case.above.findChildren(Button)
    assert take_back.text() == "收回请示"
    take_back.click()
    asking = all_day.dialog()
    assert "作废" in _texts(asking)
    asking._primary.click()  # type: ignore[union-attr]
    all_day.until(lambda: "submit" in all_day.place.case.panel.buttons)


def test_contact_data_may_be_changed_while_the_hall_has_the_case(all_day: AtWork) -> None:
    case = all_day.take_in("accept")
    all_day.station.acts.act(ZHOU, str(case.id), "submit", {})
    all_day.open_case(case)
    dialog = press(all_day, "annotate")
    phone = dialog.findChildren(Field)[0]
    phone.set_value("13900000088")
    dialog.doing.setFocus()
    all_day.key(Qt.Key.Key_Return)
    all_day.until(lambda: all_day.station.cases.view(str(case.id)).case.applicant.phone == "13900000088")


@pytest.mark.parametrize("outcome", ["receive", "accept", "correct", "refuse", "not_required"])
def test_whatever_cannot_be_done_stays_in_view_with_its_reason(all_day: AtWork, outcome: str) -> None:
    all_day.open_case(all_day.take_in(outcome))
    blocked = all_day.place.case.panel.findChildren(BlockedAct)
    assert len(blocked) == len(all_day.place.case.panel.blocked)
    for act in blocked:
        assert act.accessibleName() == word("actions", act.act)
        assert act.accessibleDescription() == act.reason != ""
        assert "{" not in act.reason
        assert act.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_after_acceptance_a_correction_is_refused_with_the_day_and_the_rule(all_day: AtWork) -> None:
    all_day.open_case(all_day.take_in("accept"))
    assert all_day.place.case.blocked()["correct"] == (
        "11月16日已受理，受理后不能再补正告知（行政许可法第三十二条第一款第（四）项）"
    )


def test_a_reason_that_a_newer_hall_gives_is_shown_with_its_code(all_day: AtWork) -> None:
    case = all_day.take_in("accept")
    shown = read_shown(all_day.place.asks.case(), str(case.id))
    assert "hall_of_2031" in why_not("accept", CounterError("hall_of_2031"), shown)


def test_the_four_facts_are_never_true_before_the_hall_confirmed(all_day: AtWork) -> None:
    case = all_day.take_in("accept")
    all_day.open_case(case)
    page = all_day.place.case
    assert [fact.done for fact in page.header.facts._facts] == [1, 0, 1, 0]
    assert page.header.facts.accessibleName().startswith("已保存")
    assert "未办结" in page.header.facts.accessibleName()


def test_a_deadline_explains_itself(all_day: AtWork) -> None:
    case = all_day.take_in("accept")
    shown = read_shown(all_day.place.asks.case(), str(case.id))
    line = next(line for line in shown.clocks if line.clock.code is ClockCode.STATUTORY)
    reason = reason_of(line, shown)
    assert "个工作日" in reason or "个日历日" in reason
    assert "从 11月17日 数起" in reason
    assert line.was_due is None
    assert line.clock.due > shown.today
    assert line.left > 0


def test_a_deadline_in_a_year_without_holidays_yet_says_that_it_may_move(all_day: AtWork) -> None:
    all_day.after(days=35)
    case = all_day.take_in("accept")
    all_day.open_case(case)
    assert "还没公布" in _texts(all_day.place.case.deadlines)


def test_events_are_newest_first_with_their_author(all_day: AtWork) -> None:
    case = all_day.take_in("accept")
    all_day.home.clock.now += timedelta(minutes=5)
    all_day.station.acts.act(ZHOU, str(case.id), "submit", {})
    all_day.open_case(case)
    table = all_day.place.case.history.table
    entries = [table.rows.entry(place) for place in range(table.rows.rowCount())]
    rows = [entry for entry in entries if isinstance(entry, Row)]
    assert [row.cells[2].text for row in rows] == ["送中心办理", "受理", "收件"]
    assert all("周敏" in row.cells[2].caption for row in rows)


def test_ctrl_c_copies_the_number(all_day: AtWork) -> None:
    case = all_day.take_in("accept")
    all_day.open_case(case)
    all_day.key(Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == str(case.id)


def test_the_day_of_a_hearing_is_told_from_the_page_seven_working_days_before(all_day: AtWork) -> None:
    case = all_day.take_in("accept")
    today = all_day.station.desk.today()
    acts = all_day.station.acts
    acts.act(ZHOU, str(case.id), "tell_hearing_rights", {"matter": "拟不准予的理由"})
    acts.act(ZHOU, str(case.id), "ask_hearing", {"asked_on": today.isoformat()})
    all_day.open_case(case)
    assert "hold_hearing" not in all_day.place.case.panel.buttons, "its day was not told yet"
    dialog = press(all_day, "set_hearing")
    given = {"hearing_time": "9:30", "hearing_place": "县政务服务中心三楼"}
    for key, value in given.items():
        editor = dialog._editors[key]
        assert isinstance(editor, LineEditor)
        editor._field.set_value(value)
    day = dialog._editors["hearing_on"]
    assert isinstance(day, LineEditor)
    day._field.set_value((today + timedelta(days=8)).isoformat())
    dialog.doing.click()
    all_day.until(lambda: "七个工作日以前通知" in _texts(dialog))
    day._field.set_value((today + timedelta(days=9)).isoformat())
    dialog.doing.click()
    all_day.until(lambda: all_day.station.cases.view(str(case.id)).case.hearing is not None)


def test_a_state_that_this_version_does_not_know_has_a_look_and_a_word() -> None:
    assert state_look("TELEPORTED").icon == "circle-question-mark"
    assert word("ui.state", "TELEPORTED") == "TELEPORTED"


def test_every_act_has_its_words() -> None:
    from counter_app.ui.texts import has

    for act, form in ACT_FORMS.items():
        assert has(f"actions.{act}")
        assert has(f"ui.case.act.{act}.do")
        assert has(f"ui.case.act.{act}.consequence")
        for ask in form.asks:
            if ask.kind in ("line", "text", "choice", "tick", "day", "yuan", "names"):
                assert has(f"ui.case.field.{ask.key}"), ask.key


def _texts(widget: QWidget) -> str:
    labels = widget.findChildren(QLabel)
    return " ".join(label.text() for label in labels)
