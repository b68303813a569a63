"""Fixtures: enrolled homes for the program as a whole, made once and copied for each test."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from unittest.mock import patch

import pytest

from counter_app.bootstrap import open_station
from counter_app.domain.people import Role
from tests.support.homes import lease_for_all, make_home
from tests.support.in_process import Counter
from tests.support.key_files import quick_pins
from tests.support.programs import CLERK, PIN

_KEYS = {"COUNTER_PASSPHRASE": "station words", "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent/bus"}


@pytest.fixture(scope="session")
def enrolled_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with its clerk and number blocks of this year, not to be changed."""
    folder = tmp_path_factory.mktemp("enrolled") / "home"
    with patch.dict(os.environ, _KEYS):
        make_home(folder)
        station = open_station(folder)
        with quick_pins():
            station.people.add(None, CLERK, [Role.CLERK, Role.AGENT, Role.CHIEF], PIN)
        lease_for_all(station, ("N02", "N03-A", "N04"))
        station.close()
    return folder


@pytest.fixture
def counter(enrolled_home: Path, tmp_path: Path) -> Counter:
    """The program on a home of its own."""
    shutil.copytree(enrolled_home, tmp_path / "home")
    return Counter(tmp_path / "home")


@pytest.fixture(scope="module")
def shared_counter(enrolled_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Counter:
    """The program on a home that the tests of a module share."""
    folder = tmp_path_factory.mktemp("shared")
    shutil.copytree(enrolled_home, folder / "home")
    return Counter(folder / "home")
