"""Where the keyboard goes on the page: places by name, the order of Tab and Enter, sections, and staying in sight.

A place is `item`, `card`, `applicant.phone`, `has_proxy`, `situation`, `field.village`, `material.id_card` ...
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from counter_app.ui.pages.intake.contact_card import MANUAL
from counter_app.ui.pages.intake.current import Current
from counter_app.ui.pages.intake.faults import Fault
from counter_app.ui.pages.intake.form_card import SITUATION
from counter_app.ui.pages.intake.parts import Parts
from counter_app.ui.widgets.line_edit import LineEdit, TextEdit

SECTIONS = ("item", "applicant", "form", "materials")
MATERIALS = "materials"


class Movement:
    """Knows the widgets of all places. type_person opens the manual fields for a place among them."""

    def __init__(self, page: QWidget, parts: Parts, current: Current, type_person: Callable[[], None]) -> None:
        self._page, self._parts, self._current, self._type_person = page, parts, current, type_person

    def places(self) -> dict[str, QWidget]:
        """Every place with the widget that takes the focus there, in the order of the keyboard."""
        parts = self._parts
        found: dict[str, QWidget] = {"item": parts.start.search, "card": parts.card.read_button}
        found |= dict(parts.contact.places())
        found |= dict(parts.form.places())
        found[MATERIALS] = parts.materials.table
        return found

    def go_to(self, place: str) -> bool:
        """Give the focus to a place; False if it is not shown."""
        group, _, name = place.partition(".")
        if group == "material":
            self._parts.materials.table.choose(name)
            place = MATERIALS
        if group == "applicant" and name in MANUAL and not self._current.manual:
            self._type_person()
        widget = self.places().get(place)
        if widget is None or widget.isHidden():
            return False
        widget.setFocus(Qt.FocusReason.OtherFocusReason)
        if isinstance(widget, LineEdit):
            widget.end(False)
        return True

    def go_on(self, faults: Sequence[Fault]) -> None:
        """To the first place that wants something, in the order of the keyboard; to the outcomes if none does."""
        wanting = {fault.place for fault in faults}
        if any(place.startswith("material.") for place in wanting):
            wanting.add(MATERIALS)
        if not self._current.application.person("applicant").get("phone"):
            wanting.add("applicant.phone")
        if not self._current.person_is_known():
            # the card fills the person in, so the keyboard begins after it
            wanting -= {f"applicant.{key}" for key in MANUAL}
        for place in self.places():
            if place in wanting and self.go_to(place):
                return
        self.leave_materials()

    def leave_materials(self) -> None:
        """From the list to the outcome that can be had."""
        parts = self._parts
        button = parts.correct if parts.accept.reason() and not parts.correct.reason() else parts.accept
        button.setFocus(Qt.FocusReason.TabFocusReason)

    def section(self, by: int) -> None:
        """To the next or previous section that is shown."""
        firsts = {
            "item": "item",
            "applicant": next((place for place in self.places() if place.startswith("applicant.")), ""),
            "form": next(iter(dict(self._parts.form.places())), ""),
            "materials": MATERIALS,
        }
        firsts["applicant"] = next(
            (place for place, editor in self._parts.contact.places() if not editor.isHidden()), firsts["applicant"]
        )
        here = SECTIONS.index(self.here()[0])
        order = range(here + by, len(SECTIONS)) if by > 0 else range(here + by, -1, -1)
        for n in order:
            if self.go_to(firsts[SECTIONS[n]]):
                return

    def here(self) -> tuple[str, str]:
        """(section, place) of the focus."""
        widget = self._page.focusWidget()
        place = next((place for place, known in self.places().items() if known is widget), "")
        if place == MATERIALS:
            return MATERIALS, f"material.{self._parts.materials.table.current_key()}"
        if place == SITUATION or place.startswith("field."):
            return "form", place
        if place == "item" or (not place and self._current.application.item is None):
            return "item", "item"
        return "applicant", place

    def order_focus(self) -> None:
        """Tab and Enter follow the columns, then the outcome bar. Needs everything in one window."""
        parts = self._parts
        if parts.bar.window() is not self._page.window():
            return
        order: tuple[QWidget, ...] = (
            parts.start.search, *parts.card.buttons(), parts.earlier.take, *dict(parts.contact.places()).values(),
            parts.late, *dict(parts.form.places()).values(), parts.materials.scan, parts.materials.table,
            parts.bar.back, parts.other, parts.receive, parts.correct, parts.accept,
        )  # fmt: skip
        for first, second in pairwise(order):
            QWidget.setTabOrder(first, second)

    def bring_into_sight(self, widget: QWidget) -> None:
        """Scroll its column, for a list to its present row."""
        parts, table = self._parts, self._parts.materials.table
        if widget is table:
            self.show_material()
            return
        for column in (parts.left, parts.middle):
            if column.isAncestorOf(widget):
                column.ensureWidgetVisible(widget, 0, 32)

    def show_material(self) -> None:
        """Bring the present row of the list into sight while one works on it."""
        table, content = self._parts.materials.table, self._parts.middle.widget()
        row = table.visualRect(table.currentIndex())
        if table.hasFocus() and row.isValid() and content is not None:
            at = table.viewport().mapTo(content, row.center())
            self._parts.middle.ensureVisible(at.x(), at.y(), 0, row.height() + 24)

    def commit(self) -> None:
        """What is being typed is stored as if its field had been left."""
        widget = self._page.focusWidget()
        if isinstance(widget, LineEdit | TextEdit) and self._page.isAncestorOf(widget):
            widget.left.emit()
