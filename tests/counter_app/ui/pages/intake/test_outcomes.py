"""What the keys do before they are pressed, why they do not, and where the first fault is."""

from __future__ import annotations

from datetime import timedelta

import pytest

from counter_app.domain.identifiers import CaseId
from counter_app.domain.states import CaseState, ClockCode
from counter_app.services.stored_facts import CaseQuery
from counter_app.ui.widgets.button import Button
from counter_app.ui.widgets.label import Label
from forms.examples import example_line
from tests.counter_app.ui.pages.intake.conftest import OpenDesk
from tests.counter_app.ui.pages.intake.desk import IntakeDesk, wait_until
from tests.support.homes import AGENT


def cases(desk: IntakeDesk):
    return desk.station.cases.search(CaseQuery())


def words(widget) -> str:
    """All that a widget says."""
    return " ".join(label.text() for label in widget.findChildren(Label) if label.isVisibleTo(widget))


def decided(desk: IntakeDesk):
    """Enter in the notice dialog, and the case that came of it."""
    desk.dialog_ready()
    desk.press("Enter")
    wait_until(lambda: desk.page.current.application.item is None)
    return cases(desk)[0]


def test_a_blocked_f9_goes_to_the_first_fault_and_says_it(open_desk: OpenDesk):
    desk = open_desk()
    desk.fill(1, applicant={"name": "王桂芳", "id_number": "53012319410208002"})
    desk.page.parts.materials.table.setFocus()
    desk.press("F9")
    assert desk.window.focusWidget() is desk.page.movement.places()["applicant.id_number"]
    assert "只有 17 位" in desk.page.parts.contact.applicant.id_number.message()
    assert "身份证号填了 17 位" in desk.page.parts.bar._first.text()
    assert desk.window.open_dialog() is None


def test_a_blocked_f9_goes_to_the_missing_material(open_desk: OpenDesk):
    desk = open_desk()
    desk.fill(1)
    desk.page.parts.materials.table.choose("household_book")
    desk.page.parts.materials.table.setFocus()
    desk.press("Space")
    desk.settle()
    desk.page.movement.go_to("field.village")
    desk.press("F9")
    assert desk.window.focusWidget() is desk.page.parts.materials.table
    assert desk.page.parts.materials.table.current_key() == "household_book"


def test_the_panel_tells_paper_number_and_days_before_the_key(open_desk: OpenDesk):
    desk = open_desk()
    desk.fill(1)
    said = words(desk.page.parts.consequences)
    assert "受理通知书" in said
    assert "青政受〔2026〕1号" in said
    assert "12月7日 星期一" in said, "fifteen working days from 16 November"
    assert "从明天 11月17日 数起" in said
    assert "没有缺项可以告知" in said


def test_what_is_missing_stands_in_the_panel_as_links(open_desk: OpenDesk):
    desk = open_desk()
    desk.fill(1, fields={})
    links = [button for button in desk.page.parts.consequences.findChildren(Button) if button.isVisible()]
    assert [link.text() for link in links] == ["缺户籍所在村（社区）", "缺居住状况", "缺津贴打入谁的账户", "缺银行账号"]
    links[2].click()
    assert desk.window.focusWidget() is desk.page.movement.places()["field.account_owner"]


def test_the_panel_follows_every_stored_field(open_desk: OpenDesk):
    desk = open_desk()
    desk.fill(1, fields={})
    desk.page.movement.go_to("field.village")
    desk.type("柳林村")
    desk.press("Enter")
    desk.settle()
    assert "还差 3 处" in desk.page.parts.bar._first.text()


def test_a_condition_shows_its_field_below_the_others_and_its_material_in_the_list(open_desk: OpenDesk):
    desk = open_desk()
    desk.fill(1)
    fields = desk.page.parts.form._fields.items()
    before = {place: field.geometry().topLeft() for place, field in fields if field.isVisible()}
    desk.page.movement.go_to("field.account_owner")
    desk.press("Down")
    desk.settle()
    form = desk.page.parts.form
    assert desk.page.current.application.value("account_owner") == "relative"
    assert form.field("field.receiver_name").isVisible()
    assert form.field("field.receiver_name").y() > form.field("field.other_subsidy").y()
    after = {place: form.field(place).geometry().topLeft() for place in before if place != "field.living_place"}
    assert after == {place: before[place] for place in after}
    assert "kinship" in [rule.id for rule in desk.page.current.application.wanted()]
    assert desk.page.parts.accept.reason()


def test_what_is_hidden_is_not_handed_on_but_comes_back_with_its_condition(open_desk: OpenDesk):
    desk = open_desk()
    desk.fill(1)
    desk.page._field_settled("field.account_owner", "relative")
    desk.page._field_settled("field.receiver_name", "王小禾")
    desk.page._field_settled("field.account_owner", "self")
    assert "receiver_name" not in desk.page.current.application.line_for("accept")["fields"]
    desk.page._field_settled("field.account_owner", "relative")
    assert desk.page.current.application.line_for("accept")["fields"]["receiver_name"] == "王小禾"


