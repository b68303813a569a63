"""Home: the next legal duty on top, and Enter on each row does it."""

from __future__ import annotations

from PySide6.QtCore import Qt

from counter_app.services.stored_facts import Draft
from counter_app.ui.pages.notice.dialog import NoticeDialog
from counter_app.ui.pages.today.duty_rows import duty_entries
from counter_app.ui.pages.today.page import TodayPage
from counter_app.ui.pages.today.reading import Home
from counter_app.ui.widgets.label import Label
from counter_app.ui.widgets.table import Group, Row, RowTable
from tests.counter_app.ui.pages.conftest import ZHOU, AtWork


def rows_of(table: RowTable) -> list[Row | Group]:
    return [table.rows.entry(place) for place in range(table.rows.rowCount())]


def shown(work: AtWork) -> TodayPage:
    page = work.open("today")
    assert isinstance(page, TodayPage)
    return page


def test_with_nothing_to_do_home_says_so_and_not_with_an_empty_list(at_work: AtWork) -> None:
    page = shown(at_work)
    assert page._stack.currentIndex() == 1
    assert not page.table.isVisible()


def test_what_the_law_would_answer_itself_stands_on_top_in_red_with_its_consequence(at_work: AtWork) -> None:
    at_work.take_in("accept")
    late = at_work.take_in("receive")
    at_work.after(days=7, hours=1, minutes=12)
    page = shown(at_work)
    head, first = rows_of(page.table)[:2]
    assert isinstance(head, Group)
    assert head.tone == "danger"
    assert "1 件" in head.title
    assert "17:30" in head.title
    assert "第三十二条" in head.line
    assert isinstance(first, Row)
    assert first.group_tone == "danger"
    assert first.cells[1].text == "剩 6 小时 48 分"
    assert first.cells[2].text == late.applicant.name
    assert first.action == "答复"


def test_after_the_five_days_the_red_group_asks_to_confirm_the_deemed_acceptance(at_work: AtWork) -> None:
    at_work.take_in("receive")
    at_work.after(days=9)
    head, first = rows_of(shown(at_work).table)[:2]
    assert isinstance(head, Group)
    assert "确认" in head.line
    assert isinstance(first, Row)
    assert first.cells[1].text == "已过 2 日"


def test_enter_on_a_case_to_answer_opens_it_with_the_focus_on_the_next_step(at_work: AtWork) -> None:
    case = at_work.take_in("receive")
    at_work.after(days=7)
    page = shown(at_work)
    page.table.setFocus()
    at_work.key(Qt.Key.Key_Return)
    at_work.until(lambda: at_work.window.page().name == "case" and bool(at_work.place.case.panel.buttons))
    assert at_work.place.case.shown_number() == str(case.id)
    first = next(iter(at_work.place.case.panel.buttons.values()))
    at_work.until(first.hasFocus)
    at_work.key(Qt.Key.Key_Escape)
    at_work.window.press("back")
    assert at_work.window.page().name == "today"


def test_enter_on_a_notice_to_print_opens_the_notice(at_work: AtWork) -> None:
    at_work.take_in("accept")
    page = shown(at_work)
    assert [row.action for row in rows_of(page.table) if isinstance(row, Row)] == ["打印"]
    page.table.setFocus()
    at_work.key(Qt.Key.Key_Return)
    dialog = at_work.dialog()
    assert isinstance(dialog, NoticeDialog)
    assert dialog.accessibleName() == "收件凭证"
    at_work.until(lambda: not dialog.act.reason())
    said = [label.text() for label in dialog.effect.findChildren(Label)]
    assert (dialog.act.text(), said[0]) == ("不打印", "现在打不了，按 Enter 关上"), "this counter has no printer"


def test_counts_of_today_are_those_of_the_store(at_work: AtWork) -> None:
    for outcome in ("accept", "accept", "receive", "correct"):
        at_work.take_in(outcome)
    page = shown(at_work)
    figures = {code: label.text() for code, label in page.counts._figures.items()}
    assert figures == {
        "received": "4", "accepted": "2", "corrected": "1", "refused": "0", "decided": "0", "delivered": "0",
    }  # fmt: skip


def test_the_link_card_says_what_waits_and_that_no_speed_was_measured(at_work: AtWork) -> None:
    at_work.take_in("accept")
    page = shown(at_work)
    assert "1 件" in page.link._texts.accessibleName()
    assert page.link._measured.text() == "还没测过速度"


def test_an_unfinished_intake_is_listed_and_opened_where_it_stopped(at_work: AtWork) -> None:
    draft = Draft(None, "", "temporary_aid", {"applicant": {"name": "刘志强"}}, "applicant")
    kept = at_work.station.drafts.save(ZHOU, draft)
    page = shown(at_work)
    [row] = rows_of(page.drafts.table)
    assert isinstance(row, Row)
    assert row.key == str(kept.id)
    assert row.cells[0].text == "刘志强"
    page.drafts.table.setFocus()
    at_work.key(Qt.Key.Key_Return)
    at_work.until(lambda: at_work.window.page().name == "intake")


def test_every_row_gives_readers_one_sentence(at_work: AtWork) -> None:
    at_work.take_in("receive")
    at_work.take_in("accept")
    at_work.after(days=7)
    rows = [row for row in rows_of(shown(at_work).table) if isinstance(row, Row)]
    assert rows
    for row in rows:
        assert row.spoken.endswith(f"按回车{row.action}")


def test_a_duty_that_a_newer_program_knows_is_shown_and_does_not_crash(at_work: AtWork) -> None:
    from dataclasses import replace

    case = at_work.take_in("receive")
    at_work.after(days=7)
    page = shown(at_work)
    home = page._home
    assert home is not None
    strange = replace(home.today.duties[0], reason="hall_of_2031", action="frobnicate")
    entries = duty_entries(Home(home.now, replace(home.today, duties=(strange,)), home.outbox, home.closes_at, {}))
    row = entries[-1]
    assert isinstance(row, Row)
    assert row.key == str(case.id)
    assert "hall_of_2031" in row.cells[3].text
