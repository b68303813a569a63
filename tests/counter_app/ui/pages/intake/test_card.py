"""The card on the reader: read by itself, every fault in its own words, and never half of a card in the form."""

from __future__ import annotations

import pytest
from PIL import Image

from counter_app.domain.errors import CounterError
from counter_app.services.sentences import sentences
from counter_app.ui.fonts import width_of
from counter_app.ui.pages.intake import card_panel
from forms.examples import example_line
from tests.counter_app.ui.pages.intake.conftest import OpenDesk
from tests.counter_app.ui.pages.intake.desk import IntakeDesk, wait_until
from tests.support.homes import AGENT


def shown(desk: IntakeDesk) -> str:
    """Everything that the fault banner says."""
    return desk.page.parts.card.fault.accessibleName().replace(" ", "")


def test_a_card_is_read_without_a_key_and_fills_the_person(open_desk: OpenDesk):
    desk = open_desk(cards=True)
    desk.card(2)
    assert desk.page.current.application.person("applicant") == {
        "name": "李𬭎䶮",
        "id_type": "111",
        "id_number": "110101198503129919",
        "address": "云岭县青石镇柳树村4组8号",
    }
    assert desk.page.parts.card.known.isVisible()
    assert desk.page.parts.card.known.number.text() == "尾号 9919"


def test_card_first_and_item_second_open_the_form_with_the_person_in_it(open_desk: OpenDesk):
    desk = open_desk(cards=True)
    desk.card(1)
    desk.choose()
    assert desk.page.current.application.person("applicant")["name"] == "张小满"
    assert desk.page.parts.form.field("field.age").value() == "68"


def test_the_item_that_is_chosen_after_the_card_brings_what_an_earlier_case_means_to_it(open_desk: OpenDesk):
    desk = open_desk(cards=True)
    line = example_line(desk.item(), "accept", 1)
    line["applicant"] |= {"name": "张小满", "id_number": "110101195805219924"}
    desk.station.intake.take_in(AGENT, {**line, "outcome": "receive"})
    desk.card(1)
    assert "来办过 1 次" in desk.page.parts.earlier._banner.accessibleName()
    desk.choose()
    assert "刚办过" in desk.page.parts.earlier._banner.accessibleName()


def test_a_long_name_is_never_cut(open_desk: OpenDesk):
    desk = open_desk(cards=True)
    desk.card(3)
    name = desk.page.parts.card.known.name
    assert name.text() == "吾买尔·艾力"
    assert name.width() >= width_of(name.text(), "title")


def test_tab_comes_by_every_button_of_the_applicant_in_the_order_in_which_they_stand(open_desk: OpenDesk):
    desk = open_desk(cards=True)
    desk.choose()
    card = desk.page.parts.card
    desk.page.movement.go_to("card")
    desk.press("Tab")
    assert desk.window.focusWidget() is card.by_hand
    desk.press("Tab", "Tab")
    assert desk.window.focusWidget() is desk.page.movement.places()["applicant.phone"]


@pytest.mark.parametrize(
    ("fault", "code", "params"),
    [
        ("moved", "card_moved", {"status": "41"}),
        ("half_frame", "card_not_whole", {}),
        ("wrong_checksum", "garbled", {}),
        ("status_33", "card_not_verified", {"status": "33"}),
        ("status_40", "wrong_card", {"status": "40"}),
        ("status_66", "sam_unauthorised", {"status": "66"}),
        ("status_60", "sam_fault", {"status": "60"}),
        ("silent", "reader_timeout", {}),
    ],
)
def test_every_fault_is_shown_in_its_own_words_and_fills_nothing(open_desk: OpenDesk, fault, code, params):
    desk = open_desk(cards=True)
    desk.card_fault(fault)
    said = sentences(CounterError(code, **params))
    assert shown(desk).replace("。", "") == f"{said.message}{said.remedy}".replace(" ", "").replace("。", "")
    assert desk.page.current.application.person("applicant") == {}
    assert desk.page.parts.card._again.isVisible()


