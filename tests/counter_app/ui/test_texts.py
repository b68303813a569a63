"""All words go through Qt's translation, out of the catalogue."""

from __future__ import annotations

import subprocess
import sys

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QFontInfo, QRawFont

from counter_app.domain.states import CaseState
from counter_app.ui import icons
from counter_app.ui.fonts import FAMILY, font
from counter_app.ui.keys import KEYS
from counter_app.ui.states import LIGHT_LOOKS, SENDING_LOOKS, STATE_LOOKS
from counter_app.ui.texts import CONTEXT, has, tr
from resources.texts import TextMissing


def test_a_sentence_comes_through_qt_with_its_names_filled():
    assert QCoreApplication.translate(CONTEXT, "ui.table.below") == "往下 {n} 行"
    assert tr("ui.table.below", n=3) == "往下 3 行"


def test_an_unknown_key_is_a_defect():
    with pytest.raises(TextMissing):
        tr("ui.frame.no_such_word")


def test_english_can_be_had(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COUNTER_LANGUAGE", "en")
    assert tr("ui.frame.today") == "Today"


def test_a_text_of_another_context_is_left_alone():
    assert QCoreApplication.translate("QLineEdit", "ui.frame.today") == "ui.frame.today"


def test_every_state_of_the_domain_has_colour_shape_and_word():
    assert set(STATE_LOOKS) == {state.value for state in CaseState}
    for area, looks in (("state", STATE_LOOKS), ("light", LIGHT_LOOKS), ("sending", SENDING_LOOKS)):
        for code, look in looks.items():
            assert has(f"ui.{area}.{code}")
            assert not icons.pixmap(look.icon, "#000000", 14).isNull()


def test_every_key_has_its_word():
    for key in KEYS:
        assert has(f"ui.key.{key.name}")


def test_the_shipped_faces_are_used_and_semi_bold_is_a_face_of_its_own():
    assert QFontInfo(font("text")).family() == FAMILY
    regular, strong = QRawFont.fromFont(font("text")), QRawFont.fromFont(font("strong"))
    assert regular.supportsCharacter("办")
    assert strong.weight() > regular.weight()


def test_an_unknown_icon_is_a_defect():
    with pytest.raises(KeyError):
        icons.pixmap("no-such-icon", "#000000", 14)


_COLLECTED = """
import gc
from PySide6.QtWidgets import QApplication
from counter_app.ui import icons

app = QApplication([])
try:
    icons.pixmap("no-such-icon", "#000000", 14)
except KeyError as unknown:
    unknown.cycle = unknown
gc.collect()
"""


def test_an_unknown_icon_leaves_nothing_behind_that_ends_the_program_when_it_is_collected():
    subprocess.run([sys.executable, "-c", _COLLECTED], check=True, timeout=60)
