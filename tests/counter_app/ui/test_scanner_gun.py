"""A scanner gun types a code to open, wherever the caret is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from counter_app.ui import scanner_gun
from counter_app.ui.scanner_gun import ScannerGun
from counter_app.ui.widgets.field import Field
from counter_app.ui.widgets.line_edit import TextEdit

Stage = Callable[..., QWidget]
CODE = "QX03-20261123-0004-8812"


@pytest.fixture
def gun() -> ScannerGun:
    return ScannerGun()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(scanner_gun, "monotonic", lambda: now[0])
    return now


def type_code(window: QWidget, clock: list[float], step_s: float) -> None:
    for character in CODE:
        clock[0] += step_s
        QTest.keyClick(window.windowHandle(), character)  # as the system brings them: to the window
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_Return)


def test_what_a_gun_types_is_opened_and_leaves_the_field_as_it_was(stage: Stage, gun: ScannerGun, clock: list[float]):
    field, scanned = Field("备注"), []
    gun.scanned.connect(scanned.append)
    field.set_value("等电话")
    window = stage(field, Field("手机"))
    gun.watch(window)
    field.setFocus()
    type_code(window, clock, 0.005)
    assert scanned == [CODE]
    assert field.value() == "等电话"
    assert field.editor.hasFocus()


def test_in_a_field_of_several_lines_too(stage: Stage, gun: ScannerGun, clock: list[float]):
    notes, scanned = TextEdit(), []
    gun.scanned.connect(scanned.append)
    notes.setPlainText("第一行\n第二行")
    window = stage(notes)
    gun.watch(window)
    notes.setFocus()
    type_code(window, clock, 0.005)
    assert scanned == [CODE]
    assert notes.toPlainText() == "第一行\n第二行"


def test_what_a_person_types_stays_in_the_field(stage: Stage, gun: ScannerGun, clock: list[float]):
    field, phone, scanned = Field("备注"), Field("手机"), []
    gun.scanned.connect(scanned.append)
    window = stage(field, phone)
    gun.watch(window)
    field.setFocus()
    type_code(window, clock, 0.15)
    assert scanned == []
    assert field.value() == CODE
    assert phone.editor.hasFocus()