def test_after_a_fault_the_lifted_and_laid_card_is_read_by_itself(open_desk: OpenDesk):
    desk = open_desk(cards=True)
    desk.card_fault("moved")
    desk.emulator.control("lift")
    desk.settle()
    desk.card(1)
    assert desk.page.current.application.person("applicant")["name"] == "张小满"


@pytest.mark.parametrize(("wanted", "heard"), [(True, [2, 3]), (False, [0, 0])])
def test_a_fault_sounds_twice_and_a_card_that_was_read_once_where_it_is_wanted(open_desk: OpenDesk, wanted, heard):
    desk = open_desk(cards=True, tones=wanted)
    sounded: list[bool] = []
    desk.page.person.tones.sounded.connect(lambda: sounded.append(True))
    for lay, count in zip((lambda: desk.card_fault("moved"), lambda: desk.card(1)), heard, strict=True):
        lay()
        desk.settle()
        wait_until(lambda count=count: len(sounded) == count)
        desk.emulator.control("lift")


def test_after_a_fault_of_the_reader_f2_reads_again(open_desk: OpenDesk):
    desk = open_desk(cards=True)
    desk.card_fault("status_66")
    desk.emulator.control("fault none")
    desk.press("F2")
    wait_until(lambda: desk.page.current.application.aside().get("card"))
    assert desk.page.current.application.person("applicant")["name"] == "张小满"


def test_a_reader_that_is_pulled_out_says_so_and_manual_entry_goes_on(open_desk: OpenDesk):
    desk = open_desk(cards=True)
    desk.emulator.unplug()
    wait_until(lambda: desk.page.parts.card.fault.isVisible())
    assert "读卡器" in shown(desk)
    desk.choose()
    desk.page.parts.card.by_hand.click()
    assert desk.window.focusWidget() is desk.page.movement.places()["applicant.name"]


def test_an_expired_card_is_taken_with_a_warning(open_desk: OpenDesk):
    desk = open_desk(cards=True)
    desk.card(4)
    warnings = desk.page.parts.card.known.findChildren(card_panel.Banner)
    assert ["证件已过有效期" in banner.accessibleName() for banner in warnings if banner.isVisible()] == [True]
    assert desk.page.current.application.person("applicant")["name"] == "王福来"


def test_the_last_applicants_card_is_not_taken_for_the_next_one(open_desk: OpenDesk):
    desk = open_desk(cards=True)
    desk.card(1)
    desk.press("Ctrl+N")
    wait_until(lambda: "拿走" in desk.page.parts.card.waiting.accessibleName())
    assert desk.page.current.application.person("applicant") == {}
    desk.emulator.control("lift")
    desk.card(3)
    assert desk.page.current.application.person("applicant")["name"] == "吾买尔·艾力"


def test_the_whole_number_is_shown_for_half_a_minute_and_written_down(open_desk: OpenDesk, monkeypatch):
    monkeypatch.setattr(card_panel, "SHOWN_WHOLE_MS", 300)
    desk = open_desk(cards=True)
    desk.card(1)
    with desk.station.store.read() as reading:
        before = reading.head()[0]
    desk.page.parts.card.known.reveal.click()
    wait_until(lambda: desk.page.parts.card.known.number.text() == "110101195805219924")
    with desk.station.store.read() as reading:
        assert reading.head()[0] == before + 1
    wait_until(lambda: desk.page.parts.card.known.number.text() == "尾号 9924")


def test_a_counter_without_a_reader_asks_to_type(open_desk: OpenDesk):
    desk = open_desk()
    assert "没有读卡器" in desk.page.parts.card.waiting.accessibleName()
    desk.press("F2")
    assert "没有读卡器" in desk.page.parts.bar.findChildren(type(desk.page.parts.bar._first))[0].text()


