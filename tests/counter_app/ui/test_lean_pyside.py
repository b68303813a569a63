"""PySide without its seldom asked parts says and does what the whole one does."""

from __future__ import annotations

import subprocess
import sys
from importlib.abc import Loader
from importlib.machinery import ModuleSpec
from types import ModuleType

import pytest

from counter_app.ui.lean_pyside import _AtFirstUse

LEAN = "from counter_app.ui.lean_pyside import load_lean_pyside; load_lean_pyside()"
WAITING = """
import sys
import PySide6.QtWidgets
print(sorted(name for name, module in sys.modules.items() if hasattr(module, "__dict__") and callable(
    module.__dict__.get("__getattr__")) and name.startswith("shibokensupport.signature")))
"""
WRONG_CALLS = """
import inspect
from PySide6.QtCore import QObject, QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication, QGridLayout, QLabel, QWidget

class Speaker(QObject):
    said = Signal(str)

class Odd(QWidget):
    def sizeHint(self):
        return "large"

app = QApplication([])
speaker, odd = Speaker(), Odd()
for wrong in (
    lambda: QLabel([]), lambda: QLabel(1, 2, 3, 4), lambda: QLabel(nothing=1), lambda: QLabel("a").setText(3),
    lambda: QSize("a", 1), lambda: speaker.said.emit(1, 2), lambda: speaker.said.connect(3),
    lambda: QTimer.singleShot(), lambda: QGridLayout().addWidget(1), lambda: Qt.AlignmentFlag("left"),
    lambda: QLabel("a").setAlignment("left"),
    lambda: odd.sizeHint().width(), lambda: odd.adjustSize(), lambda: QObject().no_such_thing,
    lambda: QWidget().resize(1, 2, 3), lambda: inspect.signature(QLabel.setText), lambda: QLabel.setText.__signature__,
    lambda: QLabel.__signature__, lambda: inspect.signature(QLabel), lambda: QSize(1 << 40, 1),
):
    try:
        print("said", str(wrong())[:400])
    except Exception as error:
        print(type(error).__name__, error)
print(QLabel.__doc__, QLabel.setText.__doc__)
"""


def said_by(program: str) -> list[str]:
    """What the program prints, its warnings with it: where an object stands in the memory is left out."""
    command = [sys.executable, "-c", program]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60, check=True
    )
    return [line.split(" at 0x")[0] for line in done.stdout.splitlines()]


def test_what_puts_signatures_into_error_messages_waits_until_there_is_one():
    [waiting] = said_by(LEAN + WAITING)

    assert "shibokensupport.signature.parser" in waiting
    assert "shibokensupport.signature.mapping" not in waiting, "PySide's libraries ask it themselves"


def test_a_part_that_could_not_be_loaded_is_loaded_at_the_next_look():
    class Source(Loader):
        tries = 0

        def create_module(self, _spec: ModuleSpec) -> None:
            return None

        def exec_module(self, module: ModuleType) -> None:
            assert module.__spec__ is not None
            assert module.__spec__.name == "part"
            self.tries += 1
            if self.tries == 1:
                raise MemoryError
            module.__dict__["word"] = "here"

    module, loader = ModuleType("part"), Source()
    module.__spec__ = ModuleSpec("part", None)
    _AtFirstUse(loader).exec_module(module)
    module.__spec__.name = "a name of PySide's"
    with pytest.raises(MemoryError):
        _ = module.word
    assert module.word == "here"
    with pytest.raises(AttributeError):
        _ = module.other
    assert loader.tries == 2


def test_a_wrong_call_is_answered_as_by_the_whole_pyside():
    whole = said_by(WRONG_CALLS)

    assert any("Supported signatures" in line for line in whole)
    assert said_by(LEAN + WRONG_CALLS) == whole
