"""What the tests of the program share."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from tests.support.ui_watch import WatchedApplication


@pytest.fixture(scope="session")
def qapp_cls() -> type[QApplication]:
    """The one application of a process can be watched, whichever test needs it first."""
    return WatchedApplication
