"""One case: what is certain, what is due and why, and acts by keyboard alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel

from counter_app.domain.case import Case
from counter_app.domain.clocks import ClockCode
from counter_app.domain.errors import CounterError
from counter_app.domain.events import NewEvent
from counter_app.domain.states import CaseState
from counter_app.ui.pages.case.act_dialog import ActDialog
from counter_app.ui.pages.case.act_panel import BlockedAct
from counter_app.ui.pages.case.act_table import ACT_FORMS
from counter_app.ui.pages.case.deadlines import reason_of
from counter_app.ui.pages.case.reading import read_shown
from counter_app.ui.pages.case.why_not import why_not
from counter_app.ui.widgets.check_box import CheckBox
from counter_app.ui.widgets.field import Field
from counter_app.ui.widgets.table import Row
from counter_app.ui.wording import state_look, word
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


def test_a_case_is_sent_to_the_hall_by_enter_and_enter(at_work: AtWork) -> None:
    case = at_work.take_in("accept")
    at_work.open_case(case)
    assert at_work.focus() is at_work.place.case.panel.buttons["submit"]
    at_work.key(Qt.Key.Key_Return)
    assert "由中心往下办" in _texts(at_work.dialog())
    at_work.key(Qt.Key.Key_Return)
    at_work.until(lambda: at_work.state(case) == CaseState.IN_REVIEW)
    at_work.until(lambda: "submit" not in at_work.place.case.panel.buttons)
    assert at_work.window.open_dialog() is None


def test_escape_in_the_dialog_leaves_the_case_as_it_is(at_work: AtWork) -> None:
    case = at_work.take_in("accept")
    at_work.open_case(case)
    press(at_work, "submit")
    at_work.key(Qt.Key.Key_Escape)
    assert at_work.window.open_dialog() is None
    assert at_work.state(case) == CaseState.ACCEPTED


def test_a_result_is_handed_out_only_with_the_receiver_and_the_checked_identity(at_work: AtWork) -> None:
    case = granted(at_work, at_work.take_in("accept"))
    at_work.open_case(case)
    press(at_work, "send_out")
    at_work.key(Qt.Key.Key_Return)  # past the waybill, which may be left empty
    at_work.key(Qt.Key.Key_Return)
    at_work.until(lambda: at_work.state(case) == CaseState.DELIVERING)
    at_work.until(lambda: "deliver" in at_work.place.case.panel.buttons)
    dialog = press(at_work, "deliver")
    receiver = dialog.findChildren(Field)[0]
    assert receiver.value() == case.applicant.name
    dialog.doing.click()
    assert at_work.window.open_dialog() is dialog, "the identity was not checked"
    [checked] = dialog.findChildren(CheckBox)
    assert at_work.focus() is checked
    at_work.key(Qt.Key.Key_Space)
    dialog.doing.setFocus()
    at_work.key(Qt.Key.Key_Return)
    at_work.until(lambda: at_work.state(case) == CaseState.DELIVERED)
    assert at_work.station.cases.view(str(case.id)).case.delivered_to == case.applicant.name
    at_work.until(lambda: at_work.window.open_dialog() is not dialog)


def test_an_act_that_is_refused_says_why_in_its_dialog_and_changes_nothing(at_work: AtWork) -> None:
    case = at_work.take_in("accept")
    at_work.open_case(case)
    dialog = press(at_work, "submit")
    at_work.station.acts.act(ZHOU, str(case.id), "submit", {})  # meanwhile at another place
    at_work.key(Qt.Key.Key_Return)
    at_work.until(dialog._fault.isVisible)
    assert at_work.window.open_dialog() is dialog
    assert at_work.state(case) == CaseState.IN_REVIEW


def test_a_correction_notice_takes_the_gaps_that_were_ticked(at_work: AtWork) -> None:
    case = at_work.take_in("receive")
    at_work.open_case(case)
    at_work.window.press("correct")
    dialog = at_work.dialog()
    assert isinstance(dialog, ActDialog)
    dialog.doing.click()
    at_work.until(lambda: at_work.state(case) == CaseState.CORRECTING)
    told = at_work.station.cases.view(str(case.id)).case.gaps
    item = at_work.station.desk.item_of(case)
    taken = {material.id for material in case.materials}
    assert {gap.material for gap in told} >= {rule.id for rule in item.materials if rule.required and rule.when is None} - taken
    assert all(gap.demand for gap in told)
    at_work.until(lambda: at_work.window.open_dialog() is not dialog)
    assert at_work.dialog().accessibleName() == "一次性告知书"


def test_contact_data_may_be_changed_while_the_hall_has_the_case(at_work: AtWork) -> None:
    case = at_work.take_in("accept")
    at_work.station.acts.act(ZHOU, str(case.id), "submit", {})
    at_work.open_case(case)
    dialog = press(at_work, "annotate")
    phone = dialog.findChildren(Field)[0]
    phone.set_value("13900000088")
    dialog.doing.setFocus()
    at_work.key(Qt.Key.Key_Return)
    at_work.until(lambda: at_work.station.cases.view(str(case.id)).case.applicant.phone == "13900000088")


@pytest.mark.parametrize("outcome", ["receive", "accept", "correct", "refuse", "not_required"])
def test_whatever_cannot_be_done_stays_in_view_with_its_reason(at_work: AtWork, outcome: str) -> None:
    at_work.open_case(at_work.take_in(outcome))
    blocked = at_work.place.case.panel.findChildren(BlockedAct)
    assert len(blocked) == len(at_work.place.case.panel.blocked)
    for act in blocked:
        assert act.accessibleName() == word("actions", act.act)
        assert act.accessibleDescription() == act.reason != ""
        assert "{" not in act.reason
        assert act.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_after_acceptance_a_correction_is_refused_with_the_day_and_the_rule(at_work: AtWork) -> None:
    at_work.open_case(at_work.take_in("accept"))
    assert at_work.place.case.blocked()["correct"] == "11月16日已受理，受理后不能再补正告知"


def test_a_reason_that_a_newer_hall_gives_is_shown_with_its_code(at_work: AtWork) -> None:
    case = at_work.take_in("accept")
    shown = read_shown(at_work.place._case_services(), str(case.id))
    assert "hall_of_2031" in why_not("accept", CounterError("hall_of_2031"), shown)


def test_the_four_facts_are_never_true_before_the_hall_confirmed(at_work: AtWork) -> None:
    case = at_work.take_in("accept")
    at_work.open_case(case)
    page = at_work.place.case
    assert [fact.done for fact in page.header.facts._facts] == [1, 0, 1, 0]
    assert page.header.facts.accessibleName().startswith("已保存")
    assert "未办结" in page.header.facts.accessibleName()


def test_a_deadline_explains_itself(at_work: AtWork) -> None:
    case = at_work.take_in("accept")
    shown = read_shown(at_work.place._case_services(), str(case.id))
    line = next(line for line in shown.clocks if line.clock.code is ClockCode.STATUTORY)
    reason = reason_of(line, shown)
    assert "个工作日" in reason or "个日历日" in reason
    assert "从 11月17日 数起" in reason
    assert line.was_due is None
    assert line.clock.due > shown.today
    assert line.left > 0


def test_a_deadline_in_a_year_without_holidays_yet_says_that_it_may_move(at_work: AtWork) -> None:
    at_work.after(days=35)
    case = at_work.take_in("accept")
    at_work.open_case(case)
    texts = _texts(at_work.place.case.deadlines)
    assert "暂定" in texts or "还没公布" in texts


def test_events_are_newest_first_with_their_author(at_work: AtWork) -> None:
    case = at_work.take_in("accept")
    at_work.home.clock.now += timedelta(minutes=5)
    at_work.station.acts.act(ZHOU, str(case.id), "submit", {})
    at_work.open_case(case)
    table = at_work.place.case.history.table
    entries = [table.rows.entry(place) for place in range(table.rows.rowCount())]
    rows = [entry for entry in entries if isinstance(entry, Row)]
    assert [row.cells[2].text for row in rows] == ["送中心办理", "受理", "收件"]
    assert all("周敏" in row.cells[2].caption for row in rows)


def test_ctrl_c_copies_the_number(at_work: AtWork) -> None:
    case = at_work.take_in("accept")
    at_work.open_case(case)
    at_work.key(Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == str(case.id)


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
            if ask.kind in ("line", "text", "choice", "tick"):
                assert has(f"ui.case.field.{ask.key}"), ask.key


def _texts(widget: object) -> str:
    assert hasattr(widget, "findChildren")
    labels = widget.findChildren(QLabel)
    return " ".join([*(label.text() for label in labels), *(w.accessibleName() for w in widget.findChildren(object) if hasattr(w, "accessibleName"))])
