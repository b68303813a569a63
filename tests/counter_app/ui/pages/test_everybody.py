"""What the desktop owes to everybody, over every page and every error (desktop design, sections 10 and 13)."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QTableView, QWidget

from counter_app.domain.errors import CounterError
from counter_app.ui.error_card import message_of, number_of, remedy_of, safe_of, show_error
from counter_app.ui.pages.ledger.frozen_table import FrozenTable
from counter_app.ui.texts import tr
from counter_app.ui.widgets.label import Label
from counter_app.ui.widgets.row_model import ENTRY, Row
from resources.texts import LANGUAGES, catalogue
from tests.counter_app.ui.pages.conftest import AtWork
from tests.counter_app.ui.pages.test_sight import CONTROLS, PAGES, filled, opened

ERRORS = sorted({key.split(".")[1] for key in catalogue("zh_CN") if key.startswith("errors.")})


@pytest.mark.parametrize("name", PAGES)
def test_tab_reaches_every_control_of_a_page_in_the_order_of_the_screen(all_day: AtWork, name: str) -> None:
    filled(all_day)
    page = opened(all_day, name)
    wanted = {control for control in page.findChildren(QWidget) if _wants_tab(control)}
    found: list[QWidget] = []
    widget = all_day.window.nextInFocusChain()
    while widget is not None and widget is not all_day.window:
        if widget in wanted and widget not in found:
            found.append(widget)
        widget = widget.nextInFocusChain()
    assert wanted == set(found), [lost.accessibleName() for lost in wanted - set(found)]


@pytest.mark.parametrize("name", PAGES)
def test_every_row_is_one_sentence_for_readers(all_day: AtWork, name: str) -> None:
    filled(all_day)
    for table in opened(all_day, name).findChildren(QTableView):
        model = table.model()
        if model is None or not table.isVisible():
            continue
        for place in range(model.rowCount()):
            index = model.index(place, 0)
            if isinstance(index.data(ENTRY), Row):
                spoken = index.data(Qt.ItemDataRole.AccessibleTextRole)
                assert spoken, f"{table.accessibleName()}: a row without words"


def test_every_error_has_its_three_parts_and_a_number() -> None:
    for code in ERRORS:
        error = CounterError(code)  # as it comes from the hall: without what its sentences ask for
        assert all(part.strip() for part in (message_of(error), safe_of(error), remedy_of(error), number_of(error)))


def test_an_error_is_shown_in_that_order_with_its_number_last(all_day: AtWork) -> None:
    dialog = show_error(all_day.window, CounterError("link_cut"))
    told = [label.text() for label in dialog.findChildren(Label) if label.text()]
    places = [told.index(tr(f"ui.error.{part}")) for part in ("happened", "safe", "now")]
    assert places == sorted(places)
    assert told[places[0] + 1] == message_of(CounterError("link_cut"))
    assert next(place for place, text in enumerate(told) if "LNK-002" in text) > places[2]


def test_both_languages_have_every_sentence_and_chinese_ones_no_empty_word() -> None:
    here, there = (catalogue(of_language) for of_language in LANGUAGES)
    assert set(here) == set(there)
    for key, sentence in here.items():
        assert not any(word in sentence for word in ("请稍后再试", "系统错误", "操作成功", "亲，", "！")), key


def _wants_tab(control: QWidget) -> bool:
    """Whether a person with a keyboard must get there."""
    if not isinstance(control, CONTROLS) or not control.isVisible() or isinstance(control, QHeaderView):
        return False
    # the two halves of a register are one stop
    return not isinstance(control.parent(), FrozenTable) and control.focusProxy() is None
