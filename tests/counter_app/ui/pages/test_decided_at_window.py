"""即办件: F9 accepts, and decision, result and delivery follow on one screen, each by Enter (domain 2.4)."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from counter_app.domain.states import CaseState
from counter_app.services.stored_facts import CaseQuery, Draft
from counter_app.ui.pages.case.act_dialog import ActDialog
from counter_app.ui.pages.intake.page import IntakePage
from counter_app.ui.pages.notice.dialog import NoticeDialog
from counter_app.ui.widgets.check_box import CheckBox
from counter_app.ui.wording import word
from forms.catalogue import Catalogue
from forms.examples import example_line
from tests.counter_app.ui.pages.conftest import ZHOU, AtWork

AT_ONCE, LATER = "pension_enrolment", "temporary_aid"


def ready(work: AtWork, item: str) -> IntakePage:
    """An application at which nothing is missing, on the page."""
    line = example_line(Catalogue.load().get(item), "accept", work.made)
    work.made += 1
    line = {name: value for name, value in line.items() if name not in ("item", "outcome")}
    draft = work.station.drafts.save(ZHOU, Draft(None, ZHOU.name, item, line))
    work.place.open_draft(draft.id or 0)
    page = work.window.page()
    assert isinstance(page, IntakePage)
    work.until(lambda: page.current.application.item is not None and page.readiness.why_not("accept") == "")
    return page


def accept(work: AtWork) -> None:
    work.key(Qt.Key.Key_F9)
    dialog = work.dialog()
    assert isinstance(dialog, NoticeDialog)
    work.until(lambda: dialog.act.reason() == "")
    dialog.bare.click()


def asked(work: AtWork, act: str) -> ActDialog:
    """The dialog of that act, once it is open."""
    title = word("actions", act)
    work.until(lambda: isinstance(work.window.open_dialog(), ActDialog))
    dialog = work.window.open_dialog()
    assert isinstance(dialog, ActDialog)
    assert title in " ".join(label.text() for label in dialog.findChildren(QLabel))
    return dialog


def go_on(work: AtWork, act: str) -> ActDialog:
    """Enter on the page of the case: the act that comes next has the focus."""
    panel = work.place.case.panel
    work.until(lambda: work.window.open_dialog() is None and work.window.focusWidget() is panel.buttons.get(act, panel))
    work.key(Qt.Key.Key_Return)
    return asked(work, act)


def test_what_may_be_decided_here_goes_from_f9_to_the_applicants_hands_on_one_screen(at_work: AtWork) -> None:
    page = ready(at_work, AT_ONCE)
    assert page.parts.accept.text() == "受理并办结"
    accept(at_work)
    go_on(at_work, "grant")
    at_work.key(Qt.Key.Key_Return)
    at_work.until(lambda: isinstance(at_work.window.open_dialog(), NoticeDialog))
    at_work.key(Qt.Key.Key_Escape)
    go_on(at_work, "send_out")
    at_work.key(Qt.Key.Key_Return)
    delivering = go_on(at_work, "deliver")
    at_work.key(Qt.Key.Key_Return)
    assert isinstance(at_work.focus(), CheckBox), "whose card was looked at must be said"
    at_work.key(Qt.Key.Key_Space)
    delivering.doing.setFocus()
    at_work.key(Qt.Key.Key_Return)
    at_work.until(lambda: at_work.window.open_dialog() is not delivering)
    [case] = at_work.station.cases.search(CaseQuery())
    assert (case.item.code, case.state) == (AT_ONCE, CaseState.DELIVERED)


def test_what_the_hall_decides_is_only_accepted(at_work: AtWork) -> None:
    page = ready(at_work, LATER)
    assert page.parts.accept.text() == "受理并打印"
    accept(at_work)
    at_work.until(lambda: page.current.application.item is None)
    at_work.settle()
    assert at_work.window.page() is page
    assert at_work.window.open_dialog() is None
    [case] = at_work.station.cases.search(CaseQuery())
    assert case.item.code == LATER