def test_f7_receives_what_is_there(open_desk: OpenDesk):
    desk = open_desk()
    desk.fill(1, fields={})
    desk.press("F7")
    case = decided(desk)
    assert case.state is CaseState.RECEIVED
    assert [notice.kind for notice in case.notices] == ["N01"]


def test_an_item_that_is_done_at_once_is_accepted_with_f9_too(open_desk: OpenDesk):
    desk = open_desk()
    desk.fill(1, "pension_enrolment")
    desk.press("F9")
    assert decided(desk).state is CaseState.ACCEPTED


def test_a_correction_is_refused_until_every_row_was_walked(open_desk: OpenDesk):
    desk = open_desk()
    line = desk.fill(1)
    for material in ("household_book", "bank_card"):
        desk.page.current.application.give_back(material)
    desk.page._materials_changed()
    desk.settle()
    desk.press("F8")
    dialog = desk.window.open_dialog()
    assert "1 项没看过" in dialog.go.reason(), "the first missing row was seen by opening, the second was not"
    dialog.go.click()
    assert dialog.table.current_key() == "bank_card"
    assert dialog.go.reason() == ""
    dialog.table.setFocus()
    desk.press("Enter", "Enter")
    case = decided(desk)
    assert case.state is CaseState.CORRECTING
    assert [(gap.material, gap.problem) for gap in case.gaps] == [
        ("household_book", "missing"),
        ("bank_card", "missing"),
    ]
    assert all(gap.demand for gap in case.gaps)
    assert {material.id for material in case.materials} == {"application", "id_card"}
    assert line["applicant"]["name"] == case.applicant.name


def test_a_gap_without_a_usual_demand_must_be_written(open_desk: OpenDesk):
    desk = open_desk()
    desk.fill(3)
    desk.page.current.application.give_back("proxy_id_card")
    desk.page._materials_changed()
    desk.settle()
    desk.press("F8")
    dialog = desk.window.open_dialog()
    assert "还没写要怎样补" in dialog.go.reason()
    desk.press("Enter")
    assert desk.window.focusWidget() is dialog.demand.editor
    desk.type("请带代办人身份证原件")
    desk.press("Ctrl+Enter")
    assert dialog.go.reason() == ""
    desk.press("Enter")
    [gap] = decided(desk).gaps
    assert (gap.material, gap.demand) == ("proxy_id_card", "请带代办人身份证原件")


def test_the_problem_of_a_row_is_changed_by_a_digit_and_space_takes_it_back(open_desk: OpenDesk):
    desk = open_desk()
    desk.fill(1)
    desk.page.current.application.give_back("bank_card")
    desk.page._materials_changed()
    desk.settle()
    desk.press("F8")
    dialog = desk.window.open_dialog()
    dialog.table.choose("household_book")
    desk.press("2")
    [book] = [gap for gap in dialog.gaps() if gap["material"] == "household_book"]
    assert (book["problem"], book["demand"]) == ("incomplete", "请补交户口簿首页和老人本人页")
    desk.press("Space")
    assert [gap["material"] for gap in dialog.gaps()] == ["bank_card"]
    dialog.table.choose("bank_card")
    desk.press("Space")
    assert [gap["material"] for gap in dialog.gaps()] == ["bank_card"], "what was not received stays a gap"


def test_without_a_gap_there_is_nothing_to_tell(open_desk: OpenDesk):
    desk = open_desk()
    desk.fill(1)
    desk.press("F8")
    assert desk.window.open_dialog() is None
    assert "没有缺项可以告知" in desk.page.parts.bar._first.text()


@pytest.mark.parametrize(
    ("steps", "state", "kinds"), [(0, "NOT_REQUIRED", ["N03-A"]), (1, "REFUSED", ["N03-B", "N12"])]
)
def test_the_other_outcomes_ask_for_the_reason_and_end_in_their_papers(open_desk: OpenDesk, steps, state, kinds):
    desk = open_desk()
    desk.fill(1)
    desk.press("Ctrl+B")
    dialog = desk.window.open_dialog()
    desk.press(*["Down"] * steps, "Enter")
    assert desk.window.focusWidget() is dialog.reason.editor
    desk.type("户籍不在本县")
    desk.press("Ctrl+Enter")
    if steps:
        desk.type("平安市民政局")
        desk.press("Enter")
    desk.press("Enter")
    case = decided(desk)
    assert case.state.value == state
    assert [notice.kind for notice in case.notices] == ["N01", *kinds]


def test_a_reason_is_not_left_out(open_desk: OpenDesk):
    desk = open_desk()
    desk.fill(1)
    desk.press("Ctrl+B")
    dialog = desk.window.open_dialog()
    dialog.go.click()
    assert dialog.reason.message() == "这一格要写"
    assert desk.window.open_dialog() is dialog


