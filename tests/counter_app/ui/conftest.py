"""All tests of the desktop run on a dressed application, without a display."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtWidgets import QApplication

from counter_app.ui.look import dress
from counter_app.ui.scale import TextSize


@pytest.fixture(autouse=True)
def _dressed(qapp: QApplication):
    dress(qapp)
    yield
    dress(qapp, TextSize.STANDARD)
