"""A calendar came: home says what is too late on paper, and the case says what was told and what holds."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QWidget

from counter_app.domain.calendar_release import release_of, release_to_plain
from counter_app.domain.events import NewEvent
from counter_app.domain.states import CaseState
from counter_app.ui.pages.today.page import TodayPage
from counter_app.ui.widgets.table import Group, Row, RowTable
from tests.counter_app.ui.pages.conftest import AtWork
from tests.support.homes import bring

EARLY = {
    "version": "CN-2027.1", "source": "通知", "published": [2027], "off": ["2027-01-01"], "worked": ["2027-01-02"],
}


def rows_of(table: RowTable) -> list[Row | Group]:
    return [table.rows.entry(place) for place in range(table.rows.rowCount())]


def seen(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def test_a_refusal_shows_until_when_the_applicant_may_go_on(all_day: AtWork) -> None:
    all_day.after(days=7)
    case = all_day.take_in("refuse")
    assert case.state is CaseState.REFUSED
    all_day.open_case(case)
    said = seen(all_day.place.case.rights)
    assert "2027年1月22日 暂定" in said
    assert "行政诉讼" in said


def test_what_a_calendar_moved_is_said_on_home_in_the_list_and_on_the_case(all_day: AtWork) -> None:
    all_day.after(days=42)  # Monday, 28 December
    all_day.take_in("receive")
    case = all_day.take_in("accept", "birth_registration")
    table = all_day.open("cases").findChildren(RowTable)[0]
    assert any("2027年1月5日 暂定" in entry.cells[4].text for entry in rows_of(table) if isinstance(entry, Row))
    released = {"calendar": release_to_plain(release_of(EARLY, 1))}
    bring(all_day.station, NewEvent("calendar_released", None, 0, "", released))
    page = all_day.open("today")
    assert isinstance(page, TodayPage)
    entries = rows_of(page.table)
    head = next(n for n, entry in enumerate(entries) if isinstance(entry, Group) and "纸上的日子" in entry.title)
    row = entries[head + 1]
    assert isinstance(row, Row)
    assert row.cells[1].text == "2027年1月4日"
    assert "纸上写的 2027年1月5日太晚" in row.cells[3].text
    all_day.open_case(case)
    assert "纸上写的 2027年1月5日 依法太晚了，按 2027年1月4日 前办" in seen(all_day.place.case.deadlines)
    assert "暂定" not in seen(all_day.place.case.deadlines)
    assert not all_day.place.case.rights.isVisible()
