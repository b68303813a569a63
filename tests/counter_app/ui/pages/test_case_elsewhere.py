"""Cases that two places worked on, or that another station has: what is late, frozen, continued, and papers taken."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget

from counter_app.domain.case import Case
from counter_app.domain.events import NewEvent
from counter_app.domain.identifiers import HALL, CaseId
from counter_app.domain.wire_values import rows_of
from counter_app.ui.pages.case.papers import PapersCard
from counter_app.ui.pages.cases.papers_elsewhere import PapersElsewhere
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.check_box import CheckBox
from counter_app.ui.widgets.table import Row
from forms.catalogue import Catalogue
from forms.examples import example_line
from tests.counter_app.ui.pages.conftest import ITEM, ZHOU, AtWork
from tests.support.homes import bring

OF_OTHERS = str(CaseId("QX07-01", 12))


def texts(widget: QWidget) -> str:
    return " ".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def paper_rows(card: PapersCard) -> list[Row]:
    entries = [card.table.rows.entry(place) for place in range(card.table.rows.rowCount())]
    return [entry for entry in entries if isinstance(entry, Row)]


def accepted_too_late(work: AtWork) -> Case:
    """The hall took the case before the acceptance that this machine wrote reached it."""
    line = {**example_line(Catalogue.load().get(ITEM), "accept", 60), "outcome": "receive"}
    case = work.station.intake.take_in(ZHOU, line).case
    assert case is not None
    with work.station.store.read() as reading:
        known, _ = reading.head()
    work.station.acts.act(ZHOU, str(case.id), "accept", {"ticked": []})
    taken = NewEvent("recalled", case.id, case.epoch, "何伟", {"to": HALL}, {"reason": "站点多日没有连上"})
    bring(work.station, taken, own_until=known)
    bring(work.station, NewEvent("frozen", case.id, case.epoch + 1, "", {}))
    return work.station.cases.view(str(case.id)).case


def test_a_late_paper_is_marked_and_a_frozen_case_says_what_happens_next(all_day: AtWork) -> None:
    case = accepted_too_late(all_day)
    assert [notice.late for notice in case.notices] == [False, True]
    all_day.open_case(case)
    page = all_day.place.case
    receipt, late = paper_rows(page.papers)
    assert "迟到，未生效" not in receipt.cells[1].caption
    assert "迟到，未生效" in late.cells[1].caption
    assert late.cells[0].tone == "warn"
    said = texts(page.above)
    assert "已冻结" in said
    assert "由中心督查裁定" in said
    assert set(page.panel.buttons) == {"take_papers", "annotate", "choose_delivery", "print"}
    assert page.papers.first_to_print() == case.notices[0], "a paper that does not hold is not the one to print"


def test_a_case_that_goes_on_elsewhere_names_the_other_and_opens_it_if_it_is_here(all_day: AtWork) -> None:
    older, newer = all_day.take_in("receive"), all_day.take_in("receive")
    by = {"by": str(newer.id)}
    bring(all_day.station, NewEvent("continued", older.id, older.epoch, "", by))
    all_day.open_case(older)
    page = all_day.place.case
    assert f"由办件 {newer.id} 接着办" in texts(page.above)
    [button] = [button for button in page.above.findChildren(Button) if button.isVisible()]
    button.click()
    all_day.until(lambda: page.shown_number() == str(newer.id))


def test_a_case_that_goes_on_with_one_of_elsewhere_says_so_without_a_button(all_day: AtWork) -> None:
    line = example_line(Catalogue.load().get(ITEM), "receive", 61)
    line |= {"continues": OF_OTHERS, "received_at": "2026-11-13T15:20:00+08:00"}
    line["late_entry"] = {"reason": "对方站点多日没有连上", "slip_no": "0012"}
    case = all_day.station.intake.take_in(ZHOU, line).case
    assert case is not None
    all_day.open_case(case)
    above = all_day.place.case.above
    assert f"这件接着办件 {OF_OTHERS} 往下办" in texts(above)
    assert "本机还没有" in texts(above)
    assert not [button for button in above.findChildren(Button) if button.isVisible()]


def test_papers_for_a_case_that_nobody_here_knows_are_taken_by_its_number(all_day: AtWork) -> None:
    all_day.window.press("search")
    QTest.keyClicks(all_day.focus(), OF_OTHERS)
    all_day.key(Qt.Key.Key_Return)
    cases = all_day.place.cases
    all_day.until(lambda: all_day.window.page() is cases and cases.take_papers.isVisible())
    assert OF_OTHERS in cases.context_line()
    all_day.until(cases.take_papers.hasFocus)
    all_day.key(Qt.Key.Key_Return)
    dialog = all_day.dialog()
    assert isinstance(dialog, PapersElsewhere)
    dialog.doing.click()
    assert "照收件凭证选事项" in texts(dialog)
    dialog.item.set_value(ITEM)
    dialog.item.choice.chosen.emit(ITEM)
    dialog.doing.click()
    assert "还没有勾出" in texts(dialog)
    all_day.settle()
    first = dialog.rows_of[0]
    assert isinstance(first.box, CheckBox)
    first.box.setChecked(True)
    first.pages.set_value("0")
    dialog.doing.click()
    assert "1 到 999" in texts(dialog)
    first.pages.set_value("2")
    wanted = first.given()
    dialog.doing.click()
    all_day.until(lambda: all_day.window.open_dialog() is None)
    with all_day.station.store.read() as reading:
        [event] = reading.events_of(CaseId.parse(OF_OTHERS))
    assert (event.kind, event.user) == ("papers_taken", ZHOU.name)
    [row] = rows_of(event.data, "materials")
    assert (row["id"], row["pages"]) == (wanted["id"], 2)


def test_a_wrong_number_in_the_search_offers_nothing_to_take(all_day: AtWork) -> None:
    wrong = OF_OTHERS[:-1] + ("A" if OF_OTHERS[-1] != "A" else "C")
    all_day.place.search(wrong)
    all_day.settle()
    assert not all_day.place.cases.take_papers.isVisible()
