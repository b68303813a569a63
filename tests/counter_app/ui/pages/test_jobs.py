"""An agent's home on the full page: what must go to the window, and the job's dialog worked by keys."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from counter_app.domain.agent_job import JobState
from counter_app.domain.people import Person, Role
from counter_app.ui.pages.jobs.dialog import JobActDialog, JobDialog
from counter_app.ui.pages.today.page import TodayPage
from counter_app.ui.widgets.check_box import CheckBox
from counter_app.ui.widgets.table import Row
from forms.catalogue import Catalogue
from forms.examples import example_line
from tests.counter_app.ui.pages.conftest import AtWork, working

AGENT = Person("李大山", frozenset({Role.AGENT}))


@pytest.fixture
def village(secrets: None, qapp: QApplication, tmp_path: Path) -> Iterator[AtWork]:
    with working(qapp, tmp_path, person=AGENT, entrusted=[], settings={"dress": "full"}) as work:
        yield work


def picture(work: AtWork, name: str) -> None:
    """For looking at: GRABS names a folder."""
    if "GRABS" in os.environ:
        QApplication.processEvents()
        work.window.grab().save(str(Path(os.environ["GRABS"]) / f"{name}.png"))


def test_papers_near_their_day_stand_on_home_and_are_handed_in_by_keys(village: AtWork) -> None:
    taken = village.station.intake.take_in(AGENT, example_line(Catalogue.load().get("elder_allowance"), "receive", 1))
    assert taken.entrustment is not None
    village.after(days=3)
    page = village.open("today")
    assert isinstance(page, TodayPage)
    rows = [page.table.rows.entry(n) for n in range(page.table.rows.rowCount())]
    [row] = [row for row in rows if isinstance(row, Row)]
    assert row.cells[2].text == taken.entrustment.applicant.name
    assert row.action == "报送"
    assert "今天要报送到窗口" in row.cells[3].text
    picture(village, "home")

    page.table.setFocus()
    village.key(Qt.Key.Key_Return)
    dialog = village.dialog()
    assert isinstance(dialog, JobDialog)
    assert dialog.table.current_key() == "hand_to_window"
    picture(village, "job")
    village.key(Qt.Key.Key_Return)
    asked = village.dialog()
    assert isinstance(asked, JobActDialog)
    village.type("Window 3")
    village.key(Qt.Key.Key_Tab)
    village.type("Zhou")
    for _ in range(2):
        village.key(Qt.Key.Key_Tab)
        assert isinstance(village.focus(), CheckBox)
        village.key(Qt.Key.Key_Space)
    picture(village, "job-act")
    village.key(Qt.Key.Key_Tab)
    while village.focus() is not asked.go:
        village.key(Qt.Key.Key_Tab)
    village.key(Qt.Key.Key_Return)
    village.settle()
    village.until(lambda: isinstance(village.window.open_dialog(), JobDialog))
    again = village.dialog()
    assert isinstance(again, JobDialog)
    assert "已报送" in again.facts.text()
    [view] = village.station.jobs.listed()
    assert (view.job.state, view.job.submitted_to) == (JobState.SUBMITTED, "Zhou")
    again.close_dialog()
    village.settle()
    assert page.table.rows.rowCount() == 0
