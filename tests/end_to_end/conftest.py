"""What the walks of chance begin from."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.walk import make_county

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


def _set_words(patch: pytest.MonkeyPatch) -> None:
    for name, words in _WORDS.items():
        patch.setenv(name, words)
    patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