def test_what_cannot_be_done_yet_stays_in_view_with_its_reason(open_desk: OpenDesk):
    desk = open_desk()
    desk.fill(1)
    desk.press("Ctrl+B")
    dialog = desk.window.open_dialog()
    for key in ("tolerant", "return", "void"):
        dialog.table.choose(key)
        assert dialog.go.reason()


def test_a_late_entry_counts_from_the_true_receipt(open_desk: OpenDesk):
    desk = open_desk()
    desk.fill(1)
    received = desk.home.clock.now - timedelta(days=3)  # Friday, 13 November
    desk.press("Ctrl+B")
    desk.press("Down", "Down", "Enter")
    desk.type(f"{received:%Y%m%d}")
    desk.press("Enter")
    desk.type("1520")
    desk.press("Enter")
    desk.type("00012")
    desk.press("Enter")
    desk.type("停电")
    desk.press("Enter", "Enter", "Enter")  # past the number of another station's case, which may be left empty
    assert desk.window.open_dialog() is None
    assert "补录：11月13日 15:20" in desk.page.parts.late.text()
    desk.settle()
    desk.press("F7")
    case = decided(desk)
    assert case.slip_no == "00012"
    assert case.clock(ClockCode.CHECK).start == received.date()


def test_a_late_entry_in_the_future_is_refused(open_desk: OpenDesk):
    desk = open_desk()
    desk.fill(1)
    desk.page.finishing.late_entry()
    desk.type("20261117")
    desk.press("Enter")
    desk.press("Shift+Enter")
    assert any("还没到" in label.text() for label in desk.window.open_dialog().findChildren(Label))


def test_a_proxy_brings_the_letter_into_the_list(open_desk: OpenDesk):
    desk = open_desk()
    desk.fill(1)
    desk.page.movement.go_to("has_proxy")
    desk.press("Space")
    desk.settle()
    assert {"proxy_letter", "proxy_id_card"} <= {rule.id for rule in desk.page.current.application.missing()}
    assert desk.window.focusWidget() is desk.page.movement.places()["proxy.name"]
    desk.press("F9")
    assert "代理人姓名" in desk.page.parts.bar._first.text()


def test_scans_are_looked_at_before_they_are_attached(open_desk: OpenDesk, tmp_path):
    from PIL import Image

    good, bad = tmp_path / "book.png", tmp_path / "note.txt"
    Image.new("L", (40, 40)).save(good)
    bad.write_text("no image")
    chosen = [str(bad)]
    desk = open_desk(files=lambda _over: chosen)
    desk.fill(1)
    desk.page.parts.materials.table.choose("household_book")
    desk.press("F6")
    wait_until(lambda: desk.window.open_dialog() is not None)
    assert "不是图片" in words(desk.window.open_dialog())
    desk.press("Enter")
    assert "files" not in desk.page.current.application.taken("household_book")
    chosen[:] = [str(good)]
    desk.press("F6")
    wait_until(lambda: desk.page.current.application.taken("household_book").get("files"))
    desk.press("F9")
    case = decided(desk)
    assert [len(material.files) for material in case.materials if material.id == "household_book"] == [1]


def late_dialog(desk, number: str):
    desk.page.finishing.late_entry()
    desk.type("20261113")
    desk.press("Enter")
    desk.type("1520")
    desk.press("Enter")
    desk.type("00012")
    desk.press("Enter")
    desk.type("别的站收的，多日没有连上")
    desk.press("Enter")
    desk.type(number)
    desk.press("Enter")
    desk.press("Enter")
    desk.settle()
    return desk.window.open_dialog()


def test_a_case_of_another_station_is_gone_on_with_by_the_number_on_its_slip(open_desk: OpenDesk):
    desk = open_desk()
    desk.fill(1)
    other = str(CaseId("QX07-01", 12))
    assert late_dialog(desk, other) is None
    assert desk.page.current.application.line["continues"] == other
    assert f"接着办 {other}" in desk.page.parts.late.text()
    desk.press("F7")
    assert decided(desk).continues == other


def test_a_number_that_is_none_and_a_case_that_is_here_are_refused_with_their_sentence(open_desk: OpenDesk):
    desk = open_desk()
    desk.fill(1)
    dialog = late_dialog(desk, "QX07-01-0012-A")
    assert dialog is not None
    assert any("编号" in label.text() for label in dialog.findChildren(Label))
    assert "continues" not in desk.page.current.application.line
    desk.press("Esc")
    line = {**example_line(desk.item(), "accept", 3), "key": "earlier"}
    known = desk.station.intake.take_in(AGENT, line).case.id
    dialog = late_dialog(desk, str(known))
    said = " ".join(label.text() for label in dialog.findChildren(Label))
    assert f"办件 {known} 本机已经有了" in said
    assert f"请直接打开办件 {known} 办理" in said
    assert "continues" not in desk.page.current.application.line
