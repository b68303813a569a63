"""The line behind the page: what is handed on is exactly what the services take, for every item and outcome."""

from __future__ import annotations

from datetime import date

import pytest

from counter_app.domain.service_item import FieldType
from counter_app.ui.pages.intake.application import Application
from counter_app.ui.pages.intake.checks import fault_of_value, to_line, to_screen
from counter_app.ui.pages.intake.faults import faults, hinders
from counter_app.ui.pages.intake.item_search import find_items, most_used
from forms.catalogue import Catalogue
from forms.examples import example_line
from forms.intake_line import check_line

TODAY = date(2026, 11, 16)
CATALOGUE = Catalogue.load()
ITEMS = CATALOGUE.items()
ELDER = CATALOGUE.get("elder_allowance")


def typed(item, line) -> Application:
    """An application into which a line was typed, value by value, as the screen shows it."""
    application = Application(item)
    for who in ("applicant", "proxy"):
        if who == "proxy" and who in line:
            application.set_proxy(True)
        for key, value in line.get(who, {}).items():
            application.set_person(who, key, value)
    if "situation" in line:
        application.line["situation"] = line["situation"]
    for row in item.fields:
        if row.id in line["fields"]:
            application.set_value(row.id, to_line(row, to_screen(row, line["fields"][row.id])))
    for row in line["materials"]:
        application.take(item.material(row["id"]), **row)
    return application


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.code)
@pytest.mark.parametrize("n", range(4))
def test_what_was_typed_is_taken_for_every_item(item, n):
    line = example_line(item, "accept", n)
    application = typed(item, line)
    assert faults(application, TODAY) == []
    made = application.line_for("accept")
    check_line(item, made, TODAY)
    for key in ("applicant", "fields", "situation", "proxy"):
        assert made.get(key) == line.get(key)


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.code)
def test_the_page_finds_the_same_missing_values_as_the_law_of_the_item(item):
    application = Application(item)
    application.set_person("applicant", "name", "王桂芳")
    application.set_person("applicant", "id_number", "379901192802070024")
    given = application.circumstances()
    found = {fault.place for fault in faults(application, TODAY)} - {"situation"}
    assert found == {f"field.{row.id}" for row in item.missing_fields(given)} | {
        f"material.{rule.id}" for rule in item.required_materials(given)
    }


def test_every_value_of_the_catalogue_comes_back_from_the_screen_unchanged():
    for item in ITEMS:
        for row in item.fields:
            for value in row.examples:
                assert to_line(row, to_screen(row, value)) == value
                assert fault_of_value(row, value, TODAY) == "", f"{item.code} {row.id} {value}"


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        (FieldType.NUMBER, "twelve"),
        (FieldType.NUMBER, -1),
        (FieldType.MONEY, "12.345"),
        (FieldType.DATE, "2026-02-30"),
        (FieldType.REGION, "1234"),
        (FieldType.PHONE, "call me"),
        (FieldType.ID_NUMBER, "379901192802070025"),
        (FieldType.CREDIT_CODE, "11379901MB1T00017F"),
        (FieldType.CHOICE, "nothing"),
        (FieldType.TEXT, "x" * 101),
        (FieldType.TEXT, "left\u202eright"),
    ],
)
def test_a_value_that_the_line_would_refuse_is_named_by_the_field(kind, wrong):
    from counter_app.domain.service_item import Choice, Field

    row = Field("f", "F", kind, choices=(Choice("a", "A"),))
    assert fault_of_value(row, wrong, TODAY)


def test_receipt_needs_the_person_and_no_form():
    application = Application(ELDER)
    assert {fault.place for fault in hinders("receive", faults(application, TODAY))} == {
        "applicant.name",
        "applicant.id_number",
    }
    assert len(hinders("accept", faults(application, TODAY))) > 2


def test_a_line_keeps_one_key_for_good():
    application = Application(ELDER)
    first = application.line_for("accept")["key"]
    assert Application(ELDER, application.draft_line()).line_for("accept")["key"] == first
    assert Application(ELDER).line_for("accept")["key"] != first


def test_what_the_screen_remembers_never_goes_out():
    application = typed(ELDER, example_line(ELDER, "accept", 1))
    application.aside()["card"] = {"name": "secret"}
    assert "aside" not in application.line_for("accept")
    assert application.draft_line()["aside"] == {"card": {"name": "secret"}}


def test_a_proxy_that_is_switched_off_is_kept_aside_and_comes_back():
    application = typed(ELDER, example_line(ELDER, "accept", 3))
    proxy = application.person("proxy")
    application.set_proxy(False)
    assert "proxy" not in application.line_for("accept")
    assert "proxy_letter" not in [rule.id for rule in application.wanted()]
    application.set_proxy(True)
    assert application.person("proxy") == proxy


def test_items_are_found_by_name_initials_and_code():
    def found(wanted: str) -> list[str]:
        return [hit.item.code for hit in find_items(ITEMS, wanted, {})]

    assert found("高龄") == ["elder_allowance"]
    assert found("GLJT") == ["elder_allowance"]
    assert found("jts") == ["elder_allowance"]
    assert found("food_w") == ["food_workshop"]
    assert "pension_enrolment" in found("登记")
    assert found("  ") == []
    assert found("zzz") == []


def test_the_matched_characters_are_marked():
    [hit] = find_items(ITEMS, "津贴", {})
    assert "".join(hit.item.name[place] for place in hit.marks) == "津贴"
    hit, *_ = find_items(ITEMS, "gl", {})
    assert "".join(hit.item.name[place] for place in hit.marks) == "高龄"


def test_of_two_names_with_the_same_initials_the_one_used_most_comes_first():
    def found(counts: dict[str, int]) -> list[str]:
        return [hit.item.name for hit in find_items(ITEMS, "sydj", counts)]

    assert found({}) == ["失业登记", "生育登记"]
    assert found({"birth_registration": 1}) == ["生育登记", "失业登记"]


def test_the_items_used_most_come_first():
    order = most_used(ITEMS, {"food_workshop": 3, "pension_enrolment": 9}, 3)
    assert [item.code for item in order[:2]] == ["pension_enrolment", "food_workshop"]
    assert len(order) == 3
