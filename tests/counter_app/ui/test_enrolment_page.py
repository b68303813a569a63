"""The first start: address, code, and the fingerprint of a hall whose certificate nobody else vouches for."""

from __future__ import annotations

import os

from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from counter_app.ui.background import Background
from counter_app.ui.enrolment_page import EnrolmentPage
from counter_app.ui.look import dress

PIN = "AB:" * 31 + "AB"


def test_a_fingerprint_goes_with_the_enrolment_and_one_that_is_none_is_said_before(
    qapp: QApplication, qtbot: QtBot
) -> None:
    dress(qapp)
    asked: list[tuple[str, str, bool, str]] = []
    background = Background()
    page = EnrolmentPage(QWidget(), lambda *given: asked.append(given), background)  # type: ignore[arg-type]
    qtbot.addWidget(page)
    page.resize(1280, 680)
    page.show()
    page._url.set_value("https://hall.example.cn")
    page._code.set_value("ABCD")
    page._pin.set_value(PIN[:-2])
    page.doing.click()  # type: ignore[union-attr]
    assert page._pin.message()
    assert asked == []
    if folder := os.environ.get("COUNTER_TEST_GRABS"):
        page.grab().save(f"{folder}/enrolment.png")
    page._pin.set_value(PIN)
    with qtbot.waitSignal(page.enrolled):
        page.doing.click()  # type: ignore[union-attr]
    page._pin.set_value("")
    with qtbot.waitSignal(page.enrolled):
        page.doing.click()  # type: ignore[union-attr]
    assert asked == [("https://hall.example.cn", "ABCD", False, pin) for pin in (PIN, "")]
    background.close()