def test_manual_entry_checks_the_number_when_it_is_left(open_desk: OpenDesk):
    desk = open_desk()
    desk.choose()
    desk.page.person.type_in()
    desk.page.movement.go_to("applicant.id_number")
    number = desk.page.parts.contact.applicant.id_number
    for typed, expected in (("53012319410208002", "只有 17 位，应为 18 位"), ("110101195805219925", "最后一位对不上")):
        number.editor.selectAll()
        desk.type(typed)
        assert number.message() == "" or typed.startswith("11")
        desk.press("Enter")
        assert expected in number.message()
        desk.page.movement.go_to("applicant.id_number")
    assert desk.page.parts.form.field("field.age").value() == "—"
    number.editor.selectAll()
    desk.type("110101195805219924")
    desk.press("Enter")
    assert number.message() == ""
    assert desk.page.parts.form.field("field.age").value() == "68"


def test_another_kind_of_paper_has_another_rule(open_desk: OpenDesk):
    desk = open_desk()
    desk.choose()
    desk.page.person.type_in()
    contact = desk.page.parts.contact.applicant
    contact.id_type.set_value("414")
    contact.id_type.choice.chosen.emit("414")
    desk.page.movement.go_to("applicant.id_number")
    desk.type("E12345678")
    desk.press("Enter")
    assert contact.id_number.message() == ""
    assert desk.page.current.application.person("applicant") == {"id_type": "414", "id_number": "E12345678"}


def test_somebody_who_was_here_before_is_taken_over_with_f4(open_desk: OpenDesk):
    desk = open_desk()
    line = desk.fill(1)
    desk.press("F9")
    desk.dialog_ready()
    desk.press("Enter")
    wait_until(lambda: desk.page.current.application.item is None)
    desk.settle()
    desk.press("Enter")
    desk.page.person.type_in()
    for key in ("name", "id_number"):
        desk.page.movement.go_to(f"applicant.{key}")
        desk.type(line["applicant"][key])
    desk.press("Enter")
    wait_until(lambda: desk.page.parts.earlier.isVisible())
    desk.press("F4")
    application = desk.page.current.application
    assert application.person("applicant")["phone"] == line["applicant"]["phone"]
    assert application.line["fields"] == line["fields"]
    assert "沿用" in desk.page.parts.contact.applicant.phone._source.text()


def test_papers_of_an_earlier_case_that_still_hold_are_used_again_and_say_from_when(open_desk: OpenDesk, tmp_path):
    desk = open_desk()
    line = example_line(desk.item(), "accept", 7)
    for n, row in enumerate(line["materials"]):
        scan = tmp_path / f"scan-{n}.png"
        Image.new("L", (40 + n, 30), 200).save(scan)
        row["files"] = [str(scan)]
    earlier = desk.station.intake.take_in(AGENT, {**line, "key": "with-scans"}).case
    desk.fill(7, materials=[])
    desk.press("F4")
    desk.settle()
    application = desk.page.current.application
    table = desk.page.parts.materials.table
    rows = [table.rows.entry(place) for place in range(table.rows.rowCount())]
    reused = [row for row in rows if row.cells[6].text == "沿用"]
    assert reused
    assert {row.cells[1].caption for row in reused} == {"沿用 11月16日"}
    assert {f"material.{row.key}" for row in reused} <= set(application.line_for("accept")["reuse"][0]["what"])
    table.choose(reused[0].key)
    table.setFocus()
    desk.press("Space")  # given back, then received anew: it is a paper of today
    table.choose(reused[0].key)
    desk.press("Space")
    again = next(row for row in (table.rows.entry(n) for n in range(table.rows.rowCount())) if row.key == reused[0].key)
    assert again.cells[6].text != "沿用"
    for rule in application.missing():
        application.take(rule)
    case = desk.station.intake.take_in(AGENT, application.line_for("accept")).case
    assert case is not None
    assert earlier is not None
    with desk.station.store.read() as reading:
        [event] = [event for event in reading.events_of(case.id) if event.kind == "reused"]
    assert event.data["from"] == str(earlier.id)
    files = {material.id: material.files for material in case.materials}
    assert all(files[row.key] for row in reused[1:]), "the scans of the earlier case are those of this one"
    assert not files[reused[0].key]
