"""What the walks of chance and other stories of a small county begin from."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from counter_app.services.papers import Papers
from tests.support.county import SmallCounty
from tests.support.walk import START, STATIONS, make_county

_WORDS = {"COUNTER_PASSPHRASE": "station words", "HALL_PASSPHRASE": "hall words"}


@pytest.fixture(scope="session")
def walk_county_made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A county with its two machines, made once."""
    folder = tmp_path_factory.mktemp("county")
    with pytest.MonkeyPatch.context() as patch:
        _set_words(patch)
        make_county(folder)
    return folder


@pytest.fixture
def walk_county(walk_county_made: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The county to copy, and the words that open it."""
    _set_words(monkeypatch)
    return walk_county_made


@pytest.fixture
def county(walk_county: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallCounty]:
    """A copy of the county whose machines make their papers when they are asked for."""
    monkeypatch.setattr(Papers, "render_all", lambda *_: [])
    shutil.copytree(walk_county, tmp_path, dirs_exist_ok=True)
    made = SmallCounty.again(tmp_path, STATIONS)
    made.clock.now = START
    yield made
    made.close()


@pytest.fixture
def papers_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """The words that open keys; papers are made when they are asked for."""
    _set_words(monkeypatch)
    monkeypatch.setattr(Papers, "render_all", lambda *_: [])


def _set_words(patch: pytest.MonkeyPatch) -> None:
    for name, words in _WORDS.items():
        patch.setenv(name, words)
    patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
