"""Nobody asks "save?": what was typed is there again, whatever happened to the program."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit

from tests.counter_app.ui.pages.intake.conftest import OpenDesk
from tests.counter_app.ui.pages.intake.desk import ELDER, IntakeDesk, wait_until


def kept(desk: IntakeDesk):
    desk.settle()
    return desk.station.drafts.all()


def test_a_field_is_in_the_store_when_it_was_left(open_desk: OpenDesk):
    desk = open_desk()
    desk.choose()
    desk.page.person.type_in()
    desk.type("王桂芳")
    desk.press("Enter")
    [draft] = kept(desk)
    assert (draft.item, draft.line["applicant"]) == (ELDER, {"name": "王桂芳"})
    assert draft.user == desk.services.person.name


def test_what_is_being_typed_is_stored_within_a_second(open_desk: OpenDesk):
    desk = open_desk()
    desk.choose()
    desk.page.person.type_in()
    desk.page.movement.go_to("applicant.address")
    desk.type("石桥村")
    wait_until(lambda: any(draft.line.get("applicant") for draft in kept(desk)), patience_s=5)
    [draft] = kept(desk)
    assert draft.line["applicant"] == {"address": "石桥村"}


def test_a_draft_goes_on_where_it_stopped_after_the_program_was_started_again(open_desk: OpenDesk):
    desk = open_desk()
    line = desk.fill(1)
    desk.page.movement.go_to("field.village")
    desk.press("F9", "Esc")  # a look at the notice decides nothing
    desk.page.movement.go_to("field.bank_account")
    desk.close()

    again = open_desk()
    [draft] = again.station.drafts.all()
    again.page.open_draft(draft.id)
    wait_until(lambda: again.page.current.application.item is not None)
    again.settle()
    application = again.page.current.application
    assert application.person("applicant") == line["applicant"]
    assert application.line["fields"] == line["fields"]
    assert [row["id"] for row in application.line["materials"]] == [row["id"] for row in line["materials"]]
    assert application.line["situation"] == line["situation"]
    assert again.window.focusWidget() is again.page.movement.places()["field.bank_account"]
    assert again.page.parts.accept.reason() == ""


def test_half_a_number_survives_too(open_desk: OpenDesk):
    desk = open_desk()
    desk.choose()
    desk.page.person.type_in()
    desk.page.movement.go_to("applicant.id_number")
    desk.type("3799011928")
    desk.close()

    again = open_desk()
    [draft] = again.station.drafts.all()
    again.page.open_draft(draft.id)
    wait_until(lambda: again.page.current.application.item is not None)
    field = again.window.focusWidget()
    assert isinstance(field, QLineEdit)
    assert field is again.page.movement.places()["applicant.id_number"]
    again.type("02070024")
    again.press("Enter")
    assert again.page.current.application.person("applicant")["id_number"] == "379901192802070024"


def test_several_drafts_are_parked_and_each_is_found_again(open_desk: OpenDesk):
    desk = open_desk()
    for initials, name in (("gljt", "王桂芳"), ("cjrz", "李大山"), ("sydj", "陈玉梅")):
        desk.press("Ctrl+N")
        desk.settle()
        desk.choose(initials)
        desk.page.person.type_in()
        desk.type(name)
        desk.press("Enter")
    desk.press("Ctrl+O")
    desk.settle()
    dialog = desk.window.open_dialog()
    assert dialog is not None
    desk.press("Down", "Enter")
    wait_until(lambda: desk.page.current.application.person("applicant").get("name") == "李大山")
    assert desk.page.current.application.item.code == "disability_card"
    assert len(kept(desk)) == 3


def test_an_untouched_intake_leaves_no_draft(open_desk: OpenDesk):
    desk = open_desk()
    desk.press("Ctrl+N")
    desk.choose()
    desk.press("Esc")
    assert kept(desk) == []


def test_esc_goes_back_and_the_draft_stays(open_desk: OpenDesk):
    desk = open_desk()
    desk.choose()
    desk.page.person.type_in()
    desk.type("王桂芳")
    desk.press("Esc")
    assert desk.window.page().name == "today"
    [draft] = kept(desk)
    assert draft.line["applicant"]["name"] == "王桂芳"


def test_a_draft_is_dropped_only_after_asking_and_enter_keeps_it(open_desk: OpenDesk):
    desk = open_desk()
    desk.choose()
    desk.page.person.type_in()
    desk.type("王桂芳")
    desk.press("Ctrl+N")
    desk.settle()
    desk.press("Ctrl+O")
    desk.settle()
    desk.press("Del", "Enter")
    assert len(kept(desk)) == 1
    desk.press("Ctrl+O")
    desk.settle()
    desk.press("Del", "Tab", "Enter")
    desk.settle()
    assert kept(desk) == []


def test_the_draft_ends_with_its_case(open_desk: OpenDesk):
    desk = open_desk()
    desk.fill(1)
    assert len(kept(desk)) == 1
    desk.press("F9")
    desk.dialog_ready()
    desk.press("Enter")
    wait_until(lambda: desk.page.current.application.item is None)
    assert kept(desk) == []


def test_changing_the_item_keeps_the_person(open_desk: OpenDesk):
    desk = open_desk()
    line = desk.fill(1)
    desk.press("Ctrl+I")
    desk.settle()
    desk.choose("cjrz")
    assert desk.page.current.application.person("applicant") == line["applicant"]
    assert desk.page.current.application.line.get("fields", {}) == {}
