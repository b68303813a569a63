"""An item changed while somebody types, or since: said above the page, moved over on purpose, nothing typed is lost."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QWidget

from counter_app.ui.widgets.dialog import Dialog
from counter_app.ui.widgets.label import Label
from tests.counter_app.ui.pages.intake.conftest import OpenDesk
from tests.counter_app.ui.pages.intake.desk import ELDER, IntakeDesk, wait_until
from tests.support.catalogues import SHIPPED_ITEMS, brought, with_length


def newer(**changes: Any) -> dict[str, Any]:
    """The item without the field of the bank account and a material, with a new field and a shorter promise."""
    document = with_length(SHIPPED_ITEMS[ELDER], "promise", 5)
    fields = [row for row in document["fields"] if row["id"] != "bank_account"]
    fields.append({"id": "card_no", "name": "社保卡号", "type": "text", "required": True, "examples": ["A12345678"]})
    materials = [*document["materials"], {"id": "photo", "name": "一寸照片", "forms": ["original"], "source": "样例"}]
    return {**document, "version": "1001", "fields": fields, "materials": materials, **changes}


def words(widget: QWidget) -> str:
    return " ".join(label.text() for label in widget.findChildren(Label) if not label.isHidden())


def behind(desk: IntakeDesk) -> dict[str, Any]:
    """An application that was typed when the release came, and what was typed."""
    line = desk.fill(1)
    desk.settle()
    brought(desk.station, [newer()])
    desk.page.refresh()
    desk.settle()
    desk.settle()
    return line


def test_a_release_in_the_middle_of_an_application_is_said_and_nothing_is_decided_before_it_is_moved_over(
    open_desk: OpenDesk,
) -> None:
    desk = open_desk()
    line = behind(desk)
    page = desk.page
    assert page.parts.moving.isVisible()
    assert "第 1 版" in words(page.parts.moving)
    assert "第 1001 版" in words(page.parts.moving)
    for button in page.parts.outcomes().values():
        assert "换到新的一版" in button.reason()
    assert page.current.application.line["fields"] == line["fields"]

    desk.press("F9")
    dialog = desk.window.open_dialog()
    assert isinstance(dialog, Dialog)
    desk.press("Enter")
    wait_until(lambda: page.current.application.item is not None and page.current.application.item.version == "1001")
    desk.settle()
    application = page.current.application
    assert application.outdated == ""
    assert application.line["fields"] == {
        name: value for name, value in line["fields"].items() if name != "bank_account"
    }
    assert str(line["fields"]["bank_account"]) in words(page.parts.moving)
    assert "社保卡号" in page.parts.accept.reason()
    assert {row["id"] for row in application.line["materials"]} == {row["id"] for row in line["materials"]}
    [draft] = desk.station.drafts.all()
    assert draft.version == "1001"

    page.parts.moving.dismiss.click()
    desk.settle()
    assert not page.parts.moving.isVisible()
    [draft] = desk.station.drafts.all()
    assert "left_over" not in draft.line.get("aside", {})


def test_a_draft_says_in_the_list_that_its_item_has_changed_and_opens_as_it_was(open_desk: OpenDesk) -> None:
    desk = open_desk()
    line = behind(desk)
    desk.page.start()
    desk.settle()
    desk.press("Ctrl+O")
    desk.settle()
    dialog = desk.window.open_dialog()
    assert dialog is not None
    desk.press("Enter")
    wait_until(lambda: desk.page.current.application.item is not None)
    desk.settle()
    item = desk.page.current.application.item
    assert item is not None
    assert item.version == "1", "not moved over before somebody says so"
    assert desk.page.current.application.line["fields"] == line["fields"]
    assert desk.page.parts.moving.isVisible()


def test_an_item_that_is_not_offered_any_more_keeps_what_was_typed_and_takes_nothing_in(open_desk: OpenDesk) -> None:
    desk = open_desk()
    line = desk.fill(1)
    desk.settle()
    brought(desk.station, [{**SHIPPED_ITEMS["temporary_aid"], "version": "1001"}])
    desk.page.refresh()
    desk.settle()
    desk.settle()
    assert "停办" in words(desk.page.parts.moving)
    assert not desk.page.parts.moving.look.isVisible()
    assert all("停办" in button.reason() for button in desk.page.parts.outcomes().values())
    assert desk.page.current.application.line["fields"] == line["fields"]
