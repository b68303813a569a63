"""A home's secrets outlive the process, and are never on disk in clear."""

import json
from pathlib import Path

import pytest

from counter_app.domain.errors import CounterError
from sync.key_vault import INDEX, NoKey, is_wrapped, open_vault, vault_of, wrapped
from tests.support.keyrings import keyring, missing

SECRET = b"\x00thirty-two bytes of a secret key"


@pytest.fixture
def no_keyring_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")
    monkeypatch.setenv("VAULT_TEST_PASSPHRASE", "correct horse")


def vault(home: Path):
    return open_vault(home, "counter-test", "VAULT_TEST_PASSPHRASE")


@pytest.mark.usefixtures("no_keyring_service")
class TestKeyFile:
    def test_a_secret_is_there_after_a_restart(self, tmp_path: Path) -> None:
        vault(tmp_path).store("sign", SECRET)
        again = vault(tmp_path)
        assert again.load("sign") == SECRET
        assert again.kind == "file"

    def test_a_name_never_stored_gives_nothing(self, tmp_path: Path) -> None:
        assert vault(tmp_path).load("sign") is None

    def test_storing_again_replaces(self, tmp_path: Path) -> None:
        vault(tmp_path).store("ratchet", b"old")
        vault(tmp_path).store("ratchet", b"new")
        assert vault(tmp_path).load("ratchet") == b"new"

    def test_what_was_removed_stays_away_after_a_restart(self, tmp_path: Path) -> None:
        kept = vault(tmp_path)
        kept.store("sign", SECRET)
        kept.store("ratchet", b"one-time")
        for _ in range(2):
            vault(tmp_path).remove("ratchet")
        again = vault(tmp_path)
        assert (again.load("ratchet"), again.load("sign")) == (None, SECRET)

    def test_the_secret_is_nowhere_in_clear(self, tmp_path: Path) -> None:
        vault(tmp_path).store("sign", SECRET)
        for path in tmp_path.iterdir():
            content = path.read_bytes()
            assert SECRET not in content
            assert b"thirty" not in content
            assert path.stat().st_mode & 0o077 == 0

    def test_without_passphrase_there_is_no_key_and_nothing_is_written(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("VAULT_TEST_PASSPHRASE")
        with pytest.raises(NoKey) as refused:
            vault(tmp_path)
        assert refused.value.code == "no_key"
        assert list(tmp_path.iterdir()) == []

    def test_a_wrong_passphrase_is_said_at_once(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        vault(tmp_path).store("sign", SECRET)
        monkeypatch.setenv("VAULT_TEST_PASSPHRASE", "battery staple")
        with pytest.raises(CounterError) as refused:
            vault(tmp_path)
        assert refused.value.code == "wrong_passphrase"

    def test_an_entry_moved_to_another_name_does_not_open(self, tmp_path: Path) -> None:
        vault(tmp_path).store("sign", SECRET)
        kept = json.loads((tmp_path / INDEX).read_text())
        kept["entries"] = {"box": kept["entries"]["sign"]}
        (tmp_path / INDEX).write_text(json.dumps(kept))
        with pytest.raises(CounterError) as refused:
            vault(tmp_path)
        assert refused.value.code == "wrong_passphrase"

    def test_a_key_file_made_for_elsewhere_opens_by_its_passphrase_alone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        made = wrapped({"sign": SECRET}, "correct horse")
        assert is_wrapped(made)
        assert SECRET not in made
        assert vault_of(made, "counter-test", "VAULT_TEST_PASSPHRASE").load("sign") == SECRET
        monkeypatch.setenv("VAULT_TEST_PASSPHRASE", "battery staple")
        with pytest.raises(CounterError, match="wrong_passphrase"):
            vault_of(made, "counter-test", "VAULT_TEST_PASSPHRASE")

    @pytest.mark.parametrize("content", ["", "[]", "{\"version\": 1}", "nonsense"])
    def test_a_damaged_index_is_named(self, tmp_path: Path, content: str) -> None:
        (tmp_path / INDEX).write_text(content)
        with pytest.raises(CounterError) as refused:
            vault(tmp_path)
        assert refused.value.code == "key_file_damaged"


@pytest.mark.skipif(bool(missing()), reason=f"needs {missing()}")
def test_with_a_keyring_service_the_secret_lives_there_and_not_in_the_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    with keyring(tmp_path / "ring") as bus:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", bus)
        vault(home).store("sign", SECRET)
        again = vault(home)
        assert (again.kind, again.load("sign")) == ("keyring", SECRET)
    assert SECRET not in b"".join(path.read_bytes() for path in home.iterdir())
    assert json.loads((home / INDEX).read_text())["kind"] == "keyring"
    with pytest.raises(CounterError, match="keyring_locked"):
        vault(home).load("sign")
