"""Every state of the page at the sizes it must work in: no clipped word, no overlap, and a name for every control."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QApplication, QHeaderView, QWidget

from counter_app.ui.look import dress
from counter_app.ui.scale import TextSize
from counter_app.ui.widgets.table import RowTable
from tests.counter_app.ui.pages.intake.conftest import OpenDesk
from tests.counter_app.ui.pages.intake.desk import IntakeDesk
from tests.counter_app.ui.test_gallery import CONTROLS, clipped, visible

SIZES = ((1366, 768), (1280, 680), (1920, 1080), (1024, 640))
SHORT = {"name": "王桂芳", "id_number": "53012319410208002"}


def print_dialog(desk: IntakeDesk) -> None:
    desk.fill(1)
    desk.press("F9")
    desk.dialog_ready()


def gaps_dialog(desk: IntakeDesk) -> None:
    desk.fill(3, outcome="correct")
    desk.press("F8")


def others_dialog(desk: IntakeDesk) -> None:
    desk.fill(1)
    desk.press("Ctrl+B")


def drafts_dialog(desk: IntakeDesk) -> None:
    desk.fill(1)
    desk.press("Ctrl+O")
    desk.settle()


def with_proxy(desk: IntakeDesk) -> None:
    desk.fill(3, code="homestead_approval")


STATES: dict[str, Callable[[IntakeDesk], object]] = {
    "start": lambda desk: desk.start("gl"),
    "ready": lambda desk: desk.fill(1),
    "blocked": lambda desk: desk.fill(3, applicant=SHORT, outcome="correct"),
    "proxy": with_proxy,
    "print": print_dialog,
    "gaps": gaps_dialog,
    "others": others_dialog,
    "late": lambda desk: (desk.fill(1), desk.page.finishing.late_entry()),
    "drafts": drafts_dialog,
    "guide": lambda desk: (desk.fill(1), desk.press("F1")),
    "people": lambda desk: desk.page.person.look_up(),
}


def overlapping(root: QWidget) -> list[str]:
    """Cards and fields that lie over each other within one parent."""
    found = []
    for parent in [root, *visible(root)]:
        layout = parent.layout()
        if layout is None:
            continue
        inside = [layout.itemAt(n) for n in range(layout.count())]
        boxes = [item.geometry() for item in inside if item.widget() is None or item.widget().isVisible()]
        for n, box in enumerate(boxes):
            hit = any(box.intersects(other) for other in boxes[n + 1 :])
            found += [parent.accessibleName() or type(parent).__name__] if hit else []
    return found


def nameless(desk: IntakeDesk) -> list[str]:
    """The kinds of those controls that a screen reader could not name."""
    return [
        type(widget).__name__
        for widget in visible(desk.window)
        if isinstance(widget, CONTROLS) and not isinstance(widget, QHeaderView) and not widget.accessibleName()
    ]


@pytest.mark.parametrize("state", STATES)
def test_every_control_has_a_name_and_every_block_its_reason_and_nothing_is_clipped(open_desk: OpenDesk, state: str):
    desk = open_desk(size=SIZES[0])
    STATES[state](desk)
    desk.settle()
    assert nameless(desk) == []
    blocked = [widget for widget in visible(desk.window) if widget.property("blocked")]
    assert all(widget.accessibleDescription() for widget in blocked)
    for size in SIZES:
        desk.window.resize(*size)
        desk.settle()
        QApplication.processEvents()
        assert clipped(desk.window) == [], size
        assert overlapping(desk.window) == [], size
        hidden = [table for table in visible(desk.window, RowTable) if table.horizontalScrollBar().maximum()]
        assert hidden == [], f"a column is out of sight at {size}"


@pytest.mark.parametrize("text_size", [TextSize.LARGE, TextSize.LARGEST])
@pytest.mark.parametrize("state", ["start", "ready", "blocked", "print", "gaps"])
def test_nothing_is_clipped_in_large_text(qapp: QApplication, open_desk: OpenDesk, state: str, text_size: TextSize):
    dress(qapp, text_size)
    desk = open_desk(size=(1366, 768))
    STATES[state](desk)
    desk.settle()
    assert clipped(desk.window) == []


def test_a_card_fault_and_a_read_card_fit_their_column(open_desk: OpenDesk):
    desk = open_desk(cards=True, size=(1280, 680))
    desk.card_fault("status_33")
    desk.settle()
    QApplication.processEvents()
    assert clipped(desk.page.parts.card) == []
    desk.emulator.control("fault none")
    desk.emulator.control("lift")
    desk.settle()
    desk.card(4)
    assert clipped(desk.page.parts.card) == []
