"""Fixtures that any test may ask for."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from counter_app.services.papers import Papers
from counter_app.station import Station
from tests.support.budgets import examples
from tests.support.compiled_once import compile_once
from tests.support.homes import EnrolledHome, make_home

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# The machines are noisy and busy: no example fails for its time alone.
_patient = [HealthCheck.too_slow]
settings.register_profile("counter", deadline=None, suppress_health_check=_patient, max_examples=examples(100))
settings.load_profile("counter")

compile_once()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Thousands of tests and all their modules stay until the end: the garbage collector need not look at them."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.fixture
def station_level() -> str:
    """village, town or county; a village takes in what may be entrusted to one, the others every item."""
    return "village"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, station_level: str) -> EnrolledHome:
    """An enrolled home of a station that every agency has entrusted, its keys in a wrapped key file."""
    monkeypatch.setenv("COUNTER_PASSPHRASE", "correct horse battery")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    return make_home(tmp_path / "home", station_level)


@pytest.fixture
def station(home: EnrolledHome) -> Iterator[Station]:
    """The home opened, with numbers leased for the township's papers."""
    opened = home.open_with_numbers(("N02", "N03-A", "N04"))
    yield opened
    opened.close()


@pytest.fixture
def papers_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Papers are made when somebody asks for them, as after a power cut: most tests do not look at most papers."""
    monkeypatch.setattr(Papers, "render_all", lambda *_: [])
