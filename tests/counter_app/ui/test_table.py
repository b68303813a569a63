"""Lists: one view, one key for the action, and what readers hear."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from counter_app.ui import tokens
from counter_app.ui.fonts import width_of
from counter_app.ui.pages.ledger.frozen_table import FrozenTable
from counter_app.ui.widgets.paint import broken
from counter_app.ui.widgets.table import Cell, ColumnSpec, Group, Row, RowTable, TableFoot

Stage = Callable[..., QWidget]


def rows(*keys: str) -> list[Row]:
    return [Row(key, (Cell(key), Cell("x")), action="查看", spoken=f"{key}，按回车查看") for key in keys]


def table(columns: int = 2) -> RowTable:
    made = RowTable([ColumnSpec(f"列{n}", 150) for n in range(columns)], name="办件", action_width=120)
    made.resize(600, 300)
    return made


def test_enter_does_the_action_of_the_present_row(qtbot: QtBot, stage: Stage):
    view, acted = table(), []
    view.acted.connect(acted.append)
    view.set_rows(rows("a", "b", "c"))
    stage(view)
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_Down)
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert acted == ["b"]


def test_arrows_jump_over_the_heads_of_groups(qtbot: QtBot, stage: Stage):
    view = table()
    view.set_rows([Group("今天到期", "1"), *rows("a"), Group("异常", "1"), *rows("b")])
    stage(view)
    view.setFocus()
    assert view.current_key() == "a"
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert view.current_key() == "b"
    qtbot.keyClick(view, Qt.Key.Key_Home)
    assert view.current_key() == "a"


def test_a_refresh_keeps_the_row_where_it_is_still_there(stage: Stage):
    view = table()
    view.set_rows(rows("a", "b", "c"))
    stage(view)
    view.choose("b")
    view.set_rows(rows("z", "a", "b"))
    assert view.current_key() == "b"
    view.set_rows(rows("z", "a", "c"))
    assert view.current_key() == "c"


def test_a_click_on_the_action_word_acts_and_one_beside_it_only_chooses(qtbot: QtBot, stage: Stage):
    view, acted = table(), []
    view.acted.connect(acted.append)
    view.set_rows(rows("a", "b"))
    stage(view)
    for column, expected in ((0, []), (2, ["b"])):
        spot = view.visualRect(view.rows.index(1, column)).center()
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=spot)
        assert view.current_key() == "b"
        assert acted == expected


def test_keys_of_the_row_reach_their_handler_and_letters_do_not_jump_about(qtbot: QtBot, stage: Stage):
    view, typed = table(), []
    view.bind(" 0123456789+", lambda key, character: typed.append((key, character)))
    view.bind("Del", lambda key, character: typed.append((key, character)))
    view.set_rows(rows("a", "b"))
    stage(view)
    view.setFocus()
    for key in (Qt.Key.Key_Space, Qt.Key.Key_3, Qt.Key.Key_Delete, Qt.Key.Key_B):
        qtbot.keyClick(view, key)
    assert typed == [("a", " "), ("a", "3"), ("a", "Del")]
    assert view.current_key() == "a"


def test_readers_hear_one_sentence_for_a_row(stage: Stage):
    view = table()
    view.set_rows(rows("a"))
    for column in range(3):
        spoken = view.rows.data(view.rows.index(0, column), Qt.ItemDataRole.AccessibleTextRole)
        assert spoken == "a，按回车查看"


def test_the_foot_counts_what_is_out_of_sight(stage: Stage):
    view = table(columns=8)
    foot = TableFoot(view)
    view.set_rows(rows(*(f"r{n}" for n in range(20))))
    window = stage(view, foot)
    window.resize(600, 340)
    foot.count("20 件", "即办 6")
    below, right = view.out_of_sight()
    assert below >= 14
    assert right >= 4
    words = [label.text() for label in foot.findChildren(QWidget) if hasattr(label, "text")]
    assert f"往下 {below} 行 · 往右 {right} 列" in words


def test_the_next_page_of_rows_is_asked_for_near_the_end(stage: Stage):
    view, asked = table(), []
    view.more_wanted.connect(lambda: asked.append(view.rows.rowCount()))
    view.set_rows(rows(*(f"r{n}" for n in range(200))), more=True)
    stage(view)
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum())
    assert asked[:1] == [200]
    view.add_rows(rows(*(f"s{n}" for n in range(5))))
    assert view.rows.rowCount() == 205
    assert not view.rows.has_more()


def test_order_and_widths_of_columns_can_be_kept(stage: Stage):
    one, other = table(), table()
    stage(one, other)
    one.horizontalHeader().moveSection(0, 1)
    one.setColumnWidth(1, 222)
    other.take_up(one.arrangement())
    assert other.columnWidth(1) == 222
    assert other.horizontalHeader().visualIndex(0) == 1


def test_the_frame_of_the_present_row_goes_round_the_columns_that_stay_too(stage: Stage):
    whole = FrozenTable([ColumnSpec(f"列{n}", 150) for n in range(5)], stay=2, name="台账")
    whole.resize(600, 300)
    whole.set_rows([Row("a", tuple(Cell(str(n)) for n in range(5)), spoken="a")])
    window = stage(whole)
    whole.setFocus()
    row = whole.staying.visualRect(whole.staying.rows.index(0, 0)).center().y()
    left = whole.staying.viewport().mapTo(window, QPoint(0, row))
    seam = whole.moving.viewport().mapTo(window, QPoint(0, row))
    picture = window.grab().toImage()
    assert picture.pixelColor(left) == QColor(tokens.BRAND)
    assert picture.pixelColor(seam) == QColor(tokens.TONES["brand"].tint)


def test_an_action_is_as_wide_as_its_word_in_any_language(stage: Stage):
    view = table()
    view.set_rows([Row("a", (Cell("a"), Cell("x")), action="Enter the result of the hearing", spoken="a")])
    stage(view)
    assert view.columnWidth(2) > width_of("Enter the result of the hearing", "strong")


def test_a_long_name_takes_a_second_line_which_never_begins_with_a_closing_sign():
    room = width_of("居民户口簿（首页", "strong")
    assert broken("居民户口簿（首页和老人页）", "strong", room) == ("居民户口簿（首页", "和老人页）")
    assert broken("居民户口簿（首页）", "strong", room) == ("居民户口簿（首", "页）")
    assert broken("Household book", "strong", width_of("Household b", "strong")) == ("Household", "book")
    assert broken("户口簿", "strong", room) == ("户口簿", "")
