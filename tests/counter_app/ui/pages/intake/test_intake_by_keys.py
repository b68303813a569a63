"""A whole intake with the hands on the keyboard, counted; and an IME that is in the middle of a word at every Enter."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit

from counter_app.domain.states import CaseState
from tests.counter_app.ui.pages.intake.conftest import OpenDesk, compose
from tests.counter_app.ui.pages.intake.desk import IntakeDesk, wait_until

MOST_KEYS = 25


def newest_case(desk: IntakeDesk):
    from counter_app.services.stored_facts import CaseQuery

    return desk.station.cases.search(CaseQuery())[0]


def accept_with_card(desk: IntakeDesk) -> None:
    """An elder allowance of a man with his card and all papers, text and keys as a clerk gives them."""
    desk.press("Ctrl+N")
    desk.type("gljt")
    desk.press("Enter")
    desk.card(1)
    desk.type("13900000001")
    desk.press("Enter")  # phone; the address is the card's and is skipped
    desk.press("Down", "Enter")  # situation
    desk.type("柳林村")
    desk.press("Enter")
    desk.press("Down", "Enter")  # lives at home
    desk.press("Down", "Enter")  # own account
    desk.type("6217009900000005678")
    desk.press("Enter", "Enter")  # the optional last field is left empty
    desk.press("Space", "Space", "Space", "Space")
    desk.press("F9")  # at once: a hand does not wait for the answer to the last change
    desk.dialog_ready()
    desk.press("Enter")
    wait_until(lambda: desk.page.current.application.item is None)


def test_a_case_is_accepted_and_printed_without_the_mouse(open_desk: OpenDesk):
    desk = open_desk(cards=True)
    desk.keys = 0
    accept_with_card(desk)
    case = newest_case(desk)
    assert case.state is CaseState.ACCEPTED
    assert case.applicant.name == "张小满"
    assert case.fields == {
        "village": "柳林村",
        "living": "own_home",
        "account_owner": "self",
        "bank_account": "6217009900000005678",
    }
    assert [material.id for material in case.materials] == ["application", "id_card", "household_book", "bank_card"]
    assert not case.unprinted
    assert desk.keys <= MOST_KEYS, f"{desk.keys} keys"


def test_before_an_item_is_chosen_f9_says_what_comes_first(open_desk: OpenDesk):
    desk = open_desk()
    desk.start()
    desk.press("F9")
    assert desk.page.parts.bar._first.text() == "先选要办的事项"
    assert desk.window.open_dialog() is None


def test_f9_takes_what_is_being_typed_and_the_answer_that_is_still_under_way(open_desk: OpenDesk):
    desk = open_desk()
    desk.fill(2)
    desk.page.movement.go_to("field.village")
    field = desk.window.focusWidget()
    assert isinstance(field, QLineEdit)
    field.clear()
    desk.press("Enter")
    desk.settle()
    desk.press("F9")
    assert desk.window.focusWidget() is field
    assert desk.window.open_dialog() is None
    desk.type("柳林村")
    desk.press("F9")
    desk.dialog_ready()
    assert desk.page.current.application.value("village") == "柳林村"


def test_after_acceptance_a_fresh_intake_offers_the_same_item_again(open_desk: OpenDesk):
    desk = open_desk(cards=True)
    accept_with_card(desk)
    desk.settle()
    assert desk.window.focusWidget() is desk.page.parts.start.search
    assert desk.page.parts.start.search.text() == ""
    desk.press("Enter")
    assert desk.page.current.application.item is desk.item()
    assert desk.page.current.application.person("applicant") == {}


def test_an_open_composition_swallows_every_enter(open_desk: OpenDesk):
    desk = open_desk()
    page = desk.page
    desk.press("Ctrl+N")
    compose(desk, "gao ling")
    desk.press("Enter")
    assert page.current.application.item is None, "the search ran on what was not committed"
    desk.type("高龄")
    desk.press("Enter")
    desk.settle()
    page.person.type_in()
    for place, text in (("applicant.name", "王桂芳"), ("applicant.address", "石桥村三组"), ("field.village", "柳林村")):
        page.movement.go_to(place)
        field = desk.window.focusWidget()
        assert isinstance(field, QLineEdit)
        compose(desk, "pin yin")
        desk.press("Enter", "Esc", "F9")
        assert desk.window.focusWidget() is field, f"{place}: a key went past the composition"
        assert page.isVisible()
        desk.type(text)
        desk.press("Enter")
        assert desk.window.focusWidget() is not field
    assert page.current.application.person("applicant") == {"name": "王桂芳", "address": "石桥村三组"}
    assert page.current.application.value("village") == "柳林村"


def test_a_field_left_with_an_open_composition_keeps_what_was_typed(open_desk: OpenDesk):
    desk = open_desk()
    desk.choose()
    desk.page.person.type_in()
    desk.type("王")
    compose(desk, "gui")
    desk.page.movement.go_to("applicant.phone")
    assert desk.page.current.application.person("applicant")["name"] == "王gui"


def test_enter_skips_what_is_computed_and_what_is_right_already_and_tab_does_not(open_desk: OpenDesk):
    desk = open_desk(cards=True)
    desk.choose()
    desk.card(1)
    page = desk.page
    page.movement.go_to("applicant.phone")
    desk.type("13900000001")
    desk.press("Tab")
    assert desk.window.focusWidget() is page.movement.places()["applicant.address"]
    desk.press("Shift+Tab", "Enter")
    assert desk.window.focusWidget() is page.movement.places()["situation"]
    desk.press("Down", "Enter")
    assert desk.window.focusWidget() is page.movement.places()["field.village"], "the computed age is passed over"
    desk.press("Shift+Enter")
    assert desk.window.focusWidget() is page.movement.places()["situation"]


def test_full_width_digits_are_taken_as_digits(open_desk: OpenDesk):
    desk = open_desk()
    desk.choose()
    desk.page.person.type_in()
    desk.page.movement.go_to("applicant.id_number")
    desk.type("１１０１０１１９５８０５２１９９２４")
    desk.press("Enter")
    assert desk.page.current.application.person("applicant")["id_number"] == "110101195805219924"
