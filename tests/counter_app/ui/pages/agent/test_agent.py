"""The village agent's dress: an errand by mouse alone and one by keys alone, and the four tiles with their lists."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QLineEdit, QWidget

from counter_app.adapters.pictures.lazily import picture_means
from counter_app.domain.agent_job import JobState
from counter_app.domain.people import Person, Role
from counter_app.domain.ratings import Level
from counter_app.ui.backend import Backend
from counter_app.ui.pages.agent.home import AgentHome
from counter_app.ui.pages.agent.reading import HAND_IN, RESULTS, UNFINISHED
from counter_app.ui.pages.agent.screens import Screen
from counter_app.ui.pages.agent.steps_page import StepsPage
from counter_app.ui.pages.jobs.dialog import JobActDialog
from counter_app.ui.pages.notice.dialog import NoticeDialog
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.check_box import CheckBox
from counter_app.ui.widgets.field import ChoiceField, Field
from counter_app.ui.widgets.line_edit import LineEdit
from counter_app.ui.widgets.table import Row
from forms.catalogue import Catalogue
from forms.examples import example_line
from tests.counter_app.ui.pages.conftest import AtWork, working
from tests.support.sheets import page_of_text, png, seen_at_a_slant

AGENT = Person("何秀兰", frozenset({Role.AGENT}))
ITEM = "elder_allowance"


@pytest.fixture
def village(secrets: None, qapp: QApplication, tmp_path: Path) -> Iterator[AtWork]:
    with working(qapp, tmp_path, person=AGENT, entrusted=[]) as work:
        yield work


@pytest.fixture
def with_camera(secrets: None, qapp: QApplication, tmp_path: Path) -> Iterator[AtWork]:
    """The village with a sheet under its camera."""
    view = tmp_path / "desk.png"
    view.write_bytes(png(seen_at_a_slant(page_of_text((620, 877)), 20, 4, (1280, 960))))

    def change(backend: Backend) -> Backend:
        return replace(backend, pictures=picture_means(), camera_spec=f"picture:{view}")

    with working(qapp, tmp_path, change, person=AGENT, entrusted=[]) as work:
        yield work


def picture(work: AtWork, name: str) -> None:
    """For looking at: GRABS names a folder."""
    if "GRABS" in os.environ:
        work.settle()
        work.window.grab().save(str(Path(os.environ["GRABS"]) / f"{name}.png"))


def click(work: AtWork, widget: QWidget) -> None:
    assert widget.isVisible(), widget.accessibleName()
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)
    work.settle()


def steps(work: AtWork) -> StepsPage:
    page = work.window.page()
    assert isinstance(page, StepsPage)
    return page


def shown(page: StepsPage) -> Screen:
    return page.parts.screen


def home(work: AtWork) -> AgentHome:
    assert isinstance(work.place.today, AgentHome)
    return work.place.today


def words_on(widget: QWidget) -> str:
    return " ".join(label.text() for label in widget.findChildren(QLabel))


def low_targets(work: AtWork) -> list[str]:
    """Everything in sight that is pressed or typed in, and is lower than 52."""
    kinds = (QAbstractButton, QLineEdit, QComboBox)
    found = [widget for kind in kinds for widget in work.window.page().findChildren(kind)]
    return [
        widget.accessibleName() for widget in found
        if widget.isVisible() and widget.height() < 52 and widget.objectName() != "qt_spinbox_lineedit"
    ]


def filled(work: AtWork) -> int:
    """How many filled buttons are in sight."""
    bar = steps(work).parts.bar
    buttons = [*steps(work).findChildren(Button), *bar.findChildren(Button)]
    return sum(button.isVisible() and button.kind() == "primary" and not button.reason() for button in buttons)


def choose(work: AtWork, box: QComboBox, row: int) -> None:
    """An answer of a list, as the mouse chooses it."""
    box.setCurrentIndex(row)
    box.activated.emit(row)
    work.settle()


def test_an_errand_is_done_by_mouse_with_typing_only_where_no_card_is(with_camera: AtWork) -> None:
    village = with_camera
    line = example_line(Catalogue.load().get(ITEM), "accept", 1)
    applicant = line["applicant"]
    picture(village, "home-empty")
    click(village, home(village).tiles["new"])
    page = steps(village)
    parts = page.parts
    assert low_targets(village) == []
    row = parts.start.table.rows.place_of(f"used:{ITEM}")
    table = parts.start.table
    assert row is not None
    at = table.visualRect(table.rows.index(row, 0)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    click(village, parts.bar.next)
    assert shown(page) is Screen.CARD
    assert parts.bar.next.reason()
    picture(village, "card")
    click(village, parts.bar.skip)
    assert shown(page) is Screen.PERSON
    for key in ("name", "id_number", "phone"):
        editor = parts.contact.applicant.by_key[key].editor
        QTest.mouseClick(editor, Qt.MouseButton.LeftButton)
        assert isinstance(editor, LineEdit)
        editor.setText(applicant[key])
    village.settle()
    click(village, parts.bar.next)
    assert shown(page) is Screen.FORM, "the last field counts although nobody left it"
    assert low_targets(village) == []
    for _place, editor in list(parts.form.places()):
        if isinstance(editor, QComboBox) and editor.isVisible():
            choose(village, editor, 0)
    picture(village, "form")
    assert parts.bar.next.reason(), "the village and the account are still asked"
    click(village, parts.bar.skip)
    assert shown(page) is Screen.MATERIALS
    assert low_targets(village) == []
    wanted = page.current.application.wanted()
    view = page.camera.view
    assert view is not None
    village.until(view.is_ready)
    assert "字看得清" in words_on(parts.scans)
    picture(village, "camera")
    action = parts.materials.table.columnViewportPosition(2) + 20
    first = parts.materials.table.visualRect(parts.materials.table.rows.index(0, 2)).center()
    QTest.mouseClick(parts.materials.table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(action, first.y()))
    village.until(lambda: page.current.application.taken(wanted[0].id) is not None)
    village.settle()
    assert parts.materials.table.current_key() == wanted[1].id, "on to the next one"
    picture(village, "materials")
    click(village, parts.scans.take_paper)
    assert "还差 2 样" in parts.heading.text()
    assert filled(village) == 0, "the row in sight carries the filled button"
    click(village, parts.bar.skip)
    assert shown(page) is Screen.PRINT
    village.until(lambda: not parts.receive.reason())
    assert filled(village) == 1
    assert not parts.accept.isVisible(), "the agency's decision is not the agent's"
    picture(village, "print")
    click(village, parts.receive)
    village.until(lambda: page.finishing.deciding is not None and not page.finishing.deciding.dialog.act.reason())
    picture(village, "deed")
    deciding = page.finishing.deciding
    assert deciding is not None
    click(village, deciding.dialog.act)
    village.until(lambda: parts.screen is Screen.DONE)
    picture(village, "done")
    assert "还没打印" in words_on(parts.done), "this machine has no printer"
    [taken] = village.station.jobs.listed()
    assert (taken.job.item.code, taken.job.state) == (ITEM, JobState.COLLECTED)
    assert [material.id for material in taken.job.materials] == [wanted[0].id, wanted[1].id]
    assert [len(material.files) for material in taken.job.materials] == [1, 0]
    assert view.state() == "off", "the camera is let go"
    click(village, parts.bar.next)
    assert village.window.page() is home(village)
    village.settle()
    sight = home(village).sight
    assert sight is not None
    assert sight.count(HAND_IN) == 1
    assert not village.station.drafts.all(), "nothing of the person stays behind as a draft"
    picture(village, "home")


def test_an_errand_is_done_by_keys_and_stops_where_it_was_left(village: AtWork) -> None:
    page_of = example_line(Catalogue.load().get(ITEM), "accept", 2)
    village.key(Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    village.settle()
    page = steps(village)
    parts = page.parts
    village.type("gljt")
    village.key(Qt.Key.Key_Return)
    village.settle()
    assert shown(page) is Screen.CARD
    village.key(Qt.Key.Key_Return)  # no card: the focus is on the way to type it in
    village.settle()
    name = parts.contact.applicant.name.editor
    assert village.focus() is name
    assert isinstance(name, LineEdit)
    name.setText(page_of["applicant"]["name"])
    village.key(Qt.Key.Key_Return)
    village.type(page_of["applicant"]["id_number"])
    while village.focus() is not parts.bar.next:
        village.key(Qt.Key.Key_Return)
        village.settle()
        assert shown(page) is Screen.PERSON
    village.key(Qt.Key.Key_Return)
    village.settle()
    assert shown(page) is Screen.FORM
    village.key(Qt.Key.Key_Escape)
    village.settle()
    assert shown(page) is Screen.PERSON, "Esc is one screen back"
    village.key(Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    village.settle()
    assert village.window.page() is home(village)
    [draft] = village.station.drafts.all()
    village.place.open_draft(draft.id or 0)
    village.settle()
    assert shown(page) is Screen.FORM, "it goes on with what nobody went through yet"
    parts.bar.skip.setFocus()
    village.key(Qt.Key.Key_Return)
    village.settle()
    assert shown(page) is Screen.MATERIALS
    for _ in page.current.application.wanted():
        village.key(Qt.Key.Key_Space)
        village.settle()
    assert not page.current.application.missing()
    village.key(Qt.Key.Key_Return)
    assert village.focus() is parts.bar.next
    village.key(Qt.Key.Key_Return)
    village.settle()
    assert shown(page) is Screen.PRINT
    village.until(lambda: not parts.receive.reason())
    village.key(Qt.Key.Key_F7)
    village.until(lambda: page.finishing.deciding is not None and not page.finishing.deciding.dialog.act.reason())
    village.key(Qt.Key.Key_Return)
    village.until(lambda: parts.screen is Screen.DONE)
    village.settle()
    [view] = village.station.jobs.listed()
    assert view.job.state is JobState.COLLECTED


def test_each_tile_counts_and_opens_its_list(village: AtWork) -> None:
    line = example_line(Catalogue.load().get(ITEM), "receive", 1)
    taken = village.station.intake.take_in(AGENT, line)
    assert taken.entrustment is not None
    village.after(days=3)
    village.open("today")
    village.settle()
    page = home(village)
    tile = page.tiles[HAND_IN]
    assert "1 件" in tile.accessibleName()
    assert "今天要交 1 件" in tile.accessibleName()
    assert low_targets(village) == []
    picture(village, "home-due")
    click(village, tile)
    assert village.window.page() is page.list
    [row] = [entry for entry in (page.list.table.rows.entry(n) for n in range(page.list.table.rows.rowCount()))
             if isinstance(entry, Row)]
    assert row.cells[1].text == taken.entrustment.applicant.name
    assert row.cells[2].text == "今天要交到镇里"
    picture(village, "list")
    village.key(Qt.Key.Key_Return)
    dialog = village.dialog()
    assert isinstance(dialog, JobActDialog), "what the list is there for is asked at once"
    picture(village, "job")
    for key, editor in dialog.editors.items():
        if isinstance(editor, CheckBox):
            click(village, editor)
        elif isinstance(editor, Field):
            editor.set_value({"window": "3号窗口"}.get(key, "周敏"))
    click(village, dialog.go)
    village.until(lambda: isinstance(village.window.open_dialog(), NoticeDialog))
    picture(village, "handover")
    village.until(lambda: bool(village.station.jobs.listed()[0].job.submitted_to))
    village.settle()
    village.key(Qt.Key.Key_Escape)
    village.until(lambda: village.window.open_dialog() is None)
    village.settle()
    assert not page.list.table.isVisible(), "nothing is left to be brought"
    village.window.press("back")
    assert village.window.page() is page
    click(village, page.tiles[UNFINISHED])
    keys = [entry.key for entry in (page.list.table.rows.entry(n) for n in range(page.list.table.rows.rowCount()))
            if isinstance(entry, Row)]
    assert len([key for key in keys if key.startswith("paper:")]) >= 2, "deed and lists wait for a printer"
    picture(village, "unfinished")
    village.key(Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    assert isinstance(village.window.page(), StepsPage), "every key of the full page works"


def test_the_applicant_says_on_the_second_screen_how_it_was_when_the_result_is_handed_over(
    secrets: None, qapp: QApplication, tmp_path: Path
) -> None:
    with working(qapp, tmp_path, person=AGENT, entrusted=[], settings={"second_screen": "on"}) as village:
        line = example_line(Catalogue.load().get(ITEM), "receive", 1)
        whole = village.station.intake.take_in(AGENT, line).entrustment
        assert whole is not None
        number = str(whole.number(whole.jobs[0]))
        given = {"window": "3号窗口", "receiver": "周敏", "signed": True, "entrustment_signed": True}
        village.station.jobs.act(AGENT, number, "hand_to_window", given)
        village.station.jobs.act(AGENT, number, "fetch_result", {"result": "高龄津贴审批表"})
        village.open("today")
        click(village, home(village).tiles[RESULTS])
        village.key(Qt.Key.Key_Return)
        dialog = village.dialog()
        assert isinstance(dialog, JobActDialog)
        applicant = village.place.applicant
        assert applicant is not None
        village.until(lambda: applicant.window.levels[Level.MOSTLY].isVisible())
        for secret in (whole.applicant.name, whole.applicant.id_number, whole.applicant.phone):
            assert secret not in words_on(applicant.window)
        QTest.mouseClick(applicant.window.levels[Level.MOSTLY], Qt.MouseButton.LeftButton)
        satisfaction = dialog.editors["satisfaction"]
        assert isinstance(satisfaction, ChoiceField)
        assert satisfaction.value() == "3"
